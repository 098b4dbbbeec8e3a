"""Write scores as tab-separated text or as Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gfm_desktop.jobs.events import Progress
from gfm_desktop.jobs.export.formats import whole_file
from gfm_desktop.jobs.export.scored_table import ScoredTable, Written

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path
    from typing import TextIO

    import numpy as np
    from numpy.typing import NDArray

_BEFORE = ("chrom", "pos", "id", "ref", "alt", "gene", "score", "status", "reason")
_AFTER = ("norm_pos", "norm_ref", "norm_alt")
_KINDS = {"pos": "int64", "norm_pos": "int64", "score": "float64"}
_ARROW = {"float": "float64", "int": "int64", "str": "string"}
_BREAKS = str.maketrans("\t\n\r", "   ")


def column_names(table: ScoredTable) -> list[str]:
    """Return the columns of an exported table, the scorer's own in the middle."""
    own = [name for name, _, _ in table.scorer_columns]
    return [*_BEFORE, *own, *_AFTER]


def write_tsv(
    table: ScoredTable, stream: TextIO, only: NDArray[np.int64] | None = None
) -> Generator[Progress, None, None]:
    """Write a header line and a line an allele; what is missing is ``.``.

    Args:
        table: What to write.
        stream: Open text stream; it is not closed.
        only: Numbers of the rows that are wanted, ascending; None for all.

    Yields:
        Progress in alleles.
    """
    names = column_names(table)
    total = sum(table.counts.values()) if only is None else len(only)
    done = 0
    stream.write("\t".join(names) + "\n")
    for rows in table.batches(only):
        stream.writelines(
            "\t".join([cell(row[name]) for name in names]) + "\n" for row in rows
        )
        done += len(rows)
        yield Progress(done, total, "alleles", "Writing the table")


def write_tsv_file(table: ScoredTable, out: Path) -> Generator[Progress, None, Written]:
    """Write the table of `write_tsv` into a file, whole.

    Raises:
        InputError: If the file cannot be written.
    """
    with whole_file(out) as temporary, temporary.open("w", encoding="utf-8") as stream:
        yield from write_tsv(table, stream)
    return Written({"out": str(out)})


def write_parquet(table: ScoredTable, out: Path) -> Generator[Progress, None, Written]:
    """Write the same columns as `write_tsv` with their types; missing is null.

    Raises:
        InputError: If the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {name: _ARROW[kind] for name, kind, _ in table.scorer_columns} | _KINDS
    schema = pa.schema(
        [
            (name, getattr(pa, kinds.get(name, "string"))())
            for name in column_names(table)
        ]
    )
    total = sum(table.counts.values())
    done = 0
    with (
        whole_file(out) as temporary,
        pq.ParquetWriter(temporary, schema, compression="zstd") as writer,
    ):
        for rows in table.batches():
            writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
            done += len(rows)
            yield Progress(done, total, "alleles", "Writing the table")
    return Written({"out": str(out)})


def cell(value: Any) -> str:
    """Return a value as the table has it; ``.`` where it is missing."""
    if value is None or value == "":
        return "."
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value).translate(_BREAKS)
