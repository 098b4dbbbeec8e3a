"""What is painted of a base far down a chromosome is at the pixel of that base."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage

from gfm_desktop import paths
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant_table import build_variant_table
from gfm_desktop.ui import theme
from gfm_desktop.workspace.score_table import ScoreTable
from gfm_desktop.workspace.workspace import ScoreRun, VariantSet, Workspace
from tests.ui.browser.hands import open_browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.canvas import Canvas

POSITION = 20_113_000
BASE = POSITION - 1
OTHER = {"A": "C", "C": "G", "G": "T", "T": "A"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Open chromosome 22 with one substitution at 20,113,000, scored 0.9."""
    reference = Reference.open(paths.resources() / "sample" / "chr22.fa.gz")
    ref = reference.fetch("chr22", BASE, POSITION)
    vcf, table, run = (tmp_path / name for name in ("one.vcf", "t.parquet", "run"))
    head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    vcf.write_text(f"{head}chr22\t{POSITION}\tv\t{ref}\t{OTHER[ref]}\t.\t.\t.\n")
    for _ in build_variant_table(vcf, reference, table):
        pass
    run.mkdir()
    part = {
        "row": pa.array([0], pa.int64()),
        "status": ["scored"],
        "reason": [""],
        "gene": [""],
        "score": pa.array([0.9], pa.float64()),
    }
    pq.write_table(pa.table(part), run / "scores-000000.parquet")
    workspace = Workspace()
    workspace.set_genome(reference)
    workspace.set_variants(VariantSet(vcf, table), ScoreTable(table))
    workspace.set_run(ScoreRun(run, "toy", "splice-delta"))
    yield workspace
    workspace.set_genome(None)


@pytest.fixture
def canvas(workspace: Workspace, qtbot: QtBot) -> Canvas:
    return open_browser(workspace, qtbot, 1400, 700).canvas


def stem_of(canvas: Canvas) -> tuple[float, int]:
    """Return the middle of the stem in pixels, as painted, and its width."""
    canvas.hover = None
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    whole = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    rect = canvas.lane_rect("variants")
    assert rect is not None
    row = whole[round(rect.center().y()), : image.width()]
    surface = QColor(theme.current().surface).rgb()
    pane = canvas.pane
    at = np.arange(len(row))
    # Without the frame of the active pane.
    painted = (row != surface) & (at > pane.left + 1) & (at < pane.right - 2)
    columns = np.flatnonzero(painted)
    assert 1 <= len(columns) <= 4, "nothing but the stem is in the middle of the lane"
    return float(columns.mean()) + 0.5, len(columns)


@pytest.mark.parametrize("size", [40, 301, 5_000, 200_000, 10_000_000])
def test_that_the_lollipop_of_20_113_000_is_at_the_pixel_it_must_be(
    canvas: Canvas, workspace: Workspace, size: int
) -> None:
    # Not in the middle, where an error of the scale would not be seen.
    start = BASE - size // 3
    workspace.go_to(Interval("chr22", start, start + size))
    pane = canvas.pane
    expected = pane.left + (BASE + 0.5 - start) * pane.width / size
    middle, _ = stem_of(canvas)
    assert middle == pytest.approx(expected, abs=1.0)
    assert canvas.position_at(expected) == pytest.approx(BASE, abs=size / pane.width)


@pytest.mark.parametrize("pixels", [0.25, 0.5, 17.0, 33.3, -61.7])
def test_that_it_stays_there_between_two_bases(
    canvas: Canvas, workspace: Workspace, pixels: float
) -> None:
    workspace.go_to(Interval("chr22", BASE - 20, BASE + 20))
    before, _ = stem_of(canvas)
    canvas.gestures.pan(pixels)
    after, _ = stem_of(canvas)
    assert after == pytest.approx(before - pixels, abs=1.0)
    assert after == pytest.approx(canvas.x_of(BASE + 0.5), abs=1.0)


def test_that_each_pane_has_it_at_its_own_place(
    canvas: Canvas, workspace: Workspace
) -> None:
    loci = (
        Interval("chr22", BASE - 100, BASE + 200),
        Interval("chr22", BASE - 5_000, BASE + 1_000),
    )
    workspace.set_loci(loci)
    for index in (0, 1):
        workspace.activate(index)
        middle, _ = stem_of(canvas)
        assert middle == pytest.approx(canvas.pane.x_of(BASE + 0.5), abs=1.0)


def test_that_the_mouse_reads_it_where_it_is_painted(
    canvas: Canvas, workspace: Workspace
) -> None:
    workspace.go_to(Interval("chr22", BASE - 60, BASE + 41))
    canvas.gestures.pan(7.4)
    middle, _ = stem_of(canvas)
    rect = canvas.lane_rect("variants")
    assert rect is not None
    found = [
        canvas.hit(QPointF(middle, rect.top() + y)) for y in range(int(rect.height()))
    ]
    assert any(hit is not None and hit.row == 0 for hit in found)
