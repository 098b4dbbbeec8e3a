"""Tests of what predicted lanes paint alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetrics, QImage, QPainter

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser import curves
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.theme import LIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QApplication

_WORDS = (
    "Zoom in below 20 bp to predict expected bases, "
    "or press Predict here (about 2 min)."
)


def gap(words: str, area: QRectF) -> NDArray[np.uint32]:
    image = QImage(600, 900, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    view = View(Interval("chr22", 0, 600), 600.0, LIGHT)
    with QPainter(image) as painter:
        curves.paint_gap(painter, area, words, view, bad=False)
    return np.frombuffer(image.constBits(), np.uint32).reshape(900, 600).copy()


def test_that_the_sentence_of_a_gap_is_seen_whole_and_near_its_top(
    qapp: QApplication,
) -> None:
    area = QRectF(100, 10, 200, 880)
    rows, columns = np.nonzero(gap(_WORDS, area) != gap("", area))
    assert rows.size
    # A lane may be taller than the window: the middle of its gap is out of sight.
    assert rows.max() < 200
    # Not cut off at either side.
    assert columns.min() >= area.left() + 4
    assert columns.max() <= area.right() - 4
    # In more than one line.
    assert np.ptp(rows) > 2 * QFontMetrics(qapp.font()).ascent()
