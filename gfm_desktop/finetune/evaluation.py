"""Predictions beside the truth: which measures a task has, thresholds, decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune import metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import Task
    from gfm_desktop.finetune.metrics import Codes, Flags, Floats

PRIMARY: dict[Task, str] = {
    "binary": "auroc",
    "multiclass": "auroc",
    "multilabel": "auroc",
    "regression": "pearson",
}
"""The measure that chooses settings and that the verdict speaks of."""

GUESS = {"auroc": 0.5, "pearson": 0.0}
"""What a primary measure is without any signal."""

TITLES = {
    "auroc": "AUROC",
    "auprc": "AUPRC",
    "mcc": "Matthews correlation",
    "accuracy": "Accuracy",
    "brier": "Brier score",
    "ece": "Calibration error",
    "log_loss": "Log loss",
    "pearson": "Pearson's r",
    "spearman": "Spearman's rho",
    "r2": "R2",
    "mae": "Mean absolute error",
}
"""Measure to what people call it, in the order of a report."""

LESS_IS_BETTER = frozenset({"brier", "ece", "log_loss", "mae"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was predicted for examples that were not learnt from, and what is true.

    Attributes:
        task: What was predicted.
        labels: As `LabelledSet.labels`, of these examples.
        predictions: (m, outputs) float64.
        decided: bool (m, outputs): yes or no (binary, multi-label); int64 (m,) class
            (multi-class); empty for regression.
        strata: int64 (m,): the fold whose model predicted each; all 0 where one did.
        groups: int64 (m,): examples that are drawn together.
    """

    task: Task
    labels: NDArray[np.generic]
    predictions: Floats
    decided: NDArray[np.generic]
    strata: Codes
    groups: Codes

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.predictions)


def measured(outcome: Outcome, weights: Floats) -> dict[str, Floats]:
    """Return every measure of a task, shape (draws,) each.

    Multi-class: AUROC and AUPRC are the mean over classes, each against the rest;
    Brier score and log loss are those of all classes together; the calibration error
    is that of the class predicted (Guo et al. 2017). Multi-label: the mean over labels
    of each measure, over the examples whose label is known.

    Args:
        outcome: Predictions and truth of m examples.
        weights: (draws, m): how often each draw took each example.
    """
    return _MEASURES[outcome.task](outcome, weights)


def values(outcome: Outcome) -> dict[str, float]:
    """Return every measure of a task on all examples; NaN where it is not defined."""
    found = measured(outcome, np.ones((1, len(outcome))))
    return {name: float(one[0]) for name, one in found.items()}


def primary(outcome: Outcome, weights: Floats | None = None) -> Floats:
    """Return the measure that settings are chosen by, shape (draws,).

    Args:
        outcome: Predictions and truth of m examples.
        weights: (draws, m); None for one row of ones.
    """
    if weights is None:
        weights = np.ones((1, len(outcome)))
    if outcome.task == "regression":
        truth = outcome.labels.astype(np.float64)
        guess = outcome.predictions[:, 0]
        return metrics.pearson(truth, guess, weights, outcome.strata)
    chances = outcome.predictions
    known, truth_of = truth_table(outcome.task, outcome.labels, chances.shape[1])
    columns = []
    for i in range(chances.shape[1]):
        mine = np.flatnonzero(known[:, i])
        one = (truth_of[mine, i], chances[mine, i], weights[:, mine])
        columns.append(metrics.auroc(*one, outcome.strata[mine]))
    return metrics.macro(columns)


def primary_of(
    task: Task, labels: NDArray[np.generic], predictions: NDArray[np.generic]
) -> float:
    """Return the primary measure of predictions alone; NaN where it is not defined.

    Args:
        task: What was predicted.
        labels: As `LabelledSet.labels`, of m examples.
        predictions: (m, outputs).
    """
    table = np.asarray(predictions, np.float64)
    none = np.zeros(len(table), np.int64)
    return float(primary(Outcome(task, labels, table, none, none, none))[0])


def truth_table(
    task: Task, labels: NDArray[np.generic], outputs: int
) -> tuple[Flags, Flags]:
    """Return which labels are known and which are true, both bool (m, outputs)."""
    if task == "multilabel":
        table = labels.astype(np.float64)
        return ~np.isnan(table), np.nan_to_num(table) > 0.5
    classes = np.arange(1, 2) if task == "binary" else np.arange(outputs)
    truth: Flags = labels.astype(np.int64)[:, None] == classes
    return np.ones_like(truth), truth


def thresholds(
    task: Task, labels: NDArray[np.generic], predictions: Floats
) -> NDArray[np.float64]:
    """Return the probability from which to say yes, shape (outputs,).

    The one with the highest Matthews correlation on these examples, which must not be
    those that are measured; 0.5 where they show no difference. Empty for tasks that
    need none.

    Args:
        task: What was predicted.
        labels: As `LabelledSet.labels`, of m examples.
        predictions: (m, outputs) probabilities.
    """
    if task not in ("binary", "multilabel"):
        return np.empty(0)
    known, truth = truth_table(task, labels, predictions.shape[1])
    return np.array(
        [
            best_threshold(truth[known[:, i], i], predictions[known[:, i], i])
            for i in range(predictions.shape[1])
        ]
    )


def best_threshold(truth: Flags, chances: Floats) -> float:
    """Return the threshold with the highest Matthews correlation.

    It lies halfway between two neighbouring probabilities, so that rounding of either
    does not matter; of equal ones the nearest to 0.5 is taken.
    """
    order = np.argsort(-chances, kind="stable")
    ends = np.flatnonzero(np.diff(chances[order]) != 0)
    positives, number = int(truth.sum()), len(truth)
    if not len(ends) or positives in (0, number):
        return 0.5
    hits = np.cumsum(truth[order])[ends].astype(np.float64)
    said = ends + 1.0
    covariance = hits * number - said * positives
    spread = said * (number - said) * positives * float(number - positives)
    score = covariance / np.sqrt(spread)
    between = (chances[order][ends] + chances[order][ends + 1]) / 2
    best = np.flatnonzero(score >= score.max() - 1e-12)
    return float(between[best[np.argmin(np.abs(between[best] - 0.5))]])


def decide(task: Task, predictions: Floats, limits: Floats) -> NDArray[np.generic]:
    """Return decisions as `Outcome.decided` has them.

    Args:
        task: What was predicted.
        predictions: (m, outputs).
        limits: (m, outputs) or (outputs,): thresholds, for tasks that have any.
    """
    if task == "regression":
        return np.empty(0)
    if task == "multiclass":
        return np.asarray(predictions.argmax(axis=1), np.int64)
    return np.asarray(predictions >= limits, np.bool_)


def _binary(outcome: Outcome, weights: Floats) -> dict[str, Floats]:
    truth = np.asarray(outcome.labels == 1)
    decided = np.asarray(outcome.decided)[:, 0].astype(bool)
    return _of_label(truth, outcome.predictions[:, 0], decided, outcome.strata, weights)


def _of_label(
    truth: Flags, chance: Floats, decided: Flags, strata: Codes, weights: Floats
) -> dict[str, Floats]:
    real, said = truth.astype(np.int64), decided.astype(np.int64)
    table, chances = (
        np.stack([1.0 - x, x], axis=1) for x in (truth.astype(float), chance)
    )
    return {
        "auroc": metrics.auroc(truth, chance, weights, strata),
        "auprc": metrics.average_precision(truth, chance, weights),
        "mcc": metrics.matthews(real, said, 2, weights),
        "accuracy": metrics.accuracy(real, said, weights),
        "brier": metrics.brier(table[:, 1:], chances[:, 1:], weights),
        "ece": metrics.calibration_error(truth, chance, weights),
        "log_loss": metrics.log_loss(table, chances, weights),
    }


def _multiclass(outcome: Outcome, weights: Floats) -> dict[str, Floats]:
    chances, classes = outcome.predictions, outcome.predictions.shape[1]
    real = np.asarray(outcome.labels, np.int64)
    said = np.asarray(outcome.decided, np.int64)
    truth = real[:, None] == np.arange(classes)
    areas, precisions = [], []
    for i in range(classes):
        one, scores = truth[:, i], chances[:, i]
        areas.append(metrics.auroc(one, scores, weights, outcome.strata))
        precisions.append(metrics.average_precision(one, scores, weights))
    return {
        "auroc": metrics.macro(areas),
        "auprc": metrics.macro(precisions),
        "mcc": metrics.matthews(real, said, classes, weights),
        "accuracy": metrics.accuracy(real, said, weights),
        "brier": metrics.brier(truth.astype(float), chances, weights),
        "ece": metrics.calibration_error(real == said, chances.max(axis=1), weights),
        "log_loss": metrics.log_loss(truth.astype(float), chances, weights),
    }


def _multilabel(outcome: Outcome, weights: Floats) -> dict[str, Floats]:
    width = outcome.predictions.shape[1]
    known, truth = truth_table("multilabel", outcome.labels, width)
    decided = np.asarray(outcome.decided).astype(bool)
    found = []
    for i in range(width):
        # Examples without this label weigh nothing.
        mine = np.flatnonzero(known[:, i])
        if len(mine):
            chance, strata = outcome.predictions[mine, i], outcome.strata[mine]
            one = (truth[mine, i], chance, decided[mine, i], strata, weights[:, mine])
            found.append(_of_label(*one))
    return {name: metrics.macro([one[name] for one in found]) for name in found[0]}


def _regression(outcome: Outcome, weights: Floats) -> dict[str, Floats]:
    truth, guess = outcome.labels.astype(np.float64), outcome.predictions[:, 0]
    return {
        "pearson": metrics.pearson(truth, guess, weights, outcome.strata),
        "spearman": metrics.spearman(truth, guess, weights),
        "r2": metrics.determination(truth, guess, weights),
        "mae": metrics.absolute_error(truth, guess, weights),
    }


_MEASURES: dict[str, Callable[[Outcome, Floats], dict[str, Floats]]] = {
    "binary": _binary,
    "multiclass": _multiclass,
    "multilabel": _multilabel,
    "regression": _regression,
}
