"""Regions of interest as BED: read from anybody's file, written so that all come back.

BED: https://samtools.github.io/hts-specs/BEDv1.pdf. Ours have four columns, or ten
where a region has a colour (column 9, ``r,g,b``) or a note (column 10, beyond the
standard).
"""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.errors import InputError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.sniff import is_gzip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from gfm_desktop.genome.reference import Reference

MARK = "#gfm-desktop regions 1"
"""First line of our files: only there ``%`` sequences and column 10 are ours."""
SHOWN = 40
"""Lines that cannot be read and are named one by one."""
_ESCAPED = {"%": "%25", "\t": "%09", "\n": "%0A", "\r": "%0D"}
_LETTERS = {code: letter for letter, code in _ESCAPED.items()}
_NO_NAME = "."
_RGB = re.compile(r"(\d{1,3}),(\d{1,3}),(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch that somebody wants to find again.

    Attributes:
        interval: Where, in the genome's own names, 0-based half-open.
        name: What it is called.
        note: What there is to say about it; may have several lines.
        colour: ``"#rrggbb"``; empty for the theme's.
    """

    interval: Interval
    name: str = ""
    note: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class RegionsRead:
    """What a BED file holds.

    Attributes:
        regions: In the file's order.
        problems: The first `SHOWN` lines that cannot be used, and why.
        refused: How many such lines there are.
    """

    regions: tuple[Region, ...]
    problems: tuple[str, ...] = ()
    refused: int = 0

    @property
    def words(self) -> str:
        """Return the lines that were left out in one sentence; empty for none."""
        if not self.refused:
            return ""
        lines = "1 line" if self.refused == 1 else f"{self.refused:,} lines"
        more = self.refused - len(self.problems)
        rest = f"; and {more:,} more" if more else ""
        return f"{lines} left out: {'; '.join(self.problems)}{rest}"


def bed_text(regions: Sequence[Region]) -> str:
    """Return regions as BED, in their order."""
    wide = any(region.note or region.colour for region in regions)
    lines = [MARK]
    for region in regions:
        place = region.interval
        name = _escaped(region.name) or _NO_NAME
        fields = [place.contig, str(place.start), str(place.end), name]
        if wide:
            thick = [str(place.start), str(place.end)]
            note = _escaped(region.note) or _NO_NAME
            fields += ["0", ".", *thick, _to_rgb(region.colour), note]
        lines.append("\t".join(fields))
    return "\n".join(lines) + "\n"


def read_bed(path: Path, genome: Reference) -> RegionsRead:
    """Read a BED file, plain or packed.

    Args:
        path: Three columns or more; names of contigs in any spelling.
        genome: What the regions must lie on.

    Raises:
        InputError: If the file cannot be read or holds no region that can be used; all
            bad lines are named, up to `SHOWN`.
    """
    try:
        content = path.read_bytes()
        if is_gzip(content):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(
            f"The regions cannot be read: {why}.",
            where=str(path),
            todo="Check that the file exists, is whole, and that you may read it.",
        ) from error
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    # Not `splitlines`: it also parts at letters that may stand in a name.
    found = read_lines(text.split("\n"), genome)
    if found.refused and not found.regions:
        raise InputError(
            f"No region can be read from this file: {found.words}.",
            where=str(path),
            todo="A BED file has a contig, a start and an end in each line, with tabs.",
        )
    return found


def read_lines(lines: Iterable[str], genome: Reference) -> RegionsRead:
    """Read the lines of a BED file; what cannot be used is told with its number."""
    regions: list[Region] = []
    problems: list[str] = []
    refused, ours = 0, False
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r")
        ours = ours or (number == 1 and line.strip() == MARK)
        if not line.strip() or line.startswith(("#", "track", "browser")):
            continue
        found = _region(line, genome, ours=ours)
        if isinstance(found, Region):
            regions.append(found)
            continue
        refused += 1
        if len(problems) < SHOWN:
            problems.append(f"line {number:,}: {found}")
    return RegionsRead(tuple(regions), tuple(problems), refused)


def _region(line: str, genome: Reference, *, ours: bool) -> Region | str:
    """Return what a line holds, or why nothing."""
    fields = line.split("\t") if "\t" in line else line.split()
    if len(fields) < 3:
        return f"{len(fields)} columns of 3"
    name, first, last = fields[:3]
    if not (first.isdecimal() and last.isdecimal() and len(first + last) < 37):
        return "start or end is no number"
    start, end = int(first), int(last)
    if start >= end:
        return f"the end, {end:,}, is not behind the start, {start:,}"
    contig = genome.resolve(name)
    if contig is None:
        return genome.names.explain(name)
    length = genome.contigs[contig]
    if end > length:
        return f"{name}:{start + 1:,}-{end:,} is not on {contig} of {length:,} bp"
    title = _plain(fields[3], ours=ours) if len(fields) > 3 else ""
    colour = _from_rgb(fields[8]) if len(fields) > 8 else ""
    note = ""
    if ours and len(fields) > 9:
        note = _plain(fields[9], ours=True)
    elif len(fields) == 5 and not _is_number(fields[4]):
        # Not BED's score: a fifth column of words, as people write it.
        note = fields[4]
    return Region(Interval(contig, start, end), title, note, colour)


def _plain(text: str, *, ours: bool) -> str:
    if text == _NO_NAME:
        return ""
    if not ours:
        return text
    return re.sub(r"%(25|09|0A|0D|2E)", lambda m: _letter(m[0]), text)


def _letter(code: str) -> str:
    return _LETTERS.get(code, ".")


def _escaped(text: str) -> str:
    if text == _NO_NAME:
        return "%2E"
    return "".join(_ESCAPED.get(letter, letter) for letter in text)


def _to_rgb(colour: str) -> str:
    if not colour:
        return "0"
    code = int(colour[1:], 16)
    return f"{code >> 16},{code >> 8 & 255},{code & 255}"


def _from_rgb(text: str) -> str:
    """Return a colour; none for what is no colour, or for BED's usual black."""
    found = _RGB.fullmatch(text.strip())
    parts = [int(part) for part in found.groups()] if found else []
    if not parts or max(parts) > 255 or not any(parts):
        return ""
    return "#{:02x}{:02x}{:02x}".format(*parts)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text in ("", _NO_NAME)
    return True
