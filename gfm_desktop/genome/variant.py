"""One ALT allele against the genome, as everything after the file reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gfm_desktop.genome.interval import Interval


class VariantKind(StrEnum):
    """What an allele does to the sequence, after normalisation."""

    SNV = "SNV"
    MNV = "MNV"
    """Several bases replaced by as many others."""
    INSERTION = "insertion"
    DELETION = "deletion"
    DELINS = "delins"
    """Several bases replaced by another number of bases."""
    SYMBOLIC = "symbolic"
    """No sequence: ``<DEL>``, breakends, ``*``, ``.``."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One allele in VCF form (indels keep one anchor base), upper case.

    Attributes:
        contig: Contig name as the open genome spells it.
        start: 0-based position of the first base of `ref`.
        ref: Reference bases, at least one.
        alt: Alternative bases, at least one.
    """

    contig: str
    start: int
    ref: str
    alt: str

    @property
    def position(self) -> int:
        """Return the 1-based position, as VCF writes it."""
        return self.start + 1

    @property
    def interval(self) -> Interval:
        """Return the reference bases that the variant replaces."""
        return Interval(self.contig, self.start, self.start + len(self.ref))

    @property
    def kind(self) -> VariantKind:
        """Return what the allele does; assumes that alleles are trimmed."""
        if len(self.ref) == len(self.alt):
            return VariantKind.SNV if len(self.ref) == 1 else VariantKind.MNV
        if len(self.ref) == 1 and self.alt.startswith(self.ref):
            return VariantKind.INSERTION
        if len(self.alt) == 1 and self.ref.startswith(self.alt):
            return VariantKind.DELETION
        return VariantKind.DELINS

    def __str__(self) -> str:
        """Return ``chr22-20113000-A-G``: 1-based, as people paste it."""
        return f"{self.contig}-{self.position}-{self.ref}-{self.alt}"
