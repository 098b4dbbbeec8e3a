"""The fast score: nothing hidden, many variants from one forward pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.scoring import registry

from .scoring_kit import change, score_all, score_one, snv, values_of
from .toy_language import beside, nucleotide

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference

NAME = "unmasked-log-odds"
CODES = {"A": 3, "C": 4, "G": 5, "T": 6}


def test_that_it_says_that_it_is_another_score() -> None:
    assert "another score" in registry.card_of(NAME).title


@pytest.mark.parametrize("position", [1_000, 1_011, 1_019, 2, 5_998])
def test_that_the_visible_window_of_the_grid_is_read(
    position: int, toy_reference: Reference
) -> None:
    model = nucleotide()
    variant = snv(toy_reference, position)
    outcome = score_one(NAME, model, toy_reference, variant)
    assert model.asked == [(2, 42)]
    # Windows of 40 begin every 20 bases, 10 before the 20 that are theirs.
    start = min(max(position // 20 * 20 - 10, 0), 5_960)
    letters = toy_reference.fetch("chr1", start, start + 40)
    place = position - start
    forward = model.logits(model.tokens(letters).ids[None])[0, 1 + place]
    expected = forward[CODES[variant.alt]] - forward[CODES[variant.ref]]
    assert outcome.columns["score_forward"] == pytest.approx(expected, abs=1e-5)
    other = model.tokens(reverse_complement(letters)).ids
    reverse = model.logits(other[None])[0, 40 - place]
    ref, alt = (CODES[reverse_complement(b)] for b in (variant.ref, variant.alt))
    expected = reverse[alt] - reverse[ref]
    assert outcome.columns["score_reverse"] == pytest.approx(expected, abs=1e-5)


def test_that_neighbours_share_two_forward_passes(toy_reference: Reference) -> None:
    variants = [
        change(toy_reference, position, 1, alt)
        for position in range(1_000, 1_020)
        for alt in "ACGT"
    ]
    model = nucleotide()
    scores = values_of(score_all(NAME, model, toy_reference, variants))
    assert model.asked == [(2, 42)]
    assert len(set(scores)) > 55
    for variant, score in zip(variants, scores, strict=True):
        assert (score == 0) == (variant.ref == variant.alt)


def test_that_an_mnv_is_the_sum_of_its_bases(toy_reference: Reference) -> None:
    ref = toy_reference.fetch("chr1", 1_003, 1_005)
    alt = ref.translate(str.maketrans("ACGT", "CATG"))
    variants = [
        change(toy_reference, 1_003, 2, alt),
        change(toy_reference, 1_003, 1, alt[0]),
        change(toy_reference, 1_004, 1, alt[1]),
    ]
    both, *single = values_of(score_all(NAME, nucleotide(), toy_reference, variants))
    assert both == pytest.approx(sum(single), abs=1e-5)


def test_that_k_mers_are_compared_whole(toy_reference: Reference) -> None:
    model = beside(window=36)
    variant = snv(toy_reference, 1_000)
    outcome = score_one(NAME, model, toy_reference, variant, strands="forward")
    start = 1_000 // 18 * 18 - 9
    letters = toy_reference.fetch("chr1", start, start + 36)
    place = 1_000 - start
    changed = letters[:place] + variant.alt + letters[place + 1 :]
    before, after = model.tokens(letters).ids, model.tokens(changed).ids
    (token,) = (before != after).nonzero()[0]
    row = model.logits(before[None])[0, token]
    expected = row[after[token]] - row[before[token]]
    assert outcome.score == pytest.approx(expected, abs=1e-5)
