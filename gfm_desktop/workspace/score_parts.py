"""The parts of a scoring run, joined to the columns of its variants."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome.status import Status
from gfm_desktop.workspace.arrow_arrays import coded, floats, merge_names, numbers
from gfm_desktop.workspace.score_columns import STATUSES, give_back_memory

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gfm_desktop.workspace.score_columns import Columns

_MANY_CHUNKS = 64


def with_parts(columns: Columns, parts: Sequence[Path]) -> Columns:
    """Return the table with more score parts joined on ``row``.

    Args:
        columns: The table so far.
        parts: Parquet files of a run folder, each complete. Where two parts hold one
            row, the later one counts.

    Raises:
        InputError: If a part cannot be read or belongs to another table.
    """
    if not parts:
        return columns
    added = _read_parts(parts)
    rows = numbers(added["row"], fill=-1)
    if len(rows) and not 0 <= rows.min() <= rows.max() < len(columns):
        raise InputError(
            "The scores belong to another table of variants.",
            where=str(parts[0].parent),
            todo="Score the variants again.",
        )
    genes, gene_codes = merge_names(columns.genes, added["gene"])
    status, score = columns.status.copy(), columns.score.copy()
    gene, place = columns.gene.copy(), columns.place.copy()
    status[rows] = coded(added["status"], STATUSES, STATUSES.index(Status.FAILED))
    score[rows] = floats(added["score"])
    gene[rows] = gene_codes
    known = 0 if columns.scores is None else len(columns.scores)
    scores = _appended(columns.scores, added)
    del added
    give_back_memory()
    place[rows] = np.arange(known, known + len(rows), dtype=np.int32)
    return replace(
        columns,
        status=status,
        score=score,
        gene=gene,
        genes=genes,
        place=place,
        scores=scores,
        parts=columns.parts | {part.name for part in parts},
    )


def _read_parts(parts: Sequence[Path]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = []
    for part in parts:
        try:
            # Threads cost more than they gain on files of a few hundred rows.
            tables.append(pq.ParquetFile(part).read(use_threads=False))
        except (OSError, pa.ArrowException) as error:
            raise InputError(
                f"A part of the scores cannot be read: {error}.",
                where=str(part),
                todo="Delete this file and score again: the rest is kept.",
            ) from error
    return pa.concat_tables(tables, promote_options="permissive").combine_chunks()


def _appended(known: Any, added: Any) -> Any:
    import pyarrow as pa

    if known is None:
        return added
    joined = pa.concat_tables([known, added], promote_options="permissive")
    # Looking up single rows slows down with the number of chunks.
    many = joined["row"].num_chunks > _MANY_CHUNKS
    return joined.combine_chunks() if many else joined
