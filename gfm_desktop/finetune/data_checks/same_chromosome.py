"""Chromosomes that lie on both sides of a split."""

from __future__ import annotations

import numpy as np

from gfm_desktop.finetune.data_checks.finding import Finding, Inspected


def check(seen: Inspected) -> Finding | None:
    """Find examples whose chromosome is on another side; None where places are not."""
    places = seen.data.places
    if not places:
        return None
    names, nodes = np.unique([place.contig for place in places], return_inverse=True)
    leaking = seen.sides.leaking(nodes.astype(np.int64))
    across = int(leaking.sum())
    words = "No chromosome lies on both sides of the split."
    if across:
        words = (
            f"{across:,} examples that measure lie on a chromosome that is also learnt "
            "from; neighbours on it may resemble each other."
        )
        if len(names) == 1:
            words += " All are on one chromosome, so that no split avoids it."
    return Finding(
        "same_chromosome",
        "caution" if across else "ok",
        "Same chromosome",
        words,
        across,
        across,
        seen.rows(leaking),
        "split=chromosome" if across and len(names) > 1 else "",
    )
