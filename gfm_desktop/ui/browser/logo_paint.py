"""Painting a logo: letters stretched to their height, or their colours alone."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QTransform

from gfm_desktop.ui.browser.drawing import faded, hairline
from gfm_desktop.ui.browser.logos import COLOURS_FROM, LETTERS_FROM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.ui.browser.logos import LogoPane, Stack
    from gfm_desktop.ui.browser.track import View

_LOWEST_LETTER = 1.2
"""Pixels below which a letter is not drawn."""
_LEAST_LETTER = 4.0
"""Pixels below which a letter is a bar of its colour: nobody could read it."""
_OUTLINED_FROM = 2.5
"""Pixels per bp from which bars have an outline; below, it would leave no colour."""
_DARK_YELLOW = "#c99700"
_STRIPE = 3.0


def paint_stack(painter: QPainter, pane: LogoPane, view: View, stack: Stack) -> None:
    """Paint the letters of a logo, each in its colour with a dark outline."""
    letters = view.scale >= LETTERS_FROM
    outlined = view.scale >= _OUTLINED_FROM
    outline = hairline(view.palette.base_text, min(0.8, view.scale / 12))
    edge = hairline(faded(view.palette.base_text, 0.6), 0.4)
    painter.save()
    family = painter.font().family()
    for number, letter in enumerate("ACGT"):
        painter.setBrush(QColor(_fill(letter, view, outlined=outlined)))
        for box in boxes(pane, view, stack, number):
            if letters and box.height() >= _LEAST_LETTER:
                painter.setPen(outline)
                painter.drawPath(_fitted(glyph(letter, family), box))
            else:
                painter.setPen(edge if outlined else Qt.PenStyle.NoPen)
                painter.drawRect(box)
    painter.restore()


def _fill(letter: str, view: View, *, outlined: bool) -> str:
    """Return a letter's colour; without an outline a yellow that white does not eat."""
    if letter == "G" and not outlined and not view.palette.is_dark:
        return _DARK_YELLOW
    return view.palette.base(letter)


def boxes(pane: LogoPane, view: View, stack: Stack, number: int) -> list[QRectF]:
    """Return where one letter of the four is drawn, in pixels of the lane."""
    if view.scale < COLOURS_FROM:
        return []
    found = []
    gap = min(1.0, view.scale * 0.08)
    for base, row in np.argwhere(stack.base == number).tolist():
        low, high = float(stack.low[base, row]), float(stack.high[base, row])
        top, foot = pane.y(high), pane.y(low)
        # Written so that NaN is left out.
        if foot - top >= _LOWEST_LETTER:
            left = base * view.scale + gap / 2
            found.append(QRectF(left, top, view.scale - gap, foot - top))
    return found


def paint_information(
    painter: QPainter, pane: LogoPane, view: View, bits: NDArray[np.float64]
) -> None:
    """Paint the height of the logo alone, where a pixel holds several bases."""
    pixel = (np.arange(len(bits)) * view.scale).astype(np.int64)
    first = np.flatnonzero(np.diff(pixel, prepend=-1))
    highest = np.fmax.reduceat(bits, first)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(view.palette.ref, 0.7))
    for x, value in zip(pixel[first].tolist(), highest.tolist(), strict=True):
        if value > 0:
            top = pane.y(value)
            painter.drawRect(QRectF(x, top, 1.0, pane.y(0.0) - top))


def paint_axis(painter: QPainter, rect: QRectF, pane: LogoPane, view: View) -> None:
    """Paint the line at zero and a quiet one where the axis ends."""
    palette = view.palette
    dashed = hairline(palette.grid)
    dashed.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(dashed)
    ends = [pane.top] + ([pane.bottom] if pane.low < 0 else [])
    painter.drawLines([QLineF(rect.left(), y, rect.right(), y) for y in ends])
    painter.setPen(hairline(palette.border))
    zero = pane.y(0.0)
    painter.drawLine(QLineF(rect.left(), zero, rect.right(), zero))


def paint_stripe(painter: QPainter, rect: QRectF, pane: LogoPane, colour: str) -> None:
    """Paint a stripe in the colour of the allele at the left edge of a pane."""
    box = QRectF(rect.left(), pane.top, _STRIPE, pane.bottom - pane.top)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRect(box)


@cache
def glyph(letter: str, family: str) -> QPainterPath:
    """Return a letter's outline, one pixel wide and high, its top left at the origin.

    Args:
        letter: The letter.
        family: Family of the font.
    """
    font = QFont(family)
    font.setPixelSize(100)
    font.setWeight(QFont.Weight.Black)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    path = QPainterPath()
    path.addText(0, 0, font, letter)
    # Fonts without outlines (offscreen tests, bitmap fonts) still get a block.
    if path.isEmpty():
        path.addRect(QRectF(0, 0, 1, 1))
    around = path.boundingRect()
    place = QTransform.fromTranslate(-around.left(), -around.top())
    size = QTransform.fromScale(1 / around.width(), 1 / around.height())
    return size.map(place.map(path))


def _fitted(path: QPainterPath, box: QRectF) -> QPainterPath:
    """Return an outline of one pixel stretched into a box."""
    stretch = QTransform(box.width(), 0, 0, box.height(), box.left(), box.top())
    return stretch.map(path)
