"""The same sequence more than once."""

from __future__ import annotations

import numpy as np

from gfm_desktop.finetune.data_checks.finding import Finding, Inspected, level_of


def check(seen: Inspected) -> Finding:
    """Find copies, letter by letter."""
    _, first = np.unique(seen.nodes, return_index=True)
    copy = np.ones(len(seen.nodes), np.bool_)
    copy[first] = False
    leaking = seen.sides.leaking(seen.nodes)
    count, across = int(copy.sum()), int(leaking.sum())
    words = "No sequence stands in the file twice."
    if count:
        words = f"{count:,} examples are copies of earlier ones"
        words += (
            f"; {across:,} of those that measure are also learnt from, so that knowing "
            "them by heart would look like skill."
            if across
            else ", all on one side of the split."
        )
    return Finding(
        "duplicates",
        level_of(across, seen.sides.held, concerned=count),
        "Duplicates",
        words,
        count,
        across,
        seen.rows(copy | leaking),
        "duplicates" if count else "",
    )
