"""REF and ALT outputs of a splice network, with REF kept and only the cone reckoned.

Exact: every number is the one that the whole network gives for the whole sequence, up
to rounding (float64 agrees to 1e-9, float32 to 1e-5, which the tests show). What
reaches how far, and how differences go through the network, is derived in
`splice_cone`; REF comes from `splice_tiles`. An indel moves the REF on its right side;
no tile is reckoned anew for it. Only a very long one, which reads REF beyond its tile,
has its ALT outputs reckoned from its letters.

A number does not depend, in any bit, on what else was asked: a tile is the same whoever
asks first, a cone belongs to one variant, and each is reckoned by one thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.models.splice_cone import Cone, Edit, Span, cone
from gfm_desktop.models.splice_tiles import Strand, Tile, Tiles, tile_size
from gfm_desktop.models.splice_trunk import Trunk

if TYPE_CHECKING:
    from collections.abc import Hashable
    from typing import Any

    import torch


@dataclass(frozen=True, slots=True)
class Question:
    """What one variant asks.

    Attributes:
        strand: The sequence.
        edit: The variant, on the strand.
        ref: Positions whose REF outputs are wanted, at least one.
        alt: Positions of the ALT sequence whose outputs are wanted, at least one:
            begins where `ref` does, and ends with the same base.
    """

    strand: Strand
    edit: Edit
    ref: Span
    alt: Span


class IncrementalNetwork:
    """One network that answers questions; keeps tiles of REF."""

    def __init__(self, trunk: Trunk, *, limit: int, tile: int) -> None:
        """Start with nothing known.

        Args:
            trunk: The network.
            limit: Bytes of REF that are kept between questions.
            tile: Positions of a tile.
        """
        self._trunk = trunk
        self._tiles = Tiles(trunk, size=tile, limit=limit)

    @classmethod
    def of(cls, network: Any, *, limit: int) -> IncrementalNetwork:
        """Take a loaded instance of `splice_network.replicate_class`.

        Args:
            network: On its device, ready to be asked.
            limit: Bytes of REF that are kept between questions.
        """
        trunk = Trunk(network)
        return cls(trunk, limit=limit, tile=tile_size(trunk.levels.flank))

    def answer(self, question: Question) -> tuple[torch.Tensor, torch.Tensor]:
        """Return REF and ALT outputs, each of shape (outputs, positions).

        May be called from several threads; needs inference mode.
        """
        edit = question.edit
        tile = self._tiles.over(question.strand, question.ref)
        shape = cone(
            self._trunk.levels,
            edit.removed,
            len(edit.inserted),
            question.alt.moved(-edit.start),
        )
        change = _Change(self._trunk, tile, question.strand, edit, shape)
        if change.possible:
            logits = change.logits()
        else:
            logits = self._tiles.whole(_Edited(question.strand, edit), question.alt)
        ref = self._trunk.told(tile.told(question.ref))
        return ref, self._trunk.told(logits)


@dataclass(frozen=True, slots=True)
class _Change:
    """An edit that goes through a network; spans are seen from the edit."""

    trunk: Trunk
    tile: Tile
    strand: Strand
    edit: Edit
    cone: Cone

    @property
    def possible(self) -> bool:
        """Tell whether the tile has all of REF that is read."""
        reads = enumerate(self.cone.reads)
        outputs = self.cone.aligned(self.cone.outputs)
        return all(
            self.tile.has(level, span.moved(self.edit.start)) for level, span in reads
        ) and all(
            self.tile.outputs.holds(span.moved(self.edit.start)) for span in outputs
        )

    def logits(self) -> torch.Tensor:
        """Return what ALT tells, shape (positions, outputs)."""
        trunk, levels, spans = self.trunk, self.trunk.levels, self.cone.spans
        even = self._first()
        skipped = [self._placed(even, spans[0], self.cone.outputs)]
        for level in range(0, levels.last, 2):
            inner = self._through(level, even)
            outer = self._through(level + 1, inner)
            at, above = spans[level], spans[level + 2]
            if own := at.within(above):
                outer[own.start - above.start :][: own.length] += even[
                    own.start - at.start :
                ][: own.length]
            even = outer
            if level + 2 in levels.skips:
                skipped.append(self._placed(even, above, self.cone.outputs))
        pieces = [
            self.tile.told(span.moved(self.edit.start))
            for span in self.cone.aligned(self.cone.outputs)
        ]
        return _joined(pieces) + trunk.logits_change(skipped)

    def _first(self) -> torch.Tensor:
        """Return the change of level 0, the letters."""
        at, strand = self.cone.spans[0], self.strand
        places = [span.moved(self.edit.start) for span in self.cone.aligned(at)]
        before = "".join(strand.letters(*place) for place in places if place)
        after = self.edit.inserted[at.start : at.end] if at else ""
        return self.trunk.embedded(after) - self.trunk.embedded(before)

    def _through(self, level: int, change: torch.Tensor) -> torch.Tensor:
        """Return the change of convolution ``level + 1`` over its cone.

        Args:
            level: The one before.
            change: Its change over its cone, before the activation.
        """
        trunk, cone = self.trunk, self.cone
        at, above = cone.spans[level], cone.spans[level + 1]
        reach = trunk.levels.reach(level + 1)
        active = trunk.empty(at.length)
        if at:
            trunk.active_change(level, change, self._ref(level, at), active)
        if cone.shift == 0:
            if at and above == at.wider(reach):
                return trunk.spread_change(level + 1, active)
            read = self._placed(active, at, above.wider(reach))
            return trunk.convolved_change(level + 1, read)
        left = Span(above.start, min(above.end, cone.joint))
        right = Span(max(above.start, cone.joint), above.end)
        sides = [
            trunk.convolved_change(
                level + 1, self._aside(level, active, side.wider(reach), side is left)
            )
            for side in (left, right)
            if side
        ]
        return _joined(sides) if sides else trunk.zeros(0)

    def _aside(
        self, level: int, active: torch.Tensor, read: Span, is_left: bool
    ) -> torch.Tensor:
        """Return the change of an activation over a span in one of both alignments.

        Args:
            level: Its level.
            active: The change over the cone, each side of the joint in its own.
            read: The span.
            is_left: Whether it is to be that of the left side.
        """
        trunk, cone = self.trunk, self.cone
        found = self._placed(active, cone.spans[level], read).clone()
        beyond = Span(cone.joint, read.end) if is_left else Span(read.start, cone.joint)
        if beyond:
            place = beyond.moved(self.edit.start)
            first = trunk.active(self.tile.read(level, place))
            second = trunk.active(self.tile.read(level, place.moved(cone.shift)))
            part = _part(found, read, beyond)
            part += second.sub_(first) if is_left else first.sub_(second)
        return found

    def _ref(self, level: int, span: Span) -> torch.Tensor:
        """Return REF of a level, along ALT positions."""
        pieces = self.cone.aligned(span)
        return _joined(
            [self.tile.read(level, piece.moved(self.edit.start)) for piece in pieces]
        )

    def _placed(self, rows: torch.Tensor, at: Span, span: Span) -> torch.Tensor:
        """Return changes that lie `at` some span over another one; perhaps a view."""
        if at.holds(span):
            return _part(rows, at, span)
        found = self.trunk.zeros(span.length)
        if own := at.within(span):
            _part(found, span, own).copy_(_part(rows, at, own))
        return found


@dataclass(frozen=True, slots=True)
class _Edited:
    """A strand with an edit (`splice_tiles.Strand`); positions are those of ALT."""

    strand: Strand
    edit: Edit

    @property
    def key(self) -> Hashable:
        """Return what tells it from every other strand."""
        return self.strand.key, self.edit

    @property
    def seen(self) -> Span:
        """Return where there may be letters: the strand's, and the new ones."""
        start, end = self.strand.seen
        edit, inserted = self.edit, len(self.edit.inserted)
        return Span(
            min(start, edit.start), max(end - edit.shift, edit.start + inserted)
        )

    def letters(self, start: int, end: int) -> str:
        """Return letters of the ALT sequence."""
        edit, inserted = self.edit, len(self.edit.inserted)
        span = Span(start, end)
        left = span.within(Span(start, edit.start))
        new = span.within(Span(edit.start, edit.start + inserted)).moved(-edit.start)
        right = span.within(Span(edit.start + inserted, end)).moved(edit.shift)
        return (
            (self.strand.letters(*left) if left else "")
            + (edit.inserted[new.start : new.end] if new else "")
            + (self.strand.letters(*right) if right else "")
        )


def _part(rows: torch.Tensor, at: Span, span: Span) -> torch.Tensor:
    """Return the part over a span of rows that lie at a wider one."""
    first = span.start - at.start
    return rows[first : first + span.length]


def _joined(pieces: list[torch.Tensor]) -> torch.Tensor:
    if len(pieces) == 1:
        return pieces[0]
    import torch

    return torch.cat(pieces)
