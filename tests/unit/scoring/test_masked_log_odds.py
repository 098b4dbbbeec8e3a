"""The masked log-odds, against the rule told again letter by letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.genome.status import Status
from gfm_desktop.models.sequence import reverse_complement

from .scoring_kit import change, log_p, score_all, score_one, snv
from .toy_language import ToyLanguageModel, nucleotide

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference

NAME = "masked-log-odds"


def told_again(
    model: ToyLanguageModel, letters: str, place: int, ref: str, alt: str
) -> tuple[float, float]:
    """Return log p of REF and ALT at the hidden letters that they change."""
    ids = model.tokens(letters).ids.copy()
    changed = [i for i in range(len(ref)) if ref[i] != alt[i]]
    ids[[1 + place + i for i in changed]] = 0
    table = log_p(model.logits(ids[None])[0])
    rows = [table[1 + place + i] for i in changed]
    codes = [
        {"A": 3, "C": 4, "G": 5, "T": 6}[a[i]] for a in (ref, alt) for i in changed
    ]
    half = len(changed)
    values = [row[code] for row, code in zip(rows * 2, codes, strict=True)]
    return float(sum(values[:half])), float(sum(values[half:]))


@pytest.mark.parametrize("size", [40, 41])
@pytest.mark.parametrize("alt", ["A", "C", "G", "T"])
def test_that_a_substitution_is_read_from_one_hidden_base(
    size: int, alt: str, toy_reference: Reference
) -> None:
    variant = change(toy_reference, 1_234, 1, alt)
    model = nucleotide()
    outcome = score_one(NAME, model, toy_reference, variant, window=size)
    assert model.asked == [(2, size + 2)]
    start = 1_234 - size // 2
    letters = toy_reference.fetch("chr1", start, start + size)
    if variant.ref == alt:
        assert (outcome.score, outcome.columns["score_reverse"]) == (0, 0)
        return
    forward = told_again(model, letters, size // 2, variant.ref, alt)
    other = [reverse_complement(text) for text in (letters, variant.ref, alt)]
    reverse = told_again(model, other[0], size - 1 - size // 2, other[1], other[2])
    scores = [forward[1] - forward[0], reverse[1] - reverse[0]]
    assert outcome.columns["score_forward"] == pytest.approx(scores[0], abs=1e-5)
    assert outcome.columns["score_reverse"] == pytest.approx(scores[1], abs=1e-5)
    assert outcome.score == pytest.approx(np.mean(scores), abs=1e-5)
    ref_p, alt_p = (np.exp([forward[i], reverse[i]]).mean() for i in (0, 1))
    assert outcome.columns["p_ref"] == pytest.approx(ref_p, abs=1e-6)
    assert outcome.columns["p_alt"] == pytest.approx(alt_p, abs=1e-6)


def test_that_an_mnv_hides_its_changed_bases_together(toy_reference: Reference) -> None:
    ref = toy_reference.fetch("chr1", 900, 903)
    alt = "".join({"A": "G", "C": "T", "G": "A", "T": "C"}[base] for base in ref)
    alt = alt[0] + ref[1] + alt[2]
    model = nucleotide()
    variant = change(toy_reference, 900, 3, alt)
    outcome = score_one(NAME, model, toy_reference, variant, strands="forward")
    letters = toy_reference.fetch("chr1", 880, 920)
    low, high = told_again(model, letters, 20, ref, alt)
    assert outcome.score == pytest.approx(high - low, abs=1e-5)
    assert outcome.columns["score_reverse"] is None


@pytest.mark.parametrize("position", [0, 3, 5_999])
def test_that_the_ends_of_a_contig_are_scored_in_shifted_windows(
    position: int, toy_reference: Reference
) -> None:
    model = nucleotide()
    variant = snv(toy_reference, position)
    outcome = score_one(NAME, model, toy_reference, variant, strands="forward")
    start = min(max(position - 20, 0), 5_960)
    letters = toy_reference.fetch("chr1", start, start + 40)
    ref, alt = told_again(model, letters, position - start, variant.ref, variant.alt)
    assert outcome.score == pytest.approx(alt - ref, abs=1e-5)
    assert model.asked[0] == (1, 42)


OTHER = str.maketrans("ACGTN", "CATGA")


@pytest.mark.parametrize(
    ("length", "alt", "word"),
    [
        (1, "{first}ACG", "insertions"),
        (4, "{first}", "deletions"),
        (3, "{other}TTTT", "replacements by another number"),
    ],
)
def test_that_other_kinds_are_refused_with_what_can_score_them(
    length: int, alt: str, word: str, toy_reference: Reference
) -> None:
    first = toy_reference.fetch("chr1", 700, 701)
    alt = alt.format(first=first, other=first.translate(OTHER))
    variant = change(toy_reference, 700, length, alt)
    model = nucleotide(scorers=(NAME, "unmasked-log-odds", "pseudo-log-likelihood"))
    (outcome,) = score_all(NAME, model, toy_reference, [variant])
    assert outcome.status == Status.UNSUPPORTED_BY_MODEL
    assert outcome.score is None
    for expected in ("Toy reads single bases", word, "pseudo-log-likelihood can."):
        assert expected in outcome.reason
    assert "unmasked" not in outcome.reason
    assert model.asked == []


def test_that_alleles_of_one_site_share_their_forward_passes(
    toy_reference: Reference,
) -> None:
    ref = toy_reference.fetch("chr1", 1_500, 1_501)
    variants = [
        change(toy_reference, 1_500, 1, alt) for alt in sorted(set("ACGT") - {ref})
    ]
    model = nucleotide()
    outcomes = score_all(NAME, model, toy_reference, variants)
    assert model.asked == [(2, 42)]
    assert len({outcome.score for outcome in outcomes}) == 3
