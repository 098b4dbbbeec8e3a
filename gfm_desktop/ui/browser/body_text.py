"""What is written at packed features: names below them, numbers in their blocks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QStaticText, QTransform

from gfm_desktop.ui.browser.bodies import CHEVRON_EVERY, chevron_lines
from gfm_desktop.ui.browser.drawing import faded, hairline, small
from gfm_desktop.ui.browser.pile import GAP

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtCore import QLineF, QRectF
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.pile import Pile
    from gfm_desktop.ui.browser.track import View

_NUMBER_FROM = 10.0
_MOST_TEXTS = 4_000


class Writer:
    """Texts that Qt has laid out once: a name is written in every frame of a drag."""

    def __init__(self) -> None:
        """Begin with none."""
        self._fonts: dict[str, dict[str, tuple[QStaticText, float, float]]] = {}

    def begin(self, painter: QPainter) -> Pen:
        """Return what writes in the painter's font."""
        # Asked once a paint: the key of a font is a text that Qt makes anew.
        texts = self._fonts.setdefault(painter.font().key(), {})
        if len(texts) > _MOST_TEXTS:
            texts.clear()
        return Pen(painter, texts)

    def forget(self) -> None:
        """Drop all texts."""
        self._fonts.clear()


class Pen:
    """Writes texts in one font."""

    def __init__(
        self, painter: QPainter, texts: dict[str, tuple[QStaticText, float, float]]
    ) -> None:
        """Keep what `Writer.begin` gives."""
        self._painter, self._texts = painter, texts

    def text(self, words: str) -> tuple[QStaticText, float, float]:
        """Return a text, its width and its height."""
        found = self._texts.get(words)
        if found is None:
            text = QStaticText(words)
            text.setTextFormat(Qt.TextFormat.PlainText)
            text.prepare(QTransform(), self._painter.font())
            size = text.size()
            found = self._texts[words] = (text, size.width(), size.height())
        return found


def rows_to_paint(painter: QPainter, pile: Pile) -> tuple[int, int]:
    """Return the first row that the painter's clip leaves visible, and the end."""
    if not painter.hasClipping():
        return 0, pile.count
    clip, geometry = painter.clipBoundingRect(), pile.geometry
    first = int((clip.top() - geometry.top) // geometry.pitch)
    last = int((clip.bottom() - geometry.top) // geometry.pitch) + 1
    return max(0, first), min(pile.count, last)


def paint_names(
    painter: QPainter, rect: QRectF, pile: Pile, view: View, writer: Writer
) -> None:
    """Write each name under its feature, held on screen while any of it is.

    Args:
        painter: Where to paint.
        rect: The lane.
        pile: What is on show; nothing is written where it has no names.
        view: What is on screen.
        writer: Keeps the texts.
    """
    if not pile.named:
        return
    font = small(painter.font())
    font.setWeight(QFont.Weight.Medium)
    painter.save()
    painter.setFont(font)
    painter.setPen(QColor(view.palette.text))
    first, last = rows_to_paint(painter, pile)
    shown = pile.on_screen(view)
    shown = shown[(pile.rows[shown] >= first) & (pile.rows[shown] < last)]
    pen = writer.begin(painter)
    rows = pile.rows[shown].tolist()
    spans = pile.features
    left = ((spans.start[shown] - view.interval.start) * view.scale).tolist()
    right = ((spans.end[shown] - view.interval.start) * view.scale).tolist()
    limits = _following(rows, left)
    ends: dict[int, float] = {}
    below = pile.geometry.top + pile.geometry.thick + 1
    for place, index in enumerate(shown.tolist()):
        if not pile.labels[index]:
            continue
        text, width, _ = pen.text(pile.labels[index])
        width, row = width + 4, rows[place]
        least, most = ends.get(row, -math.inf) + GAP, limits[place] - GAP
        x = max(left[place], rect.left() + 4.0)
        x = min(x, max(left[place], right[place] - width, most - width))
        x = min(x, max(rect.right() - width, least))
        painter.drawStaticText(QPointF(x, below + row * pile.geometry.pitch), text)
        ends[row] = x + width
    painter.restore()


def _following(rows: list[int], left: list[float]) -> list[float]:
    """Return for each feature where the next one of its row begins."""
    next_left: dict[int, float] = {}
    limits = []
    for row, x in zip(reversed(rows), reversed(left), strict=True):
        limits.append(next_left.get(row, math.inf))
        next_left[row] = x
    return limits[::-1]


@dataclass(frozen=True, slots=True)
class Block:
    """A block on screen that has room for more than its colour.

    Attributes:
        owner: Index of its feature.
        rank: Its number, counted along the feature's strand from 1.
        left: Pixel of its left end, no further out than the lane.
        right: Pixel of its right end, likewise.
        row: Row of its feature.
        middle: Pixel of the middle of that row.
    """

    owner: int
    rank: int
    left: float
    right: float
    row: int
    middle: float


def wide_blocks(pile: Pile, rect: QRectF, view: View) -> list[Block]:
    """Return the blocks on screen that are wide enough for a number, by feature."""
    features, geometry = pile.features, pile.geometry
    if geometry.thick < _NUMBER_FROM:
        return []
    pieces, counts = features.pieces, np.diff(features.piece_at)
    left = (pieces[:, 0] - view.interval.start) * view.scale
    right = (pieces[:, 1] - view.interval.start) * view.scale
    left, right = np.maximum(left, rect.left()), np.minimum(right, rect.right())
    found = np.flatnonzero(right - left >= _NUMBER_FROM)
    owner = np.searchsorted(features.piece_at, found, side="right") - 1
    place = found - features.piece_at[owner]
    forward = features.strand[owner] >= 0
    rank: NDArray[np.int64] = np.where(forward, place + 1, counts[owner] - place)
    rows = pile.rows[owner]
    middle = geometry.middle(0) + rows * geometry.pitch
    columns = (owner, rank, left[found], right[found], rows, middle)
    return list(map(Block, *(column.tolist() for column in columns)))


def paint_in_blocks(
    painter: QPainter,
    rect: QRectF,
    pile: Pile,
    view: View,
    writer: Writer,
    *,
    numbered: bool,
) -> None:
    """Write numbers into blocks, and show the strand in those that hide the line.

    Args:
        painter: Where to paint.
        rect: The lane.
        pile: What is on show.
        view: What is on screen.
        writer: Keeps the texts.
        numbered: Whether blocks are counted, as exons are.
    """
    first, last = rows_to_paint(painter, pile)
    blocks = [b for b in wide_blocks(pile, rect, view) if first <= b.row < last]
    if not blocks:
        return
    font = small(painter.font(), 0.78)
    font.setWeight(QFont.Weight.DemiBold)
    painter.save()
    painter.setFont(font)
    painter.setPen(QColor(view.palette.surface))
    pen = writer.begin(painter)
    heads: list[QLineF] = []
    single = np.diff(pile.features.piece_at) <= 1
    for block in blocks:
        taken = 0.0
        if numbered and not (single[block.owner]):
            text, width, height = pen.text(str(block.rank))
            if width + 4 <= block.right - block.left:
                taken = width / 2 + 6
                x = (block.left + block.right - width) / 2
                painter.drawStaticText(QPointF(x, block.middle - height / 2), text)
        heads.extend(_heads(block, taken, pile, view))
    painter.setPen(hairline(faded(view.palette.surface, 0.9), 1.4))
    painter.drawLines(heads)
    painter.restore()


def _heads(block: Block, taken: float, pile: Pile, view: View) -> list[QLineF]:
    """Return light chevrons in a block so wide that no line shows the strand."""
    strand = int(pile.features.strand[block.owner])
    if strand == 0 or not pile.geometry.chevron:
        return []
    if block.right - block.left <= 2 * CHEVRON_EVERY:
        return []
    origin = view.x(float(pile.features.start[block.owner])) + CHEVRON_EVERY / 2
    first = math.ceil((block.left + 6 - origin) / CHEVRON_EVERY)
    last = math.floor((block.right - 10 - origin) / CHEVRON_EVERY)
    middle = (block.left + block.right) / 2
    tips = [origin + n * CHEVRON_EVERY for n in range(first, last + 1)]
    tips = [x for x in tips if not taken or abs(x - middle) > taken]
    half = pile.geometry.chevron
    return chevron_lines(tips, block.middle, half, forward=strand > 0)
