from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtWidgets import QApplication

from gfm_desktop.genome.interval import Interval
from tests.ui.browser.hands import (
    ALT,
    CONTROL,
    NONE,
    SHIFT,
    TWICE,
    drag,
    mouse,
    open_browser,
    press_key,
    turn,
)

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.workspace.workspace import Workspace

START = Interval("chr1", 4000, 6000)
X = 700.0


@pytest.fixture
def canvas(variants: Workspace, qtbot: QtBot) -> Canvas:
    canvas = open_browser(variants, qtbot).canvas
    variants.go_to(START)
    return canvas


def lane_y(canvas: Canvas) -> float:
    rect = canvas.lane_rect("genes")
    assert rect is not None
    return rect.center().y()


@pytest.mark.parametrize(("modifiers", "factor"), [(SHIFT, 1 / 8), (ALT, 2.0)])
@pytest.mark.parametrize("ruler", [False, True])
def test_that_clicks_zoom_with_shift_and_alt_at_the_place(
    canvas: Canvas,
    variants: Workspace,
    modifiers: Qt.KeyboardModifier,
    factor: float,
    ruler: bool,
) -> None:
    under = canvas.position_at(X)
    y = canvas.header - 6 if ruler else lane_y(canvas)
    drag(canvas, [(X, y)], modifiers)
    assert len(variants.locus) == round(len(START) * factor)
    assert canvas.position_at(X) == pytest.approx(under, abs=1)
    assert variants.selection is None
    variants.go_back()
    assert variants.locus == START


@pytest.mark.parametrize(
    ("modifiers", "factor"), [(NONE, 1 / 2), (SHIFT, 1 / 8), (ALT, 2.0)]
)
def test_that_a_second_click_goes_on_as_the_first(
    canvas: Canvas,
    variants: Workspace,
    modifiers: Qt.KeyboardModifier,
    factor: float,
) -> None:
    mouse(canvas, TWICE, X, lane_y(canvas), modifiers)
    assert len(variants.locus) == round(len(START) * factor)


@pytest.mark.parametrize(
    ("key", "modifiers", "start", "size"),
    [
        (Qt.Key.Key_Right, CONTROL, 5000, 2000),
        (Qt.Key.Key_Left, CONTROL, 3000, 2000),
        (Qt.Key.Key_Right, SHIFT, 5000, 2000),
        (Qt.Key.Key_Up, CONTROL, 4500, 1000),
        (Qt.Key.Key_Down, CONTROL, 3000, 4000),
    ],
)
def test_that_keys_of_jbrowse_walk_and_zoom(
    canvas: Canvas,
    variants: Workspace,
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier,
    start: int,
    size: int,
) -> None:
    press_key(canvas, key, modifiers)
    assert variants.locus == Interval("chr1", start, start + size)


def test_that_pages_and_arrows_scroll_the_tracks(canvas: Canvas) -> None:
    canvas.window().resize(1132, 300)
    canvas.refresh()
    whole = canvas.content_height() - canvas.room()
    assert whole > 50
    press_key(canvas, Qt.Key.Key_Down, NONE)
    assert canvas.scroll_y == 50
    press_key(canvas, Qt.Key.Key_PageUp, NONE)
    assert canvas.scroll_y == 0
    for _ in range(20):
        press_key(canvas, Qt.Key.Key_PageDown, NONE)
    assert canvas.scroll_y == whole


def test_that_the_plain_wheel_zooms_only_where_that_is_wanted(
    canvas: Canvas, variants: Workspace
) -> None:
    turn(canvas, X, lane_y(canvas), 1)
    assert variants.locus == START
    canvas.gestures.let_wheel_zoom(True)
    under = canvas.position_at(X)
    turn(canvas, X, lane_y(canvas), 1)
    assert len(variants.locus) == round(len(START) * 0.8)
    assert canvas.position_at(X) == pytest.approx(under, abs=1)
    turn(canvas, X, lane_y(canvas), -1, SHIFT)
    assert len(variants.locus) == round(len(START) * 0.8), "Shift moves along"


def test_that_two_fingers_zoom_at_their_place(
    canvas: Canvas, variants: Workspace
) -> None:
    under = canvas.position_at(X)
    point = QPointF(X, lane_y(canvas))
    kind = Qt.NativeGestureType.ZoomNativeGesture
    device = QPointingDevice.primaryPointingDevice()
    place = QPointF(canvas.mapToGlobal(point))
    event = QNativeGestureEvent(kind, device, 2, point, point, place, 0.25, QPointF())
    QApplication.sendEvent(canvas, event)
    assert len(variants.locus) == round(len(START) / 1.25)
    assert canvas.position_at(X) == pytest.approx(under, abs=1)
