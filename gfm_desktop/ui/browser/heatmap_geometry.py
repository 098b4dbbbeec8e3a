"""Effects of substitutions as a picture: where each cell is, and how strong its colour.

Nothing is painted here. Rows are A, C, G, T from the top, columns are bases, exactly
under those of the sequence; far out a column is a pixel, and shows the extremes of all
the substitutions in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.tracks.mutagenesis import EFFECTS, IMPORTANCE, LETTERS
from gfm_desktop.ui.browser.logos import LogoPane, Stack
from gfm_desktop.ui.theme import scale_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gfm_desktop.ui.browser.track import View

CELLS_FROM = 3.0
"""Pixels per bp from which every cell is drawn; below, extremes of each pixel."""
SHADES = 255
"""Shades on each side of zero."""
WAITING, BLANK, OWN = 2 * SHADES + 1, 2 * SHADES + 2, 2 * SHADES + 3
"""Shades beyond the colours: not there yet; no number; the genome's own base."""
_SHARE = 99.0
"""Percentile of the sizes of effects where the strongest colour begins."""
_LEGEND, _LOGO, _ROW, _BETWEEN = 20, 46, 11, 8
_STRIP = 16


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects at n places of a contig, which need not lie side by side.

    Attributes:
        contig: The contig.
        places: int64 (n,) 0-based positions, ascending.
        values: float32 (n, 4), effects of A, C, G, T; NaN where there is none.
        importance: float32 (n,), NaN where there is none.
        known: (n,), True where the model has been asked, also where it tells nothing.
        letters: The genome's bases, one a place; N where that is not known.
        low: float32 (n,), the lowest substitution of each place; NaN for none.
        high: The highest.
    """

    contig: str
    places: NDArray[np.int64]
    values: NDArray[np.float32]
    importance: NDArray[np.float32]
    known: NDArray[np.bool_]
    letters: str
    low: NDArray[np.float32]
    high: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        contig: str,
        places: NDArray[np.int64],
        signals: Mapping[str, NDArray[np.float32]],
        *,
        known: NDArray[np.bool_],
        letters: str,
    ) -> Effects:
        """Return them from the signals of `tracks.mutagenesis`."""
        values = np.stack([signals[key] for key in EFFECTS], axis=1)
        bases = letters or "N" * len(places)
        others = _without_own(values, bases)
        low, high = np.fmin.reduce(others, axis=1), np.fmax.reduce(others, axis=1)
        importance = signals[IMPORTANCE]
        return cls(contig, places, values, importance, known, bases, low, high)

    def part(self, view: Interval) -> Effects:
        """Return those in a stretch."""
        here = view.contig == self.contig
        first, end = np.searchsorted(self.places, [view.start, view.end])
        cut = slice(first, end) if here else slice(0, 0)
        return Effects(
            view.contig,
            self.places[cut],
            self.values[cut],
            self.importance[cut],
            self.known[cut],
            self.letters[cut],
            self.low[cut],
            self.high[cut],
        )

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self.places)

    @property
    def own(self) -> NDArray[np.int64]:
        """Return the row of the genome's base at each place, shape (n,); -1 for N."""
        return _rows_of(self.letters)

    @property
    def untold(self) -> NDArray[np.bool_]:
        """Return where the model was asked and tells nothing, shape (n,)."""
        return self.known & np.isnan(self.values).all(axis=1)

    @property
    def limit(self) -> float:
        """Return where the colours end: the 99th percentile of |effect|; 0 for none."""
        sizes = np.abs(_without_own(self.values, self.letters))
        sizes = sizes[np.isfinite(sizes)]
        return float(np.percentile(sizes, _SHARE)) if len(sizes) else 0.0

    def at(self, position: int) -> int | None:
        """Return the number of a 0-based position; None where it is not there."""
        found = int(np.searchsorted(self.places, position))
        there = found < len(self.places) and self.places[found] == position
        return found if there else None

    def strongest(self, start: int, end: int) -> tuple[Variant, float] | None:
        """Return the substitution with the largest effect in a stretch; None for none.

        Args:
            start: 0-based first position.
            end: End, exclusive.
        """
        part = self.part(Interval(self.contig, start, end))
        values = _without_own(part.values, part.letters)
        if not np.isfinite(values).any():
            return None
        best = int(np.nanargmax(np.abs(values)))
        return part.variant(best // 4, best % 4), float(values[best // 4, best % 4])

    def variant(self, number: int, row: int) -> Variant:
        """Return the substitution of a cell: the number of a place, and a row."""
        start, ref = int(self.places[number]), self.letters[number]
        return Variant(self.contig, start, ref, LETTERS[row])


def _rows_of(letters: str) -> NDArray[np.int64]:
    return _ROWS[np.frombuffer(letters.encode("ascii"), np.uint8)]


def _without_own(values: NDArray[np.float32], letters: str) -> NDArray[np.float32]:
    """Return a copy with NaN for the genome's own bases, which change nothing."""
    found, own = values.copy(), _rows_of(letters)
    at = np.flatnonzero(own >= 0)
    found[at, own[at]] = np.nan
    return found


@dataclass(frozen=True, slots=True)
class Panes:
    """The parts of the lane, in pixels from its top.

    Attributes:
        logo: Importance, or the extremes of each pixel.
        top: Where the cells begin.
        bottom: Where they end.
        rows: 4, or 1 far out.
    """

    logo: LogoPane
    top: float
    bottom: float
    rows: int

    @property
    def row(self) -> float:
        """Return the height of a row."""
        return (self.bottom - self.top) / self.rows


def close(view: View) -> bool:
    """Tell whether cells are drawn, and not pixels."""
    return view.scale >= CELLS_FROM


def height_of(view: View) -> int:
    """Return the least height in which the parts can be read, in pixels."""
    cells = 4 * _ROW if close(view) else _STRIP
    return round((_LEGEND + _LOGO + _BETWEEN + cells + 4) * scale_of())


def panes(view: View, height: float, low: float, high: float) -> Panes:
    """Return the parts of a lane.

    Args:
        view: What is on screen.
        height: Pixels of the lane.
        low: Value at the foot of the upper part.
        high: Value at its top.
    """
    scale, rows = scale_of(), 4 if close(view) else 1
    top = _LEGEND * scale
    room = max(8.0, height - top - (_BETWEEN + 4) * scale)
    cells = 4 * _ROW if rows == 4 else _STRIP
    share = room * _LOGO / (_LOGO + cells)
    logo = LogoPane("importance", top, top + share, low, high)
    first = top + share + _BETWEEN * scale
    return Panes(logo, first, first + room - share, rows)


def span(values: NDArray[np.floating]) -> tuple[float, float]:
    """Return the ends of an axis that holds some values and zero."""
    known = values[np.isfinite(values)]
    low = min(0.0, float(known.min())) if len(known) else 0.0
    high = max(0.0, float(known.max())) if len(known) else 0.0
    if high == low:
        return -1.0, 1.0
    # Zero is a line with a little air on either side.
    air = 0.06 * (high - low)
    return min(low, -air), max(high, air)


def letters_of(effects: Effects, view: View) -> Stack:
    """Return the logo of importance: the genome's base, above or below zero.

    Arrays have an entry for each base of the view.
    """
    size, at = len(view.interval), effects.places - view.interval.start
    base, heights = np.full((size, 1), -1, np.int64), np.full((size, 1), np.nan)
    base[at, 0], heights[at, 0] = effects.own, effects.importance
    return Stack(base, np.minimum(heights, 0.0), np.maximum(heights, 0.0))


def shade_of(values: NDArray[np.float32], limit: float) -> NDArray[np.int16]:
    """Return the number of each effect's colour; `BLANK` where there is no effect.

    Args:
        values: Effects, NaN where there is none.
        limit: Size of an effect with the strongest colour; larger ones have it too.
    """
    told = np.isfinite(values)
    share = np.clip(np.where(told, values, 0.0) / (limit or 1.0), -1.0, 1.0)
    found = np.rint(share * SHADES) + SHADES
    return np.where(told, found, BLANK).astype(np.int16)


def shades(effects: Effects, limit: float, view: View) -> NDArray[np.int16]:
    """Return the number of each cell's colour, shape (4, bp of the view)."""
    found = shade_of(effects.values, limit)
    found[~effects.known] = WAITING
    own = effects.own
    at = np.flatnonzero((own >= 0) & effects.known & ~effects.untold)
    found[at, own[at]] = OWN
    whole = np.full((4, len(view.interval)), BLANK, np.int16)
    whole[:, effects.places - view.interval.start] = found.T
    return whole


@dataclass(frozen=True, slots=True)
class Pixels:
    """Extremes of each pixel column of a stretch, from left to right.

    Attributes:
        x: int64 (n,) pixels, from the left edge of the view.
        low: float32 (n,) lowest effect or 0; NaN where nothing is known.
        high: float32 (n,) highest effect or 0; NaN where nothing is known.
        waiting: (n,) True where no number is there yet, and some are on their way.
    """

    x: NDArray[np.int64]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    waiting: NDArray[np.bool_]

    @property
    def strongest(self) -> NDArray[np.float32]:
        """Return the effect of the largest size, with its sign, shape (n,)."""
        return np.where(self.high >= -self.low, self.high, self.low)


def pixels(effects: Effects, view: View) -> Pixels:
    """Return the extremes of each pixel of a view that holds several bases a pixel."""
    offset = effects.places - view.interval.start
    x = (offset * view.scale).astype(np.int64)
    first = np.flatnonzero(np.diff(x, prepend=x[:1] - 1))
    if not len(first):
        nothing = np.empty(0, np.float32)
        return Pixels(x, nothing, nothing, np.empty(0, np.bool_))
    low = np.fmin.reduceat(effects.low, first)
    high = np.fmax.reduceat(effects.high, first)
    known = np.logical_or.reduceat(effects.known, first)
    return Pixels(x[first], np.minimum(low, 0.0), np.maximum(high, 0.0), ~known)


def cell_at(
    effects: Effects, shown: Panes, view: View, x: float, y: float
) -> tuple[int, int] | None:
    """Return the cell at a pixel: the number of its place, and its row; None outside.

    Args:
        effects: What is shown.
        shown: Where the parts are.
        view: What is on screen.
        x: Pixel from the left edge of the view.
        y: Pixel from the top of the lane.
    """
    number = effects.at(view.position(x))
    if number is None or not shown.top <= y < shown.bottom:
        return None
    return number, min(shown.rows - 1, int((y - shown.top) / shown.row))


_ROWS = np.full(256, -1, np.int64)
for _row, _letter in enumerate(LETTERS):
    _ROWS[ord(_letter)] = _row
