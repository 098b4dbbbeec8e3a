"""Read bedGraph and wiggle files, plain or packed.

Coordinates: bedGraph is 0-based half-open, wiggle 1-based.
Source: the track formats of the UCSC Genome Browser (bedGraph, wiggle).
"""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import InputError
from gfm_desktop.genome import sniff
from gfm_desktop.genome.signal_lines import Declaration, add_lines
from gfm_desktop.genome.signal_rows import SignalRows

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from gfm_desktop.genome.signal_runs import Runs

_BLOCK = 1 << 22
_DIRECTIVE = re.compile(
    rb"^[ \t]*(?:fixedStep|variableStep|track|browser|#)[^\n]*", re.M
)
_NUMBER = re.compile(rb"(\w+)=(\S+)")


@dataclass(slots=True)
class _Reader:
    """Goes through a file block by block and keeps what the last line declared."""

    rows: SignalRows = field(default_factory=SignalRows)
    declared: Declaration | None = None
    refused: bool = False
    number: int = 1

    def block(self, text: bytes) -> None:
        """Take whole lines."""
        at = 0
        for found in _DIRECTIVE.finditer(text):
            self._segment(text[at : found.start()])
            self._directive(found.group().strip())
            at = min(len(text), found.end() + 1)
            self.number += 1
        self._segment(text[at:])

    def _segment(self, text: bytes) -> None:
        """Take lines of numbers that all mean the same."""
        if not text:
            return
        if not self.refused:
            add_lines(self.rows, text, self.number, self.declared)
        self.number += text.count(b"\n") + (not text.endswith(b"\n"))

    def _directive(self, line: bytes) -> None:
        word = line.split(None, 1)[0]
        if word == b"track":
            self.declared, self.refused = None, False
        if word not in (b"fixedStep", b"variableStep"):
            return
        facts = {
            k.decode(): v.decode("utf-8", "replace") for k, v in _NUMBER.findall(line)
        }
        fixed = word == b"fixedStep"
        numbers = [facts.get(k, "1") for k in ("start", "step", "span")]
        good = all(
            n.isascii() and n.isdigit() and 0 < int(n) < 1 << 40 for n in numbers
        )
        self.refused = (
            not good or "chrom" not in facts or (fixed and "start" not in facts)
        )
        if self.refused:
            what = "chrom, start, step or span is missing or no number above 0"
            self.rows.refuse(self.number, f"{what}; its values are passed over")
            return
        start, step, span = map(int, numbers)
        self.declared = Declaration(facts["chrom"], fixed, start - 1, step, span)


def read_signal_text(
    path: Path, contigs: Mapping[str, int]
) -> Generator[int, None, Runs]:
    """Read a bedGraph or wiggle file.

    Lines that cannot be used are passed over and named in `Runs.notes`, up to 40 of
    them: too few columns, something that is no number, an end before its start or past
    its contig, a stretch that overlaps one before it. Lines need not be sorted. A value
    ``NaN`` means that there is none.

    Memory: about 40 bytes a line.

    Args:
        path: The file, plain, gzip or bgzip.
        contigs: The genome's names and lengths in bp.

    Yields:
        Bytes of the (packed) file that were read.

    Raises:
        InputError: If the file cannot be read, is of another kind, or no line of it can
            be used; the message names the bad lines.
    """
    reader = _Reader()
    try:
        yield from _blocks(path, reader)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"The signal is incomplete: the packed data break off ({error}).",
            where=str(path),
            todo="Fetch the file again.",
        ) from error
    except OSError as error:
        raise InputError(
            f"The signal cannot be read: {error.strerror or error}.",
            where=str(path),
            todo="Check that the file exists and that you may read it.",
        ) from error
    return reader.rows.finish(path, contigs)


def _blocks(path: Path, reader: _Reader) -> Generator[int, None, None]:
    with path.open("rb") as raw:
        start = raw.read(4096)
        raw.seek(0)
        packed = sniff.is_gzip(start)
        if not packed and b"\0" in start[:1024]:
            raise InputError(
                f"This is no bedGraph or wiggle file: it is {sniff.describe(start)}.",
                where=str(path),
                todo="Open a bigWig, bedGraph or wiggle file.",
            )
        file: Any = gzip.GzipFile(fileobj=raw) if packed else raw
        rest = b""
        while piece := file.read(_BLOCK):
            text = rest + piece
            cut = text.rfind(b"\n") + 1
            reader.block(text[:cut])
            rest = text[cut:]
            yield raw.tell()
        reader.block(rest)
