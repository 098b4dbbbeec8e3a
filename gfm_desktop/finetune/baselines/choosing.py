"""Which examples choose a setting: folds where labels are few, else the validation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune.evaluation import primary_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import Task

ENOUGH = 3_000
"""Examples from which one validation part chooses as well as folds do."""
_VALIDATION = 200


def rounds(
    train: NDArray[np.int64],
    validation: NDArray[np.int64],
    folds: NDArray[np.int64],
    *,
    most: int,
    seed: int,
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return pairs of examples to learn from and examples to judge by.

    Args:
        train: Indices to learn from.
        validation: Indices that only choose; may be empty.
        folds: int64 (n,), as `Split.folds`.
        most: Examples a round; a random part where there are more.
        seed: Of that part.
    """
    generator = np.random.default_rng(seed)
    together = np.union1d(train, validation)
    if len(validation) >= _VALIDATION and len(together) >= ENOUGH:
        pairs = [(train, validation)]
    else:
        mine = folds[together]
        pairs = [(together[mine != f], together[mine == f]) for f in np.unique(mine)]
        pairs = [(learn, judge) for learn, judge in pairs if len(learn) and len(judge)]
    return [(_some(a, most, generator), _some(b, most, generator)) for a, b in pairs]


def best(found: Sequence[float]) -> int:
    """Return where the largest value is, the first of equal ones; NaN is none."""
    known = [-math.inf if math.isnan(value) else value for value in found]
    return int(np.argmax(known))


def judged(
    task: Task,
    labels: Sequence[NDArray[np.generic]],
    predictions: Sequence[NDArray[np.generic]],
) -> float:
    """Return the mean of the primary measure over rounds where it is defined.

    Where folds are too small to define it in any, all are taken together.
    """
    each = [primary_of(task, y, p) for y, p in zip(labels, predictions, strict=True)]
    known = [value for value in each if not math.isnan(value)]
    if known:
        return float(np.mean(known))
    return primary_of(task, np.concatenate(labels), np.concatenate(predictions))


def _some(
    chosen: NDArray[np.int64], most: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    if len(chosen) <= most:
        return chosen
    return np.sort(generator.choice(chosen, most, replace=False))
