"""Parse GTF, GFF3 and the splice programs' tables, however their lines are ordered."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome import sniff
from gfm_desktop.genome.gene_arrays import GeneArrays
from gfm_desktop.genome.gene_tables import (
    BadRow,
    database_rows,
    is_database,
    is_gene_table,
    table_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.genome.gene_tables import Row

Span = tuple[int, int]
"""0-based start and exclusive end."""
_GeneKey = tuple[str, str, str]
"""Contig, strand and identifier: pseudo-autosomal genes have one on X and one on Y."""

_GTF_ATTRIBUTE = re.compile(r'(\w+)\s+(?:"([^"]*)"|([^;"\s]+))')
_CANONICAL = frozenset(
    {"Ensembl_canonical", "MANE_Select", "MANE Select", "RefSeq Select"}
)
_TRANSCRIPTS = frozenset({"transcript", "mRNA"})
_SHOWN_BAD_LINES = 40


@dataclass(frozen=True, slots=True)
class _Feature:
    """One line: its place and kind, its attributes and tags."""

    contig: str
    strand: str
    kind: str
    span: Span
    facts: dict[str, str]
    tags: frozenset[str]


@dataclass(slots=True)
class _TranscriptParts:
    name: str
    canonical: bool = False
    span: Span | None = None
    exons: set[Span] = field(default_factory=set)
    coding: set[Span] = field(default_factory=set)

    def add(self, feature: _Feature) -> None:
        """Take one line of this transcript."""
        self.canonical |= bool(feature.tags & _CANONICAL)
        if feature.kind == "exon":
            self.exons.add(feature.span)
        elif feature.kind == "CDS":
            self.coding.add(feature.span)
        elif feature.kind in _TRANSCRIPTS or self.span is None:
            self.span = feature.span

    @property
    def extent(self) -> Span:
        """Return start and end; exons count more than the line that sums them up."""
        pieces = self.exons or self.coding
        if pieces:
            return min(s for s, _ in pieces), max(e for _, e in pieces)
        return self.span or (0, 0)

    def rank(self) -> tuple[bool, int, int, str]:
        """Return what sorts the canonical transcript first."""
        coding = sum(end - start for start, end in self.coding)
        exons = sum(end - start for start, end in self.exons)
        return not self.canonical, -coding, -exons, self.name


@dataclass(slots=True)
class _GeneParts:
    name: str = ""
    span: Span | None = None
    transcripts: dict[str, _TranscriptParts] = field(default_factory=dict)

    def transcript(self, name: str) -> _TranscriptParts:
        """Return the transcript of that identifier, new if need be."""
        if name not in self.transcripts:
            self.transcripts[name] = _TranscriptParts(name)
        return self.transcripts[name]


class _Collector:
    """Gathers features of either format under their genes.

    GFF3 names parents only, and a child may stand before its parent: its features wait
    until the last line. GTF names gene and transcript on every line.
    """

    def __init__(self) -> None:
        self.genes: dict[_GeneKey, _GeneParts] = {}
        self.bad: list[str] = []
        self.bad_count = 0
        self._children: list[tuple[str, _Feature]] = []
        self._parent_of: dict[str, str] = {}
        self._gff_genes: dict[str, _GeneParts] = {}

    def refuse(self, number: int, why: str) -> None:
        """Note a line that cannot be read."""
        self.bad_count += 1
        if len(self.bad) < _SHOWN_BAD_LINES:
            self.bad.append(f"line {number:,}: {why}")

    def add_gtf(self, feature: _Feature) -> bool:
        """Take one GTF feature; return False if it names no gene."""
        facts = feature.facts
        gene_id, transcript_id = facts.get("gene_id"), facts.get("transcript_id")
        if not gene_id:
            return False
        gene = self._gene(feature, gene_id)
        gene.name = gene.name or facts.get("gene_name") or facts.get("gene") or ""
        if feature.kind == "gene":
            gene.span = feature.span
        elif transcript_id:
            gene.transcript(transcript_id).add(feature)
        return True

    def add_gff(self, feature: _Feature) -> bool:
        """Take one GFF3 feature; return False if it has neither name nor parent."""
        facts = feature.facts
        name, parents = facts.get("ID", ""), facts.get("Parent", "")
        if name and not parents and feature.kind.endswith("gene"):
            gene = self._gene(feature, name)
            gene.span = feature.span
            gene.name = facts.get("Name") or facts.get("gene") or name
            self._gff_genes[name] = gene
        for parent in filter(None, parents.split(",")):
            if name and feature.kind not in ("exon", "CDS"):
                self._parent_of.setdefault(name, parent)
            self._children.append((parent, feature))
        return bool(name or parents)

    def finish(self) -> None:
        """Give the waiting GFF3 features to their genes."""
        for parent, feature in self._children:
            gene = self._gff_genes.get(self._root(parent))
            if gene is None:
                continue  # part of something that is no gene, such as a repeat
            if feature.kind in ("exon", "CDS"):
                gene.transcript(parent).add(feature)
            elif parent in self._gff_genes:
                gene.transcript(feature.facts.get("ID", "")).add(feature)

    def _root(self, name: str) -> str:
        for _ in range(10):  # deeper than any real file; a circle ends here too
            if name in self._gff_genes:
                break
            name = self._parent_of.get(name, name)
        return name

    def _gene(self, feature: _Feature, name: str) -> _GeneParts:
        key = (feature.contig, feature.strand, name)
        if key not in self.genes:
            self.genes[key] = _GeneParts()
        return self.genes[key]


def read_gene_file(path: Path) -> GeneArrays:
    """Parse a GTF or GFF3 file, plain or packed, or a table of `gene_tables`.

    Lines that cannot be read are passed over and named in `GeneArrays.notes`.

    Raises:
        InputError: If the file is empty, damaged, of another kind, or has no gene; the
            message names up to 40 bad lines at once.
    """
    start = sniff.first_bytes(path)
    collector = _Collector()
    try:
        with path.open("rb") as raw:
            packed = sniff.is_gzip(raw.read(2))
            raw.seek(0)
            file: Any = gzip.GzipFile(fileobj=raw) if packed else raw
            if is_database(start):
                _take_rows(database_rows(path), collector)
            elif is_gene_table(start):
                _take_rows(table_rows(file), collector)
            else:
                _read_lines(file, collector)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"The gene models are incomplete: the packed data break off ({error}).",
            where=str(path),
            todo="Fetch the file again.",
        ) from error
    collector.finish()
    if not collector.genes:
        bad = "".join(f"; {why}" for why in collector.bad)
        raise InputError(
            f"No gene can be read from this file: it is {sniff.describe(start)}{bad}.",
            where=str(path),
            todo="Open a GTF or GFF3 file, such as GENCODE's or Ensembl's.",
        )
    return _arrays(collector)


def _take_rows(rows: Iterable[Row], collector: _Collector) -> None:
    for row in rows:
        if isinstance(row, BadRow):
            collector.refuse(row.number, row.why)
            continue
        feature = _Feature(
            row.contig, row.strand, row.kind, row.span, row.facts, row.tags
        )
        add = collector.add_gtf if "gene_id" in row.facts else collector.add_gff
        if not add(feature):
            collector.refuse(row.number, "no gene or parent is named")


def _read_lines(lines: Iterable[bytes], collector: _Collector) -> None:
    for number, raw in enumerate(lines, start=1):
        if raw.startswith(b"##FASTA"):
            return
        text = raw.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r\n")
        if not text.strip() or text.startswith(("#", "track ", "browser ")):
            continue
        columns = text.split("\t")
        if len(columns) < 9:
            collector.refuse(number, f"{len(columns)} columns of 9")
            continue
        first, last = columns[3], columns[4]
        if not (first.isdecimal() and last.isdecimal() and len(first + last) < 37):
            collector.refuse(number, "start or end is no number")
            continue
        span = (int(first) - 1, int(last))
        if not 0 <= span[0] < span[1]:
            collector.refuse(number, "start lies after end")
            continue
        if not _add(collector, columns, span):
            collector.refuse(number, "no gene or parent is named")


def _add(collector: _Collector, columns: list[str], span: Span) -> bool:
    attributes = columns[8].strip()
    gff = "=" in attributes and not _GTF_ATTRIBUTE.match(attributes)
    facts: dict[str, str] = {}
    tags: list[str] = []
    if gff:
        pairs = (entry.partition("=") for entry in attributes.split(";"))
        facts = {key.strip(): unquote(value.strip()) for key, _, value in pairs if key}
        tags = facts.get("tag", "").split(",")
    else:
        for key, quoted, bare in _GTF_ATTRIBUTE.findall(attributes):
            if key == "tag":
                tags.append(quoted or bare)
            else:
                facts.setdefault(key, quoted or bare)
    feature = _Feature(columns[0], columns[6], columns[2], span, facts, frozenset(tags))
    return collector.add_gff(feature) if gff else collector.add_gtf(feature)


@dataclass(frozen=True, slots=True)
class _Gene:
    contig: str
    start: int
    end: int
    minus: bool
    name: str
    gene_id: str
    transcripts: tuple[_TranscriptParts, ...]


def _complete(collector: _Collector) -> Iterator[_Gene]:
    for (contig, strand, gene_id), gene in collector.genes.items():
        parts = sorted(gene.transcripts.values(), key=_TranscriptParts.rank)
        if not parts:
            if gene.span is None:
                continue  # named by a line that has no place of its own
            parts = [_TranscriptParts(gene_id, span=gene.span)]
        extents = [part.extent for part in parts]
        start, end = gene.span or (min(extents)[0], max(e for _, e in extents))
        name = gene.name or gene_id
        yield _Gene(contig, start, end, strand == "-", name, gene_id, tuple(parts))


def _arrays(collector: _Collector) -> GeneArrays:
    notes = []
    if collector.bad_count:
        shown = "; ".join(collector.bad)
        count = f"{collector.bad_count:,} lines could not be read"
        notes.append(f"{count} and were passed over: {shown}.")
    genes = sorted(
        _complete(collector), key=lambda g: (g.contig, g.start, g.end, g.gene_id)
    )
    contigs = list(dict.fromkeys(gene.contig for gene in genes))
    place = {name: number for number, name in enumerate(contigs)}
    flat = [part for gene in genes for part in gene.transcripts]
    exons = [sorted(part.exons or part.coding) or [part.extent] for part in flat]
    coding = [sorted(part.coding) for part in flat]
    return GeneArrays(
        contigs=contigs,
        notes=notes,
        gene_name=[gene.name for gene in genes],
        gene_id=[gene.gene_id for gene in genes],
        transcript_id=[part.name for part in flat],
        gene_contig=np.array([place[gene.contig] for gene in genes], np.int64),
        gene_minus=np.array([gene.minus for gene in genes], np.bool_),
        gene_start=np.array([gene.start for gene in genes], np.int64),
        gene_end=np.array([gene.end for gene in genes], np.int64),
        gene_transcripts=_offsets([len(gene.transcripts) for gene in genes]),
        transcript_start=np.array([part.extent[0] for part in flat], np.int64),
        transcript_end=np.array([part.extent[1] for part in flat], np.int64),
        transcript_exons=_offsets([len(pieces) for pieces in exons]),
        transcript_coding=_offsets([len(pieces) for pieces in coding]),
        exons=_table(exons),
        coding=_table(coding),
    )


def _offsets(lengths: list[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *lengths], dtype=np.int64)


def _table(pieces: list[list[Span]]) -> NDArray[np.int64]:
    flat = [span for group in pieces for span in group]
    return np.array(flat, np.int64).reshape(-1, 2)
