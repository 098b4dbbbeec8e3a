"""REF levels of a splice network, in tiles that variants near each other share.

A tile answers for all windows of outputs that begin in the same `TILE` positions of a
grid fixed to the strand of the contig. It is reckoned once, level by level, each level
over what the next one reads and no more (*valid* convolutions), and keeps of each level
what cones of its variants can read beside the cone. Where a level sees nothing but N,
as beyond a transcript's ends, all its rows are one row, which is not reckoned again.

A tile is a function of strand, place and length of window alone; so is, in every bit,
each REF number, whoever asked first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gfm_desktop.models.splice_cone import Span

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import torch

    from gfm_desktop.models.splice_cone import Levels
    from gfm_desktop.models.splice_trunk import Trunk

_SHARE = 0.2
"""Length of a tile as a share of what an output sees. Longer ones cost isolated
variants more, which pay for all that an output sees in any case; shorter ones cost
variants that lie 100 bp apart more."""
_STEP = 64
"""Windows are rounded up to a multiple, so that different deletions share tiles."""
_INDEL = 64
"""Outputs beyond the windows, for indels of that length: they are read aside."""


_LEAST = 2
"""Tiles that are always kept: one for each strand."""


def tile_size(flank: int) -> int:
    """Return positions of a tile for a network that sees `flank` on each side."""
    return max(_STEP, int(_SHARE * 2 * flank))


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
class Tile:
    """What is known of REF around some windows.

    Attributes:
        starts: First position that is kept of each level before the last.
        rows: These levels from there on, before the activation that reads them; shape
            (positions, channels).
        outputs: Positions that are told.
        logits: What is told there, shape (positions, outputs).
    """

    starts: tuple[int, ...]
    rows: tuple[torch.Tensor, ...]
    outputs: Span
    logits: torch.Tensor

    def has(self, level: int, span: Span) -> bool:
        """Tell whether a level is known over a span."""
        start = self.starts[level]
        return Span(start, start + len(self.rows[level])).holds(span)

    def read(self, level: int, span: Span) -> torch.Tensor:
        """Return a level over a span that the tile has, without copying."""
        first = span.start - self.starts[level]
        return self.rows[level][first : first + span.length]

    def told(self, span: Span) -> torch.Tensor:
        """Return logits over a span, without copying."""
        first = span.start - self.outputs.start
        return self.logits[first : first + span.length]

    @property
    def nbytes(self) -> int:
        """Return how much memory it takes."""
        return self.logits.nbytes + sum(rows.nbytes for rows in self.rows)


class Tiles:
    """The tiles of one network that were asked for lately, up to a number of bytes."""

    def __init__(self, trunk: Trunk, *, size: int, limit: int) -> None:
        """Start with none.

        Args:
            trunk: The network.
            size: Positions of a tile.
            limit: Bytes to keep; the last two tiles are kept even if they are larger.
        """
        self._trunk = trunk
        self._size = size
        self._limit = limit
        self._bytes = 0
        self._kept: OrderedDict[Hashable, Tile] = OrderedDict()
        self._lock = threading.Lock()
        self._unknown: list[_Unknown] = []

    def over(self, strand: Strand, window: Span) -> Tile:
        """Return the tile of a window of outputs.

        Args:
            strand: The sequence.
            window: Positions whose REF outputs are wanted.
        """
        number = window.start // self._size
        room = -(-window.length // _STEP) * _STEP
        key = (strand.key, number, room)
        with self._lock:
            tile = self._kept.get(key)
            if tile is None:
                start = number * self._size
                outputs = Span(start, start + self._size + room).wider(_INDEL)
                kept = _kept_spans(self._trunk.levels, outputs)
                self._make_room(kept)
                tile = self._reckoned(strand, outputs, kept)
                self._kept[key] = tile
                self._bytes += tile.nbytes
            self._kept.move_to_end(key)
        return tile

    def whole(self, strand: Strand, outputs: Span) -> torch.Tensor:
        """Return logits of a strand, shape (positions, outputs); keeps nothing."""
        nothing = [Span(outputs.start, outputs.start)] * self._trunk.levels.last
        with self._lock:
            return self._reckoned(strand, outputs, nothing).logits

    def _reckoned(self, strand: Strand, outputs: Span, kept: list[Span]) -> Tile:
        self._unknown = self._unknown or _unknown(self._trunk)
        return _reckoned(self._trunk, self._unknown, strand, outputs, kept)

    def _make_room(self, kept: Sequence[Span]) -> None:
        """Forget tiles before another one takes memory."""
        row = self._trunk.zeros(1).nbytes
        needed = row * sum(span.length for span in kept)
        while self._bytes + needed > self._limit and len(self._kept) >= _LEAST:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.nbytes


def _kept_spans(levels: Levels, outputs: Span) -> list[Span]:
    """Return what cones of edits among the outputs can read of each level.

    The cone reaches A_k, and where it is in two alignments the next convolution's reach
    about the joint; what no output sees is not read.
    """
    return [
        outputs.wider(
            min(
                max(levels.reaches[level], levels.reach(level + 1)),
                levels.flank - levels.reaches[level],
            )
        )
        for level in range(levels.last)
    ]


@dataclass(frozen=True, slots=True)
class _Unknown:
    """A level where it sees nothing but N: one row, before and behind an activation.

    The last level has no `before`, and its `rows` are the level itself.
    """

    rows: torch.Tensor
    before: torch.Tensor
    active: torch.Tensor


def _unknown(trunk: Trunk) -> list[_Unknown]:
    """Return what each level is far from every base."""
    levels = trunk.levels
    even = rows = trunk.embedded("N")
    found = []
    for level in range(levels.last + 1):
        before = rows
        if level % 2 == 0:
            even = rows = rows + even if level else rows
            before = trunk.normed(level, rows) if level < levels.last else rows
        active = trunk.active(before)
        found.append(_Unknown(rows, before, active))
        if level < levels.last:
            length = 2 * levels.reach(level + 1) + 1
            rows = trunk.convolved(level + 1, active.repeat(length, 1))
    return found


def _over(
    rows: torch.Tensor, at: Span, unknown: torch.Tensor, span: Span
) -> torch.Tensor:
    """Return rows that lie `at` some span over another; `unknown` is around them."""
    if at.holds(span):
        first = span.start - at.start
        return rows[first : first + span.length]
    found = unknown.repeat(span.length, 1)
    if own := span.within(at):
        first, offset = own.start - span.start, own.start - at.start
        found[first : first + own.length] = rows[offset : offset + own.length]
    return found


def _reckoned(
    trunk: Trunk,
    unknown: Sequence[_Unknown],
    strand: Strand,
    outputs: Span,
    kept: Sequence[Span],
) -> Tile:
    """Return outputs of a strand, and what is to be kept of each level."""
    levels = trunk.levels
    live = [
        read.within(strand.seen.wider(reach))
        for read, reach in zip(levels.read_by(outputs), levels.reaches, strict=True)
    ]
    even = trunk.embedded(strand.letters(*live[0]) if live[0] else "")
    skipped = [_over(even, live[0], unknown[0].rows, outputs)]
    rows = []
    before = trunk.normed(0, even)
    for level in range(levels.last):
        rows.append(
            _over(before, live[level], unknown[level].before, kept[level]).clone()
        )
        above = live[level + 1]
        made = before[:0]
        if above:
            read = above.wider(levels.reach(level + 1))
            active = _over(
                trunk.active(before), live[level], unknown[level].active, read
            )
            made = trunk.convolved(level + 1, active)
        if level % 2 == 0:
            before = made
            continue
        if above:
            made += _over(even, live[level - 1], unknown[level - 1].rows, above)
        even = made
        if level + 1 in levels.skips:
            skipped.append(_over(even, above, unknown[level + 1].rows, outputs))
        if level + 1 < levels.last:
            before = trunk.normed(level + 1, even)
    starts = tuple(span.start for span in kept)
    return Tile(starts, tuple(rows), outputs, trunk.logits(skipped))
