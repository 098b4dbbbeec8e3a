"""How many features lie where, when there are too many to draw each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.drawing import chip, faded, small

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.genome.feature_slice import SortedSpans
    from gfm_desktop.ui.browser.track import View

BIN = 3.0
"""Pixels of a column."""
HEIGHT = 40
"""Pixels of a lane that counts, at 100 % text size."""


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """Counts of a stretch, bin by bin.

    Attributes:
        stretch: What it covers.
        edges: Shape (n + 1,), 0-based positions of the bin edges; a bin is about
            `BIN` pixels.
        counts: Shape (n,), features that share a base with each bin.
    """

    stretch: Interval
    edges: NDArray[np.int64]
    counts: NDArray[np.int64]

    def on_screen(self, view: View) -> tuple[int, int]:
        """Return the first bin that touches the view, and the end."""
        start, end = view.interval.start, view.interval.end
        first = int(np.searchsorted(self.edges, start, side="right")) - 1
        last = int(np.searchsorted(self.edges, end, side="left"))
        return max(0, first), min(last, len(self.counts))

    @property
    def most(self) -> int:
        """Return the largest count: the height of the lane."""
        return int(self.counts.max(initial=0))

    def columns(self, height: float, view: View) -> list[QRect]:
        """Return a column a bin on screen, in whole pixels from the first edge of all.

        Args:
            height: Of the lane in pixels.
            view: What is on screen.
        """
        first, last = self.on_screen(view)
        edges, counts = self.edges[first : last + 1], self.counts[first:last]
        x = np.rint((edges - self.edges[0]) * view.scale).astype(int)
        tall = np.ceil((height - 6) * counts / max(1, self.most)).astype(int)
        sizes = (x[:-1], int(height - 3) - tall, np.diff(x), tall)
        return list(map(QRect, *(c.tolist() for c in sizes)))

    def bin_at(self, position: int) -> tuple[Interval, int]:
        """Return the bin over a 0-based position, and its count."""
        found = int(np.searchsorted(self.edges, position, side="right")) - 1
        found = min(max(0, found), len(self.counts) - 1)
        start, end = int(self.edges[found]), int(self.edges[found + 1])
        return Interval(self.stretch.contig, start, end), int(self.counts[found])


def density_of(spans: SortedSpans, stretch: Interval, scale: float) -> Density:
    """Count the features of a stretch.

    Args:
        spans: The features of its contig.
        stretch: Where, 0-based half-open.
        scale: Pixels per bp.
    """
    # Bins lie on a grid of the contig, so that they do not jump from stretch to
    # stretch.
    size = max(1, round(BIN / scale))
    first, last = stretch.start // size, -(-stretch.end // size)
    edges = np.arange(first, last + 1, dtype=np.int64) * size
    return Density(stretch, edges, spans.counts(edges))


def paint_density(
    painter: QPainter, rect: QRectF, density: Density, view: View, tint: str
) -> None:
    """Paint the counts as columns, in step with the pixels of the screen.

    Args:
        painter: Where to paint.
        rect: The lane.
        density: Counts around the view.
        view: What is on screen.
        tint: Colour of the columns.
    """
    # Whole pixels from the lane's edge: else columns would tremble in a pan.
    first_edge = view.x(int(density.edges[0])) - rect.left()
    shift = math.floor(first_edge + 0.5) + rect.left()
    smooth = painter.testRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(tint, 0.75))
    painter.translate(shift, 0)
    painter.drawRects(density.columns(rect.height(), view))
    painter.translate(-shift, 0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)


def paint_counted(painter: QPainter, rect: QRectF, view: View) -> None:
    """Say in the corner of a lane that features are counted.

    Args:
        painter: Where to paint.
        rect: The part of the lane that is on screen.
        view: What is on screen.
    """
    words = "How many features" if view.printed else "Zoom in to see features"
    painter.save()
    painter.setFont(small(painter.font(), 0.88))
    corner = QPointF(rect.right() - 4, 1)
    chip(painter, corner, [(words, None)], view.palette)
    painter.restore()
