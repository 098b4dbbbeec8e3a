from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, Qt

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.lane_drag import SMALLEST
from gfm_desktop.ui.browser.panes import Zone
from tests.ui.browser.hands import (
    MOVE,
    NONE,
    PRESS,
    RELEASE,
    drag,
    mouse,
    open_browser,
    press_key,
)

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.workspace.workspace import Workspace

ESCAPE = Qt.Key.Key_Escape


@pytest.fixture
def canvas(variants: Workspace, qtbot: QtBot) -> Canvas:
    panel = open_browser(variants, qtbot, 1132, 900)
    variants.go_to(Interval("chr1", 1900, 2300))
    return panel.canvas


def order(canvas: Canvas) -> list[str]:
    return [placed.lane.track.key for placed in canvas.placed()]


def label_of(canvas: Canvas, key: str) -> tuple[float, float]:
    rect = canvas.lane_rect(key)
    assert rect is not None
    return 20.0, rect.top() + 6


def edge_of(canvas: Canvas, key: str) -> tuple[float, float]:
    rect = canvas.lane_rect(key)
    assert rect is not None
    point = (20.0, rect.bottom() - 1)
    assert canvas.zone_at(QPointF(*point)) is Zone.EDGE
    return point


def test_that_a_lane_follows_its_label_and_stays_where_it_is_let_go(
    canvas: Canvas, variants: Workspace
) -> None:
    before = order(canvas)
    x, y = label_of(canvas, "sequence")
    drag(canvas, [(x, y), (x, y + 40), (x, canvas.height() - 2.0)])
    after = order(canvas)
    assert after.index("sequence") > before.index("sequence")
    assert sorted(after) == sorted(before)
    assert [k for k in after if k != "sequence"] == before[1:]
    assert [k for k in variants.lanes.order if k in after] == after
    assert canvas.dragged == ""


def test_that_the_line_between_two_lanes_is_no_place_below_all(canvas: Canvas) -> None:
    before = order(canvas)
    x, y = label_of(canvas, "sequence")
    first = canvas.placed()[0]
    line = canvas.top_of(first) + first.height + 0.5
    assert canvas.lane_at(QPointF(x, line)) is None
    mouse(canvas, PRESS, x, y)
    mouse(canvas, MOVE, x, y + 8)
    mouse(canvas, MOVE, x, line)
    assert order(canvas) == before
    mouse(canvas, RELEASE, x, line)
    assert order(canvas) == before


def test_that_escape_puts_a_lane_back_where_it_was(canvas: Canvas) -> None:
    before = order(canvas)
    x, y = label_of(canvas, "sequence")
    mouse(canvas, PRESS, x, y)
    mouse(canvas, MOVE, x, canvas.height() - 2.0)
    assert order(canvas) != before
    assert canvas.dragged == "sequence"
    marked = canvas.grab().toImage()
    press_key(canvas, ESCAPE, NONE)
    assert order(canvas) == before
    assert canvas.dragged == ""
    assert canvas.grab().toImage() != marked
    mouse(canvas, MOVE, x, y + 300)
    mouse(canvas, RELEASE, x, y + 300)
    assert order(canvas) == before


def test_that_the_lower_edge_of_a_label_makes_its_lane_taller_or_smaller(
    canvas: Canvas, variants: Workspace
) -> None:
    rect = canvas.lane_rect("genes")
    assert rect is not None
    x, y = edge_of(canvas, "genes")
    drag(canvas, [(x, y), (x, y + 10), (x, y + 30)])
    taller = canvas.lane_rect("genes")
    assert taller is not None
    assert taller.height() == pytest.approx(rect.height() + 30, abs=1)
    x, y = edge_of(canvas, "genes")
    drag(canvas, [(x, y), (x, 0.0)])
    assert variants.lanes.look("genes").size == SMALLEST


def test_that_escape_gives_a_lane_its_height_back(
    canvas: Canvas, variants: Workspace
) -> None:
    looks = variants.lanes.looks
    x, y = edge_of(canvas, "genes")
    mouse(canvas, PRESS, x, y)
    mouse(canvas, MOVE, x, y + 25)
    assert variants.lanes.looks != looks
    press_key(canvas, ESCAPE, NONE)
    assert variants.lanes.looks == looks


def test_that_escape_puts_a_view_back_that_is_being_dragged(
    canvas: Canvas, variants: Workspace
) -> None:
    before = variants.locus
    mouse(canvas, PRESS, 600, 300)
    mouse(canvas, MOVE, 700, 300)
    assert variants.locus != before
    press_key(canvas, ESCAPE, NONE)
    assert variants.locus == before
    mouse(canvas, MOVE, 800, 300)
    mouse(canvas, RELEASE, 800, 300)
    assert variants.locus == before
    variants.go_back()
    assert variants.locus != before, "nothing was noted of the drag"


def test_that_escape_does_nothing_where_nothing_is_dragged(canvas: Canvas) -> None:
    assert not canvas.gestures.cancel()
