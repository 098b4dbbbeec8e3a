"""A lane taken by its label: moved among the others, or made taller at its edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.ui.browser.panes import Zone

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF

    from gfm_desktop.ui.browser.lanes import Placed
    from gfm_desktop.ui.browser.surface import Surface

SMALLEST, LARGEST = 0.4, 8.0
"""Factors on a track's own height."""


class LaneDrag:
    """A drag that began on a lane's label.

    The lanes change places while the hand moves, so that nothing needs to be guessed
    from a mark between them.

    Attributes:
        key: The lane's track.
        zone: `Zone.LABEL` moves the lane, `Zone.EDGE` changes its height.
    """

    def __init__(
        self, canvas: Surface, placed: Placed, zone: Zone, point: QPointF
    ) -> None:
        """Begin at `point`, in pixels of the canvas."""
        self._canvas = canvas
        self.key = placed.lane.track.key
        self.zone = zone
        self._from = point
        self._lane = placed.lane
        self._size = placed.lane.look.size
        self._looks = placed.lane.book.looks
        canvas.dragged = self.key

    def move(self, point: QPointF) -> None:
        """Follow the hand."""
        if self.zone is Zone.EDGE:
            self._resize(point)
        else:
            self._reorder(point)

    def end(self) -> None:
        """Let the lane go where it is."""
        self._canvas.dragged = ""
        self._canvas.update()

    def cancel(self) -> None:
        """Put everything back as it was."""
        self._lane.book.restore(self._looks)
        self.end()

    def _resize(self, point: QPointF) -> None:
        track = self._lane.track
        own = max(track.height(pane.view()[0]) for pane in self._canvas.panes)
        size = self._size + (point.y() - self._from.y()) / max(1, own)
        size = round(min(max(SMALLEST, size), LARGEST), 2)
        self._lane.book.change(self.key, size=size)

    def _reorder(self, point: QPointF) -> None:
        canvas, book = self._canvas, self._lane.book
        over = canvas.lane_at(point)
        y = point.y() - canvas.header + canvas.scroll_y
        # Between two lanes is a line that is nobody's.
        if over is None and y >= max(placed.bottom for placed in canvas.placed()):
            book.move(self.key, None)
        if over is None or over.lane.track.key == self.key:
            return
        shown = [placed.lane.track.key for placed in canvas.placed()]
        mine, theirs = shown.index(self.key), shown.index(over.lane.track.key)
        upper = y < (over.top + over.bottom) / 2
        # Past the middle of the other lane: before that they would swap to and fro.
        if theirs < mine and upper:
            book.move(self.key, shown[theirs])
        elif theirs > mine and not upper:
            below = shown[theirs + 1] if theirs + 1 < len(shown) else None
            book.move(self.key, below)
