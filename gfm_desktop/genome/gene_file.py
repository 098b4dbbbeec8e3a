"""Parse GTF, GFF3 and the splice programs' tables, however their lines are ordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.errors import InputError
from gfm_desktop.genome import sniff
from gfm_desktop.genome.feature_draft import LineNotes
from gfm_desktop.genome.feature_genes import genes_of_bed, is_bed, is_bigbed
from gfm_desktop.genome.genbank import genes_of_genbank, is_genbank
from gfm_desktop.genome.gene_parts import (
    GeneKey,
    GeneParts,
    Span,
    TranscriptParts,
    arrays_of,
)
from gfm_desktop.genome.gene_tables import (
    BadRow,
    database_rows,
    is_database,
    is_gene_table,
    table_rows,
)
from gfm_desktop.genome.gff_lines import attributes_of, is_gff, place_of
from gfm_desktop.genome.text_lines import open_lines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gfm_desktop.genome.gene_arrays import GeneArrays
    from gfm_desktop.genome.gene_tables import Row

_CANONICAL = frozenset(
    {"Ensembl_canonical", "MANE_Select", "MANE Select", "RefSeq Select"}
)
_TRANSCRIPTS = frozenset({"transcript", "mRNA"})


@dataclass(frozen=True, slots=True)
class _Feature:
    """One line: its place and kind, its attributes and tags."""

    contig: str
    strand: str
    kind: str
    span: Span
    facts: dict[str, str]
    tags: frozenset[str]


class _Collector:
    """Gathers features of either format under their genes.

    GFF3 names parents only, and a child may stand before its parent: its features wait
    until the last line. GTF names gene and transcript on every line.
    """

    def __init__(self) -> None:
        self.genes: dict[GeneKey, GeneParts] = {}
        self.bad = LineNotes()
        self._children: list[tuple[str, _Feature]] = []
        self._parent_of: dict[str, str] = {}
        self._gff_genes: dict[str, GeneParts] = {}

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
            _add_to(gene.transcript(transcript_id), feature)
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
                _add_to(gene.transcript(parent), feature)
            elif parent in self._gff_genes:
                _add_to(gene.transcript(feature.facts.get("ID", "")), feature)

    def _root(self, name: str) -> str:
        for _ in range(10):  # deeper than any real file; a circle ends here too
            if name in self._gff_genes:
                break
            name = self._parent_of.get(name, name)
        return name

    def _gene(self, feature: _Feature, name: str) -> GeneParts:
        key = (feature.contig, feature.strand, name)
        if key not in self.genes:
            self.genes[key] = GeneParts()
        return self.genes[key]


def read_gene_file(path: Path) -> GeneArrays:
    """Parse a GTF or GFF3 file, plain or packed, or a table of `gene_tables`.

    Lines that cannot be read are passed over and named in `GeneArrays.notes`.

    Raises:
        InputError: If the file is empty, damaged, of another kind, or has no gene; the
            message names up to 40 bad lines at once.
    """
    start = sniff.first_bytes(path)
    if is_genbank(start):
        return genes_of_genbank(path)
    if is_bed(start) or is_bigbed(start):
        return genes_of_bed(path)
    collector = _Collector()
    if is_database(start):
        _take_rows(database_rows(path), collector)
    else:
        with open_lines(path) as lines:
            if is_gene_table(start):
                _take_rows(table_rows(lines), collector)
            else:
                _read_lines(lines, collector)
    collector.finish()
    if not collector.genes:
        bad = f" {collector.bad.words}" if collector.bad.count else ""
        raise InputError(
            f"No gene can be read from this file: it is {sniff.describe(start)}.{bad}",
            where=str(path),
            todo="Open a GTF or GFF3 file, such as GENCODE's or Ensembl's.",
        )
    notes = [collector.bad.words] if collector.bad.count else []
    return arrays_of(collector.genes, notes)


def _take_rows(rows: Iterable[Row], collector: _Collector) -> None:
    for row in rows:
        if isinstance(row, BadRow):
            collector.bad.refuse(row.number, row.why)
            continue
        feature = _Feature(
            row.contig, row.strand, row.kind, row.span, row.facts, row.tags
        )
        add = collector.add_gtf if "gene_id" in row.facts else collector.add_gff
        if not add(feature):
            collector.bad.refuse(row.number, "no gene or parent is named")


def _add_to(transcript: TranscriptParts, feature: _Feature) -> None:
    """Give one line to its transcript."""
    transcript.canonical |= bool(feature.tags & _CANONICAL)
    if feature.kind == "exon":
        transcript.exons.add(feature.span)
    elif feature.kind == "CDS":
        transcript.coding.add(feature.span)
    elif feature.kind in _TRANSCRIPTS or transcript.span is None:
        transcript.span = feature.span


def _read_lines(lines: Iterable[bytes], collector: _Collector) -> None:
    for number, raw in enumerate(lines, start=1):
        if raw.startswith(b"##FASTA"):
            return
        text = raw.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r\n")
        if not text.strip() or text.startswith(("#", "track ", "browser ")):
            continue
        columns = text.split("\t")
        span = place_of(columns)
        if isinstance(span, str):
            collector.bad.refuse(number, span)
        elif not _add(collector, columns, span):
            collector.bad.refuse(number, "no gene or parent is named")


def _add(collector: _Collector, columns: list[str], span: Span) -> bool:
    facts, tags = attributes_of(columns[8])
    feature = _Feature(columns[0], columns[6], columns[2], span, facts, frozenset(tags))
    if is_gff(columns[8].strip()):
        return collector.add_gff(feature)
    return collector.add_gtf(feature)
