"""Which examples have something like themselves on the other side of a split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune.split import TRAIN, UNUSED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.finetune.split import Split

    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_NOWHERE = np.int64(1 << 40)


@dataclass(frozen=True, slots=True)
class Sides:
    """The side of every example.

    In a held-out design an example leaks if what it resembles lies in an earlier part
    (train before validation before test), so that each is counted once; in a
    cross-validation, if it lies in another fold.

    Attributes:
        side: int64 (n,), part or fold; -1 for unused examples.
        cross_validation: Which of the two.
    """

    side: Whole
    cross_validation: bool

    @classmethod
    def of(cls, split: Split) -> Sides:
        """Return the sides of a split."""
        side = split.folds if split.cross_validation else split.parts
        side = side.astype(np.int64)  # parts have no sign
        side[split.parts == UNUSED] = -1
        return cls(side, split.cross_validation)

    @property
    def held(self) -> int:
        """Return how many examples measure, and could leak."""
        least = 0 if self.cross_validation else TRAIN + 1
        return int((self.side >= least).sum())

    def leaking(self, nodes: Whole, links: Whole | None = None) -> Flags:
        """Return (n,), which examples leak.

        Args:
            nodes: (n,), number of the thing that each example is.
            links: (m, 2), pairs of things that are alike; None where only examples of
                one thing are.
        """
        size = int(nodes.max(initial=-1)) + 1
        low, high = np.full(size, _NOWHERE), np.full(size, np.int64(-1))
        used = self.side >= 0
        np.minimum.at(low, nodes[used], self.side[used])
        np.maximum.at(high, nodes[used], self.side[used])
        if links is not None:
            near_low, near_high = np.full_like(low, _NOWHERE), np.full_like(high, -1)
            for a, b in ((links[:, 0], links[:, 1]), (links[:, 1], links[:, 0])):
                np.minimum.at(near_low, a, low[b])
                np.maximum.at(near_high, a, high[b])
            low, high = near_low, near_high
        return self.judged(low[nodes], high[nodes])

    def judged(self, low: Whole, high: Whole) -> Flags:
        """Return which examples leak, from the first and last side that is like them.

        Args:
            low: (n,), large where nothing is like an example.
            high: (n,), -1 where nothing is.
        """
        used = self.side >= 0
        if self.cross_validation:
            somewhere = high >= 0
            other = (low != self.side) | (high != self.side)
            return np.asarray(used & somewhere & other)
        return np.asarray(used & (low < self.side))
