"""Several networks that answer the same questions side by side."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gfm_desktop.models.exact import exact
from gfm_desktop.models.side_by_side import side_by_side
from gfm_desktop.models.splice_incremental import IncrementalNetwork

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import torch

    from gfm_desktop.models.splice_incremental import Question

_BYTES = 28 << 20
"""Of REF, for each network and strand: what an output of SpliceAI-10k sees, so that a
variant some thousand bases further on reads it again."""
_MOST_BYTES = 700 << 20
"""Over all networks of a model."""

_NEAR = 1_000

_Alleles = tuple[tuple["torch.Tensor", ...], tuple["torch.Tensor", ...]]


def strands_at_once(questions: Sequence[Question]) -> int:
    """Return how many strands are asked about at one place, at least 1.

    Both strands of a variant, or overlapping genes: each has REF of its own, and with
    room for one of them every question would reckon all of it anew. Genes that follow
    one another do not count.
    """
    ranges: dict[Hashable, tuple[int, int]] = {}
    for question in questions:
        # The minus strand is read along negative positions.
        place = abs(question.edit.start)
        low, high = ranges.get(question.strand.key, (place, place))
        ranges[question.strand.key] = (min(low, place), max(high, place))
    most = 1
    for at, _ in ranges.values():
        # A variant's two strands differ by the length of its REF.
        over = (low - _NEAR <= at <= high + _NEAR for low, high in ranges.values())
        most = max(most, sum(over))
    return most


class Reckoning:
    """The networks of a model, each with its own tiles of REF."""

    def __init__(
        self,
        networks: Sequence[torch.nn.Module],
        *,
        device: str,
        precision: str = "fp32",
    ) -> None:
        """Take loaded networks.

        Args:
            networks: Instances of `splice_network.replicate_class`.
            device: Where they are.
            precision: Number format in which differences are convolved.
        """
        self._device = device
        self._networks = [
            IncrementalNetwork.of(one, limit=_BYTES, precision=precision)
            for one in networks
        ]

    def answers(self, questions: Sequence[Question]) -> list[_Alleles]:
        """Return REF of all networks and ALT of all networks for each question.

        Each network and question is one task: neighbouring tasks are of different
        networks, which do not wait for each other's tiles.

        Returns:
            Tensors of shape (outputs, positions).
        """
        size = len(self._networks)
        limit = min(_BYTES * strands_at_once(questions), _MOST_BYTES // max(1, size))
        for network in self._networks:
            network.allow(limit)
        tasks = [
            partial(self._answer, network, question)
            for question in questions
            for network in self._networks
        ]
        found = side_by_side(tasks)
        return [
            (
                tuple(ref for ref, _ in found[first : first + size]),
                tuple(alt for _, alt in found[first : first + size]),
            )
            for first in range(0, len(found), size)
        ]

    def _answer(
        self, network: IncrementalNetwork, question: Question
    ) -> tuple[torch.Tensor, torch.Tensor]:
        with exact(self._device):
            return network.answer(question)
