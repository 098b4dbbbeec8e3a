"""Masks, strands, alignments and the grid of reference tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.splice_windows import (
    ReferenceWindow,
    SpliceTarget,
    WindowBatch,
    gene_target,
    masked_sequence,
    projected,
    targets_over,
)

if TYPE_CHECKING:
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.models.protocols import SpliceModel


def test_that_letters_outside_transcript_and_contig_are_unknown(
    toy_reference: Reference, toy_letters: str
) -> None:
    target = SpliceTarget("G", "chr1", "+", 10, 20)
    shown = masked_sequence(toy_reference, target, -5, 25)
    assert shown == "N" * 15 + toy_letters[10:20] + "N" * 5
    whole = SpliceTarget("+", "tiny", "+", 0, 20)
    assert masked_sequence(toy_reference, whole, 18, 23) == "GTNNN"
    assert masked_sequence(toy_reference, whole, 30, 33) == "NNN"


def test_that_a_gene_is_its_canonical_transcript(toy_genes: GeneModels) -> None:
    gene = toy_genes.find("SPLIT")
    assert gene is not None
    target = gene_target(gene)
    assert (target.start, target.end) == (5_000, 5_200)
    assert target.boundaries == (5_000, 5_059, 5_150, 5_199)


def test_that_the_left_of_two_equally_near_boundaries_counts() -> None:
    target = SpliceTarget("G", "chr1", "+", 0, 99, (10, 20, 40))
    assert target.nearest_boundary(15) == -5
    assert target.nearest_boundary(16) == 4
    assert target.nearest_boundary(20) == 0
    assert SpliceTarget("+", "chr1", "+", 0, 99).nearest_boundary(15) is None


def test_that_only_canonical_transcripts_are_predicted(
    toy_reference: Reference, toy_genes: GeneModels
) -> None:
    def names(start: int, end: int) -> list[str]:
        interval = Interval("chr1", start, end)
        found = targets_over(interval, reference=toy_reference, genes=toy_genes)
        return [target.symbol for target in found]

    assert names(2_200, 2_201) == ["PLUS", "MINUS"]
    assert names(5_199, 5_200) == ["SPLIT"]
    assert names(5_200, 5_600) == []
    both = targets_over(Interval("chr1", 5, 6), reference=toy_reference, genes=None)
    assert [(t.symbol, t.strand, t.end) for t in both] == [
        ("+", "+", 6_000),
        ("-", "-", 6_000),
    ]


# Rows are numbered; 0 stands for a deleted base.
ALIGNMENTS = {
    "snv": ("A", "C", [1, 2, 3, 4, 5, 6]),
    "mnv": ("AC", "GT", [1, 2, 3, 4, 5, 6]),
    "deletion": ("ACG", "A", [1, 2, 3, 0, 0, 4, 5, 6]),
    "insertion": ("A", "ACG", [1, 2, 5, 6]),
    "shortening": ("ACGT", "TA", [1, 2, 3, 4, 0, 0, 5, 6]),
    "lengthening": ("AC", "TAGG", [1, 2, 3, 6]),
}


@pytest.mark.parametrize("name", ALIGNMENTS)
def test_that_alt_is_laid_over_ref_base_by_base(name: str) -> None:
    ref, alt, expected = ALIGNMENTS[name]
    rows = np.repeat(np.arange(1, 7, dtype=np.float32)[:, None], 3, axis=1)
    over = projected(rows, 2, Variant("chr1", 2, ref, alt))
    assert over.shape == (6 + len(ref) - len(alt), 3)
    assert over[:, 1].tolist() == expected


@pytest.mark.parametrize("strand", ["+", "-"])
@pytest.mark.parametrize("size", [7, 64, 1_000])
def test_that_a_window_from_tiles_is_the_window_itself(
    size: int, strand: str, toy_model: SpliceModel, toy_reference: Reference
) -> None:
    target = SpliceTarget("G", "chr1", strand, 500, 2_500)
    flank = toy_model.flank
    batch = WindowBatch(toy_model)
    window = ReferenceWindow.ask(
        batch, target, 480, 560, reference=toy_reference, size=size, flank=flank
    )
    sequence = masked_sequence(toy_reference, target, 480 - flank, 560 + flank)
    whole = batch.add(strand, sequence)
    assert batch.add(strand, sequence) == whole
    batch.run()
    assert window.read(batch).shape == (80, 3)
    np.testing.assert_allclose(window.read(batch), batch.result(whole), atol=1e-6)
