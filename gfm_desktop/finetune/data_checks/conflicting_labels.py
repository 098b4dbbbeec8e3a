"""The same sequence with different labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune.data_checks.finding import Finding, Inspected, Level

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet

_STOP_SHARE = 0.05


def check(seen: Inspected) -> Finding:
    """Find equal sequences that are said to be different things."""
    torn = conflicting(seen.data, seen.nodes)
    count = int(torn.sum())
    regression = seen.data.task == "regression"
    level: Level = "ok"
    words = "Equal sequences have equal labels."
    if count:
        level = "caution"
        if count >= _STOP_SHARE * len(seen.data) and not regression:
            level = "stop"
        words = f"{count:,} examples have a copy with another label: " + (
            "repeated measurements, perhaps; their mean says more."
            if regression
            else "at least one of each is wrong, and no model can get both right."
        )
    return Finding(
        "conflicting_labels",
        level,
        "Conflicting labels",
        words,
        count,
        0,
        seen.rows(torn),
        "conflicting_labels" if count else "",
    )


def conflicting(data: LabelledSet, nodes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return (n,), which examples have an equal one with another label."""
    labels = label_numbers(data)
    low = np.full(int(nodes.max(initial=-1)) + 1, len(data), np.int64)
    high = np.full_like(low, -1)
    np.minimum.at(low, nodes, labels)
    np.maximum.at(high, nodes, labels)
    return np.asarray(low[nodes] != high[nodes])


def label_numbers(data: LabelledSet) -> NDArray[np.int64]:
    """Return (n,), equal for equal labels; "not known" equals itself."""
    table = np.nan_to_num(np.asarray(data.labels, np.float64), nan=-1e300)
    table = table.reshape(len(data), -1)
    _, numbers = np.unique(table, axis=0, return_inverse=True)
    return np.asarray(numbers, np.int64).reshape(-1)
