"""Regions of interest where they are: shading, flags, and marks on the overview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser import region_paint
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.ruler import OVERVIEW, RulerTrack
from gfm_desktop.ui.theme import LIGHT
from gfm_desktop.workspace.region_file import Region

if TYPE_CHECKING:
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace


pytestmark = pytest.mark.usefixtures("qapp")


def at(start: int, end: int, name: str = "", colour: str = "") -> Region:
    return Region(Interval("chr1", start, end), name, "", colour)


def ruler_picture(workspace: Workspace, view: View) -> QImage:
    ruler = RulerTrack(workspace)
    height = ruler.height(view)
    image = QImage(int(view.width), height, QImage.Format.Format_RGB32)
    image.fill(QColor(view.palette.raised))
    with QPainter(image) as painter:
        ruler.paint(painter, QRectF(0, 0, view.width, height), view)
    return image


def test_that_a_region_has_a_flag_over_its_bases(
    workspace: Workspace, palette: Palette
) -> None:
    view = View(Interval("chr1", 1_000, 2_000), 1_000.0, palette)
    plain = ruler_picture(workspace, view)
    workspace.regions.restore([at(1_200, 1_500, "promoter")])
    image = ruler_picture(workspace, view)
    y = OVERVIEW + 4
    changed = [x for x in range(1_000) if image.pixel(x, y) != plain.pixel(x, y)]
    assert abs(min(changed) - 200) <= 1
    assert abs(max(changed) - 499) <= 1
    rows = [
        row
        for row in range(image.height())
        if any(image.pixel(x, row) != plain.pixel(x, row) for x in range(200, 500))
    ]
    # Neither the labels of the ticks nor the bar above are painted over; the bar has
    # its own mark at pixel 60 to 75.
    assert min(r for r in rows if r >= OVERVIEW) >= OVERVIEW
    assert max(rows) < image.height() - 24


def test_that_the_overview_marks_the_regions_of_the_contig(
    workspace: Workspace, palette: Palette
) -> None:
    view = View(Interval("chr1", 0, 100), 1_000.0, palette)
    workspace.regions.restore([at(10_000, 12_000, colour="#123456")])
    image = ruler_picture(workspace, view)
    # The contig has 20,000 bp: half of the bar, to three fifths.
    marked = [x for x in range(1_000) if image.pixelColor(x, 14) == QColor("#123456")]
    assert (marked[0], marked[-1]) == (500, 599)


def test_that_the_ruler_tells_a_regions_note(workspace: Workspace) -> None:
    view = View(Interval("chr1", 1_000, 2_000), 1_000.0, LIGHT)
    place = Interval("chr1", 1_200, 1_500)
    workspace.regions.restore([Region(place, "promoter", "of UP")])
    ruler = RulerTrack(workspace)
    rect = QRectF(0, 0, 1_000, ruler.height(view))
    hit = ruler.hit(QPointF(300, OVERVIEW + 5), rect, view)
    assert hit is not None
    assert hit.tooltip.startswith("promoter\nchr1:1,201-1,500\nof UP")
    beside = ruler.hit(QPointF(600, OVERVIEW + 5), rect, view)
    assert beside is not None
    assert beside.tooltip == "Drag to select a region"


def test_that_a_single_base_can_be_pointed_at_from_far(workspace: Workspace) -> None:
    view = View(Interval("chr1", 0, 20_000), 1_000.0, LIGHT)
    workspace.regions.restore([at(10_000, 10_001, "base"), at(2_000, 18_000, "wide")])
    regions = workspace.regions
    found = region_paint.region_at(regions, view, QPointF(501, 0))
    assert found is not None
    assert found.name == "base"
    wide = region_paint.region_at(regions, view, QPointF(510, 0))
    assert wide is not None
    assert wide.name == "wide"
    assert region_paint.region_at(regions, view, QPointF(950, 0)) is None


def test_that_narrow_regions_lie_on_wide_ones_and_crowds_are_thinned(
    workspace: Workspace,
) -> None:
    regions = workspace.regions
    regions.restore([at(5, 9, "small"), at(0, 90, "large"), at(200, 300, "else")])
    shown = region_paint.regions_in(regions, Interval("chr1", 0, 100))
    assert [region.name for region in shown] == ["large", "small"]
    assert region_paint.regions_in(regions, Interval("chr2", 0, 100)) == []
    regions.restore([at(i, i + 1) for i in range(5_000)])
    crowd = region_paint.regions_in(regions, Interval("chr1", 0, 20_000))
    assert len(crowd) == 400
    assert max(region.interval.start for region in crowd) == 4_999


@pytest.mark.parametrize("colour", ["", "#12ab34"])
def test_that_a_region_keeps_its_own_colour(palette: Palette, colour: str) -> None:
    made = region_paint.colour_of(at(1, 2, colour=colour), palette)
    assert made == QColor(colour or palette.levels[1])
