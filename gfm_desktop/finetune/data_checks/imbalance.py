"""Classes of very different size."""

from __future__ import annotations

import numpy as np

from gfm_desktop.finetune.data_checks.finding import Finding, Inspected, Level

_CAUTION, _STOP = 0.1, 0.005


def check(seen: Inspected) -> Finding | None:
    """Compare the rarest class, or answer, with all; None for regression."""
    data = seen.data
    if data.task == "regression":
        return None
    counts, named = class_counts(seen)
    total = np.maximum(counts.sum(axis=1), 1)
    shares = counts.min(axis=1) / total
    place = int(np.argmin(shares))
    share, number = float(shares[place]), int(counts[place].min())
    name = named[place] if len(named) > 1 else named[0]
    level: Level = "ok"
    words = f"The rarest class, {name}, has {share:.1%} of the examples ({number:,})."
    if share < _CAUTION:
        level = "stop" if share < _STOP else "caution"
        words += (
            " Guessing the common class is then nearly always right: look at AUPRC and "
            "MCC, not at accuracy; rare classes count more while learning if classes "
            "are balanced."
        )
    return Finding(
        "imbalance",
        level,
        "Class balance",
        words,
        number,
        fix="class_weights=true" if level != "ok" else "",
    )


def class_counts(seen: Inspected) -> tuple[np.ndarray, list[str]]:
    """Return counts, and the name of the rarest in each row.

    One row for classes that exclude each other; a row of "no" and "yes" for every
    label of a multi-label task.
    """
    data = seen.data
    if data.task == "multilabel":
        yes = (data.labels == 1).sum(axis=0)
        no = (data.labels == 0).sum(axis=0)
        return np.stack([no, yes], axis=1), [f"“{name}”" for name in data.names]
    labels = np.asarray(data.labels, np.int64)
    counts = np.bincount(labels, minlength=len(data.names))
    return counts[None, :], [f"“{data.names[int(counts.argmin())]}”"]
