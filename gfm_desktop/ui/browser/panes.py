"""Loci side by side: each has a pane of the canvas and a camera of its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.navigation import NOWHERE, Camera

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gfm_desktop.ui.browser.track import View

GAP = 5
"""Pixels between two panes."""
_NARROWEST = 12.0


class Zone(StrEnum):
    """What a place on the canvas is for."""

    LABEL = "label"
    """A lane's label: a drag moves the lane."""
    EDGE = "edge"
    """The lower end of a lane's label: a drag changes the lane's height."""
    TITLE = "title"
    """A pane's title; only where there are several."""
    CLOSE = "close"
    """The cross that closes a pane."""
    OVERVIEW = "overview"
    RULER = "ruler"
    LANES = "lanes"
    NOTHING = "nothing"
    """Beside everything: the corner above the labels, or between two panes."""


@dataclass(frozen=True, slots=True)
class Pane:
    """A part of the canvas from top to bottom that shows one locus.

    Attributes:
        index: Place among the panes, from the left; that of its locus.
        left: First pixel, in the canvas.
        width: Width in pixels.
        camera: What it shows.
    """

    index: int
    left: float
    width: float
    camera: Camera

    @property
    def right(self) -> float:
        """Return the first pixel to its right."""
        return self.left + self.width

    @property
    def scale(self) -> float:
        """Return pixels per bp."""
        return self.width / self.camera.length

    def view(self) -> tuple[View, float]:
        """Return what tracks paint, and how many pixels of it lie left of the pane."""
        return self.camera.view(self.width, theme.current())

    def x_of(self, position: float) -> float:
        """Return the canvas' pixel of the left edge of a 0-based position."""
        return self.left + (position - self.camera.start) * self.scale

    def position_at(self, x: float) -> int:
        """Return the 0-based position under a pixel of the canvas, inside the view."""
        found = int(self.camera.start + (x - self.left) / self.scale)
        interval = self.camera.interval
        return min(max(found, interval.start), max(interval.start, interval.end - 1))

    def region_between(self, first: float, second: float) -> Interval:
        """Return the bases between two pixels of the canvas, at least one."""
        left, right = sorted((first, second))
        start, end = self.position_at(left), self.position_at(right) + 1
        return Interval(self.camera.contig, start, end)

    def share(self, x: float) -> float:
        """Return where a pixel lies in the pane: 0 at its left, 1 at its right."""
        return min(max(0.0, (x - self.left) / self.width), 1.0)


def side_by_side(cameras: Sequence[Camera], left: int, right: int) -> tuple[Pane, ...]:
    """Return panes of the same width between two pixels of the canvas.

    They begin at whole pixels, so that a picture painted for one fits exactly.
    """
    count = len(cameras)
    room = max(_NARROWEST * count, right - left - GAP * (count - 1))
    edges = [left + round(i * room / count) + GAP * i for i in range(count + 1)]
    return tuple(
        Pane(i, float(edges[i]), float(edges[i + 1] - GAP - edges[i]), camera)
        for i, camera in enumerate(cameras)
    )


def cameras_over(
    loci: Sequence[Interval], contigs: Mapping[str, int], before: Sequence[Camera]
) -> list[Camera]:
    """Return a camera a locus, the same ones where they show it already.

    Args:
        loci: From the left.
        contigs: Contigs of the genome and their lengths.
        before: Cameras of now, which are exact to fractions of a base.
    """
    kept = {
        camera.interval: camera
        for camera in before
        if contigs.get(camera.contig) == camera.limit
    }
    found = []
    for index, locus in enumerate(loci):
        here = before[index] if index < len(before) else NOWHERE
        camera = kept.get(locus)
        if locus == here.interval and contigs.get(here.contig) == here.limit:
            camera = here
        if locus.contig not in contigs:
            camera = NOWHERE
        found.append(camera or Camera.over(locus, contigs[locus.contig]))
    return found
