from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QBuffer, QPointF
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from gfm_desktop.ui.browser.still_text import still_text

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def painted(text: str, *, still: bool) -> QImage:
    image = QImage(160, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    with QPainter(image) as painter:
        painter.setFont(QFont(painter.font().family(), 10))
        if still:
            still_text(painter).write(painter, 5, 4, text)
        else:
            baseline = 4 + painter.fontMetrics().ascent()
            painter.drawText(QPointF(5, baseline), text)
    return image


def test_that_kept_text_is_where_plain_text_would_be(qtbot: QtBot) -> None:
    assert painted("20,113 kb", still=True) == painted("20,113 kb", still=False)


def test_that_a_width_is_that_of_its_font(qtbot: QtBot) -> None:
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        for size in (8, 16):
            painter.setFont(QFont(painter.font().family(), size))
            kept = still_text(painter)
            plain = painter.fontMetrics().horizontalAdvance("20,113,000")
            assert kept.width("20,113,000") == pytest.approx(plain, abs=1.5)
            assert kept is still_text(painter)


def test_that_an_svg_gets_letters_and_no_outlines(qtbot: QtBot) -> None:
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    with QPainter(generator) as painter:
        still_text(painter).write(painter, 5, 4, "20,113 kb")
    assert b"20,113 kb" in buffer.data().data()
