"""Names of packed features, written below them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QStaticText, QTransform

from gfm_desktop.ui.browser.drawing import small
from gfm_desktop.ui.browser.pile import GAP

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.pile import Pile
    from gfm_desktop.ui.browser.track import View

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
