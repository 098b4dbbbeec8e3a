"""How the canvas is painted: lanes pane by pane, their labels, and the selection."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
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

    from gfm_desktop.ui.browser.lane_pictures import LanePictures
    from gfm_desktop.ui.browser.lanes import Placed
    from gfm_desktop.ui.browser.panes import Pane
    from gfm_desktop.ui.browser.surface import Surface
    from gfm_desktop.ui.browser.track import AxisMark
    from gfm_desktop.ui.palette import Palette

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


def paint_picture(
    painter: QPainter, canvas: Surface, pictures: LanePictures | None = None
) -> None:
    """Paint everything that does not follow the mouse.

    Args:
        painter: Where to paint, in the canvas' pixels.
        canvas: What to paint.
        pictures: Lanes painted before. Without them every lane paints itself, as
            lines and text where `painter` keeps such.
    """
    palette = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if not canvas.is_open:
        painter.fillRect(canvas.rect(), color(palette.surface))
        painter.setPen(color(palette.muted))
        text = "Open a genome (FASTA) to begin, or drop one here."
        painter.drawText(QRectF(canvas.rect()), int(_CENTRE), text)
        return
    header, bottom = canvas.header, canvas.height()
    gutter = QRectF(0, 0, canvas.gutter, bottom)
    painter.fillRect(gutter, color(palette.background))
    painter.save()
    painter.setClipRect(QRectF(0, header, canvas.width(), bottom - header))
    for placed in canvas.visible():
        _paint_lane(painter, canvas, placed, pictures)
        _paint_label(painter, canvas, placed, palette)
    below = header + canvas.content_height() - canvas.scroll_y
    rest = QRectF(0, below, canvas.width(), max(0, bottom - below))
    painter.fillRect(rest, color(palette.background))
    painter.setPen(QPen(color(palette.border), 1))
    ends = [canvas.top_of(p) + p.height + 0.5 for p in canvas.visible()]
    painter.drawLines([QLineF(0, y, canvas.width(), y) for y in ends])
    painter.restore()
    paint_header(painter, canvas, palette)
    painter.setPen(QPen(color(palette.border), 1))
    x = canvas.gutter - 0.5
    painter.drawLine(QPointF(x, 0), QPointF(x, min(below, bottom)))
    if canvas.several:
        _paint_borders(painter, canvas, palette)


def paint_selection(
    canvas: Surface, painter: QPainter, pane: Pane, box: QRectF
) -> None:
    """Paint a soft column at the selected variant, behind the lanes."""
    row = canvas.sources.workspace.selection
    variant = None if row is None else row.variant
    if variant is None or variant.contig != pane.camera.contig:
        return
    interval = variant.interval
    left, right = pane.x_of(interval.start), pane.x_of(interval.end)
    if right < pane.left or left > pane.right:
        return
    middle, width = (left + right) / 2, max(3.0, right - left)
    column = QRectF(middle - width / 2, box.top(), width, box.height())
    painter.fillRect(column.intersected(box), color(theme.current().accent, 0.16))


def _paint_borders(painter: QPainter, canvas: Surface, palette: Palette) -> None:
    """Paint what parts the panes, and a frame around the active one."""
    for pane, after in pairwise(canvas.panes):
        gap = QRectF(pane.right, 0, after.left - pane.right, canvas.height())
        painter.fillRect(gap, color(palette.background))
        painter.setPen(QPen(color(palette.border), 1))
        for x in (gap.left() + 0.5, gap.right() - 0.5):
            painter.drawLine(QPointF(x, 0), QPointF(x, canvas.height()))
    pane = canvas.pane
    painter.setPen(QPen(color(palette.accent), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    frame = QRectF(pane.left, 0, pane.width, canvas.height())
    painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5))


def _paint_lane(
    painter: QPainter, canvas: Surface, placed: Placed, pictures: LanePictures | None
) -> None:
    top, track = canvas.top_of(placed), placed.lane.track
    for pane in canvas.panes:
        if pictures is not None:
            pictures.draw(painter, pane, placed, top)
            continue
        view, offset = canvas.views[pane.index]
        box = QRectF(pane.left, top, pane.width, placed.height)
        painter.save()
        painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
        painter.fillRect(box, color(view.palette.surface))
        for paint in canvas.underlays:
            paint(painter, pane, box)
        painter.translate(pane.left - offset, top)
        rect = QRectF(offset, 0, pane.width, placed.height)
        painter.save()
        track.paint(painter, rect, view)
        painter.restore()
        if track.shifts(view):
            track.paint_pinned(painter, rect, view)
        painter.restore()


def _paint_label(
    painter: QPainter, canvas: Surface, placed: Placed, palette: Palette
) -> None:
    """Write title, second line and axis of a lane."""
    subtitle, marks = _words_of(canvas, placed)
    painter.save()
    painter.setClipRect(
        QRectF(0, canvas.top_of(placed), canvas.gutter, placed.height),
        Qt.ClipOperation.IntersectClip,
    )
    painter.translate(0, canvas.top_of(placed))
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
    painter.restore()


def _words_of(canvas: Surface, placed: Placed) -> tuple[str, Sequence[AxisMark]]:
    """Return second line and axis: the active pane's, else those of any that has one.

    A lane has one scale in all panes, but a pane may be too wide to show anything.
    """
    track, active = placed.lane.track, canvas.pane.index
    subtitle = ""
    marks: Sequence[AxisMark] = ()
    for pane in sorted(canvas.panes, key=lambda pane: pane.index != active):
        view, offset = canvas.views[pane.index]
        subtitle = subtitle or track.subtitle(view)
        rect = QRectF(offset, 0, pane.width, placed.height)
        marks = marks or track.axis(rect, view)
    return subtitle, marks
