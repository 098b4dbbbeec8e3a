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
"""Pixels per variant below which points tell how many there are."""
BIN = 16
"""Pixels in which lollipops are counted, in step with the contig."""
TOGETHER = 5
"""Lollipops in a `BIN` above which one bubble stands for them: more than one a 3 px."""
SHIFT = 8.0
"""Pixels between the heads of alleles at one position."""


@dataclass(frozen=True, slots=True)
class Lollipop:
    """One variant on screen, or several that a bubble stands for.

    Attributes:
        row: Row of the score table.
        x: Pixel of the middle of its first base; the stem stands there.
        head: Pixel of the head, beside `x` where several share a position.
        top: Pixel of the head's middle, from the top of the lane.
        kind: What the allele does; None where it cannot be told.
        score: The score; None where there is none.
        status: How the record ended.
        count: How many variants it stands for; of several it is the highest.
    """

    row: int
    x: float
    head: float
    top: float
    kind: VariantKind | None
    score: float | None
    status: Status
    count: int = 1

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


def crowded(total: int, view: View) -> bool:
    """Tell whether there are too many variants on screen for lollipops."""
    return total * CROWDED > view.width


def placed(
    marks: VariantMarks, view: View, stand: Stand, chosen: VariantRow | None = None
) -> list[Lollipop]:
    """Return the lollipops to draw, the highest score last, on top.

    Args:
        marks: Variants of the view, few enough to be drawn.
        view: What is on screen.
        stand: The lane's measures.
        chosen: The selected variant, which is drawn beside any bubble.
    """
    shares = stand.scale.shares(marks.score)
    keep, counts = _gathered(marks, view, shares)
    found = _lollipops(marks, view, stand, shares, keep, counts)
    alone = {item.row for item in found if item.count == 1}
    if chosen is not None and chosen.row not in alone:
        found += lone(chosen, view, stand)
    return found


def lone(chosen: VariantRow, view: View, stand: Stand) -> list[Lollipop]:
    """Return the lollipop of the selected variant alone; empty where not on screen."""
    variant = chosen.variant
    if variant is None or variant.contig != view.interval.contig:
        return []
    if not view.interval.start <= variant.start < view.interval.end:
        return []
    x = view.x(variant.start + 0.5)
    top = stand.top(chosen.score)
    score, status = chosen.score, chosen.status
    return [Lollipop(chosen.row, x, x, top, chosen.kind, score, status)]


def _lollipops(
    marks: VariantMarks,
    view: View,
    stand: Stand,
    shares: NDArray[np.float64],
    keep: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> list[Lollipop]:
    start = marks.start[keep]
    x = (start + 0.5 - view.interval.start) * view.scale
    head = x + np.where(counts > 1, 0.0, _shifts(start))
    share = shares[keep]
    bare = np.isnan(share)
    top = stand.floor - np.where(bare, 0.0, share) * (stand.floor - stand.ceiling)
    # From the ground up: what has no score first, the highest score last.
    order = np.lexsort((np.nan_to_num(marks.score[keep]), -top, ~bare))
    columns = (
        marks.row[keep],
        x,
        head,
        top,
        marks.kind[keep],
        marks.score[keep],
        marks.status[keep],
        counts,
    )
    rows = zip(*(column[order].tolist() for column in columns), strict=True)
    return [
        Lollipop(
            row,
            at,
            aside,
            y,
            None if kind == NO_KIND else KINDS[kind],
            # Only a missing score differs from itself.
            None if score != score else score,
            STATUSES[status],
            count,
        )
        for row, at, aside, y, kind, score, status, count in rows
    ]


def _gathered(
    marks: VariantMarks, view: View, shares: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which variants are drawn, and how many each of them stands for.

    Bins are counted from the contig's start, so that bubbles move with the bases.
    """
    every = np.arange(len(marks), dtype=np.int64)
    if view.scale >= BIN / TOGETHER or not len(marks):
        # So few bases to a bin: alleles of one base stand side by side.
        return every, np.ones(len(marks), np.int64)
    bins = np.floor(marks.start * view.scale / BIN).astype(np.int64)
    first = np.flatnonzero(np.diff(bins, prepend=bins[0] - 1))
    sizes = np.diff(first, append=len(bins))
    together = sizes > TOGETHER
    if not together.any():
        return every, np.ones(len(marks), np.int64)
    strength = np.nan_to_num(shares, nan=-1.0)
    best = [
        a + int(np.argmax(strength[a : a + size]))
        for a, size in zip(first[together], sizes[together], strict=True)
    ]
    single = every[~np.repeat(together, sizes)]
    keep = np.concatenate([single, np.array(best, np.int64)])
    counts = np.concatenate([np.ones(len(single), np.int64), sizes[together]])
    order = np.argsort(keep, kind="stable")
    return keep[order], counts[order].astype(np.int64)


def _shifts(start: NDArray[np.int64]) -> NDArray[np.floating[Any]]:
    """Return how far the heads at one position stand aside: 0, +8, -8, +16, ..."""
    fresh = np.diff(start, prepend=-1) != 0
    index = np.arange(len(start))
    nth = index - np.maximum.accumulate(np.where(fresh, index, 0))
    side = np.where(nth % 2 == 1, 1.0, -1.0)
    return side * ((nth + 1) // 2) * SHIFT
