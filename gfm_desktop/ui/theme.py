"""Colours, and how Qt is dressed in them: light, dark, and 80-200 % text.

Everything that paints takes its colours from a `Palette`; nothing else in the window
names a colour. Text reaches a contrast of 4.5:1 on `surface` and `background`, and no
meaning rests on colour alone (shapes, letters, signs and hatching say it too).
"""

from __future__ import annotations

import gc
from bisect import bisect_right
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from gfm_desktop.genome.status import Status
from gfm_desktop.ui.palette import BASE_SETS, DARK, LIGHT, Palette
from gfm_desktop.ui.stylesheet import stylesheet

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "DARK",
    "LIGHT",
    "BaseSet",
    "Mode",
    "Palette",
    "apply",
    "base_set",
    "color",
    "current",
    "fixed_font",
    "grade",
    "level_color",
    "palette_for",
    "scale_of",
    "status_color",
    "stylesheet",
]

Mode = Literal["light", "dark", "system"]
_GRADE = "gfm_grade"
BaseSet = Literal["colour-blind", "igv", "deuter", "monochrome"]


@dataclass(slots=True)
class _Dress:
    """What `apply` set last. Painters ask a hundred times a frame: no Qt in between."""

    palette: Palette = LIGHT
    factor: float = 1.0


_NOW = _Dress()


def palette_for(mode: Mode, *, bases: BaseSet = "colour-blind") -> Palette:
    """Return the palette of a mode; ``"system"`` asks the desktop.

    Args:
        mode: ``"light"``, ``"dark"`` or ``"system"``.
        bases: Colours of the bases.
    """
    dark = mode == "dark" or (mode == "system" and _system_is_dark())
    palette = DARK if dark else LIGHT
    if bases == "colour-blind":
        return palette
    a, c, g, t, n = BASE_SETS[bases]
    return replace(palette, base_a=a, base_c=c, base_g=g, base_t=t, base_n=n)


def apply(application: QApplication, palette: Palette, *, scale: int = 100) -> None:
    """Dress the whole application; every widget gets a `PaletteChange` event.

    Args:
        application: The one application.
        palette: Colours.
        scale: Size of text in percent of the desktop's own size, 80 to 200.
    """
    _NOW.palette, _NOW.factor = palette, scale / 100
    with _garbage_kept():
        if application.property("gfm_point_size") is None:
            size = max(application.font().pointSizeF(), 9.5)
            application.setProperty("gfm_point_size", size)
            application.setStyle("Fusion")
        size = float(application.property("gfm_point_size"))
        font = QFont(application.font())
        font.setPointSizeF(size * scale / 100)
        application.setFont(font)
        application.setPalette(_qt_palette(palette))
        application.setStyleSheet(stylesheet(palette, scale))
        # A font of its own does not follow the application's. Last: a new style
        # sheet gives widgets the fonts back that they had.
        for widget in application.allWidgets():
            factor = widget.property(_GRADE)
            if factor is not None:
                grade(widget, float(factor), widget.font().weight())


@contextmanager
def _garbage_kept() -> Iterator[None]:
    """Let no widget be collected meanwhile.

    Qt lists all widgets first and then tells each, through Python where a widget has a
    `changeEvent` of its own. A collection in there deletes widgets that are still on
    Qt's list, and Qt reads freed memory.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def grade(widget: QWidget, factor: float, weight: int) -> None:
    """Give a widget letters that are larger or smaller than usual, whatever the scale.

    Args:
        widget: One that is no child of another such widget.
        factor: Size, as a multiple of the application's.
        weight: A `QFont.Weight`.
    """
    font = QFont(widget.font())
    font.setPointSizeF(QApplication.font().pointSizeF() * factor)
    font.setWeight(QFont.Weight(weight))
    widget.setProperty(_GRADE, factor)
    widget.setFont(font)


def current() -> Palette:
    """Return the palette that `apply` set; light where it was never called."""
    return _NOW.palette


def base_set() -> BaseSet:
    """Return the name of the base colours that `apply` set."""
    return _base_set(_NOW.palette)


def scale_of() -> float:
    """Return the text scale that `apply` set, as a factor (1.0 is normal)."""
    return _NOW.factor


def color(code: str, alpha: float = 1.0) -> QColor:
    """Return a Qt colour.

    Args:
        code: ``#rrggbb``, as a `Palette` has it.
        alpha: 0 (clear) to 1 (solid).
    """
    result = QColor(code)
    result.setAlphaF(alpha)
    return result


def level_color(
    palette: Palette, score: float | None, thresholds: tuple[float, ...]
) -> str:
    """Return the colour of a score: louder with each cut-off that it reaches.

    Args:
        palette: Colours.
        score: The score; None or NaN for none, which is never shown as a low score.
        thresholds: Published cut-offs, ascending; none leave every score quiet.
    """
    if score is None or score != score:
        return palette.faint
    reached = bisect_right(thresholds, abs(score))
    return palette.levels[min(reached, len(palette.levels) - 1)]


def status_color(palette: Palette, status: Status) -> str:
    """Return the colour of a status chip or mark; text and icon go with it."""
    match status:
        case Status.SCORED:
            return palette.good
        case Status.PENDING | Status.NOT_IN_GENE:
            return palette.muted
        case Status.FAILED | Status.MALFORMED | Status.REF_MISMATCH:
            return palette.bad
        case _:
            return palette.warning


def fixed_font(factor: float = 1.0) -> QFont:
    """Return the desktop's fixed-width font for sequences, in the current size."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    size = QApplication.font().pointSizeF()
    font.setPointSizeF(max(6.0, size * factor))
    return font


def _base_set(palette: Palette) -> BaseSet:
    match next((k for k, v in BASE_SETS.items() if v[1] == palette.base_c), ""):
        case "igv" | "deuter" | "monochrome" as name:
            return name
        case _:
            return "colour-blind"


def _system_is_dark() -> bool:
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        return False
    return application.styleHints().colorScheme() == Qt.ColorScheme.Dark


def _qt_palette(palette: Palette) -> QPalette:
    """Return Qt's roles, for everything that the style sheet leaves alone."""
    role = QPalette.ColorRole
    roles = {
        role.Window: palette.background,
        role.WindowText: palette.text,
        role.Base: palette.surface,
        role.AlternateBase: palette.raised,
        role.Text: palette.text,
        role.PlaceholderText: palette.muted,
        role.Button: palette.raised,
        role.ButtonText: palette.text,
        role.BrightText: palette.bad,
        role.ToolTipBase: palette.raised,
        role.ToolTipText: palette.text,
        role.Highlight: palette.accent,
        role.HighlightedText: palette.on_accent,
        role.Link: palette.accent,
        role.LinkVisited: palette.accent,
        role.Light: palette.raised,
        role.Midlight: palette.hover,
        role.Mid: palette.border,
        role.Dark: palette.faint,
        role.Shadow: palette.shadow,
        role.Accent: palette.accent,
    }
    result = QPalette()
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        for which, code in roles.items():
            result.setColor(group, which, QColor(code))
    disabled = QPalette.ColorGroup.Disabled
    for which, code in roles.items():
        result.setColor(disabled, which, QColor(code))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(disabled, which, QColor(palette.faint))
    result.setColor(disabled, role.Highlight, QColor(palette.border))
    return result
