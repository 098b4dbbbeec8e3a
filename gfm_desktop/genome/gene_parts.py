"""Genes while their file is read: exons pile up, then become columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.gene_arrays import GeneArrays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

Span = tuple[int, int]
"""0-based start and exclusive end."""
GeneKey = tuple[str, str, str]
"""Contig, strand and identifier: pseudo-autosomal genes have one on X and one on Y."""


@dataclass(slots=True)
class TranscriptParts:
    """One transcript while its file is read.

    Attributes:
        name: The file's identifier.
        canonical: Whether the file calls it the one to show.
        span: Its own line's place, if it has one.
        exons: Exons so far.
        coding: Coding stretches so far.
    """

    name: str
    canonical: bool = False
    span: Span | None = None
    exons: set[Span] = field(default_factory=set)
    coding: set[Span] = field(default_factory=set)

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
class GeneParts:
    """One gene while its file is read.

    Attributes:
        name: Symbol; empty where there is none.
        span: Its own line's place, if it has one.
        transcripts: By identifier.
    """

    name: str = ""
    span: Span | None = None
    transcripts: dict[str, TranscriptParts] = field(default_factory=dict)

    def transcript(self, name: str) -> TranscriptParts:
        """Return the transcript of that identifier, new if need be."""
        if name not in self.transcripts:
            self.transcripts[name] = TranscriptParts(name)
        return self.transcripts[name]


@dataclass(frozen=True, slots=True)
class _Gene:
    contig: str
    start: int
    end: int
    minus: bool
    name: str
    gene_id: str
    transcripts: tuple[TranscriptParts, ...]


def _complete(genes: Mapping[GeneKey, GeneParts]) -> Iterator[_Gene]:
    for (contig, strand, gene_id), gene in genes.items():
        parts = sorted(gene.transcripts.values(), key=TranscriptParts.rank)
        if not parts:
            if gene.span is None:
                continue  # named by a line that has no place of its own
            parts = [TranscriptParts(gene_id, span=gene.span)]
        extents = [part.extent for part in parts]
        start, end = gene.span or (min(extents)[0], max(e for _, e in extents))
        name = gene.name or gene_id
        yield _Gene(contig, start, end, strand == "-", name, gene_id, tuple(parts))


def arrays_of(parts: Mapping[GeneKey, GeneParts], notes: list[str]) -> GeneArrays:
    """Return genes as columns, sorted by place.

    Args:
        parts: The genes by contig, strand and identifier.
        notes: What must be told about the file.
    """
    genes = sorted(
        _complete(parts), key=lambda g: (g.contig, g.start, g.end, g.gene_id)
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
