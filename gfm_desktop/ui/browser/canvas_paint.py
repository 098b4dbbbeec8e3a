"""How the canvas is painted: lanes pane by pane, their labels, and the selection."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.header_paint import paint_header
from gfm_desktop.ui.browser.lane_labels import paint_label
from gfm_desktop.ui.theme import color

if TYPE_CHECKING:
    from gfm_desktop.ui.browser.extract import Extract
    from gfm_desktop.ui.browser.lane_labels import LaneLabels
    from gfm_desktop.ui.browser.lane_pictures import LanePictures
    from gfm_desktop.ui.browser.lanes import Placed
    from gfm_desktop.ui.browser.panes import Pane
    from gfm_desktop.ui.browser.surface import Surface
    from gfm_desktop.ui.palette import Palette

_CENTRE = Qt.AlignmentFlag.AlignCenter


def paint_picture(
    painter: QPainter,
    canvas: Surface,
    pictures: LanePictures | None = None,
    labels: LaneLabels | None = None,
    *,
    extract: Extract | None = None,
) -> None:
    """Paint everything that does not follow the mouse.

    Args:
        painter: Where to paint, in the canvas' pixels.
        canvas: What to paint.
        pictures: Lanes painted before. Without them every lane paints itself, as
            lines and text where `painter` keeps such.
        labels: Labels painted before; the same holds for them.
        extract: What a picture file shows of it; None for what is on screen.
    """
    palette = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if not canvas.is_open:
        _paint_empty(painter, canvas, palette)
        return
    header, bottom = canvas.header, extract.height if extract else canvas.height()
    shown = extract.lanes if extract else canvas.visible()
    if labels is None:
        # Pictures of labels have no holes.
        gutter = QRectF(0, header, canvas.gutter, bottom - header)
        painter.fillRect(gutter, color(palette.background))
    painter.save()
    painter.setClipRect(QRectF(0, header, canvas.width(), bottom - header))
    below = header + canvas.content_height() - canvas.scroll_y
    below -= canvas.height() - bottom
    rest = QRectF(0, below, canvas.width(), max(0, bottom - below))
    painter.fillRect(rest, color(palette.background))
    line = color(palette.border)
    for placed in shown:
        _paint_lane(painter, canvas, placed, pictures, printed=extract is not None)
        if labels is not None:
            labels.draw(painter, placed)
        else:
            paint_label(painter, canvas, placed)
        # Rectangles: a line that is smoothed takes three times as long.
        y = canvas.top_of(placed) + placed.height
        painter.fillRect(QRectF(0, y, canvas.width(), 1), line)
    painter.restore()
    paint_header(painter, canvas, palette, printed=extract is not None)
    painter.fillRect(QRectF(canvas.gutter - 1, 0, 1, min(below, bottom)), line)
    if canvas.several:
        _paint_borders(painter, canvas, palette, bottom)
        if extract is None:
            _paint_frame(painter, canvas, palette, bottom)


def _paint_empty(painter: QPainter, canvas: Surface, palette: Palette) -> None:
    painter.fillRect(canvas.rect(), color(palette.surface))
    painter.setPen(color(palette.muted))
    text = "Open a genome (FASTA) to begin, or drop one here."
    painter.drawText(QRectF(canvas.rect()), int(_CENTRE), text)


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


def _paint_borders(
    painter: QPainter, canvas: Surface, palette: Palette, bottom: int
) -> None:
    """Paint what parts the panes."""
    for pane, after in pairwise(canvas.panes):
        gap = QRectF(pane.right, 0, after.left - pane.right, bottom)
        painter.fillRect(gap, color(palette.background))
        for x in (gap.left(), gap.right() - 1):
            line = QRectF(x, 0, 1, bottom)
            painter.fillRect(line, color(palette.border))


def _paint_frame(
    painter: QPainter, canvas: Surface, palette: Palette, bottom: int
) -> None:
    """Paint a frame around the active pane."""
    pane = canvas.pane
    painter.setPen(QPen(color(palette.accent), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    frame = QRectF(pane.left, 0, pane.width, bottom)
    painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5))


def _paint_lane(
    painter: QPainter,
    canvas: Surface,
    placed: Placed,
    pictures: LanePictures | None,
    *,
    printed: bool,
) -> None:
    top, track = canvas.top_of(placed), placed.lane.track
    for pane in canvas.panes:
        if pictures is not None:
            pictures.draw(painter, pane, placed, top)
            continue
        view, offset = canvas.views[pane.index]
        view = replace(view, printed=printed)
        box = QRectF(pane.left, top, pane.width, placed.height)
        painter.save()
        painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
        painter.fillRect(box, color(view.palette.surface))
        for paint in canvas.underlays:
            paint(painter, pane, box)
        painter.translate(pane.left - offset, top)
        rect = QRectF(offset, 0, pane.width, placed.height)
        moving = track.shifts(view)
        painter.save()
        track.paint(painter, rect, view)
        painter.restore()
        if moving:
            track.paint_pinned(painter, rect, view)
        painter.restore()
