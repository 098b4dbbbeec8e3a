"""Painting effects of substitutions: cells, the bar of colours, extremes of pixels."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPen

from gfm_desktop.ui.browser.drawing import faded, hairline, hatch
from gfm_desktop.ui.browser.heatmap_geometry import (
    BLANK,
    OWN,
    SHADES,
    WAITING,
    shade_of,
)
from gfm_desktop.ui.browser.reduction import runs
from gfm_desktop.ui.browser.scale import MINUS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.ui.browser.heatmap_geometry import Effects, Panes, Pixels
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette

_GAPS_FROM = 9.0
"""Pixels per bp from which a line parts the cells."""
_ROUND_FROM = 3.0
"""Pixels from which a dot is worth being round."""
_BAR = 70.0
_LEFT_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@lru_cache(maxsize=8)
def colours(palette: Palette) -> NDArray[np.uint32]:
    """Return the colour of each shade as 0xAARRGGBB: losses, zero, gains, and three.

    The ends are the palette's blue and orange, which every eye tells apart; zero is a
    quiet grey, so that it is not taken for nothing. Then the shades `WAITING`, `BLANK`
    and `OWN`.
    """
    ground, loss = QColor(palette.grid), QColor(palette.loss)
    gain = QColor(palette.gain)
    down = [_between(loss, ground, i / SHADES) for i in range(SHADES)]
    up = [_between(ground, gain, i / SHADES) for i in range(SHADES + 1)]
    blank = QColor(palette.surface)
    # Blue or orange, however pale, would be taken for a small effect.
    waiting = _between(blank, ground, 0.5)
    found = [*down, *up, waiting, blank, _between(ground, QColor(palette.faint), 0.45)]
    return np.array([one.rgba() for one in found], np.uint32)


def image_of(numbers: NDArray[np.int16], palette: Palette) -> QImage:
    """Return a picture of one pixel a cell.

    Args:
        numbers: Shades of shape (rows, columns).
        palette: Colours.
    """
    return _image(colours(palette)[numbers], QImage.Format.Format_RGB32)


def _image(pixels: NDArray[np.uint32], kind: QImage.Format) -> QImage:
    """Return an image of 0xAARRGGBB pixels of shape (rows, columns)."""
    pixels = np.ascontiguousarray(pixels)
    rows, columns = pixels.shape
    # The array dies with this call.
    return QImage(pixels.data, columns, rows, 4 * columns, kind).copy()


def paint_cells(
    painter: QPainter, shown: Panes, view: View, effects: Effects, image: QImage
) -> None:
    """Paint a cell for each substitution, and a dot on the genome's own bases.

    Args:
        painter: Where to paint.
        shown: Where the rows are.
        view: What is on screen; the image has a column for each of its bases.
        effects: What is shown.
        image: One pixel a cell.
    """
    box = QRectF(0, shown.top, view.width, shown.bottom - shown.top)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawImage(box, image, QRectF(image.rect()))
    waits = np.zeros(len(view.interval), np.bool_)
    waits[effects.places - view.interval.start] = ~effects.known
    _hatch(painter, box, waits, view.scale, view.palette)
    if view.scale >= _GAPS_FROM:
        painter.setPen(hairline(view.palette.surface))
        edges = (np.arange(1, len(view.interval)) * view.scale).tolist()
        lines = [QLineF(x, box.top(), x, box.bottom()) for x in edges]
        for row in (1, 2, 3):
            y = shown.top + row * shown.row
            lines.append(QLineF(0, y, view.width, y))
        painter.drawLines(lines)
    _paint_dots(painter, shown, view, effects)
    painter.restore()


def paint_extremes(painter: QPainter, shown: Panes, view: View, found: Pixels) -> None:
    """Paint for each pixel a whisker from its lowest to its highest effect.

    As a picture: thousands of lines would take ten times as long.
    """
    logo, width = shown.logo, math.ceil(view.width) + 1
    height = max(1, math.ceil(logo.bottom - logo.top))
    # Values at the middles of the rows, from the top.
    values = logo.high - (np.arange(height) + 0.5) * (logo.high - logo.low) / height
    low, high = np.zeros(width, np.float32), np.zeros(width, np.float32)
    low[found.x], high[found.x] = np.nan_to_num(found.low), np.nan_to_num(found.high)
    rows = values[:, None]
    picture = np.zeros((height, width), np.uint32)
    picture[(rows > 0) & (rows <= high)] = QColor(view.palette.gain).rgba()
    picture[(rows < 0) & (rows >= low)] = QColor(view.palette.loss).rgba()
    image = _image(picture, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(QRectF(0, logo.top, width, logo.bottom - logo.top), image)


def paint_strip(
    painter: QPainter, shown: Panes, view: View, found: Pixels, limit: float
) -> None:
    """Paint the strongest effect of each pixel as a colour."""
    # A base may be wider than a pixel.
    wide = max(1, math.ceil(view.scale))
    numbers = np.full((1, math.ceil(view.width) + wide), BLANK, np.int16)
    shade = shade_of(found.strongest, limit)
    shade[found.waiting] = WAITING
    for more in range(wide - 1, -1, -1):
        numbers[0, found.x + more] = shade
    image = image_of(numbers, view.palette)
    box = QRectF(0, shown.top, numbers.shape[1], shown.bottom - shown.top)
    painter.drawImage(box, image, QRectF(image.rect()))
    _hatch(painter, box, numbers[0] == WAITING, 1.0, view.palette)


def _hatch(
    painter: QPainter,
    box: QRectF,
    waits: NDArray[np.bool_],
    width: float,
    palette: Palette,
) -> None:
    """Hatch the columns of a box whose numbers are on their way."""
    tint = faded(palette.muted, 0.3)
    for first, end in runs(waits):
        left, size = box.left() + first * width, (end - first) * width
        hatch(painter, QRectF(left, box.top(), size, box.height()), tint)


def paint_bar(
    painter: QPainter,
    corner: QPointF,
    limit: float,
    words: tuple[str, str],
    palette: Palette,
    *,
    own: bool,
) -> QRectF:
    """Paint the legend: how it was made, the colours with their ends, and the units.

    Args:
        painter: Where to paint; its font is used.
        corner: Top right corner.
        limit: Effect with the strongest colour.
        words: What stands in front of the bar, and the units behind it.
        palette: Colours.
        own: Whether the mark of the genome's own base is explained.

    Returns:
        The plate.
    """
    metrics = painter.fontMetrics()
    gap, height = float(metrics.horizontalAdvance("n")), metrics.height() + 4.0
    size = metrics.ascent() * 0.7
    parts: list[str | float] = [words[0], f"{MINUS}{limit:.2g}", _BAR]
    parts += [f"+{limit:.2g}", words[1]]
    parts += [size, "own base"] if own else []
    widths = [
        gap * 0.7 + (metrics.horizontalAdvance(p) if isinstance(p, str) else p)
        for p in parts
    ]
    width = sum(widths) + gap * 0.7
    plate = QRectF(corner.x() - width, corner.y(), width, height)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(palette.surface, 0.9))
    painter.drawRoundedRect(plate, 4, 4)
    x = plate.left() + gap * 0.7
    for part, room in zip(parts, widths, strict=True):
        if isinstance(part, str):
            painter.setPen(QColor(palette.muted))
            box = QRectF(x, plate.top(), room, height)
            painter.drawText(box, int(_LEFT_MIDDLE), part)
        else:
            box = QRectF(x, plate.center().y() - size / 2, part, size)
            paint = _paint_gradient if part == _BAR else _paint_own
            paint(painter, box, palette)
        x += room
    painter.restore()
    return plate


def _paint_gradient(painter: QPainter, box: QRectF, palette: Palette) -> None:
    gradient = QLinearGradient(box.topLeft(), box.topRight())
    for at, tint in ((0.0, palette.loss), (0.5, palette.grid), (1.0, palette.gain)):
        gradient.setColorAt(at, QColor(tint))
    painter.setPen(hairline(palette.border))
    painter.setBrush(gradient)
    painter.drawRect(box)


def _paint_own(painter: QPainter, box: QRectF, palette: Palette) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromRgba(int(colours(palette)[OWN])))
    painter.drawRect(box)
    painter.setBrush(QColor(palette.text))
    painter.drawEllipse(box.center(), box.height() * 0.2, box.height() * 0.2)


def _paint_dots(painter: QPainter, shown: Panes, view: View, effects: Effects) -> None:
    size = 2 * min(2.4, 0.16 * min(view.scale, shown.row) + 0.6)
    own = effects.own
    there = (own >= 0) & effects.known & ~effects.untold
    xs = (effects.places[there] - view.interval.start + 0.5) * view.scale
    ys = shown.top + (own[there] + 0.5) * shown.row
    pen = QPen(faded(view.palette.text, 0.75), size)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, size > _ROUND_FROM)
    painter.setPen(pen)
    painter.drawPoints(
        [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
    )


def _between(one: QColor, other: QColor, share: float) -> QColor:
    def mixed(a: int, b: int) -> int:
        return round(a + (b - a) * share)

    return QColor(
        mixed(one.red(), other.red()),
        mixed(one.green(), other.green()),
        mixed(one.blue(), other.blue()),
    )
