"""The picture: ruler on top, lanes below, labels on the left, one camera for all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QToolTip

from gfm_desktop.ui.browser import canvas_paint, hover_paint, region_paint
from gfm_desktop.ui.browser.gestures import Gestures
from gfm_desktop.ui.browser.lane_labels import LaneLabels
from gfm_desktop.ui.browser.lane_pictures import LanePictures
from gfm_desktop.ui.browser.navigation import NOWHERE
from gfm_desktop.ui.browser.panes import Zone, cameras_over
from gfm_desktop.ui.browser.surface import Surface
from gfm_desktop.ui.widgets.listening import listen

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QContextMenuEvent,
        QFocusEvent,
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
        QWheelEvent,
    )

    from gfm_desktop.ui.browser.lane_rack import LaneRack
    from gfm_desktop.ui.browser.track import Sources


class Canvas(Surface):
    """Paints the rulers and the lanes of the workspace's loci.

    Lanes are painted into pictures that are kept, so that moving the mouse paints none
    and what changes in one lane paints that lane.
    """

    lane_menu = Signal(object, QPointF)
    """A lane's menu was asked for: its `Lane` (None for the ruler) and the place."""

    def __init__(self, sources: Sources, rack: LaneRack) -> None:
        """Show the lanes of these sources."""
        super().__init__(sources, rack)
        self.setObjectName("browser-canvas")
        self.setAccessibleName("Genome browser")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.gestures = Gestures(self)
        self.gestures.menu_wanted.connect(self.lane_menu)
        self._pictures = LanePictures(self)
        self._labels = LaneLabels(self)
        self._news = QTimer(self, singleShot=True, interval=0)
        self._news.timeout.connect(self._take_news)
        workspace = sources.workspace
        self.underlays.append(partial(region_paint.paint_regions, workspace.regions))
        self.underlays.append(partial(canvas_paint.paint_selection, self))
        listen(self, workspace.loci_changed, self._follow)
        listen(self, workspace.genome_changed, self._restart)
        listen(self, workspace.annotation_changed, self.refresh)
        listen(self, workspace.regions.changed, self.refresh)
        listen(self, workspace.selection_changed, self._refresh_for)
        listen(self, workspace.lanes.sought, self.seek)
        listen(self, sources.predicted.changed, self.renew)
        sources.marks.changed.connect(self.renew)
        sources.repaint.wanted.connect(self.renew)
        rack.changed.connect(self.refresh)
        self._restart()

    @property
    def pictures_painted(self) -> int:
        """Return how many pictures of lanes were painted so far."""
        return self._pictures.painted

    @property
    def stretched(self) -> bool:
        """Return whether the last frame shows a lane that is still to be painted."""
        return self._pictures.stretched

    def hurry(self, seconds: float) -> None:
        """Let a frame of a zoom paint lanes for so long, and stretch the others."""
        self._pictures.hurry = seconds

    def sizeHint(self) -> QSize:
        """Return a size in which every lane fits."""
        return QSize(1100, 520)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size that is of use."""
        return QSize(420, 180)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lanes, then what follows the mouse."""
        if self._news.isActive():
            # The timer comes all the same, and tells the scroll bar.
            self._forget_pictures()
            self._forget_places()
        # As a context manager: a painter left open by an error is a crash of Qt.
        self._pictures.begin()
        with QPainter(self) as painter:
            painter.setFont(self.font())
            canvas_paint.paint_picture(painter, self, self._pictures, self._labels)
            painter.setFont(self.font())
            hover_paint.paint_hover(painter, self)

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
        self._sought = ""
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
        """Walk and zoom with the keyboard; Escape puts a drag back."""
        if event.key() == Qt.Key.Key_Escape and self.gestures.cancel():
            return
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
            words = self._tooltip(self.hover)
            if words:
                place = self.mapToGlobal(self.hover).toPoint()
                QToolTip.showText(place, words, self)
            else:
                QToolTip.hideText()
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.refresh()
        if event.type() == QEvent.Type.NativeGesture and self.gestures.pinch(event):
            return True
        return super().event(event)

    def refresh(self) -> None:
        """Paint every lane anew: something that is on show has changed."""
        self._pictures.forget()
        self._labels.forget()
        super().refresh()

    def renew(self) -> None:
        """Paint what has changed, as far as the tracks can tell.

        Soon: four kinds of predictions have news at once when a view comes to rest.
        """
        self._news.start()

    def _take_news(self) -> None:
        self._forget_pictures()
        self._moved()

    def _forget_pictures(self) -> None:
        self._pictures.forget(stamped=False)
        self._wishes.forget()

    def _tooltip(self, point: QPointF) -> str:
        match self.zone_at(point):
            case Zone.LANES:
                hit = self.hit(point)
                return "" if hit is None else hit.tooltip
            case Zone.LABEL | Zone.EDGE:
                return self._about_lane(point)
            case Zone.CLOSE:
                return "Close this locus"
            case Zone.TITLE:
                return "Click to make this locus the active one"
            case _:
                return ""

    def _about_lane(self, point: QPointF) -> str:
        """Return which file a lane shows: its label may have no room for the name."""
        placed = self.lane_at(point)
        if placed is None:
            return ""
        lane = placed.lane
        file = self.sources.workspace.track_files.of(lane.track.key)
        return "" if file is None else f"{lane.title}\n{file.path}"

    def _restart(self) -> None:
        """Show another genome, or none."""
        self.scroll_y = 0
        self._cameras = [NOWHERE]
        self._follow()

    def _follow(self) -> None:
        """Show the workspace's loci; those that are on show already stay exact."""
        self._sought = ""
        workspace = self.sources.workspace
        contigs = {} if workspace.genome is None else workspace.genome.contigs
        self._cameras = cameras_over(workspace.loci, contigs, self._cameras)
        shown = [str(locus) for locus in workspace.loci if locus.contig]
        words = f"Showing {'; '.join(shown)}" if shown else "Empty"
        if len(shown) > 1:
            words += f". Active: {workspace.locus}"
        self.setAccessibleDescription(words)
        self._moved()
        self.settle()

    def _refresh_for(self, _row: object) -> None:
        self.refresh()
