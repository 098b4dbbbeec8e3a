"""Test a way of learning: what it learns from, what it predicts, what that is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.finetune import calibration as calibrating
from gfm_desktop.finetune import evaluation
from gfm_desktop.finetune.evaluation import Outcome
from gfm_desktop.finetune.split import TEST, TRAIN, VALIDATION
from gfm_desktop.models.calibration import applied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.metrics import Codes, Floats
    from gfm_desktop.finetune.split import Split


@dataclass(frozen=True, slots=True)
class Fold:
    """One training of a test.

    Attributes:
        number: Fold of a cross-validation; 0 in a held-out design.
        train: Indices to learn from.
        validation: Indices that choose; may be empty.
        test: Indices that are only measured.
        folds: As `Split.folds`, with -1 for all that may not be looked at.
    """

    number: int
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]
    folds: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Predicted:
    """What one training predicted, before calibration.

    Attributes:
        fold: Its number.
        chosen: int64 (m,), which examples.
        predictions: (m, outputs) float32.
        details: What the method chose.
    """

    fold: int
    chosen: NDArray[np.int64]
    predictions: NDArray[np.float32]
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a way of learning is worth on examples that it did not learn from.

    Attributes:
        outcome: Calibrated predictions of the test examples, with decisions.
        before: The same before calibration.
        tested: Indices of the test examples, as in `outcome`.
        calibration: What the shipped model applies (`models.calibration`).
        thresholds: (outputs,) probability from which it says yes; empty for tasks
            without one.
        predicted: Indices of all examples with a prediction, ascending.
        table: (m, outputs) float32, their calibrated predictions.
    """

    outcome: Outcome
    before: Outcome
    tested: NDArray[np.int64]
    calibration: dict[str, Any]
    thresholds: Floats
    predicted: NDArray[np.int64]
    table: NDArray[np.float32]


def plan(split: Split, *, stops_early: bool) -> list[Fold]:
    """Return the trainings that test a way of learning.

    Args:
        split: The design.
        stops_early: Whether it needs examples that tell it when to stop; in a
            cross-validation the next fold serves for that.
    """
    if not split.cross_validation:
        train, judge, test = (split.of(one) for one in (TRAIN, VALIDATION, TEST))
        return [Fold(0, train, judge, test, split.folds)]
    numbers = np.unique(split.folds[split.folds >= 0])
    found = []
    for i, number in enumerate(numbers):
        test = np.flatnonzero(split.folds == number)
        rest = np.flatnonzero((split.folds >= 0) & (split.folds != number))
        hidden = np.where(split.folds == number, -1, split.folds)
        judge = rest[:0]
        # Of two folds one is tested: the method must find its own way to stop.
        if stops_early and len(numbers) > 2:
            following = numbers[(i + 1) % len(numbers)]
            judge = np.flatnonzero(split.folds == following)
            rest = np.setdiff1d(rest, judge)
        found.append(Fold(int(number), rest, judge, test, hidden))
    return found


def whole(split: Split, *, stops_early: bool) -> Fold:
    """Return the training of the model that a cross-validation ships: on all."""
    mine = np.flatnonzero(split.folds >= 0)
    judge = mine[:0]
    if stops_early:
        judge = np.flatnonzero(split.folds == np.unique(split.folds[mine])[0])
        mine = np.setdiff1d(mine, judge)
    return Fold(-1, mine, judge, mine[:0], split.folds)


def judged(
    data: LabelledSet,
    split: Split,
    found: Sequence[Predicted],
    *,
    kind: str,
    balanced: bool,
) -> Judged:
    """Calibrate predictions, decide, and put them beside the truth.

    Calibration and threshold never see what they are measured on. In a held-out design
    the validation part gives both. In a cross-validation each fold's come from the
    other folds' predictions, which their own models did not learn from either; the
    shipped model's come from all folds.

    Args:
        data: All examples.
        split: The design.
        found: Predictions of all trainings of `plan`.
        kind: Wanted calibration, as `calibration.fit` has it.
        balanced: Whether the method learnt with class weights.

    Raises:
        ValueError: If an example was predicted twice.
    """
    predicted = np.concatenate([one.chosen for one in found])
    raw = np.concatenate([one.predictions for one in found])
    order = np.argsort(predicted, kind="stable")
    predicted, raw = predicted[order], raw[order]
    if len(np.unique(predicted)) < len(predicted):
        raise ValueError("an example was predicted twice: which is the honest one?")
    if split.cross_validation:
        return _by_folds(data, split, predicted, raw, kind, balanced)
    return _held_out(data, split, predicted, raw, kind, balanced)


def _held_out(
    data: LabelledSet,
    split: Split,
    predicted: NDArray[np.int64],
    raw: NDArray[np.float32],
    kind: str,
    balanced: bool,
) -> Judged:
    prior = _prior(data, split.of(TRAIN), balanced)
    judge = np.flatnonzero(split.parts[predicted] == VALIDATION)
    calibration, limits = _tuned(data, predicted[judge], raw[judge], kind, prior)
    table = applied(calibration, data.task, raw)
    test = np.flatnonzero(split.parts[predicted] == TEST)
    tested = predicted[test]
    strata = np.zeros(len(test), np.int64)
    after, before = (
        _outcome(data, split, tested, one, limits, strata)
        for one in (table[test], raw[test])
    )
    return Judged(after, before, tested, calibration, limits, predicted, table)


def _by_folds(
    data: LabelledSet,
    split: Split,
    predicted: NDArray[np.int64],
    raw: NDArray[np.float32],
    kind: str,
    balanced: bool,
) -> Judged:
    strata = split.folds[predicted]
    prior = _prior(data, predicted, balanced)
    table = np.empty_like(raw)
    calibration, final = _tuned(data, predicted, raw, kind, prior)
    limits = np.tile(final, (len(raw), 1))
    for fold in np.unique(strata):
        here, away = strata == fold, strata != fold
        found, limit = _tuned(data, predicted[away], raw[away], kind, prior)
        table[here] = applied(found, data.task, raw[here])
        limits[here] = limit
    after, before = (
        _outcome(data, split, predicted, one, limits, strata) for one in (table, raw)
    )
    return Judged(after, before, predicted, calibration, final, predicted, table)


def _tuned(
    data: LabelledSet,
    chosen: NDArray[np.int64],
    raw: NDArray[np.float32],
    kind: str,
    prior: Floats,
) -> tuple[dict[str, Any], Floats]:
    """Return the calibration and the thresholds that some examples call for."""
    labels = data.labels[chosen]
    calibration = calibrating.fit(data.task, labels, raw, kind=kind, prior=prior)
    table = applied(calibration, data.task, raw).astype(np.float64)
    return calibration, evaluation.thresholds(data.task, labels, table)


def _prior(data: LabelledSet, learnt: NDArray[np.int64], balanced: bool) -> Floats:
    if not balanced:
        return np.zeros(data.outputs)
    return calibrating.prior_shift(data.task, data.labels[learnt], data.outputs)


def _outcome(
    data: LabelledSet,
    split: Split,
    chosen: NDArray[np.int64],
    predictions: NDArray[np.float32],
    limits: Floats,
    strata: Codes,
) -> Outcome:
    table = predictions.astype(np.float64)
    return Outcome(
        task=data.task,
        labels=data.labels[chosen],
        predictions=table,
        decided=evaluation.decide(data.task, table, limits),
        strata=strata,
        groups=split.groups[chosen],
    )
