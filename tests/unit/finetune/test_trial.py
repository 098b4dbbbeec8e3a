"""How a way of learning is tested: nobody is asked about what it learnt from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.finetune import evaluation, trial
from gfm_desktop.finetune.labelled import LabelledSet
from gfm_desktop.finetune.split import TEST, TRAIN, UNUSED, VALIDATION, Split
from gfm_desktop.finetune.trial import Predicted

if TYPE_CHECKING:
    from numpy.typing import NDArray


def labelled(labels: Any, task: Any = "binary") -> LabelledSet:
    number = len(labels)
    names = ("no", "yes")
    rows = np.arange(number, dtype=np.int64)
    return LabelledSet(task, names, ("ACGT",) * number, np.asarray(labels), rows)


def held_out(parts: Any) -> Split:
    codes = np.asarray(parts, np.uint8)
    number = np.arange(len(codes))
    folds = np.where(np.isin(codes, (TEST, UNUSED)), -1, number % 3)
    return Split(codes, folds, number, "similarity", False, "because")


def crossed(folds: Any) -> Split:
    mine = np.asarray(folds, np.int64)
    parts = np.where(mine < 0, UNUSED, TRAIN).astype(np.uint8)
    return Split(parts, mine, np.arange(len(mine)), "similarity", True, "few")


def predicted(fold: int, chosen: Any, chances: Any) -> Predicted:
    table = np.asarray(chances, np.float32)[:, None]
    return Predicted(fold, np.asarray(chosen, np.int64), table, {})


@pytest.mark.parametrize("stops_early", [False, True])
def test_that_every_example_is_tested_once_and_never_learnt_from(
    stops_early: bool,
) -> None:
    split = crossed([*(np.arange(20) % 4), -1, -1])
    plan = trial.plan(split, stops_early=stops_early)
    tested = np.concatenate([fold.test for fold in plan])
    np.testing.assert_array_equal(np.sort(tested), np.arange(20))
    for fold in plan:
        assert not set(fold.test) & {*fold.train, *fold.validation}
        assert not set(fold.validation) & set(fold.train)
        assert len(fold.train) + len(fold.validation) == 15
        assert bool(len(fold.validation)) == stops_early
        assert (fold.folds[fold.test] == -1).all(), "not even choices see it"


def test_that_two_folds_leave_something_to_learn_from() -> None:
    plan = trial.plan(crossed([0, 1, 0, 1]), stops_early=True)
    assert [len(fold.train) for fold in plan] == [2, 2]


def test_that_the_shipped_model_learns_from_all() -> None:
    split = crossed([*(np.arange(20) % 4), -1])
    quiet = trial.whole(split, stops_early=False)
    assert (len(quiet.train), len(quiet.validation)) == (20, 0)
    early = trial.whole(split, stops_early=True)
    assert (len(early.train), len(early.validation)) == (15, 5)


def test_that_validation_gives_calibration_and_threshold() -> None:
    random = np.random.default_rng(1)
    labels = (random.random(900) < 0.5).astype(np.int64)
    odds = random.normal(size=900) + 3 * labels
    chances = 1 / (1 + np.exp(-odds))
    split = held_out(np.repeat([TRAIN, VALIDATION, TEST], 300))
    found = trial.judged(
        labelled(labels),
        split,
        [predicted(0, np.arange(900), chances)],
        kind="temperature",
        balanced=False,
    )
    np.testing.assert_array_equal(found.tested, np.arange(600, 900))
    assert len(found.outcome) == 300
    # The odds were too high by about 1.5 everywhere.
    assert found.calibration["bias"][0] < -0.5
    after, before = evaluation.values(found.outcome), evaluation.values(found.before)
    assert after["ece"] < before["ece"] / 2
    assert after["auroc"] == pytest.approx(before["auroc"])
    assert after["mcc"] > 0.75


def test_that_a_fold_is_calibrated_by_the_others_alone() -> None:
    random = np.random.default_rng(2)
    labels = (random.random(400) < 0.5).astype(np.int64)
    chances = np.clip(0.3 + 0.4 * labels + random.normal(0, 0.1, 400), 0.01, 0.99)
    folds = np.arange(400) % 4
    split = crossed(folds)

    def judged(labels: NDArray[np.int64]) -> trial.Judged:
        each = [np.flatnonzero(folds == fold) for fold in range(4)]
        return trial.judged(
            labelled(labels),
            split,
            [predicted(fold, one, chances[one]) for fold, one in enumerate(each)],
            kind="temperature",
            balanced=False,
        )

    plain = judged(labels)
    other = labels.copy()
    other[folds == 0] = 1 - other[folds == 0]
    turned = judged(other)
    mine = folds == 0
    # Its own labels change nothing of what is said about a fold.
    np.testing.assert_array_equal(plain.table[mine], turned.table[mine])
    np.testing.assert_array_equal(
        plain.outcome.decided[mine], turned.outcome.decided[mine]
    )
    assert (plain.table[~mine] != turned.table[~mine]).any()


def test_that_an_example_predicted_twice_is_refused() -> None:
    split = crossed([0, 1, 0, 1])
    twice = [predicted(0, [0, 2], [0.1, 0.2]), predicted(1, [1, 2, 3], [0.1, 0.2, 0.3])]
    with pytest.raises(ValueError, match="twice"):
        trial.judged(labelled([0, 1, 0, 1]), split, twice, kind="none", balanced=False)
