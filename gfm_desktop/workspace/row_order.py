"""Which rows of a score table pass a filter, and in which order.

Missing values come last in both directions, and equal ones keep the order of the file.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.workspace.arrow_arrays import codes
from gfm_desktop.workspace.score_columns import (
    KINDS,
    STATUSES,
    scorer_column,
)
from gfm_desktop.workspace.sorting import stable_order
from gfm_desktop.workspace.text_index import RANKED
from gfm_desktop.workspace.text_ranks import name_ranks, name_table
from gfm_desktop.workspace.word_search import is_one_of, matching

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.status import Status
    from gfm_desktop.genome.variant import VariantKind
    from gfm_desktop.workspace.score_columns import Columns


_gene_table = functools.lru_cache(maxsize=1)(name_table)
"""Genes are thousands, and stay the same while the user sorts."""


@dataclass(frozen=True, slots=True)
class RowFilter:
    """What the table shows; the default shows everything.

    Attributes:
        text: Words that must all match: part of an id or a gene name, the beginning
            of a position (``20113000``, ``chr22:20113``), a range
            (``chr22:20,100,000-20,200,000``, 1-based inclusive) or a change (``A>G``).
        statuses: Statuses to show; empty for all.
        kinds: Kinds to show; empty for all.
        minimum: Smallest score to show; rows without a score are hidden then.
        maximum: Largest score to show, likewise: of log-odds the low ones matter.
        interval: Stretch of a contig (0-based half-open) to show; None for all.
    """

    text: str = ""
    statuses: frozenset[Status] = frozenset()
    kinds: frozenset[VariantKind] = frozenset()
    minimum: float | None = None
    maximum: float | None = None
    interval: Interval | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is hidden."""
        return self != RowFilter()


def passing(columns: Columns, where: RowFilter) -> NDArray[np.bool_]:
    """Return (n,) True for the rows that pass.

    Args:
        columns: The table.
        where: The filter.
    """
    keep = np.ones(len(columns), np.bool_)
    if where.statuses:
        wanted = [STATUSES.index(status) for status in where.statuses]
        keep &= is_one_of(columns.status, wanted)
    if where.kinds:
        keep &= is_one_of(columns.kind, [KINDS.index(kind) for kind in where.kinds])
    if where.minimum is not None:
        # NaN compares False: a missing score is never above a minimum.
        keep &= columns.score >= where.minimum
    if where.maximum is not None:
        keep &= columns.score <= where.maximum
    if where.interval is not None:
        keep &= _inside(columns, where.interval)
    for word in where.text.split():
        keep &= matching(columns, word)
    return keep


def ordered(
    columns: Columns, rows: NDArray[np.int64], sort: str, *, descending: bool
) -> NDArray[np.int64]:
    """Return `rows` (ascending) in the order of the column `sort`.

    Args:
        columns: The table.
        rows: Ascending row numbers.
        sort: Name of a column; an unknown one leaves the order of the file.
        descending: Largest first.
    """
    key = sort_key(columns, sort)
    if key is None:
        return rows
    if len(rows) == len(key):
        return stable_order(key, descending=descending)
    return rows[stable_order(key[rows], descending=descending)]


def sort_key(
    columns: Columns, sort: str
) -> NDArray[np.integer[Any]] | NDArray[np.float64] | None:
    """Return (n,) numbers that sort like the column; None where there is none such.

    Whole numbers are negative where the value is missing, others NaN.
    """
    match sort:
        case "score":
            return columns.score
        case "position":
            return _places(columns)
        case "gene":
            return np.asarray(_gene_table(columns.genes)[columns.gene], np.int32)
        case "status":
            return columns.status.astype(np.int64)
        case "kind":
            return np.where(columns.kind >= len(KINDS), -1, columns.kind.astype(int))
        case "line":
            return np.asarray(columns.text["line"].to_numpy(), np.int64)
    if sort in RANKED:
        return columns.index.ranks(sort)
    if columns.scores is None or sort not in columns.scores.column_names:
        return None
    if _is_text(columns.scores[sort]):
        places, names = codes(columns.scores[sort])
        whole = np.full(len(columns), -1, np.int32)
        scored = columns.place >= 0
        whole[scored] = places[columns.place[scored]]
        return name_ranks(whole, names)
    return scorer_column(columns, sort)


def _places(columns: Columns) -> NDArray[np.int64]:
    """Return (n,) written positions as if chromosomes stood one behind the other."""
    longest = np.zeros(len(columns.chroms) + 1, np.int64)
    np.maximum.at(longest, columns.chrom, columns.pos)
    before = np.cumsum(longest[:-1] + 1) - (longest[:-1] + 1)
    places = np.append(before, 0)[columns.chrom] + columns.pos
    return np.where((columns.chrom < 0) | (columns.pos < 0), -1, places)


def _is_text(column: Any) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    )


def _inside(columns: Columns, interval: Interval) -> NDArray[np.bool_]:
    inside = np.zeros(len(columns), np.bool_)
    inside[columns.between(interval.contig, interval.start, interval.end)] = True
    return inside
