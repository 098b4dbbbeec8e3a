"""The change of expected neighbours, against the rule told again letter by letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.models.sequence import reverse_complement

from .scoring_kit import change, log_p, score_all, score_one, snv
from .toy_language import ToyLanguageModel, nucleotide

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference

NAME = "nucleotide-shift"


def told_again(model: ToyLanguageModel, ref: str, alt: str) -> np.ndarray:
    """Return KL of every letter, shape (letters,)."""
    p, q = (
        log_p(model.logits(model.tokens(text).ids[None])[0][1:-1][:, [3, 4, 5, 6]])
        for text in (ref, alt)
    )
    return np.array(
        [
            sum(np.exp(b) * (b - a) for a, b in zip(x, y, strict=True))
            for x, y in zip(p, q, strict=True)
        ]
    )


def test_that_the_score_is_the_mean_divergence_of_the_neighbours(
    toy_reference: Reference,
) -> None:
    model = nucleotide()
    variant = snv(toy_reference, 1_234)
    outcome = score_one(NAME, model, toy_reference, variant, window=40, distance=5)
    ref = toy_reference.fetch("chr1", 1_214, 1_254)
    alt = ref[:20] + variant.alt + ref[21:]
    forward = told_again(model, ref, alt)
    near = [15, 16, 17, 18, 19, 21, 22, 23, 24, 25]
    assert outcome.columns["score_forward"] == pytest.approx(forward[near].mean())
    reverse = told_again(model, reverse_complement(ref), reverse_complement(alt))
    near = [14, 15, 16, 17, 18, 20, 21, 22, 23, 24]
    assert outcome.columns["score_reverse"] == pytest.approx(reverse[near].mean())
    assert outcome.score > 0
    one = score_one(
        NAME, model, toy_reference, variant, window=40, distance=5, strands="forward"
    )
    values = {i: forward[i] for i in (*range(15, 20), *range(21, 26))}
    peak = max(values, key=values.__getitem__)
    assert one.columns["kl_max"] == pytest.approx(values[peak])
    assert one.columns["kl_max_offset"] == peak - 20


def test_that_an_mnv_is_compared_outside_its_own_bases(
    toy_reference: Reference,
) -> None:
    ref = toy_reference.fetch("chr1", 2_000, 2_003)
    alt = reverse_complement(ref)[::-1]
    variant = change(toy_reference, 2_000, 3, alt)
    model = nucleotide()
    one = score_one(
        NAME, model, toy_reference, variant, window=41, distance=4, strands="forward"
    )
    letters = toy_reference.fetch("chr1", 1_980, 2_021)
    kl = told_again(model, letters, letters[:20] + alt + letters[23:])
    assert one.score == pytest.approx(np.mean([*kl[16:20], *kl[23:27]]))


def test_that_ref_against_ref_changes_nothing(toy_reference: Reference) -> None:
    variant = change(toy_reference, 1_234, 1, toy_reference.fetch("chr1", 1_234, 1_235))
    assert score_one(NAME, nucleotide(), toy_reference, variant).score == 0


def test_that_indels_and_senseless_distances_are_refused(
    toy_reference: Reference,
) -> None:
    base = toy_reference.fetch("chr1", 1_234, 1_235)
    insertion = change(toy_reference, 1_234, 1, base + "T")
    (outcome,) = score_all(NAME, nucleotide(), toy_reference, [insertion])
    assert outcome.status == Status.UNSUPPORTED_BY_MODEL
    assert outcome.score is None
    assert "insertion" in outcome.reason
    with pytest.raises(OptionError, match="distance"):
        score_all(NAME, nucleotide(), toy_reference, [], distance=0)
