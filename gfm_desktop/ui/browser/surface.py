"""Where everything on the canvas is: panes, lanes, scrolling; nothing is painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QTimer, Signal
from PySide6.QtWidgets import QWidget

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.lanes import GAP, Placed, Wishes, arrange
from gfm_desktop.ui.browser.navigation import NOWHERE, Camera
from gfm_desktop.ui.browser.panes import Pane, Zone, side_by_side
from gfm_desktop.ui.browser.tracks.ruler import OVERVIEW, RulerTrack

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.lane_rack import LaneRack
    from gfm_desktop.ui.browser.lanes import Lane
    from gfm_desktop.ui.browser.track import Hit, Sources, View

    Underlay = Callable[[QPainter, Pane, QRectF], None]

GUTTER = 132
"""Width of the labels at 100 % text size."""
TITLE = 24
"""Height of a pane's title at 100 % text size."""
SETTLE_MS = 120
"""How long a view stays before predictions of it are asked for."""
_EDGE = 4


class Surface(QWidget):
    """The state of the canvas, as painters and gestures use it.

    One pane a locus, side by side. What has no pane of its own in its name, such as
    `camera`, `plot_width` or `x_of`, is about the active one.

    Attributes:
        sources: What tracks paint from.
        ruler: The track above the lanes.
        scroll_y: How many pixels of the lanes are scrolled away.
        hover: Where the mouse is; None outside.
        band: Left and right pixel of a region being chosen.
        dragged: Key of the lane that is being dragged by its label; empty for none.
        underlays: Paint what lies behind every lane: called with the painter, a pane,
            and a rectangle in pixels of the canvas. Call `refresh` when one changes.
    """

    scrolled = Signal()
    """The content or the scroll position changed."""
    settled = Signal(Interval)
    """The active view has stayed for a moment: time to ask for predictions."""
    region_chosen = Signal(Interval, QPointF)
    """A region was drawn on the ruler, or with Shift; carries the place for a menu."""

    def __init__(self, sources: Sources, rack: LaneRack) -> None:
        """Show nothing yet."""
        super().__init__()
        self.sources = sources
        self._rack = rack
        self.ruler = RulerTrack(sources.workspace)
        self._cameras: list[Camera] = [NOWHERE]
        self._panes: tuple[Pane, ...] = ()
        self._views: tuple[tuple[View, float], ...] = ()
        self._header: int | None = None
        self.underlays: list[Underlay] = []
        self._placed: list[Placed] | None = None
        self._wishes = Wishes()
        self.scroll_y = 0
        self.hover: QPointF | None = None
        self.band: tuple[float, float] | None = None
        self.dragged = ""
        self._sought = ""
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
    def panes(self) -> tuple[Pane, ...]:
        """Return the panes from the left, at least one."""
        if not self._panes:
            self._panes = side_by_side(self._cameras, self.gutter, self.width())
        return self._panes

    @property
    def views(self) -> tuple[tuple[View, float], ...]:
        """Return what tracks paint, pane by pane; see `Pane.view`."""
        if not self._views:
            self._views = tuple(pane.view() for pane in self.panes)
        return self._views

    @property
    def pane(self) -> Pane:
        """Return the active pane."""
        return self.panes[min(self.sources.workspace.active, len(self.panes) - 1)]

    @property
    def several(self) -> bool:
        """Tell whether there is more than one pane."""
        return len(self._cameras) > 1

    @property
    def camera(self) -> Camera:
        """Return where the active pane looks."""
        return self.pane.camera

    @property
    def plot_width(self) -> float:
        """Return the width of the active pane."""
        return self.pane.width

    @property
    def strip(self) -> int:
        """Return the height of the panes' titles; a single pane has none."""
        return round(TITLE * theme.scale_of()) if self.several else 0

    @property
    def header(self) -> int:
        """Return the height of titles and ruler, which do not scroll."""
        if self._header is None:
            self._header = self.strip + self.ruler.height(self.view()[0])
        return self._header

    @property
    def is_open(self) -> bool:
        """Tell whether there is a genome to look at."""
        return bool(self.camera.contig)

    def pane_at(self, x: float) -> Pane | None:
        """Return the pane under a pixel; None under the labels and between panes."""
        found = (pane for pane in self.panes if pane.left <= x < pane.right)
        return next(found, None)

    def zone_at(self, point: QPointF) -> Zone:
        """Return what a place is for."""
        if point.x() < self.gutter:
            placed = self.lane_at(point)
            if placed is None:
                return self._zone_above(point)
            bottom = self.top_of(placed) + placed.height
            return Zone.EDGE if point.y() >= bottom - _EDGE else Zone.LABEL
        pane = self.pane_at(point.x())
        if pane is None:
            return Zone.NOTHING
        y = point.y() - self.strip
        if y < 0:
            return Zone.CLOSE if self.cross_of(pane).contains(point) else Zone.TITLE
        if y < OVERVIEW:
            return Zone.OVERVIEW
        return Zone.RULER if point.y() < self.header else Zone.LANES

    def _zone_above(self, point: QPointF) -> Zone:
        """Return `EDGE` just below the last lane, whose end it is."""
        above = self.lane_at(point - QPointF(0, _EDGE))
        below = point.y() > self.header
        return Zone.EDGE if above is not None and below else Zone.NOTHING

    def cross_of(self, pane: Pane) -> QRectF:
        """Return where the cross is that closes a pane."""
        size = self.strip
        return QRectF(pane.right - size, 0, size, size)

    def attend(self, point: QPointF) -> None:
        """Make the pane under a place the active one."""
        pane = self.pane_at(point.x())
        if pane is not None:
            self.sources.workspace.activate(pane.index)

    def view(self) -> tuple[View, float]:
        """Return what tracks paint, and how many pixels of it lie left of the plot."""
        return self.views[self.pane.index]

    def x_of(self, position: float) -> float:
        """Return the widget's pixel of the left edge of a 0-based position."""
        return self.pane.x_of(position)

    def position_at(self, x: float) -> int:
        """Return the 0-based position under a pixel, inside the view."""
        return self.pane.position_at(x)

    def region_between(self, first: float, second: float) -> Interval:
        """Return the bases between two pixels, at least one."""
        return self.pane.region_between(first, second)

    def placed(self) -> list[Placed]:
        """Return the lanes with their places; `top` is before scrolling."""
        if self._placed is None:
            views = [view for view, _ in self.views]
            self._placed = arrange(self.lanes, views, self.room(), self._wishes)
        return self._placed

    def lane_rect(self, key: str) -> QRectF | None:
        """Return where the active pane paints a track, in pixels of the widget."""
        for placed in self.placed():
            if placed.lane.track.key == key:
                top = self.top_of(placed)
                return QRectF(self.pane.left, top, self.plot_width, placed.height)
        return None

    def lane_at(self, point: QPointF) -> Placed | None:
        """Return the lane under a pixel, also under its label."""
        y = point.y() - self.header
        if y < 0:
            return None
        found = (p for p in self.placed() if p.top <= y + self.scroll_y < p.bottom)
        return next(found, None)

    def hit(self, point: QPointF) -> Hit | None:
        """Return what is under a pixel of the lanes, in whichever pane."""
        placed, pane = self.lane_at(point), self.pane_at(point.x())
        if placed is None or pane is None:
            return None
        view, offset = self.views[pane.index]
        rect = QRectF(offset, 0, pane.width, placed.height)
        y = point.y() - self.top_of(placed)
        inside = QPointF(point.x() - pane.left + offset, y)
        return placed.lane.track.hit(inside, rect, view)

    def top_of(self, placed: Placed) -> int:
        """Return the pixel of the canvas where a lane begins."""
        return self.header + placed.top - self.scroll_y

    def visible(self) -> list[Placed]:
        """Return the lanes that are not scrolled away and have any height."""
        first, end = self.scroll_y, self.scroll_y + self.room()
        shown = (p for p in self.placed() if p.height)
        return [p for p in shown if p.top < end and p.bottom > first]

    def content_height(self) -> int:
        """Return the height of all lanes."""
        placed = self.placed()
        return placed[-1].bottom if placed else 0

    def room(self) -> int:
        """Return the height of the part that scrolls."""
        return max(0, self.height() - self.header)

    def scroll_to(self, value: int) -> None:
        """Scroll the lanes, as far as there is something to see."""
        self._sought = ""
        value = min(max(0, value), max(0, self.content_height() - self.room()))
        if value != self.scroll_y:
            self.scroll_y = value
            self.scrolled.emit()
            self.update()

    def seek(self, key: str) -> None:
        """Scroll to a lane, no further than needed, and stay there while it grows.

        A lane may be one line until its numbers come. It is let go once somebody
        scrolls, presses the mouse or goes elsewhere.
        """
        self._sought = key
        self._moved()

    def _scroll_to_sought(self) -> None:
        for placed in self.placed():
            if placed.lane.track.key == self._sought and placed.height:
                lowest = placed.bottom + GAP - self.room()
                # Of a lane that is taller than the room the top is seen.
                self.scroll_y = min(max(self.scroll_y, lowest), placed.top)

    def look(self, camera: Camera) -> None:
        """Move the active pane and tell the workspace.

        Back is the gestures' business.
        """
        if not self.is_open or camera == self.camera:
            return
        workspace = self.sources.workspace
        self._sought = ""
        self._cameras[self.pane.index] = camera
        self._forget_places()
        before = workspace.loci
        workspace.go_to(camera.interval, remember=False)
        if workspace.loci == before:
            # By less than a base: nobody else has heard of it.
            self._moved()
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
        self._wishes.forget()
        self._moved()

    def _moved(self) -> None:
        """Reckon places anew and paint: cameras, sizes or heights may have changed."""
        self._forget_places()
        if self._sought:
            self._scroll_to_sought()
        limit = max(0, self.content_height() - self.room())
        self.scroll_y = min(self.scroll_y, limit)
        self.scrolled.emit()
        self.update()

    def _forget_places(self) -> None:
        self._panes, self._views, self._placed, self._header = (), (), None, None
