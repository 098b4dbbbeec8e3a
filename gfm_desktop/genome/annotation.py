"""Gene models: which genes lie where, with their transcripts and exons."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop import paths
from gfm_desktop.errors import InputError
from gfm_desktop.genome.feature_slice import (
    NO_COLOUR,
    FeatureSlice,
    SortedSpans,
    ragged,
)
from gfm_desktop.genome.fingerprint import content_hash, known_hash
from gfm_desktop.genome.gene_arrays import GeneArrays
from gfm_desktop.genome.gene_file import read_gene_file
from gfm_desktop.genome.gene_lane import GeneLane, own_names
from gfm_desktop.genome.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.genome.reference import Reference


@dataclass(frozen=True, slots=True)
class Transcript:
    """One transcript; all coordinates 0-based half-open, ascending on the contig.

    Attributes:
        transcript_id: The file's identifier.
        start: First base.
        end: End, exclusive.
        exons: (start, end) of each exon.
        coding: (start, end) of each coding stretch; empty where there is none.
    """

    transcript_id: str
    start: int
    end: int
    exons: tuple[tuple[int, int], ...]
    coding: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Gene:
    """One gene; coordinates 0-based half-open.

    Attributes:
        name: Symbol, or the identifier where there is none.
        gene_id: The file's identifier.
        contig: The genome's contig name.
        strand: ``"+"`` or ``"-"``.
        start: First base.
        end: End, exclusive.
        transcripts: At least one; the canonical one first.
    """

    name: str
    gene_id: str
    contig: str
    strand: str
    start: int
    end: int
    transcripts: tuple[Transcript, ...]

    @property
    def canonical(self) -> Transcript:
        """Return the transcript to show and score with.

        It is the one tagged ``Ensembl_canonical`` or ``MANE_Select``, else the one with
        the longest coding sequence, else with the longest exons (`gene_file` sorts).
        """
        return self.transcripts[0]

    @property
    def interval(self) -> Interval:
        """Return where the gene lies."""
        return Interval(self.contig, self.start, self.end)


class GeneModels:
    """All genes of an annotation file, by place and by name.

    Attributes:
        path: The file that the user opened.
        fingerprint: SHA-256 of the file's bytes.
        notes: What must be told: lines passed over, contigs the genome lacks.
    """

    def __init__(
        self,
        path: Path,
        *,
        arrays: GeneArrays,
        fingerprint: str,
        reference: Reference | None,
    ) -> None:
        """Index the genes; use `load` instead."""
        self.path = path
        self.fingerprint = fingerprint
        self._arrays = arrays
        self._contig_names, lost = own_names(arrays, reference)
        self.notes = (*arrays.notes, *lost)
        self._by_contig: dict[str, GeneLane] = {}
        numbers: dict[str, list[int]] = {}
        for number, name in enumerate(self._contig_names):
            if name is not None:  # a file may spell one contig in two ways
                numbers.setdefault(name, []).append(number)
        for name, same in numbers.items():
            genes = np.flatnonzero(np.isin(arrays.gene_contig, same))
            if len(genes):
                self._by_contig[name] = GeneLane(genes, arrays)
        self._built: dict[int, Gene] = {}
        self._length = sum(len(lane.genes) for lane in self._by_contig.values())

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        reference: Reference | None = None,
        cache: Path | None = None,
    ) -> GeneModels:
        """Read genes of any format of `gene_file`; a parsed copy is kept in the cache.

        Args:
            path: The file.
            reference: The genome, whose contig names the genes get; genes on contigs
                that it lacks are left out, and `notes` says how many.
            cache: Folder for the copy; the application's cache by default.

        Raises:
            InputError: If the file is missing, empty, damaged, or has no gene.
        """
        try:
            fingerprint = content_hash(path, cache=cache)
        except OSError as error:
            raise InputError(
                f"The gene models cannot be read: {error.strerror or error}.",
                where=str(path),
                todo="Check that the file exists and that you may read it.",
            ) from error
        stored = _stored(fingerprint, cache)
        arrays = GeneArrays.load(stored)
        if arrays is None:
            arrays = read_gene_file(path)
            arrays.save(stored)
        return cls(path, arrays=arrays, fingerprint=fingerprint, reference=reference)

    @staticmethod
    def is_ready(path: Path, *, cache: Path | None = None) -> bool:
        """Tell whether `load` needs no parsing, so that it may run in the window."""
        fingerprint = known_hash(path, cache=cache)
        return fingerprint is not None and _stored(fingerprint, cache).exists()

    def __len__(self) -> int:
        """Return the number of genes."""
        return self._length

    def __iter__(self) -> Iterator[Gene]:
        """Yield every gene, by contig and start."""
        for contig, lane in self._by_contig.items():
            for number in lane.genes:
                yield self._gene(contig, int(number))

    def overlapping(self, interval: Interval) -> list[Gene]:
        """Return the genes that share a base with `interval`, by start."""
        lane = self._by_contig.get(interval.contig)
        if lane is None:
            return []
        found = lane.between(interval.start, interval.end)
        return [self._gene(interval.contig, number) for number in found]

    def at(self, contig: str, position0: int) -> list[Gene]:
        """Return the genes over a 0-based position."""
        lane = self._by_contig.get(contig)
        if lane is None:
            return []
        found = lane.between(position0, position0 + 1)
        return [self._gene(contig, number) for number in found]

    def spans(self, contig: str, *, every: bool = False) -> SortedSpans | None:
        """Return the spans of a contig's genes, or of every transcript; None for none.

        Args:
            contig: The genome's contig name.
            every: Whether each transcript counts, not each gene.
        """
        lane = self._by_contig.get(contig)
        if lane is None:
            return None
        return (lane.every if every else lane.one_each())[1]

    def columns(self, interval: Interval, *, every: bool = False) -> FeatureSlice:
        """Return the transcripts that share a base with `interval` as columns.

        Args:
            interval: Where.
            every: Whether each transcript is wanted, or the canonical one of each
                gene, which then reaches over the whole gene.
        """
        lane, arrays = self._by_contig.get(interval.contig), self._arrays
        if lane is None:
            flat, spans = np.empty(0, np.int64), SortedSpans.of(*np.empty((2, 0), int))
        else:
            flat, spans = lane.every if every else lane.one_each()
        found = spans.between(interval.start, interval.end)
        chosen = flat[found]
        minus = arrays.gene_minus[self._owner[chosen]]
        piece_at, pieces = ragged(arrays.transcript_exons, chosen)
        thick_at, thick = ragged(arrays.transcript_coding, chosen)
        return FeatureSlice(
            chosen,
            spans.start[found],
            spans.end[found],
            np.where(minus, -1, 1).astype(np.int8),
            np.full(len(found), NO_COLOUR, np.int32),
            piece_at,
            arrays.exons[pieces],
            thick_at,
            arrays.coding[thick],
        )

    def gene_name(self, transcript: int) -> str:
        """Return the name of the gene of a transcript that `columns` numbers."""
        return self._arrays.gene_name[int(self._owner[transcript])]

    def transcript_name(self, transcript: int) -> str:
        """Return the identifier of a transcript that `columns` numbers."""
        return self._arrays.transcript_id[transcript]

    def owner(self, contig: str, transcript: int) -> tuple[Gene, Transcript]:
        """Return gene and transcript of a number of `columns`."""
        gene = int(self._owner[transcript])
        first = int(self._arrays.gene_transcripts[gene])
        found = self._gene(contig, gene)
        return found, found.transcripts[transcript - first]

    def search(self, text: str, limit: int = 20) -> list[Gene]:
        """Return genes whose name holds `text`: equal first, then prefix, then inside.

        Args:
            text: Part of a name or gene identifier; case does not matter.
            limit: Most genes to return.
        """
        wanted = text.strip().casefold()
        if not wanted:
            return []
        keys, owners = self._names
        first = bisect.bisect_left(keys, wanted)
        last = bisect.bisect_left(keys, wanted + "\U0010ffff")
        found = dict.fromkeys(owners[first:last])
        if len(found) < limit:
            inside = (o for k, o in zip(keys, owners, strict=True) if wanted in k)
            found.update(dict.fromkeys(inside))
        return [self._gene(*owner) for owner in list(found)[:limit]]

    def find(self, name: str) -> Gene | None:
        """Return the gene of this exact name or identifier (any case), or None."""
        wanted = name.strip().casefold()
        keys, owners = self._names
        place = bisect.bisect_left(keys, wanted)
        if place < len(keys) and keys[place] == wanted:
            return self._gene(*owners[place])
        return None

    def find_transcript(self, name: str) -> tuple[Gene, Transcript] | None:
        """Return gene and transcript of an identifier, or None.

        Another version than the file's is another transcript; without a version, any.
        """
        number = self._transcripts.get(name.strip().casefold())
        if number is None:
            return None
        gene = int(self._owner[number])
        contig = self._contig_names[int(self._arrays.gene_contig[gene])]
        return None if contig is None else self.owner(contig, number)

    @cached_property
    def _transcripts(self) -> dict[str, int]:
        """Return transcript numbers by folded identifier, with and without version."""
        whole = {n.casefold(): i for i, n in enumerate(self._arrays.transcript_id)}
        bare = {name.split(".")[0]: number for name, number in whole.items()}
        return {**bare, **whole}

    @cached_property
    def _owner(self) -> NDArray[np.int64]:
        """Return the gene of each transcript."""
        counts = np.diff(self._arrays.gene_transcripts)
        return np.repeat(np.arange(len(counts)), counts)

    @cached_property
    def _names(self) -> tuple[list[str], list[tuple[str, int]]]:
        """Return sorted, folded names and identifiers with (contig, gene) of each."""
        arrays = self._arrays
        entries = set()
        for contig, lane in self._by_contig.items():
            for number in map(int, lane.genes):
                owner = (contig, number)
                entries.add((arrays.gene_name[number].casefold(), owner))
                identifier = arrays.gene_id[number].casefold()
                entries.add((identifier, owner))
                entries.add((identifier.split(".")[0], owner))
        ordered = sorted(entries)
        return [key for key, _ in ordered], [owner for _, owner in ordered]

    def _gene(self, contig: str, number: int) -> Gene:
        """Return a gene, kept once made: the browser asks for the same ones again."""
        if number not in self._built:
            self._built[number] = self._made(contig, number)
        return self._built[number]

    def _made(self, contig: str, number: int) -> Gene:
        arrays = self._arrays
        first, last = arrays.gene_transcripts[number : number + 2]
        return Gene(
            arrays.gene_name[number],
            arrays.gene_id[number],
            contig,
            "-" if arrays.gene_minus[number] else "+",
            int(arrays.gene_start[number]),
            int(arrays.gene_end[number]),
            tuple(self._transcript(n) for n in range(int(first), int(last))),
        )

    def _transcript(self, number: int) -> Transcript:
        arrays = self._arrays
        return Transcript(
            arrays.transcript_id[number],
            int(arrays.transcript_start[number]),
            int(arrays.transcript_end[number]),
            _pairs(arrays.exons, arrays.transcript_exons, number),
            _pairs(arrays.coding, arrays.transcript_coding, number),
        )


def _pairs(
    values: NDArray[np.int64], offsets: NDArray[np.int64], number: int
) -> tuple[tuple[int, int], ...]:
    first, last = int(offsets[number]), int(offsets[number + 1])
    return tuple((int(a), int(b)) for a, b in values[first:last])


def _stored(fingerprint: str, cache: Path | None) -> Path:
    return (cache or paths.cache()) / "genes" / f"{fingerprint[:32]}.npz"
