"""How read counts are painted: grey bars, coloured where reads differ, and marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPolygonF

from gfm_desktop.genome.alignment_index import WINDOW
from gfm_desktop.ui.browser.drawing import chip, faded, small
from gfm_desktop.ui.browser.reduction import runs
from gfm_desktop.ui.browser.signal_paint import device_ratio, is_vector, mixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.ui.browser.coverage_scene import CoverageScene
    from gfm_desktop.ui.browser.signal_scale import Axis
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette

_LEAST_HATCHED = 5.0
"""Pixels of a base."""
_LEAST_BAR = 1.5
"""Pixels of a column of the overview."""


def bar_colour(colour: str, palette: Palette) -> QColor:
    """Return the colour of bars: the lane's own, or the grey that IGV users know."""
    if colour:
        return QColor(colour)
    return mixed(QColor(palette.muted), QColor(palette.surface), 0.45)


def paint_coverage(
    painter: QPainter,
    rect: QRectF,
    view: View,
    scene: CoverageScene,
    axis: Axis,
    colour: str,
) -> None:
    """Paint the counts of a view.

    Args:
        painter: Where to paint.
        rect: The lane.
        view: What is on screen.
        scene: Counts around the view, at its scale.
        axis: The lane's scale; it begins at 0 or above.
        colour: ``#rrggbb`` of the bars; empty for the usual grey.
    """
    per_read = (axis.bottom - axis.top) / (axis.ends.high - axis.ends.low)
    ground = round(float(axis.y(0.0)))
    painter.save()
    painter.setClipRect(
        QRectF(rect.left(), 0, rect.width(), axis.bottom),
        Qt.ClipOperation.IntersectClip,
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    grey = bar_colour(colour, view.palette)
    if is_vector(painter):
        count = max(1, round(rect.width()))
        depth = scene.columns(view, rect.left(), count, 1.0)
        painter.setBrush(grey)
        tall = _tall(depth, axis, per_read)
        for outline in _outlines(rect.left(), ground, tall):
            painter.drawPolygon(outline)
    else:
        picture, y = _image(painter, rect, view, scene, axis, grey)
        painter.drawImage(QPointF(rect.left(), y), picture)
    shift = round((scene.edges[0] - view.interval.start) * view.scale)
    painter.translate(shift, ground)
    for letter, boxes in scene.stacks(view, per_read, axis.ends.high).items():
        hollow = letter == "-"
        base = QColor(view.palette.base(letter))
        painter.setBrush(_missing(view) if hollow else base)
        painter.drawRects(boxes)
    painter.restore()
    _paint_insertions(painter, view, scene, axis)
    for left, right in scene.gaps(view):
        box = QRectF(left, axis.top, right - left, axis.bottom - axis.top)
        painter.fillRect(box.intersected(rect), faded(view.palette.grid, 0.6))


def _tall(depth: NDArray[np.int64], axis: Axis, per_read: float) -> NDArray[np.float64]:
    """Return heights in pixels, whole ones: one read is seen where a pixel is many."""
    cut = np.clip(depth, 0, max(0.0, axis.ends.high))
    return np.where(depth > 0, np.maximum(1.0, np.rint(cut * per_read)), 0.0)


def _image(
    painter: QPainter,
    rect: QRectF,
    view: View,
    scene: CoverageScene,
    axis: Axis,
    grey: QColor,
) -> tuple[QImage, float]:
    """Return the grey bars as pixels, and the pixel of the lane that they begin at.

    That is quicker than 2,000 rectangles.
    """
    ratio = device_ratio(painter)
    count = max(1, round(rect.width() * ratio))
    depth = scene.columns(view, rect.left(), count, 1 / ratio)
    ground = round(float(axis.y(0.0))) * ratio
    per_read = (axis.bottom - axis.top) * ratio / (axis.ends.high - axis.ends.low)
    top = ground - _tall(depth, axis, per_read)
    first = max(0, int(min(top.min(), ground - 1)))
    rows = np.arange(first, max(first + 1, int(ground)))[:, None]
    ink = np.uint32(grey.rgba())
    pixels = np.where(rows >= top[None, :], ink, np.uint32(0))
    wide = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(pixels.data, count, len(rows), 4 * count, wide).copy()
    image.setDevicePixelRatio(ratio)
    return image, first / ratio


def _outlines(left: float, ground: float, tall: NDArray[np.float64]) -> list[QPolygonF]:
    """Return the bars of each pixel as outlines: in a file they have no seams."""
    found = []
    for first, end in runs(tall > 0):
        heights = tall[first:end]
        x = left + np.arange(first, end + 1)
        corners = [QPointF(x[0], ground)]
        for at in [0, *(np.flatnonzero(np.diff(heights)) + 1).tolist()]:
            corners.append(QPointF(x[at], corners[-1].y()))
            corners.append(QPointF(x[at], ground - heights[at]))
        corners.append(QPointF(x[-1], corners[-1].y()))
        corners.append(QPointF(x[-1], ground))
        found.append(QPolygonF(corners))
    return found


def overview_bars(
    view: View, density: NDArray[np.float32], height: float
) -> list[QRectF]:
    """Return bars of where the file has its bytes, in pixels of the view.

    The scale ends at what only one bar in 200 is above.

    Args:
        view: What is on screen.
        density: float32 (n,) bytes of reads in each `WINDOW` bp of the contig.
        height: Pixels of the lane.
    """
    start, end = view.interval.start, view.interval.end
    size = max(1, round(_LEAST_BAR / (WINDOW * view.scale)))
    # Whole groups of windows, so that a bar does not change at the edge.
    first = start // WINDOW // size * size
    part = density[first : -(-end // (WINDOW * size)) * size]
    if not len(part):
        return []
    sums = np.add.reduceat(part, np.arange(0, len(part), size))
    top = float(np.percentile(sums, 99.5)) or float(sums.max())
    tall = np.minimum(sums / (top or 1.0), 1.0) * (height - 14)
    left = ((np.arange(len(sums)) * size + first) * WINDOW - start) * view.scale
    width, ground = WINDOW * size * view.scale, height - 4
    return [
        QRectF(x, ground - high, width, high)
        for x, high in zip(left.tolist(), tall.tolist(), strict=True)
        if high > 0
    ]


def paint_overview(
    painter: QPainter, bars: list[QRectF], view: View, colour: str
) -> None:
    """Paint `overview_bars`, paler than a depth that was counted."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(bar_colour(colour, view.palette), 0.55))
    painter.drawRects(bars)
    painter.restore()


def paint_words(painter: QPainter, rect: QRectF, view: View, words: str) -> None:
    """Write a note on a plate in the upper right corner."""
    painter.save()
    painter.setFont(small(painter.font()))
    chip(painter, QPointF(rect.right() - 6, 2), [(words, None)], view.palette)
    painter.restore()


def _missing(view: View) -> QBrush:
    """Return what fills the place of reads that lack a base: a hatching."""
    ink = faded(view.palette.text, 0.8)
    if view.scale >= _LEAST_HATCHED:
        return QBrush(ink, Qt.BrushStyle.BDiagPattern)
    # Narrower than that a hatching is a row of dots.
    return QBrush(faded(ink, 0.45))


def _paint_insertions(
    painter: QPainter, view: View, scene: CoverageScene, axis: Axis
) -> None:
    """Mark where reads have more bases than the genome: an I, as in IGV."""
    first, last = np.searchsorted(
        scene.insertions, (view.interval.start - 1, view.interval.end)
    )
    if first == last:
        return
    places = (scene.insertions[first:last] + 1 - view.interval.start) * view.scale
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(view.palette.minus))
    y, boxes = round(axis.top) - 8, []
    for x in np.rint(places).astype(int).tolist():
        boxes += [
            QRect(x - 3, y, 6, 2),
            QRect(x - 1, y + 2, 2, 3),
            QRect(x - 3, y + 5, 6, 2),
        ]
    painter.drawRects(boxes)
    painter.restore()
