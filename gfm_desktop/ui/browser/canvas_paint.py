"""How the canvas is painted: lanes, labels, the selection and the crosshair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.glyphs import draw_menu_dots
from gfm_desktop.ui.theme import color

if TYPE_CHECKING:
    from gfm_desktop.ui.browser.lanes import Placed
    from gfm_desktop.ui.browser.surface import Surface
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter
_MARGIN = 10.0


def paint_picture(painter: QPainter, canvas: Surface) -> None:
    """Paint everything that does not follow the mouse."""
    palette = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(canvas.rect(), color(palette.surface))
    if not canvas.is_open:
        painter.setPen(color(palette.muted))
        text = "Open a genome (FASTA) to begin, or drop one here."
        painter.drawText(QRectF(canvas.rect()), int(_CENTRE), text)
        return
    view, offset = canvas.view()
    header = canvas.ruler.height(view)
    gutter = QRectF(0, 0, canvas.gutter, canvas.height())
    painter.fillRect(gutter, color(palette.background))
    painter.save()
    painter.setClipRect(QRectF(0, header, canvas.width(), canvas.height() - header))
    _paint_selection(painter, canvas, header, palette)
    for placed in canvas.placed():
        top = header + placed.top - canvas.scroll_y
        if top < canvas.height() and top + placed.height > header:
            _paint_lane(painter, canvas, placed, view, offset)
    below = header + canvas.content_height() - canvas.scroll_y
    rest = QRectF(0, below, canvas.width(), max(0, canvas.height() - below))
    painter.fillRect(rest, color(palette.background))
    painter.restore()
    _paint_header(painter, canvas, view, offset)
    painter.setPen(QPen(color(palette.border), 1))
    x = canvas.gutter - 0.5
    painter.drawLine(QPointF(x, 0), QPointF(x, min(below, canvas.height())))


def paint_hover(painter: QPainter, canvas: Surface) -> None:
    """Paint crosshair, rubber band, menu handle and focus ring."""
    palette = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if canvas.is_open:
        if canvas.band is not None:
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


def label_font(font: QFont, *, strong: bool = False, factor: float = 0.88) -> QFont:
    """Return the font of labels in the gutter."""
    result = QFont(font)
    result.setPointSizeF(max(6.5, font.pointSizeF() * factor))
    if strong:
        result.setWeight(QFont.Weight.DemiBold)
    return result


def _paint_lane(
    painter: QPainter, canvas: Surface, placed: Placed, view: View, offset: float
) -> None:
    palette = view.palette
    top = canvas.header + placed.top - canvas.scroll_y
    rect = QRectF(offset, 0, canvas.plot_width, placed.height)
    painter.save()
    painter.setClipRect(
        QRectF(canvas.gutter, top, canvas.plot_width, placed.height),
        Qt.ClipOperation.IntersectClip,
    )
    painter.translate(canvas.gutter - offset, top)
    placed.lane.track.paint(painter, rect, view)
    painter.restore()
    painter.save()
    painter.setClipRect(
        QRectF(0, top, canvas.gutter, placed.height), Qt.ClipOperation.IntersectClip
    )
    painter.translate(0, top)
    _paint_label(painter, canvas, placed, view, rect)
    painter.restore()
    painter.setPen(QPen(color(palette.border), 1))
    y = top + placed.height + 0.5
    painter.drawLine(QPointF(0, y), QPointF(canvas.width(), y))


def _paint_label(
    painter: QPainter, canvas: Surface, placed: Placed, view: View, rect: QRectF
) -> None:
    """Write title, second line and axis of a lane."""
    palette, track = view.palette, placed.lane.track
    title = label_font(canvas.font(), strong=True, factor=0.95)
    line = QFontMetricsF(title).height()
    marks = track.axis(rect, view)
    # A short lane has its title in the middle; a tall one at the top.
    top = 5.0 if placed.height > 2.2 * line else (placed.height - line) / 2
    width = canvas.gutter - 2 * _MARGIN
    painter.setFont(title)
    painter.setPen(color(palette.text))
    _write(painter, QRectF(_MARGIN, top, width, line), placed.lane.title, _LEFT)
    painter.setFont(label_font(canvas.font()))
    subtitle = track.subtitle(view)
    if subtitle and placed.height > top + 2 * line:
        painter.setPen(color(palette.muted))
        box = QRectF(_MARGIN, top + line, width, line)
        _write(painter, box, subtitle, _LEFT)
    for mark in marks:
        painter.setPen(color(palette.text if mark.strong else palette.muted))
        box = QRectF(_MARGIN, mark.y - line / 2, width + 3, line)
        _write(painter, box, mark.text, _LEFT if mark.strong else _RIGHT)


def _write(painter: QPainter, box: QRectF, text: str, where: Qt.AlignmentFlag) -> None:
    shown = painter.fontMetrics().elidedText(
        text, Qt.TextElideMode.ElideRight, int(box.width())
    )
    painter.drawText(box, int(where), shown)


def _paint_header(
    painter: QPainter, canvas: Surface, view: View, offset: float
) -> None:
    palette, header = view.palette, canvas.header
    box = QRectF(0, 0, canvas.width(), header)
    painter.fillRect(box, color(palette.raised))
    painter.save()
    painter.setClipRect(QRectF(canvas.gutter, 0, canvas.plot_width, header))
    painter.translate(canvas.gutter - offset, 0)
    rect = QRectF(offset, 0, canvas.plot_width, header)
    canvas.ruler.paint(painter, rect, view)
    painter.restore()
    painter.setFont(label_font(canvas.font(), strong=True, factor=0.95))
    painter.setPen(color(palette.text))
    line = painter.fontMetrics().height()
    width = canvas.gutter - 2 * _MARGIN
    _write(painter, QRectF(_MARGIN, 5, width, line), view.interval.contig, _LEFT)
    painter.setFont(label_font(canvas.font()))
    painter.setPen(color(palette.muted))
    subtitle = canvas.ruler.subtitle(view)
    box = QRectF(_MARGIN, header - line - 6, width, line)
    _write(painter, box, subtitle, _LEFT)
    painter.setPen(QPen(color(palette.border), 1))
    y = header - 0.5
    painter.drawLine(QPointF(0, y), QPointF(canvas.width(), y))


def _paint_selection(
    painter: QPainter, canvas: Surface, header: int, palette: Palette
) -> None:
    """Draw a soft column behind every lane at the selected variant."""
    row = canvas.sources.workspace.selection
    variant = None if row is None else row.variant
    if variant is None or variant.contig != canvas.camera.contig:
        return
    interval = variant.interval
    left, right = canvas.x_of(interval.start), canvas.x_of(interval.end)
    if right < canvas.gutter or left > canvas.width():
        return
    middle = (left + right) / 2
    width = max(3.0, right - left)
    left = max(canvas.gutter, middle - width / 2)
    box = QRectF(left, header, min(middle + width / 2, canvas.width()) - left, 1e4)
    painter.fillRect(box, color(palette.accent, 0.16))


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
    if point.x() < canvas.gutter:
        return
    position = canvas.position_at(point.x())
    x = round(canvas.x_of(position + 0.5)) + 0.5
    if canvas.x_of(position + 1) - canvas.x_of(position) < 1:
        x = round(point.x()) + 0.5
    pen = QPen(color(palette.muted, 0.7), 1, Qt.PenStyle.DotLine)
    painter.setPen(pen)
    painter.drawLine(QPointF(x, canvas.header), QPointF(x, canvas.height()))
    _paint_flag(painter, canvas, x, f"{position + 1:,}", palette)


def _paint_flag(
    painter: QPainter, canvas: Surface, x: float, text: str, palette: Palette
) -> None:
    """Write a position on the ruler, on its own plate, inside the plot."""
    painter.setFont(label_font(canvas.font()))
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 12, metrics.height() + 3
    left = min(max(canvas.gutter + 2.0, x - width / 2), canvas.width() - width - 2.0)
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
    region = canvas.region_between(*band)
    left, right = canvas.x_of(region.start), canvas.x_of(region.end)
    left, right = max(left, canvas.gutter), min(right, canvas.width())
    box = QRectF(left, 0, right - left, canvas.height())
    painter.fillRect(box, color(palette.accent, 0.16))
    painter.setPen(QPen(color(palette.accent), 1))
    painter.drawLine(box.topLeft(), box.bottomLeft())
    painter.drawLine(box.topRight(), box.bottomRight())
    _paint_flag(painter, canvas, box.center().x(), f"{len(region):,} bp", palette)
