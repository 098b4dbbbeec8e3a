"""Rows of the sequence track, and how a row of bases is painted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage

from gfm_desktop.ui.browser.drawing import small
from gfm_desktop.ui.browser.letters import is_raster, lay_out
from gfm_desktop.ui.theme import scale_of

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.track import View

LETTERS_FROM = 8.0
"""Pixels per bp from which letters are drawn."""
_GAP_FROM = 12.0
_HEIGHT, _FOLDED, _PLAIN = 28, 22, 12
_ROW, _OTHER = 15, 18


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the rows of the lane lie, in pixels.

    Attributes:
        tops: Top of each frame's row, from +1 to −3; empty without frames.
        row: Height of these.
        bases: Top and height of the bases.
        others: Top and height of the bases of the other strand; None without frames.
        height: Of the lane.
    """

    tops: tuple[float, ...]
    row: float
    bases: tuple[float, float]
    others: tuple[float, float] | None
    height: int


def rows_for(*, readable: bool, framed: bool, bases: bool) -> Rows:
    """Return where the rows of a lane lie at the text size.

    Args:
        readable: Whether anything is drawn at this zoom.
        framed: Whether there are reading frames.
        bases: Whether bases are drawn.
    """
    factor = scale_of()
    if not readable or not framed:
        tall = round((_HEIGHT if readable else _FOLDED) * factor)
        return Rows((), 0, (0, tall), None, tall)
    row = round(_ROW * factor)
    middle = round((_HEIGHT if bases else _PLAIN) * factor)
    other = round(_OTHER * factor) if bases else 0
    below = 3 * row + middle + other
    tops = tuple(float(n * row + 2) for n in range(3))
    tops += tuple(float(below + n * row) for n in range(3))
    others = (3.0 * row + middle - 3, float(other)) if bases else None
    return Rows(tops, row, (3.0 * row, middle), others, below + 3 * row + 2)


def paint_bases(painter: QPainter, cell: QRectF, text: str, view: View) -> None:
    """Paint coloured cells and, where they fit, letters in them.

    Args:
        painter: Where to paint.
        cell: Left and right of the lane, top and height of the cells.
        text: Upper-case letters of the view.
        view: What is on screen.
    """
    if is_raster(painter) and view.scale < _GAP_FROM:
        _paint_row(painter, cell, text, view)
    else:
        _paint_cells(painter, cell, text, view)
    if view.scale >= LETTERS_FROM:
        _paint_letters(painter, cell, text, view)


def _paint_row(painter: QPainter, cell: QRectF, text: str, view: View) -> None:
    """Paint cells without gaps as one picture, a pixel a base, drawn out."""
    colours = np.full(256, QColor(view.palette.base_n).rgb(), np.uint32)
    for letter in "ACGT":
        colours[ord(letter)] = QColor(view.palette.base(letter)).rgb()
    row = colours[np.frombuffer(text.encode("ascii"), np.uint8)]
    size = len(text)
    image = QImage(row.tobytes(), size, 1, 4 * size, QImage.Format.Format_RGB32)
    place = QRectF(0, cell.top(), size * view.scale, cell.height())
    painter.drawImage(place, image)


def _paint_cells(painter: QPainter, cell: QRectF, text: str, view: View) -> None:
    """Paint cells as boxes, with gaps where they are wide."""
    width = view.scale - (1.0 if view.scale >= _GAP_FROM else 0.0)
    codes = np.frombuffer(text.encode("ascii"), np.uint8)
    painter.setPen(Qt.PenStyle.NoPen)
    for code in np.unique(codes).tolist():
        painter.setBrush(QColor(view.palette.base(chr(code))))
        places = (np.flatnonzero(codes == code) * view.scale).tolist()
        boxes = [QRectF(x, cell.top(), width, cell.height()) for x in places]
        painter.drawRects(boxes)


def _paint_letters(painter: QPainter, cell: QRectF, text: str, view: View) -> None:
    font = small(painter.font(), min(1.0, 0.55 + view.scale / 40))
    font.setWeight(QFont.Weight.DemiBold)
    # Large text must not run into the cell beside it.
    spare = 0.86 * view.scale / QFontMetricsF(font).horizontalAdvance("G")
    if spare < 1:
        font.setPointSizeF(font.pointSizeF() * spare)
    painter.setFont(font)
    painter.setPen(QColor(view.palette.base_text))
    metrics = QFontMetricsF(font)
    rise = (metrics.ascent() - metrics.descent()) / 2
    codes = np.frombuffer(text.encode("ascii"), np.uint8)
    gap = 1.0 if view.scale >= _GAP_FROM else 0.0
    x = (np.arange(len(codes)) + 0.5) * view.scale - gap / 2
    line = np.full(len(codes), float(round(cell.center().y() + rise)))
    lay_out(font, codes, x, line).draw(painter, cell.left() - 8, cell.right() + 8)
