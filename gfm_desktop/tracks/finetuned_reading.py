"""Windows of a fine-tuned model along a region: which there are, and what they give.

The rule is that of `finetuned_prediction`; all coordinates are 0-based half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.tracks.prediction import Missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.models.finetuned_model import FineTunedModel
    from gfm_desktop.tracks.haplotype import Haplotype

    Table = NDArray[np.float32]

_UNKNOWN_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class _Bin:
    """One bin's window: where it lies in a haplotype, or why there is none."""

    start: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """A region with all that its prediction needs.

    Attributes:
        model: Learnt from sequences.
        interval: The region.
        reference: The genome.
        genes: Gene models; tell the sense strand.
        batch_size: Most sequences of a forward pass.
        step: Bases of a bin.
        strands: A choice of `finetuned_prediction.STRANDS`.
    """

    model: FineTunedModel
    interval: Interval
    reference: Reference
    genes: GeneModels | None
    batch_size: int
    step: int
    strands: str

    @property
    def titles(self) -> dict[str, str]:
        """Return key to title of the signals, in their order."""
        names = self.model.names
        if self.model.task == "binary":
            return {"p": f"Probability of {names[1]}"}
        if self.model.task == "regression":
            return {"value": names[0]}
        return {f"p_{i + 1}": f"Probability of {n}" for i, n in enumerate(names)}

    @property
    def how(self) -> str:
        """Return how it is read, in a few words."""
        return f"windows of {self.model.length:,} bp every {self.step:,} bp"

    @property
    def sense(self) -> bool:
        """Tell whether the sense strand of genes is read."""
        alone = self.strands == "auto" and not self.model.both_strands
        return self.strands == "gene" or (alone and self.genes is not None)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a reader must know."""
        if self.model.both_strands or self.strands != "auto" or self.sense:
            return ()
        return (
            "The model learnt from one strand; both are read and averaged here. With "
            "gene models open the sense strand alone is read.",
        )

    def read(
        self, haplotype: Haplotype, ref: Table | None = None
    ) -> tuple[Table, tuple[Missing, ...]]:
        """Return (bp, outputs), and why values are missing.

        Args:
            haplotype: REF, or the one with the variant.
            ref: What was predicted with REF; needed with a variant.
        """
        start, end = self.interval.start, self.interval.end
        table = np.full((end - start, self.model.parts.outputs), np.nan, np.float32)
        places = haplotype.places(start, end)
        allele = "" if ref is None else "alt"
        missing, asked = [], {}
        for number in range(start // self.step, -(-end // self.step)):
            first = max(start, number * self.step)
            last = min(end, (number + 1) * self.step)
            one = self._bin(number, haplotype)
            if one is None:
                continue
            if ref is not None and not self._reaches(one, haplotype):
                table[first - start : last - start] = ref[first - start : last - start]
            elif one.reason:
                missing.append(Missing(first, last, one.reason, allele))
            else:
                asked[(first, last)] = (one.start, number)
        self._fill(table, asked, haplotype)
        if ref is not None:
            table[places < 0] = np.nan
            missing += self._deleted(places)
        return table, tuple(missing)

    def _bin(self, number: int, haplotype: Haplotype) -> _Bin | None:
        """Return the window of a bin; None where all its bases are deleted."""
        first = number * self.step
        contig = self.reference.contigs[self.interval.contig]
        last = min(first + self.step, contig)
        middle = min(first + self.step // 2, last - 1)
        places = haplotype.places(first, last)
        there = np.flatnonzero(places >= 0)
        if not len(there):
            return None
        nearest = there[np.abs(there + first - middle).argmin()]
        length = self.model.length
        start = int(places[nearest]) - length // 2
        if start < 0 or start + length > haplotype.length:
            return _Bin(start, "too near to the contig's end for a whole window")
        if haplotype.letters(start, start + length).count("N") > (
            _UNKNOWN_SHARE * length
        ):
            return _Bin(start, "mostly unknown bases (N) in this genome")
        if not self._read_strands(middle):
            return _Bin(start, "no gene here, so the sense strand is unknown")
        return _Bin(start)

    def _reaches(self, one: _Bin, haplotype: Haplotype) -> bool:
        """Tell whether a window differs from that of REF."""
        return haplotype.sees(one.start, one.start + self.model.length)

    def _read_strands(self, position: int) -> str:
        """Return the strands that are read at a base of the reference."""
        if self.sense and self.genes is not None:
            found = self.genes.at(self.interval.contig, position)
            return "".join(sorted({gene.strand for gene in found}))
        if self.strands in ("forward", "reverse"):
            return {"forward": "+", "reverse": "-"}[self.strands]
        # A model that averages strands does so itself.
        return "+" if self.model.both_strands else "+-"

    def _fill(
        self,
        table: Table,
        asked: Mapping[tuple[int, int], tuple[int, int]],
        haplotype: Haplotype,
    ) -> None:
        """Predict the windows of bins, and write them into the table."""
        letters: list[str] = []
        counts: list[int] = []
        for start, number in asked.values():
            forward = haplotype.letters(start, start + self.model.length)
            strands = self._read_strands(number * self.step + self.step // 2)
            counts.append(len(strands))
            letters += [
                forward if strand == "+" else reverse_complement(forward)
                for strand in strands
            ]
        if not letters:
            return
        logits = self.model.logits(letters, batch_size=self.batch_size)
        places = np.concatenate([[0], np.cumsum(counts)[:-1]])
        means = np.add.reduceat(logits, places, axis=0) / np.array(counts)[:, None]
        values = self.model.calibrated(means)
        for (first, last), value in zip(asked, values, strict=True):
            table[first - self.interval.start : last - self.interval.start] = value

    def _deleted(self, places: NDArray[np.int64]) -> Sequence[Missing]:
        gone = np.flatnonzero(places < 0)
        if not len(gone):
            return []
        start = self.interval.start + int(gone[0])
        end = self.interval.start + int(gone[-1]) + 1
        return [Missing(start, end, "deleted by the variant", "alt")]
