"""The pseudo-log-likelihood, against a loop over every hidden token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.genome.status import Status
from gfm_desktop.models.sequence import reverse_complement

from .scoring_kit import change, log_p, score_all, score_one, snv
from .toy_language import ToyLanguageModel, beside, nucleotide, overlapping, pairs

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference

NAME = "pseudo-log-likelihood"


def pll(model: ToyLanguageModel, letters: str) -> float:
    """Return the sum over tokens, each hidden with all that share a letter with it."""
    tokens = model.tokens(letters)
    total = 0.0
    for place in range(len(tokens)):
        if tokens.starts[place] < 0:
            continue
        hidden = tokens.ids.copy()
        for other in range(len(tokens)):
            apart = (
                tokens.starts[other] < 0
                or tokens.ends[other] <= tokens.starts[place]
                or tokens.ends[place] <= tokens.starts[other]
            )
            if not apart:
                hidden[other] = model.tokenizer.mask_id
        row = log_p(model.logits(hidden[None])[0, place])
        total += row[tokens.ids[place]]
    return total


@pytest.mark.parametrize("make", [pairs, nucleotide, overlapping])
@pytest.mark.parametrize(
    ("length", "alt"), [(1, "A"), (2, "TT"), (1, "{first}GATTT"), (6, "{first}")]
)
def test_that_every_token_of_both_haplotypes_counts(
    make: type, length: int, alt: str, toy_reference: Reference
) -> None:
    first = toy_reference.fetch("chr1", 1_003, 1_004)
    variant = change(toy_reference, 1_003, length, alt.format(first=first))
    outcome = score_one(NAME, make(), toy_reference, variant)
    extra = max(0, len(variant.alt) - length)
    start = 1_003 - (40 - extra) // 2
    letters = toy_reference.fetch("chr1", start, start + 40 - extra)
    place = 1_003 - start
    changed = letters[:place] + variant.alt + letters[place + length :]
    model = make()
    forward = [pll(model, text) for text in (letters, changed)]
    reverse = [pll(model, reverse_complement(text)) for text in (letters, changed)]
    expected = {
        "score_forward": forward[1] - forward[0],
        "score_reverse": reverse[1] - reverse[0],
        "pll_ref": (forward[0] + reverse[0]) / 2,
        "pll_alt": (forward[1] + reverse[1]) / 2,
    }
    for column, value in expected.items():
        assert outcome.columns[column] == pytest.approx(value, abs=1e-4)
    mean = (expected["score_forward"] + expected["score_reverse"]) / 2
    assert outcome.score == pytest.approx(mean, abs=1e-4)


def test_that_inputs_that_hide_the_change_are_shared(toy_reference: Reference) -> None:
    model = nucleotide()
    variant = snv(toy_reference, 1_003)
    score_one(NAME, model, toy_reference, variant, strands="forward", batch_size=100)
    # 40 letters of two haplotypes; one input hides the only letter that differs.
    assert sum(count for count, _ in model.asked) == 79


def test_that_an_indel_that_moves_the_frame_is_refused(
    toy_reference: Reference,
) -> None:
    ref = toy_reference.fetch("chr1", 1_000, 1_004)
    moved = change(toy_reference, 1_000, 3, ref[0])
    held = change(toy_reference, 1_000, 4, ref[0])
    outcomes = score_all(NAME, beside(), toy_reference, [moved, held])
    assert outcomes[0].status == Status.UNSUPPORTED_BY_MODEL
    assert "by 2 moves all groups behind it" in outcomes[0].reason
    assert "multiple of 3" in outcomes[0].reason
    assert outcomes[1].status == Status.SCORED


def test_that_more_tokens_than_the_model_reads_are_refused(
    toy_reference: Reference,
) -> None:
    # 40 letters become 42 tokens only where no pairs are found, as in a run of N.
    variants = [snv(toy_reference, 3_990), snv(toy_reference, 1_000)]
    outcomes = score_all(NAME, pairs(longest=34), toy_reference, variants)
    assert outcomes[0].status == Status.TOO_LONG
    assert "at most 34 tokens" in outcomes[0].reason
    assert "option window" in outcomes[0].reason
    assert outcomes[1].status == Status.SCORED
    smaller = score_all(NAME, pairs(longest=34), toy_reference, variants[:1], window=20)
    assert smaller[0].status == Status.SCORED
    assert np.isfinite(smaller[0].score or np.nan)
