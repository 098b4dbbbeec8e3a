"""Colours and words of a status, for chips, legends and totals.

Everything derives from the widget's own `QPalette`, so that a theme switch needs no
message: the next paint is right. No status is told by colour alone: each tone has a
glyph of its own shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtGui import QColor, QPalette

from gfm_desktop.genome.status import Status
from gfm_desktop.ui.theme import DARK, LIGHT, Palette, level_color


class Tone(StrEnum):
    """How a status or a message feels."""

    GOOD = "good"
    QUIET = "quiet"
    CAUTION = "caution"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class ToneColours:
    """Text and fill of a tone; at least 4.5:1 between the two."""

    text: QColor
    fill: QColor


LABELS: dict[Status, str] = {
    Status.PENDING: "Not scored yet",
    Status.SCORED: "Scored",
    Status.REF_MISMATCH: "REF differs",
    Status.CONTIG_MISSING: "Unknown contig",
    Status.SYMBOLIC_ALLELE: "No sequence",
    Status.OUT_OF_RANGE: "Out of range",
    Status.NOT_IN_GENE: "Outside genes",
    Status.TOO_LONG: "Too long",
    Status.AMBIGUOUS_BASES: "Ambiguous bases",
    Status.UNSUPPORTED_BY_MODEL: "Not supported",
    Status.MALFORMED: "Unreadable line",
    Status.FAILED: "Failed",
}
"""Two or three words for each status."""

TONES: dict[Status, Tone] = {
    Status.PENDING: Tone.QUIET,
    Status.SCORED: Tone.GOOD,
    Status.REF_MISMATCH: Tone.BAD,
    Status.CONTIG_MISSING: Tone.BAD,
    Status.SYMBOLIC_ALLELE: Tone.CAUTION,
    Status.OUT_OF_RANGE: Tone.CAUTION,
    Status.NOT_IN_GENE: Tone.QUIET,
    Status.TOO_LONG: Tone.CAUTION,
    Status.AMBIGUOUS_BASES: Tone.CAUTION,
    Status.UNSUPPORTED_BY_MODEL: Tone.CAUTION,
    Status.MALFORMED: Tone.BAD,
    Status.FAILED: Tone.BAD,
}

_LIGHT = {
    Tone.GOOD: ("#176344", "#e1f2e9"),
    Tone.QUIET: ("#545d69", "#eceff2"),
    Tone.CAUTION: ("#7d5200", "#faefd6"),
    Tone.BAD: ("#9b2328", "#fae5e5"),
}
_DARK = {
    Tone.GOOD: ("#86d3ac", "#1d3a2d"),
    Tone.QUIET: ("#aab3bf", "#2e343d"),
    Tone.CAUTION: ("#e9c172", "#40341a"),
    Tone.BAD: ("#f3a3a5", "#482629"),
}


def is_dark(palette: QPalette) -> bool:
    """Tell whether a palette has light text on a dark ground."""
    window = palette.color(QPalette.ColorRole.Window)
    return window.lightness() < palette.color(QPalette.ColorRole.WindowText).lightness()


def theme_of(palette: QPalette) -> Palette:
    """Return the theme that goes with a widget's palette."""
    return DARK if is_dark(palette) else LIGHT


def tone_colours(tone: Tone, palette: QPalette) -> ToneColours:
    """Return text and fill of a tone on this palette."""
    text, fill = (_DARK if is_dark(palette) else _LIGHT)[tone]
    return ToneColours(QColor(text), QColor(fill))


def muted(palette: QPalette) -> QColor:
    """Return the colour of secondary text."""
    return QColor(theme_of(palette).muted)


def hairline(palette: QPalette) -> QColor:
    """Return the colour of separators and empty parts of bars."""
    return QColor(theme_of(palette).border)


def level(
    palette: QPalette, score: float | None, thresholds: tuple[float, ...]
) -> QColor:
    """Return the colour of a score: louder with each cut-off, as in the browser."""
    return QColor(level_color(theme_of(palette), score, thresholds))
