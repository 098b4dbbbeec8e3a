"""Does a fast number format give a splice model's deltas here, and is it faster?

Deltas are published with two decimals, so that is what must be kept: no delta of the
sample may be off by half a unit of the second decimal. The sample are bases beside
exons, where deltas are large and errors with them; at random places all deltas are 0
in any format. And because some processors have no arithmetic of their own for these
formats, a format that takes longer than fp32 is refused as well.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from gfm_desktop.genome.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.jobs.work import Work
    from gfm_desktop.models.splice_ensemble import WindowNetworks
    from gfm_desktop.scoring.card import VariantScore

LARGEST_ERROR = 0.005
"""Half a unit of the second decimal."""
LARGEST_TIME = 0.9
"""Of the time that fp32 takes, up to which the fast format is worth its errors."""
_VARIANTS = 24
_TIMED = 4
"""Of them, so near one another that they read the same REF."""
_ROUNDS = 4
_EXONS = 2
"""Of a gene; their variants share what is reckoned of REF."""
_BESIDE = (1, 5)
"""Bases into the intron: the splice site's own, and one that matters less."""
_DONOR = re.compile("(?=[AC]AGGT[AG]AGT)")
"""What most donors look like, where no gene models say where they are."""
_BLOCK = 1_000_000
"""Bases of a contig that are searched for them at a time."""
_COLUMNS = ("ds_ag", "ds_al", "ds_dg", "ds_dl", "gain", "loss")
"""Of the scorers of splice models, those with deltas."""


@dataclass(frozen=True, slots=True)
class SpliceAgreement:
    """How near the fast format came to fp32, and what it took.

    Attributes:
        precision: The fast format.
        number: Deltas that were compared.
        largest: Largest difference of a delta.
        differing: Deltas that are another number when written with two decimals.
        time: What the fast format took, as a share of what fp32 took, for variants
            near one another.
    """

    precision: str
    number: int
    largest: float
    differing: int
    time: float

    @property
    def good(self) -> bool:
        """Tell whether the fast format may be used."""
        return self._is_exact and self.time <= LARGEST_TIME

    @property
    def fault(self) -> str:
        """Return why it may not be used."""
        return "not faster" if self._is_exact else "not exact enough"

    @property
    def words(self) -> str:
        """Return what a user is told."""
        return (
            f"{self.precision} differs from fp32 by at most {self.largest:.2g} "
            f"({self.number} deltas of variants beside exons on this device, "
            f"{self.differing} of which are written differently in the second "
            f"decimal), and takes {self.time:.0%} of the time for variants near one "
            "another."
        )

    @property
    def _is_exact(self) -> bool:
        return self.number > 0 and self.largest < LARGEST_ERROR


def measured(work: Work, model: WindowNetworks) -> SpliceAgreement:
    """Score the sample in both formats."""
    sample = list(islice(_sample(work.reference, work.genes), _VARIANTS))
    slow = replace(work, model=model.with_precision("fp32"))
    quick = replace(work, model=model.with_precision(model.precision))
    pairs = [
        (a, b)
        for fast, exact in zip(quick.score(sample), slow.score(sample), strict=True)
        for a, b in zip(_deltas(fast), _deltas(exact), strict=True)
    ]
    few = sample[:_TIMED]
    rounds = [(_seconds(quick, few), _seconds(slow, few)) for _ in range(_ROUNDS)]
    # The first round also reckons what the variants share.
    quickest = [min(times) for times in zip(*rounds[1:], strict=True)]
    return SpliceAgreement(
        model.precision,
        len(pairs),
        max((abs(a - b) for a, b in pairs), default=0.0),
        sum(f"{a:.2f}" != f"{b:.2f}" for a, b in pairs),
        quickest[0] / max(quickest[1], 1e-9),
    )


def _seconds(work: Work, sample: list[Variant]) -> float:
    """Return what scoring takes: seconds of the processor, where that does the work.

    Other programs then do not decide what is faster.
    """
    clock = time.process_time if work.model.device == "cpu" else time.perf_counter
    began = clock()
    work.score(sample)
    return clock() - began


def _deltas(score: VariantScore) -> list[float]:
    """Return a variant's deltas, without the sign of a zero; none if it was refused."""
    return [
        float(value) + 0.0
        for name in _COLUMNS
        if isinstance(value := score.columns.get(name), float)
    ]


def _sample(reference: Reference, genes: GeneModels | None) -> Iterator[Variant]:
    """Yield substitutions beside exons of some genes; beside donors without genes."""
    for contig, place in _places(reference, genes):
        ref = reference.fetch(contig, place, place + 1)
        if ref in "ACGT":
            yield Variant(contig, place, ref, "A" if ref != "A" else "C")


def _places(
    reference: Reference, genes: GeneModels | None
) -> Iterator[tuple[str, int]]:
    if genes is None:
        for contig, length in reference.contigs.items():
            for first in range(0, length, _BLOCK):
                letters = reference.fetch(contig, first, min(length, first + _BLOCK))
                for found in _DONOR.finditer(letters):
                    exon_end = first + found.start() + 2
                    yield from ((contig, exon_end + n) for n in _BESIDE)
        return
    for gene in genes:
        if gene.contig in reference.contigs:
            for start, end in sorted(gene.canonical.exons)[1:-1][:_EXONS]:
                yield from ((gene.contig, start - n) for n in _BESIDE)
                yield from ((gene.contig, end - 1 + n) for n in _BESIDE)
