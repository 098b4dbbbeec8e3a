"""What the results page draws: ROC, precision-recall, confusion, worst errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune import calibration, metrics, report
from gfm_desktop.finetune.evaluation import truth_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.finetune.evaluation import Outcome
    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.metrics import Flags, Floats

_POINTS = 400
_DOTS = 2_000
_WORST = 30
_LETTERS = 60


def curves(outcome: Outcome, names: tuple[str, ...]) -> report.Curves:
    """Return ROC and PR curves; of several outputs all together, and each.

    Args:
        outcome: Predictions and truth.
        names: As `LabelledSet.names`.
    """
    if outcome.task == "regression":
        return report.Curves(scatter=_scatter(outcome))
    width = outcome.predictions.shape[1]
    known, truth = truth_table(outcome.task, outcome.labels, width)
    together = curve(truth[known], outcome.predictions[known])
    each = {}
    if width > 1:
        for i, name in enumerate(names):
            mine = known[:, i]
            each[name] = curve(truth[mine, i], outcome.predictions[mine, i])
    return report.Curves(**together.model_dump(), each=each)


def curve(truth: Flags, chance: Floats) -> report.Curve:
    """Return both curves of one label, with at most 400 points each."""
    positives, number = int(truth.sum()), len(truth)
    if not 0 < positives < number:
        share = positives / number if number else None
        return report.Curve(prevalence=share)
    order = np.argsort(-chance, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(chance[order]) != 0), number - 1)
    hits = np.cumsum(truth[order])[ends]
    said = ends + 1
    recall = hits / positives
    false = (said - hits) / (number - positives)
    roc = np.stack([np.append(0, false), np.append(0, recall)], axis=1)
    pr = np.stack([recall, hits / said], axis=1)
    return report.Curve(
        roc=_thinned(roc), pr=_thinned(pr), prevalence=positives / number
    )


def confusion(
    outcome: Outcome, names: tuple[str, ...], thresholds: Floats
) -> report.Confusion | None:
    """Return counts of truth against decisions; None for a regression.

    Args:
        outcome: Predictions, decisions and truth.
        names: As `LabelledSet.names`.
        thresholds: Of the shipped model.
    """
    if outcome.task == "regression":
        return None
    if outcome.task == "multiclass":
        labels = np.asarray(outcome.labels, np.int64)
        decided = np.asarray(outcome.decided, np.int64)
        matrix = np.zeros((len(names), len(names)), np.int64)
        np.add.at(matrix, (labels, decided), 1)
        return report.Confusion(matrix=matrix.tolist(), names=list(names))
    width = outcome.predictions.shape[1]
    known, truth = truth_table(outcome.task, outcome.labels, width)
    flags = np.asarray(outcome.decided, np.bool_)
    if outcome.task == "binary":
        limit = float(thresholds[0])
        return _two(truth[:, 0], flags[:, 0], list(names), limit)
    each = {}
    for i, name in enumerate(names):
        mine = known[:, i]
        limit = float(thresholds[i])
        each[name] = _two(truth[mine, i], flags[mine, i], ["no", name], limit)
    return report.Confusion(names=list(names), each=each)


def reliability(outcome: Outcome) -> report.Reliability:
    """Return Brier score, calibration error and the reliability curve."""
    if outcome.task == "regression":
        return report.Reliability()
    width = outcome.predictions.shape[1]
    known, truth = truth_table(outcome.task, outcome.labels, width)
    chance, hit = outcome.predictions[known], truth[known]
    ones = np.ones((1, len(hit)))
    found = calibration.reliability(outcome.task, outcome.labels, outcome.predictions)
    rows = np.where(known, (outcome.predictions - truth) ** 2, 0).sum(axis=1)
    brier = rows.mean() if outcome.task == "multiclass" else rows.sum() / known.sum()
    return report.Reliability(
        brier=float(brier),
        ece=float(metrics.calibration_error(hit, chance, ones)[0]),
        curve=[
            report.ReliabilityBin(
                predicted=one.predicted,
                observed=one.observed,
                low=one.low,
                high=one.high,
                count=one.count,
            )
            for one in found
        ],
    )


def worst(
    data: LabelledSet, tested: NDArray[np.int64], outcome: Outcome
) -> list[report.Worst]:
    """Return the examples that the model got most wrong, the worst first.

    Args:
        data: All examples.
        tested: Which of them `outcome` speaks of.
        outcome: Predictions and truth.
    """
    error, column = _errors(outcome)
    found = []
    for i in np.argsort(-error, kind="stable")[:_WORST]:
        if not error[i] > 0.5 and outcome.task != "regression":
            break
        example = int(tested[i])
        label, predicted, value = _in_words(data, outcome, int(i), int(column[i]))
        place = str(data.places[example]) if data.places else ""
        found.append(
            report.Worst(
                row=int(data.rows[example]),
                label=label,
                predicted=predicted,
                prediction=value,
                place=place,
                sequence=shortened(data.sequences[example]),
                why=f"{label}, predicted {predicted} ({value:.3g})",
            )
        )
    return found


def shortened(letters: str) -> str:
    """Return the start of a sequence, for a table."""
    return letters if len(letters) <= _LETTERS else f"{letters[:_LETTERS]}..."


def _errors(outcome: Outcome) -> tuple[Floats, NDArray[np.int64]]:
    """Return how wrong each prediction is, and in which column."""
    chances = outcome.predictions
    if outcome.task == "regression":
        apart = np.abs(outcome.labels.astype(np.float64) - chances[:, 0])
        return apart, np.zeros(len(apart), np.int64)
    known, truth = truth_table(outcome.task, outcome.labels, chances.shape[1])
    apart = np.where(known, np.abs(truth - chances), 0)
    if outcome.task == "multiclass":
        rows = np.arange(len(chances))
        labels = np.asarray(outcome.labels, np.int64)
        return 1 - chances[rows, labels], chances.argmax(axis=1)
    return apart.max(axis=1), apart.argmax(axis=1)


def _in_words(
    data: LabelledSet, outcome: Outcome, i: int, column: int
) -> tuple[str, str, float]:
    """Return label, what was predicted, and its probability (or the value)."""
    chance = float(outcome.predictions[i, column])
    names = data.names
    if outcome.task == "regression":
        return f"{float(outcome.labels[i]):.4g}", f"{chance:.4g}", chance
    if outcome.task == "binary":
        real = int(outcome.labels[i])
        return names[real], names[1 - real], chance if real == 0 else 1 - chance
    if outcome.task == "multiclass":
        return names[int(outcome.labels[i])], names[column], chance
    real = int(outcome.labels[i, column] > 0.5)
    words = (f"not {names[column]}", names[column])
    return words[real], words[1 - real], chance if real == 0 else 1 - chance


def _two(
    truth: Flags, decided: Flags, names: list[str], limit: float
) -> report.Confusion:
    matrix = np.zeros((2, 2), np.int64)
    np.add.at(matrix, (truth.astype(int), decided.astype(int)), 1)
    return report.Confusion(threshold=limit, matrix=matrix.tolist(), names=names)


def _scatter(outcome: Outcome) -> report.Points:
    places = np.arange(len(outcome))
    if len(places) > _DOTS:
        places = np.linspace(0, len(outcome) - 1, _DOTS).astype(np.int64)
    truth = outcome.labels.astype(np.float64)[places]
    return _pairs(np.stack([truth, outcome.predictions[places, 0]], axis=1))


def _thinned(points: Floats) -> report.Points:
    if len(points) > _POINTS:
        places = np.linspace(0, len(points) - 1, _POINTS).round().astype(np.int64)
        points = points[places]
    return _pairs(points)


def _pairs(points: Floats) -> report.Points:
    return [(float(x), float(y)) for x, y in points]
