"""A VCF file as a table: a row an ALT allele, a column an INFO field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gfm_desktop.finetune.label_readers.table import Row
from gfm_desktop.genome.vcf import Malformed, Record, VcfReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIXED = ("chrom", "pos", "id", "ref", "alt")
_INFO = re.compile(rb"##INFO=<ID=([^,>]+),Number=([^,>]+)")
_PROBED = 60
_INFO_COLUMN = 7


class VcfTable:
    """Every allele of a VCF or BCF file; see `table.Table`.

    The columns are CHROM, POS, ID, REF and ALT in lower case, then the INFO fields of
    the header and of the first records. A field with one value an ALT allele (Number
    A) is given to its allele; a flag is 1 or 0.

    Attributes:
        path: The file.
        names: Columns.
        header: Always true.
        sheets: Always empty.
        contig_lengths: Lengths in bp that the header states.
    """

    def __init__(self, path: Path) -> None:
        """Read header and first records.

        Raises:
            InputError: If the file is missing, empty, or something else than VCF.
        """
        self.path = path
        self.header = True
        self.sheets: tuple[str, ...] = ()
        reader = VcfReader(path)
        self.contig_lengths = reader.contig_lengths
        counts: dict[str, str] = {}
        for line in reader.header:
            if found := _INFO.match(line):
                counts[found[1].decode("utf-8", "replace")] = found[2].decode()
        for number, record in enumerate(reader):
            if number == _PROBED:
                break
            for key in _info(record.raw):
                counts.setdefault(key, ".")
        self._per_allele = {key for key, count in counts.items() if count == "A"}
        self._flags = {key for key, count in counts.items() if count == "0"}
        self._keys = tuple(key for key in counts if key not in FIXED)
        self.names = (*FIXED, *self._keys)

    def __iter__(self) -> Iterator[Row]:
        """Yield a row for every ALT allele, and one for every malformed line."""
        for line in VcfReader(self.path):
            match line:
                case Malformed():
                    _, _, reason = line.reason.partition(": ")
                    yield Row(line.line, [], reason.removesuffix("."))
                case Record():
                    yield from self._alleles(line)

    def _alleles(self, record: Record) -> Iterator[Row]:
        info = _info(record.raw)
        fixed = [record.chrom, str(record.pos), record.id, record.ref]
        for index, alt in enumerate(record.alts):
            cells = [
                self._value(info, key, index, len(record.alts)) for key in self._keys
            ]
            yield Row(record.line, [*fixed, alt, *cells])

    def _value(self, info: dict[str, str], key: str, index: int, alleles: int) -> str:
        value = info.get(key)
        if key in self._flags:
            return "0" if value is None else "1"
        if value is None:
            return ""
        if key in self._per_allele:
            values = value.split(",")
            return values[index] if len(values) == alleles else ""
        return value


def _info(raw: bytes) -> dict[str, str]:
    columns = raw.split(b"\t", _INFO_COLUMN + 1)
    if len(columns) <= _INFO_COLUMN:
        return {}
    pairs = (
        entry.partition("=")
        for entry in columns[_INFO_COLUMN].decode("utf-8", "replace").split(";")
    )
    return {key: value for key, _, value in pairs if key not in ("", ".")}
