"""Scripted hands: mouse, wheel and keys on a canvas, and a browser for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from gfm_desktop.ui.browser.browser import BrowserPanel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gfm_desktop.jobs.job import Job
    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.workspace.workspace import Workspace

NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton
PRESS = QEvent.Type.MouseButtonPress
MOVE = QEvent.Type.MouseMove
RELEASE = QEvent.Type.MouseButtonRelease
TWICE = QEvent.Type.MouseButtonDblClick


class Clerk:
    """Takes jobs and never runs them."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def submit(self, job: Job, on_event: object = None, *, priority: object = 0) -> str:
        self.jobs.append(job)
        return str(len(self.jobs))

    def cancel(self, job_id: str) -> None: ...


def open_browser(
    workspace: Workspace,
    qtbot: QtBot,
    width: int = 1132,
    height: int = 600,
    *,
    clerk: Clerk | None = None,
) -> BrowserPanel:
    """Show a browser of what is open, with its variants read."""
    bridge: Any = clerk or Clerk()
    panel = BrowserPanel(workspace, bridge)
    qtbot.addWidget(panel)
    panel.resize(width, height)
    panel.show()
    marks = panel.canvas.sources.marks
    qtbot.waitUntil(lambda: workspace.table is None or marks.all is not None)
    return panel


def mouse(
    canvas: Canvas,
    kind: QEvent.Type,
    x: float,
    y: float,
    modifiers: Qt.KeyboardModifier = NONE,
) -> None:
    point = QPointF(x, y)
    button = Qt.MouseButton.NoButton if kind == MOVE else LEFT
    place = QPointF(canvas.mapToGlobal(point))
    event = QMouseEvent(kind, point, place, button, LEFT, modifiers)
    QApplication.sendEvent(canvas, event)


def hover(canvas: Canvas, x: float, y: float) -> None:
    point = QPointF(x, y)
    none = Qt.MouseButton.NoButton
    place = QPointF(canvas.mapToGlobal(point))
    QApplication.sendEvent(canvas, QMouseEvent(MOVE, point, place, none, none, NONE))


def drag(
    canvas: Canvas,
    points: list[tuple[float, float]],
    modifiers: Qt.KeyboardModifier = NONE,
) -> None:
    mouse(canvas, PRESS, *points[0], modifiers)
    for point in points[1:]:
        mouse(canvas, MOVE, *point, modifiers)
    mouse(canvas, RELEASE, *points[-1], modifiers)


def click(canvas: Canvas, x: float, y: float) -> None:
    drag(canvas, [(x, y)])


def turn(
    canvas: Canvas,
    x: float,
    y: float,
    notches: int,
    modifiers: Qt.KeyboardModifier = NONE,
) -> None:
    point = QPointF(x, y)
    event = QWheelEvent(
        point,
        QPointF(canvas.mapToGlobal(point)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def press_key(canvas: Canvas, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(canvas, QKeyEvent(kind, key, modifiers))
