"""Intervals cover what is true, draw whole groups, and stay wide with few labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gfm_desktop.finetune import evaluation, intervals
from gfm_desktop.finetune.evaluation import Outcome


def outcome(truth: Any, scores: Any, groups: Any = None) -> Outcome:
    number = len(truth)
    table = np.asarray(scores, float)[:, None]
    chances = 1 / (1 + np.exp(-table))
    return Outcome(
        "binary",
        np.asarray(truth).astype(np.int64),
        chances,
        chances >= 0.5,
        np.zeros(number, np.int64),
        np.arange(number) if groups is None else np.asarray(groups),
    )


@pytest.mark.parametrize(("number", "positives"), [(40, 10), (120, 30)])
def test_that_intervals_of_the_auroc_cover_the_true_one(
    number: int, positives: int
) -> None:
    # Two normal distributions 1 apart: the true area is Phi(1 / sqrt 2) = 0.7602.
    random = np.random.default_rng(3)
    truth = np.arange(number) < positives
    hits, times = 0, 100
    for time in range(times):
        scores = random.normal(size=number) + truth
        found = intervals.intervals(outcome(truth, scores), seed=time)["auroc"]
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.7602 <= found.high
    # 95 of 100, less three standard deviations of that.
    assert hits >= 88


def test_that_draws_take_whole_groups_and_repeat_with_the_seed() -> None:
    groups = np.repeat(np.arange(20), 3)
    first = np.concatenate(list(intervals.draws(groups, seed=1, number=50)))
    again = np.concatenate(list(intervals.draws(groups, seed=1, number=50)))
    other = np.concatenate(list(intervals.draws(groups, seed=2, number=50)))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    by_group = first.reshape(50, 20, 3)
    assert (by_group == by_group[:, :, :1]).all()
    np.testing.assert_array_equal(first.sum(axis=1), 60)


def test_that_copies_do_not_make_an_interval_narrower() -> None:
    random = np.random.default_rng(5)
    truth = random.random(60) < 0.5
    scores = random.normal(size=60) + truth
    alone = intervals.intervals(outcome(truth, scores), seed=1)["auroc"]
    copies = np.repeat(np.arange(60), 8)
    grouped = outcome(truth[copies], scores[copies], copies)
    together = intervals.intervals(grouped, seed=1)["auroc"]
    naive = intervals.intervals(outcome(truth[copies], scores[copies]), seed=1)["auroc"]

    def width(one: Any) -> float:
        return float(one.high - one.low)

    assert width(together) == pytest.approx(width(alone), rel=0.15)
    assert width(naive) < 0.6 * width(alone)


def test_that_few_groups_are_replaced_by_examples() -> None:
    groups = np.repeat(np.arange(3), 40)
    assert intervals.unit_of(groups) == "examples"
    weights = np.concatenate(list(intervals.draws(groups, seed=1, number=20)))
    assert (weights.reshape(20, 3, 40).std(axis=2) > 0).all()


def test_that_ten_examples_ranked_right_are_not_certain() -> None:
    truth = np.arange(10) < 5
    found = intervals.intervals(outcome(truth, truth * 4.0 - 2), seed=1)["auroc"]
    assert found.value == 1.0
    assert found.high == 1.0
    # 5 against 5 without an overlap happen by chance once in 252 times.
    assert found.low is not None
    assert 0.5 < found.low < 0.8


def test_that_a_difference_is_paired() -> None:
    random = np.random.default_rng(8)
    truth = random.random(300) < 0.5
    scores = random.normal(size=300) + truth
    one, other = outcome(truth, scores), outcome(truth, scores + 0.01 * truth)
    found = intervals.difference(other, one, seed=1)
    expected = evaluation.primary(other) - evaluation.primary(one)
    assert found.value == pytest.approx(expected[0])
    assert found.low is not None
    assert found.high is not None
    # Unpaired, the interval would be some 0.15 wide.
    assert found.high - found.low < 0.02
    same = intervals.difference(one, one, seed=1)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_that_folds_give_a_mean_with_an_interval() -> None:
    found = intervals.over_folds([0.7, 0.8, float("nan"), 0.9])
    assert found.value == pytest.approx(0.8)
    assert found.low is not None
    # Standard deviation 0.1, t of 2 degrees 4.303, corrected variance 1/3 + 1/2.
    assert found.value - found.low == pytest.approx(0.39278, rel=1e-4)
    assert intervals.over_folds([float("nan")]).value is None


def test_that_newcombe_s_interval_is_near_the_plain_one_for_many_examples() -> None:
    low, high = intervals.newcombe(0.8, 2000, 2000)
    assert (low + high) / 2 == pytest.approx(0.8, abs=0.002)
    assert high - low == pytest.approx(2 * 1.96 * 0.0069, rel=0.1)


def test_that_noise_is_within_its_interval() -> None:
    random = np.random.default_rng(11)
    truth = random.random(200) < 0.5
    found = intervals.intervals(outcome(truth, random.normal(size=200)), seed=1)
    assert found["auroc"].low is not None
    assert found["auroc"].low < 0.5 < (found["auroc"].high or 0)
