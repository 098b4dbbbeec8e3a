"""The picture: ruler on top, lanes below, labels on the left, one camera for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap
from PySide6.QtWidgets import QToolTip, QWidget

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser import canvas_paint
from gfm_desktop.ui.browser.gestures import Gestures
from gfm_desktop.ui.browser.lanes import Lane, Placed, arrange
from gfm_desktop.ui.browser.navigation import NOWHERE, Camera
from gfm_desktop.ui.browser.tracks.ruler import RulerTrack
from gfm_desktop.ui.widgets.listening import listen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import (
        QContextMenuEvent,
        QFocusEvent,
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
        QWheelEvent,
    )

    from gfm_desktop.ui.browser.track import Hit, Sources, View

GUTTER = 132
"""Width of the labels at 100 % text size."""


class Canvas(QWidget):
    """Paints the ruler and the lanes of the workspace's locus.

    Everything but the crosshair is painted into a picture first, so that moving the
    mouse costs nothing.
    """

    scrolled = Signal()
    """The content or the scroll position changed."""
    settled = Signal(Interval)
    """The view has stayed for a moment: time to ask for predictions."""
    region_chosen = Signal(Interval, QPointF)
    """A region was drawn on the ruler, or with Shift; carries the place for a menu."""
    lane_menu = Signal(object, QPointF)
    """A lane's menu was asked for: its `Lane` (None for the ruler) and the place."""

    def __init__(self, sources: Sources, lanes: Sequence[Lane]) -> None:
        """Show the lanes of these sources."""
        super().__init__()
        self.setObjectName("browser-canvas")
        self.setAccessibleName("Genome browser")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.sources = sources
        self.lanes = list(lanes)
        self.ruler = RulerTrack(sources.workspace)
        self.camera: Camera = NOWHERE
        self.scroll_y = 0
        self.hover: QPointF | None = None
        self.band: tuple[float, float] | None = None
        self.gestures = Gestures(self)
        self._picture: QPixmap | None = None
        self._settle = QTimer(self, singleShot=True, interval=120)
        self._settle.timeout.connect(lambda: self.settled.emit(self.camera.interval))
        workspace = sources.workspace
        listen(self, workspace.locus_changed, self._follow)
        listen(self, workspace.genome_changed, self._restart)
        listen(self, workspace.annotation_changed, self.refresh)
        listen(self, workspace.selection_changed, self._refresh_for)
        listen(self, sources.predictions.changed, self.refresh)
        sources.marks.changed.connect(self.refresh)
        self._restart()

    @property
    def gutter(self) -> int:
        """Return the width of the labels in pixels."""
        return round(GUTTER * theme.scale_of())

    @property
    def plot_width(self) -> float:
        """Return the width of the picture beside the labels."""
        return max(50.0, self.width() - self.gutter)

    @property
    def header(self) -> int:
        """Return the height of the ruler, which does not scroll."""
        return self.ruler.height(self.view()[0])

    @property
    def is_open(self) -> bool:
        """Tell whether there is a genome to look at."""
        return bool(self.camera.contig)

    def view(self) -> tuple[View, float]:
        """Return what tracks paint, and how many pixels of it lie left of the plot."""
        return self.camera.view(self.plot_width, theme.current())

    def x_of(self, position: float) -> float:
        """Return the widget's pixel of the left edge of a 0-based position."""
        scale = self.plot_width / self.camera.length
        return self.gutter + (position - self.camera.start) * scale

    def position_at(self, x: float) -> int:
        """Return the 0-based position under a pixel, inside the view."""
        scale = self.plot_width / self.camera.length
        found = int(self.camera.start + (x - self.gutter) / scale)
        interval = self.camera.interval
        return min(max(found, interval.start), max(interval.start, interval.end - 1))

    def region_between(self, first: float, second: float) -> Interval:
        """Return the bases between two pixels, at least one."""
        left, right = sorted((first, second))
        start, end = self.position_at(left), self.position_at(right) + 1
        return Interval(self.camera.contig, start, end)

    def placed(self) -> list[Placed]:
        """Return the lanes with their places; `top` is before scrolling."""
        view, _ = self.view()
        return arrange(self.lanes, view, self.height() - self.ruler.height(view))

    def lane_rect(self, key: str) -> QRectF | None:
        """Return where a track is painted, in pixels of the widget."""
        for placed in self.placed():
            if placed.lane.track.key == key:
                top = self.header + placed.top - self.scroll_y
                return QRectF(self.gutter, top, self.plot_width, placed.height)
        return None

    def lane_at(self, point: QPointF) -> Placed | None:
        """Return the lane under a pixel, also under its label."""
        y = point.y() - self.header
        if y < 0:
            return None
        found = (p for p in self.placed() if p.top <= y + self.scroll_y < p.bottom)
        return next(found, None)

    def hit(self, point: QPointF) -> Hit | None:
        """Return what is under a pixel of the plot."""
        placed = self.lane_at(point)
        if placed is None or point.x() < self.gutter:
            return None
        view, offset = self.view()
        rect = QRectF(offset, 0, self.plot_width, placed.height)
        y = point.y() - self.header - placed.top + self.scroll_y
        inside = QPointF(point.x() - self.gutter + offset, y)
        return placed.lane.track.hit(inside, rect, view)

    def content_height(self) -> int:
        """Return the height of all lanes."""
        placed = self.placed()
        return placed[-1].bottom if placed else 0

    def room(self) -> int:
        """Return the height of the part that scrolls."""
        return max(0, self.height() - self.header)

    def scroll_to(self, value: int) -> None:
        """Scroll the lanes, as far as there is something to see."""
        value = min(max(0, value), max(0, self.content_height() - self.room()))
        if value != self.scroll_y:
            self.scroll_y = value
            self.refresh()

    def look(self, camera: Camera) -> None:
        """Move the view and tell the workspace; Back is the gestures' business."""
        if not self.is_open or camera == self.camera:
            return
        self.camera = camera
        self.sources.workspace.go_to(camera.interval, remember=False)
        self.refresh()
        self._settle.start()

    def forget_band(self) -> None:
        """Take away the mark of a chosen region."""
        self.band = None
        self.update()

    def refresh(self) -> None:
        """Paint anew: something that is on show has changed."""
        self._picture = None
        limit = max(0, self.content_height() - self.room())
        self.scroll_y = min(self.scroll_y, limit)
        self.scrolled.emit()
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size in which every lane fits."""
        return QSize(1100, 520)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size that is of use."""
        return QSize(420, 180)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, then what follows the mouse."""
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            painter = QPainter(self._picture)
            painter.setFont(self.font())
            canvas_paint.paint_picture(painter, self)
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.setFont(self.font())
        canvas_paint.paint_hover(painter, self)
        painter.end()

    def text_height(self) -> float:
        """Return the height of a line of text."""
        return QFontMetricsF(self.font()).height()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the text size."""
        super().changeEvent(event)
        kinds = (
            QEvent.Type.PaletteChange,
            QEvent.Type.StyleChange,
            QEvent.Type.FontChange,
        )
        if event.type() in kinds:
            self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the new size; the locus stays."""
        self.refresh()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag or a click."""
        self.gestures.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or show what is under the mouse."""
        self.hover = event.position()
        self.gestures.move(event)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag or a click."""
        self.gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Zoom in on the place."""
        self.gestures.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, zoom or pan."""
        self.gestures.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk and zoom with the keyboard."""
        if not self.gestures.key(event):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the lane's menu."""
        placed = self.lane_at(QPointF(event.pos()))
        lane = None if placed is None else placed.lane
        self.lane_menu.emit(lane, QPointF(event.globalPos()))

    def leaveEvent(self, event: QEvent) -> None:
        """Take the crosshair away."""
        self.hover = None
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is here."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is elsewhere."""
        self.update()

    def event(self, event: QEvent) -> bool:
        """Show tooltips, and zoom with two fingers."""
        if event.type() == QEvent.Type.ToolTip and self.hover is not None:
            hit = self.hit(self.hover)
            if hit is not None and hit.tooltip:
                place = self.mapToGlobal(self.hover).toPoint()
                QToolTip.showText(place, hit.tooltip, self)
            else:
                QToolTip.hideText()
            return True
        if event.type() == QEvent.Type.NativeGesture and self.gestures.pinch(event):
            return True
        return super().event(event)

    def _restart(self) -> None:
        """Show another genome, or none."""
        self.scroll_y = 0
        self.camera = NOWHERE
        self._follow(self.sources.workspace.locus)

    def _follow(self, locus: Interval) -> None:
        """Show the workspace's locus, unless this canvas has just set it."""
        genome = self.sources.workspace.genome
        if genome is None or locus.contig not in genome.contigs:
            self.camera = NOWHERE
        elif locus != self.camera.interval or not self.is_open:
            self.camera = Camera.over(locus, genome.contigs[locus.contig])
        self.setAccessibleDescription(f"Showing {locus}" if locus.contig else "Empty")
        self.refresh()
        self._settle.start()

    def _refresh_for(self, _row: object) -> None:
        self.refresh()
