"""Distances of embeddings: three measures, two poolings, one direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import Status

from .scoring_kit import change, score_all, score_one, snv
from .toy_language import beside, column, nucleotide, pairs

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference

NAME = "embedding-distance"


@pytest.mark.parametrize("pooling", ["all", "letters"])
@pytest.mark.parametrize("make", [nucleotide, pairs])
def test_that_measures_compare_mean_states(
    make: type, pooling: str, toy_reference: Reference
) -> None:
    model = make()
    ref = toy_reference.fetch("chr1", 1_000, 1_001)
    variant = change(toy_reference, 1_000, 1, ref + "GATTACA")
    letters = toy_reference.fetch("chr1", 984, 1_017)
    states = []
    for text in (letters, letters[:16] + variant.alt + letters[17:]):
        values = model.hidden(model.tokens(text).ids[None])[0].astype(float)
        states.append((values if pooling == "all" else values[1:-1]).mean(axis=0))
    before, after = states
    cosine = before @ after / np.linalg.norm(before) / np.linalg.norm(after)
    l2 = np.linalg.norm(before - after)
    common = {"pooling": pooling, "strands": "forward"}
    first = score_one(NAME, model, toy_reference, variant, measure="cosine", **common)
    assert first.score == pytest.approx(1 - cosine, abs=1e-6)
    assert first.columns["similarity"] == pytest.approx(cosine, abs=1e-6)
    second = score_one(NAME, model, toy_reference, variant, measure="l2", **common)
    assert second.score == pytest.approx(l2, abs=1e-6)
    assert second.columns.get("similarity") is None


@pytest.mark.parametrize("pooling", ["all", "letters"])
def test_that_the_inner_product_is_a_sum_over_tokens_with_its_sign_turned(
    pooling: str, toy_reference: Reference
) -> None:
    model = nucleotide()
    variant = snv(toy_reference, 1_000)
    letters = toy_reference.fetch("chr1", 980, 1_020)
    texts = (letters, letters[:20] + variant.alt + letters[21:])
    before, after = (
        model.hidden(model.tokens(text).ids[None])[0].astype(float) for text in texts
    )
    part = slice(None) if pooling == "all" else slice(1, -1)
    product = (before[part] * after[part]).sum()
    outcome = score_one(
        NAME,
        model,
        toy_reference,
        variant,
        measure="inner_product",
        pooling=pooling,
        strands="forward",
    )
    assert outcome.score == pytest.approx(-product, rel=1e-6)
    assert outcome.columns["similarity"] == pytest.approx(product, rel=1e-6)


def test_that_haplotypes_of_unequal_tokens_have_no_inner_product(
    toy_reference: Reference,
) -> None:
    ref = toy_reference.fetch("chr1", 1_000, 1_001)
    variant = change(toy_reference, 1_000, 1, ref + "ACGACG")
    (outcome,) = score_all(
        NAME, nucleotide(), toy_reference, [variant], measure="inner_product"
    )
    assert outcome.status == Status.UNSUPPORTED_BY_MODEL
    assert "cosine and l2" in outcome.reason


def test_that_a_bigger_change_scores_higher_by_every_measure(
    toy_reference: Reference,
) -> None:
    ref = toy_reference.fetch("chr1", 1_000, 1_012)
    small = snv(toy_reference, 1_000)
    large = change(
        toy_reference, 1_000, 12, ref.translate(str.maketrans("ACGT", "TGCA"))
    )
    for measure in ("cosine", "l2", "inner_product"):
        low, high = score_all(
            NAME, nucleotide(), toy_reference, [small, large], measure=measure
        )
        assert low.score is not None
        assert high.score is not None
        assert low.score < high.score


def test_that_networks_that_crop_are_averaged_over_what_they_give(
    toy_reference: Reference,
) -> None:
    for pooling in ("all", "letters"):
        variant = snv(toy_reference, 1_000)
        model = column()
        outcome = score_one(
            NAME, model, toy_reference, variant, pooling=pooling, window=30
        )
        assert outcome.score
        assert model.asked == [(4, 40)]


def test_that_a_moved_frame_is_cautioned(toy_reference: Reference) -> None:
    ref = toy_reference.fetch("chr1", 1_000, 1_001)
    moved = change(toy_reference, 1_000, 1, ref + "GA")
    held = change(toy_reference, 1_000, 1, ref + "GAT")
    outcomes = score_all(NAME, beside(), toy_reference, [moved, held])
    assert [one.status for one in outcomes] == [Status.SCORED] * 2
    assert "moves all groups behind it" in outcomes[0].reason
    assert outcomes[1].reason == ""


@pytest.mark.parametrize("options", [{"measure": "l1"}, {"pooling": "cls"}])
def test_that_an_unknown_choice_is_refused(
    options: dict[str, str], toy_reference: Reference
) -> None:
    with pytest.raises(OptionError, match="must be one of"):
        score_all(NAME, nucleotide(), toy_reference, [], **options)
