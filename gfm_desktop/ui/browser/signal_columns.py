"""Bins of a signal as columns of pixels, and columns as the shapes of a style.

Nothing is painted here. A column's base is the one under its middle where bins are
wider than a column; where they are narrower it sums up the bins whose middles it holds,
so that no peak is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.workspace.lane_book import WHISKERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.genome.signal_bins import Bins
    from gfm_desktop.ui.browser.signal_scale import Axis
    from gfm_desktop.ui.browser.track import View

LIGHT, MIDDLE, DARK, BEYOND = 1, 2, 3, 4
"""Tones, weak to strong: up to the maximum, the mean, the minimum; what runs out."""
STYLES = ("bars", "line", "heat", "points")
_DOT = 3.0
"""Pixels of a point's height."""
_MARK = 2.0
"""Pixels of the mark where a value runs out of a fixed scale."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Neighbouring columns of pixels.

    Attributes:
        left: Pixel of the first column's left edge, in the lane.
        step: Pixels of a column.
        low: float32 (n,) smallest value, NaN where there is none.
        high: float32 (n,) largest value.
        mean: float32 (n,) mean, weighted by covered bases.
    """

    left: float
    step: float
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    mean: NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self.low)

    @property
    def varies(self) -> bool:
        """Tell whether any column sums up values that differ."""
        return bool((self.low < self.high).any())

    def chosen(self, summary: str) -> NDArray[np.float32]:
        """Return what one number of a column is: mean, max or min."""
        return {"max": self.high, "min": self.low}.get(summary, self.mean)


@dataclass(frozen=True, slots=True)
class Band:
    """A shape of one tone: from `top` to `foot` in every column.

    Attributes:
        tone: `LIGHT`, `MIDDLE`, `DARK` or `BEYOND`.
        top: (n,) pixels from the lane's top; NaN where the column has none.
        foot: (n,) pixels, at or below `top`.
    """

    tone: int
    top: NDArray[np.float64]
    foot: NDArray[np.float64]


def columns(bins: Bins, view: View, left: float, count: int, step: float) -> Columns:
    """Return what every column of pixels says.

    Args:
        bins: Bins over the view; those outside are passed over.
        view: What is on screen.
        left: Pixel of the first column's left edge, as `View.x` reckons.
        count: Columns.
        step: Pixels of a column.
    """
    if not len(bins):
        nothing = np.full(count, np.nan, np.float32)
        return Columns(left, step, nothing, nothing, nothing)
    begin = (bins.start - view.interval.start) * view.scale - left
    width = bins.size * view.scale
    if width >= step:
        middle = (np.arange(count) + 0.5) * step
        index = np.floor((middle - begin) / width).astype(np.int64)
        inside = (index >= 0) & (index < len(bins))
        index[~inside] = 0
        low, high, mean = (
            np.where(inside, values[index], np.float32(np.nan))
            for values in (bins.low, bins.high, bins.mean)
        )
        return Columns(left, step, low, high, mean)
    column = np.floor((begin + (np.arange(len(bins)) + 0.5) * width) / step)
    first, last = np.searchsorted(column, (0, count))
    return _summed(
        bins, column[first:last].astype(np.int64), int(first), left, step, count
    )


def _summed(
    bins: Bins,
    column: NDArray[np.int64],
    first: int,
    left: float,
    step: float,
    count: int,
) -> Columns:
    """Sum up the bins from `first` on that fall into each column.

    Bins are at least half as wide as a column where the level was chosen for it: then
    a column holds one or two, and is reckoned from its first and its last.
    """
    low, high, mean = (np.full(count, np.nan, np.float32) for _ in range(3))
    if len(column):
        begins = np.flatnonzero(np.diff(column, prepend=-1))
        lasts = np.append(begins[1:], len(column)) - 1
        where, part = column[begins], slice(first, first + len(column))
        lows, highs, means = bins.low[part], bins.high[part], bins.mean[part]
        covered = bins.covered[part]
        # fmin and fmax pass over NaN: one known bin is enough for a column.
        if (lasts - begins).max() <= 1:
            low[where] = np.fmin(lows[begins], lows[lasts])
            high[where] = np.fmax(highs[begins], highs[lasts])
            mean[where] = _mean_of_two(means, covered, begins, lasts)
        else:
            low[where] = np.fmin.reduceat(lows, begins)
            high[where] = np.fmax.reduceat(highs, begins)
            mean[where] = _mean_of_many(means, covered, begins)
    return Columns(left, step, low, high, mean)


def _mean_of_two(
    means: NDArray[np.float32],
    covered: NDArray[np.unsignedinteger[Any]],
    begins: NDArray[np.int64],
    lasts: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the mean of a first and a last bin, which may be the same."""
    one, two = covered[begins].astype(np.float64), covered[lasts].astype(np.float64)
    total = np.where(one > 0, means[begins] * one, 0.0)
    total += np.where(two > 0, means[lasts] * two, 0.0)
    bases = one + two
    bases[bases == 0] = np.nan
    return total / bases


def _mean_of_many(
    means: NDArray[np.float32],
    covered: NDArray[np.unsignedinteger[Any]],
    begins: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the mean of the bins from each beginning to the next."""
    weighed = np.where(covered > 0, means * covered.astype(np.float64), 0.0)
    bases = np.add.reduceat(covered.astype(np.float64), begins)
    bases[bases == 0] = np.nan
    found: NDArray[np.float64] = np.add.reduceat(weighed, begins) / bases
    return found


def bands(shown: Columns, axis: Axis, style: str, summary: str) -> list[Band]:
    """Return the shapes of a style; where several are, the strongest tone is seen.

    Args:
        shown: The columns.
        axis: The lane's scale.
        style: One of `STYLES` but ``"heat"``, which has no shapes.
        summary: One of `workspace.lane_book.SUMMARIES`.
    """
    makers = {"line": _line, "points": _points}
    found = makers.get(style, _bars)(shown, axis, summary)
    return [*found, *_beyond(shown, axis, summary)]


def _bars(shown: Columns, axis: Axis, summary: str) -> list[Band]:
    """Return bars from 0; whiskers are light to the maximum, dark to the minimum.

    Where there is a value there is a line at 0: 0 looks other than no value.
    """
    if summary != WHISKERS or not shown.varies:
        y = axis.y(shown.chosen(summary).astype(np.float64))
        return [_from_ground(y, axis)]
    low, high, mean = (
        axis.y(values.astype(np.float64))
        for values in (shown.low, shown.high, shown.mean)
    )
    light = Band(LIGHT, np.minimum(high, axis.zero), np.maximum(low, axis.zero))
    # What all bases of a column have in common: nothing where they differ in sign.
    common = (low < axis.zero) | (high > axis.zero)
    dark = Band(
        DARK,
        _only(np.minimum(low, axis.zero), common),
        np.maximum(high, axis.zero),
    )
    return [light, _from_ground(mean, axis), dark]


def _from_ground(y: NDArray[np.float64], axis: Axis) -> Band:
    top, foot = axis.zero - 0.5, axis.zero + 0.5
    return Band(MIDDLE, np.minimum(y, top), np.maximum(y, foot))


def _line(shown: Columns, axis: Axis, summary: str) -> list[Band]:
    """Return a line a pixel thick, and behind it a band from minimum to maximum."""
    y = axis.y(shown.chosen(summary).astype(np.float64))
    before = np.concatenate([[np.nan], y[:-1]])
    thick = max(1.0, shown.step)
    top = np.fmin(y, before) - thick / 2
    foot = np.fmax(y, before) + thick / 2
    line = Band(MIDDLE, _only(top, ~np.isnan(y)), foot)
    if summary != WHISKERS:
        return [line]
    high, low = (axis.y(v.astype(np.float64)) for v in (shown.high, shown.low))
    return [Band(LIGHT, high, low), line]


def _points(shown: Columns, axis: Axis, summary: str) -> list[Band]:
    """Return a dot a column; with whiskers lighter ones at minimum and maximum."""
    pairs = [(MIDDLE, shown.chosen(summary))]
    if summary == WHISKERS and shown.varies:
        pairs = [(LIGHT, shown.low), (LIGHT, shown.high), *pairs]
    found = []
    for tone, values in pairs:
        y = axis.y(values.astype(np.float64))
        found.append(Band(tone, y - _DOT / 2, y + _DOT / 2))
    return found


def _beyond(shown: Columns, axis: Axis, summary: str) -> list[Band]:
    """Return marks at the ends of the scale where values run out of it."""
    whiskers = summary == WHISKERS
    up = shown.high if whiskers else shown.chosen(summary)
    down = shown.low if whiskers else shown.chosen(summary)
    found = []
    for out, top in (
        (up > axis.ends.high, axis.top),
        (down < axis.ends.low, axis.bottom - _MARK),
    ):
        if out.any():
            edge = np.full(len(shown), top)
            found.append(Band(BEYOND, _only(edge, out), edge + _MARK))
    return found


def _only(values: NDArray[np.float64], which: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(which, values, np.nan)
