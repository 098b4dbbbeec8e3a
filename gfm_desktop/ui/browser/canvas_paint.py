"""How the canvas is painted: lanes pane by pane, their labels, and the selection."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.header_paint import (
    LEFT,
    MARGIN,
    label_font,
    paint_header,
    write,
)
from gfm_desktop.ui.theme import color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.ui.browser.lanes import Placed
    from gfm_desktop.ui.browser.panes import Pane
    from gfm_desktop.ui.browser.surface import Surface
    from gfm_desktop.ui.browser.track import AxisMark
    from gfm_desktop.ui.palette import Palette

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


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
    header = canvas.header
    gutter = QRectF(0, 0, canvas.gutter, canvas.height())
    painter.fillRect(gutter, color(palette.background))
    painter.save()
    painter.setClipRect(QRectF(0, header, canvas.width(), canvas.height() - header))
    for pane in canvas.panes:
        _paint_selection(painter, canvas, pane, palette)
    for placed in canvas.placed():
        top = header + placed.top - canvas.scroll_y
        if top < canvas.height() and top + placed.height > header:
            _paint_lane(painter, canvas, placed, palette)
    below = header + canvas.content_height() - canvas.scroll_y
    rest = QRectF(0, below, canvas.width(), max(0, canvas.height() - below))
    painter.fillRect(rest, color(palette.background))
    painter.restore()
    paint_header(painter, canvas, palette)
    painter.setPen(QPen(color(palette.border), 1))
    x = canvas.gutter - 0.5
    painter.drawLine(QPointF(x, 0), QPointF(x, min(below, canvas.height())))
    _paint_borders(painter, canvas, palette)


def _paint_borders(painter: QPainter, canvas: Surface, palette: Palette) -> None:
    """Paint what parts the panes, and a frame around the active one."""
    for pane, after in pairwise(canvas.panes):
        gap = QRectF(pane.right, 0, after.left - pane.right, canvas.height())
        painter.fillRect(gap, color(palette.background))
        painter.setPen(QPen(color(palette.border), 1))
        for x in (gap.left() + 0.5, gap.right() - 0.5):
            painter.drawLine(QPointF(x, 0), QPointF(x, canvas.height()))
    if canvas.several:
        pane = canvas.pane
        painter.setPen(QPen(color(palette.accent), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        frame = QRectF(pane.left, 0, pane.width, canvas.height())
        painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5))


def _paint_lane(
    painter: QPainter, canvas: Surface, placed: Placed, palette: Palette
) -> None:
    top = canvas.header + placed.top - canvas.scroll_y
    for pane in canvas.panes:
        view, offset = pane.view()
        painter.save()
        painter.setClipRect(
            QRectF(pane.left, top, pane.width, placed.height),
            Qt.ClipOperation.IntersectClip,
        )
        painter.translate(pane.left - offset, top)
        rect = QRectF(offset, 0, pane.width, placed.height)
        placed.lane.track.paint(painter, rect, view)
        painter.restore()
    painter.save()
    painter.setClipRect(
        QRectF(0, top, canvas.gutter, placed.height), Qt.ClipOperation.IntersectClip
    )
    painter.translate(0, top)
    _paint_label(painter, canvas, placed, palette)
    painter.restore()
    painter.setPen(QPen(color(palette.border), 1))
    y = top + placed.height + 0.5
    painter.drawLine(QPointF(0, y), QPointF(canvas.width(), y))


def _paint_label(
    painter: QPainter, canvas: Surface, placed: Placed, palette: Palette
) -> None:
    """Write title, second line and axis of a lane."""
    subtitle, marks = _words_of(canvas, placed)
    title = label_font(canvas.font(), strong=True, factor=0.95)
    line = QFontMetricsF(title).height()
    # A short lane has its title in the middle; a tall one at the top.
    top = 5.0 if placed.height > 2.2 * line else (placed.height - line) / 2
    width = canvas.gutter - 2 * MARGIN
    painter.setFont(title)
    painter.setPen(color(palette.text))
    write(painter, QRectF(MARGIN, top, width, line), placed.lane.title, LEFT)
    painter.setFont(label_font(canvas.font()))
    if subtitle and placed.height > top + 2 * line:
        painter.setPen(color(palette.muted))
        write(painter, QRectF(MARGIN, top + line, width, line), subtitle, LEFT)
    for mark in marks:
        painter.setPen(color(palette.text if mark.strong else palette.muted))
        box = QRectF(MARGIN, mark.y - line / 2, width + 3, line)
        write(painter, box, mark.text, LEFT if mark.strong else _RIGHT)


def _words_of(canvas: Surface, placed: Placed) -> tuple[str, Sequence[AxisMark]]:
    """Return second line and axis: the active pane's, else those of any that has one.

    A lane has one scale in all panes, but a pane may be too wide to show anything.
    """
    track, active = placed.lane.track, canvas.pane.index
    subtitle = ""
    marks: Sequence[AxisMark] = ()
    for pane in sorted(canvas.panes, key=lambda pane: pane.index != active):
        view, offset = pane.view()
        subtitle = subtitle or track.subtitle(view)
        rect = QRectF(offset, 0, pane.width, placed.height)
        marks = marks or track.axis(rect, view)
    return subtitle, marks


def _paint_selection(
    painter: QPainter, canvas: Surface, pane: Pane, palette: Palette
) -> None:
    """Draw a soft column behind every lane at the selected variant."""
    row = canvas.sources.workspace.selection
    variant = None if row is None else row.variant
    if variant is None or variant.contig != pane.camera.contig:
        return
    interval = variant.interval
    left, right = pane.x_of(interval.start), pane.x_of(interval.end)
    if right < pane.left or left > pane.right:
        return
    middle, width = (left + right) / 2, max(3.0, right - left)
    left = max(pane.left, middle - width / 2)
    right = min(middle + width / 2, pane.right)
    box = QRectF(left, canvas.header, right - left, canvas.height())
    painter.fillRect(box, color(palette.accent, 0.16))
