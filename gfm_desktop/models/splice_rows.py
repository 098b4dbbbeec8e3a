"""How one tile of a splice network's REF levels is reckoned from what lies below it.

Valid convolutions throughout: each level over what the next one reads, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.models.splice_cone import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

    from gfm_desktop.models.splice_stages import Stage
    from gfm_desktop.models.splice_trunk import Trunk

Pieces = list[tuple[Span, "torch.Tensor"]]
"""Rows of a level in order, each tensor with its positions."""


@dataclass(frozen=True, slots=True)
class Inner:
    """The inner levels of a tile, before the activations that read them."""

    rows: tuple[torch.Tensor, ...]

    @property
    def nbytes(self) -> int:
        """Return how much memory they take."""
        return _nbytes(self.rows)


@dataclass(frozen=True, slots=True)
class Tile:
    """The last level of a stage over a tile.

    Attributes:
        before: It before the activation that reads it; None where that is made of
            `even` when it is read, and for the last level of all.
        even: It itself, where it is an even one.
        told: What it adds to the logits, where a skip connection follows it.
    """

    before: torch.Tensor | None
    even: torch.Tensor | None
    told: torch.Tensor | None

    @property
    def nbytes(self) -> int:
        """Return how much memory it takes."""
        return _nbytes((self.before, self.even, self.told))


def several(
    trunk: Trunk, stage: Stage, span: Span, even: torch.Tensor, *, keep: bool
) -> tuple[Tile, Inner]:
    """Return a tile of a stage of several levels, from an even one to an even one.

    Args:
        trunk: The network.
        stage: The stage.
        span: The tile's positions.
        even: The level below over all positions that the tile sees of it.
        keep: Whether the inner levels are wanted as well.
    """
    inner, made = _climbed(trunk, stage.below, stage.last, span, even)
    return _tile(trunk, stage, made, None), Inner(tuple(inner) if keep else ())


def inner_levels(trunk: Trunk, stage: Stage, span: Span, even: torch.Tensor) -> Inner:
    """Return the inner levels of a stage of several levels over a span.

    Args:
        trunk: The network.
        stage: The stage.
        span: Any positions.
        even: The level below over all positions that the last inner level sees of it.
    """
    inner, last = _climbed(trunk, stage.below, stage.last - 1, span, even)
    return Inner((*inner, last))


def _climbed(
    trunk: Trunk, below: int, last: int, span: Span, even: torch.Tensor
) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Reckon levels over a span, from an even one on.

    Returns:
        The levels between, before the activation, and the last one over the span.
    """
    levels = trunk.levels
    at = span.wider(levels.reaches[last] - levels.reaches[below])
    even_at, made = at, even
    between = []
    for level in range(below + 1, last + 1):
        before = made if level % 2 == 0 else trunk.normed(level - 1, even)
        if level > below + 1:
            between.append(part(before, at, span).clone())
        at = at.wider(-levels.reach(level))
        made = trunk.convolved(level, trunk.active_in_place(before))
        if level % 2 == 0:
            made += part(even, even_at, at)
            even_at, even = at, made
    return between, made


def one(trunk: Trunk, stage: Stage, span: Span, below: Pieces, even: Pieces) -> Tile:
    """Return a tile of a stage of one level.

    Args:
        trunk: The network.
        stage: The stage.
        span: The tile's positions.
        below: The level before, before the activation, over what the tile reads of it.
        even: The level before that one over the tile, where the stage's is even.
    """
    level = stage.last
    read = span.wider(trunk.levels.reach(level))
    active = trunk.empty(read.length)
    for where, rows in below:
        trunk.active(rows, part(active, read, where))
    made = trunk.convolved(level, active)
    for where, rows in even:
        part(made, span, where).add_(rows)
    if level % 2:
        return Tile(made, None, None)
    before = trunk.normed(level, made) if level < trunk.levels.last else None
    return _tile(trunk, stage, made, before)


def _tile(
    trunk: Trunk, stage: Stage, even: torch.Tensor, before: torch.Tensor | None
) -> Tile:
    level, levels = stage.last, trunk.levels
    told = trunk.told_by(level, even) if level in levels.skips else None
    if level == levels.last:
        return Tile(None, None, told)
    return Tile(before, even, told)


def unknown_tile(
    trunk: Trunk, stage: Stage, unknown: Sequence[UnknownRow]
) -> tuple[Tile, Inner]:
    """Return a tile that sees nothing but N: one row of memory for each level."""
    last = unknown[stage.last]

    def spread(row: torch.Tensor) -> torch.Tensor:
        return row.expand(stage.size, -1)

    inner = tuple(
        spread(unknown[level].before) for level in range(stage.below + 1, stage.last)
    )
    even = None if stage.last % 2 else spread(last.row)
    tile = Tile(
        spread(last.before) if even is None else None,
        even,
        spread(trunk.told_by(stage.last, last.row))
        if stage.last in trunk.levels.skips
        else None,
    )
    return tile, Inner(inner)


@dataclass(frozen=True, slots=True)
class UnknownRow:
    """A level where it sees nothing but N.

    Attributes:
        row: The level itself, shape (1, channels).
        before: It before the activation that reads it.
    """

    row: torch.Tensor
    before: torch.Tensor


def unknown_rows(trunk: Trunk) -> tuple[UnknownRow, ...]:
    """Return what each level is far from every base."""
    levels = trunk.levels
    even = row = trunk.embedded("N")
    found = []
    for level in range(levels.last + 1):
        before = row
        if level % 2 == 0:
            even = row = row + even if level else row
            before = trunk.normed(level, row) if level < levels.last else row
        found.append(UnknownRow(row, before))
        if level < levels.last:
            length = 2 * levels.reach(level + 1) + 1
            active = trunk.active_in_place(before.clone())
            row = trunk.convolved(level + 1, active.repeat(length, 1))
    return tuple(found)


def part(rows: torch.Tensor, at: Span, span: Span) -> torch.Tensor:
    """Return the part over a span of rows that lie at a wider one."""
    first = span.start - at.start
    return rows[first : first + span.length]


def cut(pieces: Pieces, span: Span) -> Pieces:
    """Return pieces within a span, without copying."""
    return [
        (shared, part(rows, at, shared))
        for at, rows in pieces
        if (shared := at.within(span))
    ]


def joined(pieces: Pieces) -> torch.Tensor:
    """Return pieces that lie one behind the other as one; perhaps without copying."""
    if len(pieces) == 1:
        return pieces[0][1]
    import torch

    return torch.cat([rows for _, rows in pieces])


def _nbytes(rows: Sequence[torch.Tensor | None]) -> int:
    """Return how much memory rows take; one row that stands for many is one."""
    return sum(one.untyped_storage().nbytes() for one in rows if one is not None)
