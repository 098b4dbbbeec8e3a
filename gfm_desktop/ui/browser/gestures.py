"""What hands do on the canvas: drag, wheel, keys. They know IGV and JBrowse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QNativeGestureEvent
from PySide6.QtWidgets import QApplication

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser import key_moves, pointer
from gfm_desktop.ui.browser.hover_paint import menu_handle
from gfm_desktop.ui.browser.lane_drag import LaneDrag
from gfm_desktop.ui.browser.panes import Zone

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

    from gfm_desktop.ui.browser.navigation import Camera
    from gfm_desktop.ui.browser.surface import Surface

NOTCH = 0.8
"""Factor on the bp on screen for one notch of the wheel."""
DEEP = 1 / 8
"""Factor of a click with Shift, as in IGV."""
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_DRAGGED = (Zone.OVERVIEW, Zone.RULER, Zone.LANES)


@dataclass(frozen=True, slots=True)
class Drag:
    """A drag under way.

    Attributes:
        kind: ``"pan"``, ``"region"`` (on the ruler, or anywhere with Shift) or
            ``"overview"``.
        origin: Where it began, in pixels of the canvas.
        camera: The view at that time.
        scroll: The scroll position at that time.
    """

    kind: Literal["pan", "region", "overview"]
    origin: QPointF
    camera: Camera
    scroll: int


class Gestures(QObject):
    """Turns events of a canvas into moves of its camera.

    A burst of wheel turns or keys is one step of the history: Back returns to where it
    began.

    Attributes:
        wheel_zooms: Whether the plain wheel zooms; otherwise it scrolls the lanes.
    """

    wheel_changed = Signal(bool)
    """The user wants the plain wheel to zoom, or to scroll."""
    menu_wanted = Signal(object, QPointF)
    """A lane's menu was asked for at its handle; carries the `Lane` and the place."""
    table_wanted = Signal(Interval)
    """The variants of a region should be shown in the table."""

    def __init__(self, canvas: Surface) -> None:
        """Serve one canvas."""
        super().__init__(canvas)
        self.canvas = canvas
        self.wheel_zooms = False
        self.drag: Drag | None = None
        self.lane_drag: LaneDrag | None = None
        self._moved = False
        self._in_burst = False
        self._rest = QTimer(self, singleShot=True, interval=500)
        self._rest.timeout.connect(self.rest)

    def let_wheel_zoom(self, zooms: bool) -> None:
        """Let the plain wheel zoom, or scroll the lanes."""
        if zooms != self.wheel_zooms:
            self.wheel_zooms = zooms
            self.wheel_changed.emit(zooms)

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Put `factor` times as many bp on screen.

        Args:
            factor: Below 1 zooms in.
            x: Pixel of the canvas that stays in place; the middle by default.
        """
        canvas = self.canvas
        anchor = 0.5 if x is None else canvas.pane.share(x)
        self._go(canvas.camera.zoomed(factor, anchor))

    def pan(self, pixels: float) -> None:
        """Move the view to the right by so many pixels."""
        canvas = self.canvas
        bases = pixels * canvas.camera.length / canvas.plot_width
        self._go(canvas.camera.moved(bases))

    def rest(self) -> None:
        """End a burst: the next move is another step of the history."""
        self._in_burst = False
        self._rest.stop()

    def press(self, event: QMouseEvent) -> None:
        """Begin a drag."""
        canvas = self.canvas
        if event.button() != Qt.MouseButton.LeftButton or not canvas.is_open:
            return
        point = event.position()
        self.rest()
        zone = canvas.zone_at(point)
        if zone is Zone.CLOSE and (pane := canvas.pane_at(point.x())):
            canvas.sources.workspace.close_locus(pane.index)
            return
        self._moved = False
        if zone in (Zone.LABEL, Zone.EDGE):
            # The edge of the last lane reaches a few pixels below it.
            placed = canvas.lane_at(point) or canvas.placed()[-1]
            self.lane_drag = LaneDrag(canvas, placed, zone, point)
            return
        canvas.attend(point)
        if zone not in _DRAGGED:
            return
        kind: Literal["pan", "region", "overview"] = "pan"
        if zone is Zone.OVERVIEW:
            kind = "overview"
        elif event.modifiers() & _SHIFT or zone is Zone.RULER:
            kind = "region"
        self.drag = Drag(kind, point, canvas.camera, canvas.scroll_y)
        if kind == "overview":
            self._look_at_overview(point.x())

    def move(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        drag, canvas = self.drag, self.canvas
        if self.lane_drag is not None:
            self._moved = True
            self.lane_drag.move(event.position())
            return
        if drag is None:
            canvas.setCursor(pointer.shape_at(canvas, event.position()))
            return
        distance = event.position() - drag.origin
        if not self._moved:
            least = QApplication.startDragDistance() / 2
            self._moved = distance.manhattanLength() >= least
        if not self._moved:
            return
        match drag.kind:
            case "pan":
                canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
                bases = distance.x() * drag.camera.length / canvas.plot_width
                canvas.look(drag.camera.moved(-bases))
                canvas.scroll_to(drag.scroll - round(distance.y()))
            case "overview":
                self._look_at_overview(event.position().x())
            case "region":
                canvas.band = (drag.origin.x(), event.position().x())

    def release(self, event: QMouseEvent) -> None:
        """End a drag, or take it for a click."""
        drag, canvas = self.drag, self.canvas
        self.drag = None
        canvas.band = None
        canvas.unsetCursor()
        if self.lane_drag is not None:
            self._release_lane(event)
        if drag is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if not self._moved:
            if drag.kind != "overview":
                self._click(event)
        elif drag.kind == "region":
            canvas.band = (drag.origin.x(), event.position().x())
            region = canvas.region_between(*canvas.band)
            canvas.region_chosen.emit(region, event.globalPosition())
        if drag.kind in ("pan", "overview") and drag.camera != canvas.camera:
            canvas.sources.workspace.remember_locus(drag.camera.interval)
        canvas.update()

    def cancel(self) -> bool:
        """Put back what the drag under way has changed; False where there is none."""
        canvas, drag, lane = self.canvas, self.drag, self.lane_drag
        self.drag = self.lane_drag = canvas.band = None
        if lane is not None:
            lane.cancel()
        if drag is not None:
            canvas.look(drag.camera)
            canvas.scroll_to(drag.scroll)
        canvas.unsetCursor()
        canvas.update()
        return drag is not None or lane is not None

    def double_click(self, event: QMouseEvent) -> None:
        """Zoom in twice and stay at the place; with Shift or Alt it is a click more."""
        canvas = self.canvas
        left = event.button() == Qt.MouseButton.LeftButton
        zone = canvas.zone_at(event.position())
        if left and zone in _DRAGGED and canvas.is_open:
            canvas.attend(event.position())
            factor = _click_zoom(event.modifiers()) or 0.5
            self.zoom(factor, event.position().x())

    def wheel(self, event: QWheelEvent) -> None:
        """Scroll the lanes; zoom with Control; pan with Shift or sideways."""
        canvas, delta = self.canvas, event.angleDelta()
        event.accept()
        if not canvas.is_open:
            return
        control = bool(event.modifiers() & _CONTROL)
        sideways = delta.x() if abs(delta.x()) > abs(delta.y()) else 0
        if event.modifiers() & _SHIFT and not sideways:
            sideways = delta.y()
        if control or sideways or self.wheel_zooms:
            canvas.attend(event.position())
        if control or (self.wheel_zooms and not sideways):
            self.zoom(NOTCH ** (delta.y() / 120), event.position().x())
        elif sideways:
            self.pan(-sideways)
        else:
            canvas.scroll_to(canvas.scroll_y - delta.y() // 2)

    def pinch(self, event: QEvent) -> bool:
        """Zoom with two fingers on a trackpad."""
        if not isinstance(event, QNativeGestureEvent) or not self.canvas.is_open:
            return False
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self.canvas.attend(event.position())
        self.zoom(1 / max(0.1, 1 + event.value()), event.position().x())
        return True

    def key(self, event: QKeyEvent) -> bool:
        """Walk, zoom and step through the history; False for other keys."""
        return key_moves.press(self, event)

    def go_to_edge(self, side: int) -> None:
        """Go to the contig's beginning (-1) or end (+1)."""
        self._go(self.canvas.camera.to_edge(side))

    def _go(self, camera: Camera) -> None:
        """Move, as part of a burst."""
        if not self.canvas.is_open:
            return
        before = self.canvas.camera.interval
        self.canvas.look(camera)
        if not self._in_burst:
            # At its first move, so that Back is right at any moment of the burst.
            self.canvas.sources.workspace.remember_locus(before)
        self._in_burst = True
        self._rest.start()

    def _look_at_overview(self, x: float) -> None:
        """Put the middle of the view where the overview bar was pressed."""
        canvas, camera = self.canvas, self.canvas.camera
        middle = canvas.pane.share(x) * camera.limit
        canvas.look(camera.moved(middle - camera.length / 2 - camera.start))

    def _click(self, event: QMouseEvent) -> None:
        """Select the variant under the mouse, or do what is there to be clicked.

        With Shift eight times closer, with Alt twice as far.
        """
        canvas = self.canvas
        factor = _click_zoom(event.modifiers())
        if factor:
            self.zoom(factor, event.position().x())
            return
        if canvas.zone_at(event.position()) is not Zone.LANES:
            return
        hit = canvas.hit(event.position())
        if hit is not None and hit.chosen is not None:
            hit.chosen()
        elif hit is not None and hit.row is not None:
            rows = canvas.sources.marks.rows([hit.row])
            if rows:
                canvas.sources.workspace.select(rows[0])

    def _release_lane(self, event: QMouseEvent) -> None:
        """End a drag of a lane; a click on its handle asks for its menu."""
        drag, canvas = self.lane_drag, self.canvas
        self.lane_drag = None
        if drag is not None:
            drag.end()
        placed = canvas.lane_at(event.position())
        if drag is None or self._moved or placed is None:
            return
        if menu_handle(canvas, placed).contains(event.position()):
            self.menu_wanted.emit(placed.lane, event.globalPosition())


def _click_zoom(modifiers: Qt.KeyboardModifier) -> float | None:
    """Return the zoom of a click with these keys; None for a plain one."""
    if modifiers & _SHIFT:
        return DEEP
    return 2.0 if modifiers & _ALT else None
