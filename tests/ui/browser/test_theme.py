from __future__ import annotations

import dataclasses
import gc
import math
import weakref
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from gfm_desktop.genome.status import Status
from gfm_desktop.ui import theme
from gfm_desktop.ui.palette import DARK, LIGHT, Palette
from gfm_desktop.ui.stylesheet import stylesheet
from gfm_desktop.ui.widgets.empty_state import EmptyState
from gfm_desktop.ui.widgets.texts import caption, heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QEvent
    from pytestqt.qtbot import QtBot

BASES: list[theme.BaseSet] = ["colour-blind", "igv", "deuter", "monochrome"]
PALETTES = [
    LIGHT,
    DARK,
    *(theme.palette_for("light", bases=name) for name in BASES[1:]),
]


def luminance(code: str) -> float:
    """Relative luminance of WCAG 2.1."""
    color = QColor(code)
    parts = (color.redF(), color.greenF(), color.blueF())
    linear = [
        p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    before, scale = theme.current(), round(theme.scale_of() * 100)
    yield qapp
    theme.apply(qapp, before, scale=scale)


@pytest.mark.parametrize("palette", PALETTES, ids=lambda p: p.name)
def test_that_text_can_be_read_on_every_ground(palette: Palette) -> None:
    grounds = (palette.surface, palette.background, palette.raised)
    for text in ("text", "muted", "accent", "good", "warning", "bad"):
        for ground in grounds:
            assert contrast(getattr(palette, text), ground) >= 4.5, (text, ground)
    assert contrast(palette.text, palette.selection) >= 4.5
    assert contrast(palette.muted, palette.selection) >= 4.5
    assert contrast(palette.on_accent, palette.accent) >= 4.5


@pytest.mark.parametrize("palette", PALETTES, ids=lambda p: p.name)
def test_that_letters_can_be_read_on_their_bases(palette: Palette) -> None:
    for letter in "ACGTN":
        assert contrast(palette.base_text, palette.base(letter)) >= 4.5, letter
    assert palette.base("R") == palette.base("N")


@pytest.mark.parametrize("palette", PALETTES, ids=lambda p: p.name)
def test_that_marks_stand_out_from_the_canvas(palette: Palette) -> None:
    marks = (palette.ref, palette.alt, palette.plus, palette.minus, *palette.levels)
    for code in marks:
        assert contrast(code, palette.surface) >= 2.9, code


def test_that_every_colour_is_one() -> None:
    for palette in PALETTES:
        for field in dataclasses.fields(palette):
            value = getattr(palette, field.name)
            codes = value if field.name == "levels" else (value,)
            if field.name != "name":
                assert all(QColor(code).isValid() for code in codes), field.name


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("bases", BASES)
def test_that_what_was_applied_is_what_painters_get(
    dressed: QApplication, mode: theme.Mode, bases: theme.BaseSet
) -> None:
    palette = theme.palette_for(mode, bases=bases)
    theme.apply(dressed, palette, scale=150)
    assert theme.current() == palette
    assert theme.base_set() == bases
    assert theme.scale_of() == 1.5
    window = dressed.palette().color(QPalette.ColorRole.Window)
    assert window == QColor(palette.background)


def test_that_text_scales_from_the_desktops_size_and_back(
    dressed: QApplication,
) -> None:
    theme.apply(dressed, LIGHT, scale=100)
    normal = dressed.font().pointSizeF()
    theme.apply(dressed, LIGHT, scale=200)
    assert dressed.font().pointSizeF() == pytest.approx(2 * normal)
    theme.apply(dressed, DARK, scale=100)
    assert dressed.font().pointSizeF() == pytest.approx(normal)


def test_that_headings_and_captions_scale_with_the_text(
    dressed: QApplication, qtbot: QtBot
) -> None:
    theme.apply(dressed, LIGHT, scale=100)
    empty = EmptyState("x")
    labels = (heading("A variant"), caption("A section"), empty.title)
    for widget in (*labels[:2], empty):
        qtbot.addWidget(widget)
    before = [label.font().pointSizeF() for label in labels]
    normal = dressed.font().pointSizeF()
    assert before == pytest.approx([1.25 * normal, 0.9 * normal, 1.15 * normal])
    theme.apply(dressed, LIGHT, scale=160)
    larger = [label.font().pointSizeF() for label in labels]
    assert larger == pytest.approx([1.6 * size for size in before])
    assert all(label.font().weight() == QFont.Weight.DemiBold for label in labels)


def test_that_the_system_mode_is_one_of_the_two(qapp: QApplication) -> None:
    assert theme.palette_for("system") in (LIGHT, DARK)


@pytest.mark.parametrize(
    ("score", "index"), [(0.0, 0), (0.19, 0), (0.2, 1), (0.5, 2), (0.8, 3), (-0.9, 3)]
)
def test_that_a_score_is_louder_with_each_cut_off(score: float, index: int) -> None:
    cuts = (0.2, 0.5, 0.8)
    assert theme.level_color(LIGHT, score, cuts) == LIGHT.levels[index]


@pytest.mark.parametrize("missing", [None, math.nan])
def test_that_a_missing_score_is_no_low_score(missing: float | None) -> None:
    found = theme.level_color(LIGHT, missing, (0.2,))
    assert found not in LIGHT.levels


def test_that_every_status_has_a_colour_and_failures_are_loud() -> None:
    for palette in PALETTES:
        for status in Status:
            assert QColor(theme.status_color(palette, status)).isValid()
        assert theme.status_color(palette, Status.REF_MISMATCH) == palette.bad
        assert theme.status_color(palette, Status.SCORED) == palette.good


def test_that_the_style_sheet_is_whole_and_grows_with_the_text(
    dressed: QApplication,
) -> None:
    small, large = stylesheet(LIGHT, 80), stylesheet(LIGHT, 200)
    assert small != large
    for text in (small, large, stylesheet(DARK)):
        assert text.count("{") == text.count("}")
        assert "{{" not in text
    theme.apply(dressed, DARK)
    assert dressed.styleSheet() == stylesheet(DARK, 100)


def test_that_the_fixed_font_follows_the_text_size(dressed: QApplication) -> None:
    theme.apply(dressed, LIGHT, scale=100)
    normal = theme.fixed_font().pointSizeF()
    theme.apply(dressed, LIGHT, scale=200)
    assert theme.fixed_font().pointSizeF() == pytest.approx(2 * normal)


class Litter(QWidget):
    """Garbage when it is let go: it refers to itself."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


class Litterer(QWidget):
    """Drops litter and allocates when it is told of a new look."""

    def __init__(self) -> None:
        super().__init__()
        self.litter: Litter | None = None
        self.kept: list[bool] = []

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if self.litter is not None:
            seen = weakref.ref(self.litter)
            self.litter = None
            _ = [[] for _ in range(100_000)]
            self.kept.append(seen() is not None)


def test_that_no_widget_is_collected_while_qt_goes_through_all_of_them(
    qtbot: QtBot, dressed: QApplication
) -> None:
    witness = Litterer()
    qtbot.addWidget(witness)
    witness.show()
    QApplication.processEvents()
    before = gc.get_threshold()
    gc.collect()
    try:
        gc.set_threshold(10, 1, 1)
        witness.litter = Litter()
        theme.apply(dressed, DARK, scale=150)
    finally:
        gc.set_threshold(*before)
    assert witness.kept == [True]
    assert gc.isenabled()
