"""What stands above the lanes: titles of panes, rulers, and the corner beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPen

from gfm_desktop.ui.browser.scale import span_label
from gfm_desktop.ui.browser.still_text import still_text
from gfm_desktop.ui.theme import color

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.panes import Pane
    from gfm_desktop.ui.browser.surface import Surface
    from gfm_desktop.ui.palette import Palette

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
MARGIN = 10.0
_CROSS = 3.5


def label_font(font: QFont, *, strong: bool = False, factor: float = 0.88) -> QFont:
    """Return the font of labels in the gutter."""
    result = QFont(font)
    result.setPointSizeF(max(6.5, font.pointSizeF() * factor))
    if strong:
        result.setWeight(QFont.Weight.DemiBold)
    return result


def write(
    painter: QPainter,
    box: QRectF,
    text: str,
    where: Qt.AlignmentFlag,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """Write a line of text, shortened where it has no room."""
    line = still_text(painter)
    spare = box.width() - line.width(text)
    if spare >= 0:
        aside = spare if where & Qt.AlignmentFlag.AlignRight else 0.0
        top = box.center().y() - painter.fontMetrics().height() / 2
        line.write(painter, box.left() + aside, top, text)
        return
    shown = painter.fontMetrics().elidedText(text, elide, int(box.width()))
    painter.drawText(box, int(where), shown)


def paint_header(
    painter: QPainter, canvas: Surface, palette: Palette, *, printed: bool = False
) -> None:
    """Paint the corner, and title and ruler of each pane.

    Args:
        painter: Where to paint, in the canvas' pixels.
        canvas: What to paint.
        palette: Colours of the theme.
        printed: Whether it is for a picture file, in which no pane can be closed and
            none is the active one.
    """
    header = canvas.header
    painter.fillRect(QRectF(0, 0, canvas.width(), header), color(palette.raised))
    _paint_corner(painter, canvas, palette)
    for pane in canvas.panes:
        view, offset = canvas.views[pane.index]
        tall = header - canvas.strip
        painter.save()
        painter.setClipRect(QRectF(pane.left, canvas.strip, pane.width, tall))
        painter.translate(pane.left - offset, canvas.strip)
        painter.setFont(canvas.font())
        canvas.ruler.paint(painter, QRectF(offset, 0, pane.width, tall), view)
        painter.restore()
        if canvas.several:
            _paint_title(painter, canvas, pane, palette, printed=printed)
    painter.fillRect(QRectF(0, header - 1, canvas.width(), 1), color(palette.border))


def _paint_corner(painter: QPainter, canvas: Surface, palette: Palette) -> None:
    """Name the contig and the length on screen, or count the loci."""
    view, _ = canvas.view()
    painter.setFont(label_font(canvas.font(), strong=True, factor=0.95))
    painter.setPen(color(palette.text))
    line = painter.fontMetrics().height()
    width = canvas.gutter - 2 * MARGIN
    several = canvas.several
    title = f"{len(canvas.panes)} loci" if several else view.interval.contig
    write(painter, QRectF(MARGIN, 5, width, line), title, LEFT)
    if several:
        return
    painter.setFont(label_font(canvas.font()))
    painter.setPen(color(palette.muted))
    box = QRectF(MARGIN, canvas.header - line - 6, width, line)
    write(painter, box, canvas.ruler.subtitle(view), LEFT)


def _paint_title(
    painter: QPainter, canvas: Surface, pane: Pane, palette: Palette, *, printed: bool
) -> None:
    """Paint where a pane is, its cross, and a bar above the active one."""
    active = pane.index == canvas.pane.index and not printed
    strip = QRectF(pane.left, 0, pane.width, canvas.strip)
    if active:
        painter.fillRect(strip, color(palette.accent, 0.14))
        bar = QRectF(pane.left, 0, pane.width, 3)
        painter.fillRect(bar, color(palette.accent))
    cross = canvas.cross_of(pane)
    painter.setFont(label_font(canvas.font(), strong=active))
    painter.setPen(color(palette.text if active or printed else palette.muted))
    box = strip.adjusted(8, 2, -cross.width(), 0)
    interval = pane.camera.interval
    long, length = str(interval), span_label(len(interval))
    metrics = painter.fontMetrics()
    if metrics.horizontalAdvance(f"{long}   {length}") < box.width():
        long = f"{long}   {length}"
    write(painter, box, long, LEFT)
    if not printed:
        _paint_cross(painter, cross, palette)


def _paint_cross(painter: QPainter, cross: QRectF, palette: Palette) -> None:
    middle, r = cross.center() + QPointF(0, 1), _CROSS
    x, y = middle.x(), middle.y()
    painter.setPen(QPen(color(palette.muted), 1.6))
    painter.drawLine(QLineF(x - r, y - r, x + r, y + r))
    painter.drawLine(QLineF(x - r, y + r, x + r, y - r))
