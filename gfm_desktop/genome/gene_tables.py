"""Read the gene annotations of the published splice programs.

* SpliceAI and OpenSpliceAI: tab-separated, a transcript a line, with the columns
  ``#NAME CHROM STRAND TX_START TX_END EXON_START EXON_END``; starts 0-based, ends
  1-based inclusive (that is, exclusive), exons separated by commas. Source: the files
  ``annotations/grch3?.txt`` of the package ``spliceai`` 1.3.1 and their use in its
  ``Annotator``.
* CI-SpliceAI: comma-separated, a gene a line, with the columns
  ``gene_id,chr,strand,start,end,jn_start,jn_end``; 1-based inclusive. The junctions of
  all isoforms are two lists, of last bases and of first bases of exons, which do not
  pair up: each site gets the exon to the nearest site of the other kind (or to the
  gene's end), so that no site is lost and exons may overlap. Source: the files
  ``data/grch3?.csv`` of the package ``cispliceai`` 1.2.2.
* Pangolin: the SQLite database of the package ``gffutils``, made of a GTF file by the
  program's ``create_db.py``; each feature is one row with its attributes as JSON.

A table has no coding parts, and one transcript a gene.
"""

from __future__ import annotations

import bisect
import csv
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from gfm_desktop.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

Span = tuple[int, int]
_SQLITE = b"SQLite format 3\x00"
_SPLICEAI = ("#NAME", "CHROM", "STRAND", "TX_START", "TX_END", "EXON_START", "EXON_END")
_CI = ("gene_id", "chr", "strand", "start", "end", "jn_start", "jn_end")
_KINDS = ("gene", "transcript", "mRNA", "exon", "CDS")


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """What one row says, in the terms of GTF.

    Attributes:
        contig: The file's contig name.
        strand: ``"+"`` or ``"-"``.
        kind: ``"gene"``, ``"transcript"``, ``"exon"``, ...
        span: 0-based start and exclusive end.
        facts: Attributes by name; only the first value of each.
        tags: Values of the attribute ``tag``.
        number: Line of the file, from 1; 0 in a database.
    """

    contig: str
    strand: str
    kind: str
    span: Span
    facts: dict[str, str]
    tags: frozenset[str] = frozenset()
    number: int = 0


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read.

    Attributes:
        number: Line of the file, from 1.
        why: What is the matter.
    """

    number: int
    why: str


Row = FeatureRow | BadRow


def is_gene_table(start: bytes) -> bool:
    """Tell whether a file that starts so (unpacked) is one of these annotations."""
    return start.startswith(_SQLITE) or _layout(start) is not None


def is_database(start: bytes) -> bool:
    """Tell whether a file that starts so is a database, which is never packed."""
    return start.startswith(_SQLITE)


def table_rows(lines: Iterable[bytes]) -> Iterator[Row]:
    """Yield the features of a SpliceAI or CI-SpliceAI table, genes before exons.

    A name that comes again is another gene, as it is for the programs.

    Args:
        lines: The file's lines with its header first.
    """
    stream = iter(lines)
    head = next(stream, b"")
    layout = _layout(head)
    if layout is None:
        return
    reader = csv.reader((_text(line) for line in stream), delimiter=layout.delimiter)
    names = _Names()
    for number, cells in enumerate(reader, start=2):
        if not any(cells):
            continue
        try:
            row = layout.read(cells)
        except ValueError as problem:
            yield BadRow(number, str(problem))
            continue
        yield from _features(row, names, number)


def database_rows(path: Path) -> Iterator[Row]:
    """Yield the features of a gffutils database, in the order of its GTF file.

    Raises:
        InputError: If it is damaged or another program's.
    """
    wanted = ",".join("?" * len(_KINDS))
    query = (
        "SELECT rowid, seqid, featuretype, start, end, strand, attributes "
        f"FROM features WHERE featuretype IN ({wanted}) ORDER BY rowid"
    )
    try:
        # Only to be read: sqlite would put a journal beside the user's file.
        place = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
        with closing(sqlite3.connect(place, uri=True)) as database:
            for number, contig, kind, start, end, strand, text in database.execute(
                query, _KINDS
            ):
                yield _database_row(number, contig, kind, (start, end), strand, text)
    except sqlite3.Error as error:
        raise InputError(
            f"This database holds no gene models that can be read ({error}).",
            where=str(path),
            todo="Open the database that Pangolin's create_db.py made, or the GTF file "
            "that it was made of.",
        ) from error


def _database_row(
    number: int,
    contig: str,
    kind: str,
    place: tuple[object, object],
    strand: str,
    text: str,
) -> Row:
    start, end = place
    if not isinstance(start, int) or not isinstance(end, int) or not 0 < start <= end:
        return BadRow(number, "start or end is no position")
    try:
        values: dict[str, list[str]] = json.loads(text)
        facts = {key: str(some[0]) for key, some in values.items() if some}
    except (ValueError, AttributeError, TypeError, KeyError):
        return BadRow(number, "its attributes cannot be read")
    tags = frozenset(values.get("tag", ()))
    return FeatureRow(contig, strand, kind, (start - 1, end), facts, tags, number)


@dataclass(frozen=True, slots=True)
class _Gene:
    name: str
    contig: str
    strand: str
    span: Span
    exons: tuple[Span, ...]


@dataclass(slots=True)
class _Names:
    """Gives a name that was there before another identifier."""

    seen: dict[str, int] = field(default_factory=dict)

    def identifier(self, name: str) -> str:
        count = self.seen[name] = self.seen.get(name, 0) + 1
        return name if count == 1 else f"{name}#{count}"


def _features(gene: _Gene, names: _Names, number: int) -> Iterator[FeatureRow]:
    name = names.identifier(gene.name)
    facts = {"gene_id": name, "gene_name": gene.name, "transcript_id": name}
    place = (gene.contig, gene.strand)
    yield FeatureRow(*place, "gene", gene.span, facts, number=number)
    yield FeatureRow(*place, "transcript", gene.span, facts, number=number)
    for exon in gene.exons:
        yield FeatureRow(*place, "exon", exon, facts, number=number)


@dataclass(frozen=True, slots=True)
class _Layout:
    delimiter: str
    read: Callable[[list[str]], _Gene]


def _layout(start: bytes) -> _Layout | None:
    head = _text(start.split(b"\n", 1)[0]).rstrip("\r\n")
    if tuple(head.split("\t")) == _SPLICEAI:
        return _Layout("\t", _spliceai)
    if tuple(head.split(",")) == _CI:
        return _Layout(",", _ci_spliceai)
    return None


def _spliceai(cells: list[str]) -> _Gene:
    name, contig, strand, start, end, starts, ends = _cells(cells, _SPLICEAI)
    exons = _exons(_numbers(starts), _numbers(ends))
    return _checked(_Gene(name, contig, strand, (_number(start), _number(end)), exons))


def _ci_spliceai(cells: list[str]) -> _Gene:
    name, contig, strand, first, last, ends, starts = _cells(cells, _CI)
    start, end = _number(first) - 1, _number(last)
    opened = sorted({start, *(position - 1 for position in _numbers(starts))})
    closed = sorted({*_numbers(ends), end})
    sites = (*opened, *(position - 1 for position in closed))
    if not start <= min(sites) <= max(sites) < end:
        raise ValueError("a junction lies outside the gene")
    exons = {(first, closed[bisect.bisect_right(closed, first)]) for first in opened}
    exons |= {(opened[bisect.bisect_left(opened, last) - 1], last) for last in closed}
    return _checked(_Gene(name, contig, strand, (start, end), tuple(sorted(exons))))


def _cells(cells: list[str], names: tuple[str, ...]) -> list[str]:
    if len(cells) != len(names):
        raise ValueError(f"{len(cells)} columns of {len(names)}")
    return [cell.strip() for cell in cells]


def _checked(gene: _Gene) -> _Gene:
    if gene.strand not in ("+", "-"):
        raise ValueError(f"the strand is {gene.strand or 'missing'}, not + or -")
    if not gene.name:
        raise ValueError("the name is missing")
    for start, end in (gene.span, *gene.exons):
        if not 0 <= start < end:
            raise ValueError(f"{start + 1:,} to {end:,} is no stretch of a contig")
    return gene


def _exons(starts: list[int], ends: list[int]) -> tuple[Span, ...]:
    if len(starts) != len(ends):
        raise ValueError(f"{len(starts)} exons begin and {len(ends)} end")
    return tuple(zip(starts, ends, strict=True))


def _numbers(text: str) -> list[int]:
    return [_number(part) for part in text.split(",") if part.strip()]


def _number(text: str) -> int:
    if not text.strip().isdecimal():
        raise ValueError(f"{text!r} is no position")
    return int(text)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").removeprefix("\ufeff")
