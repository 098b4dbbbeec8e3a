"""AUROC and the linear probe, against definitions and known answers."""

from __future__ import annotations

import numpy as np
import pytest


def test_that_auroc_counts_pairs_and_half_of_ties() -> None:
    from pretraining.measures import auroc

    cases, controls = np.array([1.0, 2.0, 2.0, 5.0]), np.array([0.0, 2.0, 3.0])
    pairs = [(a > b) + 0.5 * (a == b) for a in cases for b in controls]
    assert auroc(cases, controls) == pytest.approx(np.mean(pairs))
    assert auroc(controls, cases) == pytest.approx(1 - np.mean(pairs))


def test_that_the_interval_holds_the_value() -> None:
    from pretraining.measures import auroc_of_pairs

    random = np.random.default_rng(0)
    found = auroc_of_pairs(random.normal(1, 1, 200), random.normal(0, 1, 200))
    assert found.low < found.value < found.high
    # Two normals one standard deviation apart: Phi(1 / sqrt 2) = 0.760.
    assert found.low < 0.760 < found.high
    assert set(found.rounded()) == {"value", "low", "high"}


@pytest.mark.parametrize("count", [10, 200])
def test_that_the_probe_finds_what_a_line_can_tell(count: int) -> None:
    from pretraining.measures import probe

    random = np.random.default_rng(1)
    labels = np.arange(count + 500) % 2 == 0
    x = random.normal(size=(count + 500, 6)).astype(np.float32)
    # Two clouds three standard deviations apart: the best line has 0.98.
    x[labels, 2] += 3
    found = probe(x[:count], labels[:count], x[count:], labels[count:])
    assert found > (0.85 if count == 10 else 0.96)


def test_that_the_probe_finds_nothing_in_noise() -> None:
    from pretraining.measures import probe

    random = np.random.default_rng(2)
    x = random.normal(size=(1200, 5)).astype(np.float32)
    labels = np.arange(1200) % 2 == 0
    assert abs(probe(x[:200], labels[:200], x[200:], labels[200:]) - 0.5) < 0.06
