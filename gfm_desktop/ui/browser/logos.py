"""Logos as numbers: which letter stands where and how high; nothing is painted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.tracks.base_probability import BASES, ENTROPY
from gfm_desktop.ui.theme import scale_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MOST_BITS = 2.0
"""Information of a base that is certain."""
LETTERS_FROM = 3.5
"""Pixels per bp from which letters are drawn; below, their colours alone."""
COLOURS_FROM = 1.0
"""Pixels per bp from which colours are drawn; below, the information alone."""
_STEPS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""Where an axis may end."""
_LEGEND = 18
_LOWEST = {"logo": 44, "line": 34}
_BETWEEN = 14
"""Pixels between two panes at 100 % text size: their numbers need a line each."""


@dataclass(frozen=True, slots=True)
class LogoPane:
    """A part of the lane.

    Attributes:
        name: ``"ref"``, ``"alt"``, ``"change"`` or ``"entropy"``.
        top: First pixel, from the lane's top.
        bottom: Last pixel.
        low: Value at the bottom.
        high: Value at the top.
    """

    name: str
    top: float
    bottom: float
    low: float
    high: float

    def y(self, value: float) -> float:
        """Return the pixel of a value."""
        share = (value - self.low) / (self.high - self.low)
        return self.bottom + (self.top - self.bottom) * share


@dataclass(frozen=True, slots=True)
class Stack:
    """Letters over each base; arrays of shape (bp, 4), NaN where there is none.

    Attributes:
        base: Number of the letter, 0 to 3 for A, C, G, T, the lowest letter first.
        low: Value of its foot.
        high: Value of its top.
    """

    base: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def chances(signals: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float64]:
    """Return probabilities of A, C, G, T, shape (bp, 4)."""
    return np.stack([signals[name] for name in BASES], axis=1).astype(np.float64)


def information(signals: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float64]:
    """Return the height of each column in bits, ``2 - entropy``, shape (bp,)."""
    return MOST_BITS - signals[ENTROPY].astype(np.float64)


def logo(signals: Mapping[str, NDArray[np.float32]]) -> Stack:
    """Return a logo: each letter has its share of the column, the likeliest on top."""
    heights = chances(signals) * information(signals)[:, None]
    order = np.argsort(heights, axis=1)
    ordered = np.take_along_axis(heights, order, axis=1)
    high = np.cumsum(ordered, axis=1)
    return Stack(order, high - ordered, high)


def difference(
    ref: Mapping[str, NDArray[np.float32]], alt: Mapping[str, NDArray[np.float32]]
) -> Stack:
    """Return ALT minus REF: what is likelier with ALT above zero, the rest below."""
    change = chances(alt) - chances(ref)
    # Small changes next to the zero line on either side.
    order = np.argsort(np.abs(change), axis=1)
    ordered = np.take_along_axis(change, order, axis=1)
    up, down = np.maximum(ordered, 0), np.minimum(ordered, 0)
    above, below = np.cumsum(up, axis=1), np.cumsum(down, axis=1)
    gained = ordered > 0
    high = np.where(gained, above, below - down)
    low = np.where(gained, above - up, below)
    return Stack(order, low, high)


def limit(values: NDArray[np.float64], least: float) -> float:
    """Return where an axis ends that shows all values, at least `least`."""
    known = values[np.isfinite(values)]
    highest = float(np.abs(known).max()) if len(known) else 0.0
    return next((s for s in _STEPS if s >= max(highest, least) - 1e-9), _STEPS[-1])


def height_of(names: Sequence[str]) -> int:
    """Return the least height in which the panes can be read, in pixels."""
    rooms = [_LOWEST["line" if name == "entropy" else "logo"] for name in names]
    return round((_LEGEND + sum(rooms) + _BETWEEN * len(rooms)) * scale_of())


def panes(
    names: Sequence[str], height: float, bits: float, change: float
) -> list[LogoPane]:
    """Return the parts of a lane from top to bottom.

    Args:
        names: Which parts, as `LogoPane.name`.
        height: Height of the lane in pixels.
        bits: Where the axes of the logos end.
        change: Where the axis of the difference ends, on both sides of zero.
    """
    limits = {
        "ref": (0.0, bits),
        "alt": (0.0, bits),
        "change": (-change, change),
        "entropy": (0.0, MOST_BITS),
    }
    between, top = _BETWEEN * scale_of(), _LEGEND * scale_of()
    shares = [_LOWEST["line" if name == "entropy" else "logo"] for name in names]
    room = max(1.0, height - top - between * len(names))
    found = []
    for name, share in zip(names, shares, strict=True):
        size = room * share / sum(shares)
        bottom = top + between / 2 + size
        found.append(LogoPane(name, top + between / 2, bottom, *limits[name]))
        top = bottom + between / 2
    return found
