"""What people write into sequence columns, as letters that models read."""

from __future__ import annotations

from typing import NamedTuple

from gfm_desktop.models.tokens import clean

SHORTEST = 10
"""Known letters that a sequence must have: fewer say nothing."""

_IUPAC = frozenset("ACGTURYSWKMBDHVN")
_ACGT = frozenset("ACGT")


class Letters(NamedTuple):
    """A sequence, or why it is none.

    Attributes:
        sequence: Clean letters; empty where it cannot be used.
        problem: Why not; empty where it can.
        changes: What was changed.
    """

    sequence: str
    problem: str = ""
    changes: tuple[str, ...] = ()


def read_letters(cell: str) -> Letters:
    """Return the letters of a cell: upper case, U as T, unclear letters as N."""
    text = "".join(cell.split()).upper() if not cell.isalpha() else cell.upper()
    found = frozenset(text)
    changes = []
    if not found <= _ACGT:
        if strange := sorted(found - _IUPAC):
            if not text:
                return Letters("", "its sequence is empty")
            at = min(text.index(letter) for letter in strange)
            return Letters(
                "",
                f"letter {at + 1:,} of its sequence is “{text[at]}”, which is no DNA"
                + (" (a gap of an alignment)" if text[at] in "-." else ""),
            )
        if "U" in found:
            text = text.replace("U", "T")
            changes.append("RNA: U was read as T")
        if found - _ACGT - frozenset("UN"):
            changes.append("letters for several bases (such as R, Y) were read as N")
        text = clean(text)
    if not text:
        return Letters("", "its sequence is empty")
    known = len(text) - text.count("N")
    if known < SHORTEST:
        return Letters(
            "",
            f"its sequence has {known} known letters, at least {SHORTEST} are needed",
        )
    return Letters(text, "", tuple(changes))
