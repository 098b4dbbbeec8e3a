"""Measures against scikit-learn, scipy and numbers worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

from gfm_desktop.finetune import evaluation, metrics
from gfm_desktop.finetune.evaluation import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

reference: Any = pytest.importorskip("sklearn.metrics")
NUMBER = 400


def ones(number: int) -> NDArray[np.float64]:
    return np.ones((1, number))


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def binary(random: np.random.Generator) -> tuple[Any, Any]:
    """Return truth and probabilities with many ties."""
    truth = random.random(NUMBER) < 0.3
    chance = np.clip(random.normal(0.3 + 0.3 * truth, 0.25), 0, 1).round(2)
    return truth, chance


PAIRS: list[tuple[Callable[..., Any], Callable[..., float]]] = [
    (metrics.auroc, reference.roc_auc_score),
    (metrics.average_precision, reference.average_precision_score),
]


@pytest.mark.parametrize(("mine", "theirs"), PAIRS)
def test_that_measures_of_order_equal_scikit_learn_s_with_ties_and_in_draws(
    mine: Any, theirs: Any, binary: tuple[Any, Any], random: np.random.Generator
) -> None:
    truth, chance = binary
    assert mine(truth, chance, ones(NUMBER))[0] == pytest.approx(theirs(truth, chance))
    drawn = random.integers(0, NUMBER, (5, NUMBER))
    weights = np.stack([np.bincount(one, minlength=NUMBER) for one in drawn]) * 1.0
    expected = [theirs(truth[one], chance[one]) for one in drawn]
    np.testing.assert_allclose(mine(truth, chance, weights), expected)


def test_that_probabilities_and_decisions_equal_scikit_learn_s(
    binary: tuple[Any, Any],
) -> None:
    truth, chance = binary
    real, said = truth.astype(int), (chance > 0.4).astype(int)
    both = np.stack([1 - chance, chance], axis=1)
    table = np.stack([~truth, truth], axis=1).astype(float)
    w = ones(NUMBER)
    found = {
        "mcc": metrics.matthews(real, said, 2, w)[0],
        "brier": metrics.brier(table[:, 1:], both[:, 1:], w)[0],
        "log_loss": metrics.log_loss(table, both, w)[0],
    }
    clipped = np.clip(chance, metrics.SMALLEST, 1 - metrics.SMALLEST)
    assert found == {
        "mcc": pytest.approx(reference.matthews_corrcoef(real, said)),
        "brier": pytest.approx(reference.brier_score_loss(truth, chance)),
        "log_loss": pytest.approx(reference.log_loss(truth, clipped)),
    }


def test_that_matthews_correlation_of_several_classes_is_scikit_learn_s(
    random: np.random.Generator,
) -> None:
    truth = random.integers(0, 4, NUMBER)
    said = np.where(random.random(NUMBER) < 0.5, truth, random.integers(0, 4, NUMBER))
    found = metrics.matthews(truth, said, 4, ones(NUMBER))[0]
    assert found == pytest.approx(reference.matthews_corrcoef(truth, said))


def test_that_one_class_gives_no_order_and_no_correlation() -> None:
    truth, chance = np.ones(5, bool), np.linspace(0, 1, 5)
    assert np.isnan(metrics.auroc(truth, chance, ones(5))[0])
    assert metrics.matthews(truth.astype(int), truth.astype(int), 2, ones(5))[0] == 0


def test_that_the_calibration_error_is_the_one_worked_out_by_hand() -> None:
    # Two bins: 0.2 came true in 1 of 2 (off by 0.3), 0.9 in 2 of 2 (off by 0.1).
    chance = np.array([0.2, 0.2, 0.9, 0.9])
    hit = np.array([True, False, True, True])
    found = metrics.calibration_error(hit, chance, ones(4))[0]
    assert found == pytest.approx((0.3 * 2 + 0.1 * 2) / 4)


def test_that_only_pairs_of_one_fold_are_compared() -> None:
    # Within each fold the order is right; the folds' scales differ.
    truth = np.array([False, True, False, True])
    scores = np.array([0.1, 0.2, 0.8, 0.9])
    folds = np.array([0, 0, 1, 1])
    assert metrics.auroc(truth, scores, ones(4))[0] == pytest.approx(0.75)
    assert metrics.auroc(truth, scores, ones(4), folds)[0] == 1.0


def test_that_a_constant_of_each_fold_is_a_guess_and_not_worse() -> None:
    # In a cross-validation the majority's constant is low where positives are many.
    truth = np.array([True, True, False, True, False, False])
    scores = np.array([0.3, 0.3, 0.3, 0.7, 0.7, 0.7])
    folds = np.array([0, 0, 0, 1, 1, 1])
    assert metrics.auroc(truth, scores, ones(6), folds)[0] == 0.5
    number = truth.astype(float)
    assert metrics.pearson(number, scores, ones(6), folds)[0] == 0.0


def test_that_correlations_equal_scipy_s_with_ties_and_in_draws(
    random: np.random.Generator,
) -> None:
    x = random.normal(1e5, 2, NUMBER)
    y = (x + random.normal(0, 3, NUMBER)).round()
    drawn = random.integers(0, NUMBER, NUMBER)
    weights = np.bincount(drawn, minlength=NUMBER)[None, :] * 1.0
    for some, w in ((np.arange(NUMBER), ones(NUMBER)), (drawn, weights)):
        a, b = x[some], y[some]
        assert metrics.pearson(x, y, w)[0] == pytest.approx(stats.pearsonr(a, b)[0])
        assert metrics.spearman(x, y, w)[0] == pytest.approx(stats.spearmanr(a, b)[0])
        found = metrics.determination(x, y, w)[0]
        assert found == pytest.approx(reference.r2_score(a, b))
        found = metrics.absolute_error(x, y, w)[0]
        assert found == pytest.approx(reference.mean_absolute_error(a, b))


def outcome(task: Any, labels: Any, predictions: Any, **more: Any) -> Outcome:
    number = len(predictions)
    usual: dict[str, Any] = {
        "decided": evaluation.decide(task, predictions, np.full(9, 0.5)[:1]),
        "strata": np.zeros(number, np.int64),
        "groups": np.arange(number),
    }
    return Outcome(task, labels, predictions, **(usual | more))


def test_that_a_multi_class_auroc_is_the_mean_of_each_class_against_the_rest(
    random: np.random.Generator,
) -> None:
    labels = random.integers(0, 3, NUMBER)
    logits = random.normal(size=(NUMBER, 3)) + np.eye(3)[labels]
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = evaluation.values(outcome("multiclass", labels, chances))
    expected = reference.roc_auc_score(labels, chances, multi_class="ovr")
    assert found["auroc"] == pytest.approx(expected)
    accuracy = reference.accuracy_score(labels, chances.argmax(axis=1))
    assert found["accuracy"] == pytest.approx(accuracy)
    assert evaluation.primary_of("multiclass", labels, chances) == found["auroc"]


def test_that_labels_that_are_not_known_count_nothing(
    random: np.random.Generator,
) -> None:
    labels = (random.random((NUMBER, 2)) < 0.4).astype(np.float32)
    chances = np.clip(random.normal(0.3 + 0.3 * labels, 0.3), 0, 1)
    labels[::3, 1] = np.nan
    limits = np.full((NUMBER, 2), 0.5)
    decided = evaluation.decide("multilabel", chances, limits)
    found = evaluation.values(outcome("multilabel", labels, chances, decided=decided))
    known = ~np.isnan(labels[:, 1])
    expected = [
        reference.roc_auc_score(labels[:, 0], chances[:, 0]),
        reference.roc_auc_score(labels[known, 1], chances[known, 1]),
    ]
    assert found["auroc"] == pytest.approx(np.mean(expected))


def test_that_the_threshold_has_the_highest_matthews_correlation(
    binary: tuple[Any, Any],
) -> None:
    truth, chance = binary
    limit = evaluation.best_threshold(truth, chance)
    best = max(reference.matthews_corrcoef(truth, chance >= c) for c in chance)
    assert reference.matthews_corrcoef(truth, chance >= limit) == pytest.approx(best)
    assert limit not in chance
    assert evaluation.best_threshold(truth, np.full(NUMBER, 0.3)) == 0.5
