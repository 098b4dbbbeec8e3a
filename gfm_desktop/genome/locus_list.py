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
    if len(parts) < 2:
        return _some(text, one, most)
    return _few([place for part in parts for place in _some(part, one, most)], most)


def _some(text: str, one: Callable[[str], Interval], most: int) -> tuple[Interval, ...]:
    """Return the places of a text in which only spaces may part them."""
    try:
        return (one(text),)
    except UnknownPlaceError:
        words = text.split()
        if len(words) < 2 or not _any(words[: most + 1], one):
            raise
    return _few([one(word) for word in words[: most + 1]], most)


def _few(places: list[Interval], most: int) -> tuple[Interval, ...]:
    if len(places) > most:
        raise LocusError(
            "These are too many places to stand side by side.",
            todo=f"Type up to {most}.",
        )
    return tuple(places)


def _any(parts: list[str], one: Callable[[str], Interval]) -> bool:
    """Tell whether one of the parts is a place by itself."""
    for part in parts:
        try:
            one(part)
        except LocusError:
            continue
        return True
    return False
