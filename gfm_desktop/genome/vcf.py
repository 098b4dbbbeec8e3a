"""Read VCF so that nothing is lost: every line becomes a record or a malformed line."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from gfm_desktop.errors import InputError
from gfm_desktop.genome import sniff
from gfm_desktop.genome.contig_names import build_of
from gfm_desktop.genome.vcf_bytes import ByteSource, TextBlock
from gfm_desktop.genome.vcf_lines import (
    COLUMNS,
    FEWEST_COLUMNS,
    Malformed,
    Record,
    cut_line,
    parse_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Malformed", "Record", "VcfReader", "cut_line", "parse_line"]

_CONTIG = re.compile(rb"[<,]\s*ID=([^,>]+)")
_LENGTH = re.compile(rb"[<,]\s*length=(\d{1,18})\s*[,>]")
_PROBED = 50
_BCF_LINES = 1 << 14


class VcfReader:
    """One pass over a VCF file (plain, gzip, bgzip, UTF-16, BCF).

    The header is read at once; iterating gives a `Record` or a `Malformed` for every
    other line, except empty ones and header lines met again further down. So
    ``lines == len(header) + empty_lines + len(stray_header) + records + malformed``.

    Attributes:
        path: The file.
        header: Header lines before the first record, without line ends.
        contig_lengths: Lengths in bp that the header states.
        columns: Columns named in the ``#CHROM`` line; 0 where it is missing.
        stray_header: Line number and bytes of header lines between records.
        empty_lines: Number of empty lines met so far.
        lines: Number of lines met so far.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and read its header.

        Raises:
            InputError: If the file is missing, empty, or something else than VCF.
        """
        self.path = path
        self.header: list[bytes] = []
        self.contig_lengths: dict[str, int] = {}
        self.columns = 0
        self.stray_header: list[tuple[int, bytes]] = []
        self.empty_lines = 0
        self.lines = 0
        self._source = ByteSource(path)
        self._notes: list[str] = []
        self._blocks = self._open()
        self._pending: TextBlock | None = None
        self._read_header()

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be told about the file; complete after the last line."""
        notes = [*self._source.notes, *self._notes]
        if self.stray_header:
            notes.append(
                f"{len(self.stray_header):,} header lines stand between records, first "
                f"at line {self.stray_header[0][0]:,}: several files may have been "
                "joined. They were passed over."
            )
        if self.empty_lines:
            notes.append(f"{self.empty_lines:,} empty lines were passed over.")
        return tuple(notes)

    @property
    def build(self) -> str | None:
        """Return the genome build that the header speaks of, or None."""
        by_length = build_of(self.contig_lengths)
        if by_length:
            return by_length
        text = b"\n".join(
            line
            for line in self.header
            if line.startswith((b"##reference", b"##contig", b"##assembly"))
        ).lower()
        for words, build in (
            ((b"grch37", b"hg19", b"hs37", b"b37"), "GRCh37"),
            ((b"grch38", b"hg38", b"hs38"), "GRCh38"),
            ((b"chm13", b"t2t", b"hs1"), "T2T-CHM13v2"),
        ):
            if any(word in text for word in words):
                return build
        return None

    def __iter__(self) -> Iterator[Record | Malformed]:
        """Yield every line after the header."""
        needed = self.needed_columns
        for number, lines, cut in self.batches():
            last = len(lines) - 1
            for index, raw in enumerate(lines):
                if not raw or raw.startswith(b"#") or raw.isspace():
                    self.set_aside(number + index, raw)
                elif cut and index == last:
                    yield cut_line(number + index, raw)
                else:
                    yield parse_line(number + index, raw, columns=needed)

    @property
    def needed_columns(self) -> int:
        """Return how many columns a complete line has at least."""
        if not self.columns:
            return FEWEST_COLUMNS
        return max(FEWEST_COLUMNS, min(self.columns, COLUMNS))

    def batches(self) -> Iterator[tuple[int, list[bytes], bool]]:
        """Yield (first line number, lines, whether the last line is incomplete)."""
        for number, block in self.blocks():
            yield number, block.lines, block.cut

    def blocks(self) -> Iterator[tuple[int, TextBlock]]:
        """Yield (first line number, lines as one text), for loops in arrays.

        `__iter__` is the plain way.
        """
        first, self._pending = self._pending, None
        for block in itertools.chain([first] if first else [], self._blocks):
            number = self.lines + 1
            self.lines += block.data.count(b"\n") + (block.data[-1:] != b"\n")
            yield number, block

    def set_aside(self, number: int, raw: bytes) -> None:
        """Count an empty line or a header line met between records."""
        if raw.startswith(b"#"):
            self.stray_header.append((number, raw))
        else:
            self.empty_lines += 1

    def _open(self) -> Iterator[TextBlock]:
        try:
            start = sniff.first_bytes(self.path)
        except OSError as error:
            raise InputError(
                f"The variants cannot be read: {error.strerror or error}.",
                where=str(self.path),
                todo="Check that the file exists and that you may read it.",
            ) from error
        if start.startswith(b"BCF"):
            return self._bcf_blocks()
        return self._source.blocks()

    def _bcf_blocks(self) -> Iterator[TextBlock]:
        """Yield BCF as the VCF lines that it stands for."""
        import pysam

        previous = pysam.set_verbosity(0)
        lines: list[str] = []
        try:
            with pysam.VariantFile(str(self.path)) as file:
                lines.append(str(file.header))
                for record in file:
                    lines.append(str(record))
                    if len(lines) == _BCF_LINES:
                        yield TextBlock("".join(lines).encode())
                        lines = []
        except (OSError, ValueError) as error:
            self._notes.append(
                f"The BCF file is incomplete or damaged ({error}). Everything before "
                "that was read."
            )
        finally:
            pysam.set_verbosity(previous)
        if lines:
            yield TextBlock("".join(lines).encode())

    def _read_header(self) -> None:
        for block in self._blocks:
            at = 0
            while at < len(block.data):
                end = block.data.find(b"\n", at)
                end = len(block.data) if end < 0 else end
                line = block.data[at:end]
                if not line.startswith(b"#") and line.strip():
                    self._pending = TextBlock(block.data[at:], block.cut)
                    break
                self._note_header(line)
                at = end + 1
            if self._pending:
                break
        self._refuse_other_kinds()

    def _note_header(self, line: bytes) -> None:
        self.lines += 1
        if not line.strip():
            self.empty_lines += 1
            return
        self.header.append(line)
        if line.startswith(b"##contig"):
            found, length = _CONTIG.search(line), _LENGTH.search(line)
            if found and length:
                name = found[1].decode("utf-8", "replace").strip()
                self.contig_lengths[name] = int(length[1])
        elif line.startswith(b"#CHROM"):
            self.columns = len(line.split(b"\t"))

    def _refuse_other_kinds(self) -> None:
        if any(line.startswith((b"##", b"#CHROM")) for line in self.header):
            if not self.columns:
                self._notes.append("The header lacks its #CHROM line.")
            return
        probe = [] if self._pending is None else self._pending.lines[:_PROBED]
        start = b"\n".join(self.header[:1] or probe[:1])
        needed = self.needed_columns
        if any(isinstance(parse_line(0, raw, columns=needed), Record) for raw in probe):
            self._notes.append("The file has no header; its lines read like VCF.")
            return
        if not start and self._source.notes:
            words = self._source.notes[-1]
            raise InputError(
                f"No variant can be read. {words}",
                where=str(self.path),
                todo="Fetch the file again.",
            )
        raise InputError(
            f"This is not a variant file in VCF format: it is {sniff.describe(start)}.",
            where=str(self.path),
            todo="Open a .vcf, .vcf.gz or .bcf file.",
        )
