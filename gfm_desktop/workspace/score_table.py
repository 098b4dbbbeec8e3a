"""The opened variants with their scores: ordered, filtered and paged.

The variant table (`genome.variant_table`) and the parts of a scoring run
(`jobs.run_folder`) are Parquet files on disk. Here they become columns: one snapshot
of arrays (`workspace.score_columns`), replaced as a whole when more parts arrive, so
that the window, the browser and a worker thread can all read at once.
"""

from __future__ import annotations

import math
import re
import threading
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.status import Status
from gfm_desktop.workspace.row_order import RowFilter, ordered, passing
from gfm_desktop.workspace.score_columns import (
    KINDS,
    NO_KIND,
    PART_COLUMNS,
    STATUSES,
    empty,
    load_columns,
    without_scores,
)
from gfm_desktop.workspace.score_parts import with_parts
from gfm_desktop.workspace.variant_row import VariantMarks, VariantRow, variant_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.variant import VariantKind
    from gfm_desktop.workspace.score_columns import Columns

__all__ = [
    "FIXED_COLUMNS",
    "KINDS",
    "NO_KIND",
    "STATUSES",
    "RowFilter",
    "ScoreTable",
    "VariantMarks",
    "VariantRow",
]

_ORDERS_KEPT = 2
_FEW = 8
"""A filter that leaves fewer than one in that many sorts what it leaves."""
FIXED_COLUMNS = (
    "position",
    "id",
    "ref",
    "alt",
    "kind",
    "gene",
    "score",
    "status",
    "reason",
    "line",
)
"""Columns that every table has, as `ScoreTable.order` sorts by them."""


class ScoreTable:
    """A variant table with the scores of one run, or none.

    Reading is lazy: the file is read at the first question. Every method may be
    called from any thread.
    """

    def __init__(self, table: Path) -> None:
        """Name the Parquet file of `genome.variant_table`; nothing is read yet."""
        self.path = table
        self._lock = threading.RLock()
        self._columns: Columns | None = None
        self._folder: Path | None = None
        self._closed = False
        self._counts: tuple[Columns, NDArray[np.int64]] | None = None
        self._orders_of: Columns | None = None
        self._orders: dict[tuple[str, bool], NDArray[np.int64]] = {}

    def attach(self, run_folder: Path | None) -> None:
        """Show a run's scores: reads the parts that were not read before.

        Args:
            run_folder: Folder with ``scores-*.parquet``; None shows no scores.

        Raises:
            InputError: If a part cannot be read or belongs to other variants.
        """
        with self._lock:
            columns = self._snapshot()
            names = _part_names(run_folder)
            if run_folder != self._folder or not columns.parts <= set(names):
                columns = without_scores(columns)
            new = [n for n in names if n not in columns.parts]
            if run_folder is not None:
                columns = with_parts(columns, [run_folder / name for name in new])
            self._folder = run_folder
            self._columns = columns

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of all columns: the fixed ones, then the scorer's."""
        return FIXED_COLUMNS + self.scorer_columns

    @property
    def scorer_columns(self) -> tuple[str, ...]:
        """Return the names of the scorer's own columns; empty before scoring."""
        scores = self._snapshot().scores
        names = [] if scores is None else scores.column_names
        return tuple(name for name in names if name not in PART_COLUMNS)

    @property
    def records(self) -> int:
        """Return the number of records (lines) of the variant file."""
        return self._snapshot().records

    @property
    def scores(self) -> NDArray[np.float64]:
        """Return (n,) the score of each row, NaN where there is none; not a copy."""
        return self._snapshot().score

    def __len__(self) -> int:
        """Return the number of rows: one an ALT allele."""
        return len(self._snapshot())

    def order(
        self,
        *,
        where: RowFilter | None = None,
        sort: str = "score",
        descending: bool = True,
    ) -> NDArray[np.int64]:
        """Return the rows that pass a filter, in order.

        Args:
            where: What to show; None for everything.
            sort: Name of a column. Missing values come last in both directions, and
                equal ones in the order of the file.
            descending: Largest first.
        """
        columns = self._snapshot()
        if where is None or not where:
            return self._whole_order(columns, sort, descending).copy()
        keep = passing(columns, where)
        rows = np.flatnonzero(keep).astype(np.int64)
        if len(rows) * _FEW < len(columns):
            return ordered(columns, rows, sort, descending=descending)
        whole = self._whole_order(columns, sort, descending)
        return whole[keep[whole]]

    def prepare(self) -> None:
        """Make what text is searched and sorted by, so that no question waits."""
        self._snapshot().index.prepare()

    def rows(self, ids: Sequence[int] | NDArray[np.int64]) -> list[VariantRow]:
        """Return rows in the order asked for."""
        columns = self._snapshot()
        return variant_rows(columns, np.asarray(ids, np.int64))

    def row(self, id: int) -> VariantRow:
        """Return one row."""
        return self.rows([id])[0]

    def named(self, name: str) -> NDArray[np.int64]:
        """Return the rows with this identifier, such as ``rs123``; case is ignored."""
        import pyarrow.compute as pc

        columns, wanted = self._snapshot(), name.strip()
        rows = np.flatnonzero(columns.index.containing(wanted)).astype(np.int64)
        # Several identifiers of one record are separated by semicolons.
        pattern = rf"(^|;){re.escape(wanted)}(;|$)"
        found = pc.match_substring_regex(
            columns.text["id"].take(rows), pattern, ignore_case=True
        )
        return rows[np.asarray(found.fill_null(False).to_numpy(), np.bool_)]

    def in_interval(self, interval: Interval, limit: int = 20000) -> VariantMarks:
        """Return what the browser draws.

        Args:
            interval: Stretch of a contig of the genome, 0-based half-open.
            limit: Most marks to return; beyond it the highest scores are kept.
        """
        columns = self._snapshot()
        rows = columns.between(interval.contig, interval.start, interval.end)
        total = len(rows)
        if total > limit:
            score = np.nan_to_num(columns.score[rows], nan=-math.inf)
            best = np.argpartition(-score, limit - 1)[:limit]
            rows = rows[np.sort(best)]
        return VariantMarks(
            row=rows,
            start=columns.start[rows],
            kind=columns.kind[rows],
            status=columns.status[rows],
            score=columns.score[rows],
            total=total,
        )

    def counts(self) -> dict[str, int]:
        """Return status to number of rows, without the statuses that none has.

        The numbers add up to the number of rows.
        """
        columns = self._snapshot()
        known = self._counts
        if known is None or known[0] is not columns:
            numbers = np.bincount(columns.status, minlength=len(STATUSES))
            self._counts = known = (columns, numbers)
        pairs = zip(STATUSES, known[1].tolist(), strict=True)
        return {str(status): count for status, count in pairs if count}

    def fit_kinds(self) -> dict[VariantKind, int]:
        """Return kind to number of the variants that were fit to be scored."""
        columns = self._snapshot()
        fit = columns.read_status == STATUSES.index(Status.PENDING)
        numbers = np.bincount(columns.kind[fit], minlength=len(KINDS))[: len(KINDS)]
        pairs = zip(KINDS, numbers.tolist(), strict=True)
        return {kind: count for kind, count in pairs if count}

    def _whole_order(
        self, columns: Columns, sort: str, descending: bool
    ) -> NDArray[np.int64]:
        """Return all rows in order; kept, since filters change more often."""
        asked = (sort, descending)
        with self._lock:
            if self._orders_of is not columns:
                self._orders_of, self._orders = columns, {}
            whole = self._orders.get(asked)
        if whole is None:
            every = np.arange(len(columns), dtype=np.int64)
            whole = ordered(columns, every, sort, descending=descending)
        with self._lock:
            if self._orders_of is columns:
                # The one that was used last comes last.
                self._orders.pop(asked, None)
                self._orders = dict([*self._orders.items()][1 - _ORDERS_KEPT :])
                self._orders[asked] = whole
        return whole

    def close(self) -> None:
        """Free the memory; a late question is answered as by an empty table."""
        with self._lock:
            self._closed = True
            self._orders_of, self._orders, self._counts = None, {}, None
            if self._columns is not None:
                self._columns = empty(self._columns)

    def _snapshot(self) -> Columns:
        with self._lock:
            if self._columns is None:
                columns = load_columns(self.path)
                self._columns = empty(columns) if self._closed else columns
            return self._columns


def _part_names(folder: Path | None) -> list[str]:
    if folder is None or not folder.is_dir():
        return []
    names = [path.name for path in folder.glob("scores-*.parquet")]
    # In the order of writing: part 1,000,000 comes after part 999,999.
    return sorted(names, key=lambda name: (len(name), name))
