"""Variants that are waiting for a score, in the order of their table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.genome.variant import Variant

_BATCH = 4096


class Pending:
    """Variants without a status, in order, in batches of any size."""

    def __init__(
        self,
        table: Path,
        done: NDArray[np.int64],
        *,
        first: int = 0,
        count: int | None = None,
    ) -> None:
        """Look at a range of the variants of a table that are fit to be scored.

        Args:
            table: The variant table.
            done: Its rows that have a score, sorted.
            first: How many fit variants to pass over.
            count: How many of the following to look at; None for all.
        """
        self._left = self._read(table, done, first, count)

    def take(self, number: int) -> list[tuple[int, Variant]]:
        """Return the next `number` of them, fewer at the end."""
        taken: list[tuple[int, Variant]] = []
        for one in self._left:
            taken.append(one)
            if len(taken) == number:
                break
        return taken

    @staticmethod
    def _read(
        table: Path, done: NDArray[np.int64], first: int, count: int | None
    ) -> Iterator[tuple[int, Variant]]:
        from gfm_desktop.genome.variant_table import read_pending

        for batch in read_pending(table, _BATCH, first):
            wanted = batch[:count]
            known = contained([row for row, _ in wanted], done)
            for one, skip in zip(wanted, known, strict=True):
                if not skip:
                    yield one
            if count is not None:
                count -= len(wanted)
                if count == 0:
                    return


def fit_rows(table: Path) -> NDArray[np.int64]:
    """Return the rows of a variant table that are fit to be scored, ascending."""
    import pyarrow.parquet as pq

    fit = [("status", "=", str(Status.PENDING))]
    rows = pq.read_table(table, columns=["row"], filters=fit)["row"].to_numpy()
    return np.asarray(rows, np.int64)


def contained(
    rows: NDArray[np.int64] | list[int], done: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which rows are among those of `done`, which is sorted."""
    right, left = (np.searchsorted(done, rows, side) for side in ("right", "left"))
    return np.asarray(right > left)
