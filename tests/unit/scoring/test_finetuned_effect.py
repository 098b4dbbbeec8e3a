"""A fine-tuned model scores variants by its own prediction, whatever it learnt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.normalise import normalise
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.scoring import finetuned_effect, registry
from gfm_desktop.scoring.equal_windows import Haplotypes, equal_windows

from ..models.finetuned_kit import LENGTH, NAMES, in_memory  # noqa: TID252
from .scoring_kit import change, snv

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.models.finetuned_model import FineTunedModel
    from gfm_desktop.scoring.card import VariantScore


def score(
    model: FineTunedModel,
    reference: Reference,
    variants: list[Variant],
    genes: GeneModels | None = None,
    **options: Any,
) -> list[VariantScore]:
    return finetuned_effect.score(
        model, variants, reference=reference, genes=genes, **options
    )


def one(
    model: FineTunedModel, reference: Reference, variant: Variant, **options: Any
) -> VariantScore:
    (found,) = score(model, reference, [variant], **options)
    assert found.status == Status.SCORED, found.reason
    assert found.score is not None
    return found


def windows(reference: Reference, variant: Variant) -> Haplotypes:
    found = equal_windows(reference, variant, LENGTH)
    assert isinstance(found, Haplotypes)
    return found


@pytest.mark.parametrize("task", NAMES)
def test_that_the_score_is_the_change_of_the_models_own_answer(
    task: str, toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny", task)
    variant = snv(toy_reference, 700)
    found = one(model, toy_reference, variant)
    both = windows(toy_reference, variant)
    ref, alt = model.predict([both.ref, both.alt]).astype(np.float64)
    if task == "regression":
        changes = alt - ref
    else:
        changes = np.log(alt / (1 - alt)) - np.log(ref / (1 - ref))
    place = int(np.abs(changes).argmax())
    assert found.score == pytest.approx(changes[place], rel=1e-3, abs=1e-5)
    assert found.columns["ref_prediction"] == pytest.approx(ref[place], rel=1e-5)
    assert found.columns["alt_prediction"] == pytest.approx(alt[place], rel=1e-5)
    names = {"binary": "yes"}.get(task, NAMES[task][place])
    assert found.columns["changed"] == names
    if len(changes) > 1:
        told = dict(
            pair.split("=") for pair in str(found.columns["changes"]).split(",")
        )
        assert list(told) == list(NAMES[task])
        for name, value in zip(NAMES[task], changes, strict=True):
            assert float(told[name]) == pytest.approx(value, abs=2e-4)


@pytest.mark.parametrize("task", NAMES)
def test_that_a_model_of_variants_gives_its_prediction(
    task: str, toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny", task, input="variant")
    variant = snv(toy_reference, 700)
    found = one(model, toy_reference, variant)
    # As the model was taught: the variant's first base is letter 15 of 30.
    ref = toy_reference.fetch("chr1", 685, 715)
    alt = ref[:15] + variant.alt + ref[16:]
    (wanted,) = model.predict([ref], [alt])
    assert found.score == pytest.approx(wanted.max(), rel=1e-5)
    assert found.columns["alt_prediction"] == found.score
    assert found.columns["ref_prediction"] is None


def test_that_nothing_changed_scores_nothing(
    toy_reference: Reference, tmp_path: Path
) -> None:
    base = toy_reference.fetch("chr1", 700, 701)
    same = Variant("chr1", 700, base, base)
    for task in NAMES:
        model = in_memory(tmp_path / task, task)
        assert one(model, toy_reference, same).score == 0


def test_that_predictions_are_calibrated_and_scores_are_not(
    toy_reference: Reference, tmp_path: Path
) -> None:
    steps = {"kind": "isotonic", "given": [[0.0, 1.0]], "true": [[0.3, 0.3]]}
    model = in_memory(tmp_path / "tiny")
    flat = replace(model, parts=replace(model.parts, calibration=steps))
    variant = snv(toy_reference, 700)
    plain, found = (one(m, toy_reference, variant) for m in (model, flat))
    assert found.score == plain.score != 0
    assert found.columns["ref_prediction"] == pytest.approx(0.3)
    assert found.columns["alt_prediction"] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("start", "length", "alt"),
    [(700, 1, "ACGT"), (700, 6, "A"), (700, 3, "TTTTT"), (700, 4, "GGGG")],
    ids=["insertion", "deletion", "delins", "mnv"],
)
def test_that_indels_are_read_in_windows_of_one_length(
    start: int, length: int, alt: str, toy_reference: Reference, tmp_path: Path
) -> None:
    variant = change(toy_reference, start, length, alt)
    found = windows(toy_reference, variant)
    letters = toy_reference.fetch("chr1", 0, 2_000)
    assert found.ref == letters[685:715]
    haplotype = letters[:start] + alt + letters[start + length :]
    assert found.alt == haplotype[685:715]
    model = in_memory(tmp_path / "tiny")
    assert one(model, toy_reference, variant).score != 0


def test_that_two_spellings_of_one_variant_score_the_same(
    toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny")
    start = 1_000
    letters = toy_reference.fetch("chr1", start, start + 8)
    # The same insertion of the run's letters, written with more bases on either side.
    inserted = letters[1:3] * 2
    short = Variant("chr1", start, letters[:1], letters[:1] + inserted)
    padded = Variant("chr1", start, letters[:5], letters[:1] + inserted + letters[1:5])
    late = Variant("chr1", start + 2, letters[2:3], letters[2:3] + inserted)
    spelled = [normalise(toy_reference, v) for v in (short, padded, late)]
    found = [one(model, toy_reference, v).score for v in spelled]
    assert found[0] == found[1] == found[2] != 0


def test_that_windows_at_the_ends_of_a_contig_lie_on_it(
    toy_reference: Reference,
) -> None:
    length = toy_reference.contigs["chr1"]
    letters = toy_reference.fetch("chr1", 0, length)
    for start, gone, alt in (
        (0, 1, "TTT"),
        (2, 4, "A"),
        (length - 1, 1, "GGCC"),
        (length - 6, 6, letters[length - 6]),
        (length - 20, 5, "C"),
    ):
        found = windows(
            toy_reference, Variant("chr1", start, letters[start : start + gone], alt)
        )
        haplotype = letters[:start] + alt + letters[start + gone :]
        assert len(found.ref) == len(found.alt) == LENGTH
        assert found.ref in letters
        assert found.alt in haplotype
        assert found.ref != found.alt
    small = toy_reference.contigs["tiny"]
    found = windows(toy_reference, Variant("tiny", 3, "TAC", "T"))
    assert len(found.ref) == len(found.alt) == small - 2


def test_that_what_cannot_be_scored_says_why(
    toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny")
    base = toy_reference.fetch("chr1", 700, 701)
    other = "C" if base != "C" else "G"
    cases = {
        Status.CONTIG_MISSING: Variant("chrZ", 5, "A", "C"),
        Status.REF_MISMATCH: Variant("chr1", 700, other, "A" * 2),
        Status.OUT_OF_RANGE: Variant("chr1", 10_000_000, "A", "C"),
        Status.SYMBOLIC_ALLELE: Variant("chr1", 700, base, "<DEL>"),
        Status.AMBIGUOUS_BASES: Variant("chr1", 700, base, "R"),
        Status.TOO_LONG: change(toy_reference, 700, 1, "ACGT" * 10),
    }
    found = score(model, toy_reference, [*cases.values(), snv(toy_reference, 700)])
    assert [x.status for x in found] == [*cases, Status.SCORED]
    assert all(x.reason and x.score is None for x in found[:-1])


def test_that_unknown_bases_are_cautioned(
    toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny")
    found = one(model, toy_reference, snv(toy_reference, 3_990))
    assert "unknown (N)" in found.reason


def test_that_company_and_batches_change_no_score(
    toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny", "multiclass")
    variants = [snv(toy_reference, 600 + 7 * i) for i in range(40)]
    variants.insert(3, Variant("chrZ", 5, "A", "C"))
    together = score(model, toy_reference, variants, batch_size=5)
    alone = [score(model, toy_reference, [v], batch_size=1)[0] for v in variants]
    assert [x.variant for x in together] == variants
    for one_, other in zip(together, alone, strict=True):
        assert one_.status == other.status
        if one_.score is not None:
            assert one_.score == pytest.approx(other.score, abs=1e-5)


def test_that_one_strand_is_read_where_one_was_learnt(
    toy_reference: Reference, toy_genes: GeneModels, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny", strands="forward")
    inside = snv(toy_reference, 3_100)
    (minus,) = toy_genes.at("chr1", 3_100)
    assert minus.strand == "-"
    found = one(model, toy_reference, inside, genes=toy_genes)
    both = windows(toy_reference, inside)
    ref, alt = model.logits([reverse_complement(s) for s in (both.ref, both.alt)])[:, 0]
    assert found.score == pytest.approx(alt - ref, abs=1e-5)
    assert (found.gene, found.reason) == (minus.name, "")
    outside = snv(toy_reference, 100)
    (refused,) = score(model, toy_reference, [outside], toy_genes)
    assert refused.status == Status.NOT_IN_GENE
    mean = one(model, toy_reference, inside)
    assert "learnt from one strand" in mean.reason
    read = [
        one(model, toy_reference, inside, strands=s).score
        for s in ("forward", "reverse")
    ]
    assert mean.score == pytest.approx(np.mean(read), abs=1e-5)  # type: ignore[arg-type]
    assert found.score == pytest.approx(read[1], abs=1e-6)


def test_that_a_model_of_both_strands_needs_no_genes(
    toy_reference: Reference, toy_genes: GeneModels, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny")
    for genes in (None, toy_genes):
        found = one(model, toy_reference, snv(toy_reference, 100), genes=genes)
        assert found.reason == ""


def test_that_numbers_that_are_none_fail(
    toy_reference: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = in_memory(tmp_path / "tiny")
    broken = replace(model, head=replace(model.head, bias=np.array([np.nan])))
    (found,) = score(broken, toy_reference, [snv(toy_reference, 700)])
    assert found.status == Status.FAILED


def test_that_options_that_make_no_sense_are_refused_together(
    toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny")
    with pytest.raises(OptionError, match=r"batch size.*Strands"):
        score(model, toy_reference, [], batch_size=0, strands="left")
    with pytest.raises(OptionError, match="gene models"):
        score(model, toy_reference, [], strands="gene")

    class Other:
        card = replace(model.card, name="Other", scorers=("masked-log-odds",))

    with pytest.raises(OptionError, match="not a fine-tuned model"):
        score(Other(), toy_reference, [])  # type: ignore[arg-type]


def test_that_the_scorer_is_found_for_fine_tuned_models(tmp_path: Path) -> None:
    card = in_memory(tmp_path / "tiny").card
    assert [c.name for c in registry.for_model(card)] == ["finetuned-effect"]
