"""Bins of a signal: what is known of neighbouring stretches of equal length."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FINEST = 64
"""bp of a bin of the finest level on disk; closer views read the values themselves."""
BIN = np.dtype([("low", "<f4"), ("high", "<f4"), ("mean", "<f4"), ("covered", "<u4")])
"""A bin as it is stored; see `Bins`."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Summaries of neighbouring bins of one size.

    Attributes:
        start: First base of the first bin, 0-based; a multiple of `size`.
        size: bp of a bin.
        low: float32 (n,) smallest value, NaN where no base has one.
        high: float32 (n,) largest value.
        mean: float32 (n,) mean over covered bases.
        covered: (n,) bases that have a value, unsigned.
    """

    start: int
    size: int
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    mean: NDArray[np.float32]
    covered: NDArray[np.unsignedinteger[Any]]

    def __len__(self) -> int:
        """Return the number of bins."""
        return len(self.low)

    def part(self, start: int, end: int) -> Bins:
        """Return the bins that overlap ``[start, end)``."""
        first = max(0, (start - self.start) // self.size)
        last = min(len(self), -(-(end - self.start) // self.size))
        cut = slice(first, max(first, last))
        return Bins(
            self.start + first * self.size,
            self.size,
            self.low[cut],
            self.high[cut],
            self.mean[cut],
            self.covered[cut],
        )


@dataclass(frozen=True, slots=True)
class Sums:
    """Bins of one level as they are built: sums in float64 instead of means.

    Attributes:
        low: float32 (n,) smallest value, NaN where there is none.
        high: float32 (n,) largest value.
        total: float64 (n,) sum of the values.
        covered: (n,) bases that have a value.
    """

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    total: NDArray[np.float64]
    covered: NDArray[np.int64]

    @classmethod
    def empty(cls, count: int) -> Sums:
        """Return bins without a value."""
        nothing = np.full(count, np.nan, np.float32)
        return cls(
            nothing, nothing.copy(), np.zeros(count), np.zeros(count, dtype=np.int64)
        )

    @classmethod
    def of(cls, values: NDArray[np.float32], size: int) -> Sums:
        """Return the bins of values that begin at the edge of a bin."""
        count = -(-len(values) // size)
        if len(values) < count * size:
            spare = np.full(count * size - len(values), np.nan, np.float32)
            values = np.concatenate([values, spare])
        table = values.reshape(count, size)
        known = ~np.isnan(table)
        if known.all():
            covered = np.full(count, size, np.int64)
            total = table.sum(axis=1, dtype=np.float64)
            return cls(table.min(axis=1), table.max(axis=1), total, covered)
        total = np.where(known, table, np.float32(0)).sum(axis=1, dtype=np.float64)
        low: NDArray[np.float32] = np.fmin.reduce(table, axis=1)
        high: NDArray[np.float32] = np.fmax.reduce(table, axis=1)
        return cls(low, high, total, known.sum(axis=1, dtype=np.int64))

    def put(self, at: int, other: Sums) -> None:
        """Write the bins of `other` from bin `at` on."""
        where = slice(at, at + len(other.low))
        self.low[where], self.high[where] = other.low, other.high
        self.total[where], self.covered[where] = other.total, other.covered

    def halved(self) -> Sums:
        """Return the next level: two bins become one."""
        low, high = _even(self.low), _even(self.high)
        total, covered = self._evened()
        return Sums(
            np.fmin(low[::2], low[1::2]),
            np.fmax(high[::2], high[1::2]),
            total[::2] + total[1::2],
            covered[::2] + covered[1::2],
        )

    def records(self) -> NDArray[np.void]:
        """Return the bins as they are stored."""
        bins = np.empty(len(self.low), BIN)
        bins["low"], bins["high"], bins["covered"] = self.low, self.high, self.covered
        known = self.covered > 0
        bins["mean"] = np.nan
        bins["mean"][known] = self.total[known] / self.covered[known]
        return bins

    def _evened(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        if len(self.total) % 2 == 0:
            return self.total, self.covered
        return np.append(self.total, 0.0), np.append(self.covered, 0)


def _even(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return an even number of values: a missing one is put at the end."""
    if len(values) % 2 == 0:
        return values
    return np.append(values, np.float32(np.nan))


def summed(values: NDArray[np.float32], start: int) -> tuple[Bins, ...]:
    """Return the bins of 1, 2, 4, ... bp below `FINEST` of a stretch of values.

    Args:
        values: One value a base, NaN where there is none.
        start: First base, 0-based; a multiple of `FINEST`.
    """
    covered = (~np.isnan(values)).astype(np.uint8)
    levels = [Bins(start, 1, values, values, values, covered)]
    sums = Sums(
        values, values, np.nan_to_num(values).astype(np.float64), covered.astype(int)
    )
    size = 2
    while size < FINEST:
        sums = sums.halved()
        bins = bins_of(start, size, sums.records())
        # Kept in memory by the hundred: counts up to 32 need a byte.
        levels.append(replace(bins, covered=bins.covered.astype(np.uint8)))
        size *= 2
    return tuple(levels)


def bins_of(start: int, size: int, found: NDArray[np.void]) -> Bins:
    """Return stored bins, of which the first begins at `start`."""
    columns = (np.ascontiguousarray(found[name]) for name in BIN.names or ())
    return Bins(start, size, *columns)
