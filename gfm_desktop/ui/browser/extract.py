"""What a picture file takes from the canvas: lanes with nothing to show stay behind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize

from gfm_desktop.ui.browser.lanes import GAP

if TYPE_CHECKING:
    from gfm_desktop.ui.browser.lanes import Placed
    from gfm_desktop.ui.browser.surface import Surface


@dataclass(frozen=True, slots=True)
class Extract:
    """The part of the canvas that a picture shows.

    Attributes:
        lanes: The lanes, moved up to where those left out have been.
        width: Pixels.
        height: Pixels: those of the canvas without the lanes left out.
        left_out: Titles of the lanes on screen that have nothing to show.
    """

    lanes: tuple[Placed, ...]
    width: int
    height: int
    left_out: tuple[str, ...] = ()

    @property
    def size(self) -> QSize:
        """Return width and height."""
        return QSize(self.width, self.height)

    @property
    def rect(self) -> QRect:
        """Return the picture, with the origin at its top left."""
        return QRect(0, 0, self.width, self.height)


def extract_of(canvas: Surface) -> Extract:
    """Return what a picture of the canvas shows.

    The lanes that are left out say on screen why there is nothing, or what to press,
    which is no part of a figure. The others are as tall as they are on screen.
    """
    first, end = canvas.scroll_y, canvas.scroll_y + canvas.room()
    views = [view for view, _ in canvas.views]
    kept: list[Placed] = []
    left_out: list[str] = []
    gone = 0
    for placed in canvas.visible() if canvas.is_open else ():
        if all(placed.lane.track.vacant(view) for view in views):
            gone += min(placed.bottom + GAP, end) - max(placed.top, first)
            left_out.append(placed.lane.title)
        else:
            kept.append(replace(placed, top=placed.top - gone))
    size = canvas.width(), canvas.height() - gone
    return Extract(tuple(kept), *size, tuple(left_out))


def words_of(extract: Extract) -> str:
    """Return which lanes a picture lacks, and why; empty where it lacks none."""
    if not extract.left_out:
        return ""
    return f"Left out, with nothing to show here: {', '.join(extract.left_out)}"
