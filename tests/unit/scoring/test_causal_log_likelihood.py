"""The causal log-likelihood, against a loop over every next token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.sequence import reverse_complement

from .scoring_kit import change, log_p, score_all, score_one
from .toy_language import ToyLanguageModel, nucleotide

if TYPE_CHECKING:
    from pathlib import Path

NAME = "causal-log-likelihood"


def causal(**facts: object) -> ToyLanguageModel:
    """Return a model that closes a sequence with a special token, as HyenaDNA does."""
    return nucleotide(objective="causal", mask=None, special=((), (2,)), **facts)


def likelihood(model: ToyLanguageModel, letters: str) -> tuple[float, int]:
    """Return the sum of log p(next token), and how many there are."""
    ids = model.tokens(letters).ids
    assert ids[-1] == 2
    table = log_p(model.logits(ids[None])[0])
    return sum(table[i, ids[i + 1]] for i in range(len(ids) - 1)), len(ids) - 1


@pytest.mark.parametrize(
    ("length", "alt"), [(1, "A"), (3, "CAC"), (1, "{first}GGA"), (5, "{first}")]
)
def test_that_sums_and_means_are_compared(
    length: int, alt: str, toy_reference: Reference
) -> None:
    first = toy_reference.fetch("chr1", 1_003, 1_004)
    variant = change(toy_reference, 1_003, length, alt.format(first=first))
    model = causal()
    outcome = score_one(NAME, model, toy_reference, variant)
    extra = max(0, len(variant.alt) - length)
    start = 1_003 - (40 - extra) // 2
    letters = toy_reference.fetch("chr1", start, start + 40 - extra)
    place = 1_003 - start
    changed = letters[:place] + variant.alt + letters[place + length :]
    sums, means = [], []
    for ref, alternative in (
        (letters, changed),
        (reverse_complement(letters), reverse_complement(changed)),
    ):
        (low, few), (high, many) = (likelihood(model, s) for s in (ref, alternative))
        sums.append(high - low)
        means.append(high / many - low / few)
    assert outcome.columns["score_forward"] == pytest.approx(sums[0], abs=1e-4)
    assert outcome.columns["score_reverse"] == pytest.approx(sums[1], abs=1e-4)
    assert outcome.score == pytest.approx(sum(sums) / 2, abs=1e-4)
    mean = sum(means) / 2
    assert outcome.columns["mean_difference"] == pytest.approx(mean, abs=1e-5)


def test_that_ref_is_read_once_for_all_alleles_of_a_site(
    toy_reference: Reference,
) -> None:
    ref = toy_reference.fetch("chr1", 1_003, 1_004)
    others = sorted(set("ACGT") - {ref})
    variants = [change(toy_reference, 1_003, 1, alt) for alt in others]
    model = causal()
    score_all(NAME, model, toy_reference, variants, batch_size=64)
    assert model.asked == [(8, 41)]


def test_that_a_contig_of_one_token_has_nothing_to_continue(tmp_path: Path) -> None:
    fasta = tmp_path / "one.fa"
    fasta.write_text(">one\nA\n")
    reference = Reference.open(fasta, cache=tmp_path / "cache")
    model = nucleotide(objective="causal", special=((), ()))
    (outcome,) = score_all(NAME, model, reference, [Variant("one", 0, "A", "C")])
    reference.close()
    assert outcome.status == Status.OUT_OF_RANGE
