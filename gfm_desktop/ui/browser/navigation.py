"""Where the browser looks, kept exact while hands zoom and drag.

The workspace's locus is in whole bases. A zoom by two and back would lose up to a base
at each turn if it were reckoned in whole bases, and a drag would jump from base to base
at 40 px per bp: so the canvas keeps a camera in fractions and publishes it rounded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.track import View
from gfm_desktop.workspace.workspace import SHORTEST_VIEW

if TYPE_CHECKING:
    from gfm_desktop.ui.theme import Palette


@dataclass(frozen=True, slots=True)
class Camera:
    """A stretch of a contig in fractions of a base.

    Attributes:
        contig: Contig on show; empty where nothing is open.
        start: 0-based left edge.
        length: bp on screen.
        limit: Length of the contig in bp.
    """

    contig: str
    start: float
    length: float
    limit: int

    @classmethod
    def over(cls, interval: Interval, limit: int) -> Camera:
        """Return the camera that shows exactly `interval`."""
        return cls(interval.contig, interval.start, max(1, len(interval)), limit)

    @property
    def end(self) -> float:
        """Return the right edge."""
        return self.start + self.length

    @property
    def interval(self) -> Interval:
        """Return the nearest whole bases, as the locus box shows them."""
        size = min(max(1, _whole(self.length)), max(1, self.limit))
        start = min(max(0, _whole(self.start)), max(0, self.limit - size))
        return Interval(self.contig, start, start + size)

    def zoomed(self, factor: float, anchor: float = 0.5) -> Camera:
        """Return the camera with `factor` times as many bp on screen.

        Args:
            factor: Below 1 zooms in. Nothing is closer than `SHORTEST_VIEW` bp or
                wider than the contig.
            anchor: Fraction of the width that stays in place: 0 left, 1 right.
        """
        shortest = min(SHORTEST_VIEW, self.limit)
        length = min(max(self.length * factor, shortest), self.limit)
        start = self.start + anchor * (self.length - length)
        return replace(self, start=start, length=length)._inside()

    def moved(self, bases: float) -> Camera:
        """Return the camera moved to the right, stopped at the contig's ends."""
        return replace(self, start=self.start + bases)._inside()

    def to_edge(self, side: int) -> Camera:
        """Return the camera at the contig's beginning (-1) or end (+1)."""
        return replace(self, start=0.0 if side < 0 else self.limit)._inside()

    def view(self, width: float, palette: Palette) -> tuple[View, float]:
        """Return the whole bases that touch the screen, and the pixels cut off.

        Args:
            width: Width of the plot in pixels.
            palette: Colours.

        Returns:
            The view, which may begin and end up to a base outside the screen at the
            camera's scale, and how many of its pixels lie left of the screen.
        """
        first = max(0, math.floor(self.start + 1e-9))
        last = min(max(self.limit, first + 1), math.ceil(self.end - 1e-9))
        last = max(last, first + 1)
        scale = width / self.length
        view = View(Interval(self.contig, first, last), (last - first) * scale, palette)
        return view, (self.start - first) * scale

    def _inside(self) -> Camera:
        start = min(max(0.0, self.start), max(0.0, self.limit - self.length))
        return replace(self, start=start)


NOWHERE = Camera("", 0.0, 1.0, 1)


def _whole(value: float) -> int:
    """Round half up, forgiving the last bits that zooming there and back costs."""
    return math.floor(value + 0.5 + 1e-6)
