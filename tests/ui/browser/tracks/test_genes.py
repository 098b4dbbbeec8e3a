from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.packing import pack
from gfm_desktop.ui.browser.tracks.genes import GenesTrack

if TYPE_CHECKING:
    from collections.abc import Callable

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
