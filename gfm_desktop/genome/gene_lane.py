"""The genes of one contig in their order, and which contigs the genome has."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.feature_slice import SortedSpans, ragged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.genome.gene_arrays import GeneArrays
    from gfm_desktop.genome.reference import Reference


class GeneLane:
    """The genes of one contig, sorted by start, and their transcripts."""

    def __init__(self, genes: NDArray[np.int64], arrays: GeneArrays) -> None:
        """Sort the genes of these numbers."""
        self.genes = genes[np.argsort(arrays.gene_start[genes], kind="stable")]
        self.spans = SortedSpans.of(
            arrays.gene_start[self.genes], arrays.gene_end[self.genes]
        )
        self._arrays = arrays

    def between(self, start: int, end: int) -> list[int]:
        """Return the numbers of the genes that share a base with ``[start, end)``."""
        found: list[int] = self.genes[self.spans.between(start, end)].tolist()
        return found

    def one_each(self) -> tuple[NDArray[np.int64], SortedSpans]:
        """Return the canonical transcript of each gene, over the whole gene."""
        return self._arrays.gene_transcripts[self.genes], self.spans

    @cached_property
    def every(self) -> tuple[NDArray[np.int64], SortedSpans]:
        """Return all transcripts, sorted by start."""
        arrays = self._arrays
        _, flat = ragged(arrays.gene_transcripts, self.genes)
        flat = flat[np.argsort(arrays.transcript_start[flat], kind="stable")]
        starts, ends = arrays.transcript_start[flat], arrays.transcript_end[flat]
        return flat, SortedSpans.of(starts, ends)


def own_names(
    arrays: GeneArrays, reference: Reference | None
) -> tuple[list[str | None], list[str]]:
    """Return the genome's name of each contig of the file, and what got lost."""
    if reference is None:
        return list(arrays.contigs), []
    names = [reference.resolve(name) for name in arrays.contigs]
    notes = []
    counts = np.bincount(arrays.gene_contig, minlength=len(names))
    missing = [n for n, own in enumerate(names) if own is None]
    lost = int(counts[missing].sum())
    if lost:
        named = ", ".join(arrays.contigs[n] for n in missing[:5])
        notes.append(
            f"{lost:,} genes lie on {len(missing):,} contigs that the genome does not "
            f"have ({named}{', ...' if len(missing) > 5 else ''}): they are left out."
        )
    beyond = sum(
        int(arrays.gene_end[g]) > reference.contigs[name]
        for g, c in enumerate(arrays.gene_contig)
        if (name := names[int(c)]) is not None
    )
    if beyond:
        notes.append(
            f"{beyond:,} genes reach past the end of their contig: the gene models "
            "belong to another genome build."
        )
    return names, notes
