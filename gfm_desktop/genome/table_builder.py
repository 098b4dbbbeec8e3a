"""Turns lines of VCF into columns of the variant table, most of them by a short cut."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from gfm_desktop.genome.judgement import Judge, Verdict
from gfm_desktop.genome.reference import BLOCK
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.genome.vcf import Malformed, Record, VcfReader, cut_line, parse_line

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

_MALFORMED = Verdict(None, None, "", "", "", Status.MALFORMED)
_BASES = {
    code: base for base in "ACGT" for code in (base.encode(), base.lower().encode())
}
_HEADER = ord("#")
_SHORT_CUT = ("row", "record", "line", "chrom", "pos", "id", "ref", "alt", "contig")


class TableBuilder:
    """Collects rows as columns: a list a column is the cheapest thing to append to.

    A plain substitution whose REF agrees (nine lines of ten) takes a short cut that
    gives the row that `Judge` would give; a test compares the two.

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
        self._short_cut = short_cut
        self._rows = 0
        self._columns: list[list[Any]] = [[] for _ in VARIANT_COLUMNS]
        self._plain: list[list[Any]] = [[] for _ in _SHORT_CUT]

    def __len__(self) -> int:
        """Return the number of rows not yet taken."""
        return len(self._columns[0]) + len(self._plain[0])

    def add(self, number: int, lines: list[bytes], *, cut: bool) -> None:
        """Add a batch of lines.

        Args:
            number: Number of the first line.
            lines: Lines without their ends.
            cut: Whether the last one is incomplete.
        """
        whole = lines[:-1] if cut else lines
        if self._short_cut:
            self._add_quickly(number, whole)
        else:
            for place, raw in enumerate(whole, start=number):
                self._add_line(place, raw)
        if cut:
            self._add_malformed(cut_line(number + len(whole), lines[-1]))

    def _add_quickly(self, number: int, lines: list[bytes]) -> None:
        """Add lines; the local names spare a million attribute look-ups."""
        more_tabs = self._reader.needed_columns - 6
        chrom_of_block, block, low, high = b"", "", 0, 0
        row_of, record_of, line_of, chroms, positions, ids, refs, alts, contigs = (
            column.append for column in self._plain
        )
        contig = ""
        row, first_row, record = self._rows, self._rows, self.records
        for line, raw in enumerate(lines, start=number):
            parts = raw.split(b"\t", 5)
            if len(parts) == 6 and parts[3] in _BASES and parts[4] in _BASES:
                chrom, pos, name, ref, alt, rest = parts
                base = _BASES[ref]
                if (
                    pos.isdigit()
                    and len(pos) < 11
                    and rest.count(b"\t") >= more_tabs
                    and base != _BASES[alt]
                    and b"\0" not in raw
                ):
                    at = int(pos)
                    if not (chrom == chrom_of_block and low < at <= high):
                        contig, block, low = self._block(chrom, at)
                        chrom_of_block, high = chrom, low + len(block)
                    if low < at <= high and block[at - low - 1] == base:
                        row_of(row)
                        record_of(record)
                        line_of(line)
                        chroms(chrom)
                        positions(at)
                        ids(name)
                        refs(ref)
                        alts(alt)
                        contigs(contig)
                        row += 1
                        record += 1
                        continue
            self._count_plain(row - first_row, record)
            self._add_line(line, raw)
            row = first_row = self._rows
            record = self.records
        self._count_plain(row - first_row, record)

    def _count_plain(self, rows: int, records: int) -> None:
        self._rows += rows
        self.records = records
        if rows:
            self.counts[Status.PENDING] += rows
            self.judge.agreed(self._plain[-1][-1], rows)

    def _block(self, chrom: bytes, pos: int) -> tuple[str, str, int]:
        """Return contig, known bases and their 0-based start, around a 1-based POS."""
        contig = self.judge.contig(chrom.decode("utf-8", "replace"))
        if contig is None or not 0 < pos <= self._reference.contigs[contig]:
            return "", "", 0
        number = (pos - 1) // BLOCK
        return contig, self._reference.block(contig, number), number * BLOCK

    def _add_line(self, number: int, raw: bytes) -> None:
        if not raw or raw[0] == _HEADER or raw.isspace():
            self._reader.set_aside(number, raw)
            return
        match parse_line(number, raw, columns=self._reader.needed_columns):
            case Malformed() as line:
                self._add_malformed(line)
            case Record() as record:
                self._add_record(record)

    def _add_record(self, record: Record) -> None:
        line, _, chrom, pos, name, ref, alts = record
        for allele, verdict in enumerate(self.judge.judge(record)):
            alt = alts[allele]
            self._append((line, allele, chrom, pos, name, ref, alt), verdict)
        self.records += 1

    def _add_malformed(self, line: Malformed) -> None:
        chrom, _, name, ref, alt = (*line.fields, *("",) * (5 - len(line.fields)))
        verdict = _MALFORMED._replace(reason=line.reason, fix=line.fix)
        self._append((line.line, 0, chrom, None, name, ref, alt), verdict)
        self.records += 1

    def _append(self, written: tuple[Any, ...], verdict: Verdict) -> None:
        values = (self._rows, self.records, *written, *verdict)
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)
        self._rows += 1
        self.counts[verdict.status] += 1

    def take(self) -> Any:
        """Return the rows so far as an Arrow table, in order, and forget them."""
        import pyarrow as pa

        schema = arrow_schema()
        arrays = [
            pa.array(values, type=kind)
            for values, kind in zip(self._columns, schema.types, strict=True)
        ]
        judged = pa.Table.from_arrays(arrays, schema=schema)
        self._columns = [[] for _ in VARIANT_COLUMNS]
        if not self._plain[0]:
            return judged
        plain = _plain_rows(dict(zip(_SHORT_CUT, self._plain, strict=True)))
        self._plain = [[] for _ in _SHORT_CUT]
        if not judged.num_rows:
            return plain
        return pa.concat_tables([plain, judged]).sort_by("row")


def _plain_rows(columns: dict[str, list[Any]]) -> Any:
    """Return the rows of the short cut with what it left out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    count = len(columns["row"])
    arrays: dict[str, Any] = {
        name: _text(values) if name in ("chrom", "id", "ref", "alt") else values
        for name, values in columns.items()
    }
    arrays["start"] = pc.subtract(pa.array(columns["pos"], pa.int64()), 1)
    arrays["norm_ref"] = pc.ascii_upper(arrays["ref"])
    arrays["norm_alt"] = pc.ascii_upper(arrays["alt"])
    same = {"allele": 0, "kind": str(VariantKind.SNV), "status": str(Status.PENDING)}
    for name, value in {**same, "reason": "", "fix": ""}.items():
        arrays[name] = pa.repeat(value, count)
    schema = arrow_schema()
    return pa.Table.from_arrays(
        [_typed(arrays[field.name], field.type) for field in schema], schema=schema
    )


def _typed(values: Any, kind: Any) -> Any:
    import pyarrow as pa

    return pa.array(values, kind) if isinstance(values, list) else values.cast(kind)


def _text(values: list[bytes]) -> Any:
    """Return bytes as text; those that are no UTF-8 get replacement characters."""
    import pyarrow as pa

    try:
        return pa.array(values, pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([value.decode("utf-8", "replace") for value in values])


def arrow_schema() -> Any:
    """Return the Arrow schema of `VARIANT_COLUMNS`."""
    import pyarrow as pa

    return pa.schema([(n, getattr(pa, t)()) for n, t in VARIANT_COLUMNS.items()])
