"""The few signs on the browser's buttons, drawn so that they follow the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

if TYPE_CHECKING:
    from gfm_desktop.ui.palette import Palette

Glyph = Literal["back", "forward", "zoom-in", "zoom-out", "whole", "menu"]

_SIZE = 20
_LINES: dict[Glyph, list[list[tuple[float, float]]]] = {
    "back": [[(12.5, 4.5), (7, 10), (12.5, 15.5)]],
    "forward": [[(7.5, 4.5), (13, 10), (7.5, 15.5)]],
    "zoom-in": [[(10, 4.5), (10, 15.5)], [(4.5, 10), (15.5, 10)]],
    "zoom-out": [[(4.5, 10), (15.5, 10)]],
    "whole": [
        [(3, 4.5), (3, 15.5)],
        [(17, 4.5), (17, 15.5)],
        [(6, 10), (14, 10)],
        [(8.5, 7.5), (6, 10), (8.5, 12.5)],
        [(11.5, 7.5), (14, 10), (11.5, 12.5)],
    ],
    "menu": [],
}


def icon(glyph: Glyph, palette: Palette) -> QIcon:
    """Return a sign in the text colour, and in the quiet one for disabled buttons."""
    result = QIcon()
    for ratio in (1, 2):
        result.addPixmap(_pixmap(glyph, palette.text, ratio), QIcon.Mode.Normal)
        result.addPixmap(_pixmap(glyph, palette.faint, ratio), QIcon.Mode.Disabled)
    return result


def draw_menu_dots(painter: QPainter, rect: QRectF, palette: Palette) -> None:
    """Draw three dots, the handle of a lane's menu."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(palette.muted))
    for step in (-5.0, 0.0, 5.0):
        painter.drawEllipse(rect.center() + QPointF(step, 0), 1.6, 1.6)


def _pixmap(glyph: Glyph, color: str, ratio: int) -> QPixmap:
    pixmap = QPixmap(_SIZE * ratio, _SIZE * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(color), 1.7)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    for line in _LINES[glyph]:
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in line]))
    painter.end()
    return pixmap
