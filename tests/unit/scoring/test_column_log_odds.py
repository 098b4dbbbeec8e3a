"""The column log-odds: exactly the receptive field, the base visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.genome.status import Status
from gfm_desktop.models.sequence import reverse_complement

from .scoring_kit import change, log_p, score_all, score_one, snv
from .toy_language import column

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference

NAME = "column-log-odds"
CODES = {"A": 3, "C": 4, "G": 5, "T": 6, "-": 2}


def column_of(letters: str) -> np.ndarray:
    """Return log p of A, C, G, T in the middle of 11 letters."""
    ids = np.asarray([CODES[letter] for letter in letters])
    (row,) = column().logits(ids[None])[0]
    return log_p(row)


@pytest.mark.parametrize("position", [1_000, 5, 5_994])
def test_that_the_receptive_field_is_read_without_padding(
    position: int, toy_reference: Reference
) -> None:
    model = column()
    variant = snv(toy_reference, position)
    outcome = score_one(NAME, model, toy_reference, variant)
    assert model.asked == [(2, 11)]
    assert outcome.reason == ""
    letters = toy_reference.fetch("chr1", position - 5, position + 6)
    forward = column_of(letters)
    reverse = column_of(reverse_complement(letters))[::-1]
    ref, alt = ("ACGT".index(base) for base in (variant.ref, variant.alt))
    for values, name in ((forward, "score_forward"), (reverse, "score_reverse")):
        expected = values[alt] - values[ref]
        assert outcome.columns[name] == pytest.approx(expected, abs=1e-5)
    p_alt = np.exp([forward[alt], reverse[alt]]).mean()
    assert outcome.columns["p_alt"] == pytest.approx(p_alt, abs=1e-6)


@pytest.mark.parametrize("position", [0, 4, 5_995, 5_999])
def test_that_missing_letters_are_gaps_and_said_to_be(
    position: int, toy_reference: Reference
) -> None:
    variant = snv(toy_reference, position)
    outcome = score_one(NAME, column(), toy_reference, variant, strands="forward")
    assert "contig ends inside the window" in outcome.reason
    left, right = max(0, 5 - position), max(0, position + 6 - 6_000)
    inside = toy_reference.fetch("chr1", position - 5 + left, position + 6 - right)
    values = column_of("-" * left + inside + "-" * right)
    ref, alt = ("ACGT".index(base) for base in (variant.ref, variant.alt))
    assert outcome.score == pytest.approx(values[alt] - values[ref], abs=1e-5)


def test_that_a_model_without_gaps_refuses_the_ends(toy_reference: Reference) -> None:
    model = column()
    model.tokenizer = type(model.tokenizer)(
        model.tokenizer.letters,  # type: ignore[attr-defined]
        model.tokenizer.size,
        None,
    )
    variants = [snv(toy_reference, i) for i in (4, 5)]
    outcomes = score_all(NAME, model, toy_reference, variants)
    assert [one.status for one in outcomes] == [Status.OUT_OF_RANGE, Status.SCORED]
    assert "5 bases on each side" in outcomes[0].reason


@pytest.mark.parametrize(("length", "alt"), [(2, "{both}"), (1, "{first}A")])
def test_that_more_than_one_base_is_refused(
    length: int, alt: str, toy_reference: Reference
) -> None:
    ref = toy_reference.fetch("chr1", 1_000, 1_002)
    both = ref.translate(str.maketrans("ACGT", "CATG"))
    variant = change(toy_reference, 1_000, length, alt.format(both=both, first=ref[0]))
    (outcome,) = score_all(NAME, column(), toy_reference, [variant])
    assert outcome.status == Status.UNSUPPORTED_BY_MODEL
    assert outcome.reason.endswith("embedding-distance can.")
