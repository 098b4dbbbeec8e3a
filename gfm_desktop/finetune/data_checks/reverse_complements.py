"""The same molecule, written down once from each strand."""

from __future__ import annotations

import numpy as np

from gfm_desktop.finetune.data_checks.finding import Finding, Inspected, level_of


def check(seen: Inspected) -> Finding:
    """Find examples whose reverse complement is another example."""
    has_mate = seen.mates[seen.nodes] >= 0
    ones = np.flatnonzero(seen.mates >= 0)
    links = np.stack([ones, seen.mates[ones]], axis=1)
    leaking = seen.sides.leaking(seen.nodes, links)
    count, across = int(has_mate.sum()), int(leaking.sum())
    words = "No example is the reverse complement of another."
    if count:
        words = f"{count:,} examples have their reverse complement in the file"
        words += (
            f"; for {across:,} of those that measure it is learnt from."
            if across
            else ", all on one side of the split."
        )
    return Finding(
        "reverse_complements",
        level_of(across, seen.sides.held, concerned=count),
        "Reverse complements",
        words,
        count,
        across,
        seen.rows(has_mate),
        "reverse_complements" if count else "",
    )
