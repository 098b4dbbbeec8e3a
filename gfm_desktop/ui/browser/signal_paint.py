"""Painting the columns of a signal: as one image on the screen, as shapes in a file.

A filled polygon of 4,000 corners takes Qt 200 ms, and 2,000 rectangles 1 ms; an image
whose pixels numpy has set takes 0.2 ms. In SVG and PDF, where pixels would be coarse,
the same shapes are polygons.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPaintEngine, QPainter, QPolygonF

from gfm_desktop.ui.browser import signal_columns
from gfm_desktop.ui.browser.reduction import runs
from gfm_desktop.ui.browser.signal_pixels import shades, tones
from gfm_desktop.workspace.lane_book import WHISKERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.ui.browser.signal_columns import Band, Columns
    from gfm_desktop.ui.browser.signal_scale import Axis
    from gfm_desktop.ui.palette import Palette

_VECTOR = (
    QPaintEngine.Type.SVG,
    QPaintEngine.Type.Pdf,
    QPaintEngine.Type.Picture,
)
_INDEXED = QImage.Format.Format_Indexed8
_READY = QImage.Format.Format_ARGB32_Premultiplied


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of a signal.

    Attributes:
        colour: ``#rrggbb`` of the lane.
        palette: Colours of the theme.
    """

    colour: str
    palette: Palette

    def tone(self, tone: int) -> QColor:
        """Return the colour of a tone, one of the constants of `signal_columns`."""
        colour, palette = QColor(self.colour), self.palette
        match tone:
            case signal_columns.BEYOND:
                return QColor(palette.warning)
            case signal_columns.LIGHT:
                return mixed(colour, QColor(palette.surface), 0.58)
            case signal_columns.DARK:
                return mixed(colour, QColor(palette.text), 0.4)
            case _:
                return colour

    def shade(self, level: int, *, both_signs: bool) -> QColor:
        """Return the colour of a level of `signal_pixels.shades`, 1 to 255.

        Below 0 it is orange or blue, whichever is less like the lane's own.
        """
        colour, surface = QColor(self.colour), QColor(self.palette.surface)
        if not both_signs:
            return mixed(surface, colour, 0.06 + 0.94 * (level - 1) / 254)
        if level < 128:
            others = (QColor(self.palette.gain), QColor(self.palette.loss))
            below = max(others, key=lambda other: _distance(other, colour))
            return mixed(surface, below, 0.06 + 0.94 * (128 - level) / 127)
        return mixed(surface, colour, 0.06 + 0.94 * (level - 128) / 127)


def _distance(first: QColor, second: QColor) -> int:
    red, green = first.red() - second.red(), first.green() - second.green()
    return red**2 + green**2 + (first.blue() - second.blue()) ** 2


def mixed(first: QColor, second: QColor, share: float) -> QColor:
    """Return a colour between two; at a share of 0 the first, at 1 the second."""
    parts = [
        a + (b - a) * min(max(share, 0.0), 1.0)
        for a, b in (
            (first.redF(), second.redF()),
            (first.greenF(), second.greenF()),
            (first.blueF(), second.blueF()),
        )
    ]
    return QColor.fromRgbF(*parts)


@functools.lru_cache(64)
def _tone_table(ink: Ink) -> list[int]:
    tones = range(1, signal_columns.BEYOND + 1)
    return [0, *(ink.tone(tone).rgba() for tone in tones)]


@functools.lru_cache(64)
def _shade_table(ink: Ink, both_signs: bool) -> list[int]:
    shades = (ink.shade(level, both_signs=both_signs) for level in range(1, 256))
    return [0, *(shade.rgba() for shade in shades)]


def device_ratio(painter: QPainter) -> float:
    """Return pixels of the screen for a pixel of the lane: above 1 on fine screens."""
    return max(1.0, painter.deviceTransform().m11())


def is_vector(painter: QPainter) -> bool:
    """Tell whether shapes are kept as shapes: SVG, PDF and the like."""
    return painter.paintEngine().type() in _VECTOR


def image_of(
    shown: Columns, axis: Axis, style: str, summary: str, ink: Ink, height: float
) -> QImage:
    """Return the columns as pixels of the screen, clear where nothing is.

    Args:
        shown: One column a pixel of the screen.
        axis: The lane's scale, in pixels of the lane.
        style: One of `signal_columns.STYLES`.
        summary: One of `workspace.lane_book.SUMMARIES`.
        ink: Colours.
        height: Height of the lane in its own pixels.
    """
    ratio = 1.0 / shown.step
    rows = max(1, round(height * ratio))
    if style == "heat":
        levels = shades(shown.chosen(_one(summary)), axis)
        pixels = np.zeros((rows, len(levels)), np.uint8)
        top, bottom = (round(edge * ratio) for edge in (axis.top, axis.bottom))
        pixels[top:bottom] = levels
        table = _shade_table(ink, axis.ends.low < 0 < axis.ends.high)
    else:
        bands = signal_columns.bands(shown, axis, style, summary)
        pixels = tones(bands, rows, ratio)
        table = _tone_table(ink)
    # Indexed pixels are drawn slowly; converted they cost a third.
    image = QImage(pixels.data, pixels.shape[1], rows, pixels.shape[1], _INDEXED)
    image.setColorTable(table)
    ready = image.convertToFormat(_READY)
    ready.setDevicePixelRatio(ratio)
    return ready


def paint_shapes(
    painter: QPainter,
    shown: Columns,
    axis: Axis,
    style: str,
    summary: str,
    ink: Ink,
) -> None:
    """Paint the columns as polygons; the arguments are those of `image_of`."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    if style == "heat":
        _paint_cells(painter, shown, axis, summary, ink)
    else:
        for band in signal_columns.bands(shown, axis, style, summary):
            painter.setBrush(ink.tone(band.tone))
            for first, end in runs(~np.isnan(band.top)):
                painter.drawPolygon(_polygon(shown, band, first, end, axis))
    painter.restore()


def _paint_cells(
    painter: QPainter, shown: Columns, axis: Axis, summary: str, ink: Ink
) -> None:
    levels = shades(shown.chosen(_one(summary)), axis)
    both = axis.ends.low < 0 < axis.ends.high
    edges = [0, *(np.flatnonzero(np.diff(levels)) + 1).tolist(), len(levels)]
    for first, end in itertools.pairwise(edges):
        if levels[first]:
            painter.setBrush(ink.shade(int(levels[first]), both_signs=both))
            left, right = (shown.left + at * shown.step for at in (first, end))
            painter.drawRect(
                QRectF(left, axis.top, right - left, axis.bottom - axis.top)
            )


def _polygon(shown: Columns, band: Band, first: int, end: int, axis: Axis) -> QPolygonF:
    """Return the outline of a stretch of a band, in steps, within the scale."""
    least = axis.top - 1.0, axis.bottom + 1.0
    top, foot = (np.clip(edge[first:end], *least) for edge in (band.top, band.foot))
    edges = shown.left + np.arange(first, end + 1) * shown.step
    forth = _steps(edges, top)
    back = _steps(edges, foot)[::-1]
    return QPolygonF([QPointF(x, y) for x, y in np.concatenate([forth, back]).tolist()])


def _steps(
    edges: NDArray[np.floating[Any]], heights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (x, y) of a step curve; steps of equal height are one."""
    changed = np.flatnonzero(np.diff(heights)) + 1
    begins = np.concatenate([[0], changed])
    ends = np.concatenate([changed, [len(heights)]])
    x = np.column_stack([edges[begins], edges[ends]]).ravel()
    return np.column_stack([x, np.repeat(heights[begins], 2)])


def _one(summary: str) -> str:
    """Return the number that a heat map shows: of whiskers the mean."""
    return "mean" if summary == WHISKERS else summary
