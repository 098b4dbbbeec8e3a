"""Fewer labels are nested whole groups; what follows from them is said carefully."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.finetune import learning_curve, suggestions
from gfm_desktop.finetune.intervals import Measured
from gfm_desktop.finetune.learning_curve import Point, in_words, part_of, reduced
from gfm_desktop.finetune.suggestions import Pool
from gfm_desktop.finetune.trial import Fold
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference

from .tuning_kit import parts, planted

if TYPE_CHECKING:
    from pathlib import Path


def point(labels: int, value: float, width: float = 0.02) -> Point:
    return Point(labels, Measured(value, value - width, value + width))


def test_that_parts_are_nested_and_keep_groups_together() -> None:
    data = planted(200)
    groups = np.arange(200) // 4
    chosen = np.arange(20, 180)
    eighth, half = (
        part_of(data, groups, chosen, share, seed=3) for share in (1 / 8, 1 / 2)
    )
    assert set(eighth) < set(half) < set(chosen)
    assert len(eighth) == pytest.approx(20, abs=4)
    for part in (eighth, half):
        counts = np.bincount(groups[part])
        assert set(counts[counts > 0]) == {4}
    np.testing.assert_array_equal(part_of(data, groups, chosen, 1.0, seed=3), chosen)


def test_that_what_is_left_out_cannot_even_choose() -> None:
    data = planted(200)
    train, validation, test, folds = parts(200)
    fold = Fold(0, train, validation, test, folds)
    less = reduced(data, np.arange(200), fold, 0.25, 1)
    assert less is not None
    assert len(less.train) == 30
    assert len(less.validation) == 10
    np.testing.assert_array_equal(less.test, test)
    used = np.flatnonzero(less.folds >= 0)
    np.testing.assert_array_equal(used, np.union1d(less.train, less.validation))
    few = Fold(0, train[:8], validation[:0], test, folds)
    assert reduced(data, np.arange(200), few, 1 / 8, 1) is None


def test_that_a_curve_that_rises_tells_how_many_labels_are_needed() -> None:
    # The error falls as 2 / sqrt(n): 0.9 needs 400, 0.95 needs 1,600.
    points = [point(n, 1 - 2 / n**0.5) for n in (50, 100, 200, 400)]
    words, needed = in_words(points, "auroc")
    assert needed == 1_600
    assert "AUROC 0.95 takes about 1,600 labels" in words


def test_that_a_flat_curve_says_so_or_that_nobody_knows() -> None:
    points = [point(n, 0.8, 0.01) for n in (50, 100, 200, 400)]
    assert "hardly help" in in_words(points, "auroc")[0]
    points = [point(n, 0.8, 0.1) for n in (50, 100, 200, 400)]
    assert "cannot be told from chance" in in_words(points, "auroc")[0]
    assert in_words(points[:1], "auroc")[1] is None


def test_that_far_extrapolations_are_not_given() -> None:
    points = [point(n, 1 - 0.4 * n**-0.03) for n in (12, 25, 50, 100)]
    words, needed = in_words(points, "auroc")
    assert needed is None
    assert "too slowly" in words
    assert learning_curve.FRACTIONS[-1] == 1


def test_that_doubt_is_highest_in_the_middle() -> None:
    found = suggestions.uncertainty("binary", np.array([[0.5], [0.9], [0.01]]))
    assert found[0] == pytest.approx(1)
    assert found[0] > found[1] > found[2]
    rows = np.array([[1 / 3, 1 / 3, 1 / 3], [0.9, 0.05, 0.05]])
    found = suggestions.uncertainty("multiclass", rows)
    assert found[0] == pytest.approx(1)
    assert found[1] < 0.5


def test_that_suggestions_are_doubtful_and_differ() -> None:
    random = np.random.default_rng(6)
    puzzle = "".join(random.choice(list("ACGT"), 80))
    others = tuple("".join(random.choice(list("ACGT"), 80)) for _ in range(60))
    pool = Pool("here", (puzzle,) * 40 + others)
    doubt = np.concatenate([np.full(40, 1.0), np.full(30, 0.9), np.full(30, 0.1)])
    chosen = [i for i, _ in suggestions.choose(pool, doubt, [])]
    assert len(chosen) == suggestions.NUMBER
    assert len(set(chosen)) == len(chosen)
    assert chosen[0] < 40
    assert sum(i < 40 for i in chosen) == 1, "a copy teaches nothing"
    assert all(i < 70 for i in chosen), "what is sure is not asked"
    known = [i for i, _ in suggestions.choose(pool, doubt, [puzzle])]
    assert not any(i < 40 for i in known)


def test_that_places_of_a_genome_overlap_no_label_and_can_be_cancelled(
    tmp_path: Path,
) -> None:
    letters = "".join(np.random.default_rng(2).choice(list("ACGT"), 4000))
    path = tmp_path / "g.fa"
    path.write_text(f">c\n{'N' * 90_000}{letters}\n", encoding="ascii")
    reference = Reference.open(path)
    places = tuple(
        Interval("c", start, start + 50) for start in range(90_000, 93_000, 500)
    )
    data = replace(planted(len(places)), places=places)
    told = []
    drawing = suggestions.of_genome(data, reference, seed=1)
    while True:
        try:
            told.append(next(drawing))
        except StopIteration as end:
            pool = end.value
            break
    reference.close()
    assert len(told) > 50, "a genome of N takes many tries; each few can be the last"
    assert pool is not None
    assert len(pool.places) == len(pool.sequences) >= suggestions.NUMBER
    for place, sequence in zip(pool.places, pool.sequences, strict=True):
        assert not any(place.overlaps(label) for label in places)
        assert sequence.count("N") <= 25
