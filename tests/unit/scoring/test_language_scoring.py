"""What holds for every scorer of language models, whatever its formula."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.normalise import normalise
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant, VariantKind
from gfm_desktop.scoring import registry

from .scoring_kit import change, score_all, score_one, snv, values_of
from .toy_language import (
    ToyLanguageModel,
    beside,
    column,
    nucleotide,
    overlapping,
    pairs,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gfm_desktop.genome.annotation import GeneModels

    Make = Callable[..., ToyLanguageModel]


def causal(**facts: Any) -> ToyLanguageModel:
    return nucleotide(objective="causal", special=((), (2,)), **facts)


CASES = [
    ("masked-log-odds", nucleotide),
    ("kmer-log-odds", beside),
    ("kmer-log-odds", overlapping),
    ("pseudo-log-likelihood", nucleotide),
    ("pseudo-log-likelihood", overlapping),
    ("pseudo-log-likelihood", pairs),
    ("causal-log-likelihood", causal),
    ("column-log-odds", column),
    ("unmasked-log-odds", nucleotide),
    ("unmasked-log-odds", beside),
    ("embedding-distance", nucleotide),
    ("embedding-distance", beside),
    ("embedding-distance", pairs),
    ("embedding-distance", causal),
]
each = pytest.mark.parametrize(
    ("name", "make"), CASES, ids=[f"{name}-{make.__name__}" for name, make in CASES]
)
LOG_ODDS = [case for case in CASES if case[0] != "embedding-distance"]


def site(reference: Reference, start: int, count: int) -> list[Variant]:
    return [snv(reference, start + 7 * i) for i in range(count)]


@each
def test_that_one_at_a_time_gives_the_same_numbers_as_a_batch(
    name: str, make: Make, toy_reference: Reference
) -> None:
    variants = site(toy_reference, 1_000, 9)
    alone = [
        score_one(name, make(), toy_reference, one, batch_size=1).score
        for one in variants
    ]
    for size in (1, 3, 64):
        model = make()
        together = values_of(
            score_all(name, model, toy_reference, variants, batch_size=size)
        )
        np.testing.assert_allclose(together, np.asarray(alone, float), atol=1e-5)
        assert max(shape[0] for shape in model.asked) <= size


@each
def test_that_neither_neighbours_nor_order_change_a_number(
    name: str, make: Make, toy_reference: Reference
) -> None:
    variants = site(toy_reference, 2_000, 6)
    forward = values_of(score_all(name, make(), toy_reference, variants))
    backward = values_of(score_all(name, make(), toy_reference, variants[::-1]))
    np.testing.assert_allclose(forward, backward[::-1], atol=1e-5)


@each
def test_that_ref_against_ref_is_zero(
    name: str, make: Make, toy_reference: Reference
) -> None:
    variant = change(toy_reference, 1_100, 1, toy_reference.fetch("chr1", 1_100, 1_101))
    assert score_one(name, make(), toy_reference, variant).score == pytest.approx(0)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        case
        for case in LOG_ODDS
        if case[0] not in ("column-log-odds", "unmasked-log-odds")
    ],
    ids=str,
)
def test_that_the_opposite_variant_has_the_opposite_score(
    name: str, make: Make, toy_letters: str, tmp_path: Path
) -> None:
    letters = toy_letters[:80]
    other = {"A": "C", "C": "T", "G": "A", "T": "G"}[letters[40]]
    fasta = tmp_path / "both.fa"
    fasta.write_text(f">a\n{letters}\n>b\n{letters[:40]}{other}{letters[41:]}\n")
    reference = Reference.open(fasta, cache=tmp_path / "cache")
    forth = Variant("a", 40, letters[40], other)
    back = Variant("b", 40, other, letters[40])
    scores = values_of(score_all(name, make(), reference, [forth, back]))
    reference.close()
    assert scores[0] == pytest.approx(-scores[1], abs=1e-5)
    assert abs(scores[0]) > 1e-3


@each
def test_that_the_score_is_the_mean_of_both_strands(
    name: str, make: Make, toy_reference: Reference
) -> None:
    variant = snv(toy_reference, 1_300)
    both = score_one(name, make(), toy_reference, variant)
    forward = score_one(name, make(), toy_reference, variant, strands="forward")
    reverse = score_one(name, make(), toy_reference, variant, strands="reverse")
    assert forward.columns["score_reverse"] is None
    assert reverse.columns["score_forward"] is None
    assert both.columns["score_forward"] == pytest.approx(forward.score, abs=1e-6)
    assert both.columns["score_reverse"] == pytest.approx(reverse.score, abs=1e-6)
    mean = np.mean([forward.score, reverse.score])  # type: ignore[arg-type]
    assert both.score == pytest.approx(mean, abs=1e-6)
    assert forward.score != reverse.score


@each
def test_that_a_symmetric_model_is_asked_for_one_strand(
    name: str, make: Make, toy_reference: Reference
) -> None:
    variant = snv(toy_reference, 1_300)
    forward = score_one(name, make(), toy_reference, variant, strands="forward")
    for strands in ("both", "reverse"):
        model = make(symmetric=True)
        outcome = score_one(name, model, toy_reference, variant, strands=strands)
        assert outcome.score == pytest.approx(forward.score, abs=1e-6)
        assert outcome.columns["score_reverse"] == outcome.columns["score_forward"]


@each
def test_that_every_variant_has_one_outcome_with_the_scorers_columns(
    name: str, make: Make, toy_reference: Reference
) -> None:
    ref = toy_reference.fetch("chr1", 300, 320)
    variants = [
        snv(toy_reference, 300),
        Variant("chrNone", 5, "A", "C"),
        Variant("chr1", 300, {"A": "C"}.get(ref[0], "A"), ref[0]),
        Variant("chr1", 300, ref[0], "<DEL>"),
        Variant("chr1", 300, ref[0], "R"),
        Variant("chr1", 6_000, "A", "C"),
        Variant("chr1", 300, ref[0], ""),
        Variant("chr1", 300, ref, ref[0] * 30),
        Variant("tiny", 19, "T", "G"),
        snv(toy_reference, 301),
    ]
    outcomes = score_all(name, make(), toy_reference, variants)
    assert [one.variant for one in outcomes] == variants
    assert [one.status for one in outcomes[1:7]] == [
        Status.CONTIG_MISSING,
        Status.REF_MISMATCH,
        Status.SYMBOLIC_ALLELE,
        Status.AMBIGUOUS_BASES,
        Status.OUT_OF_RANGE,
        Status.MALFORMED,
    ]
    assert outcomes[7].status in (Status.TOO_LONG, Status.UNSUPPORTED_BY_MODEL)
    known = {column.name for column in registry.card_of(name).columns}
    for one in outcomes:
        assert (one.score is None) == (one.status != Status.SCORED)
        assert set(one.columns) <= known
        assert one.reason or one.status == Status.SCORED
    assert set(outcomes[0].columns) | {"similarity"} >= known


@each
def test_that_settings_are_checked_before_the_first_variant(
    name: str, make: Make, toy_reference: Reference
) -> None:
    model = make(longest=60)
    assert score_all(name, model, toy_reference, []) == []
    wrong = [
        ({"batch_size": 0}, "batch size must be positive"),
        ({"strands": "sideways"}, "both, forward, reverse, gene"),
        ({"strands": "gene"}, "gene models"),
    ]
    if name != "column-log-odds":
        wrong.append(({"window": -1}, "window must have"))
        if make is not pairs:
            wrong.append(({"window": 300}, "at most 60 tokens"))
    for options, words in wrong:
        with pytest.raises(OptionError, match=words):
            score_all(name, model, toy_reference, [], **options)
    assert model.asked == []


@pytest.mark.parametrize(
    ("name", "model", "words"),
    [
        ("masked-log-odds", beside(), "groups of 3 bases side by side"),
        ("masked-log-odds", causal(), "to continue a sequence"),
        ("masked-log-odds", nucleotide(mask=None), "no token that hides"),
        ("kmer-log-odds", nucleotide(), "reads single bases"),
        ("kmer-log-odds", pairs(), "byte pairs"),
        ("pseudo-log-likelihood", column(), "to predict alignment columns"),
        ("causal-log-likelihood", nucleotide(), "to fill in hidden letters"),
        ("column-log-odds", nucleotide(), "to fill in hidden letters"),
        ("unmasked-log-odds", overlapping(), "overlapping groups of 3 bases"),
    ],
    ids=range(9),
)
def test_that_a_model_that_does_not_fit_is_refused_with_what_does(
    name: str, model: ToyLanguageModel, words: str, toy_reference: Reference
) -> None:
    with pytest.raises(OptionError, match=words) as refusal:
        score_all(name, model, toy_reference, [])
    offered = refusal.value.todo.removeprefix("Choose one of: ").rstrip(".").split(", ")
    assert "embedding-distance" in offered
    assert name not in offered
    for other in offered:
        assert score_all(other, model, toy_reference, []) == []


def test_that_the_sense_strand_is_that_of_the_gene(
    toy_reference: Reference, toy_genes: GeneModels
) -> None:
    # PLUS and MINUS overlap from 2,101 to 2,500 (1-based).
    places = {600: "forward", 3_100: "reverse", 2_200: "both"}
    for position, strands in places.items():
        variant = snv(toy_reference, position)
        wanted = score_one(
            "masked-log-odds", nucleotide(), toy_reference, variant, strands=strands
        )
        outcome = score_one(
            "masked-log-odds",
            nucleotide(),
            toy_reference,
            variant,
            strands="gene",
            genes=toy_genes,
        )
        assert outcome.columns == wanted.columns
        assert outcome.gene == {600: "PLUS", 3_100: "MINUS"}.get(position, "PLUS,MINUS")
        assert ("both strands" in outcome.reason) == (strands == "both")


def test_that_a_variant_outside_genes_has_no_sense_strand(
    toy_reference: Reference, toy_genes: GeneModels
) -> None:
    (outcome,) = score_all(
        "masked-log-odds",
        nucleotide(),
        toy_reference,
        [snv(toy_reference, 5_900)],
        strands="gene",
        genes=toy_genes,
    )
    assert outcome.status == Status.NOT_IN_GENE
    assert "strands: both" in outcome.reason


def test_that_unknown_bases_nearby_are_cautioned(toy_reference: Reference) -> None:
    # N from 4,001 to 4,100 (1-based).
    near, far = snv(toy_reference, 3_990), snv(toy_reference, 3_900)
    outcomes = score_all("masked-log-odds", nucleotide(), toy_reference, [near, far])
    assert [outcome.status for outcome in outcomes] == [Status.SCORED] * 2
    assert outcomes[0].reason.startswith("Caution: 25% of the sequence")
    assert outcomes[1].reason == ""


def test_that_soft_masked_letters_are_read_like_others(
    toy_letters: str, tmp_path: Path
) -> None:
    fasta = tmp_path / "soft.fa"
    fasta.write_text(f">u\n{toy_letters[:90]}\n>l\n{toy_letters[:90].lower()}\n")
    reference = Reference.open(fasta, cache=tmp_path / "cache")
    for name, make in CASES:
        pair = [snv(reference, 45, contig) for contig in "ul"]
        upper, lower = values_of(score_all(name, make(), reference, pair))
        assert upper == lower
    reference.close()


def test_that_a_number_that_is_none_fails_honestly(toy_reference: Reference) -> None:
    model = nucleotide()
    model.tables = (model.tables[0], model.tables[1] * np.nan, model.tables[2])
    variants = [snv(toy_reference, 500)]
    (outcome,) = score_all("masked-log-odds", model, toy_reference, variants)
    assert (outcome.status, outcome.score) == (Status.FAILED, None)


@pytest.mark.parametrize(
    ("name", "make"),
    [case for case in CASES if VariantKind.DELETION in registry.card_of(case[0]).kinds],
    ids=str,
)
def test_that_spellings_of_one_indel_have_one_score(
    name: str, make: Make, toy_letters: str, tmp_path: Path
) -> None:
    letters = toy_letters[:40] + "CATATATATG" + toy_letters[50:90]
    fasta = tmp_path / "repeat.fa"
    fasta.write_text(f">r\n{letters}\n")
    reference = Reference.open(fasta, cache=tmp_path / "cache")
    k = make().tokenizer.k if make is beside else 2
    spelled = [
        Variant("r", 40, "CATATAT"[: 1 + 2 * k], "C"),
        Variant("r", 48 - 2 * k, letters[48 - 2 * k : 49], "T"),
        Variant("r", 40, letters[40:50], letters[40 : 50 - 2 * k - 1] + "G"),
    ]
    same = {normalise(reference, one) for one in spelled}
    scores = values_of(score_all(name, make(), reference, sorted(same, key=str)))
    reference.close()
    assert len(same) == 1
    assert abs(scores[0]) > 1e-6


def test_that_a_model_of_transcripts_reads_the_sense_strand_where_it_is_known(
    toy_reference: Reference, toy_genes: GeneModels
) -> None:
    variant = snv(toy_reference, 3_100)
    genomic, spliced = nucleotide(), nucleotide()
    spliced.card = replace(spliced.card, transcripts=True)
    outcomes = {
        (name, known): score_one(
            "masked-log-odds",
            model,
            toy_reference,
            variant,
            genes=toy_genes if known else None,
        )
        for name, model in (("genomic", genomic), ("spliced", spliced))
        for known in (True, False)
    }
    both = outcomes["genomic", False]
    assert outcomes["genomic", True] == both
    assert outcomes["spliced", True].score == both.columns["score_reverse"]
    assert outcomes["spliced", True].gene == "MINUS"
    assert outcomes["spliced", False].score == both.score
    assert "gene models open" in outcomes["spliced", False].reason
