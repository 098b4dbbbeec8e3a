"""Tracks stacked into lanes: who gets which height, and where it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.ui.browser.track import Track, View
    from gfm_desktop.workspace.lane_book import LaneBook, LaneLook

GAP = 1
"""Pixels of the line between two lanes."""
SIZES = {"Small": 0.7, "Normal": 1.0, "Tall": 1.6}
"""What the context menu offers, as factors of the track's own height."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A track as the user has set it.

    Attributes:
        track: Who paints.
        book: Where the settings are.
    """

    track: Track
    book: LaneBook

    @property
    def look(self) -> LaneLook:
        """Return how the user has set it."""
        return self.book.look(self.track.key)

    @property
    def title(self) -> str:
        """Return what its label says: the user's name for it, or the track's own."""
        return self.look.title or self.track.title


@dataclass(frozen=True, slots=True)
class Placed:
    """A lane on the canvas.

    Attributes:
        lane: What is shown.
        top: First pixel, from the top of the scrolled content.
        height: Pixels.
    """

    lane: Lane
    top: int
    height: int

    @property
    def bottom(self) -> int:
        """Return the first pixel below."""
        return self.top + self.height


def arrange(lanes: Sequence[Lane], views: Sequence[View], room: float) -> list[Placed]:
    """Stack the lanes on show.

    Args:
        lanes: All lanes, from the top.
        views: What is on screen, pane by pane; a lane is as high as the pane needs
            that needs most.
        room: Pixels that are there; what is left over goes to the tracks that stretch.
    """
    shown = [lane for lane in lanes if not lane.look.hidden]
    wants = [_wants(lane, views) for lane in shown]
    heights, wishes = [height for height, _ in wants], [wish for _, wish in wants]
    left = max(0, int(room) - sum(heights) - GAP * len(shown))
    for index, wish in enumerate(wishes):
        share = min(wish, left * wish // max(1, sum(wishes)))
        heights[index] += share
    placed, top = [], 0
    for lane, height in zip(shown, heights, strict=True):
        placed.append(Placed(lane, top, height))
        # A lane without anything to say takes no room, nor a line.
        top += height + GAP if height else 0
    return placed


def _wants(lane: Lane, views: Sequence[View]) -> tuple[int, int]:
    """Return the height that a lane needs, and the pixels that it likes beyond."""
    heights, wishes = [0], [0]
    for view in views:
        heights.append(lane.track.height(view))
        # A track may know only now how far it would stretch.
        wishes.append(lane.track.stretch)
    return round(max(heights) * lane.look.size), max(wishes)
