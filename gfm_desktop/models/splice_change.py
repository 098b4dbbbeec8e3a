"""Edits that go through a splice network as differences (`splice_cone` derives it)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.models.splice_cone import Cone, Span
from gfm_desktop.models.splice_rows import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

    from gfm_desktop.models.splice_question import Question
    from gfm_desktop.models.splice_tiles import Known
    from gfm_desktop.models.splice_trunk import Trunk


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and REF around it."""

    question: Question
    known: Known

    def aligned(self, shape: Cone, span: Span) -> list[Span]:
        """Return where an ALT span, seen from the edit, lies in REF of the strand."""
        start = self.question.edit.start
        return [place.moved(start) for place in shape.aligned(span)]

    def before(self, level: int, span: Span) -> torch.Tensor:
        """Return REF of a level before the activation, perhaps without copying.

        Args:
            level: Its number.
            span: Where in REF, seen from the edit.
        """
        place = span.moved(self.question.edit.start)
        return joined(self.known.before(level, place))


@dataclass(frozen=True, slots=True)
class Change:
    """Edits of one shape that go through a network beside each other.

    Spans are seen from the edit. Row p * n + i is position p of edit i of n.
    """

    trunk: Trunk
    asked: Sequence[Asked]
    cone: Cone

    def logits(self) -> torch.Tensor:
        """Return the change of the logits, shape (positions * edits, outputs)."""
        levels, spans, outputs = self.trunk.levels, self.cone.spans, self.cone.outputs
        total = self.trunk.told_zeros(outputs.length * len(self.asked))
        even = self._first()
        self._tell(0, even, total)
        for level in range(0, levels.last, 2):
            inner = self._through(level, even)
            outer = self._through(level + 1, inner)
            at, above = spans[level], spans[level + 2]
            if own := at.within(above):
                self._part(outer, above, own).add_(self._part(even, at, own))
            even = outer
            if level + 2 in levels.skips:
                self._tell(level + 2, even, total)
        return total

    def _tell(self, level: int, change: torch.Tensor, total: torch.Tensor) -> None:
        """Add to the logits what a level changes."""
        at = self.cone.spans[level]
        if own := at.within(self.cone.outputs):
            told = self.trunk.told_change(level, self._part(change, at, own))
            self._part(total, self.cone.outputs, own).add_(told)

    def _part(self, rows: torch.Tensor, at: Span, span: Span) -> torch.Tensor:
        """Return the part over a span of rows that lie at a wider one."""
        many = len(self.asked)
        first = (span.start - at.start) * many
        return rows[first : first + span.length * many]

    def _first(self) -> torch.Tensor:
        """Return the change of level 0, the letters."""
        at = self.cone.spans[0]
        before, after = [], []
        for one in self.asked:
            strand = one.question.strand
            places = one.aligned(self.cone, at)
            before.append("".join(strand.letters(*place) for place in places if place))
            inserted = one.question.edit.inserted
            after.append(inserted[at.start : at.end] if at else "")
        embedded = self.trunk.embedded
        return embedded(_beside(after)) - embedded(_beside(before))

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
        many = len(self.asked)
        if cone.shift == 0:
            at = cone.spans[level]
            if at and above == at.wider(reach):
                rows = self._active(level, change, at)
                return convolution.spread(rows, at.length, beside=many)
            rows = self._active(level, change, above.wider(reach))
            return convolution.linear(rows, above.length, beside=many)
        left = Span(above.start, min(above.end, cone.joint))
        right = Span(max(above.start, cone.joint), above.end)
        return torch.cat(
            [
                convolution.linear(
                    self._aside(level, change, side.wider(reach), side is left),
                    side.length,
                    beside=many,
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
        room = trunk.linear(level + 1).room(span.length)
        own = at.within(span)
        if not own:
            return trunk.zeros(room * len(self.asked))
        ref = [
            [
                rows
                for place in one.aligned(self.cone, own)
                for rows in one.known.rows(level, place)
            ]
            for one in self.asked
        ]
        return trunk.active_change(
            level,
            self._part(change, at, own),
            ref,
            before=own.start - span.start,
            room=room,
        )

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
            moved = self._ref_active(level, beyond.moved(cone.shift))
            still = self._ref_active(level, beyond)
            zone = self._part(found, read, beyond)
            zone += moved.sub_(still) if is_left else still.sub_(moved)
        return found

    def _ref_active(self, level: int, span: Span) -> torch.Tensor:
        """Return REF of a level behind the activation."""
        import torch

        found = [one.before(level, span) for one in self.asked]
        rows = torch.cat(found, dim=1).view(-1, self.trunk.channels)
        into = self.trunk.empty(len(rows))
        self.trunk.active(rows, into)
        return into


def _beside(strands: Sequence[str]) -> str:
    """Return the first letter of each, then the second of each, and so on."""
    return "".join("".join(letters) for letters in zip(*strands, strict=True))
