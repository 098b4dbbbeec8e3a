"""Where the browser looks: one locus, or several side by side, and the way there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gfm_desktop.genome.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHORTEST_VIEW = 20
"""Fewest bp on screen: letters would be wider than a thumb below that."""
MOST_LOCI = 12
"""Most loci side by side: more would be too narrow to be read."""
_STEPS_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Places:
    """Loci side by side.

    Attributes:
        loci: From the left, at least one; 0-based half-open.
        active: Index of the one that keys, buttons and the locus box are about.
    """

    loci: tuple[Interval, ...] = (Interval("", 0, 0),)
    active: int = 0

    @property
    def locus(self) -> Interval:
        """Return the active locus."""
        return self.loci[self.active]

    def moved(self, locus: Interval) -> Places:
        """Return the same places with another active locus."""
        loci = (*self.loci[: self.active], locus, *self.loci[self.active + 1 :])
        return replace(self, loci=loci)

    def without(self, index: int) -> Places:
        """Return the places without one of them; the last one stays."""
        if len(self.loci) == 1:
            return self
        loci = (*self.loci[:index], *self.loci[index + 1 :])
        active = self.active - (1 if index < self.active else 0)
        return Places(loci, min(active, len(loci) - 1))


class Trail:
    """The places before and after the present ones, for Back and Forward."""

    def __init__(self) -> None:
        """Begin without a past."""
        self._back: list[Places] = []
        self._forward: list[Places] = []

    def clear(self) -> None:
        """Forget everything."""
        self._back.clear()
        self._forward.clear()

    def leave(self, places: Places) -> None:
        """Note places that are left for new ones."""
        self._back.append(places)
        del self._back[:-_STEPS_KEPT]
        self._forward.clear()

    def back(self, now: Places) -> Places | None:
        """Return the places before, and note the present ones for Forward."""
        if not self._back:
            return None
        self._forward.append(now)
        return self._back.pop()

    def forward(self, now: Places) -> Places | None:
        """Undo one `back`."""
        if not self._forward:
            return None
        self._back.append(now)
        return self._forward.pop()


def fitted(loci: Sequence[Interval], contigs: Mapping[str, int]) -> list[Interval]:
    """Return loci as they can be shown, without those of unknown contigs."""
    return [fit(one, contigs[one.contig]) for one in loci if one.contig in contigs]


def fit(locus: Interval, length: int) -> Interval:
    """Return `locus` widened to `SHORTEST_VIEW` and moved inside the contig.

    Args:
        locus: Wanted stretch, which may run past the contig's end.
        length: Length of the contig in bp.
    """
    size = min(max(len(locus), SHORTEST_VIEW), length)
    middle = (locus.start + locus.end) // 2
    start = locus.start if len(locus) == size else middle - size // 2
    start = min(max(start, 0), length - size)
    return Interval(locus.contig, start, start + size)
