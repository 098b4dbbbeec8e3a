"""Lengths that give the label away."""

from __future__ import annotations

import numpy as np

from gfm_desktop.finetune.data_checks.finding import Finding, Inspected
from gfm_desktop.finetune.data_checks.shortcut import strength


def check(seen: Inspected) -> Finding:
    """Predict the labels from the lengths of the sequences alone."""
    lengths = np.array([len(one) for one in seen.data.sequences], np.float64)
    title = "Length as a shortcut"
    if lengths.min() == lengths.max():
        words = f"All sequences have {int(lengths[0]):,} letters."
        return Finding("length_shortcut", "ok", title, words)
    found = strength(seen, lengths)
    words = f"Length alone tells the labels with {found}."
    if found.level != "ok":
        words += (
            " A model may learn how long sequences are instead of what they say: cut "
            "all to one length, or choose a window."
        )
    return Finding("length_shortcut", found.level, title, words)
