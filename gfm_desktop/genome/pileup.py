"""Lays reads over a stretch by their CIGARs, thousands at a time, in NumPy.

CIGAR: SAM specification, section 1.4.6. ``M = X`` lay read over reference, ``I S``
use up the read, ``D N`` the reference, ``H P`` neither. `pysam`'s ``count_coverage``
gives the same numbers for aligned bases (the tests compare), several times slower.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.coverage import BASES, Coverage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.interval import Interval

Cigar = "Sequence[tuple[int, int]]"
"""(operation, length) pairs as pysam numbers them: ``MIDNSHP=X`` are 0 to 8."""

BATCH = 200_000
"""Bases of reads that are laid out at once: a few megabytes, some 5 ms."""
_INSERTION, _DELETION = 1, 2
_ON_REF = np.array([1, 0, 1, 1, 0, 0, 0, 1, 1, 0], np.int64)
_ON_READ = np.array([1, 1, 0, 0, 1, 0, 0, 1, 1, 0], np.int64)
_ALIGNED = np.array([1, 0, 0, 0, 0, 0, 0, 1, 1, 0], np.bool_)
_AS_REF = len(BASES)
"""Code of ``=`` in a read: the base of the reference (SAM specification, 1.4.10)."""
_CODE = np.full(256, BASES.index("N"), np.uint8)
for _place, _letter in enumerate(BASES):
    _CODE[ord(_letter)] = _CODE[ord(_letter.lower())] = _place
_CODE[ord("=")] = _AS_REF


class Pileup:
    """Counts reads over one interval.

    Attributes:
        reads: How many were counted.
        refused: How many were not: CIGAR and bases differ in length.
    """

    def __init__(
        self, interval: Interval, reference: str, *, least_quality: int = 0
    ) -> None:
        """Start with nothing counted.

        Args:
            interval: Where to count, 0-based half-open.
            reference: The genome's bases of the interval.
            least_quality: Phred quality below which a base of a read is left out.
        """
        self.interval = interval
        self.reads = 0
        self.refused = 0
        self._least = least_quality
        size = len(interval)
        self._ref = _CODE[np.frombuffer(reference.encode("ascii"), np.uint8)]
        self._begins = np.zeros((2, size + 1), np.int64)
        self._others = np.zeros((2, len(BASES), size), np.int64)
        self._low = np.zeros((2, size), np.int64)
        self._deletions = np.zeros(size + 1, np.int64)
        self._insertions = np.zeros(size, np.int64)
        self._clear()

    def _clear(self) -> None:
        self._starts: list[int] = []
        self._strands: list[bool] = []
        self._cigars: list[Sequence[tuple[int, int]]] = []
        self._texts: list[str] = []
        self._qualities: list[bytes] = []
        self._waiting = 0

    def add(
        self,
        start: int,
        cigar: Sequence[tuple[int, int]],
        text: str | None,
        *,
        reverse: bool,
        qualities: bytes | None = None,
    ) -> bool:
        """Take one aligned read; returns whether it is time to `count`.

        Args:
            start: 0-based position of its first aligned base.
            cigar: Its operations.
            text: Its bases as the file has them; None where it keeps none, and then
                they count as N.
            reverse: Whether it lies on the reverse strand.
            qualities: Phred qualities of its bases; None counts every base.
        """
        if text is None:
            text = "N" * sum(n for op, n in cigar if _ON_READ[op])
        self._starts.append(start)
        self._strands.append(reverse)
        self._cigars.append(cigar)
        self._texts.append(text)
        if self._least:
            self._qualities.append(qualities or b"\xff" * len(text))
        self._waiting += len(text)
        return self._waiting >= BATCH

    def count(self) -> None:
        """Count the reads taken since the last time."""
        if not self._cigars:
            return
        number = len(self._cigars)
        per_read = np.fromiter(map(len, self._cigars), np.int64, number)
        pairs = chain.from_iterable(chain.from_iterable(self._cigars))
        flat = np.fromiter(pairs, np.int64, 2 * int(per_read.sum())).reshape(-1, 2)
        operation, length = flat[:, 0], flat[:, 1]
        owner = np.repeat(np.arange(number), per_read)
        sizes = np.fromiter(map(len, self._texts), np.int64, number)
        on_read = length * _ON_READ[operation]
        used = np.bincount(owner, weights=on_read, minlength=number).astype(np.int64)
        fits = used == sizes
        self.refused += int((~fits).sum())
        self.reads += int(fits.sum())
        starts = np.array(self._starts, np.int64)
        place = starts[owner] + _before(length * _ON_REF[operation], owner, per_read)
        letter = (np.cumsum(sizes) - sizes)[owner] + _before(on_read, owner, per_read)
        good = fits[owner]
        aligned = good & _ALIGNED[operation]
        self._lay(place[aligned], letter[aligned], length[aligned], owner[aligned])
        deleted = good & (operation == _DELETION)
        self._delete(place[deleted], place[deleted] + length[deleted])
        self._insert(place[good & (operation == _INSERTION)] - 1)
        self._clear()

    def result(self) -> Coverage:
        """Return what was counted."""
        self.count()
        covered = np.cumsum(self._begins[:, :-1], axis=1) - self._low
        bases = self._others.copy()
        as_ref = covered - self._others.sum(axis=1)
        bases[:, self._ref, np.arange(len(self.interval))] += as_ref
        return Coverage(
            self.interval,
            bases,
            np.cumsum(self._deletions[:-1]),
            self._insertions,
            self._ref,
            self.reads,
            self.refused,
        )

    def _lay(
        self,
        place: NDArray[np.int64],
        letter: NDArray[np.int64],
        length: NDArray[np.int64],
        owner: NDArray[np.int64],
    ) -> None:
        """Count the bases of aligned blocks, cut to the interval.

        Nearly all letters are those of the reference: only the others are counted one
        by one, the rest is what is left of the depth.

        Args:
            place: (k,) 0-based positions where the blocks begin.
            letter: (k,) places of their first letters in all reads' letters.
            length: (k,) bp.
            owner: (k,) whose they are.
        """
        start, end = self.interval.start, self.interval.end
        left = np.maximum(place, start)
        size = np.minimum(place + length, end) - left
        inside = size > 0
        size, left, owner = size[inside], left[inside] - start, owner[inside]
        first = letter[inside] + left + start - place[inside]
        strand = np.array(self._strands, np.int64)[owner]
        self._mark(self._begins, strand, left, left + size)
        before = np.cumsum(size) - size
        step = np.arange(int(size.sum()), dtype=np.int32)
        spot = step + np.repeat((left - before).astype(np.int32), size)
        which = step + np.repeat((first - before).astype(np.int32), size)
        text = np.frombuffer("".join(self._texts).encode("ascii"), np.uint8)
        code = _CODE[text][which]
        odd = (code != self._ref[spot]) & (code != _AS_REF)
        if self._least:
            quality = np.frombuffer(b"".join(self._qualities), np.uint8)[which]
            low = np.flatnonzero(quality < self._least)
            side = strand[np.searchsorted(before, low, side="right") - 1]
            np.add.at(self._low, (side, spot[low]), 1)
            odd[low] = False
        others = np.flatnonzero(odd)
        side = strand[np.searchsorted(before, others, side="right") - 1]
        np.add.at(self._others, (side, code[others], spot[others]), 1)

    @staticmethod
    def _mark(
        begins: NDArray[np.int64],
        strand: NDArray[np.int64],
        left: NDArray[np.int64],
        right: NDArray[np.int64],
    ) -> None:
        """Note where blocks begin and end; summed up from the left: the depth."""
        width = begins.shape[1]
        for side in (0, 1):
            mine = strand == side
            begins[side] += np.bincount(left[mine], minlength=width)
            begins[side] -= np.bincount(right[mine], minlength=width)

    def _delete(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> None:
        width = len(self.interval)
        first = np.clip(start - self.interval.start, 0, width)
        last = np.clip(end - self.interval.start, 0, width)
        self._deletions += np.bincount(first, minlength=width + 1)
        self._deletions -= np.bincount(last, minlength=width + 1)

    def _insert(self, before: NDArray[np.int64]) -> None:
        spot = before - self.interval.start
        inside = (spot >= 0) & (spot < len(self.interval))
        self._insertions += np.bincount(spot[inside], minlength=len(self.interval))


def _before(
    used: NDArray[np.int64], owner: NDArray[np.int64], per_read: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return how much a read's earlier operations use up, for each operation."""
    before = np.cumsum(used) - used
    first = np.minimum(np.cumsum(per_read) - per_read, max(0, len(used) - 1))
    result: NDArray[np.int64] = before - before[first][owner]
    return result
