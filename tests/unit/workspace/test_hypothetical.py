"""Variants that stand in no file: checked against the genome, selected like others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant, VariantKind
from gfm_desktop.genome.variant_table import build_variant_table
from gfm_desktop.workspace.hypothetical import (
    HYPOTHETICAL,
    is_hypothetical,
    row_for,
    select_typed,
    select_variant,
)
from gfm_desktop.workspace.prediction_questions import selected_variant
from gfm_desktop.workspace.score_table import ScoreTable
from gfm_desktop.workspace.workspace import ScoreRun, VariantSet, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GENOME = "ACGTACGTAC" * 600
"""Position 0 is A; AC stands twice at 308."""


@pytest.fixture
def open_genome(tmp_path: Path) -> Iterator[Workspace]:
    path = tmp_path / "g.fa"
    path.write_text(f">chr1\n{GENOME}\n")
    workspace = Workspace()
    workspace.set_genome(Reference.open(path))
    yield workspace
    workspace.set_genome(None)


@pytest.fixture
def with_variants(open_genome: Workspace, tmp_path: Path) -> Workspace:
    vcf = tmp_path / "a.vcf"
    vcf.write_text(
        "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
        "chr1\t101\trs1\tA\tG\t.\t.\t.\n"
    )
    table = tmp_path / "t.parquet"
    assert open_genome.genome is not None
    for _ in build_variant_table(vcf, open_genome.genome, table):
        pass
    open_genome.set_variants(VariantSet(vcf, table), ScoreTable(table))
    return open_genome


def test_that_a_variant_in_no_file_can_be_selected_and_predicted(
    open_genome: Workspace,
) -> None:
    before = open_genome.locus
    row = select_variant(open_genome, Variant("chr1", 2, "G", "T"), about="effect -0.3")
    assert open_genome.selection is row
    assert (row.row, row.status, row.kind) == (
        HYPOTHETICAL,
        Status.PENDING,
        VariantKind.SNV,
    )
    assert is_hypothetical(row)
    assert (row.pos, row.score, row.reason) == (3, None, "effect -0.3")
    assert selected_variant(open_genome) == Variant("chr1", 2, "G", "T")
    assert open_genome.locus == before


def test_that_the_row_of_the_file_is_taken_where_it_has_the_variant(
    with_variants: Workspace,
) -> None:
    row = row_for(with_variants, Variant("chr1", 100, "A", "G"))
    assert (row.row, row.id) == (0, "rs1")
    assert not is_hypothetical(row)
    assert is_hypothetical(row_for(with_variants, Variant("chr1", 100, "A", "C")))
    assert not is_hypothetical(None)


def test_that_new_scores_leave_a_hypothetical_selection_alone(
    with_variants: Workspace, tmp_path: Path
) -> None:
    row = select_variant(with_variants, Variant("chr1", 2, "G", "T"))
    folder = tmp_path / "run"
    folder.mkdir()
    with_variants.set_run(ScoreRun(folder, "toy", "splice-delta"))
    assert with_variants.selection == row


def test_that_a_typed_variant_is_normalised_and_shown(open_genome: Workspace) -> None:
    assert select_typed(open_genome, "chr1:301:A:G")
    assert open_genome.selection is not None
    assert open_genome.selection.variant == Variant("chr1", 300, "A", "G")
    assert open_genome.locus == Interval("chr1", 150, 451)
    assert select_typed(open_genome, "1-310-CAC-C")
    assert open_genome.selection.variant == Variant("chr1", 307, "TAC", "T")
    assert (open_genome.selection.pos, open_genome.selection.ref) == (310, "CAC")


@pytest.mark.parametrize("text", ["chr1:301-400", "chr1", "300", "BRCA1"])
def test_that_other_places_are_no_variants(open_genome: Workspace, text: str) -> None:
    before = open_genome.locus
    assert not select_typed(open_genome, text)
    assert open_genome.selection is None
    assert open_genome.locus == before


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        (Variant("chr1", 2, "A", "T"), "the genome has G there"),
        (Variant("chr1", 2, "G", "G"), "nothing is changed"),
        (Variant("chr1", 2, "G", "N"), "must be made of"),
        (Variant("chr1", 5_999, "CC", "T"), "no place"),
        (Variant("chr9", 2, "G", "T"), "no place"),
    ],
)
def test_that_what_does_not_fit_the_genome_is_refused(
    open_genome: Workspace, variant: Variant, words: str
) -> None:
    with pytest.raises(GfmError, match=words) as caught:
        select_variant(open_genome, variant)
    assert caught.value.todo
    assert open_genome.selection is None


def test_that_nothing_is_selected_without_a_genome() -> None:
    assert not select_typed(Workspace(), "chr1:301:A:G")
    with pytest.raises(GfmError, match="No genome"):
        row_for(Workspace(), Variant("chr1", 2, "G", "T"))
