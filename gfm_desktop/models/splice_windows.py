"""What a splice model is asked about a gene, for scorers and tracks alike.

A prediction is made for one strand of one transcript: letters outside the transcript
are N, and a minus strand is read as its reverse complement, as the published
``spliceai`` 1.3.1 does (``get_delta_scores``). Here everything is kept on the plus
strand of the contig, and only turned around on the way into and out of the model.
All coordinates are 0-based half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from gfm_desktop.models.sequence import reverse_complement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import Gene, GeneModels
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant

Float = TypeVar("Float", bound=np.floating[Any])


@dataclass(frozen=True, slots=True)
class SpliceTarget:
    """One strand of one transcript, or of a whole contig where no genes are known.

    Attributes:
        symbol: Gene name, or ``"+"`` and ``"-"`` where there is none.
        contig: The genome's contig name.
        strand: ``"+"`` or ``"-"``.
        start: First base that the model may see.
        end: End of what it may see, exclusive.
        boundaries: First and last base of every exon, ascending; empty where there
            are no genes.
    """

    symbol: str
    contig: str
    strand: str
    start: int
    end: int
    boundaries: tuple[int, ...] = ()

    @property
    def is_gene(self) -> bool:
        """Tell whether it is a transcript, not a bare strand."""
        return bool(self.boundaries)

    def nearest_boundary(self, position: int) -> int | None:
        """Return the distance to the nearest exon boundary, None where there is none.

        Of two that are equally near the left one counts, as in ``get_pos_data``.
        """
        if not self.boundaries:
            return None
        return min((b - position for b in self.boundaries), key=abs)


def gene_target(gene: Gene) -> SpliceTarget:
    """Return the target of a gene: its canonical transcript."""
    transcript = gene.canonical
    ends = {base for start, end in transcript.exons for base in (start, end - 1)}
    if not ends:
        ends = {transcript.start, transcript.end - 1}
    return SpliceTarget(
        gene.name,
        gene.contig,
        gene.strand,
        transcript.start,
        transcript.end,
        tuple(sorted(ends)),
    )


def strand_targets(contig: str, length: int) -> tuple[SpliceTarget, SpliceTarget]:
    """Return both strands of a contig of `length` bp, with nothing masked."""
    return (
        SpliceTarget("+", contig, "+", 0, length),
        SpliceTarget("-", contig, "-", 0, length),
    )


def targets_over(
    interval: Interval, *, reference: Reference, genes: GeneModels | None
) -> list[SpliceTarget]:
    """Return what to predict for an interval.

    Args:
        interval: Part of a contig of the reference.
        reference: The genome.
        genes: Gene models, or None where the user has none: then both strands are
            predicted unmasked, as CI-SpliceAI does outside genes.

    Returns:
        Targets that share a base with `interval`, in the order of the gene models.
    """
    if genes is None:
        return list(strand_targets(interval.contig, reference.contigs[interval.contig]))
    found = (gene_target(gene) for gene in genes.overlapping(interval))
    return [t for t in found if t.start < interval.end and interval.start < t.end]


def masked_sequence(
    reference: Reference, target: SpliceTarget, start: int, end: int
) -> str:
    """Return plus-strand letters with N outside the target and outside the contig.

    Args:
        reference: The genome.
        target: What may be seen.
        start: First position; may be negative.
        end: End, exclusive; may lie beyond the contig.

    Returns:
        ``end - start`` letters of A, C, G, T, N.
    """
    first = max(start, target.start, 0)
    last = min(end, target.end, reference.contigs[target.contig])
    if first >= last:
        return "N" * (end - start)
    inside = reference.fetch(target.contig, first, last)
    return "N" * (first - start) + inside + "N" * (end - last)


def substituted(sequence: str, offset: int, variant: Variant) -> str:
    """Return the sequence with the variant's REF at `offset` replaced by its ALT."""
    return sequence[:offset] + variant.alt + sequence[offset + len(variant.ref) :]


def projected(
    alternative: NDArray[Float], offset: int, variant: Variant
) -> NDArray[Float]:
    """Lay predictions for the ALT sequence over the REF positions.

    Deleted bases get probability 0, and inserted bases give the base that they follow
    their maximum. With r REF and a ALT bases the first min(r, a) - 1 of them face each
    other; for r or a = 1, which is all that the published program scores, this is its
    rule letter by letter.

    Args:
        alternative: Shape (m, columns), on the plus strand.
        offset: Index of the variant's first base; must lie inside `alternative`
            except for deletions that reach past a scoring window.
        variant: Gives r and a.

    Returns:
        Shape (m + r - a, columns).
    """
    ref, alt = len(variant.ref), len(variant.alt)
    if alt == ref:
        return alternative
    if alt < ref:
        gap = np.zeros((ref - alt, alternative.shape[1]), dtype=alternative.dtype)
        parts = (alternative[: offset + alt], gap, alternative[offset + alt :])
        return np.concatenate(parts)
    last = offset + ref - 1
    highest = alternative[last : offset + alt].max(axis=0, keepdims=True)
    return np.concatenate((alternative[:last], highest, alternative[offset + alt :]))


class WindowModel(Protocol):
    """What a batch of windows is asked of."""

    def predict(
        self, sequences: Sequence[str], *, batch_size: int = 8
    ) -> list[NDArray[np.float32]]:
        """Return (n, ...) for each sense-strand sequence of flank + n + flank."""
        ...


class WindowBatch:
    """Windows to be predicted together, each of them once.

    Add windows, `run`, and read the results by the numbers that `add` returned.
    """

    def __init__(self, model: WindowModel, *, batch_size: int = 8) -> None:
        """Start with nothing to do."""
        self._model = model
        self._batch_size = batch_size
        self._numbers: dict[tuple[str, str], int] = {}
        self._results: list[NDArray[np.float32]] = []

    def add(self, strand: str, sequence: str) -> int:
        """Ask for a window of plus-strand letters, ``flank`` on each side included."""
        return self._numbers.setdefault((strand, sequence), len(self._numbers))

    def run(self) -> None:
        """Predict everything that was added."""
        sense = [
            sequence if strand == "+" else reverse_complement(sequence)
            for strand, sequence in self._numbers
        ]
        found = self._model.predict(sense, batch_size=self._batch_size)
        self._results = [
            result if strand == "+" else result[::-1]
            for (strand, _), result in zip(self._numbers, found, strict=True)
        ]

    def result(self, number: int) -> NDArray[np.float32]:
        """Return probabilities of shape (n, 3), or as the model has it, along +."""
        return self._results[number]


@dataclass(frozen=True, slots=True)
class ReferenceWindow:
    """REF predictions for a stretch, cut from tiles of a fixed grid.

    The grid is fixed on the contig, so that variants that lie together share tiles,
    and that a variant's REF does not depend on its neighbours in any bit. It is exact:
    an output sees ``flank`` bases on each side and a tile has them all.
    """

    tiles: tuple[int, ...]
    offset: int
    length: int

    @classmethod
    def ask(
        cls,
        batch: WindowBatch,
        target: SpliceTarget,
        start: int,
        end: int,
        *,
        reference: Reference,
        size: int,
        flank: int,
    ) -> ReferenceWindow:
        """Add the tiles of ``[start, end)`` to a batch.

        Args:
            batch: Where they are predicted.
            target: What they are predicted for.
            start: First position.
            end: End, exclusive.
            reference: The genome.
            size: Positions in a tile.
            flank: Bases that an output sees on each side.
        """
        first, last = start // size, (end - 1) // size
        numbers = []
        for tile in range(first, last + 1):
            left, right = tile * size - flank, (tile + 1) * size + flank
            sequence = masked_sequence(reference, target, left, right)
            numbers.append(batch.add(target.strand, sequence))
        return cls(tuple(numbers), start - first * size, end - start)

    def read(self, batch: WindowBatch) -> NDArray[np.float32]:
        """Return the probabilities, (end - start, columns), after ``batch.run()``."""
        parts = [batch.result(number) for number in self.tiles]
        whole = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return whole[self.offset : self.offset + self.length]
