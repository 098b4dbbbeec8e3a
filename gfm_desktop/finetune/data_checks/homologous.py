"""Sequences of one family, not equal but alike."""

from __future__ import annotations

import numpy as np

from gfm_desktop.finetune import homology
from gfm_desktop.finetune.data_checks.finding import Finding, Inspected, level_of


def check(seen: Inspected) -> Finding:
    """Find relatives by shared words and local alignment (`homology`)."""
    found = seen.relatives
    links = found.pairs[found.kinds == homology.HOMOLOGOUS]
    concerned = np.isin(found.owner, links)
    leaking = seen.sides.leaking(found.owner, links)
    count, across = int(concerned.sum()), int(leaking.sum())
    least = f"{found.identity:.0%}"
    words = (
        f"No two sequences are alike in {least} of their letters over half a length."
    )
    if count:
        words = f"{count:,} examples are alike in {least} or more of the letters"
        words += (
            f"; {across:,} of those that measure have such a relative among those that "
            "are learnt from."
            if across
            else " with another one, all on one side of the split."
        )
    return Finding(
        "homologous",
        level_of(across, seen.sides.held),
        "Relatives",
        " ".join((words, *found.limits)),
        count,
        across,
        seen.rows(leaking if across else concerned),
        "split=similarity" if across else "",
    )
