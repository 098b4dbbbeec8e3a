"""Ask a language model many things with few forward passes, and no padding.

Sequences of one length run together; padding would change the numbers of models without
an attention mask (HyenaDNA, Caduceus, convolutions) and waste time in all others. Equal
inputs, such as those of two ALT alleles of one site whose base is hidden, run once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Forward = Callable[[Ids, Ids | None], NDArray[np.float32]]

T = TypeVar("T")

CPU_TOKENS = 2_048
"""Most tokens of a forward pass on a CPU. Longer ones need no less arithmetic, and make
tensors beyond the 32 MB up to which the C library keeps memory: every layer then asks
the system for pages, which cost 4,000 tokens of a 50M network a tenth of their time."""


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """One input of the network, and what is wanted of the output.

    Attributes:
        ids: Tokens, shape (tokens,).
        rows: The outputs that are wanted, shape (n,), in any order; None for all.
        read: Turns those, shape (n, values), into an answer at once: the whole outputs
            of many questions would not fit into memory.
    """

    ids: NDArray[np.int64]
    rows: NDArray[np.int64] | None
    read: Callable[[NDArray[np.float32]], T]


@dataclass(frozen=True, slots=True)
class _Input(Generic[T]):
    """Equal tokens, with all that is asked about them, by number of the question."""

    ids: NDArray[np.int64]
    questions: dict[int, Question[T]]

    def rows(self) -> NDArray[np.int64] | None:
        """Return all rows that are wanted, ascending; None for every row."""
        wanted = [question.rows for question in self.questions.values()]
        known = [rows for rows in wanted if rows is not None]
        return np.unique(np.concatenate(known)) if len(known) == len(wanted) else None

    def read(
        self, output: NDArray[np.float32], rows: NDArray[np.int64] | None
    ) -> dict[int, T]:
        """Return the answers from the outputs of `rows`."""
        answers = {}
        for number, question in self.questions.items():
            places = question.rows
            if places is not None and rows is not None:
                places = np.searchsorted(rows, places)
            answers[number] = question.read(
                output if places is None else output[places]
            )
        return answers


def answered(
    questions: Sequence[Question[T]],
    forward: Forward,
    *,
    batch_size: int,
    device: str = "cpu",
) -> list[T]:
    """Return the answer to every question, in their order.

    Args:
        questions: What is asked.
        forward: Takes ids of shape (batch, tokens) and rows of shape (batch, n), or
            None for all, and returns shape (batch, n, values).
        batch_size: Most sequences of a forward pass.
        device: Where the network runs; long sequences get smaller batches on a CPU.
    """
    found: dict[bytes, _Input[T]] = {}
    for number, question in enumerate(questions):
        one = found.setdefault(question.ids.tobytes(), _Input(question.ids, {}))
        one.questions[number] = question
    answers: dict[int, T] = {}
    for batch in _batches(list(found.values()), batch_size, device):
        wanted = [one.rows() for one in batch]
        output = forward(np.stack([one.ids for one in batch]), _stacked(wanted))
        for one, rows, values in zip(batch, wanted, output, strict=True):
            answers |= one.read(values, rows)
    return [answers[number] for number in range(len(questions))]


def _batches(
    inputs: list[_Input[T]], batch_size: int, device: str
) -> Iterator[list[_Input[T]]]:
    """Yield inputs of one length that are all read whole, or all in parts."""
    groups: dict[tuple[int, bool], list[_Input[T]]] = {}
    for one in inputs:
        groups.setdefault((len(one.ids), one.rows() is None), []).append(one)
    for (length, _), group in sorted(groups.items(), key=lambda item: item[0]):
        size = batch_size
        if device.startswith("cpu"):
            size = max(1, min(size, CPU_TOKENS // max(1, length)))
        for first in range(0, len(group), size):
            yield group[first : first + size]


def _stacked(rows: Sequence[NDArray[np.int64] | None]) -> NDArray[np.int64] | None:
    """Return shape (batch, n), short ones filled up with their last row; or None."""
    known = [one for one in rows if one is not None]
    if not known:
        return None
    longest = max(len(one) for one in known)
    return np.stack(
        [np.pad(one, (0, longest - len(one)), mode="edge") for one in known]
    )
