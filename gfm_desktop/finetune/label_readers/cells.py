"""What single cells of a label column say."""

from __future__ import annotations

import math
import re

UNKNOWN = frozenset({"", "na", "n/a", "#n/a", "nan", "null", ".", "?"})
"""What stands for "not known", in any case."""
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


def number(text: str) -> float | None:
    """Return the number that a cell holds, decimal comma or point, or None."""
    if _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    try:
        # Python reads 1_2 as 12; to people it is a name.
        value = math.nan if "_" in text else float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def known(text: str) -> bool:
    """Tell whether a cell says anything."""
    return text.casefold() not in UNKNOWN


def key_of(text: str) -> str:
    """Return one spelling: 1, 1.0 and 01 are one class, and so are Yes and yes."""
    value = number(text)
    return text.strip().casefold() if value is None else f"{value:.12g}"


def shortened(text: str) -> str:
    """Return a cell as a message shows it."""
    return text if len(text) <= 24 else f"{text[:20]}..."
