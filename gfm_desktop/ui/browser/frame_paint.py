"""Painting reading frames: a row of codons each, with starts, stops and letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QGradient, QLinearGradient

from gfm_desktop.ui.browser.bodies import Batch
from gfm_desktop.ui.browser.drawing import faded
from gfm_desktop.ui.browser.letters import Letters, is_raster, lay_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QFont, QPainter

    from gfm_desktop.ui.browser.frames import Frames
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette

LETTERS_FROM = 8.0
"""Pixels per codon from which amino acids are written."""
_SHADES_FROM = 3.0
"""Pixels per codon from which neighbours differ in shade."""
_LEAST = 1.0


@dataclass(frozen=True, slots=True)
class FrameSheet:
    """Six frames of a stretch, ready to draw.

    Attributes:
        frames: What is drawn.
        tops: Top of each row, from +1 to −3.
        height: Of a row.
        stops: Boxes of stop codons, the whole row high.
        starts: Boxes of starts that are methionine, lower: the shape tells them apart.
        others: Boxes of other codons that can be starts, paler.
        letters: Amino acids on plain codons.
        marked: Letters on starts and stops.
    """

    frames: Frames
    tops: tuple[float, ...]
    height: float
    stops: Batch[QRectF]
    starts: Batch[QRectF]
    others: Batch[QRectF]
    letters: Letters
    marked: Letters


def make_frame_sheet(
    frames: Frames, tops: Sequence[float], height: float, scale: float, font: QFont
) -> FrameSheet:
    """Lay the codons of a stretch out.

    Args:
        frames: The codons.
        tops: Top of each row in pixels, from +1 to −3.
        height: Of a row in pixels.
        scale: Pixels per bp.
        font: What letters are drawn in.
    """
    found = [frames.codons(frame) for frame in range(6)]
    letters, starts = (np.concatenate([one[n] for one in found]) for n in (1, 2))
    positions = np.concatenate([one[0] for one in found])
    x = (positions - frames.stretch.start) * scale
    top = np.repeat(np.array(tops, np.float64), [len(one[0]) for one in found])
    stop, met = letters == ord("*"), starts & (letters == ord("M"))
    width = max(_LEAST, 3 * scale)
    low = max(3.0, height * 0.62)

    def boxes(chosen: NDArray[np.bool_], tall: float) -> Batch[QRectF]:
        order = np.flatnonzero(chosen)
        order = order[np.argsort(x[order], kind="stable")]
        left, upper = x[order], top[order] + height - tall
        sizes = (np.full(len(left), width), np.full(len(left), tall))
        return Batch.of(QRectF, (left, upper, *sizes), left, left + width)

    metrics = QFontMetricsF(font)
    # Large text needs wide codons.
    least = max(LETTERS_FROM, metrics.horizontalAdvance("W") + 1)
    written = np.full(len(letters), 3 * scale >= least)
    rise = (metrics.ascent() - metrics.descent()) / 2
    line, middle = top + height / 2 + rise, x + 1.5 * scale
    parts = [
        lay_out(font, letters[chosen], middle[chosen], line[chosen])
        for chosen in (written & ~stop & ~met, written & (stop | met))
    ]
    others = starts & ~met & ~stop
    tall = height if written.any() else low
    sheets = (boxes(stop, height), boxes(met, tall), boxes(others, tall))
    return FrameSheet(frames, tuple(tops), height, *sheets, *parts)


def paint_frames(
    painter: QPainter, rect: QRectF, sheet: FrameSheet, view: View, font: QFont
) -> None:
    """Paint the part of a sheet that is on screen.

    Args:
        painter: Where to paint.
        rect: The lane.
        sheet: Made for the view's scale.
        view: What is on screen.
        font: What letters were laid out in.
    """
    palette = view.palette
    shift = view.x(sheet.frames.stretch.start)
    left, right = rect.left() - shift, rect.right() - shift
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    for frame, top in enumerate(sheet.tops):
        row = QRectF(rect.left(), top, rect.width(), sheet.height - 1)
        _paint_shades(painter, row, sheet.frames.phase(frame), view)
    painter.translate(shift, 0)
    paints = (
        (sheet.others, faded(palette.good, 0.3)),
        (sheet.starts, QColor(palette.good)),
        (sheet.stops, QColor(palette.bad)),
    )
    for batch, colour in paints:
        painter.setBrush(colour)
        painter.drawRects(batch.part(left, right))
    painter.setFont(font)
    painter.setPen(QColor(palette.text))
    sheet.letters.draw(painter, left, right)
    painter.setPen(QColor(palette.surface))
    sheet.marked.draw(painter, left, right)
    painter.restore()


def _paint_shades(painter: QPainter, row: QRectF, phase: int, view: View) -> None:
    """Paint a row of codons in two shades in turn; one where codons are too narrow.

    They are in step with the contig: a codon keeps its shade in a pan.
    """
    # Mixed, not transparent: to blend a wide gradient costs twice as much.
    dark, light = (_mixed(view.palette, share) for share in (0.13, 0.06))
    start, period = view.interval.start, 6 * view.scale
    x = view.x(start - (start - phase) % 6)
    if 3 * view.scale < _SHADES_FROM or not is_raster(painter):
        painter.setBrush(light)
        painter.drawRect(row)
        if 3 * view.scale < _SHADES_FROM:
            return
        # A brush that repeats is not understood by all that read SVG.
        lefts = np.arange(x, row.right(), period).tolist()
        boxes = [QRectF(a, row.top(), period / 2, row.height()) for a in lefts]
        painter.setBrush(dark)
        painter.drawRects([row & box for box in boxes if box.right() > row.left()])
        return
    # One brush that repeats costs one call a row, whatever the number of codons.
    gradient = QLinearGradient(x, 0, x + period, 0)
    gradient.setSpread(QGradient.Spread.RepeatSpread)
    for place, colour in ((0.0, dark), (0.4999, dark), (0.5, light), (1.0, light)):
        gradient.setColorAt(place, colour)
    painter.setBrush(QBrush(gradient))
    painter.drawRect(row)


def _mixed(palette: Palette, share: float) -> QColor:
    """Return the canvas's colour with a little of the text's in it."""
    ground, ink = QColor(palette.surface), QColor(palette.text)
    pairs = (
        (ground.red(), ink.red()),
        (ground.green(), ink.green()),
        (ground.blue(), ink.blue()),
    )
    return QColor(*(round(a + (b - a) * share) for a, b in pairs))
