"""Pangolin's rule, against a slow reading of it letter by letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.pangolin import CARD
from gfm_desktop.models.sequence import one_hot, reverse_complement
from gfm_desktop.scoring import pangolin_delta, registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import Gene, GeneModels
    from gfm_desktop.genome.reference import Reference

FLANK = 30
DISTANCE = 10


class ToyPangolin:
    """A random filter and a sigmoid for each of four tissues times three networks."""

    tissues = ("heart", "liver", "brain", "testis")

    def __init__(self) -> None:
        self.card = CARD
        self.device = "cpu"
        self.weights_sha256 = "0" * 64
        self.flank = FLANK
        shape = (2 * FLANK + 1, 4, 12)
        self._filter = np.random.default_rng(8).normal(size=shape) / 3

    def replicate_probabilities(
        self, sequences: Sequence[str], *, batch_size: int = 8
    ) -> list[NDArray[np.float32]]:
        return [self.one(sequence) for sequence in sequences]

    def one(self, sequence: str) -> NDArray[np.float32]:
        bases = one_hot(sequence).astype(np.float64)
        windows = np.lib.stride_tricks.sliding_window_view(bases, 2 * FLANK + 1, axis=0)
        logits = np.einsum("nbw,wbc->nc", windows, self._filter)
        values = (1 / (1 + np.exp(-logits))).astype(np.float32)
        return values.reshape(-1, 4, 3)


@pytest.fixture
def model() -> ToyPangolin:
    return ToyPangolin()


def slowly(
    model: ToyPangolin, reference: Reference, variant: Variant, strand: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return loss and gain at every position, as ``compute_score`` reckons them."""
    ref, alt = variant.ref, variant.alt
    start, end = variant.start - DISTANCE, variant.start + len(ref) + DISTANCE
    letters = reference.fetch("chr1", start - FLANK, end + FLANK)
    before = FLANK + DISTANCE
    changed = letters[:before] + alt + letters[before + len(ref) :]
    told = []
    for sequence in (letters, changed):
        read = sequence if strand == "+" else reverse_complement(sequence)
        found = model.one(read).astype(np.float64)
        told.append(found if strand == "+" else found[::-1])
    of_ref, of_alt = told
    changes = np.zeros((4, end - start))
    for tissue in range(4):
        for network in range(3):
            a = of_alt[:, tissue, network]
            if len(alt) < len(ref):
                lost = np.zeros(len(ref) - len(alt))
                a = np.concatenate([a[: DISTANCE + 1], lost, a[DISTANCE + 1 :]])
            elif len(alt) > len(ref):
                most = a[DISTANCE : DISTANCE + len(alt)].max()
                a = np.concatenate([a[:DISTANCE], [most], a[DISTANCE + len(alt) :]])
            changes[tissue] += (a - of_ref[:, tissue, network]) / 3
    return changes.min(axis=0), changes.max(axis=0)


def masked_slowly(
    gene: Gene, variant: Variant, loss: NDArray[np.float64], gain: NDArray[np.float64]
) -> None:
    ends = [base for a, b in gene.canonical.exons for base in (a, b - 1)]
    for i in range(len(loss)):
        if variant.start - DISTANCE + i in ends:
            gain[i] = min(gain[i], 0)
        else:
            loss[i] = max(loss[i], 0)


def variants(reference: Reference) -> list[Variant]:
    rng = np.random.default_rng(1)
    found = []
    for start in (505, 698, 1_204, 1_399, 2_105, 2_200, 2_299, 2_400, 3_003, 4_301):
        ref = reference.fetch("chr1", start, start + 4)
        other = "ACGT"["ACGT".index(ref[0]) - 1]
        inserted = ref[0] + "".join(rng.choice(list("ACGT"), 3))
        found.append(Variant("chr1", start, ref[0], other))
        found.append(Variant("chr1", start, ref[0], inserted))
        found.append(Variant("chr1", start, ref, ref[0]))
        found.append(Variant("chr1", start, ref[:2], other + other))
    return [v for v in found if v.ref != v.alt]


@pytest.mark.parametrize("masked", [True, False])
def test_that_scores_are_those_of_the_program_s_rule(
    masked: bool, model: ToyPangolin, toy_reference: Reference, toy_genes: GeneModels
) -> None:
    asked = variants(toy_reference)
    scores = pangolin_delta.score(
        model,  # type: ignore[arg-type]
        asked,
        reference=toy_reference,
        genes=toy_genes,
        distance=DISTANCE,
        masked=masked,
        batch_size=3,
    )
    seen = set()
    for variant, found in zip(asked, scores, strict=True):
        assert found.status is Status.SCORED
        told = []
        for gene in toy_genes.at("chr1", variant.start):
            loss, gain = slowly(model, toy_reference, variant, gene.strand)
            if masked:
                masked_slowly(gene, variant, loss, gain)
            up, down = int(gain.argmax()), int(loss.argmin())
            told.append((max(gain[up], -loss[down]), gain[up], up, loss[down], down))
            seen.add(gene.strand)
        highest, gained, up, lost, down = max(told)
        assert found.score == pytest.approx(highest, abs=1e-6)
        assert found.columns["gain"] == pytest.approx(gained, abs=1e-6)
        assert found.columns["loss"] == pytest.approx(lost, abs=1e-6)
        assert found.columns["gain_at"] == up - DISTANCE
        if lost < 0:
            assert found.columns["loss_at"] == down - DISTANCE
        assert (found.columns["loss_tissue"] in model.tissues) == (lost < 0)
        assert str(found.columns["pangolin"]).count("Warnings:") == len(told)
    assert seen == {"+", "-"}
    assert max(score.score or 0 for score in scores) > 0.05


def test_that_masking_matters_and_is_the_default(
    model: ToyPangolin, toy_reference: Reference, toy_genes: GeneModels
) -> None:
    variant = variants(toy_reference)[0]
    numbers = [
        pangolin_delta.score(
            model,  # type: ignore[arg-type]
            [variant],
            reference=toy_reference,
            genes=toy_genes,
            **options,
        )[0].columns["loss"]
        for options in ({}, {"masked": True}, {"masked": False})
    ]
    assert numbers[0] == numbers[1] != numbers[2]
    assert registry.checked_options("pangolin-delta", {})["masked"] is True
    assert registry.for_model(CARD)[0] is pangolin_delta.SCORER


def test_that_a_loss_lies_at_an_exon_end_and_names_its_tissue(
    model: ToyPangolin, toy_reference: Reference, toy_genes: GeneModels
) -> None:
    start = 699  # The last base of PLUS' first exon.
    ref = toy_reference.fetch("chr1", start, start + 1)
    asked = [Variant("chr1", start, ref, b) for b in "ACGT" if b != ref]
    scores = pangolin_delta.score(
        model,  # type: ignore[arg-type]
        asked,
        reference=toy_reference,
        genes=toy_genes,
        distance=5,
    )
    lost = [s.columns for s in scores if float(str(s.columns["loss"])) < 0]
    assert lost
    for columns in lost:
        assert columns["loss_at"] == 0
        assert columns["loss_tissue"] in model.tissues


def test_that_without_genes_both_strands_are_scored_unmasked(
    model: ToyPangolin, toy_reference: Reference
) -> None:
    variant = variants(toy_reference)[0]
    (found,) = pangolin_delta.score(
        model,  # type: ignore[arg-type]
        [variant],
        reference=toy_reference,
        genes=None,
        distance=DISTANCE,
        masked=False,
    )
    told = []
    for strand in "+-":
        loss, gain = slowly(model, toy_reference, variant, strand)
        told.append(max(gain.max(), -loss.min()))
    assert found.score == pytest.approx(max(told), abs=1e-6)
    assert str(found.columns["pangolin"]).startswith("+|")
    assert found.gene == ""


def test_that_masked_scores_without_genes_are_refused(
    model: ToyPangolin, toy_reference: Reference
) -> None:
    with pytest.raises(OptionError, match="need gene models"):
        pangolin_delta.score(
            model,  # type: ignore[arg-type]
            [],
            reference=toy_reference,
            genes=None,
        )


@pytest.mark.parametrize(
    ("variant", "status"),
    [
        (Variant("chr9", 5, "A", "C"), Status.CONTIG_MISSING),
        (Variant("tiny", 3, "T", "C"), Status.NOT_IN_GENE),
        (Variant("chr1", 100, "", "C"), Status.MALFORMED),
    ],
)
def test_that_what_cannot_be_scored_says_why(
    variant: Variant,
    status: Status,
    model: ToyPangolin,
    toy_reference: Reference,
    toy_genes: GeneModels,
) -> None:
    (found,) = pangolin_delta.score(
        model,  # type: ignore[arg-type]
        [variant],
        reference=toy_reference,
        genes=toy_genes,
        distance=DISTANCE,
    )
    assert found.status is status
    assert found.reason
    assert found.score is None


def test_that_a_deletion_too_near_to_the_contig_s_end_is_refused(
    model: ToyPangolin, toy_reference: Reference
) -> None:
    length = toy_reference.contigs["chr1"]
    start = length - FLANK - DISTANCE - 1
    ref = toy_reference.fetch("chr1", start, start + 3)
    one = Variant("chr1", start, ref[0], "ACGT"["ACGT".index(ref[0]) - 1])
    three = Variant("chr1", start, ref, ref[0])
    found = pangolin_delta.score(
        model,  # type: ignore[arg-type]
        [one, three],
        reference=toy_reference,
        genes=None,
        distance=DISTANCE,
        masked=False,
    )
    assert [f.status for f in found] == [Status.SCORED, Status.OUT_OF_RANGE]
