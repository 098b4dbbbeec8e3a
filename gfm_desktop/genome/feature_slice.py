"""Features of one stretch as columns, however their file keeps them.

Painters take columns, not objects: ten thousand transcripts become pixels in one go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_COLOUR = -1
"""What `FeatureSlice.colour` says of a feature without a colour of its own."""


@dataclass(frozen=True, slots=True)
class FeatureSlice:
    """Features sorted by start; coordinates 0-based half-open on one contig.

    Attributes:
        number: Shape (n,), what the source calls each of them.
        start: Shape (n,).
        end: Shape (n,), exclusive.
        strand: Shape (n,): 1, -1, or 0 where none is known.
        colour: Shape (n,): 0xRRGGBB, or `NO_COLOUR`.
        piece_at: Shape (n + 1,), offsets into `pieces`.
        pieces: Shape (m, 2), start and end of each block, such as an exon.
        thick_at: Shape (n + 1,), offsets into `thick`.
        thick: Shape (k, 2), start and end of what is drawn thick, such as coding parts.
    """

    number: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    strand: NDArray[np.int8]
    colour: NDArray[np.int32]
    piece_at: NDArray[np.int64]
    pieces: NDArray[np.int64]
    thick_at: NDArray[np.int64]
    thick: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.number)

    def chosen(self, index: NDArray[np.int64]) -> FeatureSlice:
        """Return the features of these indexes, in their order."""
        piece_at, pieces = ragged(self.piece_at, index)
        thick_at, thick = ragged(self.thick_at, index)
        return FeatureSlice(
            self.number[index],
            self.start[index],
            self.end[index],
            self.strand[index],
            self.colour[index],
            piece_at,
            self.pieces[pieces],
            thick_at,
            self.thick[thick],
        )


def ragged(
    offsets: NDArray[np.int64], chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return offsets and places of the parts of chosen owners, side by side.

    Args:
        offsets: Shape (owners + 1,): owner *i* has parts ``offsets[i]`` to
            ``offsets[i + 1]``.
        chosen: Shape (n,), owners.

    Returns:
        Shape (n + 1,), where the parts of each chosen owner begin, and shape (m,), the
        places of these parts in the whole table.
    """
    first = offsets[chosen]
    lengths = offsets[chosen + 1] - first
    begins = np.zeros(len(chosen) + 1, np.int64)
    np.cumsum(lengths, out=begins[1:])
    places = np.repeat(first - begins[:-1], lengths) + np.arange(begins[-1])
    return begins, places


@dataclass(frozen=True, slots=True)
class SortedSpans:
    """Spans of one contig sorted by start, ready for binary search.

    Attributes:
        start: Shape (n,).
        end: Shape (n,), exclusive.
        furthest: Shape (n,), the largest end so far: what comes before the first that
            passes a place has ended there.
        ends: Shape (n,), `end` in ascending order: how many have ended is one search.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    furthest: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, start: NDArray[np.int64], end: NDArray[np.int64]) -> SortedSpans:
        """Index spans that are sorted by start."""
        return cls(start, end, np.maximum.accumulate(end), np.sort(end))

    def __len__(self) -> int:
        """Return the number of spans."""
        return len(self.start)

    def between(self, start: int, end: int) -> NDArray[np.int64]:
        """Return the indexes of the spans that share a base with ``[start, end)``."""
        first = int(np.searchsorted(self.furthest, start, side="right"))
        last = int(np.searchsorted(self.start, end, side="left"))
        return first + np.flatnonzero(self.end[first:last] > start)

    def count(self, start: int, end: int) -> int:
        """Return how many spans share a base with ``[start, end)``."""
        begun = int(np.searchsorted(self.start, end, side="left"))
        return begun - int(np.searchsorted(self.ends, start, side="right"))

    def counts(self, edges: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many spans share a base with each bin.

        Args:
            edges: Shape (n + 1,), ascending bin edges.
        """
        begun = np.searchsorted(self.start, edges[1:], side="left")
        return begun - np.searchsorted(self.ends, edges[:-1], side="right")
