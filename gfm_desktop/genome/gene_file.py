"""Parse GTF and GFF3 into flat arrays, which load from the cache in an instant."""

from __future__ import annotations

import gzip
import json
import os
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome import sniff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_LAYOUT = 2
"""Raised whenever the arrays change, so that older copies are parsed again."""
_GTF_ATTRIBUTE = re.compile(r'(\w+)\s+(?:"([^"]*)"|([^;"\s]+))')
_CANONICAL = ("Ensembl_canonical", "MANE_Select", "MANE Select", "RefSeq Select")
_CODING = frozenset({"CDS"})
_SHOWN_BAD_LINES = 40
_TEXTS = ("gene_name", "gene_id", "transcript_id", "contigs", "notes")


@dataclass(frozen=True, slots=True)
class GeneArrays:
    """Genes, transcripts and exons as columns; coordinates 0-based half-open.

    Attributes:
        gene_transcripts: Shape (genes + 1,): gene *g* owns transcripts
            ``[g]`` to ``[g + 1]``, the canonical one first.
        transcript_exons: Shape (transcripts + 1,), offsets into `exons`.
        transcript_coding: Shape (transcripts + 1,), offsets into `coding`.
        exons: Shape (n, 2), start and end.
        coding: Shape (n, 2), start and end.
    """

    contigs: list[str]
    notes: list[str]
    gene_name: list[str]
    gene_id: list[str]
    transcript_id: list[str]
    gene_contig: NDArray[np.int64]
    gene_minus: NDArray[np.bool_]
    gene_start: NDArray[np.int64]
    gene_end: NDArray[np.int64]
    gene_transcripts: NDArray[np.int64]
    transcript_start: NDArray[np.int64]
    transcript_end: NDArray[np.int64]
    transcript_exons: NDArray[np.int64]
    transcript_coding: NDArray[np.int64]
    exons: NDArray[np.int64]
    coding: NDArray[np.int64]

    def save(self, path: Path) -> None:
        """Write a copy, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        numbers = {n: getattr(self, n) for n in self.__slots__ if n not in _TEXTS}
        texts = json.dumps({n: getattr(self, n) for n in _TEXTS}).encode()
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        with temporary.open("wb") as file:
            np.savez(
                file,
                allow_pickle=False,
                layout=np.array(_LAYOUT),
                texts=np.frombuffer(texts, np.uint8),
                **numbers,
            )
        temporary.replace(path)

    @classmethod
    def load(cls, path: Path) -> GeneArrays | None:
        """Return the copy, or None where it is missing, older or damaged."""
        try:
            with np.load(path, allow_pickle=False) as file:
                if int(file["layout"]) != _LAYOUT:
                    return None
                texts = json.loads(file["texts"].tobytes())
                numbers = {n: file[n] for n in cls.__slots__ if n not in _TEXTS}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        return cls(**texts, **numbers)


@dataclass(slots=True)
class _TranscriptParts:
    name: str
    canonical: bool = False
    span: tuple[int, int] | None = None
    exons: set[tuple[int, int]] = field(default_factory=set)
    coding: set[tuple[int, int]] = field(default_factory=set)

    @property
    def extent(self) -> tuple[int, int]:
        """Return start and end, from the exons where no line states them."""
        pieces = self.exons or self.coding
        inside = min((s for s, _ in pieces), default=None)
        if self.span is not None or inside is None:
            return self.span or (0, 0)
        return inside, max(end for _, end in pieces)

    def rank(self) -> tuple[bool, int, int, str]:
        """Return what sorts the canonical transcript first."""
        coding = sum(end - start for start, end in self.coding)
        exons = sum(end - start for start, end in self.exons)
        return (not self.canonical, -coding, -exons, self.name)


@dataclass(slots=True)
class _GeneParts:
    name: str = ""
    span: tuple[int, int] | None = None
    transcripts: dict[str, _TranscriptParts] = field(default_factory=dict)


class _Collector:
    """Gathers features of either format under (contig, strand, gene)."""

    def __init__(self) -> None:
        self.genes: dict[tuple[str, str, str], _GeneParts] = {}
        self.bad: list[str] = []
        self.bad_count = 0
        self._gff_gene_of: dict[str, str] = {}
        self._gff_genes: dict[str, str] = {}

    def refuse(self, number: int, why: str) -> None:
        """Note a line that cannot be read."""
        self.bad_count += 1
        if len(self.bad) < _SHOWN_BAD_LINES:
            self.bad.append(f"line {number:,}: {why}")

    def gene(self, contig: str, strand: str, gene_id: str) -> _GeneParts:
        return self.genes.setdefault((contig, strand, gene_id), _GeneParts())

    def add_gtf(
        self, columns: list[str], span: tuple[int, int], attributes: str
    ) -> bool:
        """Take one GTF feature; return False if it names no gene."""
        facts: dict[str, str] = {}
        tags = []
        for key, quoted, bare in _GTF_ATTRIBUTE.findall(attributes):
            value = quoted or bare
            if key == "tag":
                tags.append(value)
            else:
                facts.setdefault(key, value)
        gene_id = facts.get("gene_id", "")
        if not gene_id:
            return False
        gene = self.gene(columns[0], columns[6], gene_id)
        gene.name = gene.name or facts.get("gene_name") or facts.get("gene") or ""
        feature, transcript_id = columns[2], facts.get("transcript_id", "")
        if feature == "gene":
            gene.span = span
        elif transcript_id:
            parts = _transcript(gene, transcript_id)
            parts.canonical |= any(tag in _CANONICAL for tag in tags)
            _add_piece(parts, feature, span)
        return True

    def add_gff(
        self, columns: list[str], span: tuple[int, int], attributes: str
    ) -> bool:
        """Take one GFF3 feature; return False if its attributes cannot be read."""
        facts = {
            key.strip(): unquote(value.strip())
            for key, equals, value in (a.partition("=") for a in attributes.split(";"))
            if equals
        }
        feature, name = columns[2], facts.get("ID", "")
        contig, strand = columns[0], columns[6]
        parents = [p for p in facts.get("Parent", "").split(",") if p]
        if feature.endswith("gene") and name:
            gene = self.gene(contig, strand, name)
            gene.span = span
            gene.name = facts.get("Name") or facts.get("gene") or ""
            self._gff_genes[name] = name
            return True
        if feature in ("exon", "CDS"):
            for parent in parents:
                owner = self._gff_gene_of.get(parent, parent)
                gene = self.gene(contig, strand, owner)
                _add_piece(_transcript(gene, parent), feature, span)
            return bool(parents)
        if name and parents and parents[0] in self._gff_genes:
            self._gff_gene_of[name] = parents[0]
            parts = _transcript(self.gene(contig, strand, parents[0]), name)
            parts.span = span
            tags = facts.get("tag", "").split(",")
            parts.canonical |= any(tag in _CANONICAL for tag in tags)
        return bool(facts)


def _transcript(gene: _GeneParts, name: str) -> _TranscriptParts:
    return gene.transcripts.setdefault(name, _TranscriptParts(name))


def _add_piece(parts: _TranscriptParts, feature: str, span: tuple[int, int]) -> None:
    if feature == "exon":
        parts.exons.add(span)
    elif feature in _CODING:
        parts.coding.add(span)
    elif feature in ("transcript", "mRNA"):
        parts.span = span


def read_gene_file(path: Path) -> GeneArrays:
    """Parse a GTF or GFF3 file, plain or packed.

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
            _read_lines(file, collector)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"The gene models are incomplete: the packed data break off ({error}).",
            where=str(path),
            todo="Fetch the file again.",
        ) from error
    if not collector.genes:
        what = f"it is {sniff.describe(start)}"
        if collector.bad:
            what += "; " + "; ".join(collector.bad)
        raise InputError(
            f"No gene can be read from this file: {what}.",
            where=str(path),
            todo="Open a GTF or GFF3 file, such as GENCODE's or Ensembl's.",
        )
    return _arrays(collector)


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
        if not (columns[3].isdecimal() and columns[4].isdecimal()):
            collector.refuse(number, "start or end is no number")
            continue
        span = (int(columns[3]) - 1, int(columns[4]))
        if not 0 <= span[0] < span[1]:
            collector.refuse(number, "start lies after end")
            continue
        gff = "=" in columns[8] and not _GTF_ATTRIBUTE.match(columns[8].strip())
        add = collector.add_gff if gff else collector.add_gtf
        if not add(columns, span, columns[8]):
            collector.refuse(number, "no gene or parent is named")


def _arrays(collector: _Collector) -> GeneArrays:
    notes = []
    if collector.bad_count:
        shown = "; ".join(collector.bad)
        notes.append(
            f"{collector.bad_count:,} lines could not be read and were passed over: "
            f"{shown}."
        )
    genes = sorted(_complete(collector), key=lambda g: (g[0][0], g[3], g[4], g[0][2]))
    contigs = list(dict.fromkeys(key[0] for key, *_ in genes))
    place = {name: number for number, name in enumerate(contigs)}
    flat = [t for *_, transcripts, _, _ in genes for t in transcripts]
    exons = [sorted(t.exons or t.coding) or [t.extent] for t in flat]
    coding = [sorted(t.coding) for t in flat]
    return GeneArrays(
        contigs=contigs,
        notes=notes,
        gene_name=[name for _, name, *_ in genes],
        gene_id=[key[2] for key, *_ in genes],
        transcript_id=[t.name for t in flat],
        gene_contig=np.array([place[key[0]] for key, *_ in genes], np.int64),
        gene_minus=np.array([key[1] == "-" for key, *_ in genes], np.bool_),
        gene_start=np.array([start for *_, start, _ in genes], np.int64),
        gene_end=np.array([end for *_, end in genes], np.int64),
        gene_transcripts=_offsets(len(t) for *_, t, _, _ in genes),
        transcript_start=np.array([t.extent[0] for t in flat], np.int64),
        transcript_end=np.array([t.extent[1] for t in flat], np.int64),
        transcript_exons=_offsets(map(len, exons)),
        transcript_coding=_offsets(map(len, coding)),
        exons=_table(exons),
        coding=_table(coding),
    )


_Complete = tuple[tuple[str, str, str], str, list[_TranscriptParts], int, int]


def _complete(collector: _Collector) -> Iterator[_Complete]:
    """Yield key, name, transcripts (canonical first), start and end of each gene."""
    for key, gene in collector.genes.items():
        transcripts = sorted(gene.transcripts.values(), key=_TranscriptParts.rank)
        if not transcripts:
            span = gene.span or (0, 0)
            transcripts = [_TranscriptParts(key[2], span=span, exons={span})]
        spans = [t.extent for t in transcripts]
        start, end = gene.span or (min(s for s, _ in spans), max(e for _, e in spans))
        yield key, gene.name or key[2], transcripts, start, end


def _offsets(lengths: Iterable[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(list(lengths), dtype=np.int64)]).astype(
        np.int64
    )


def _table(pieces: list[list[tuple[int, int]]]) -> NDArray[np.int64]:
    flat = [pair for group in pieces for pair in group]
    return np.array(flat, np.int64).reshape(-1, 2)
