"""A VCF file as one table on disk: a row for every ALT allele, none lost."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gfm_desktop.genome.ahead import ahead, behind
from gfm_desktop.genome.detective import misplaced_contigs, warnings_of
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.table_builder import (
    TEXT_COLUMNS,
    VARIANT_COLUMNS,
    TableBuilder,
    coded_schema,
)
from gfm_desktop.genome.variant import Variant
from gfm_desktop.genome.vcf import VcfReader

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path

    from gfm_desktop.genome.reference import Reference

__all__ = [
    "VARIANT_COLUMNS",
    "VariantTableSummary",
    "build_variant_table",
    "read_pending",
]

_GROUP = 1 << 16


@dataclass(frozen=True, slots=True)
class VariantTableSummary:
    """What a variant file holds.

    Attributes:
        counts: Status to number of rows (``pending`` are fit to be scored).
        warnings: What must be said loudly, the genome build first.
        records: Number of records, malformed lines included.
    """

    counts: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    records: int = 0


def build_variant_table(
    vcf: Path, reference: Reference, out: Path
) -> Generator[int, None, VariantTableSummary]:
    """Write the table of `VARIANT_COLUMNS`, whole or not at all.

    Args:
        vcf: VCF or BCF file.
        reference: The open genome.
        out: Parquet file to write.

    Yields:
        Number of records read so far.

    Raises:
        InputError: If the file is missing, empty, or something else than VCF.
    """
    reader = VcfReader(vcf)
    builder = TableBuilder(reader, reference)
    temporary = out.with_name(f"{out.name}.{os.getpid()}.tmp")
    try:
        with _writer(temporary) as writer, behind(writer.write_table) as write:
            for number, block in ahead(reader.blocks()):
                builder.add_block(number, block)
                if len(builder) >= _GROUP:
                    write(builder.take())
                yield builder.records
            write(builder.take())
        counts = {str(status): number for status, number in builder.counts.items()}
        misplaced = misplaced_contigs(builder.judge)
        if misplaced:
            moved = _refuse_contigs(temporary, misplaced)
            counts = _moved(counts, moved)
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    warnings = warnings_of(reader, builder.judge, reference, records=builder.records)
    return VariantTableSummary(counts, warnings, builder.records)


def read_pending(
    table: Path, batch: int, skip: int = 0
) -> Iterator[list[tuple[int, Variant]]]:
    """Yield lists of (row, variant) of the rows that are fit to be scored, in order.

    Args:
        table: File of `build_variant_table`.
        batch: Most variants in a list.
        skip: How many such rows to pass over first.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    columns = ["row", "contig", "start", "norm_ref", "norm_alt", "status"]
    waiting: list[tuple[int, Variant]] = []
    with pq.ParquetFile(table) as file:
        for group in file.iter_batches(batch_size=_GROUP, columns=columns):
            fit = group.filter(pc.equal(group["status"], str(Status.PENDING)))
            passed = min(skip, fit.num_rows)
            skip -= passed
            lists = (fit[name].slice(passed).to_pylist() for name in columns[:5])
            waiting.extend(
                (row, Variant(contig, start, ref, alt))
                for row, contig, start, ref, alt in zip(*lists, strict=True)
            )
            whole = len(waiting) - len(waiting) % batch
            for first in range(0, whole, batch):
                yield waiting[first : first + batch]
            waiting = waiting[whole:]
    if waiting:
        yield waiting


def _refuse_contigs(path: Path, contigs: Mapping[str, str]) -> int:
    """Refuse the pending rows of contigs that are other sequences; return how many.

    Their REF agreed, but so does one base of four by chance.

    Args:
        path: Table to rewrite.
        contigs: The file's name of a contig to the reason.
    """
    import pyarrow.parquet as pq

    copy = path.with_name(f"{path.name}.copy")
    moved = 0
    try:
        with pq.ParquetFile(path) as file, _writer(copy) as writer:
            for group in file.iter_batches(batch_size=_GROUP):
                rows = group.to_pylist()
                for row in rows:
                    reason = contigs.get(row["chrom"])
                    if reason and row["status"] == Status.PENDING:
                        moved += 1
                        row.update(
                            status=str(Status.CONTIG_MISSING),
                            reason=f"{reason}; REF agrees by chance.",
                            fix="Open the genome that the variants were called on.",
                            start=None,
                            norm_ref="",
                            norm_alt="",
                        )
                writer.write_table(_table(rows))
        copy.replace(path)
    finally:
        copy.unlink(missing_ok=True)
    return moved


def _moved(counts: dict[str, int], moved: int) -> dict[str, int]:
    missing = counts.get(Status.CONTIG_MISSING, 0) + moved
    pending = counts.get(Status.PENDING, 0) - moved
    changed = {**counts, Status.PENDING: pending, Status.CONTIG_MISSING: missing}
    return {str(status): number for status, number in changed.items() if number}


def _table(rows: list[dict[str, Any]]) -> Any:
    import pyarrow as pa

    return pa.Table.from_pylist(rows, schema=coded_schema())


def _writer(path: Path) -> Any:
    import pyarrow.parquet as pq

    schema = coded_schema()
    counted = [f.name for f in schema if f.name not in TEXT_COLUMNS]
    # Rows are read from the first to the last: nobody asks for the least and largest.
    return pq.ParquetWriter(
        path,
        schema,
        compression={f.name: "none" if f.name in counted else "lz4" for f in schema},
        use_dictionary=[name for name in TEXT_COLUMNS if name != "id"],
        column_encoding=dict.fromkeys(counted, "DELTA_BINARY_PACKED"),
        write_statistics=False,
        store_schema=False,
    )
