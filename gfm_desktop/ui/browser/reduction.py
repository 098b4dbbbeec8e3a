"""More bases than pixels: the highest and lowest value of each pixel column.

Averages hide what a splice track is for: a peak of one base among a hundred. So each
column keeps both its extremes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.track import View


@dataclass(frozen=True, slots=True)
class Columns:
    """Values ready to draw: n columns from left to right.

    Attributes:
        left: (n,) pixels of the left edges.
        right: (n,) pixels of the right edges.
        low: float32 (n,) smallest value of each column, NaN where none is known.
        high: float32 (n,) largest value of each column, NaN where none is known.
    """

    left: NDArray[np.floating[Any]]
    right: NDArray[np.floating[Any]]
    low: NDArray[np.float32]
    high: NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self.left)


def reduced(values: NDArray[np.float32], interval: Interval, view: View) -> Columns:
    """Return the part of `values` on screen: a column a base, or a column a pixel.

    Args:
        values: One value per base of `interval`; NaN where nothing is known.
        interval: Where the values lie, 0-based half-open.
        view: What is on screen.
    """
    start = max(interval.start, view.interval.start)
    end = min(interval.end, view.interval.end)
    if interval.contig != view.interval.contig or start >= end:
        return _nothing()
    part = values[start - interval.start : end - interval.start]
    offset = start - view.interval.start
    if view.scale >= 1.0:
        left = (offset + np.arange(len(part))) * view.scale
        return Columns(left, left + view.scale, part, part)
    pixel = ((offset + np.arange(len(part))) * view.scale).astype(np.int64)
    first = np.flatnonzero(np.diff(pixel, prepend=pixel[0] - 1))
    left = pixel[first].astype(np.float64)
    # fmin and fmax pass over NaN: one known base is enough for a column.
    low = np.fmin.reduceat(part, first)
    high = np.fmax.reduceat(part, first)
    return Columns(left, left + 1.0, low, high)


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first, end) of each unbroken stretch of True."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _nothing() -> Columns:
    empty = np.empty(0, np.float64)
    return Columns(empty, empty, empty.astype(np.float32), empty.astype(np.float32))
