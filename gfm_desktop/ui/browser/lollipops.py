"""Where each variant's lollipop stands: pixels from marks, nothing painted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.genome.status import Status
from gfm_desktop.ui.score_scale import ScoreScale
from gfm_desktop.workspace.score_columns import KINDS, NO_KIND, STATUSES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.genome.variant import VariantKind
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.workspace.variant_row import VariantMarks, VariantRow

CROWDED = 4.0
"""Pixels per variant below which bars tell how many there are."""
SPACING = 8
"""With bars, at most one lollipop in so many pixels: the highest score."""
NOTABLE = 0.1
"""With bars, lollipops are for scores from this part of the lane's height on."""
SHIFT = 8.0
"""Pixels between the heads of alleles at one position."""
HEAP = 2
"""Variants to a piece of `SPACING` pixels above which they are a heap."""
_FEW = 24


@dataclass(frozen=True, slots=True)
class Lollipop:
    """One variant on screen.

    Attributes:
        row: Row of the score table.
        x: Pixel of the middle of its first base; the stem stands there.
        head: Pixel of the head, beside `x` where several share a position.
        top: Pixel of the head's middle, from the top of the lane.
        kind: What the allele does; None where it cannot be told.
        score: The score; None where there is none.
        status: How the record ended.
    """

    row: int
    x: float
    head: float
    top: float
    kind: VariantKind | None
    score: float | None
    status: Status

    @property
    def refused(self) -> bool:
        """Tell whether the record cannot have a score."""
        return self.status not in (Status.SCORED, Status.PENDING)


@dataclass(frozen=True, slots=True)
class Stand:
    """The lane's vertical measures in pixels from its top.

    Attributes:
        ceiling: Where the highest score is.
        floor: Where the lowest score is; heads without a score stand here.
        ground: Where the stems stand.
        scale: The measure of the scores.
    """

    ceiling: float
    floor: float
    ground: float
    scale: ScoreScale = field(default_factory=ScoreScale)

    def top(self, score: float | None) -> float:
        """Return the pixel of a score's head."""
        if score is None:
            return self.floor
        share = self.scale.share(score)
        return self.floor - share * (self.floor - self.ceiling)


def crowded(marks: VariantMarks, view: View) -> bool:
    """Tell whether there are too many variants for the pixels, all over or in a heap.

    A heap: more than `HEAP` to each piece of `SPACING` pixels that has any. Where a
    base has a pixel of its own there is none: alleles of a base stand side by side.
    """
    if marks.total * CROWDED > view.width:
        return True
    if marks.total < _FEW or view.scale >= 1.0:
        return False
    x = (marks.start - view.interval.start) * view.scale
    pieces = len(np.unique((x // SPACING).astype(np.int64)))
    return marks.total > HEAP * pieces


def placed(
    marks: VariantMarks, view: View, stand: Stand, chosen: VariantRow | None = None
) -> list[Lollipop]:
    """Return the lollipops to draw, the highest score last, on top.

    Args:
        marks: Variants of the view.
        view: What is on screen.
        stand: The lane's measures.
        chosen: The selected variant, which is drawn however crowded it is.
    """
    keep = np.arange(len(marks))
    if crowded(marks, view):
        keep = _highest(marks, view, stand.scale)
    x = (marks.start[keep] + 0.5 - view.interval.start) * view.scale
    shifts = _shifts(marks.start[keep])
    found = [
        _lollipop(marks, int(i), float(at), float(shift), stand)
        for i, at, shift in zip(keep, x, shifts, strict=True)
    ]
    if chosen is not None and all(item.row != chosen.row for item in found):
        found += _alone(chosen, view, stand)
    # From the ground up: the highest head has the smallest distance from the top.
    return sorted(
        found, key=lambda item: (item.score is not None, -item.top, item.score or 0.0)
    )


def _lollipop(
    marks: VariantMarks, index: int, x: float, shift: float, stand: Stand
) -> Lollipop:
    value = float(marks.score[index])
    score = None if np.isnan(value) else value
    code = int(marks.kind[index])
    return Lollipop(
        row=int(marks.row[index]),
        x=x,
        head=x + shift,
        top=stand.top(score),
        kind=None if code == NO_KIND else KINDS[code],
        score=score,
        status=STATUSES[int(marks.status[index])],
    )


def _alone(chosen: VariantRow, view: View, stand: Stand) -> list[Lollipop]:
    variant = chosen.variant
    if variant is None or variant.contig != view.interval.contig:
        return []
    if not view.interval.start <= variant.start < view.interval.end:
        return []
    x = view.x(variant.start + 0.5)
    top = stand.top(chosen.score)
    score, status = chosen.score, chosen.status
    return [Lollipop(chosen.row, x, x, top, chosen.kind, score, status)]


def counts(marks: VariantMarks, view: View, bars: int) -> NDArray[np.int64]:
    """Return how many variants begin in each of `bars` equal parts of the view."""
    return np.diff(_borders(marks, view, bars))


def _borders(marks: VariantMarks, view: View, parts: int) -> NDArray[np.int64]:
    """Return where each part begins among the marks, and where the last one ends.

    Positions are sorted, so a chromosome of a million costs a few hundred searches.
    """
    interval = view.interval
    edges = interval.start + np.arange(parts + 1) * len(interval) / parts
    return np.searchsorted(marks.start, np.ceil(edges)).astype(np.int64)


def _highest(marks: VariantMarks, view: View, scale: ScoreScale) -> NDArray[np.int64]:
    """Return the notable variants, the highest of each `SPACING` pixels."""
    borders = _borders(marks, view, max(1, int(view.width // SPACING)))
    filled = np.flatnonzero(np.diff(borders))
    if not len(filled):
        return np.empty(0, np.int64)
    first, end = borders[filled], borders[filled + 1]
    strength = scale.shares(marks.score)
    # fmax passes over NaN; a part without any score stays NaN and is not notable.
    best = np.fmax.reduceat(strength, first)
    return np.array(
        [
            a + int(np.argmax(strength[a:b] == most))
            for a, b, most in zip(first, end, best, strict=True)
            if most >= NOTABLE
        ],
        np.int64,
    )


def _shifts(start: NDArray[np.int64]) -> NDArray[np.floating[Any]]:
    """Return how far the heads at one position stand aside: 0, +8, -8, +16, ..."""
    fresh = np.diff(start, prepend=-1) != 0
    index = np.arange(len(start))
    nth = index - np.maximum.accumulate(np.where(fresh, index, 0))
    side = np.where(nth % 2 == 1, 1.0, -1.0)
    return side * ((nth + 1) // 2) * SHIFT
