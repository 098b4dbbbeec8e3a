"""How many labels are needed: learn from fewer, and see how much that costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune import evaluation, intervals
from gfm_desktop.finetune.evaluation import TITLES
from gfm_desktop.finetune.intervals import Measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.finetune.evaluation import Outcome
    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.trial import Fold

FRACTIONS = (1 / 8, 1 / 4, 1 / 2, 1.0)
REPEATS = 3
"""Random parts of each size but the whole."""
_FEWEST = 4
_FLAT = 0.005
"""Gain of a doubling below which more labels are not worth their work."""
_FAR = 50
"""Times the labels from which an extrapolation is a guess."""


@dataclass(frozen=True, slots=True)
class Point:
    """One size of the learning curve.

    Attributes:
        labels: Labels learnt from (mean over folds and repeats).
        measured: The primary measure, its interval over draws and repeats.
    """

    labels: int
    measured: Measured


def part_of(
    data: LabelledSet,
    groups: NDArray[np.int64],
    chosen: NDArray[np.int64],
    fraction: float,
    *,
    seed: int,
) -> NDArray[np.int64]:
    """Return a random part of some examples, whole groups of them; empty if too few.

    The parts of one seed contain each other, so that a curve does not go up and down
    by the luck of the draw.

    Args:
        data: All examples.
        groups: As `Split.groups`.
        chosen: Those to draw from.
        fraction: Share of them that is wanted.
        seed: Of the order.
    """
    if fraction >= 1 or not len(chosen):
        return chosen
    wanted = round(fraction * len(chosen))
    names = np.random.default_rng(seed).permutation(np.unique(groups[chosen]))
    rank = np.empty(int(names.max()) + 1, np.int64)
    rank[names] = np.arange(len(names))
    order = chosen[np.argsort(rank[groups[chosen]], kind="stable")]
    # A group is not cut: it ends where the next one begins.
    edges = np.flatnonzero(np.diff(groups[order]) != 0) + 1
    ends = np.append(edges, len(order))
    end = int(ends[np.searchsorted(ends, wanted)])
    part = np.sort(order[:end])
    return part if _teaches(data, part) else part[:0]


def reduced(
    data: LabelledSet, groups: NDArray[np.int64], fold: Fold, fraction: float, seed: int
) -> Fold | None:
    """Return a training with fewer labels, the same test; None where it has too few.

    The validation part shrinks as much: labels that choose are labels, too.
    """
    from dataclasses import replace

    train = part_of(data, groups, fold.train, fraction, seed=seed)
    if not len(train):
        return None
    judge = part_of(data, groups, fold.validation, fraction, seed=seed)
    hidden = np.full_like(fold.folds, -1)
    kept = np.union1d(train, judge)
    hidden[kept] = fold.folds[kept]
    return replace(fold, train=train, validation=judge, folds=hidden)


def measured(outcomes: Sequence[Outcome], *, seed: int) -> Measured:
    """Return the mean of the primary measure over repeats, with its interval.

    The interval holds the middle 95 % of all draws of all repeats: the luck of the
    test examples and that of the labels learnt from.
    """
    values = [float(evaluation.primary(one)[0]) for one in outcomes]
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return Measured(None, None, None)
    found = [
        evaluation.primary(one, weights)
        for one in outcomes
        for weights in intervals.draws(one.groups, seed=seed)
    ]
    low, high = intervals.between(np.concatenate(found))
    if math.isnan(low):
        return Measured(float(np.mean(known)), None, None)
    return Measured(float(np.mean(known)), low, high)


def in_words(points: Sequence[Point], primary: str) -> tuple[str, int | None]:
    """Return what the curve says about more labels, and how many are needed for it.

    The error (1 minus the measure) is supposed to fall as a power of the number of
    labels (Cortes et al. 1993; Figueroa et al. 2012, BMC Med. Inform. Decis. Mak.
    12:8).

    Args:
        points: Ascending in labels; the last is all of them.
        primary: Measure on the curve.
    """
    known = [
        (one.labels, one.measured.value)
        for one in points
        if one.measured.value is not None
    ]
    if len(known) < 2:
        return "There are too few labels to learn from fewer of them.", None
    title = TITLES[primary]
    (before, lower), (labels, value) = known[-2:]
    gain = value - lower
    head = (
        f"From {before:,} to {labels:,} labels the {title} went from {lower:.3f} to "
        f"{value:.3f}."
    )
    last = points[-1].measured
    unsure = (last.high - last.low) / 2 if last.low is not None and last.high else 1.0
    if gain <= _FLAT:
        if unsure > 4 * _FLAT:
            return (
                f"{head} More labels did not help yet, but with ±{unsure:.2f} that "
                "cannot be told from chance: label more, then look again.",
                None,
            )
        return f"{head} More labels of the same kind would hardly help.", None
    needed, target = _needed(known)
    if needed is None or needed > _FAR * labels:
        return (
            f"{head} More labels help, but too slowly to say how many would be enough.",
            None,
        )
    return (
        f"{head} If it goes on like this, {title} {target:.2f} takes about "
        f"{_round(needed):,} labels.",
        _round(needed),
    )


def _needed(known: Sequence[tuple[int, float]]) -> tuple[int | None, float]:
    """Return the labels for the next twentieth, and that."""
    labels = np.log([number for number, _ in known])
    error = np.log([max(1 - value, 1e-3) for _, value in known])
    slope, start = np.polyfit(labels, error, 1)
    target = min(0.99, math.ceil((known[-1][1] + 0.01) * 20) / 20)
    if slope >= -1e-3 or target <= known[-1][1]:
        return None, target
    wanted = (math.log(1 - target) - start) / slope
    # Beyond that it is no number that anybody can act on.
    return (round(math.exp(wanted)) if wanted < math.log(1e9) else None), target


def _round(number: int) -> int:
    """Return two digits that count."""
    size = int(10 ** max(0, len(str(number)) - 2))
    return math.ceil(number / size) * size


def _teaches(data: LabelledSet, part: NDArray[np.int64]) -> bool:
    """Tell whether anything can be learnt from some examples."""
    if len(part) < _FEWEST:
        return False
    labels = data.labels[part]
    if data.task == "multilabel":
        return True
    return len(np.unique(labels)) > 1
