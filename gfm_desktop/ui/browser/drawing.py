"""Small things that several tracks draw alike."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QPainter,
    QPen,
    QPixmap,
)

from gfm_desktop.ui.browser.still_text import VECTOR, still_text

if TYPE_CHECKING:
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette

_TILE = 128
"""Pixels of a tile: a multiple of the pattern's 8."""


def faded(colour: str | QColor, alpha: float) -> QColor:
    """Return a colour with an opacity from 0 to 1."""
    result = QColor(colour)
    result.setAlphaF(alpha)
    return result


def small(font: QFont, factor: float = 0.86) -> QFont:
    """Return a smaller cut of a font; never below 6 points."""
    result = QFont(font)
    size = font.pointSizeF()
    if size > 0:
        result.setPointSizeF(max(6.0, size * factor))
    return result


def hairline(colour: str | QColor, width: float = 1.0) -> QPen:
    """Return a pen of `width` pixels whatever the painter's scale."""
    pen = QPen(QColor(colour), width)
    pen.setCosmetic(True)
    return pen


def hatch(painter: QPainter, area: QRectF, tint: QColor) -> None:
    """Hatch an area.

    On the screen with a tile: Qt's own pattern takes five times as long, which a lane
    that waits for its prediction would cost at each step of a drag.
    """
    if painter.paintEngine().type() in VECTOR:
        painter.fillRect(area, QBrush(tint, Qt.BrushStyle.BDiagPattern))
    else:
        painter.drawTiledPixmap(area, _hatched(tint.rgba()))


@cache
def _hatched(rgba: int) -> QPixmap:
    tile = QPixmap(_TILE, _TILE)
    tile.fill(Qt.GlobalColor.transparent)
    brush = QBrush(QColor.fromRgba(rgba), Qt.BrushStyle.BDiagPattern)
    with QPainter(tile) as painter:
        painter.fillRect(tile.rect(), brush)
    return tile


def hint(painter: QPainter, rect: QRectF, text: str, view: View) -> None:
    """Write a quiet sentence in the middle of a lane; not into picture files."""
    if view.printed:
        return
    painter.save()
    painter.setPen(QColor(view.palette.muted))
    painter.setFont(small(painter.font(), 0.92))
    line = still_text(painter)
    left = rect.center().x() - line.width(text) / 2
    top = rect.center().y() - painter.fontMetrics().height() / 2
    line.write(painter, left, top, text)
    painter.restore()


def chip(
    painter: QPainter,
    corner: QPointF,
    parts: list[tuple[str, QColor | None]],
    palette: Palette,
) -> QRectF:
    """Write a legend on a plate: texts, each after a swatch where it has a colour.

    Args:
        painter: Where to paint; its font is used.
        corner: Top right corner of the plate.
        parts: (text, colour of its swatch or None).
        palette: Colours of the theme.

    Returns:
        The plate.
    """
    line, metrics = still_text(painter), painter.fontMetrics()
    swatch, gap = metrics.ascent() * 0.75, line.width("n")
    plate = chip_rect(painter, parts)
    plate.moveTopRight(corner)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(palette.surface, 0.88))
    painter.drawRoundedRect(plate, 4, 4)
    x = plate.left() + gap * 0.8
    for text, colour in parts:
        if colour is not None:
            box = QRectF(x, plate.center().y() - swatch / 2, swatch, swatch)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(box, 2, 2)
            x += swatch + gap * 0.5
        painter.setPen(QColor(palette.muted))
        line.write(painter, x, plate.top() + 2, text)
        x += line.width(text) + gap * 1.2
    painter.restore()
    return plate


def chip_rect(painter: QPainter, parts: list[tuple[str, QColor | None]]) -> QRectF:
    """Return the plate that `chip` will need, with its corner at the origin."""
    line, metrics = still_text(painter), painter.fontMetrics()
    swatch, gap = metrics.ascent() * 0.75, line.width("n")
    width = gap
    for text, colour in parts:
        width += line.width(text) + gap * 1.2
        width += swatch + gap * 0.5 if colour is not None else 0
    return QRectF(0, 0, width, metrics.height() + 4)
