"""Relatives are found: the aligner against a plain one, and planted families."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfm_desktop.finetune import homology, seeds
from gfm_desktop.finetune.alignment import HALF_BAND, PairToAlign, align
from gfm_desktop.models.sequence import base_codes, reverse_complement

from .label_kit import letters, mutated


def plain_alignment(first: str, second: str, diagonal: int) -> tuple[int, int]:
    """Smith-Waterman cell by cell: equal letters and columns of the best alignment."""
    best = (0, 0)
    rows: dict[tuple[int, int], tuple[int, int]] = {}
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            if abs(j - i - diagonal) > HALF_BAND:
                continue
            score, equal = rows.get((i - 1, j - 1), (0, 0))
            cell = (score + 2, equal + 1) if a == b else (score - 3, equal)
            for near in ((i - 1, j), (i, j - 1)):
                score, equal = rows.get(near, (0, 0))
                cell = max(cell, (score - 3, equal))
            rows[i, j] = max(cell, (0, 0))
            best = max(best, rows[i, j])
    score, equal = best
    return equal, equal + (2 * equal - score) // 3


dna = st.text("ACGT", min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(dna, dna, st.integers(-40, 40)), min_size=1, max_size=5))
def test_that_the_quick_alignment_is_the_plain_one(
    pairs: list[tuple[str, str, int]],
) -> None:
    made = [PairToAlign(base_codes(a), base_codes(b), d) for a, b, d in pairs]
    equal, columns = align(made)
    expected = [plain_alignment(*pair) for pair in pairs]
    assert list(zip(equal.tolist(), columns.tolist(), strict=True)) == expected


def test_that_an_alignment_counts_gaps_as_errors() -> None:
    rng = np.random.default_rng(3)
    whole = letters(rng, 120)
    gapped = whole[:50] + whole[53:90] + "A" + whole[90:]
    equal, columns = align([PairToAlign(base_codes(whole), base_codes(gapped), 0)])
    assert equal[0] == 117
    assert columns[0] == 121


def test_that_unknown_letters_never_meet() -> None:
    sequences = ("N" * 60 + "ACGTTGCAAC" * 2, "N" * 60 + "TTGACCATGA" * 2)
    assert len(homology.relatives(sequences, 0.8).pairs) == 0


def group_of(sequences: list[str], identity: float = 0.8) -> np.ndarray:
    return homology.relatives(tuple(sequences), identity).joined()


@pytest.mark.parametrize("rate", [0.02, 0.08])
@pytest.mark.parametrize("length", [120, 450])
def test_that_a_family_with_mutations_and_gaps_is_one_group(
    rate: float, length: int
) -> None:
    rng = np.random.default_rng(int(1000 * rate) + length)
    strangers = [letters(rng, length) for _ in range(150)]
    parent = letters(rng, length)
    family = [mutated(rng, parent, rate) for _ in range(12)]
    family = [one if i % 2 else reverse_complement(one) for i, one in enumerate(family)]
    groups = group_of(strangers + family)
    assert len(set(groups[150:])) == 1
    assert len(set(groups)) == 151


def test_that_what_is_less_alike_than_asked_is_no_relative() -> None:
    rng = np.random.default_rng(8)
    parent = letters(rng, 500)
    child = mutated(rng, parent, 0.12, indels=0)
    share = np.mean([a == b for a, b in zip(parent, child, strict=True)])
    assert 0.84 < share < 0.92
    assert len(set(group_of([parent, child], 0.8))) == 1
    assert len(set(group_of([parent, child], 0.95))) == 2


def test_that_a_short_shared_element_does_not_make_relatives() -> None:
    rng = np.random.default_rng(9)
    motif = letters(rng, 40)
    sequences = [letters(rng, 200) + motif + letters(rng, 200) for _ in range(30)]
    assert len(set(group_of(sequences))) == 30


def test_that_repeats_of_a_few_letters_do_not_make_relatives() -> None:
    rng = np.random.default_rng(10)
    sequences = [
        letters(rng, 60) + unit * 20 + letters(rng, 60)
        for unit in ("A", "CA", "CAG", "CA", "A")
    ]
    assert len(set(group_of(sequences))) == 5


@pytest.mark.parametrize("shift", [1, 30, 150, 174])
@pytest.mark.parametrize("turned", [False, True])
def test_that_shifted_windows_overlap(shift: int, turned: bool) -> None:
    rng = np.random.default_rng(shift)
    genome = letters(rng, 400)
    pair = [genome[:200], genome[shift : shift + 200]]
    if turned:
        pair[1] = reverse_complement(pair[1])
    others = [letters(rng, 200) for _ in range(40)]
    found = homology.relatives((*pair, *others), 0.8)
    assert found.pairs.tolist() == [[0, 1]]
    assert found.kinds.tolist() == [homology.OVERLAP]


def test_that_a_window_inside_another_overlaps() -> None:
    genome = letters(np.random.default_rng(4), 300)
    found = homology.relatives((genome, genome[100:160]), 0.8)
    assert found.kinds.tolist() == [homology.OVERLAP]


def test_that_equal_and_opposite_sequences_share_a_number() -> None:
    one = letters(np.random.default_rng(5), 60)
    found = homology.relatives((one, one, reverse_complement(one)), 0.8)
    assert len(set(found.owner.tolist())) == 1
    assert found.flipped[0] == found.flipped[1] != found.flipped[2]


def test_that_a_large_family_hangs_together_though_not_all_pairs_are_seen() -> None:
    rng = np.random.default_rng(6)
    parent = letters(rng, 150)
    family = [mutated(rng, parent, 0.03) for _ in range(300)]
    found = homology.relatives(tuple(family), 0.8)
    assert len(found.pairs) < 300 * 299 / 4
    assert len(set(found.joined())) == 1


def test_that_the_answer_does_not_depend_on_the_order() -> None:
    rng = np.random.default_rng(7)
    sequences = [letters(rng, 100) for _ in range(20)]
    sequences += [mutated(rng, sequences[0], 0.05) for _ in range(5)]
    one = group_of(sequences)
    order = rng.permutation(25)
    other = group_of([sequences[i] for i in order])
    assert np.array_equal(
        one[order][:, None] == one[order][None, :], other[:, None] == other[None, :]
    )


def test_that_long_sequences_are_aligned_around_what_they_share() -> None:
    rng = np.random.default_rng(12)
    shared = letters(rng, 3_000)
    first = letters(rng, 20_000) + shared + letters(rng, 20_000)
    second = letters(rng, 5_000) + mutated(rng, shared, 0.05) + letters(rng, 30_000)
    assert homology.relatives((first, second), 0.8).kinds.tolist() == [
        homology.HOMOLOGOUS
    ]


def test_that_a_sample_of_words_is_owned_up_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seeds, "_MOST_WORDS", 8_000)
    rng = np.random.default_rng(13)
    parent = letters(rng, 500)
    sequences = [letters(rng, 500) for _ in range(60)]
    sequences += [parent, mutated(rng, parent, 0.02)]
    found = homology.relatives(tuple(sequences), 0.8)
    assert found.pairs.tolist() == [[60, 61]]
    assert "only 26% of the words" in found.limits[0]


def test_that_a_search_says_how_far_it_is_and_is_remembered() -> None:
    rng = np.random.default_rng(14)
    sequences = tuple(letters(rng, 60) for _ in range(10))
    steps = list(homology.search(sequences, 0.8))
    assert steps[0] == (0, 0)
    assert list(homology.search(sequences, 0.8)) == []
    first = homology.relatives(sequences, 0.8)
    assert homology.relatives((*sequences[:5], *sequences[5:]), 0.8) is first
    assert homology.relatives(sequences, 0.9) is not first


@pytest.mark.parametrize(
    "sequences", [(), ("ACGT",), ("ACGTACGTAC", "ACG"), ("N" * 99,)]
)
def test_that_next_to_nothing_has_no_relatives(sequences: tuple[str, ...]) -> None:
    found = homology.relatives(sequences, 0.8)
    assert len(found.pairs) == 0
    assert len(found.joined()) == len(sequences)
