"""Lines of text that are written frame by frame: laid out once, then only drawn.

Laying out a number takes Qt as long as drawing it thrice, and a drag writes the same
numbers again and again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QPaintEngine, QStaticText, QTransform

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

VECTOR = (
    QPaintEngine.Type.SVG,
    QPaintEngine.Type.Pdf,
    QPaintEngine.Type.Picture,
)
"""Engines that keep shapes and text as such."""
_KEPT = 512
_FONTS = 24


class StillText:
    """Text in one font; ask `still_text` for it."""

    def __init__(self, font: QFont) -> None:
        """Lay text out in `font`."""
        self._font = font
        self._kept: dict[str, QStaticText] = {}

    def width(self, text: str) -> float:
        """Return how wide a line of text is, in pixels."""
        return self._laid_out(text).size().width()

    def write(self, painter: QPainter, x: float, top: float, text: str) -> None:
        """Write a line of text; the painter has this font.

        Args:
            painter: Where to write. Vector graphics get text, not outlines.
            x: Pixel of its left end.
            top: Pixel of its upper edge.
            text: One line.
        """
        if painter.paintEngine().type() in VECTOR:
            painter.drawText(QPointF(x, top + painter.fontMetrics().ascent()), text)
        else:
            painter.drawStaticText(QPointF(x, top), self._laid_out(text))

    def _laid_out(self, text: str) -> QStaticText:
        known = self._kept.get(text)
        if known is None:
            known = QStaticText(text)
            known.setTextFormat(Qt.TextFormat.PlainText)
            known.prepare(QTransform(), self._font)
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[text] = known
        return known


def still_text(painter: QPainter) -> StillText:
    """Return text in the painter's font."""
    return _made(painter.font().toString())


@lru_cache(_FONTS)
def _made(name: str) -> StillText:
    font = QFont()
    font.fromString(name)
    return StillText(font)
