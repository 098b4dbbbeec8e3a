"""In which tiles the levels of a splice network are reckoned and kept.

A level (`splice_cone`) is cut into tiles on a grid fixed to the strand, and each tile
is reckoned once from tiles of levels below. Levels are taken together in *stages*: a
tile of a stage is reckoned from its lowest level to its highest in one go, each level
over what the next one reads, and what lies beside the tile is thrown away. With a reach
of R over the stage that costs about R / size more than the tile itself needs. So levels
that reach far are stages of their own, of tiles twice as long as their reach: then a
tile reads exactly two tiles of the level before, whose grid is moved by half a tile,
and nothing is reckoned twice.

For SpliceAI-10k that is a stage for each of the first two groups of units and two for
the third, in tiles of 2,000, and one for each of the last eight convolutions, in tiles
of 1,000. Along a strand a position takes 1.05 times the multiplications that it takes
without tiles; an isolated variant, of which whole tiles are read, 1.7 times those of
its window alone. One tile of the whole network in one go, of 2,000 outputs, takes 4.3
times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.models.splice_cone import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.models.splice_cone import Levels

_SHARE = 0.2
"""Size of a tile as a share of what an output sees. Longer ones cost isolated variants
more; shorter ones reckon more beside the tile."""
_LEAST = 512
"""Smaller tiles cost more in calls than in multiplications."""

_INNER = 4
"""Inner levels that see little are reckoned again for the few cones that read them, in
tiles so many times shorter, and not kept for all positions."""
_SHORT = 8
"""So many times what they see beside a tile must fit into it."""
_WIDE = 4
"""Levels that see more than this share of a tile on each side are reckoned in parts."""


def tile_size(flank: int) -> int:
    """Return positions of a tile for a network that sees `flank` on each side."""
    return max(_LEAST, int(_SHARE * 2 * flank))


@dataclass(frozen=True, slots=True)
class Stage:
    """Levels that are reckoned together.

    Attributes:
        below: The level that is read.
        last: The highest one of the stage; those between are its inner levels.
        size: Positions of a tile.
        offset: Where tile 0 begins.
        inner: Positions of a tile of the inner levels; 0 where they are kept when the
            stage's tile is reckoned.
    """

    below: int
    last: int
    size: int
    offset: int = 0
    inner: int = 0

    def span(self, number: int) -> Span:
        """Return the positions of a tile."""
        start = self.offset + number * self.size
        return Span(start, start + self.size)

    def over(self, spans: Sequence[Span]) -> list[int]:
        """Return the numbers of the tiles that share positions with spans."""
        return _over(spans, self.size, self.offset)

    def inner_span(self, number: int) -> Span:
        """Return the positions of a tile of the inner levels."""
        if not self.inner:
            return self.span(number)
        return Span(number * self.inner, (number + 1) * self.inner)

    def inner_over(self, spans: Sequence[Span]) -> list[int]:
        """Return the numbers of the tiles of inner levels, as `over` does."""
        if not self.inner:
            return self.over(spans)
        return _over(spans, self.inner, 0)


def _over(spans: Sequence[Span], size: int, offset: int) -> list[int]:
    found: set[int] = set()
    for span in spans:
        if span:
            first = (span.start - offset) // size
            found.update(range(first, (span.end - 1 - offset) // size + 1))
    return sorted(found)


def stages(levels: Levels, size: int) -> tuple[Stage, ...]:
    """Return the stages of a network, in order; together they are all its levels.

    Args:
        levels: The network's.
        size: Positions of a tile of a stage of several levels.
    """
    found = []
    for below, last in zip(levels.skips, levels.skips[1:], strict=False):
        reach = levels.reach(below + 1)
        if 4 * reach < size:
            for start, end in _parts(levels, below, last, size):
                beside = levels.reaches[end] - levels.reaches[start]
                aside = _SHORT * beside <= size
                found.append(Stage(start, end, size, inner=size // _INNER * aside))
            continue
        found += [
            Stage(level - 1, level, 2 * reach, (last - level) % 2 * reach)
            for level in range(below + 1, last + 1)
        ]
    return tuple(found)


def _parts(levels: Levels, below: int, last: int, size: int) -> list[tuple[int, int]]:
    """Return levels that are to be reckoned together, cut where they see too much."""
    middle = below + (last - below) // 4 * 2
    beside = levels.reaches[last] - levels.reaches[below]
    if middle == below or _WIDE * beside <= size:
        return [(below, last)]
    return [
        *_parts(levels, below, middle, size),
        *_parts(levels, middle, last, size),
    ]
