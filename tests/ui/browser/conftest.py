"""A small world: one contig, two genes, variants of every kind with made-up scores."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant_table import build_variant_table
from gfm_desktop.ui.browser.marks import ContigMarks
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.theme import DARK, LIGHT
from gfm_desktop.workspace.score_table import ScoreTable
from gfm_desktop.workspace.workspace import ScoreRun, VariantSet, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette

LENGTH = 20_000
GENES = """\
chr1\tx\tgene\t1001\t5000\t.\t+\t.\tgene_id "G1"; gene_name "UP";
chr1\tx\ttranscript\t1001\t5000\t.\t+\t.\tgene_id "G1"; transcript_id "T1";
chr1\tx\texon\t1001\t1200\t.\t+\t.\tgene_id "G1"; transcript_id "T1";
chr1\tx\texon\t4801\t5000\t.\t+\t.\tgene_id "G1"; transcript_id "T1";
chr1\tx\tgene\t4001\t9000\t.\t-\t.\tgene_id "G2"; gene_name "DOWN";
chr1\tx\ttranscript\t4001\t9000\t.\t-\t.\tgene_id "G2"; transcript_id "T2";
chr1\tx\texon\t4001\t4100\t.\t-\t.\tgene_id "G2"; transcript_id "T2";
chr1\tx\texon\t8901\t9000\t.\t-\t.\tgene_id "G2"; transcript_id "T2";
"""
SCORES = {0: 0.9, 1: 0.1, 2: None, 3: 0.55, 4: None}
"""Row to score; row 4 is refused, row 2 is not scored yet."""


@pytest.fixture
def bases() -> str:
    return "".join(random.Random(7).choices("ACGT", k=LENGTH))


@pytest.fixture
def workspace(tmp_path: Path, bases: str) -> Iterator[Workspace]:
    fasta = tmp_path / "genome.fa"
    lines = [bases[i : i + 60] for i in range(0, LENGTH, 60)]
    fasta.write_text(">chr1\n" + "\n".join(lines) + "\n")
    gtf = tmp_path / "genes.gtf"
    gtf.write_text(GENES)
    reference = Reference.open(fasta)
    workspace = Workspace()
    workspace.set_genome(reference)
    workspace.set_annotation(GeneModels.load(gtf, reference=reference))
    yield workspace
    workspace.set_genome(None)


@pytest.fixture
def variants(workspace: Workspace, tmp_path: Path, bases: str) -> Workspace:
    """Open an SNV, an insertion, a deletion and an MNV, and one with a wrong REF."""
    other = {"A": "C", "C": "G", "G": "T", "T": "A"}

    def record(pos: int, ref: str, alt: str) -> str:
        return f"chr1\t{pos}\tv{pos}\t{ref}\t{alt}\t.\t.\t."

    def at(pos: int, size: int = 1) -> str:
        return bases[pos - 1 : pos - 1 + size]

    gap = next(p for p in range(3000, 4000) if at(p) != at(p + 1) != at(p + 2))
    lines = [
        record(2000, at(2000), other[at(2000)]),
        record(2100, at(2100), at(2100) + other[at(2100)] * 2 + other[at(2101)]),
        record(gap, at(gap, 2), at(gap)),
        record(3500, at(3500, 2), other[at(3500)] + other[at(3501)]),
        record(3600, other[at(3600)], at(3600)),
    ]
    vcf = tmp_path / "calls.vcf"
    head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    vcf.write_text(head + "\n".join(lines) + "\n")
    table = tmp_path / "table.parquet"
    assert workspace.genome is not None
    for _ in build_variant_table(vcf, workspace.genome, table):
        pass
    scores = ScoreTable(table)
    workspace.set_variants(VariantSet(vcf, table), scores)
    run = tmp_path / "run"
    run.mkdir()
    rows = [row for row, score in SCORES.items() if score is not None]
    part = {
        "row": pa.array(rows, pa.int64()),
        "status": ["scored"] * len(rows),
        "reason": [""] * len(rows),
        "gene": ["UP"] * len(rows),
        "score": pa.array([SCORES[row] for row in rows], pa.float64()),
    }
    pq.write_table(pa.table(part), run / "scores-000000.parquet")
    workspace.set_run(ScoreRun(run, "toy", "splice-delta"))
    return workspace


@pytest.fixture
def marks(variants: Workspace, qtbot: QtBot) -> ContigMarks:
    marks = ContigMarks(variants)
    qtbot.waitUntil(lambda: marks.all is not None)
    return marks


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def palette(request: pytest.FixtureRequest) -> Palette:
    return request.param


@pytest.fixture
def view() -> Callable[..., View]:
    def make(start: int, end: int, width: float = 1000.0) -> View:
        return View(Interval("chr1", start, end), width, LIGHT)

    return make


@pytest.fixture
def painted(qtbot: QtBot) -> Callable[[Track, View], int]:
    """Paint a track and return how many colours came out."""

    def paint(track: Track, view: View) -> int:
        height = track.height(view)
        image = QImage(int(view.width), height, QImage.Format.Format_RGB32)
        image.fill(QColor(view.palette.surface))
        rect = QRectF(0, 0, view.width, height)
        with QPainter(image) as painter:
            track.paint(painter, rect, view)
            if track.shifts(view):
                track.paint_pinned(painter, rect, view)
        pixels = np.frombuffer(image.constBits(), np.uint32)
        return len(np.unique(pixels))

    return paint
