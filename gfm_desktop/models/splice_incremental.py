"""REF and ALT outputs of a splice network, with REF kept and only the cone reckoned.

Exact: every number is the one that the whole network gives for the whole sequence, up
to rounding (float64 agrees to 1e-9, float32 to 1e-5, which the tests show). What
reaches how far, and how differences go through the network, is derived in
`splice_cone`; REF comes from `splice_tiles`. An indel moves the REF on its right side;
no tile is reckoned anew for it.

A number does not depend, in any bit, on what else was asked: a tile is the same whoever
asks first, a cone belongs to one variant, and each is reckoned by one thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.models.splice_cone import Cone, Edit, Span, cone
from gfm_desktop.models.splice_rows import joined, part
from gfm_desktop.models.splice_stages import tile_size
from gfm_desktop.models.splice_tiles import Known, Strand, Tiles
from gfm_desktop.models.splice_trunk import Trunk

if TYPE_CHECKING:
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
    def of(
        cls, network: Any, *, limit: int, precision: str = "fp32"
    ) -> IncrementalNetwork:
        """Take a loaded instance of `splice_network.replicate_class`.

        Args:
            network: On its device, ready to be asked.
            limit: Bytes of REF that are kept between questions.
            precision: Number format in which differences are convolved.
        """
        trunk = Trunk(network, precision=precision)
        return cls(trunk, limit=limit, tile=tile_size(trunk.levels.flank))

    def allow(self, limit: int) -> None:
        """Keep up to so many bytes of REF from the next question on."""
        self._tiles.allow(limit)

    def answer(self, question: Question) -> tuple[torch.Tensor, torch.Tensor]:
        """Return REF and ALT outputs, each of shape (outputs, positions), float64.

        May be called from several threads; needs inference mode.
        """
        import torch

        edit = question.edit
        shape = cone(
            self._trunk.levels,
            edit.removed,
            len(edit.inserted),
            question.alt.moved(-edit.start),
        )
        reads = [[at.moved(edit.start) for at in spans] for spans in shape.reads]
        told = [at.moved(edit.start) for at in shape.aligned(shape.outputs)]
        known = self._tiles.around(question.strand, reads, [question.ref, *told])
        change = _Change(self._trunk, known, question.strand, edit, shape)
        # In float64, so that a change is not rounded to the precision of REF.
        beside = [known.logits(span).double() for span in told]
        alt = torch.cat(beside).add_(change.logits())
        ref = known.logits(question.ref).double()
        return self._trunk.told(ref), self._trunk.told(alt)


@dataclass(frozen=True, slots=True)
class _Change:
    """An edit that goes through a network; spans are seen from the edit."""

    trunk: Trunk
    known: Known
    strand: Strand
    edit: Edit
    cone: Cone

    def logits(self) -> torch.Tensor:
        """Return the change of the logits, shape (positions, outputs)."""
        levels, spans, outputs = self.trunk.levels, self.cone.spans, self.cone.outputs
        total = self.trunk.told_zeros(outputs.length)
        even = self._first()
        self._tell(0, even, total)
        for level in range(0, levels.last, 2):
            inner = self._through(level, even)
            outer = self._through(level + 1, inner)
            at, above = spans[level], spans[level + 2]
            if own := at.within(above):
                part(outer, above, own).add_(part(even, at, own))
            even = outer
            if level + 2 in levels.skips:
                self._tell(level + 2, even, total)
        return total

    def _tell(self, level: int, change: torch.Tensor, total: torch.Tensor) -> None:
        """Add to the logits what a level changes."""
        at = self.cone.spans[level]
        if own := at.within(self.cone.outputs):
            told = self.trunk.told_change(level, part(change, at, own))
            part(total, self.cone.outputs, own).add_(told)

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
        import torch

        cone, above = self.cone, self.cone.spans[level + 1]
        if not above:
            return self.trunk.empty(0)
        convolution = self.trunk.linear(level + 1)
        reach = convolution.reach
        if cone.shift == 0:
            at = cone.spans[level]
            if at and above == at.wider(reach):
                rows = self._active(level, change, at)
                return convolution.spread(rows, at.length)
            rows = self._active(level, change, above.wider(reach))
            return convolution.linear(rows, above.length)
        left = Span(above.start, min(above.end, cone.joint))
        right = Span(max(above.start, cone.joint), above.end)
        return torch.cat(
            [
                convolution.linear(
                    self._aside(level, change, side.wider(reach), side is left),
                    side.length,
                )
                for side in (left, right)
                if side
            ]
        )

    def _active(self, level: int, change: torch.Tensor, span: Span) -> torch.Tensor:
        """Return the change of an activation, as a convolution wants to read it.

        Args:
            level: Its level.
            change: The change of the level before the activation, over the cone.
            span: Where it is wanted; zero outside the cone.
        """
        trunk, at = self.trunk, self.cone.spans[level]
        into = trunk.empty(trunk.linear(level + 1).room(span.length))
        own = at.within(span)
        if not own:
            return into.zero_()
        part(into, span, Span(span.start, own.start)).zero_()
        into[own.end - span.start :].zero_()
        first = own.start
        for place in self.cone.aligned(own):
            for _, rows in self.known.before(level, place.moved(self.edit.start)):
                here = Span(first, first + len(rows))
                trunk.active_change(
                    level, part(change, at, here), rows, part(into, span, here)
                )
                first = here.end
        return into

    def _aside(
        self, level: int, change: torch.Tensor, read: Span, is_left: bool
    ) -> torch.Tensor:
        """Return the change of an activation in one of both alignments.

        Args:
            level: Its level.
            change: The change of the level before the activation, over the cone; each
                side of the joint in its own alignment.
            read: Where it is wanted.
            is_left: Whether it is to be in the alignment of the left side.
        """
        cone = self.cone
        found = self._active(level, change, read)
        beyond = Span(cone.joint, read.end) if is_left else Span(read.start, cone.joint)
        if beyond := beyond.within(read):
            place = beyond.moved(self.edit.start)
            moved = self._ref_active(level, place.moved(cone.shift))
            still = self._ref_active(level, place)
            zone = part(found, read, beyond)
            zone += moved.sub_(still) if is_left else still.sub_(moved)
        return found

    def _ref_active(self, level: int, span: Span) -> torch.Tensor:
        """Return REF of a level behind the activation."""
        rows = joined(self.known.before(level, span))
        into = self.trunk.empty(len(rows))
        self.trunk.active(rows, into)
        return into
