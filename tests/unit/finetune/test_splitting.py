"""Splits keep relatives together, hold every example once, and repeat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfm_desktop.errors import InputError, OptionError
from gfm_desktop.finetune import splitting
from gfm_desktop.finetune.assigning import assign, strata
from gfm_desktop.finetune.labelled import LabelledSet
from gfm_desktop.finetune.places import overlap, overlapping_pairs
from gfm_desktop.finetune.split import TEST, TRAIN, UNUSED, VALIDATION, Split
from gfm_desktop.genome.interval import Interval

from .label_kit import binary, letters, mutated, unrelated


def assert_sound(split: Split, data: LabelledSet) -> None:
    """Every example in one part, every chosen one in one fold, no group parted."""
    n = len(data)
    assert split.parts.shape == split.folds.shape == split.groups.shape == (n,)
    assert (split.parts.dtype, split.folds.dtype) == (np.uint8, np.int64)
    assert sum(len(split.of(code)) for code in range(4)) == n
    in_folds = (split.parts == TRAIN) | (split.parts == VALIDATION)
    assert ((split.folds >= 0) == in_folds).all()
    if split.cross_validation:
        assert set(split.parts) <= {TRAIN, UNUSED}
    for group in np.unique(split.groups):
        members = split.groups == group
        if split.how != "given":
            assert len(set(split.parts[members])) == 1
        assert len(set(split.folds[members & in_folds])) <= 1
    assert split.why


def families(count: int, size: int, seed: int = 0) -> LabelledSet:
    rng = np.random.default_rng(seed)
    sequences = []
    for _ in range(count):
        parent = letters(rng, 120)
        sequences += [mutated(rng, parent, 0.05) for _ in range(size)]
    order = rng.permutation(len(sequences))
    labels = rng.integers(0, 2, len(sequences))
    return binary([sequences[i] for i in order], labels.tolist())


@settings(max_examples=80, deadline=None)
@given(
    groups=st.lists(st.integers(0, 30), min_size=1, max_size=150),
    shares=st.sampled_from([(0.7, 0.1, 0.2), (0.5, 0.5), (0.2,) * 5]),
    seed=st.integers(0, 5),
    data=st.data(),
)
def test_that_groups_are_never_parted(
    groups: list[int], shares: tuple[float, ...], seed: int, data: st.DataObject
) -> None:
    n = len(groups)
    kinds = data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    made = [
        assign(np.array(groups), np.array(kinds), shares, np.random.default_rng(seed))
        for _ in range(2)
    ]
    assert np.array_equal(made[0], made[1])
    assert made[0].shape == (n,)
    assert set(made[0]) <= set(range(len(shares)))
    for group in set(groups):
        assert len(set(made[0][np.array(groups) == group])) == 1


@settings(max_examples=40, deadline=None)
@given(
    kinds=st.lists(st.integers(0, 2), min_size=30, max_size=200),
    seed=st.integers(0, 9),
)
def test_that_single_examples_are_stratified_to_within_one(
    kinds: list[int], seed: int
) -> None:
    shares = (0.7, 0.1, 0.2)
    of = np.array(kinds)
    parts = assign(np.arange(len(of)), of, shares, np.random.default_rng(seed))
    for part, share in enumerate(shares):
        for kind in set(kinds):
            here = ((parts == part) & (of == kind)).sum()
            assert abs(here - share * (of == kind).sum()) <= 1


@settings(max_examples=12, deadline=None)
@given(
    count=st.integers(4, 40),
    size=st.integers(1, 8),
    split=st.sampled_from(["auto", "similarity", "random"]),
    seed=st.integers(0, 3),
)
def test_that_a_split_is_sound_and_repeats(
    count: int, size: int, split: str, seed: int
) -> None:
    data = families(count, size)
    one = splitting.make(data, split=split, seed=seed)
    assert_sound(one, data)
    again = splitting.make(data, split=split, seed=seed)
    for name in ("parts", "folds", "groups"):
        assert np.array_equal(getattr(one, name), getattr(again, name))
    if split != "random":
        assert len(np.unique(one.groups)) == count


def test_that_parts_have_the_sizes_and_shares_that_were_asked_for() -> None:
    data = unrelated(1_000)
    labels = (np.arange(1_000) % 5 == 0).astype(np.int64)
    split = splitting.make(replace(data, labels=labels), test_fraction=0.2)
    sizes = [len(split.of(code)) for code in range(4)]
    assert sizes == [700, 100, 200, 0]
    assert [int(labels[split.of(code)].sum()) for code in range(3)] == [140, 20, 40]
    assert np.bincount(split.folds[split.folds >= 0]).tolist() == [160] * 5
    assert not split.cross_validation


def test_that_another_seed_gives_another_split() -> None:
    data = unrelated(300)
    one, other = splitting.make(data, seed=1), splitting.make(data, seed=2)
    assert not np.array_equal(one.parts, other.parts)


def test_that_chromosomes_stay_whole_where_they_are_known() -> None:
    places = tuple(Interval(f"chr{i % 7}", 100 * i, 100 * i + 80) for i in range(350))
    data = replace(unrelated(350), places=places)
    split = splitting.make(data)
    assert split.how == "chromosome"
    assert "chromosomes (7)" in split.why
    assert_sound(split, data)
    contigs = [place.contig for place in places]
    for code in (TRAIN, VALIDATION, TEST):
        assert split.of(code).size
        here = {contigs[i] for i in split.of(code)}
        assert not here & {contigs[i] for i in np.flatnonzero(split.parts != code)}


def test_that_few_chromosomes_give_way_to_similarity() -> None:
    places = tuple(
        Interval(f"chr{i % 2}", 60 * (i // 2), 60 * (i // 2) + 80) for i in range(60)
    )
    near = replace(unrelated(300), places=places * 5)
    split = splitting.make(near)
    assert split.how == "similarity"
    # Neighbours share 20 letters of 80 only, but five rows share each place.
    assert len(np.unique(split.groups)) == 60
    with pytest.raises(OptionError, match="two chromosomes"):
        splitting.make(unrelated(300), split="chromosome")


def test_that_the_users_own_split_is_honoured() -> None:
    given_parts = ("train",) * 200 + ("test",) * 60 + ("validation",) * 30 + ("",) * 10
    data = replace(unrelated(300), given=given_parts)
    split = splitting.make(data)
    assert split.how == "given"
    assert_sound(split, data)
    assert [len(split.of(code)) for code in range(4)] == [200, 30, 60, 10]
    assert split.of(TEST).tolist() == list(range(200, 260))
    assert "10 rows are in no part" in split.why
    assert splitting.make(data, split="similarity").how == "similarity"
    with pytest.raises(OptionError, match="no column"):
        splitting.make(unrelated(300), split="given")


def test_that_parts_that_are_missing_are_taken_from_others() -> None:
    data = replace(unrelated(300), given=("train",) * 240 + ("test",) * 60)
    split = splitting.make(data)
    assert [len(split.of(code)) for code in range(4)] == [216, 24, 60, 0]
    assert "24 training rows choose settings" in split.why
    data = replace(unrelated(300), given=("train",) * 240 + ("validation",) * 60)
    split = splitting.make(data)
    assert split.of(TEST).tolist() == list(range(240, 300))
    assert len(split.of(VALIDATION)) == 24
    data = replace(unrelated(300), given=("train",) * 290 + ("",) * 10)
    split = splitting.make(data)
    assert split.cross_validation
    assert_sound(split, data)
    assert len(split.of(UNUSED)) == 10


@pytest.mark.parametrize(
    ("count", "positives", "crossed"),
    [(99, 50, True), (100, 50, False), (400, 40, True), (400, 60, False)],
)
def test_that_few_labels_are_cross_validated(
    count: int, positives: int, crossed: bool
) -> None:
    labels = np.zeros(count, np.int64)
    labels[:positives] = 1
    data = replace(unrelated(count), labels=labels)
    split = splitting.make(data)
    assert split.cross_validation == crossed
    assert_sound(split, data)
    if crossed:
        assert "every fold is predicted by a model that learnt" in split.why
        per_fold = [int(labels[split.folds == fold].sum()) for fold in range(5)]
        assert max(per_fold) - min(per_fold) <= 1


def test_that_folds_are_no_more_than_groups() -> None:
    data = families(4, 8)
    split = splitting.make(data, folds=10)
    assert set(split.folds) == {0, 1, 2, 3}


def test_that_one_family_cannot_be_split_honestly() -> None:
    with pytest.raises(InputError, match="too few to keep some apart"):
        splitting.make(families(1, 120))
    assert splitting.make(families(1, 120), split="random").how == "random"


def test_that_a_group_of_most_examples_is_told() -> None:
    rng = np.random.default_rng(3)
    parent = letters(rng, 120)
    relatives = [mutated(rng, parent, 0.04) for _ in range(130)]
    strangers = [letters(rng, 120) for _ in range(120)]
    labels = [i % 2 for i in range(250)]
    split = splitting.make(binary([*relatives, *strangers], labels))
    assert "holds 52% of all examples" in split.why
    assert set(split.parts[:130]) == {TRAIN}
    assert len(split.of(TEST)) >= 45


def test_that_numbers_and_label_sets_are_stratified() -> None:
    base = unrelated(400)
    rng = np.random.default_rng(4)
    values = rng.normal(size=400).astype(np.float32)
    numbers = LabelledSet("regression", ("y",), base.sequences, values, base.rows)
    assert np.bincount(strata(numbers)).tolist() == [80] * 5
    split = splitting.make(numbers)
    means = [float(values[split.of(code)].mean()) for code in range(3)]
    assert max(means) - min(means) < 0.25
    flags = np.zeros((400, 2), np.float32)
    flags[:100, 0], flags[80:400:8, 1] = 1, 1
    flags[0, 1] = np.nan
    many = LabelledSet("multilabel", ("a", "b"), base.sequences, flags, base.rows)
    # The rarest label decides: 40 have b; of those with a, 97 have no b.
    assert np.bincount(strata(many)).tolist() == [263, 97, 40]
    assert_sound(splitting.make(many), many)


def test_that_an_unknown_split_is_a_wrong_option() -> None:
    with pytest.raises(OptionError, match="no split “magic”"):
        splitting.make(unrelated(30), split="magic")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 120), st.integers(1, 90)),
        max_size=25,
    )
)
def test_that_overlapping_places_hang_together_and_others_do_not(
    spans: list[tuple[str, int, int]],
) -> None:
    from gfm_desktop.finetune.homology import components

    places = [Interval(contig, start, start + size) for contig, start, size in spans]
    n = len(places)
    every = np.array(
        [(i, j) for i in range(n) for j in range(i) if overlap(places[i], places[j])],
        np.int64,
    ).reshape(-1, 2)
    pairs = overlapping_pairs(places)
    assert all(overlap(places[i], places[j]) for i, j in pairs)
    assert np.array_equal(components(n, pairs), components(n, every))
    assert set(pairs.ravel()) == set(every.ravel())
