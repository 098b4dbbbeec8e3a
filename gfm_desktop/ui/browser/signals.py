"""Predicted signals as arrays of the view and as steps in pixels; nothing painted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from gfm_desktop.ui.browser.reduction import Columns, reduced, runs
from gfm_desktop.ui.theme import scale_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.ui.browser.track import View

Column = TypeVar("Column", "Step", "Change")
WIDEST = 250_000
"""bp of the widest view whose arrays are put together: 1 MB each."""
_LEGEND = 16
_LOWEST_PANE = 46
_BETWEEN = 15
"""Pixels between two panes at 100 % text size: the labels 0 and 1 need a line each."""
FAINTEST = 0.004
"""Probability below which a column is not drawn: less than half a pixel."""
_FAINTEST_CHANGE = 0.01
"""Change below which ALT is drawn as REF: scores are published with two decimals."""


@dataclass(frozen=True, slots=True)
class Pane:
    """The part of a lane that one signal of one strand has.

    Attributes:
        signal: ``"acceptor"`` or ``"donor"``.
        strand: ``"+"`` or ``"-"``.
        zero: Pixel of probability 0, from the lane's top.
        one: Pixel of probability 1.
    """

    signal: str
    strand: str
    zero: float
    one: float

    @property
    def name(self) -> str:
        """Return the key of its arrays, such as ``"donor_minus"``."""
        return f"{self.signal}_{'plus' if self.strand == '+' else 'minus'}"

    def y(self, value: float) -> float:
        """Return the pixel of a probability."""
        return self.zero + (self.one - self.zero) * value


@dataclass(frozen=True, slots=True)
class Step:
    """A flat piece of a curve.

    Attributes:
        left: Pixel of its left end.
        right: Pixel of its right end.
        value: Probability.
    """

    left: float
    right: float
    value: float


@dataclass(frozen=True, slots=True)
class Peak:
    """The largest gain or loss on screen.

    Attributes:
        offset: Its base, counted from the view's first.
        difference: ALT minus REF.
        highest: The higher of the two.
    """

    offset: int
    difference: float
    highest: float


@dataclass(frozen=True, slots=True)
class Change:
    """Where ALT differs from REF.

    Attributes:
        left: Pixel of its left end.
        right: Pixel of its right end.
        ref: Probability with REF.
        alt: Probability with ALT.
    """

    left: float
    right: float
    ref: float
    alt: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What one pane shows of a view.

    Attributes:
        steps: Curve of REF.
        covered: (left, right) pixels where something is predicted.
        changes: Where ALT differs.
        peaks: The largest gain and loss; none where ALT is unknown or equal.
    """

    steps: list[Step]
    covered: list[tuple[float, float]]
    changes: list[Change]
    peaks: list[Peak]

    def highest(self, left: float, right: float) -> float:
        """Return the top of REF and ALT between two pixels; 0 for nothing."""
        ref = [step.value for step in _between(self.steps, left, right)]
        both = [(c.ref, c.alt) for c in _between(self.changes, left, right)]
        return max([0.0, *ref, *(value for pair in both for value in pair)])


def _between(columns: Sequence[Column], left: float, right: float) -> list[Column]:
    """Return those of columns from left to right that reach between two pixels."""
    first = bisect_right(columns, left, key=lambda column: column.right)
    end = bisect_left(columns, right, key=lambda column: column.left)
    return list(columns[first:end])


def height_of(strands: Sequence[str]) -> int:
    """Return the least height in which the panes can be read, in pixels."""
    least = _LEGEND + len(strands) * 2 * (_LOWEST_PANE + _BETWEEN)
    return round(least * scale_of())


def panes(strands: Sequence[str], height: float) -> list[Pane]:
    """Return acceptor and donor of each strand, from top to bottom.

    Args:
        strands: The strands to show, ``"+"`` and ``"-"``.
        height: Height of the lane in pixels.
    """
    which = [(signal, strand) for strand in strands for signal in ("acceptor", "donor")]
    if not which:
        return []
    legend, between = _LEGEND * scale_of(), _BETWEEN * scale_of()
    pitch = (height - legend) / len(which)
    return [
        Pane(
            signal,
            strand,
            zero=legend + (number + 1) * pitch - between / 2,
            one=legend + number * pitch + between / 2,
        )
        for number, (signal, strand) in enumerate(which)
    ]


def gaps(view: View, known: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Return (left, right) pixels of the stretches that nobody has predicted yet."""
    return [(first * view.scale, end * view.scale) for first, end in runs(~known)]


def curve(view: View, values: NDArray[np.float32]) -> list[Step]:
    """Return the steps of a signal, highest value a pixel, without those near zero.

    Args:
        view: What is on screen.
        values: One value per base of the view.
    """
    columns = reduced(values, view.interval, view)
    drawn = np.nan_to_num(columns.high, nan=0.0) >= FAINTEST
    steps = []
    for first, end in runs(drawn):
        edges = np.flatnonzero(np.diff(columns.high[first:end])) + first + 1
        for a, b in zip([first, *edges.tolist()], [*edges.tolist(), end], strict=True):
            steps.append(_step(columns, a, b))
    return steps


def changes(
    view: View, ref: NDArray[np.float32], alt: NDArray[np.float32]
) -> list[Change]:
    """Return the columns where ALT and REF differ visibly."""
    before = reduced(ref, view.interval, view)
    after = reduced(alt, view.interval, view)
    low = np.nan_to_num(before.high, nan=0.0)
    # Where ALT is unknown the comparison is with NaN, and so False.
    differs = np.abs(after.high - low) >= _FAINTEST_CHANGE
    return [
        Change(
            float(before.left[i]),
            float(before.right[i]),
            float(low[i]),
            float(after.high[i]),
        )
        for i in np.flatnonzero(differs).tolist()
    ]


def covered(view: View, values: NDArray[np.float32]) -> list[tuple[float, float]]:
    """Return (left, right) pixels of the stretches where something is predicted."""
    return [
        (first * view.scale, end * view.scale) for first, end in runs(~np.isnan(values))
    ]


def peaks(ref: NDArray[np.float32], alt: NDArray[np.float32]) -> list[Peak]:
    """Return the largest gain and the largest loss of a view, the larger one first.

    Where ALT is unknown nothing is compared; a side without a change is left out.
    """
    known = np.flatnonzero(~np.isnan(alt))
    if not len(known):
        return []
    before = np.nan_to_num(ref[known], nan=0.0)
    difference = alt[known] - before
    found: list[Peak] = []
    for sign in (1, -1):
        best = int(np.argmax(sign * difference))
        change = float(difference[best])
        if sign * change > 0:
            highest = float(max(alt[known][best], before[best]))
            found.append(Peak(int(known[best]), change, highest))
    return sorted(found, key=lambda item: -abs(item.difference))


def drawing(
    view: View, ref: NDArray[np.float32], alt: NDArray[np.float32] | None
) -> Drawing:
    """Return everything that one pane shows, ready to paint."""
    if alt is None:
        return Drawing(curve(view, ref), covered(view, ref), [], [])
    return Drawing(
        curve(view, ref), covered(view, ref), changes(view, ref, alt), peaks(ref, alt)
    )


def _step(columns: Columns, first: int, end: int) -> Step:
    left, right = float(columns.left[first]), float(columns.right[end - 1])
    return Step(left, right, float(columns.high[first]))
