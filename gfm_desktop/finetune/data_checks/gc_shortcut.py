"""GC contents that give the label away."""

from __future__ import annotations

import numpy as np

from gfm_desktop.finetune.data_checks.finding import Finding, Inspected
from gfm_desktop.finetune.data_checks.shortcut import strength


def check(seen: Inspected) -> Finding:
    """Predict the labels from the share of G and C among the known letters alone."""
    found = strength(seen, gc_contents(seen.data.sequences))
    words = f"GC content alone tells the labels with {found}."
    if found.level != "ok":
        words += (
            " Classes that differ in GC are told apart without any biology, as when "
            "negatives were drawn from elsewhere: match their GC, and compare with the "
            "baseline that knows GC and length only."
        )
    return Finding("gc_shortcut", found.level, "GC content as a shortcut", words)


def gc_contents(sequences: tuple[str, ...]) -> np.ndarray:
    """Return float64 (n,), the share of G and C among A, C, G and T."""
    strong = np.array([one.count("G") + one.count("C") for one in sequences], float)
    known = np.array([len(one) - one.count("N") for one in sequences], float)
    return np.asarray(strong / np.maximum(known, 1))
