"""Whether one plain number of a sequence gives its label away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune import metrics
from gfm_desktop.finetune.assigning import assign, strata
from gfm_desktop.finetune.intervals import draws

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.finetune.data_checks.finding import Inspected, Level

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

_FOLDS, _BINS, _DRAWS, _PRIOR = 5, 12, 200, 1.0
_MOST = 20_000
"""Examples that are looked at; more would not change the answer."""


@dataclass(frozen=True, slots=True)
class Strength:
    """How well one number tells the labels.

    Attributes:
        measure: ``"AUROC"`` (0.5 says nothing) or ``"correlation"`` (0 says nothing).
        value: The measure, by cross-validation.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    measure: str
    value: float
    low: float
    high: float

    @property
    def level(self) -> Level:
        """Return how much of a shortcut it is, judged by the lower end."""
        caution, stop = (0.6, 0.8) if self.measure == "AUROC" else (0.3, 0.6)
        if self.low >= stop:
            return "stop"
        return "caution" if self.low >= caution else "ok"

    def __str__(self) -> str:
        """Return measure, value and interval."""
        return f"{self.measure} {self.value:.2f}, {self.low:.2f} to {self.high:.2f}"


def strength(seen: Inspected, feature: Floats, *, seed: int = 1) -> Strength:
    """Predict labels from one number and measure how well that works.

    Each fold is predicted by the frequencies of the labels (or the mean) in bins of
    equal size of the others, so that a bend in the relation is seen as well. Relatives
    stay in one fold. Of several classes, or labels, the mean over them is given.

    Args:
        seen: What is checked.
        feature: (n,), one number an example.
        seed: Of folds and draws.
    """
    data = seen.data
    rng = np.random.default_rng(seed)
    chosen = np.arange(len(data))
    if len(data) > _MOST:
        chosen = np.sort(rng.choice(len(data), _MOST, replace=False))
    groups = seen.split.groups[chosen]
    folds = assign(groups, strata(data)[chosen], (1 / _FOLDS,) * _FOLDS, rng)
    targets = _targets(seen)[chosen]
    guesses = _cross_predicted(feature[chosen], targets, folds)
    ones = np.ones((1, len(chosen)))
    value = _measured(data.task, targets, guesses, ones, folds)[0]
    drawn = np.concatenate(
        [
            _measured(data.task, targets, guesses, weights, folds)
            for weights in draws(groups, seed=seed, number=_DRAWS)
        ]
    )
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    measure = "correlation" if data.task == "regression" else "AUROC"
    return Strength(measure, float(value), float(low), float(high))


def _targets(seen: Inspected) -> Floats:
    """Return float64 (n, k): one column a class, a label, or the number."""
    data = seen.data
    if data.task == "binary":
        return np.asarray(data.labels == 1, np.float64)[:, None]
    if data.task == "multiclass":
        return np.asarray(
            data.labels[:, None] == np.arange(len(data.names)), np.float64
        )
    return np.asarray(data.labels, np.float64).reshape(len(data), -1)


def _cross_predicted(feature: Floats, targets: Floats, folds: Whole) -> Floats:
    guesses = np.zeros_like(targets)
    for fold in range(_FOLDS):
        test = folds == fold
        train = ~test
        if not train.any():
            continue
        edges = np.unique(np.quantile(feature[train], np.arange(1, _BINS) / _BINS))
        bins = np.searchsorted(edges, feature, side="right")
        for column in range(targets.shape[1]):
            known = train & ~np.isnan(targets[:, column])
            values = targets[known, column]
            sums = np.bincount(bins[known], values, minlength=len(edges) + 1)
            counts = np.bincount(bins[known], minlength=len(edges) + 1)
            mean = values.mean() if len(values) else 0.0
            frequencies = (sums + _PRIOR * mean) / (counts + _PRIOR)
            guesses[test, column] = frequencies[bins[test]]
    return guesses


def _measured(
    task: str, targets: Floats, guesses: Floats, weights: Floats, folds: Whole
) -> Floats:
    """Return the measure for each row of weights."""
    if task == "regression":
        return metrics.pearson(targets[:, 0], guesses[:, 0], weights, folds)
    columns = []
    for column in range(targets.shape[1]):
        known = ~np.isnan(targets[:, column])
        columns.append(
            metrics.auroc(
                targets[known, column] == 1,
                guesses[known, column],
                weights[:, known],
                folds[known],
            )
        )
    return metrics.macro(columns)
