"""A VCF file as one table on disk: a row for every ALT allele, none lost."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gfm_desktop.genome.detective import warnings_of
from gfm_desktop.genome.judgement import Judge, Verdict
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.genome.vcf import Malformed, Record, VcfReader, cut_line, parse_line

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from gfm_desktop.genome.reference import Reference

VARIANT_COLUMNS: dict[str, str] = {
    "row": "int64",
    "record": "int64",
    "line": "int64",
    "allele": "int32",
    "chrom": "string",
    "pos": "int64",
    "id": "string",
    "ref": "string",
    "alt": "string",
    "contig": "string",
    "start": "int64",
    "norm_ref": "string",
    "norm_alt": "string",
    "kind": "string",
    "status": "string",
    "reason": "string",
    "fix": "string",
}
"""Column to Arrow type. `row` and `record` count from 0, `line` from 1; `allele` is the
0-based index in ALT; `pos` is 1-based as in the file, null where it cannot be read;
`contig` is the genome's name, null where it has none; `start` is 0-based, normalised,
null where there is nothing to score."""

_GROUP = 1 << 16
_MALFORMED = Verdict(None, None, "", "", "", Status.MALFORMED)


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
    builder = _Builder(reader, Judge(reference, reader.contig_lengths))
    temporary = out.with_name(f"{out.name}.{os.getpid()}.tmp")
    try:
        with _writer(temporary) as writer:
            for number, lines, cut in reader.batches():
                builder.add(number, lines, cut=cut)
                if len(builder) >= _GROUP:
                    writer.write_batch(builder.take())
                yield builder.records
            writer.write_batch(builder.take())
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    return VariantTableSummary(
        {str(status): number for status, number in builder.counts.items()},
        warnings_of(reader, builder.judge, reference, records=builder.records),
        builder.records,
    )


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
            fit = fit.slice(min(skip, fit.num_rows))
            skip -= pc.sum(pc.equal(group["status"], str(Status.PENDING))).as_py() or 0
            skip = max(0, skip)
            lists = (fit[name].to_pylist() for name in columns[:5])
            waiting.extend(
                (row, Variant(contig, start, ref, alt))
                for row, contig, start, ref, alt in zip(*lists, strict=True)
            )
            while len(waiting) >= batch:
                yield waiting[:batch]
                waiting = waiting[batch:]
    if waiting:
        yield waiting


class _Builder:
    """Collects rows as columns: a list a column is the cheapest thing to append to."""

    def __init__(self, reader: VcfReader, judge: Judge) -> None:
        self.judge = judge
        self.records = 0
        self.counts: Counter[str] = Counter()
        self._reader = reader
        self._rows = 0
        self._columns: list[list[Any]] = [[] for _ in VARIANT_COLUMNS]

    def __len__(self) -> int:
        return len(self._columns[0])

    def add(self, number: int, lines: list[bytes], *, cut: bool) -> None:
        """Add a batch of lines; `number` is the first one's number."""
        needed = self._reader.needed_columns
        last = len(lines) - 1
        for index, raw in enumerate(lines):
            if not raw or raw[0] == 35 or raw.isspace():
                self._reader.set_aside(number + index, raw)
            elif cut and index == last:
                self._add_malformed(cut_line(number + index, raw))
            else:
                match parse_line(number + index, raw, columns=needed):
                    case Malformed() as line:
                        self._add_malformed(line)
                    case record:
                        self._add_record(record)

    def _add_record(self, record: Record) -> None:
        line, _, chrom, pos, name, ref, alts = record
        for allele, verdict in enumerate(self.judge.judge(record)):
            self._append(line, allele, chrom, pos, name, ref, alts[allele], verdict)
        self.records += 1

    def _add_malformed(self, line: Malformed) -> None:
        fields = (*line.fields, *("",) * (5 - len(line.fields)))
        chrom, _, name, ref, alt = fields
        verdict = _MALFORMED._replace(reason=line.reason, fix=line.fix)
        self._append(line.line, 0, chrom, None, name, ref, alt, verdict)
        self.records += 1

    def _append(
        self,
        line: int,
        allele: int,
        chrom: str,
        pos: int | None,
        name: str,
        ref: str,
        alt: str,
        verdict: Verdict,
    ) -> None:
        values = (
            self._rows, self.records, line, allele, chrom, pos, name, ref, alt, *verdict
        )  # fmt: skip
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)
        self._rows += 1
        self.counts[verdict.status] += 1

    def take(self) -> Any:
        """Return the rows so far as an Arrow record batch and forget them."""
        import pyarrow as pa

        schema = _schema()
        arrays = [
            pa.array(values, type=kind)
            for values, kind in zip(self._columns, schema.types, strict=True)
        ]
        self._columns = [[] for _ in VARIANT_COLUMNS]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _schema() -> Any:
    import pyarrow as pa

    return pa.schema([(n, getattr(pa, t)()) for n, t in VARIANT_COLUMNS.items()])


def _writer(path: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetWriter(path, _schema(), compression="zstd")
