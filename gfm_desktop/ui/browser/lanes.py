"""Tracks stacked into lanes: who gets which height, and where it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.genome.interval import Interval
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


class Wishes:
    """What lanes want for the views on screen, kept while only one view moves.

    Of twelve loci side by side a drag moves one, and the others want what they wanted.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self._kept: dict[tuple[str, Interval, float], tuple[int, int]] = {}

    def forget(self) -> None:
        """Ask the tracks anew: they may have news."""
        self._kept.clear()

    def of(self, lane: Lane, views: Sequence[View]) -> tuple[int, int]:
        """Return the height that a lane needs, and the pixels it likes beyond."""
        wants = [self._of(lane, view) for view in views]
        height = max((height for height, _ in wants), default=0)
        return round(height * lane.look.size), max((w for _, w in wants), default=0)

    def keep_only(self, views: Sequence[View]) -> None:
        """Forget what is not on screen any more."""
        shown = {(view.interval, view.width) for view in views}
        kept = self._kept.items()
        self._kept = {key: value for key, value in kept if key[1:] in shown}

    def _of(self, lane: Lane, view: View) -> tuple[int, int]:
        key = (lane.track.key, view.interval, view.width)
        if key not in self._kept:
            height = lane.track.height(view)
            # A track may know only now how far it would stretch.
            self._kept[key] = height, lane.track.stretch
        return self._kept[key]


def arrange(
    lanes: Sequence[Lane],
    views: Sequence[View],
    room: float,
    wishes: Wishes | None = None,
) -> list[Placed]:
    """Stack the lanes on show.

    Args:
        lanes: All lanes, from the top.
        views: What is on screen, pane by pane; a lane is as high as the pane needs
            that needs most.
        room: Pixels that are there; what is left over goes to the tracks that stretch.
        wishes: What is known of the lanes' wishes.
    """
    wishes = wishes or Wishes()
    shown = [lane for lane in lanes if not lane.look.hidden]
    wants = [wishes.of(lane, views) for lane in shown]
    wishes.keep_only(views)
    heights, more = [height for height, _ in wants], [wish for _, wish in wants]
    left = max(0, int(room) - sum(heights) - GAP * len(shown))
    for index, wish in enumerate(more):
        share = min(wish, left * wish // max(1, sum(more)))
        heights[index] += share
    placed, top = [], 0
    for lane, height in zip(shown, heights, strict=True):
        placed.append(Placed(lane, top, height))
        # A lane without anything to say takes no room, nor a line.
        top += height + GAP if height else 0
    return placed
