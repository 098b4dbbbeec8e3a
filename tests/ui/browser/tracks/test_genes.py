from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.block_paint import wide_blocks
from gfm_desktop.ui.browser.contrast import best_on, contrast, seen_on
from gfm_desktop.ui.browser.density import Density
from gfm_desktop.ui.browser.packing import pack
from gfm_desktop.ui.browser.pile import Pile
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.genes import GenesTrack
from gfm_desktop.ui.theme import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace


@given(
    st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 500)), max_size=40),
    st.floats(0, 20),
)
def test_that_no_two_spans_of_a_row_come_closer_than_the_gap(
    pairs: list[tuple[float, float]], gap: float
) -> None:
    spans = sorted((left, left + width) for left, width in pairs)
    last: dict[int, float] = {}
    for row, (left, right) in zip(pack(spans, gap), spans, strict=True):
        assert last.get(row, -1e9) + gap <= left
        last[row] = right


def test_that_overlapping_genes_get_rows_of_their_own(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    placed = {
        item.gene.name: item for item in GenesTrack(workspace).rows(view(0, 10_000))
    }
    assert placed["UP"].row != placed["DOWN"].row
    assert placed["UP"].left == pytest.approx(100.0)
    assert placed["UP"].right == pytest.approx(500.0)


def test_that_panning_keeps_a_gene_in_its_row(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    track = GenesTrack(workspace)
    rows = set()
    for start in range(1200, 4900, 50):
        for item in track.rows(view(start, start + 600)):
            if item.gene.name == "DOWN":
                rows.add(item.row)
    assert len(rows) == 1


def test_that_the_mouse_names_the_gene_and_counts_exons_along_its_strand(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    track, shown = GenesTrack(workspace), view(0, 10_000)
    rect = QRectF(0, 0, 1000, track.height(shown))
    down = next(i for i in track.rows(shown) if i.gene.name == "DOWN")
    y = 8 + down.row * 34
    hit = track.hit(QPointF(895, y), rect, shown)
    assert hit is not None
    assert hit.name == "DOWN"
    assert "Exon 1 of 2" in hit.tooltip
    assert hit.interval == Interval("chr1", 4000, 9000)
    assert track.hit(QPointF(950, y), rect, shown) is None


def test_that_the_copied_table_counts_from_one(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    lines = GenesTrack(workspace).data(view(0, 3000)).splitlines()
    assert lines[1].split("\t")[:5] == ["UP", "chr1", "1001", "5000", "+"]


@pytest.mark.parametrize("span", [(0, 20_000), (1100, 1160), (12_000, 13_000)])
def test_that_it_paints_in_both_themes(
    workspace: Workspace,
    palette: Palette,
    painted: Callable[[Track, View], int],
    span: tuple[int, int],
) -> None:
    shown = View(Interval("chr1", *span), 800.0, palette)
    assert painted(GenesTrack(workspace), shown) > 1


def test_that_it_says_so_when_no_gene_models_are_open(
    workspace: Workspace,
    view: Callable[..., View],
    painted: Callable[[Track, View], int],
) -> None:
    workspace.set_annotation(None)
    track = GenesTrack(workspace)
    assert track.rows(view(0, 100)) == []
    assert painted(track, view(0, 100)) > 1


CODING = """\
chr1\tx\tgene\t1001\t3000\t.\t-\t.\tgene_id "G1"; gene_name "BACK";
chr1\tx\ttranscript\t1001\t3000\t.\t-\t.\tgene_id "G1"; transcript_id "T1";
chr1\tx\texon\t1001\t1400\t.\t-\t.\tgene_id "G1"; transcript_id "T1";
chr1\tx\texon\t1801\t2000\t.\t-\t.\tgene_id "G1"; transcript_id "T1";
chr1\tx\texon\t2601\t3000\t.\t-\t.\tgene_id "G1"; transcript_id "T1";
chr1\tx\tCDS\t1201\t1400\t.\t-\t.\tgene_id "G1"; transcript_id "T1";
chr1\tx\tCDS\t1801\t1990\t.\t-\t.\tgene_id "G1"; transcript_id "T1";
chr1\tx\ttranscript\t1001\t1500\t.\t-\t.\tgene_id "G1"; transcript_id "T9";
chr1\tx\texon\t1001\t1500\t.\t-\t.\tgene_id "G1"; transcript_id "T9";
"""


@pytest.fixture
def coding(workspace: Workspace, tmp_path: Path) -> Workspace:
    gtf = tmp_path / "coding.gtf"
    gtf.write_text(CODING)
    workspace.set_annotation(GeneModels.load(gtf, reference=workspace.genome))
    return workspace


def test_that_exons_are_numbered_along_the_strand_at_their_pixels(
    coding: Workspace, view: Callable[..., View]
) -> None:
    track, shown = GenesTrack(coding), view(900, 3100)
    layout = track.layout(shown)
    assert isinstance(layout, Pile)
    rect = QRectF(0, 0, 1000, track.height(shown))
    blocks = wide_blocks(layout, rect, shown)
    assert blocks.rank.tolist() == [3, 2, 1]
    assert blocks.left.tolist() == pytest.approx(
        [shown.x(p) for p in (1000, 1800, 2600)]
    )
    assert blocks.right.tolist() == pytest.approx(
        [shown.x(p) for p in (1400, 2000, 3000)]
    )


def test_that_a_number_is_written_in_the_middle_of_the_exon_on_screen(
    coding: Workspace, view: Callable[..., View], qtbot: QtBot
) -> None:
    track, shown = GenesTrack(coding), view(1850, 2150)
    image = QImage(1000, track.height(shown), QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.surface))
    rect = QRectF(0, 0, 1000, image.height())
    with QPainter(image) as painter:
        track.paint(painter, rect, shown)
        track.paint_pinned(painter, rect, shown)
    fill = QColor(LIGHT.minus)
    y = 3 + 7
    middle = round(shown.x((1850 + 2000) / 2))

    def marked(left: int, right: int) -> bool:
        return any(
            image.pixelColor(x, y + dy) != fill
            for x in range(left, right)
            for dy in (-2, -1, 0, 1, 2)
        )

    # The last ten bases of the exon are not coding, and thinner.
    assert marked(middle - 5, middle + 5)
    assert not marked(middle - 16, middle - 7)


def test_that_the_mouse_counts_coding_exons_bases_and_codons(
    coding: Workspace, view: Callable[..., View]
) -> None:
    track, shown = GenesTrack(coding), view(900, 3100)
    rect = QRectF(0, 0, 1000, track.height(shown))
    hit = track.hit(QPointF(shown.x(1300.5), 10), rect, shown)
    assert hit is not None
    assert "Exon 3 of 3: chr1:1,001-1,400" in hit.tooltip
    # 190 coding bases in the exon before it on the minus strand, then 1,400 down.
    assert "Coding exon 2 of 2, coding base 290, codon 97" in hit.tooltip
    outside = track.hit(QPointF(shown.x(2800.5), 10), rect, shown)
    assert outside is not None
    assert "Exon 1 of 3" in outside.tooltip
    assert "Coding" not in outside.tooltip


def test_that_all_transcripts_are_named_in_rows_of_their_own(
    coding: Workspace, view: Callable[..., View]
) -> None:
    coding.lanes.change("genes", style="all transcripts")
    track, shown = GenesTrack(coding), view(900, 3100)
    rows = {item.transcript.transcript_id: item for item in track.rows(shown)}
    assert set(rows) == {"T1", "T9"}
    assert rows["T1"].row != rows["T9"].row
    layout = track.layout(shown)
    assert isinstance(layout, Pile)
    assert sorted(layout.labels) == ["BACK · T1", "BACK · T9"]
    copied = track.data(shown).splitlines()[1:]
    assert sorted(line.rpartition("\t")[2] for line in copied) == ["T1", "T9"]
    tall = track.height(shown)
    coding.lanes.change("genes", style="squished")
    assert len(track.rows(shown)) == 2
    assert track.height(shown) < tall


def test_that_genes_too_many_for_the_pixels_are_counted(
    workspace: Workspace, tmp_path: Path, view: Callable[..., View]
) -> None:
    lines = [
        f'chr1\tx\texon\t{12 * n + 1}\t{12 * n + 9}\t.\t+\t.\tgene_id "G{n}";'
        f' transcript_id "T{n}";\n'
        for n in range(1600)
    ]
    gtf = tmp_path / "many.gtf"
    gtf.write_text("".join(lines))
    workspace.set_annotation(GeneModels.load(gtf, reference=workspace.genome))
    track, wide = GenesTrack(workspace), view(0, 20_000)
    assert isinstance(track.layout(wide), Density)
    assert track.rows(wide) == []
    hit = track.hit(QPointF(500.5, 20), QRectF(0, 0, 1000, 40), wide)
    assert hit is not None
    assert hit.tooltip.splitlines()[1] == "Zoom in to see them."
    assert " genes in chr1:" in hit.tooltip
    assert len(track.data(wide).splitlines()) == 1601
    near = view(600, 1000)
    assert len(track.rows(near)) == len(range(600, 1000, 12))


def test_that_a_paint_of_a_known_stretch_builds_nothing_anew(
    workspace: Workspace,
    view: Callable[..., View],
    painted: Callable[[Track, View], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    track = GenesTrack(workspace)
    painted(track, view(3000, 4000))
    assert workspace.annotation is not None
    monkeypatch.setattr(workspace.annotation, "columns", pytest.fail)
    painted(track, view(3010, 4010))


@pytest.mark.parametrize("colour", ["#fff59d", "#000000", "#ffffff", "#2f5f9e"])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_that_numbers_can_be_read_on_any_colour_of_the_user(
    theme: Palette, colour: str
) -> None:
    ink = best_on(colour, theme.surface, theme.text)
    assert contrast(QColor(ink), QColor(colour)) >= 4.5
    seen = seen_on(colour, theme.surface, theme.text)
    assert contrast(QColor(seen), QColor(theme.surface)) >= 1.7
