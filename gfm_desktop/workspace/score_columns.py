"""Columns of an opened variant table and its scores, as arrays.

Numbers lie in dense NumPy arrays, one entry a row, so that sorting, filtering and
drawing never touch Python objects; text stays in Arrow buffers. A snapshot is never
changed after it is made: readers on any thread may keep one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.workspace.arrow_arrays import (
    coded,
    codes,
    floats,
    numbers,
)
from gfm_desktop.workspace.sorting import stable_order
from gfm_desktop.workspace.text_index import TextIndex

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

STATUSES: tuple[Status, ...] = tuple(Status)
"""Status of each code in a `status` array."""
KINDS: tuple[VariantKind, ...] = tuple(VariantKind)
"""Kind of each code in a `kind` array; `NO_KIND` stands for "cannot be told"."""
NO_KIND = 255
PART_COLUMNS = ("row", "status", "reason", "gene", "score")
"""What every score part has; the rest are the scorer's own columns."""
_REPEATED = [
    "chrom",
    "contig",
    "ref",
    "alt",
    "norm_ref",
    "norm_alt",
    "kind",
    "status",
    "reason",
    "fix",
]


@dataclass(frozen=True, slots=True)
class Columns:
    """One snapshot: n rows of the variant table.

    Attributes:
        text: Arrow table of the Parquet file, in row order, one chunk a column, without
            the columns ``row`` and ``record``.
        index: What its text is searched and sorted by.
        records: Number of records of the file; a record has a row for each allele.
        chrom: (n,) codes into `chroms`.
        chroms: Chromosome names in natural order (chr2 before chr10).
        contig: (n,) codes into `contigs`; -1 where the genome has no such contig.
        contigs: The genome's names.
        pos: (n,) 1-based position as in the file; -1 where there is none.
        start: (n,) 0-based position on the contig: normalised where the allele can
            be normalised, otherwise as in the file; -1 where there is none.
        kind: (n,) codes into `KINDS`, or `NO_KIND`.
        read_status: (n,) codes into `STATUSES`, as the reader of the file left it.
        by_position: (n,) rows ordered by contig, then start.
        sorted_start: (n,) starts in that order.
        first: (contigs + 1,) where each contig begins in that order.
        status: (n,) codes into `STATUSES`: of the score part where there is one.
        score: (n,) float64, NaN where there is none.
        gene: (n,) codes into `genes`; -1 where there is none.
        genes: Gene names in order of appearance.
        place: (n,) position of the row in `scores`; -1 where it is not scored yet.
        scores: Arrow table of all score parts, or None.
        parts: Names of the parts that were read.
    """

    text: Any
    index: TextIndex
    records: int
    chrom: NDArray[np.int32]
    chroms: tuple[str, ...]
    contig: NDArray[np.int32]
    contigs: tuple[str, ...]
    pos: NDArray[np.int64]
    start: NDArray[np.int64]
    kind: NDArray[np.uint8]
    read_status: NDArray[np.uint8]
    by_position: NDArray[np.int64]
    sorted_start: NDArray[np.int64]
    first: NDArray[np.int64]
    status: NDArray[np.uint8]
    score: NDArray[np.float64]
    gene: NDArray[np.int32]
    genes: tuple[str, ...]
    place: NDArray[np.int32]
    scores: Any = None
    parts: frozenset[str] = frozenset()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.start)

    def between(self, contig: str, start: int, end: int) -> NDArray[np.int64]:
        """Return the rows that begin in a stretch (0-based half-open), by position."""
        if contig not in self.contigs:
            return np.empty(0, np.int64)
        code = self.contigs.index(contig)
        low, high = int(self.first[code]), int(self.first[code + 1])
        here = self.sorted_start[low:high]
        left, right = np.searchsorted(here, [start, end])
        return self.by_position[low + left : low + right]


def load_columns(table: Path) -> Columns:
    """Read a variant table.

    Args:
        table: Parquet file of `genome.variant_table`.

    Raises:
        InputError: If the file is no variant table.
    """
    text = _read_text(table)
    rows = numbers(text["row"], fill=-1)
    if not np.array_equal(rows, np.arange(len(rows))):
        text = text.take(np.argsort(rows, kind="stable"))
    records = _counted(numbers(text["record"], fill=-1))
    del rows
    text = text.drop_columns(["row", "record"])
    chrom, names = codes(text["chrom"])
    ranked = sorted(range(len(names)), key=lambda i: natural_key(names[i]))
    rank = np.empty(len(names) + 1, np.int32)
    rank[ranked] = np.arange(len(names))
    rank[-1] = -1
    contig, contigs = codes(text["contig"])
    pos = numbers(text["pos"], fill=-1)
    start = numbers(text["start"], fill=-1)
    if start.min(initial=0) < 0:
        start = np.where(start >= 0, start, np.maximum(pos - 1, -1))
    status = coded(text["status"], STATUSES, STATUSES.index(Status.FAILED))
    n = len(start)
    by_position = _by_position(contig, start)
    in_order = bool((by_position[1:] > by_position[:-1]).all())
    give_back_memory()
    return Columns(
        text=text,
        index=TextIndex(text),
        records=records,
        chrom=rank[chrom],
        chroms=tuple(names[i] for i in ranked),
        contig=contig,
        contigs=tuple(contigs),
        pos=pos,
        start=start,
        kind=coded(text["kind"], KINDS, NO_KIND),
        read_status=status,
        by_position=by_position,
        sorted_start=start if in_order else start[by_position],
        first=np.searchsorted(contig[by_position], np.arange(len(contigs) + 1)),
        status=status,
        score=np.full(n, np.nan),
        gene=np.full(n, -1, np.int32),
        genes=(),
        place=np.full(n, -1, np.int32),
    )


def _read_text(table: Path) -> Any:
    """Return the file as an Arrow table of one chunk a column."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        text = pq.read_table(table, read_dictionary=_REPEATED)
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f"The table of variants cannot be read: {error}.",
            where=str(table),
            todo="Open the variant file again.",
        ) from error
    return text.unify_dictionaries().combine_chunks()


def give_back_memory() -> None:
    """Return what reading needed besides: twice the memory of what was read."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()


def _counted(records: NDArray[np.int64]) -> int:
    """Return how many distinct records there are: their rows stand together."""
    return int(np.count_nonzero(np.diff(records, prepend=-1)))


def _by_position(
    contig: NDArray[np.int32], start: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return rows ordered by contig, then start, then row."""
    least = int(start.min(initial=0))
    length = int(start.max(initial=0)) - least + 1
    places = (contig.astype(np.int64) + 1) * length + (start - least)
    return stable_order(places, descending=False)


def without_scores(columns: Columns) -> Columns:
    """Return the table as it was before any scoring."""
    n = len(columns)
    return replace(
        columns,
        status=columns.read_status,
        score=np.full(n, np.nan),
        gene=np.full(n, -1, np.int32),
        genes=(),
        place=np.full(n, -1, np.int32),
        scores=None,
        parts=frozenset(),
    )


def empty(columns: Columns) -> Columns:
    """Return a table of the same columns without rows, which holds no memory."""
    none = np.empty(0, np.int64)
    text = columns.text.slice(0, 0).combine_chunks()
    cut = replace(
        columns,
        text=text,
        index=TextIndex(text),
        records=0,
        chrom=none.astype(np.int32),
        contig=none.astype(np.int32),
        pos=none,
        start=none,
        kind=none.astype(np.uint8),
        read_status=none.astype(np.uint8),
        by_position=none,
        sorted_start=none,
        first=np.zeros(len(columns.contigs) + 1, np.int64),
    )
    return without_scores(cut)


def scorer_column(columns: Columns, name: str) -> NDArray[np.float64]:
    """Return a numeric column of the scorer as (n,) float64, NaN where missing."""
    if columns.scores is None or name not in columns.scores.column_names:
        return np.full(len(columns), np.nan)
    values = floats(columns.scores[name])
    if np.array_equal(columns.place, np.arange(len(values))):
        return values
    # A row that is not scored yet has place -1: the last one.
    return np.append(values, np.nan)[columns.place]


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that puts chr2 before chr10 and numbers before X, Y, M."""
    pieces = re.findall(r"\d+|\D+", name)
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in pieces)
