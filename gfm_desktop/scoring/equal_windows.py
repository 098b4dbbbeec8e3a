"""Windows of REF and ALT that have the same length, for models that learnt one.

A model that was taught sequences of one length must not be asked about two: the change
of length would be part of the answer. Both haplotypes have W letters, the variant's
first base is letter ``W // 2`` of either, and behind an insertion the genome is cut
earlier, behind a deletion later. Near an end of a contig each window is shifted to lie
on its haplotype. All coordinates are 0-based half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.genome.status import Status
from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.scoring.refusals import Refusal

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant


@dataclass(frozen=True, slots=True)
class Haplotypes:
    """Both haplotypes around a variant, as one strand reads them.

    Attributes:
        ref: Letters with the reference allele.
        alt: Letters with the alternative allele.
    """

    ref: str
    alt: str

    @property
    def unknown(self) -> float:
        """Return the share of N in the reference's letters."""
        return self.ref.count("N") / len(self.ref)

    def reversed(self) -> Haplotypes:
        """Return the other strand."""
        return Haplotypes(reverse_complement(self.ref), reverse_complement(self.alt))


def equal_windows(
    reference: Reference, variant: Variant, size: int
) -> Haplotypes | Refusal:
    """Return the forward strand's windows, each of `size` letters.

    A contig that is too short gives shorter windows: as long as the shorter haplotype
    of the whole contig.

    Args:
        reference: The genome.
        variant: Normalised; fits the genome.
        size: Letters of a window.
    """
    longest = max(len(variant.ref), len(variant.alt))
    if longest > max(1, size // 2):
        return Refusal(
            Status.TOO_LONG,
            f"An allele has {longest:,} bases; in a window of {size:,} at most "
            f"{max(1, size // 2):,} can be scored.",
        )
    length = reference.contigs[variant.contig]
    shift = len(variant.alt) - len(variant.ref)
    size = min(size, length, length + shift)
    if size < longest:
        return Refusal(
            Status.OUT_OF_RANGE,
            f"{variant.contig} has {length:,} bp, too few for a window around this "
            "variant.",
        )
    middle = variant.start - size // 2
    ref = min(max(middle, 0), length - size)
    alt = min(max(middle, 0), length + shift - size)
    before = reference.fetch(variant.contig, alt, max(alt, variant.start))
    behind = variant.start + len(variant.ref)
    left = size - len(before) - len(variant.alt)
    after = reference.fetch(variant.contig, behind, behind + left) if left > 0 else ""
    return Haplotypes(
        reference.fetch(variant.contig, ref, ref + size),
        (before + variant.alt + after)[:size],
    )
