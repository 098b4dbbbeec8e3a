"""Single letters at many places, drawn in one call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QFontMetricsF, QGlyphRun, QPaintEngine, QRawFont

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QFont, QPainter

_CHUNK = 480.0
"""Pixels that one run of letters covers, so that few off screen are drawn."""


def is_raster(painter: QPainter) -> bool:
    """Tell whether pixels are painted, not the shapes of an SVG or PDF file."""
    return painter.paintEngine().type() == QPaintEngine.Type.Raster


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters laid out once, to be drawn in every frame of a drag.

    Attributes:
        codes: uint8 (n,), the letters as ASCII.
        x: Shape (n,), pixel of the middle of each, ascending.
        baseline: Shape (n,), pixel of the line that it stands on.
        runs: (left, right, run): what Qt draws in one call, and where.
    """

    codes: NDArray[np.uint8]
    x: NDArray[np.floating[Any]]
    baseline: NDArray[np.floating[Any]]
    runs: tuple[tuple[float, float, QGlyphRun], ...]

    def draw(self, painter: QPainter, left: float, right: float) -> None:
        """Draw the letters between two pixels, in the painter's pen.

        Args:
            painter: Its font must be the one that they were laid out in.
            left: First pixel that is of interest.
            right: Last pixel that is of interest.
        """
        if is_raster(painter):
            for first, last, run in self.runs:
                if last >= left and first <= right:
                    painter.drawGlyphRun(QPointF(0, 0), run)
            return
        # An SVG or PDF file wants texts: a run of glyphs has forgotten its letters.
        metrics = QFontMetricsF(painter.font())
        shown = np.flatnonzero((self.x >= left) & (self.x <= right)).tolist()
        for place in shown:
            letter = chr(self.codes[place])
            x = float(self.x[place]) - metrics.horizontalAdvance(letter) / 2
            painter.drawText(QPointF(x, float(self.baseline[place])), letter)


def lay_out(
    font: QFont,
    codes: NDArray[np.uint8],
    x: NDArray[np.floating[Any]],
    baseline: NDArray[np.floating[Any]],
) -> Letters:
    """Lay letters out.

    Args:
        font: What they will be drawn in.
        codes: uint8 (n,), ASCII.
        x: Shape (n,), pixel of the middle of each.
        baseline: Shape (n,), pixel of the line that it stands on.
    """
    order = np.argsort(x, kind="stable")
    codes, x, baseline = codes[order], x[order], baseline[order]
    if not len(codes):
        return Letters(codes, x, baseline, ())
    raw, glyphs, halves = _glyphs(font.toString())
    left = x - halves[codes]
    chunk = np.floor(x / _CHUNK)
    begins = np.flatnonzero(np.diff(chunk, prepend=np.nan) != 0)
    runs = []
    for first, last in zip(begins, [*begins[1:], len(codes)], strict=True):
        run = QGlyphRun()
        run.setRawFont(raw)
        run.setGlyphIndexes(glyphs[codes[first:last]].tolist())
        places = (left[first:last].tolist(), baseline[first:last].tolist())
        run.setPositions(list(map(QPointF, *places)))
        runs.append((float(x[first]) - 8, float(x[last - 1]) + 8, run))
    return Letters(codes, x, baseline, tuple(runs))


@lru_cache(maxsize=16)
def _glyphs(font: str) -> tuple[QRawFont, NDArray[np.int64], NDArray[np.floating[Any]]]:
    """Return a font, and glyph and half the width of each ASCII letter in it."""
    from PySide6.QtGui import QFont

    wanted = QFont()
    wanted.fromString(font)
    raw = QRawFont.fromFont(wanted)
    text = "".join(map(chr, range(32, 127)))
    glyphs, halves = np.zeros(256, np.int64), np.zeros(256)
    found = raw.glyphIndexesForString(text)
    glyphs[32:127] = found
    halves[32:127] = [point.x() / 2 for point in raw.advancesForGlyphIndexes(found)]
    return raw, glyphs, halves
