"""Read counts as bars in pixels, and where reads disagree; nothing is painted here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QRectF

from gfm_desktop.genome.coverage import BASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.workspace.read_coverages import CountedTile

    _Boxes = tuple[NDArray[np.int64], list[QRectF]]

_NARROWEST = 2.0
"""Pixels of a mismatch where bases are narrower: one would be lost among the grey."""
_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Threshold:
    """From when on reads disagree enough to be coloured.

    Attributes:
        share: Fraction of the reads at a base, as IGV's allele threshold.
        least: Number of reads: a single one is most often a sequencing error.
    """

    share: float = 0.2
    least: int = 2


@dataclass(frozen=True, slots=True)
class Marks:
    """Places where enough reads differ from the genome, from left to right.

    Attributes:
        position: int64 (k,), 0-based.
        counts: int64 (k, 4): reads with A, C, G, T.
        others: int64 (k,): reads that differ from the genome.
    """

    position: NDArray[np.int64]
    counts: NDArray[np.int64]
    others: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CoverageScene:
    """What one stretch shows at one scale.

    Attributes:
        stretch: What it covers: a view and what lies beside it.
        scale: Pixels per bp.
        edges: int64 (n + 1,), 0-based edges of the bins; one is about a pixel, or a
            base.
        depth: int64 (n,): greatest depth in each bin; -1 where nothing was read.
        marks: Bases that differ.
        insertions: int64 (k,): positions after which enough reads have more bases.
        deletions: int64 (k, 3): position, depth, and reads that lack the base.
    """

    stretch: Interval
    scale: float
    edges: NDArray[np.int64]
    depth: NDArray[np.int64]
    marks: Marks
    insertions: NDArray[np.int64]
    deletions: NDArray[np.int64]
    _stacks: dict[tuple[float, float], dict[str, _Boxes]] = field(default_factory=dict)

    def on_screen(self, view: View) -> slice:
        """Return the bins that touch the view."""
        start, end = view.interval.start, view.interval.end
        first = int(np.searchsorted(self.edges, start, side="right")) - 1
        last = int(np.searchsorted(self.edges, end, side="left"))
        return slice(max(0, first), min(last, len(self.depth)))

    def most(self, view: View) -> int:
        """Return the greatest depth on screen."""
        return int(self.depth[self.on_screen(view)].max(initial=0))

    def columns(
        self, view: View, left: float, count: int, step: float
    ) -> NDArray[np.int64]:
        """Return the greatest depth of each column of pixels, int64 (count,).

        Args:
            view: What is on screen.
            left: Pixel of the view where the first column begins.
            count: How many columns.
            step: Pixels of the view that one has: below 1 on fine screens.
        """
        size = int(self.edges[1] - self.edges[0])
        x = left + np.arange(count) * step
        begin = view.interval.start + x / view.scale
        places = np.floor((begin - self.edges[0]) / size + 1e-9).astype(np.int64)
        # Of equal places `reduceat` gives each the same bin; the last one has none
        # behind it that would end it.
        places = np.clip(places, 0, len(self.depth) - 1)
        last = np.searchsorted(self.edges, view.interval.end, side="left")
        part = self.depth[: max(int(last), int(places[-1]) + 1)]
        return np.maximum.reduceat(part, places)

    def gaps(self, view: View) -> Iterator[tuple[float, float]]:
        """Yield (left, right) pixels of the view where nothing was read yet."""
        part = self.on_screen(view)
        unknown = self.depth[part] == _UNKNOWN
        edges = np.flatnonzero(np.diff(unknown.astype(np.int8), prepend=0, append=0))
        for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            left = self.edges[part.start + first]
            yield view.x(float(left)), view.x(float(self.edges[part.start + end]))

    def stacks(
        self, view: View, per_read: float, top: float
    ) -> dict[str, list[QRectF]]:
        """Return the coloured pieces of the bars, base by base.

        Bases are stacked in the order A, C, G, T from the ground, the genome's own
        among them, as IGV does. ``"-"`` are the reads that lack the base, on top.
        They are placed from the stretch's first edge and from the ground at y 0.

        Args:
            view: What is on screen.
            per_read: Pixels of a read.
            top: Reads at the top of the lane; what is higher is cut.
        """
        key = (per_read, top)
        if key not in self._stacks:
            self._stacks.clear()
            self._stacks[key] = self._pile(per_read, top)
        start, end = view.interval.start, view.interval.end
        shown = {}
        for letter, (positions, boxes) in self._stacks[key].items():
            first, last = np.searchsorted(positions, (start, end))
            shown[letter] = boxes[first:last]
        return shown

    def _pile(self, per_read: float, top: float) -> dict[str, _Boxes]:
        marks, gone = self.marks, self.deletions
        ends = np.cumsum(marks.counts, axis=1)
        ends = np.concatenate([np.zeros((len(ends), 1), np.int64), ends], axis=1)
        made = {
            letter: self._boxes(
                marks.position, ends[:, place], ends[:, place + 1], per_read, top
            )
            for place, letter in enumerate(BASES[:4])
        }
        without = gone[:, 1], gone[:, 1] + gone[:, 2]
        made["-"] = self._boxes(gone[:, 0], *without, per_read, top)
        return made

    def _boxes(
        self,
        position: NDArray[np.int64],
        low: NDArray[np.int64],
        high: NDArray[np.int64],
        per_read: float,
        top: float,
    ) -> _Boxes:
        """Return boxes from `low` to `high` reads, and the positions they stand on."""
        there = (high > low) & (low < top)
        position = position[there]
        foot = low[there] * per_read
        crest = np.minimum(high[there], top) * per_read
        width = max(_NARROWEST, self.scale)
        left = (position - self.edges[0]) * self.scale + (self.scale - width) / 2
        sizes = (left, -crest, np.full(len(left), width), crest - foot)
        return position, list(map(QRectF, *(column.tolist() for column in sizes)))


def scene_of(
    tiles: Sequence[CountedTile],
    stretch: Interval,
    scale: float,
    threshold: Threshold,
) -> CoverageScene:
    """Put the tiles of a stretch together.

    Args:
        tiles: Those that are there, of the stretch's contig.
        stretch: What to cover, 0-based half-open.
        scale: Pixels per bp.
        threshold: What is coloured.
    """
    # Bins lie on a grid of the contig, so that they do not jump from view to view.
    size = max(1, round(1 / scale))
    first, last = stretch.start // size, -(-stretch.end // size)
    edges = np.arange(first, last + 1, dtype=np.int64) * size
    start = int(edges[0])
    depth = np.full(int(edges[-1]) - start, _UNKNOWN, np.int64)
    for tile in tiles:
        here, there = _overlap(tile, start, len(depth))
        depth[here] = tile.depth[there]
    highest = np.maximum.reduceat(depth, edges[:-1] - start)
    found = [_found(tile, threshold) for tile in tiles] or [_NOTHING]
    return CoverageScene(
        stretch,
        scale,
        edges,
        highest,
        _thinned(_joined([one.marks for one in found]), scale),
        np.concatenate([one.insertions for one in found]),
        np.concatenate([one.deletions for one in found]),
    )


def _overlap(tile: CountedTile, start: int, length: int) -> tuple[slice, slice]:
    """Return where a tile lies in an array that begins at `start`, and its part."""
    its = tile.coverage.interval
    left, right = max(its.start, start), max(min(its.end, start + length), start)
    left = min(left, right)
    return slice(left - start, right - start), slice(
        left - its.start, right - its.start
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What is to be marked in a tile, as `CoverageScene` has it."""

    marks: Marks
    insertions: NDArray[np.int64]
    deletions: NDArray[np.int64]


_NONE = np.empty(0, np.int64)
_NOTHING = _Found(
    Marks(_NONE, np.empty((0, 4), np.int64), _NONE), _NONE, np.empty((0, 3), np.int64)
)
_KNOWN: WeakKeyDictionary[CountedTile, tuple[Threshold, _Found]] = WeakKeyDictionary()
"""What was found in tiles before: a tile that arrives makes no work for the others."""


def _found(tile: CountedTile, threshold: Threshold) -> _Found:
    known = _KNOWN.get(tile)
    if known is None or known[0] != threshold:
        made = _Found(_marks(tile, threshold), *_gaps_in_reads(tile, threshold))
        known = _KNOWN[tile] = (threshold, made)
    return known[1]


def _marks(tile: CountedTile, threshold: Threshold) -> Marks:
    enough = np.maximum(threshold.least, threshold.share * tile.depth)
    found = np.flatnonzero(tile.others >= enough)
    bases = tile.coverage.bases[:, :4, found].sum(axis=0, dtype=np.int64)
    place = found + tile.coverage.interval.start
    return Marks(place, bases.T, tile.others[found])


def _joined(marks: Sequence[Marks]) -> Marks:
    return Marks(
        np.concatenate([one.position for one in marks]),
        np.concatenate([one.counts for one in marks]),
        np.concatenate([one.others for one in marks]),
    )


def _thinned(marks: Marks, scale: float) -> Marks:
    """Return at most one mark a pixel: the one with the most reads that differ."""
    if scale >= 1 or not len(marks.position):
        return marks
    pixel = np.floor(marks.position * scale).astype(np.int64)
    order = np.lexsort((-marks.others, pixel))
    first = np.flatnonzero(np.diff(pixel[order], prepend=pixel[order[0]] - 1))
    kept = np.sort(order[first])
    return Marks(marks.position[kept], marks.counts[kept], marks.others[kept])


def _gaps_in_reads(
    tile: CountedTile, threshold: Threshold
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where insertions are, and deletions with depth and count."""
    start = tile.coverage.interval.start
    more = tile.coverage.insertions.astype(np.int64)
    less = tile.coverage.deletions.astype(np.int64)
    enough = np.maximum(threshold.least, threshold.share * tile.depth)
    inserted = np.flatnonzero(more >= enough) + start
    whole = tile.depth + less
    enough = np.maximum(threshold.least, threshold.share * whole)
    gone = np.flatnonzero(less >= enough)
    return inserted, np.stack([gone + start, tile.depth[gone], less[gone]], axis=1)
