"""Turns lines of VCF into columns of the variant table, most of them in arrays."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.genome.allele_arrays import placed_records
from gfm_desktop.genome.judgement import Judge, Verdict
from gfm_desktop.genome.record_arrays import read_records
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.table_rows import Judged, Numbering, block_columns
from gfm_desktop.genome.vcf import Malformed, Record, VcfReader, cut_line, parse_line
from gfm_desktop.genome.vcf_bytes import TextBlock

if TYPE_CHECKING:
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
TEXT_COLUMNS = tuple(n for n, kind in VARIANT_COLUMNS.items() if kind == "string")
CODED_COLUMNS = ("chrom", "contig", "kind", "status", "reason", "fix")
"""Columns that `TableBuilder.take` gives as Arrow dictionaries."""

_MALFORMED = Verdict(None, None, "", "", "", Status.MALFORMED)
_HEADER = ord("#")


class TableBuilder:
    """Collects rows as columns.

    Records whose alleles all can be scored (nearly all) stay in arrays and get the
    rows that `Judge` would give; a test compares the two.

    Attributes:
        judge: Compares the other records with the genome.
        records: Records so far, malformed lines included.
        counts: Status to number of rows so far.
    """

    def __init__(
        self, reader: VcfReader, reference: Reference, *, short_cut: bool = True
    ) -> None:
        """Take the reader whose lines will come and the genome to compare with."""
        self.judge = Judge(reference, reader.contig_lengths)
        self.records = 0
        self.counts: Counter[str] = Counter()
        self._reader = reader
        self._reference = reference
        self._contigs = list(reference.contigs)
        self._short_cut = short_cut
        self._rows = 0
        self._taken = 0
        self._tables: list[Any] = []

    def __len__(self) -> int:
        """Return the number of rows not yet taken."""
        return self._rows - self._taken

    def add(self, number: int, lines: list[bytes], *, cut: bool) -> None:
        """Add lines without their ends; see `add_block`."""
        if lines:
            self.add_block(number, TextBlock(b"\n".join([*lines, b""]), cut))

    def add_block(self, number: int, block: TextBlock) -> None:
        """Add a block of lines.

        Args:
            number: Number of the first line.
            block: The lines.
        """
        columns = self._reader.needed_columns
        lines, records = read_records(block.data, columns=columns)
        whole = np.ones(len(lines), np.bool_)
        whole[-1] = not block.cut
        if not self._short_cut:
            whole[:] = False
        records = records.take(whole[records.line])
        fit = placed_records(records, self.judge, self._reference)
        others = np.ones(len(lines), np.bool_)
        others[fit.records.line] = False
        judged: dict[int, list[Judged]] = {}
        for line in np.flatnonzero(others).tolist():
            raw = lines.raw(line)
            if block.cut and line == len(lines) - 1:
                judged[line] = [_malformed(cut_line(number + line, raw))]
            else:
                judged[line] = self._judge_line(number + line, raw)
        first = Numbering(number, self._rows, self.records)
        table = _table(block_columns(first, len(lines), fit, judged, self._contigs))
        self._tables.append(table)
        self._rows += len(table)
        self.records += len(fit.records) + sum(map(bool, judged.values()))
        most = len(fit.refusals) + 1
        refused = np.bincount(fit.refusal + 1, minlength=most).tolist()
        self.counts[Status.PENDING] += refused[0]
        for verdict, number in zip(fit.refusals, refused[1:], strict=True):
            self.counts[verdict.status] += number
        rows = [one.verdict.status for found in judged.values() for one in found]
        self.counts.update(rows)
        self.counts += Counter()  # without what none has

    def take(self) -> Any:
        """Return the rows so far as an Arrow table, in order, and forget them."""
        import pyarrow as pa

        tables, self._tables = self._tables, []
        self._taken = self._rows
        return pa.concat_tables(tables) if tables else coded_schema().empty_table()

    def _judge_line(self, number: int, raw: bytes) -> list[Judged]:
        """Return the rows of a line; none where it is no record."""
        if not raw or raw[0] == _HEADER or raw.isspace():
            self._reader.set_aside(number, raw)
            return []
        match parse_line(number, raw, columns=self._reader.needed_columns):
            case Malformed() as line:
                return [_malformed(line)]
            case Record() as record:
                _, _, chrom, pos, name, ref, alts = record
                return [
                    Judged(chrom, pos, name, ref, alt, verdict)
                    for alt, verdict in zip(alts, self.judge.judge(record), strict=True)
                ]


def _malformed(line: Malformed) -> Judged:
    chrom, _, name, ref, alt = (*line.fields, *("",) * (5 - len(line.fields)))
    verdict = _MALFORMED._replace(reason=line.reason, fix=line.fix)
    return Judged(chrom, None, name, ref, alt, verdict)


def arrow_schema() -> Any:
    """Return the Arrow schema of `VARIANT_COLUMNS`."""
    import pyarrow as pa

    return pa.schema([(n, getattr(pa, t)()) for n, t in VARIANT_COLUMNS.items()])


def coded_schema() -> Any:
    """Return the same schema with `CODED_COLUMNS` as dictionaries."""
    import pyarrow as pa

    words = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            field.with_type(words) if field.name in CODED_COLUMNS else field
            for field in arrow_schema()
        ]
    )


def _table(columns: dict[str, Any]) -> Any:
    import pyarrow as pa

    schema = coded_schema()
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)
