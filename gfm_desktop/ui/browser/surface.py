"""Where everything on the canvas is: camera, lanes, scrolling; nothing is painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QTimer, Signal
from PySide6.QtWidgets import QWidget

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.lanes import Placed, arrange
from gfm_desktop.ui.browser.navigation import NOWHERE, Camera
from gfm_desktop.ui.browser.tracks.ruler import RulerTrack

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from gfm_desktop.ui.browser.lane_rack import LaneRack
    from gfm_desktop.ui.browser.lanes import Lane
    from gfm_desktop.ui.browser.track import Hit, Sources, View

GUTTER = 132
"""Width of the labels at 100 % text size."""
SETTLE_MS = 120
"""How long a view stays before predictions of it are asked for."""


class Surface(QWidget):
    """The state of the canvas, as painters and gestures use it.

    Attributes:
        sources: What tracks paint from.
        ruler: The track above the lanes.
        camera: Where the view is.
        scroll_y: How many pixels of the lanes are scrolled away.
        hover: Where the mouse is; None outside.
        band: Left and right pixel of a region being chosen.
    """

    scrolled = Signal()
    """The content or the scroll position changed."""
    settled = Signal(Interval)
    """The view has stayed for a moment: time to ask for predictions."""
    region_chosen = Signal(Interval, QPointF)
    """A region was drawn on the ruler, or with Shift; carries the place for a menu."""

    def __init__(self, sources: Sources, rack: LaneRack) -> None:
        """Show nothing yet."""
        super().__init__()
        self.sources = sources
        self._rack = rack
        self.ruler = RulerTrack(sources.workspace)
        self.camera: Camera = NOWHERE
        self.scroll_y = 0
        self.hover: QPointF | None = None
        self.band: tuple[float, float] | None = None
        self._picture: QPixmap | None = None
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(lambda: self.settled.emit(self.camera.interval))

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Return all lanes from the top, also hidden ones."""
        return self._rack.lanes

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
        self.settle()

    def settle(self) -> None:
        """Say `settled` once nothing has moved for a moment."""
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
