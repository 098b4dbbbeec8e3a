from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt

from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.ui.browser.navigation import Camera
from gfm_desktop.ui.browser.panes import GAP, Zone, side_by_side
from gfm_desktop.workspace.workspace import Workspace
from tests.ui.browser.conftest import GENES
from tests.ui.browser.hands import (
    CONTROL,
    SHIFT,
    click,
    drag,
    hover,
    open_browser,
    turn,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.browser import BrowserPanel
    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.ui.browser.track import View

FIRST = Interval("chr1", 1900, 3900)
SECOND = Interval("chr2", 100, 300)
THIRD = Interval("chr1", 4000, 9000)


@pytest.fixture
def workspace(tmp_path: Path, bases: str) -> Iterator[Workspace]:
    """A genome of two contigs; genes and variants lie on the first."""
    fasta, gtf = tmp_path / "genome.fa", tmp_path / "genes.gtf"
    other = "".join(random.Random(3).choices("ACGT", k=600))
    fasta.write_text(f">chr1\n{bases}\n>chr2\n{other}\n")
    gtf.write_text(GENES)
    reference = Reference.open(fasta)
    workspace = Workspace()
    workspace.set_genome(reference)
    workspace.set_annotation(GeneModels.load(gtf, reference=reference))
    yield workspace
    workspace.set_genome(None)


@pytest.fixture
def browser(variants: Workspace, qtbot: QtBot) -> BrowserPanel:
    panel = open_browser(variants, qtbot, 1232, 640)
    variants.set_loci((FIRST, SECOND, THIRD), active=0)
    marks = panel.canvas.sources.marks
    qtbot.waitUntil(lambda: marks.all is not None and marks.of("chr2") is not None)
    return panel


@pytest.fixture
def canvas(browser: BrowserPanel) -> Canvas:
    return browser.canvas


def middle(canvas: Canvas, index: int) -> float:
    pane = canvas.panes[index]
    return pane.left + pane.width / 2


def lane_y(canvas: Canvas, key: str) -> float:
    rect = canvas.lane_rect(key)
    assert rect is not None
    return rect.center().y()


@given(
    count=st.integers(1, 12), left=st.integers(100, 300), width=st.integers(700, 4000)
)
def test_that_panes_fill_the_canvas_in_order_at_whole_pixels(
    count: int, left: int, width: int
) -> None:
    cameras = [Camera("c", 0.0, 100.0, 1000)] * count
    panes = side_by_side(cameras, left, left + width)
    assert panes[0].left == left
    assert panes[-1].right == left + width
    for one, after in pairwise(panes):
        assert one.right + GAP == after.left
    assert max(p.width for p in panes) - min(p.width for p in panes) <= 1
    assert all(p.left == int(p.left) for p in panes)


def test_that_each_locus_has_a_pane_with_a_camera_of_its_own(canvas: Canvas) -> None:
    assert [pane.camera.interval for pane in canvas.panes] == [FIRST, SECOND, THIRD]
    assert canvas.several
    assert canvas.camera.interval == FIRST
    assert canvas.accessibleDescription() == (
        f"Showing {FIRST}; {SECOND}; {THIRD}. Active: {FIRST}"
    )


def test_that_a_drag_moves_the_pane_under_the_mouse_and_no_other(
    canvas: Canvas, variants: Workspace
) -> None:
    x, y = middle(canvas, 2), lane_y(canvas, "genes")
    under = canvas.panes[2].position_at(x)
    drag(canvas, [(x, y), (x - 40, y), (x - 90, y)])
    assert variants.active == 2
    assert canvas.panes[2].position_at(x - 90) == pytest.approx(under, abs=1)
    assert variants.loci[:2] == (FIRST, SECOND)
    variants.go_back()
    assert variants.loci == (FIRST, SECOND, THIRD)


def test_that_the_wheel_zooms_the_pane_under_the_mouse_at_the_mouse(
    canvas: Canvas, variants: Workspace
) -> None:
    x, y = middle(canvas, 1) + 30, lane_y(canvas, "sequence")
    under = canvas.panes[1].position_at(x)
    turn(canvas, x, y, 3, CONTROL)
    assert variants.active == 1
    assert len(variants.locus) < len(SECOND)
    assert canvas.panes[1].position_at(x) == pytest.approx(under, abs=1)
    assert (variants.loci[0], variants.loci[2]) == (FIRST, THIRD)


def test_that_scrolling_leaves_the_active_pane(
    canvas: Canvas, variants: Workspace
) -> None:
    turn(canvas, middle(canvas, 2), 300, -1)
    assert variants.active == 0


def test_that_the_cross_closes_its_pane_and_the_others_stay_where_they_are(
    canvas: Canvas, variants: Workspace
) -> None:
    canvas.gestures.pan(0.4)
    exact = canvas.panes[0].camera
    cross = canvas.cross_of(canvas.panes[1]).center()
    assert canvas.zone_at(cross) is Zone.CLOSE
    click(canvas, cross.x(), cross.y())
    assert variants.loci == (exact.interval, THIRD)
    assert canvas.panes[0].camera == exact
    cross = canvas.cross_of(canvas.panes[0]).center()
    click(canvas, cross.x(), cross.y())
    assert variants.loci == (THIRD,)
    assert (canvas.strip, canvas.several) == (0, False)
    variants.go_back()
    assert variants.loci == (exact.interval, THIRD)


def test_that_a_click_on_a_title_makes_its_pane_active(
    canvas: Canvas, variants: Workspace
) -> None:
    x = canvas.panes[1].left + 20
    assert canvas.zone_at(QPointF(x, 10)) is Zone.TITLE
    click(canvas, x, 10)
    assert variants.locus == SECOND
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor
    hover(canvas, x, 10)
    assert canvas.cursor().shape() == Qt.CursorShape.PointingHandCursor


def test_that_a_region_is_of_the_pane_in_which_the_drag_began(
    canvas: Canvas, qtbot: QtBot
) -> None:
    pane = canvas.panes[1]
    with qtbot.waitSignal(canvas.region_chosen) as chosen:
        y = lane_y(canvas, "genes")
        drag(canvas, [(pane.left + 50, y), (pane.right + 200, y)], SHIFT)
    region = chosen.args[0]
    assert region.contig == "chr2"
    assert region.start == canvas.panes[1].position_at(pane.left + 50)
    assert region.end == SECOND.end


def test_that_a_press_on_an_overview_moves_its_own_pane(
    canvas: Canvas, variants: Workspace
) -> None:
    click(canvas, middle(canvas, 2), canvas.strip + 12)
    assert variants.active == 2
    assert variants.locus == Interval("chr1", 7500, 12_500)


def test_that_what_is_under_the_mouse_is_read_in_every_pane(
    canvas: Canvas, browser: BrowserPanel, variants: Workspace
) -> None:
    variants.set_loci((SECOND, FIRST), active=0)
    pane, rect = canvas.panes[1], canvas.lane_rect("variants")
    track: Any = browser.track("variants")
    view, offset = pane.view()
    assert rect is not None
    item = next(i for i in track.lollipops(view, rect.height()) if i.row == 0)
    x = pane.left + item.head - offset
    hit = canvas.hit(QPointF(x, rect.top() + item.top))
    assert hit is not None
    assert hit.row == 0
    click(canvas, x, rect.top() + item.top)
    assert variants.selection is not None
    assert variants.selection.row == 0
    assert variants.active == 1


def test_that_a_lane_is_as_high_as_the_neediest_pane_wants(
    canvas: Canvas, browser: BrowserPanel, variants: Workspace
) -> None:
    def height(key: str) -> float:
        rect = canvas.lane_rect(key)
        assert rect is not None
        return rect.height()

    variants.set_loci((SECOND,))
    bare = height("genes")
    variants.set_loci((THIRD,))
    packed = height("genes")
    assert packed > bare
    variants.set_loci((SECOND, THIRD))
    assert height("genes") == packed
    variants.set_loci((THIRD, SECOND))
    assert height("genes") == packed


def test_that_marks_of_all_contigs_on_show_are_at_hand(
    canvas: Canvas, variants: Workspace
) -> None:
    marks = canvas.sources.marks
    one, two = marks.of("chr1"), marks.of("chr2")
    assert one is not None
    assert two is not None
    assert (len(one), len(two)) == (5, 0)
    variants.activate(1)
    assert marks.all is two
    assert marks.within(FIRST) is not None


def test_that_only_the_active_pane_is_predicted(
    canvas: Canvas, variants: Workspace, qtbot: QtBot
) -> None:
    told: list[Interval] = []
    canvas.settled.connect(told.append)
    variants.activate(2)
    qtbot.waitUntil(lambda: told != [])
    assert told == [THIRD]


def test_that_several_panes_paint_and_a_single_one_has_no_title(
    canvas: Canvas, variants: Workspace
) -> None:
    before = canvas.grab().toImage()
    variants.activate(1)
    assert canvas.grab().toImage() != before, "the active pane is marked"
    header = canvas.header
    variants.set_loci((FIRST,))
    assert canvas.header < header
    assert canvas.cross_of(canvas.panes[0]).isEmpty()
    assert canvas.zone_at(QPointF(canvas.gutter + 20, 2)) is Zone.OVERVIEW


def test_that_a_drag_asks_only_the_pane_it_moves_for_heights(
    canvas: Canvas, browser: BrowserPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    track: Any = browser.track("genes")
    asked: list[Interval] = []
    height = track.height

    def counted(view: View) -> int:
        asked.append(view.interval)
        result: int = height(view)
        return result

    monkeypatch.setattr(track, "height", counted)
    canvas.refresh()
    assert {interval.contig for interval in asked} == {"chr1", "chr2"}
    asked.clear()
    canvas.gestures.pan(60.0)
    assert len(asked) == 1
    assert asked[0].start > FIRST.start
    asked.clear()
    canvas.refresh()
    assert len(asked) == 3
