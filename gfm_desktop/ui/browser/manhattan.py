"""A view of very many variants: one point a variant, stronger where there are more.

The picture is put together from counts (`score_density`), not from variants: a million
cost what a thousand cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage

from gfm_desktop.ui.browser.drawing import faded
from gfm_desktop.ui.browser.score_density import LEVELS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.lollipops import Stand
    from gfm_desktop.ui.browser.score_density import Columns, ScoreDensity
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.variant_row import VariantMarks

BAR_HEIGHT = 26.0
"""Height of the bars under points."""
_DOT = 3.0
"""Least height and width of a point in pixels."""
_BAR = 4
"""Pixels of a bar's width."""
_ALPHAS = np.array([0, 185, 200, 210, 220, 230, 235, 240, 245, 250, 255], np.uint8)
"""Opacity of a point by how many variants lie there."""
_MANY = len(_ALPHAS) - 1


def legend(density: ScoreDensity) -> str:
    """Return what points and bars mean."""
    if not density.scored:
        return "bars: how many; none has a score"
    missing = density.scored < density.total
    return "each point is a variant" + ("; bars: not scored" if missing else "")


def bars_from(density: ScoreDensity, stand: Stand) -> float:
    """Return the pixel that the longest bar reaches: higher where there is no point."""
    if density.scored:
        return stand.ground - BAR_HEIGHT
    return stand.ceiling + 0.3 * (stand.ground - stand.ceiling)


def paint(
    painter: QPainter, rect: QRectF, view: View, density: ScoreDensity, stand: Stand
) -> None:
    """Paint a view: a point a score, and bars for what has none."""
    edges = edges_of(rect.left(), rect.right(), view.interval.start, view.scale)
    columns = density.columns(edges)
    spare = -len(columns.bare) % _BAR
    bare = np.pad(columns.bare, (0, spare)).reshape(-1, _BAR).sum(axis=1)
    box = QRectF(rect.left(), 0, len(bare) * _BAR, rect.height())
    tall = stand.ground - bars_from(density, stand)
    paint_bars(painter, box, bare, stand.ground, tall, view.palette)
    if density.scored:
        shown = points(columns, round(rect.height()), stand, view.palette)
        painter.drawImage(QPointF(rect.left(), 0), shown.image)


def nearest(
    marks: VariantMarks, view: View, stand: Stand, point: QPointF, reach: float
) -> tuple[int | None, int]:
    """Return the variant whose point is nearest, and how many there have no score.

    Args:
        marks: Variants of the view.
        view: What is on screen.
        stand: The lane's measures.
        point: Where the mouse is, in pixels of the lane.
        reach: Pixels within which a point is found.

    Returns:
        Index of the variant, None for none; variants without score as near as that.
    """
    around = view.interval.start + np.array([-reach, reach]) / view.scale
    around += point.x() / view.scale
    places = np.ceil(around).astype(np.int64)
    first, end = np.searchsorted(marks.start, places).tolist()
    shares = stand.scale.shares(marks.score[first:end])
    bare = np.isnan(shares)
    x = (marks.start[first:end] + 0.5 - view.interval.start) * view.scale
    y = stand.floor - shares * (stand.floor - stand.ceiling)
    away = np.where(bare, np.inf, np.hypot(x - point.x(), y - point.y()))
    found = int(np.argmin(away)) if len(away) else -1
    near = found >= 0 and away[found] <= reach
    return (first + found if near else None), int(bare.sum())


def edges_of(left: float, right: float, start: float, scale: float) -> NDArray[Any]:
    """Return the positions at the pixel columns between two pixels of a view.

    Args:
        left: First pixel, which is whole on the screen.
        right: Last pixel.
        start: 0-based position of the view's left edge.
        scale: Pixels per bp.
    """
    count = max(1, int(np.ceil(right - left)))
    return start + (left + np.arange(count + 1)) / scale


@dataclass(frozen=True, slots=True)
class Points:
    """A picture of points with a clear ground.

    Attributes:
        image: What is drawn.
        pixels: Its bytes, which Qt reads and does not own.
    """

    image: QImage
    pixels: NDArray[np.uint32]


def points(columns: Columns, height: int, stand: Stand, palette: Palette) -> Points:
    """Return the points of a view, a pixel column a column.

    Args:
        columns: Counts of each pixel column.
        height: Height of the lane in pixels.
        stand: The lane's measures.
        palette: Colours.
    """
    pixels = np.zeros((height, len(columns.bare)), np.uint32)
    scale, step = stand.scale, (stand.floor - stand.ceiling) / LEVELS
    # As high as a level in a tall lane: gaps would look like lines.
    half = max(_DOT, step) / 2
    up, down = _widened(columns.up), None
    filled = up.any(axis=1)
    if columns.down is not None:
        down = _widened(columns.down)
        filled |= down.any(axis=1)
    # From low to high: where two points meet, the higher one is on top.
    for level in np.flatnonzero(filled).tolist():
        score = scale.least + (level + 0.5) / LEVELS * (scale.most - scale.least)
        colours = _inks(scale.colour(palette, score))[up[level]]
        if down is not None:
            more = down[level] > up[level]
            inks = _inks(scale.colour(palette, -score))
            np.copyto(colours, inks[down[level]], where=more)
        y = stand.floor - (level + 0.5) * step
        rows = pixels[max(0, round(y - half)) : round(y + half)]
        np.copyto(rows, colours, where=colours != 0)
    kind = QImage.Format.Format_ARGB32_Premultiplied
    wide = pixels.shape[1]
    return Points(QImage(pixels.data, wide, height, wide * 4, kind), pixels)


def _widened(counts: NDArray[Any]) -> NDArray[np.uint8]:
    """Return (levels, n) counts up to `_MANY`, each also beside its column."""
    few: NDArray[np.uint8] = np.minimum(counts, _MANY).astype(np.uint8).T
    wide: NDArray[np.uint8] = few.copy()
    np.maximum(wide[:, 1:], few[:, :-1], out=wide[:, 1:])
    np.maximum(wide[:, :-1], few[:, 1:], out=wide[:, :-1])
    return wide


def paint_bars(
    painter: QPainter,
    rect: QRectF,
    counts: NDArray[np.integer[Any]],
    ground: float,
    tall: float,
    palette: Palette,
) -> None:
    """Paint how many variants without a score there are, from the ground up.

    Args:
        painter: Where to paint.
        rect: The part of the lane that the counts are of.
        counts: How many there are in equal parts of its width.
        ground: Where the bars stand.
        tall: Height of the longest.
        palette: Colours.
    """
    pixels = rect.width() / max(1, len(counts))
    # The square root keeps single variants visible beside clusters.
    heights = np.sqrt(counts / max(1, int(counts.max(initial=0)))) * tall
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(palette.ref, 0.4))
    bars = [
        QRectF(rect.left() + i * pixels, ground - high, max(1.0, pixels - 1), high)
        for i, high in enumerate(heights.tolist())
        if high
    ]
    painter.drawRects(bars)


@cache
def _inks(tint: str) -> NDArray[np.uint32]:
    """Return a colour by how many variants lie there, as Qt wants it."""
    colour = QColor(tint)
    alpha = _ALPHAS.astype(np.uint32)
    parts = (colour.red(), colour.green(), colour.blue())
    red, green, blue = (alpha * np.uint32(part) // np.uint32(255) for part in parts)
    result: NDArray[np.uint32] = (
        alpha << np.uint32(24) | red << np.uint32(16) | green << np.uint32(8) | blue
    )
    return result
