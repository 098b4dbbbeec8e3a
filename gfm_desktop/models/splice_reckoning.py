"""Several networks that answer the same questions side by side."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from gfm_desktop.models.exact import exact
from gfm_desktop.models.side_by_side import side_by_side
from gfm_desktop.models.splice_incremental import IncrementalNetwork, are_apart

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import torch

    from gfm_desktop.models.splice_question import Question

_BYTES = 28 << 20
"""Of REF, for each network and strand: what an output of SpliceAI-10k sees, so that a
variant some thousand bases further on reads it again."""
_MOST_BYTES = 170 << 20
_MOST_NEAR_BYTES = 700 << 20
"""Over all networks of a model: the latter where variants lie near one another, which
is where several strands are worth their memory."""

_NEAR = 1_000

_TOGETHER = 6
"""Questions that are answered together at most. More gain nothing, for by then the
products are large; and there would be less to divide among threads."""

_APART = 3
"""As many of variants that share little of REF: each then has memory of its own."""

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


def are_near(questions: Sequence[Question]) -> bool:
    """Tell whether most variants have another one near them on the same strand."""
    places: dict[Hashable, list[int]] = {}
    for question in questions:
        places.setdefault(question.strand.key, []).append(question.edit.start)
    gaps = [b - a for one in places.values() for a, b in pairwise(sorted(one))]
    return bool(gaps) and median(gaps) <= _NEAR


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

        Questions of one shape are answered together, some at a time. Each network and
        such group is one task: neighbouring tasks are of different networks, which do
        not wait for each other's tiles.

        Returns:
            Tensors of shape (outputs, positions).
        """
        size = len(self._networks)
        strands = strands_at_once(questions)
        most = _MOST_NEAR_BYTES if are_near(questions) else _MOST_BYTES
        limit = min(_BYTES * strands, most // max(1, size))
        for network in self._networks:
            network.allow(limit, strands=strands)
        groups = _alike(questions)
        tasks = [
            partial(self._answer, network, [questions[number] for number in group])
            for group in groups
            for network in self._networks
        ]
        done = side_by_side(tasks)
        found: dict[int, _Alleles] = {}
        for first, group in zip(range(0, len(done), size), groups, strict=True):
            for place, number in enumerate(group):
                alleles = [one[place] for one in done[first : first + size]]
                found[number] = (
                    tuple(ref for ref, _ in alleles),
                    tuple(alt for _, alt in alleles),
                )
        return [found[number] for number in range(len(questions))]

    def _answer(
        self, network: IncrementalNetwork, questions: Sequence[Question]
    ) -> list[tuple[torch.Tensor, torch.Tensor]]:
        with exact(self._device):
            return network.answers(questions)


def _alike(questions: Sequence[Question]) -> list[list[int]]:
    """Return numbers of questions of one shape, in groups of about the same size."""
    shapes: dict[Hashable, list[int]] = {}
    for number, question in enumerate(questions):
        shapes.setdefault(question.shape, []).append(number)
    groups = []
    for numbers in shapes.values():
        for group in _evenly(numbers, _TOGETHER):
            far = are_apart([questions[number] for number in group])
            groups += _evenly(group, _APART) if far else [group]
    return groups


def _evenly(numbers: list[int], most: int) -> list[list[int]]:
    """Return numbers in groups of about the same size, none larger than `most`."""
    count = -(-len(numbers) // most)
    size = -(-len(numbers) // count)
    return [numbers[n : n + size] for n in range(0, len(numbers), size)]
