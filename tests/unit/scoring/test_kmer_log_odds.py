"""The k-mer log-odds: one hidden token side by side, k of them where they overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.sequence import reverse_complement

from .scoring_kit import change, score_all, score_one, snv
from .toy_language import beside, overlapping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "kmer-log-odds"


@pytest.fixture
def short(tmp_path: Path, toy_letters: str) -> Iterator[Reference]:
    """Contigs of 41 letters: not a multiple of 3, and shorter than any window."""
    fasta = tmp_path / "short.fa"
    letters = toy_letters[:41]
    fasta.write_text(f">c\n{letters}\n>n\n{letters[:20]}N{letters[21:]}\n>two\nAC\n")
    reference = Reference.open(fasta, cache=tmp_path / "cache")
    yield reference
    reference.close()


@pytest.mark.parametrize("position", [1_000, 1_001, 1_002])
def test_that_side_by_side_the_token_of_the_variant_is_hidden(
    position: int, toy_reference: Reference
) -> None:
    model = beside()
    variant = snv(toy_reference, position)
    outcome = score_one(NAME, model, toy_reference, variant)
    assert model.asked == [(2, 14)]
    letters = toy_reference.fetch("chr1", position - 19, position + 20)
    changed = letters[:19] + variant.alt + letters[20:]
    scores = []
    for ref, alt in (
        (letters, changed),
        (reverse_complement(letters), reverse_complement(changed)),
    ):
        before, after = model.tokens(ref).ids, model.tokens(alt).ids
        (place,) = np.flatnonzero(before != after)
        hidden = before.copy()
        hidden[place] = 1
        row = model.logits(hidden[None])[0, place]
        scores.append(row[after[place]] - row[before[place]])
    assert outcome.columns["score_forward"] == pytest.approx(scores[0], abs=1e-5)
    assert outcome.columns["score_reverse"] == pytest.approx(scores[1], abs=1e-5)


def test_that_an_n_elsewhere_does_not_move_the_frame(short: Reference) -> None:
    # Letter 20 is N in contig n: its k-mer is one token, and the others stay.
    model = beside(window=60)
    variant = snv(short, 7, "n")
    outcome = score_one(NAME, model, short, variant, strands="forward")
    tokens = model.tokens(short.fetch("n", 0, 41), hold_frame=True)
    hidden = tokens.ids.copy()
    hidden[3] = 1
    row = model.logits(hidden[None])[0, 3]
    word = short.fetch("n", 6, 9)
    alt = model.tokens(word[0] + variant.alt + word[2]).ids[1]
    expected = row[alt] - row[tokens.ids[3]]
    assert outcome.score == pytest.approx(expected, abs=1e-5)


def test_that_an_mnv_inside_one_token_is_scored_and_across_two_is_refused(
    toy_reference: Reference,
) -> None:
    # The window of 39 letters begins 19 before the variant: it is letter 1 of 3.
    def mnv(length: int) -> Variant:
        ref = toy_reference.fetch("chr1", 1_000, 1_000 + length)
        return change(
            toy_reference, 1_000, length, ref.translate(str.maketrans("ACGT", "CATG"))
        )

    model = beside()
    inside, across = score_all(NAME, model, toy_reference, [mnv(2), mnv(3)])
    assert inside.status == Status.SCORED
    assert across.status == Status.UNSUPPORTED_BY_MODEL
    for words in ("spans two", "forward strand", "embedding-distance"):
        assert words in across.reason
    assert model.asked == [(2, 14)]


def test_that_a_variant_behind_the_last_whole_token_is_refused(
    short: Reference,
) -> None:
    # 41 letters: 39 in tokens; the reverse strand leaves out the first two.
    model = beside(window=60)
    outcomes = score_all(
        NAME, model, short, [snv(short, i, "c") for i in (0, 2, 38, 40)]
    )
    assert [one.status for one in outcomes] == [
        Status.UNSUPPORTED_BY_MODEL,
        Status.SCORED,
        Status.SCORED,
        Status.UNSUPPORTED_BY_MODEL,
    ]
    assert "reverse strand" in outcomes[0].reason
    assert "forward strand" in outcomes[3].reason
    first = score_one(NAME, model, short, snv(short, 0, "c"), strands="forward")
    assert first.score != 0


@pytest.mark.parametrize("make", [beside, overlapping])
def test_that_an_n_in_the_token_itself_is_refused(make: type, short: Reference) -> None:
    (outcome,) = score_all(NAME, make(), short, [snv(short, 19, "n")])
    assert outcome.status == Status.UNSUPPORTED_BY_MODEL
    assert "unknown base (N)" in outcome.reason


@pytest.mark.parametrize(("k", "before", "behind"), [(3, 1, 1), (4, 1, 2), (6, 2, 3)])
def test_that_overlapping_tokens_are_all_hidden_and_one_is_read(
    k: int, before: int, behind: int, toy_reference: Reference
) -> None:
    model = overlapping(k)
    variant = snv(toy_reference, 1_000)
    outcome = score_one(NAME, model, toy_reference, variant)
    assert model.asked == [(2, 43 - k)]
    letters = toy_reference.fetch("chr1", 980, 1_020)
    changed = letters[:20] + variant.alt + letters[21:]
    readings = {
        "score_forward": (letters, changed, 20, before),
        "score_reverse": (
            reverse_complement(letters),
            reverse_complement(changed),
            19,
            behind,
        ),
    }
    for column, (ref, alt, base, offset) in readings.items():
        ids, others = model.tokens(ref).ids, model.tokens(alt).ids
        hidden = np.where(ids != others, 1, ids)
        assert (hidden == 1).sum() == k
        place = 1 + base - offset
        row = model.logits(hidden[None])[0, place]
        expected = row[others[place]] - row[ids[place]]
        assert outcome.columns[column] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("position", "token"), [(0, 1), (1, 1), (5_999, 35)])
def test_that_at_the_end_of_a_contig_the_nearest_token_is_read(
    position: int, token: int, toy_reference: Reference
) -> None:
    # 40 letters are 35 tokens of 6 between the two special ones.
    model = overlapping(6)
    variant = snv(toy_reference, position)
    outcome = score_one(NAME, model, toy_reference, variant, strands="forward")
    start = 0 if position < 20 else 5_960
    letters = toy_reference.fetch("chr1", start, start + 40)
    place = position - start
    changed = letters[:place] + variant.alt + letters[place + 1 :]
    ids, others = model.tokens(letters).ids, model.tokens(changed).ids
    row = model.logits(np.where(ids != others, 1, ids)[None])[0, token]
    expected = row[others[token]] - row[ids[token]]
    assert outcome.score == pytest.approx(expected, abs=1e-5)
    assert outcome.score != 0


def test_that_overlapping_tokens_take_one_changed_base_only(
    toy_reference: Reference,
) -> None:
    ref = toy_reference.fetch("chr1", 1_000, 1_002)
    alt = ref.translate(str.maketrans("ACGT", "CATG"))
    variant = change(toy_reference, 1_000, 2, alt)
    (outcome,) = score_all(NAME, overlapping(), toy_reference, [variant])
    assert outcome.status == Status.UNSUPPORTED_BY_MODEL
    assert "not several" in outcome.reason
    assert "pseudo-log-likelihood" in outcome.reason


def test_that_a_contig_without_any_token_is_told(short: Reference) -> None:
    (outcome,) = score_all(NAME, overlapping(), short, [Variant("two", 0, "A", "G")])
    assert outcome.status == Status.OUT_OF_RANGE
    assert "too short" in outcome.reason
