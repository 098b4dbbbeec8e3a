"""Which rows of a score table pass a filter, and in which order.

Numbers are compared in NumPy, text in DuckDB, which reads the Arrow buffers in place
and on all cores. Missing values come last in both directions, and equal ones keep the
order of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.workspace.score_columns import (
    KINDS,
    STATUSES,
    scorer_column,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.status import Status
    from gfm_desktop.genome.variant import VariantKind
    from gfm_desktop.workspace.score_columns import Columns

_RANGE = re.compile(r"(?P<chrom>[^:\s]+):(?P<start>\d+)(?:-|\.\.)(?P<end>\d+)")
_NUMBER = re.compile(r"\d{1,3}(,\d{3})+|\d+")


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


def passing(
    columns: Columns,
    where: RowFilter,
    query: Callable[[str, list[object]], NDArray[np.int64]],
) -> NDArray[np.bool_]:
    """Return (n,) True for the rows that pass.

    Args:
        columns: The table.
        where: The filter.
        query: Runs SQL over the Arrow table ``variants`` and returns its column
            ``row``.
    """
    keep = np.ones(len(columns), np.bool_)
    if where.statuses:
        keep &= np.isin(columns.status, [STATUSES.index(s) for s in where.statuses])
    if where.kinds:
        keep &= np.isin(columns.kind, [KINDS.index(k) for k in where.kinds])
    if where.minimum is not None:
        # NaN compares False: a missing score is never above a minimum.
        keep &= columns.score >= where.minimum
    if where.maximum is not None:
        keep &= columns.score <= where.maximum
    if where.interval is not None:
        keep &= _inside(columns, where.interval)
    for word in where.text.split():
        keep &= _matching(columns, word, query)
    return keep


def ordered(
    columns: Columns,
    rows: NDArray[np.int64],
    sort: str,
    *,
    descending: bool,
    query: Callable[[str, list[object]], NDArray[np.int64]],
) -> NDArray[np.int64]:
    """Return `rows` (ascending) in the order of the column `sort`.

    Args:
        columns: The table.
        rows: Ascending row numbers.
        sort: Name of a column; an unknown one leaves the order of the file.
        descending: Largest first.
        query: As in `passing`.
    """
    if sort == "id":
        direction = "DESC" if descending else "ASC"
        ranked = query(
            "SELECT row FROM variants ORDER BY nullif(nullif(id, ''), '.') "
            f"{direction} NULLS LAST, row",
            [],
        )
        wanted = np.zeros(len(columns), np.bool_)
        wanted[rows] = True
        return ranked[wanted[ranked]]
    key = sort_key(columns, sort)
    if key is None:
        return rows
    values = key[rows]
    missing = np.isnan(values)
    present = rows[~missing]
    values = values[~missing]
    order = np.argsort(-values if descending else values, kind="stable")
    return np.concatenate([present[order], rows[missing]])


def sort_key(columns: Columns, sort: str) -> NDArray[np.float64] | None:
    """Return (n,) numbers that sort like the column, NaN where it is missing."""
    match sort:
        case "score":
            return columns.score
        case "position":
            # Exact in float64: contigs stay far below 2**40 bp.
            key = columns.chrom * 2.0**40 + written_positions(columns)
            return np.where(columns.chrom < 0, np.nan, key)
        case "gene":
            return _ranks(columns.gene, columns.genes)
        case "status":
            return columns.status.astype(np.float64)
        case "kind":
            unknown = columns.kind >= len(KINDS)
            return np.where(unknown, np.nan, columns.kind)
        case "ref" | "alt" | "reason":
            return _text_ranks(columns, sort)
        case "line":
            return np.asarray(columns.text["line"].to_numpy(), np.float64)
    if columns.scores is None or sort not in columns.scores.column_names:
        return None
    if _is_text(columns.scores[sort]):
        encoded = columns.scores[sort].combine_chunks().dictionary_encode()
        codes = np.full(len(columns), -1, np.int32)
        scored = columns.place >= 0
        part = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        codes[scored] = part[columns.place[scored]]
        return _ranks(codes, tuple(encoded.dictionary.to_pylist()))
    return scorer_column(columns, sort)


def written_positions(columns: Columns) -> NDArray[np.float64]:
    """Return (n,) 1-based positions as in the file, NaN where there is none."""
    positions = columns.text["pos"]
    return np.asarray(positions.to_numpy(zero_copy_only=False), np.float64)


def _is_text(column: Any) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    )


def _ranks(codes: NDArray[np.int32], names: tuple[str, ...]) -> NDArray[np.float64]:
    table = np.full(len(names) + 1, np.nan)
    for rank, code in enumerate(sorted(range(len(names)), key=lambda i: names[i])):
        table[code] = rank if names[code] else np.nan
    return table[codes]


def _text_ranks(columns: Columns, name: str) -> NDArray[np.float64]:
    column = columns.text[name].combine_chunks()
    encoded = column if hasattr(column, "indices") else column.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    names = tuple(str(v or "") for v in encoded.dictionary.to_pylist())
    return _ranks(codes.astype(np.int32), names)


def _inside(columns: Columns, interval: Interval) -> NDArray[np.bool_]:
    inside = np.zeros(len(columns), np.bool_)
    inside[columns.between(interval.contig, interval.start, interval.end)] = True
    return inside


def _matching(
    columns: Columns,
    word: str,
    query: Callable[[str, list[object]], NDArray[np.int64]],
) -> NDArray[np.bool_]:
    """Return (n,) True where one word of the search box matches."""
    plain = word.replace(",", "")
    if found := _RANGE.fullmatch(plain):
        names = {n for n in columns.chroms if n.lower() == found["chrom"].lower()}
        codes = [columns.chroms.index(name) for name in names]
        position = written_positions(columns)
        same = np.isin(columns.chrom, codes) | _contig_is(columns, found["chrom"])
        return (
            same & (position >= int(found["start"])) & (position <= int(found["end"]))
        )
    conditions, values = ["contains(lower(id), ?)"], [word.lower()]
    if _NUMBER.fullmatch(word):
        conditions.append("starts_with(CAST(pos AS VARCHAR), ?)")
        values.append(plain)
    elif ":" in plain:
        place = "lower({}) || ':' || CAST(pos AS VARCHAR)"
        for column in ("chrom", "contig"):
            conditions.append(f"starts_with({place.format(column)}, ?)")
            values.append(plain.lower())
    elif ">" in plain:
        conditions.append("upper(ref) || '>' || upper(alt) = ?")
        values.append(plain.upper())
    keep = np.zeros(len(columns), np.bool_)
    sql = f"SELECT row FROM variants WHERE {' OR '.join(conditions)}"
    keep[query(sql, list(values))] = True
    genes = [i for i, n in enumerate(columns.genes) if word.lower() in n.lower()]
    return keep | np.isin(columns.gene, genes)


def _contig_is(columns: Columns, name: str) -> NDArray[np.bool_]:
    wanted = [i for i, n in enumerate(columns.contigs) if n.lower() == name.lower()]
    return np.isin(columns.contig, wanted)
