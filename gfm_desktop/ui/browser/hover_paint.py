"""What follows the mouse and the keyboard: painted over the lanes, never with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen

from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.glyphs import draw_menu_dots
from gfm_desktop.ui.browser.header_paint import label_font
from gfm_desktop.ui.browser.panes import Zone
from gfm_desktop.ui.theme import color

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF

    from gfm_desktop.ui.browser.lanes import Placed
    from gfm_desktop.ui.browser.panes import Pane
    from gfm_desktop.ui.browser.surface import Surface
    from gfm_desktop.ui.palette import Palette

_CENTRE = Qt.AlignmentFlag.AlignCenter


def paint_hover(painter: QPainter, canvas: Surface) -> None:
    """Paint crosshair, rubber band, menu handle and focus ring."""
    palette = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if canvas.is_open:
        if canvas.dragged:
            _paint_dragged(painter, canvas, palette)
        elif canvas.band is not None:
            _paint_band(painter, canvas, canvas.band, palette)
        elif canvas.hover is not None:
            _paint_crosshair(painter, canvas, canvas.hover, palette)
    if canvas.hasFocus():
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(palette.accent), 2))
        painter.drawRect(QRectF(canvas.rect()).adjusted(1, 1, -1, -1))


def menu_handle(canvas: Surface, placed: Placed) -> QRectF:
    """Return where a lane's menu handle is, in pixels of the canvas."""
    top = canvas.header + placed.top - canvas.scroll_y
    return QRectF(canvas.gutter - 30, top + 3, 24, 18)


def _paint_dragged(painter: QPainter, canvas: Surface, palette: Palette) -> None:
    """Mark the lane in the hand: its place is where it would stay."""
    for placed in canvas.visible():
        if placed.lane.track.key != canvas.dragged:
            continue
        top = max(canvas.top_of(placed), canvas.header)
        bottom = canvas.top_of(placed) + placed.height
        box = QRectF(0, top, canvas.width(), bottom - top).adjusted(1, 1, -1, -1)
        label = QRectF(0, top, canvas.gutter, bottom - top)
        painter.fillRect(label, color(palette.accent, 0.16))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(palette.accent), 2))
        painter.drawRect(box)


def _paint_crosshair(
    painter: QPainter, canvas: Surface, point: QPointF, palette: Palette
) -> None:
    placed = canvas.lane_at(point)
    if placed is not None:
        handle = menu_handle(canvas, placed)
        painter.setPen(QPen(color(palette.border), 1))
        painter.setBrush(color(palette.surface))
        painter.drawRoundedRect(handle, 4, 4)
        draw_menu_dots(painter, handle, palette)
    pane = canvas.pane_at(point.x())
    if pane is None:
        return
    zone = canvas.zone_at(point)
    if zone is Zone.CLOSE:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(palette.muted, 0.25))
        cross = canvas.cross_of(pane).adjusted(4, 5, -4, -3)
        painter.drawRoundedRect(cross, 4, 4)
    if zone in (Zone.CLOSE, Zone.TITLE):
        return
    position = pane.position_at(point.x())
    x = round(pane.x_of(position + 0.5)) + 0.5
    if pane.scale < 1:
        x = round(point.x()) + 0.5
    # A brush of dots: a dotted line that is smoothed takes ten times as long.
    dots = QBrush(color(palette.muted), Qt.BrushStyle.Dense4Pattern)
    column = QRectF(x - 0.5, canvas.header, 1, canvas.height() - canvas.header)
    painter.fillRect(column, dots)
    _paint_flag(painter, canvas, pane, x, f"{position + 1:,}", palette)


def _paint_flag(
    painter: QPainter,
    canvas: Surface,
    pane: Pane,
    x: float,
    text: str,
    palette: Palette,
) -> None:
    """Write a position on the ruler, on its own plate, inside the pane."""
    painter.setFont(label_font(canvas.font()))
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 12, metrics.height() + 3
    left = min(max(pane.left + 2.0, x - width / 2), pane.right - width - 2.0)
    plate = QRectF(left, canvas.header - height - 2, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(palette.text))
    painter.drawRoundedRect(plate, 4, 4)
    painter.setPen(color(palette.surface))
    painter.drawText(plate, int(_CENTRE), text)


def _paint_band(
    painter: QPainter, canvas: Surface, band: tuple[float, float], palette: Palette
) -> None:
    """Show the region that a drag would take, and its length."""
    pane = canvas.pane
    region = pane.region_between(*band)
    left = max(pane.x_of(region.start), pane.left)
    right = min(pane.x_of(region.end), pane.right)
    box = QRectF(left, canvas.strip, right - left, canvas.height() - canvas.strip)
    painter.fillRect(box, color(palette.accent, 0.16))
    painter.setPen(QPen(color(palette.accent), 1))
    painter.drawLine(box.topLeft(), box.bottomLeft())
    painter.drawLine(box.topRight(), box.bottomRight())
    x, words = box.center().x(), f"{len(region):,} bp"
    _paint_flag(painter, canvas, pane, x, words, palette)
