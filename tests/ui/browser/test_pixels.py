"""Pictures of the browser compared with kept ones, letters and all.

Text is written in a font that lies beside the pictures, so that every computer draws
the same. To keep new pictures, look at what changed and run this file once with
GFM_KEEP_PICTURES=1.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontDatabase, QImage, QPainter

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser import canvas_paint, hover_paint
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.variants import VariantsTrack
from gfm_desktop.ui.theme import DARK, LIGHT
from tests.ui.browser.hands import open_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.marks import ContigMarks
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

PICTURES = Path(__file__).parent / "pictures"
FAR = 40
"""Steps of 255 from which a pixel counts as another."""
MOST = 0.01
"""Part of the pixels that may be others: a letter's edge, never a lollipop."""


@pytest.fixture
def font(qtbot: QtBot) -> Iterator[QFont]:
    number = QFontDatabase.addApplicationFont(str(PICTURES / "GFMTestSans.ttf"))
    (family,) = QFontDatabase.applicationFontFamilies(number)
    font = QFont(family)
    font.setPointSizeF(9.5)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    yield font
    QFontDatabase.removeApplicationFont(number)


def pixels(image: QImage) -> NDArray[np.int16]:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    whole = np.frombuffer(image.constBits(), np.uint8)
    return whole.reshape(image.height(), -1, 4)[:, : image.width(), :3].astype(np.int16)


def compare(image: QImage, name: str) -> None:
    path = PICTURES / f"{name}.png"
    if os.environ.get("GFM_KEEP_PICTURES"):
        assert image.save(str(path))
    kept = QImage(str(path))
    assert kept.size() == image.size()
    away = np.abs(pixels(image) - pixels(kept)).max(axis=2) > FAR
    if away.mean() >= MOST:
        # Beside the test's other files, to be looked at.
        image.save(f"{name}-now.png")
    assert away.mean() < MOST, f"{away.mean():.1%} of the pixels are others"


def painted(track: VariantsTrack, font: QFont, view: View) -> QImage:
    height = track.height(view)
    image = QImage(round(view.width), height, QImage.Format.Format_RGB32)
    image.fill(QColor(view.palette.surface))
    rect = QRectF(0, 0, view.width, height)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        track.paint(painter, rect, view)
        painter.setFont(font)
        track.paint_pinned(painter, rect, view)
    return image


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_that_lollipops_look_as_before(
    variants: Workspace,
    marks: ContigMarks,
    font: QFont,
    palette: Palette,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert variants.table is not None
    variants.select(variants.table.row(1))
    view = View(Interval("chr1", 1900, 3700), 600.0, palette)
    image = painted(VariantsTrack(variants, marks), font, view)
    compare(image, f"lollipops-{palette.name}")


def test_that_panes_labels_and_crosshair_look_as_before(
    variants: Workspace,
    qtbot: QtBot,
    font: QFont,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    panel = open_browser(variants, qtbot, 700, 360)
    canvas = panel.canvas
    for lane in canvas.lanes:
        lane.book.change(lane.track.key, hidden=lane.track.key != "variants")
    canvas.setFont(font)
    canvas.setFixedSize(700, 260)
    loci = (Interval("chr1", 1900, 2300), Interval("chr1", 3300, 3700))
    variants.set_loci(loci, active=1)
    canvas.hover = QPointF(200, 180)
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        painter.setFont(font)
        canvas_paint.paint_picture(painter, canvas)
        hover_paint.paint_hover(painter, canvas)
    compare(image, "panes")


def test_that_a_difference_would_be_seen(
    variants: Workspace, marks: ContigMarks, font: QFont
) -> None:
    view = View(Interval("chr1", 1900, 3700), 600.0, LIGHT)
    image = painted(VariantsTrack(variants, marks), font, view)
    with QPainter(image) as painter:
        painter.fillRect(QRectF(100, 30, 40, 20), QColor("#b3193c"))
    kept = QImage(str(PICTURES / "lollipops-light.png"))
    away = np.abs(pixels(image) - pixels(kept)).max(axis=2) > FAR
    assert away.mean() >= MOST
