"""REF levels of a splice network, in tiles that variants share.

Which tiles there are is told in `splice_stages`. A tile is reckoned when it is first
read, from the tiles below it, and kept as long as there is room; so a variant pays only
for what no earlier one has read. Where a level sees nothing but N, as beyond a
transcript's ends, all its rows are one row, which is not reckoned again.

A tile is a function of its strand and place alone; so is, in every bit, each REF
number, whoever asked first.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gfm_desktop.models.splice_cone import Span
from gfm_desktop.models.splice_kept import Kept
from gfm_desktop.models.splice_rows import (
    Inner,
    Tile,
    cut,
    inner_levels,
    joined,
    one,
    part,
    several,
    unknown_rows,
    unknown_tile,
)
from gfm_desktop.models.splice_stages import stages
from gfm_desktop.models.splice_trunk import Rows

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import torch

    from gfm_desktop.models.splice_rows import Pieces, UnknownRow
    from gfm_desktop.models.splice_stages import Stage
    from gfm_desktop.models.splice_trunk import Trunk

_INNER_SHARE = 0.25
"""Of the memory, for inner levels."""


class Strand(Protocol):
    """A sequence to be read 5' to 3', of any extent; positions may be negative."""

    @property
    def key(self) -> Hashable:
        """Return what tells it from every other sequence."""
        ...

    @property
    def seen(self) -> Span:
        """Return where there may be other letters than N."""
        ...

    def letters(self, start: int, end: int) -> str:
        """Return ``end - start`` letters; N beyond `seen`."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """REF around a variant, as far as the variant reads it.

    Attributes:
        levels: Of each level but the last, what lies before the activation.
        told: What each skip connection adds to the logits.
    """

    levels: tuple[Pieces, ...]
    told: tuple[Pieces, ...]

    def compact(
        self, reads: Sequence[Sequence[Span]], outputs: Sequence[Span]
    ) -> Known:
        """Return the same with memory of its own, for no more than is read.

        Args:
            reads: Of each level, what may be asked of it.
            outputs: Where logits may be asked.
        """
        return Known(
            tuple(
                _copied(pieces, spans)
                for pieces, spans in zip(self.levels, reads, strict=True)
            ),
            tuple(_copied(pieces, outputs) for pieces in self.told),
        )

    def before(self, level: int, span: Span) -> Pieces:
        """Return a level over a span that is known, without copying."""
        return cut(self.levels[level], span)

    def rows(self, level: int, span: Span) -> list[Rows]:
        """Return a level over a span that is known, as rows of whole tiles."""
        return [
            Rows(rows, shared.start - at.start, shared.end - at.start)
            for at, rows in self.levels[level]
            if (shared := at.within(span))
        ]

    def logits(self, span: Span) -> torch.Tensor:
        """Return logits over a span whose outputs are known; memory of its own."""
        total = joined(cut(self.told[0], span)).clone()
        for pieces in self.told[1:]:
            total += joined(cut(pieces, span))
        return total


class Tiles:
    """The tiles of one network that were read lately, up to a number of bytes."""

    def __init__(self, trunk: Trunk, *, size: int, limit: int) -> None:
        """Start with none.

        Args:
            trunk: The network.
            size: Positions of a tile of a stage of several levels.
            limit: Bytes to keep between two calls.
        """
        self._trunk = trunk
        self._stages = stages(trunk.levels, size)
        self._stage_of = {
            level: number
            for number, stage in enumerate(self._stages)
            for level in range(stage.below + 1, stage.last + 1)
        }
        self._tiles: Kept[Tile] = Kept(0)
        self._inner: Kept[Inner] = Kept(0)
        self._lock = threading.Lock()
        self._depth = 0
        self._unknown: tuple[UnknownRow, ...] = ()
        self.allow(limit)

    def allow(self, limit: int, *, strands: int = 1) -> None:
        """Keep up to so many bytes from the next call on, of strands in turn."""
        inner = int(_INNER_SHARE * limit)
        with self._lock:
            self._tiles.turns = self._inner.turns = strands
            self._tiles.limit = limit - inner
            self._inner.limit = inner

    def around(
        self, strand: Strand, reads: Sequence[Sequence[Span]], outputs: Sequence[Span]
    ) -> Known:
        """Return what is read of REF; may be called from several threads.

        Args:
            strand: The sequence.
            reads: Of each level but the last, what is read before its activation.
            outputs: Where logits are read.
        """
        with self._lock:
            self._unknown = self._unknown or unknown_rows(self._trunk)
            self._tiles.begin()
            self._inner.begin()
            reader = _Reader(self, strand, reads)
            told = [reader.told(level, outputs) for level in self._trunk.levels.skips]
            levels = [reader.before(level, spans) for level, spans in enumerate(reads)]
            # Not earlier: a tile is read by several of those above it.
            self._tiles.trim()
        return Known(tuple(levels), tuple(told))

    def _tile(self, reader: _Reader, number: int, place: int) -> Tile:
        key = reader.strand.key, number, place
        wanted = self._depth == 0
        found = self._tiles.get(key, wanted=wanted)
        if found is None:
            found, _ = self._reckoned(reader, number, place)
            self._tiles.put(key, found, wanted=wanted)
        return found

    def _inner_of(self, reader: _Reader, number: int, place: int) -> Inner:
        """Return inner levels; where they were forgotten they are reckoned again."""
        key = reader.strand.key, number, place
        found = self._inner.get(key)
        if found is not None:
            return found
        trunk, stage = self._trunk, self._stages[number]
        if not stage.inner:
            return self._reckoned(reader, number, place)[1]
        span = stage.inner_span(place)
        if self._is_unknown(reader, stage, span):
            return unknown_tile(trunk, stage, self._unknown)[1]
        reaches = trunk.levels.reaches
        read = span.wider(reaches[stage.last - 1] - reaches[stage.below])
        even = joined(cut(reader.even(stage.below, read), read))
        found = inner_levels(trunk, stage, span, even)
        self._keep_inner(key, found, True)
        return found

    def _reckoned(self, reader: _Reader, number: int, place: int) -> tuple[Tile, Inner]:
        # Tiles that are read meanwhile are steps to this one.
        self._depth += 1
        try:
            return self._reckoned_from_below(reader, number, place)
        finally:
            self._depth -= 1

    def _reckoned_from_below(
        self, reader: _Reader, number: int, place: int
    ) -> tuple[Tile, Inner]:
        trunk, stage = self._trunk, self._stages[number]
        reaches, span = trunk.levels.reaches, stage.span(place)
        if self._is_unknown(reader, stage, span):
            return unknown_tile(trunk, stage, self._unknown)
        read = span.wider(reaches[stage.last] - reaches[stage.below])
        if stage.last - stage.below > 1:
            below = joined(cut(reader.even(stage.below, read), read))
            tile, inner = several(trunk, stage, span, below, keep=not stage.inner)
            if inner.rows:
                wanted = reader.looks_into(stage, span)
                self._keep_inner((reader.strand.key, number, place), inner, wanted)
            return tile, inner
        before = cut(reader.before(stage.below, [read]), read)
        even = [] if stage.last % 2 else reader.even(stage.below - 1, span)
        return one(trunk, stage, span, before, cut(even, span)), Inner(())

    def _keep_inner(self, key: Hashable, inner: Inner, wanted: bool) -> None:
        self._inner.put(key, inner, wanted=wanted)
        # Nothing else is made of them: what is not wanted need not wait for the end.
        self._inner.trim()

    def _is_unknown(self, reader: _Reader, stage: Stage, span: Span) -> bool:
        sees = span.wider(self._trunk.levels.reaches[stage.last])
        return not sees.within(reader.strand.seen)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One strand, read in whole tiles."""

    tiles: Tiles
    strand: Strand
    reads: Sequence[Sequence[Span]]

    def looks_into(self, stage: Stage, span: Span) -> bool:
        """Tell whether inner levels of a tile are read for themselves."""
        return any(
            read.within(span)
            for level in range(stage.below + 1, stage.last)
            for read in self.reads[level]
        )

    def told(self, level: int, spans: Sequence[Span]) -> Pieces:
        """Return what the skip connection behind a level adds to the logits."""
        if level == 0:
            span = _hull(spans)
            return [(span, self.tiles._trunk.told_by(0, self._letters(span)))]
        return [
            (span, rows)
            for span, tile in self._over(level, spans)
            if (rows := tile.told) is not None
        ]

    def even(self, level: int, span: Span) -> Pieces:
        """Return an even level that ends a stage."""
        if level == 0:
            return [(span, self._letters(span))]
        return [
            (at, rows)
            for at, tile in self._over(level, [span])
            if (rows := tile.even) is not None
        ]

    def before(self, level: int, spans: Sequence[Span]) -> Pieces:
        """Return a level before its activation."""
        tiles = self.tiles
        if level == 0:
            span = _hull(spans)
            return [(span, tiles._trunk.normed(0, self._letters(span)))]
        number = tiles._stage_of[level]
        stage = tiles._stages[number]
        if level < stage.last:
            return [
                (stage.inner_span(place), inner.rows[level - stage.below - 1])
                for place in stage.inner_over(spans)
                for inner in [tiles._inner_of(self, number, place)]
            ]
        found: Pieces = []
        for at, tile in self._over(level, spans):
            if tile.before is not None:
                found.append((at, tile.before))
            elif tile.even is not None:
                wanted = _hull([at.within(span) for span in spans])
                even = part(tile.even, at, wanted)
                found.append((wanted, tiles._trunk.normed(level, even)))
        return found

    def _over(self, level: int, spans: Sequence[Span]) -> list[tuple[Span, Tile]]:
        number = self.tiles._stage_of[level]
        stage = self.tiles._stages[number]
        return [
            (stage.span(place), self.tiles._tile(self, number, place))
            for place in stage.over(spans)
        ]

    def _letters(self, span: Span) -> torch.Tensor:
        return self.tiles._trunk.embedded(self.strand.letters(*span))


def _copied(pieces: Pieces, spans: Sequence[Span]) -> Pieces:
    return [(at, rows.clone()) for at, rows in cut(pieces, _hull(spans))]


def _hull(spans: Sequence[Span]) -> Span:
    """Return the shortest span that holds all of some."""
    wide = [span for span in spans if span]
    if not wide:
        return Span(0, 0)
    return Span(min(span.start for span in wide), max(span.end for span in wide))
