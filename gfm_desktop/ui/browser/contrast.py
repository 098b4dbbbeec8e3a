"""Which colours can be told from which: WCAG 2.1, for colours that the user brings."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor

LEAST = 1.7
"""Least contrast of a shape with the canvas; text needs more, and gets the best."""
_MIXED = 0.4
"""How much of the text's colour a colour gets that has less."""


def luminance(colour: QColor) -> float:
    """Return the relative luminance, 0 (black) to 1 (white)."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast of two colours, 1 (none) to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=1024)
def seen_on(colour: str, ground: str, text: str) -> str:
    """Return a colour, nearer to the text's where the ground would swallow it.

    Yellow on white is no line that can be seen.

    Args:
        colour: ``#rrggbb``.
        ground: What lies behind it.
        text: What can be read on that.
    """
    wanted, ink = QColor(colour), QColor(text)
    if contrast(wanted, QColor(ground)) >= LEAST:
        return colour
    pairs = (
        (wanted.red(), ink.red()),
        (wanted.green(), ink.green()),
        (wanted.blue(), ink.blue()),
    )
    return QColor(*(round(a + (b - a) * _MIXED) for a, b in pairs)).name()


@lru_cache(maxsize=1024)
def best_on(fill: str, *choices: str) -> str:
    """Return the one of some colours that can be read best on a fill."""
    ground = QColor(fill)
    return max(choices, key=lambda choice: contrast(QColor(choice), ground))
