"""Several places in one line: ``chr1:1-100; DGCR8``, ``DGCR8 TANGO2``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gfm_desktop.genome.locus import LocusError, UnknownPlaceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.genome.interval import Interval

_HARD = re.compile(r"\s*[;|\n]\s*|,\s+|\s+(?=[^\s:]+:\s*\d)")
"""Between places whatever they are; a comma without a space parts thousands."""


def parse_loci(
    text: str, one: Callable[[str], Interval], *, most: int
) -> tuple[Interval, ...]:
    """Return the places that `text` names, in its order.

    A space parts places only where the whole is none: ``chr1 1 100`` is one place,
    ``DGCR8 TANGO2`` are two.

    Args:
        text: What the user typed.
        one: Reads one place, or raises `LocusError`.
        most: How many can be shown.

    Raises:
        LocusError: If one of the places is none, or they are too many.
    """
    parts = [part for part in _HARD.split(text.strip()) if part.strip(" ,;|")]
    if len(parts) > 1:
        return _each(parts, one, most)
    try:
        return (one(text),)
    except UnknownPlaceError:
        words = text.split()
        if len(words) < 2 or not _any(words, one):
            raise
    return _each(words, one, most)


def _each(
    parts: list[str], one: Callable[[str], Interval], most: int
) -> tuple[Interval, ...]:
    if len(parts) > most:
        raise LocusError(
            f"{len(parts):,} places are too many to stand side by side.",
            todo=f"Type up to {most}.",
        )
    return tuple(one(part) for part in parts)


def _any(parts: list[str], one: Callable[[str], Interval]) -> bool:
    """Tell whether one of the parts is a place by itself."""
    for part in parts:
        try:
            one(part)
        except LocusError:
            continue
        return True
    return False
