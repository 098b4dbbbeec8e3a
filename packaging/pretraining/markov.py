"""Order-k Markov models of both strands: the baseline that small models often miss.

The chance of a base after k others is its count there, drawn towards the chance after
k - 1 (interpolation with a fixed weight, as a Dirichlet prior: MacKay and Peto 1995).
Two uses: the next base from the k before it, and a hidden base from both sides, which
for a Markov chain is exact: the product of the k + 1 chances that contain it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pretraining.data import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

PRIORS = (1.0, 4.0, 16.0, 64.0, 256.0)
"""Weights of the lower order that are tried, in observations."""


def counted(sequences: Iterable[NDArray[np.uint8]], order: int) -> NDArray[np.float64]:
    """Return how often each base follows each context on both strands.

    Args:
        sequences: Codes 0 to 3; words with an unknown base are left out.
        order: Bases of the context, k.

    Returns:
        Shape (4 ** k, 4).
    """
    table = np.zeros(4 ** (order + 1), np.int64)
    for codes in sequences:
        for strand in (codes, _reverse(codes)):
            words = words_of(strand, order + 1)
            table += np.bincount(words, minlength=len(table))
    return table.reshape(-1, 4).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Markov:
    """A model of one order.

    Attributes:
        order: Bases of the context, k.
        logs: Natural logarithms of the chances, shape (4 ** k, 4).
    """

    order: int
    logs: NDArray[np.float64]

    def next_base(
        self, sequence: NDArray[np.uint8], places: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return log chances of A, C, G, T from the left side, shape (n, 4).

        Args:
            sequence: Codes 0 to 3.
            places: 0-based places, each with `order` bases in front.
        """
        return self.logs[_contexts(sequence[None], places, self.order)]

    def hidden_base(
        self, sequence: NDArray[np.uint8], places: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return log chances of A, C, G, T from both sides, shape (n, 4).

        Args:
            sequence: Codes 0 to 3.
            places: 0-based places, each with `order` bases on both sides.
        """
        k = self.order
        reach = np.arange(-k, k + 1)
        around = sequence[places[:, None] + reach].astype(np.int64)
        result = np.zeros((len(places), 4))
        for base in range(4):
            around[:, k] = base
            for end in range(k, 2 * k + 1):
                context = around[:, end - k : end] @ _powers(k)
                result[:, base] += self.logs[context, around[:, end]]
        top = result.max(axis=1, keepdims=True)
        total = np.log(np.exp(result - top).sum(axis=1, keepdims=True)) + top
        return result - total


def fitted(
    sequences: Sequence[NDArray[np.uint8]],
    checks: Sequence[NDArray[np.uint8]],
    highest: int,
) -> list[Markov]:
    """Return models of orders 0 to `highest`.

    Args:
        sequences: What is counted: the training part.
        checks: What each order's prior weight is chosen on: the validation part.
        highest: The highest order.
    """
    lower = np.full((1, 4), 0.25)
    made = []
    for order in range(highest + 1):
        counts = counted(sequences, order)
        seen = counted(checks, order)
        # The context of k - 1 bases is the last k - 1 of k.
        base = np.tile(lower, (4**order // len(lower), 1))
        lower = _smoothed(counts, seen, base)
        made.append(Markov(order, np.log(lower)))
    return made


def fitted_between(
    sequences: Sequence[NDArray[np.uint8]],
    checks: Sequence[NDArray[np.uint8]],
    highest: int,
) -> list[NDArray[np.float64]]:
    """Return log chances of a base between others, by letters on either side.

    Args:
        sequences: What is counted: the training part.
        checks: What each length's prior weight is chosen on: the validation part.
        highest: Most letters on either side.

    Returns:
        For n from 0: shape (16 ** n, 4). A row's number is that of the left letters
        times 4 ** n plus that of the right ones; in both, the nearest letter is the
        last digit to base 4.
    """
    lower = np.full((1, 4), 0.25)
    made = []
    for letters in range(highest + 1):
        counts, seen = (_between(part, letters) for part in (sequences, checks))
        if letters:
            inner = np.arange(4 ** (letters - 1))
            both = np.tile(inner, 4)
            base = lower[(both[:, None] * len(inner) + both[None, :]).ravel()]
        else:
            base = lower
        lower = _smoothed(counts, seen, base)
        made.append(np.log(lower))
    return made


def _between(
    sequences: Iterable[NDArray[np.uint8]], letters: int
) -> NDArray[np.float64]:
    """Return counts (16 ** letters, 4) on both strands; see `fitted_between`."""
    table = np.zeros(4 ** (2 * letters + 1), np.int64)
    for codes in sequences:
        for strand in (codes, _reverse(codes)):
            table += np.bincount(
                words_of(strand, 2 * letters + 1), minlength=len(table)
            )
    grid = table.reshape([4] * (2 * letters + 1))
    left, right = range(letters), range(2 * letters, letters, -1)
    return grid.transpose(*left, *right, letters).reshape(-1, 4).astype(np.float64)


def _smoothed(
    counts: NDArray[np.float64], seen: NDArray[np.float64], base: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return chances drawn towards `base` by the prior that suits `seen` best."""
    tried = [
        (counts + prior * base) / (counts.sum(axis=1, keepdims=True) + prior)
        for prior in PRIORS
    ]
    return max(tried, key=lambda chances: float((seen * np.log(chances)).sum()))


def _contexts(
    sequence: NDArray[np.uint8], places: NDArray[np.int64], order: int
) -> NDArray[np.int64]:
    reach = np.arange(-order, 0)
    found: NDArray[np.int64] = sequence[0][places[:, None] + reach].astype(
        np.int64
    ) @ _powers(order)
    return found


def words_of(codes: NDArray[np.uint8], length: int) -> NDArray[np.int64]:
    """Return the numbers of all words without an unknown base."""
    if len(codes) < length:
        return np.zeros(0, np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(codes, length)
    numbers = np.zeros(len(windows), np.int64)
    for place in range(length):
        numbers = numbers * 4 + windows[:, place]
    known = np.cumsum(np.concatenate([[0], codes == UNKNOWN]))
    clear = known[length:] == known[:-length]
    return numbers[clear]


def _reverse(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    back = codes[::-1]
    return np.where(back == UNKNOWN, UNKNOWN, 3 - back).astype(np.uint8)


def _powers(order: int) -> NDArray[np.int64]:
    return 4 ** np.arange(order - 1, -1, -1, dtype=np.int64)
