"""Scales of lanes with numbers: automatic, fixed, and shared by a group of lanes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np

from gfm_desktop.ui.browser.scale import MINUS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from gfm_desktop.ui.browser.track import Sources, View
    from gfm_desktop.workspace.lane_book import LaneBook, LaneLook

_SMALLEST = 1e-300
_STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True, slots=True)
class Extent:
    """Smallest and largest value of something, or the two ends of a scale."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from `top` to `bottom` pixels of a lane.

    Attributes:
        ends: Values at its two ends.
        top: Pixel of the high end, from the lane's top.
        bottom: Pixel of the low end.
    """

    ends: Extent
    top: float
    bottom: float

    def y(self, value: Any) -> Any:
        """Return the pixel of a value or of an array of values, also outside."""
        span = self.ends.high - self.ends.low
        share = (value - self.ends.low) / span
        return self.bottom - share * (self.bottom - self.top)

    @property
    def zero(self) -> float:
        """Return the pixel from which bars rise: of 0, or of the end nearest to it."""
        return float(self.y(min(max(0.0, self.ends.low), self.ends.high)))


def extent_of(
    low: NDArray[np.float32], high: NDArray[np.float32], percentile: float = 100.0
) -> Extent | None:
    """Return the extent of columns; None where none has a value.

    Args:
        low: Smallest value of each column, NaN where there is none.
        high: Largest value of each.
        percentile: Where the scale ends: at this percentile of `high` above 0 and of
            `low` below it. At 99 one column in a hundred may run out.
    """
    known = ~np.isnan(high)
    if not known.any():
        return None
    tops, feet = high[known], low[known]
    if percentile >= 100.0:
        return Extent(float(feet.min()), float(tops.max()))
    return Extent(
        float(np.percentile(feet, 100.0 - percentile)),
        float(np.percentile(tops, percentile)),
    )


def union(extents: Iterable[Extent | None]) -> Extent | None:
    """Return what holds all of them; None where there is none."""
    found = [extent for extent in extents if extent is not None]
    if not found:
        return None
    return Extent(min(e.low for e in found), max(e.high for e in found))


def ends(extent: Extent | None, look: LaneLook) -> Extent:
    """Return the ends of a lane's scale.

    An automatic scale holds 0 and ends at round numbers, so that it does not change
    with every pixel of a drag. A fixed end is taken as it is; where it leaves no room
    for the automatic other end, that one goes a unit beyond.

    Args:
        extent: Values on show; None where there are none.
        look: The user's settings.
    """
    low = 0.0 if extent is None else 0.0 - _rounded_up(-min(0.0, extent.low))
    high = 0.0 if extent is None else _rounded_up(max(0.0, extent.high))
    if low == high:
        high = 1.0
    if look.low is not None:
        low = look.low
    if look.high is not None:
        high = look.high
    if low < high:
        return Extent(low, high)
    return Extent(high - 1.0, high) if look.low is None else Extent(low, low + 1.0)


def value_label(value: float) -> str:
    """Return a value in at most four digits, with a real minus sign."""
    size = abs(value)
    if size and not 1e-3 <= size < 1e6:
        text = f"{size:.3g}"
    elif size >= 100:
        text = f"{size:,.0f}"
    else:
        text = f"{size:.4g}"
    return f"{MINUS if value < 0 else ''}{text}"


def _rounded_up(value: float) -> float:
    """Return the next of 1, 1.2, 1.5, 2, ... times a power of ten; 0 stays 0."""
    if value <= 0.0:
        return 0.0
    # No power of ten is as small as the smallest numbers are.
    value = max(value, _SMALLEST)
    power = 10.0 ** math.floor(math.log10(value))
    factor = next((s for s in _STEPS if s * power >= value * (1 - 1e-9)), 10.0)
    return float(f"{factor * power:.12g}")


class Scaled(Protocol):
    """A track whose lane has a scale that a group may share."""

    key: str

    def extent(self, view: View) -> Extent | None:
        """Return smallest and largest value on show; None where there is none."""
        ...


class ScaleGroups:
    """The scaled tracks of one browser; those of one group share their extent."""

    def __init__(self, book: LaneBook) -> None:
        """Read the groups from `book`."""
        self._book = book
        self._members: WeakValueDictionary[str, Scaled] = WeakValueDictionary()

    def join(self, track: Scaled) -> None:
        """Take a track in; it leaves by itself when it is gone."""
        self._members[track.key] = track

    def extent(self, track: Scaled, view: View) -> Extent | None:
        """Return the extent that a track's scale must hold: its own, or its group's."""
        group = self._book.look(track.key).group
        if not group:
            return track.extent(view)
        members = [
            member
            for key, member in sorted(self._members.items())
            if self._book.look(key).group == group and not self._book.look(key).hidden
        ]
        return union([track.extent(view), *(m.extent(view) for m in members)])


_GROUPS: WeakKeyDictionary[Any, ScaleGroups] = WeakKeyDictionary()


def groups_of(sources: Sources) -> ScaleGroups:
    """Return the groups of a browser, which lasts as long as its `Repaint`."""
    if sources.repaint not in _GROUPS:
        _GROUPS[sources.repaint] = ScaleGroups(sources.workspace.lanes)
    return _GROUPS[sources.repaint]
