"""A contig with or without one variant, and where its bases lie on the reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant


@dataclass(frozen=True, slots=True)
class Haplotype:
    """One allele of a contig. Its own positions are 0-based, from the contig's start.

    Attributes:
        reference: The genome.
        contig: Name of the contig.
        variant: What it carries; None for the reference allele.
    """

    reference: Reference
    contig: str
    variant: Variant | None = None

    @property
    def shift(self) -> int:
        """Return how many bp it is longer than the reference."""
        one = self.variant
        return 0 if one is None else len(one.alt) - len(one.ref)

    @property
    def length(self) -> int:
        """Return its length in bp."""
        return self.reference.contigs[self.contig] + self.shift

    def letters(self, start: int, end: int) -> str:
        """Return the bases from `start` to `end`, in its own positions."""
        one = self.variant
        if one is None:
            return self.reference.fetch(self.contig, start, end)
        first, behind = one.start, one.start + len(one.alt)
        before = self._fetch(start, min(end, first))
        inside = one.alt[max(0, start - first) : max(0, end - first)]
        after = self._fetch(max(start, behind) - self.shift, end - self.shift)
        return before + inside + after

    def places(self, start: int, end: int) -> NDArray[np.int64]:
        """Return where bases of the reference lie in this haplotype, shape (bp,).

        The alleles are laid side by side from their first base on, so that the first
        ``min(len(ref), len(alt))`` bases belong together; -1 where a base is deleted.
        Inserted bases have no place on the reference: nothing points to them.

        Args:
            start: 0-based first base of the reference.
            end: End, exclusive.
        """
        places = np.arange(start, end, dtype=np.int64)
        one = self.variant
        if one is None:
            return places
        behind = one.start + len(one.ref)
        lost = (places >= one.start + len(one.alt)) & (places < behind)
        moved = np.where(places >= behind, places + self.shift, places)
        return np.where(lost, -1, moved)

    def sees(self, start: int, end: int) -> bool:
        """Tell whether a stretch of it differs from the reference.

        A deletion is seen by whoever reads over the place where bases are missing.
        """
        one = self.variant
        if one is None:
            return False
        behind = one.start + len(one.alt)
        return start < behind + (self.shift < 0) and end > one.start

    def _fetch(self, start: int, end: int) -> str:
        return self.reference.fetch(self.contig, start, end) if start < end else ""
