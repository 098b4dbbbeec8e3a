"""The splice score, against a second telling of the published rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.normalise import normalise
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.scoring import splice_delta

if TYPE_CHECKING:
    from gfm_desktop.genome.annotation import Gene, GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.models.protocols import SpliceModel
    from gfm_desktop.scoring.card import VariantScore

SAME_FIXTURES = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def variant(reference: Reference, position: int, length: int, alt: str) -> Variant:
    """Return the variant that replaces `length` bases at a 1-based position."""
    ref = reference.fetch("chr1", position - 1, position - 1 + length)
    return Variant("chr1", position - 1, ref, alt)


def snv(reference: Reference, position: int) -> Variant:
    ref = reference.fetch("chr1", position - 1, position)
    return Variant("chr1", position - 1, ref, {"A": "C"}.get(ref, "A"))


def told_again(
    model: SpliceModel,
    variant: Variant,
    gene: Gene,
    letters: str,
    *,
    distance: int,
    masked: bool,
) -> tuple[list[float], list[int]]:
    """Return deltas and positions by the published rule, window by window."""
    span, flank = 2 * distance + 1, model.flank
    middle = flank + distance
    first = variant.start - middle
    transcript = gene.canonical
    before = "".join(
        letters[p] if transcript.start <= p < transcript.end else "N"
        for p in range(first, first + span + 2 * flank)
    )
    after = before[:middle] + variant.alt + before[middle + len(variant.ref) :]
    predictions = []
    for sequence in (before, after):
        sense = sequence if gene.strand == "+" else reverse_complement(sequence)
        (result,) = model.predict([sense])
        predictions.append(list(result if gene.strand == "+" else result[::-1]))
    ref, alt = predictions
    r, a = len(variant.ref), len(variant.alt)
    if r > a:
        alt[distance + a : distance + a] = [np.zeros(3, np.float32)] * (r - a)
    if a > r:
        inserted = alt[distance + r - 1 : distance + a]
        alt[distance + r - 1 : distance + a] = [np.max(inserted, axis=0)]
    edges = sorted({b for s, e in transcript.exons for b in (s, e - 1)})
    nearest = min((edge - variant.start for edge in edges), key=abs)
    deltas, positions = [], []
    for column, sign in ((1, 1), (1, -1), (2, 1), (2, -1)):
        changes = [
            sign * (y[column] - x[column]) for x, y in zip(ref, alt, strict=True)
        ]
        best = int(np.argmax(changes))
        position = best - distance
        hide = masked and ((position == nearest) if sign > 0 else position != nearest)
        deltas.append(0.0 if hide else float(changes[best]))
        positions.append(position)
    return deltas, positions


def numbers(outcome: VariantScore) -> tuple[list[object], list[object]]:
    kinds = ("ag", "al", "dg", "dl")
    columns = outcome.columns
    return [columns[f"ds_{k}"] for k in kinds], [columns[f"dp_{k}"] for k in kinds]


@SAME_FIXTURES
@given(
    position=st.integers(600, 3_900),
    length=st.integers(1, 6),
    alt=st.text("ACGT", min_size=1, max_size=7),
    distance=st.sampled_from([6, 25, 50]),
    masked=st.booleans(),
)
def test_that_every_kind_of_variant_is_scored_by_the_published_rule(
    position: int,
    length: int,
    alt: str,
    distance: int,
    masked: bool,
    toy_model: SpliceModel,
    toy_reference: Reference,
    toy_genes: GeneModels,
) -> None:
    one = variant(toy_reference, position, length, alt)
    (outcome,) = splice_delta.score(
        toy_model,
        [one],
        reference=toy_reference,
        genes=toy_genes,
        distance=distance,
        masked=masked,
    )
    assert outcome.status is Status.SCORED
    letters = toy_reference.fetch("chr1", 0, 6_000)
    told = {
        gene.name: told_again(
            toy_model, one, gene, letters, distance=distance, masked=masked
        )
        for gene in toy_genes.at("chr1", one.start)
    }
    best = max(told, key=lambda name: max(told[name][0]))
    deltas, positions = numbers(outcome)
    assert outcome.gene == best
    assert deltas == pytest.approx(told[best][0], abs=1e-6)
    assert positions == told[best][1]
    assert outcome.score == pytest.approx(max(told[best][0]), abs=1e-6)
    assert len(str(outcome.columns["splice"]).split(",")) == len(told)


def test_that_the_published_layout_names_allele_gene_deltas_and_positions(
    toy_model: SpliceModel, toy_reference: Reference, toy_genes: GeneModels
) -> None:
    one = snv(toy_reference, 1_300)
    (outcome,) = splice_delta.score(
        toy_model, [one], reference=toy_reference, genes=toy_genes
    )
    deltas, positions = numbers(outcome)
    fields = str(outcome.columns["splice"]).split("|")
    assert fields[:2] == [one.alt, "PLUS"]
    assert fields[2:6] == [f"{abs(d):.2f}" for d in deltas]
    assert fields[6:] == [str(p) for p in positions]
    assert outcome.columns["strand"] == "+"


def test_that_a_variant_in_two_genes_has_an_entry_for_each_and_the_higher_score(
    toy_model: SpliceModel, toy_reference: Reference, toy_genes: GeneModels
) -> None:
    (outcome,) = splice_delta.score(
        toy_model, [snv(toy_reference, 2_200)], reference=toy_reference, genes=toy_genes
    )
    entries = [e.split("|") for e in str(outcome.columns["splice"]).split(",")]
    assert [entry[1] for entry in entries] == ["PLUS", "MINUS"]
    highest = {e[1]: max(float(x) for x in e[2:6]) for e in entries}
    assert outcome.score == pytest.approx(max(highest.values()), abs=0.0051)
    assert highest[outcome.gene] == max(highest.values())


def test_that_both_strands_are_scored_where_no_genes_are_open(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    (outcome,) = splice_delta.score(
        toy_model, [snv(toy_reference, 4_800)], reference=toy_reference, genes=None
    )
    entries = str(outcome.columns["splice"]).split(",")
    assert [entry.split("|")[1] for entry in entries] == ["+", "-"]
    assert outcome.gene == ""
    assert outcome.columns["strand"] in {"+", "-"}


def test_that_a_gene_scores_the_same_on_either_strand(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    # The reverse complement of a window, scored on the minus strand, is the window.
    one = snv(toy_reference, 3_500)
    (there,) = splice_delta.score(toy_model, [one], reference=toy_reference, genes=None)

    class Turned:
        def __init__(self) -> None:
            self.contigs = {"chr1": 6_000}

        def fetch(self, contig: str, start: int, end: int) -> str:
            return reverse_complement(
                toy_reference.fetch(contig, 6_000 - end, 6_000 - start)
            )

    turned = Variant(
        "chr1",
        5_999 - one.start,
        reverse_complement(one.ref),
        reverse_complement(one.alt),
    )
    (back,) = splice_delta.score(toy_model, [turned], reference=Turned(), genes=None)
    assert back.score == pytest.approx(there.score, abs=1e-6)
    other = {"+": "-", "-": "+"}
    assert back.columns["strand"] == other[str(there.columns["strand"])]
    kinds = ("dp_ag", "dp_al", "dp_dg", "dp_dl")
    assert [back.columns[k] for k in kinds] == [-there.columns[k] for k in kinds]


def test_that_neither_neighbours_nor_order_nor_batch_size_change_a_number(
    toy_model: SpliceModel, toy_reference: Reference, toy_genes: GeneModels
) -> None:
    many = [snv(toy_reference, p) for p in range(1_000, 1_150, 7)]
    many.insert(5, Variant("chr9", 5, "A", "C"))
    many.append(variant(toy_reference, 1_024, 3, "A"))

    def scored(variants: list[Variant], batch_size: int) -> dict[Variant, VariantScore]:
        outcomes = splice_delta.score(
            toy_model,
            variants,
            reference=toy_reference,
            genes=toy_genes,
            batch_size=batch_size,
        )
        assert [o.variant for o in outcomes] == variants
        return {o.variant: o for o in outcomes}

    together = scored(many, 8)
    assert scored(many[::-1], 5) == together
    for one in many:
        assert scored([one], 1)[one] == together[one]


def test_that_neighbours_share_the_reference(
    toy_model: SpliceModel, toy_reference: Reference, toy_genes: GeneModels
) -> None:
    many = [snv(toy_reference, p) for p in range(1_100, 1_300, 20)]
    splice_delta.score(
        toy_model, many, reference=toy_reference, genes=toy_genes, batch_size=100
    )
    # One ALT window for each variant, and the two tiles that hold 1,050-1,350.
    assert len(toy_model.asked) <= len(many) + 2


def test_that_two_spellings_of_one_variant_score_the_same(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    run = next(
        p
        for p in range(700, 5_000)
        if len(set(toy_reference.fetch("chr1", p, p + 3))) == 1
    )
    right = variant(
        toy_reference, run + 2, 2, toy_reference.fetch("chr1", run, run + 1)
    )
    padded = variant(
        toy_reference, run - 3, 7, toy_reference.fetch("chr1", run - 4, run + 2)
    )
    spelled = [normalise(toy_reference, v) for v in (right, padded)]
    first, second = splice_delta.score(
        toy_model, spelled, reference=toy_reference, genes=None
    )
    assert first == second
    assert first.status is Status.SCORED


def test_that_nothing_changes_where_alt_is_ref(
    toy_model: SpliceModel, toy_reference: Reference, toy_genes: GeneModels
) -> None:
    base = toy_reference.fetch("chr1", 1_249, 1_250)
    (outcome,) = splice_delta.score(
        toy_model,
        [Variant("chr1", 1_249, base, base)],
        reference=toy_reference,
        genes=toy_genes,
    )
    assert outcome.score == pytest.approx(0, abs=1e-6)
    assert "-0.00" not in str(outcome.columns["splice"])


REFUSALS = {
    "contig": (("chr9", 99, "A", "C"), Status.CONTIG_MISSING, "chr9"),
    "symbolic": (("chr1", 1_299, None, "<DEL>"), Status.SYMBOLIC_ALLELE, "<DEL>"),
    "star": (("chr1", 1_299, None, "*"), Status.SYMBOLIC_ALLELE, "*"),
    "breakend": (("chr1", 1_299, None, "N[chr2:5["), Status.SYMBOLIC_ALLELE, "chr2"),
    "empty": (("chr1", 1_299, None, ""), Status.MALFORMED, "empty"),
    "iupac": (("chr1", 1_299, None, "R"), Status.AMBIGUOUS_BASES, "R"),
    "behind the end": (("chr1", 5_999, "ACGT", "A"), Status.OUT_OF_RANGE, "6,000"),
    "other base": (("chr1", 1_299, "other", "A"), Status.REF_MISMATCH, "1,300"),
    "in N": (("chr1", 4_049, "A", "C"), Status.REF_MISMATCH, "N"),
    "no gene": (("chr1", 4_799, None, "A"), Status.NOT_IN_GENE, "No gene"),
    "other transcript": (("chr1", 5_499, None, "A"), Status.NOT_IN_GENE, "SPLIT"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_that_what_cannot_be_scored_gets_its_status_and_a_reason(
    name: str,
    toy_model: SpliceModel,
    toy_reference: Reference,
    toy_genes: GeneModels,
) -> None:
    (contig, start, ref, alt), status, word = REFUSALS[name]
    genome = toy_reference.fetch("chr1", start, start + 1)
    ref = {None: genome, "other": "C" if genome != "C" else "G"}.get(ref, ref)
    (outcome,) = splice_delta.score(
        toy_model,
        [Variant(contig, start, ref, alt)],
        reference=toy_reference,
        genes=toy_genes,
    )
    assert outcome.status is status
    assert word in outcome.reason
    assert outcome.score is None
    assert not outcome.columns


def test_that_a_window_over_the_end_of_the_contig_is_out_of_range(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    reach = toy_model.flank + 50
    edges = [reach, reach + 1, 6_000 - reach, 6_000 - reach + 1]
    outcomes = splice_delta.score(
        toy_model,
        [snv(toy_reference, p) for p in edges],
        reference=toy_reference,
        genes=None,
    )
    assert [o.status for o in outcomes] == [
        Status.OUT_OF_RANGE,
        Status.SCORED,
        Status.SCORED,
        Status.OUT_OF_RANGE,
    ]
    assert "80" in outcomes[0].reason


def test_that_a_deletion_longer_than_twice_the_distance_is_too_long(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    long = [
        variant(toy_reference, 1_300, r, toy_reference.fetch("chr1", 1_299, 1_300))
        for r in (20, 21)
    ]
    fits, exceeds = splice_delta.score(
        toy_model, long, reference=toy_reference, genes=None, distance=10
    )
    assert fits.status is Status.SCORED
    assert "overstates" in fits.reason
    assert exceeds.status is Status.TOO_LONG
    assert "distance of 11" in exceeds.reason
    (outcome,) = splice_delta.score(
        toy_model, long[1:], reference=toy_reference, genes=None, distance=11
    )
    assert outcome.status is Status.SCORED


def test_that_an_insertion_beyond_all_measure_is_too_long(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    base = toy_reference.fetch("chr1", 1_299, 1_300)
    huge = Variant("chr1", 1_299, base, base + "ACGT" * 25_000)
    (outcome,) = splice_delta.score(
        toy_model, [huge], reference=toy_reference, genes=None
    )
    assert outcome.status is Status.TOO_LONG


def test_that_a_single_base_can_be_scored_at_distance_zero(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    (outcome,) = splice_delta.score(
        toy_model,
        [snv(toy_reference, 1_300)],
        reference=toy_reference,
        genes=None,
        distance=0,
    )
    assert outcome.status is Status.SCORED
    assert numbers(outcome)[1] == [0, 0, 0, 0]


def test_that_much_unknown_sequence_in_the_gene_is_cautioned(
    toy_model: SpliceModel, toy_reference: Reference, toy_genes: GeneModels
) -> None:
    near, far = splice_delta.score(
        toy_model,
        [snv(toy_reference, 3_980), snv(toy_reference, 3_500)],
        reference=toy_reference,
        genes=toy_genes,
    )
    assert near.status is Status.SCORED
    assert "unknown (N)" in near.reason
    assert far.reason == ""


def test_that_sequence_outside_the_transcript_is_no_reason_for_caution(
    toy_model: SpliceModel, toy_reference: Reference, toy_genes: GeneModels
) -> None:
    (outcome,) = splice_delta.score(
        toy_model, [snv(toy_reference, 501)], reference=toy_reference, genes=toy_genes
    )
    assert outcome.status is Status.SCORED
    assert outcome.reason == ""


def test_that_a_model_that_gives_no_number_fails_that_variant_alone(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    bad = snv(toy_reference, 1_300)
    whole = toy_model.predict

    def broken(sequences: list[str], *, batch_size: int = 8) -> list[object]:
        results = whole(sequences, batch_size=batch_size)
        window = toy_reference.fetch("chr1", 1_299 - 80, 1_299)
        for sequence, result in zip(sequences, results, strict=True):
            if sequence.startswith(window + bad.alt):
                result[:] = np.nan
        return list(results)

    toy_model.predict = broken  # type: ignore[method-assign,assignment]
    failed, fine = splice_delta.score(
        toy_model, [bad, snv(toy_reference, 3_000)], reference=toy_reference, genes=None
    )
    assert failed.status is Status.FAILED
    assert failed.score is None
    assert fine.status is Status.SCORED


def test_that_all_wrong_options_are_told_at_once(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    with pytest.raises(OptionError) as caught:
        splice_delta.score(
            toy_model,
            [],
            reference=toy_reference,
            genes=None,
            distance=5_000,
            masked=True,
            batch_size=0,
        )
    for word in ("4,999", "gene models", "batch size"):
        assert word in str(caught.value)


def test_that_the_card_names_every_column_that_is_written(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    (outcome,) = splice_delta.score(
        toy_model, [snv(toy_reference, 1_300)], reference=toy_reference, genes=None
    )
    kinds = {"float": float, "int": int, "str": str}
    card = splice_delta.SCORER
    assert list(outcome.columns) == [column.name for column in card.columns]
    for column in card.columns:
        assert type(outcome.columns[column.name]) is kinds[column.kind]
