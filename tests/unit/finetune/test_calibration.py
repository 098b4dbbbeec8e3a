"""Calibration takes back what a training distorted, and never with few labels alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.finetune import calibration
from gfm_desktop.models.calibration import applied


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


@pytest.fixture
def distorted() -> tuple[Any, Any, Any]:
    """Return labels, probabilities with wrong odds, and the true probabilities."""
    random = np.random.default_rng(2)
    odds = random.normal(-2, 1.5, 3_000)
    labels = (random.random(3_000) < sigmoid(odds)).astype(np.int64)
    return labels, sigmoid(2 * odds + 3)[:, None].astype(np.float32), sigmoid(odds)


@pytest.mark.parametrize("kind", ["auto", "temperature", "isotonic"])
def test_that_wrong_odds_are_put_right(kind: str, distorted: tuple[Any, ...]) -> None:
    labels, chances, true = distorted
    found = calibration.fit("binary", labels[::2], chances[::2], kind=kind)
    after = applied(found, "binary", chances[1::2])[:, 0]
    assert np.abs(after - true[1::2]).mean() < 0.03
    assert np.abs(chances[1::2, 0] - true[1::2]).mean() > 0.2


def test_that_a_temperature_keeps_the_order(distorted: tuple[Any, ...]) -> None:
    labels, chances, _ = distorted
    found = calibration.fit("binary", labels, chances, kind="temperature")
    assert found["temperature"][0] == pytest.approx(2, rel=0.1)
    after = applied(found, "binary", chances)[:, 0]
    order = np.argsort(chances[:, 0])
    assert (np.diff(after[order]) >= 0).all()


def test_that_class_weights_are_taken_back_without_validation_labels() -> None:
    # Balanced weights make 10 % look like 50 %.
    labels = (np.arange(100) < 10).astype(np.int64)
    prior = calibration.prior_shift("binary", labels, 1)
    none = np.empty(0, np.int64)
    empty = np.empty((0, 1), np.float32)
    found = calibration.fit("binary", none, empty, kind="auto", prior=prior)
    half = applied(found, "binary", np.full((1, 1), 0.5, np.float32))
    assert half[0, 0] == pytest.approx(0.1)


def test_that_the_shift_of_several_classes_restores_their_shares() -> None:
    labels = np.repeat([0, 1, 2], [70, 20, 10])
    prior = calibration.prior_shift("multiclass", labels, 3)
    found = {"kind": "temperature", "temperature": [1.0] * 3, "bias": prior.tolist()}
    equal = np.full((1, 3), 1 / 3, np.float32)
    after = applied(found, "multiclass", equal)[0]
    np.testing.assert_allclose(after, [0.7, 0.2, 0.1], rtol=1e-5)


def test_that_few_separated_labels_do_not_make_it_certain() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1])
    chances = np.array([0.3, 0.35, 0.4, 0.6, 0.65, 0.7], np.float32)[:, None]
    found = calibration.fit("binary", labels, chances, kind="auto")
    after = applied(found, "binary", chances)
    assert 0.02 < after.min() < after.max() < 0.98
    one = calibration.fit("binary", labels[:3], chances[:3], kind="auto")
    np.testing.assert_allclose(applied(one, "binary", chances), chances, rtol=1e-5)


def test_that_a_curve_needs_two_hundred_labels(distorted: tuple[Any, ...]) -> None:
    labels, chances, _ = distorted
    few = calibration.fit("binary", labels[:199], chances[:199], kind="isotonic")
    enough = calibration.fit("binary", labels[:200], chances[:200], kind="isotonic")
    assert (few["kind"], enough["kind"]) == ("temperature", "isotonic")


def test_that_rows_of_several_classes_still_sum_to_one() -> None:
    random = np.random.default_rng(4)
    labels = random.integers(0, 3, 400)
    logits = 3 * (random.normal(size=(400, 3)) + np.eye(3)[labels])
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    chances = chances.astype(np.float32)
    for kind in ("temperature", "isotonic"):
        found = calibration.fit("multiclass", labels, chances, kind=kind)
        after = applied(found, "multiclass", chances)
        np.testing.assert_allclose(after.sum(axis=1), 1, rtol=1e-5)


def test_that_a_regression_is_left_alone() -> None:
    values = np.array([[1.5], [-3.0]], np.float32)
    found = calibration.fit("regression", np.zeros(2), values, kind="isotonic")
    np.testing.assert_array_equal(applied(found, "regression", values), values)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "magic"},
        {"kind": "temperature", "temperature": [1.0, 1.0], "bias": [0.0]},
        {"kind": "temperature", "temperature": [-1.0], "bias": [0.0]},
        {"kind": "isotonic", "given": [[0.5, 0.1]], "true": [[0.1, 0.5]]},
        {"kind": "isotonic", "given": [[0.5]], "true": []},
    ],
)
def test_that_a_calibration_that_makes_no_sense_is_refused(wrong: Any) -> None:
    with pytest.raises(ModelError, match="calibration"):
        applied(wrong, "binary", np.full((2, 1), 0.5, np.float32))


def test_that_the_reliability_curve_counts_every_prediction(
    distorted: tuple[Any, ...],
) -> None:
    labels, _, true = distorted
    found = calibration.reliability("binary", labels, true[:, None])
    assert sum(one.count for one in found) == len(labels)
    for one in found:
        assert one.low <= one.observed <= one.high
    inside = [one.low <= one.predicted <= one.high for one in found]
    assert np.mean(inside) >= 0.7, "true probabilities lie on the diagonal"
