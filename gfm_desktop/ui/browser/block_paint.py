"""What is drawn in the blocks of packed features: their numbers, and the strand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF

from gfm_desktop.ui.browser.bodies import CHEVRON_EVERY
from gfm_desktop.ui.browser.body_text import rows_to_paint
from gfm_desktop.ui.browser.contrast import best_on
from gfm_desktop.ui.browser.drawing import faded, hairline, small
from gfm_desktop.ui.browser.pile import NUMBER_FROM

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.body_text import Writer
    from gfm_desktop.ui.browser.pile import Pile
    from gfm_desktop.ui.browser.track import View

_MOST_HEADS = 400
_MOST_NUMBERS = 200


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks on screen that have room for more than their colour, as columns.

    Attributes:
        owner: Shape (n,), index of each one's feature.
        rank: Shape (n,), its number, counted along the strand from 1; 0 for the only
            block of its feature.
        left: Shape (n,), pixel of its left end, no further out than the lane.
        right: Shape (n,), pixel of its right end, likewise.
        middle: Shape (n,), pixel of the middle of its row.
    """

    owner: NDArray[np.int64]
    rank: NDArray[np.int64]
    left: NDArray[np.floating[Any]]
    right: NDArray[np.floating[Any]]
    middle: NDArray[np.floating[Any]]


def wide_blocks(
    pile: Pile, rect: QRectF, view: View, rows: tuple[int, int] | None = None
) -> Blocks:
    """Return the blocks on screen that are wide enough for a number, by feature.

    Args:
        pile: What is on show.
        rect: The lane.
        view: What is on screen.
        rows: First row that is of interest, and the end; all rows by default.
    """
    features, geometry = pile.features, pile.geometry
    pieces, counts = features.pieces[pile.wide], np.diff(features.piece_at)
    left = (pieces[:, 0] - view.interval.start) * view.scale
    right = (pieces[:, 1] - view.interval.start) * view.scale
    left, right = np.maximum(left, rect.left()), np.minimum(right, rect.right())
    fit = np.flatnonzero(right - left >= NUMBER_FROM)
    left, right, found = left[fit], right[fit], pile.wide[fit]
    owner = np.searchsorted(features.piece_at, found, side="right") - 1
    first, last = rows or (0, pile.count)
    seen = (pile.rows[owner] >= first) & (pile.rows[owner] < last)
    found, owner, left, right = found[seen], owner[seen], left[seen], right[seen]
    place = found - features.piece_at[owner]
    forward = features.strand[owner] >= 0
    rank = np.where(forward, place + 1, counts[owner] - place)
    middle = geometry.middle(0) + pile.rows[owner] * geometry.pitch
    single = counts[owner] == 1
    return Blocks(owner, np.where(single, 0, rank), left, right, middle)


def paint_strands(
    painter: QPainter,
    rect: QRectF,
    pile: Pile,
    view: View,
    tint: Callable[[int], str],
    writer: Writer | None = None,
) -> None:
    """Show the strand in blocks that hide the line, and write their numbers.

    Args:
        painter: Where to paint.
        rect: The lane.
        pile: What is on show.
        view: What is on screen.
        tint: Gives the colour of a role as ``#rrggbb``.
        writer: Keeps the texts; None where blocks are not counted, as exons are.
    """
    if pile.geometry.thick < NUMBER_FROM or not len(pile.wide):
        return
    blocks = wide_blocks(pile, rect, view, rows_to_paint(painter, pile))
    if not len(blocks.owner):
        return
    palette = view.palette
    roles = pile.roles[blocks.owner].tolist()
    best = {r: best_on(tint(r), palette.surface, palette.text) for r in set(roles)}
    inks = [best[role] for role in roles]
    painter.save()
    taken = np.zeros(len(blocks.owner))
    if writer is not None:
        painter.setFont(_number_font(painter.font(), pile.geometry.thick))
        _write_numbers(painter, blocks, inks, taken, writer)
    heads, owners = _heads(blocks, taken, pile, view)
    for ink in dict.fromkeys(inks):
        painter.setPen(hairline(faded(ink, 0.9), 1.4))
        chosen = [h for h, n in zip(heads, owners, strict=True) if inks[n] == ink]
        painter.drawLines([line for pair in chosen for line in pair])
    painter.restore()


def _number_font(font: QFont, room: float) -> QFont:
    """Return a font whose lines are no taller than a block, however large text is."""
    result = small(font, 0.78)
    result.setWeight(QFont.Weight.DemiBold)
    spare = (room + 2) / QFontMetricsF(result).height()
    if spare < 1:
        result.setPointSizeF(result.pointSizeF() * spare)
    return result


def _write_numbers(
    painter: QPainter,
    blocks: Blocks,
    inks: list[str],
    taken: NDArray[np.float64],
    writer: Writer,
) -> None:
    """Write the numbers that fit; notes half the room that each takes."""
    pen, ink = writer.begin(painter), ""
    for place in np.flatnonzero(blocks.rank)[:_MOST_NUMBERS].tolist():
        text, width, height = pen.text(str(blocks.rank[place]))
        left, right = float(blocks.left[place]), float(blocks.right[place])
        if width + 4 > right - left:
            continue
        taken[place] = width / 2 + 6
        if inks[place] != ink:
            ink = inks[place]
            painter.setPen(QColor(ink))
        x = (left + right - width) / 2
        y = float(blocks.middle[place]) - height / 2
        painter.drawStaticText(QPointF(x, y), text)


def _heads(
    blocks: Blocks, taken: NDArray[np.float64], pile: Pile, view: View
) -> tuple[list[tuple[QLineF, QLineF]], list[int]]:
    """Return chevrons in blocks so wide that no line shows the strand.

    Returns:
        The two lines of each, and the place of its block.
    """
    features, half = pile.features, pile.geometry.chevron
    strand = features.strand[blocks.owner]
    wide = blocks.right - blocks.left > 2 * CHEVRON_EVERY
    chosen = np.flatnonzero((strand != 0) & wide)
    # Many rows of wide blocks need no more of them to say the same.
    room = (blocks.right - blocks.left)[chosen].sum() / CHEVRON_EVERY
    every = CHEVRON_EVERY * (1 + int(room) // _MOST_HEADS)
    start = features.start[blocks.owner[chosen]] - view.interval.start
    origin = start * view.scale + CHEVRON_EVERY / 2
    first = np.ceil((blocks.left[chosen] + 6 - origin) / every)
    last = np.floor((blocks.right[chosen] - 10 - origin) / every)
    count = np.maximum(0, last - first + 1).astype(np.int64)
    owner = np.repeat(chosen, count)
    step = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    tips = np.repeat(origin, count) + (np.repeat(first, count) + step) * every
    middle = (blocks.left + blocks.right)[owner] / 2
    free = np.abs(tips - middle) >= taken[owner]
    tips, owner = tips[free], owner[free]
    back, y = tips - half * strand[owner], blocks.middle[owner]
    upper = map(QLineF, *(c.tolist() for c in (back, y - half, tips, y)))
    lower = map(QLineF, *(c.tolist() for c in (back, y + half, tips, y)))
    return list(zip(upper, lower, strict=True)), owner.tolist()
