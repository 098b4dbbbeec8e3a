"""REF and ALT outputs of a splice network, with REF kept and only the cone reckoned.

Exact: every number is the one that the whole network gives for the whole sequence, up
to rounding (float64 agrees to 1e-9, float32 to 1e-5, which the tests show). What
reaches how far, and how differences go through the network, is derived in
`splice_cone`; REF comes from `splice_tiles`. An indel moves the REF on its right side;
no tile is reckoned anew for it.

Variants whose cones have the same shape, as those of all substitutions of one base
have, are reckoned beside each other (`spectral_convolution`): one matrix product for
all of them.

A number does not depend on what else was asked: a tile is the same whoever asks first,
and a variant's rows are reckoned from its own. With the matrix products of the machine
where this was measured that holds for every bit, whatever lies beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.models.splice_change import Asked, Change
from gfm_desktop.models.splice_cone import cone
from gfm_desktop.models.splice_stages import tile_size
from gfm_desktop.models.splice_tiles import Tiles
from gfm_desktop.models.splice_trunk import Trunk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    import torch

    from gfm_desktop.models.splice_cone import Cone
    from gfm_desktop.models.splice_question import Question
    from gfm_desktop.models.splice_tiles import Known

_NEAR = 5_000
"""Positions within which variants share most tiles of REF."""


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

    def allow(self, limit: int, *, strands: int = 1) -> None:
        """Keep REF from the next question on.

        Args:
            limit: Up to so many bytes.
            strands: How many are asked about in turn.
        """
        self._tiles.allow(limit, strands=strands)

    def answers(
        self, questions: Sequence[Question]
    ) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Return REF and ALT outputs, each of shape (outputs, positions), float64.

        May be called from several threads; needs inference mode.

        Args:
            questions: At least one; all of one `Question.shape`.
        """
        edit, alt = questions[0].edit, questions[0].alt
        shape = cone(
            self._trunk.levels,
            edit.removed,
            len(edit.inserted),
            alt.moved(-edit.start),
        )
        apart = are_apart(questions)
        asked = [Asked(one, self._around(one, shape, apart)) for one in questions]
        changes = Change(self._trunk, asked, shape).logits()
        changes = changes.view(shape.outputs.length, len(asked), -1)
        return [
            self._told(one, shape, change)
            for one, change in zip(asked, changes.unbind(1), strict=True)
        ]

    def _around(self, question: Question, shape: Cone, is_alone: bool) -> Known:
        """Return REF around a variant; of memory that others share if it is not alone.

        Whole tiles of some variants that share none of them would fill the memory.
        """
        start = question.edit.start
        reads = [[at.moved(start) for at in spans] for spans in shape.reads]
        told = [at.moved(start) for at in shape.aligned(shape.outputs)]
        told.append(question.ref)
        known = self._tiles.around(question.strand, reads, told)
        return known.compact(reads, told) if is_alone else known

    def _told(
        self, asked: Asked, shape: Cone, change: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        import torch

        told = asked.aligned(shape, shape.outputs)
        # In float64, so that a change is not rounded to the precision of REF.
        beside = [asked.known.logits(span).double() for span in told]
        alt = torch.cat(beside).add_(change)
        ref = asked.known.logits(asked.question.ref).double()
        return self._trunk.told(ref), self._trunk.told(alt)


def are_apart(questions: Sequence[Question]) -> bool:
    """Tell whether variants share little of REF."""
    strands = {question.strand.key for question in questions}
    places = [question.edit.start for question in questions]
    return len(strands) > 1 or max(places) - min(places) > _NEAR
