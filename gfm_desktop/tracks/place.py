"""Whether what is to be predicted lies on the genome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import OptionError

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant


def check_place(
    interval: Interval, variant: Variant | None, reference: Reference
) -> None:
    """Refuse a region or a variant that is not on the genome.

    Raises:
        OptionError: If the interval lies outside its contig, or the variant has another
            contig, unclear alleles, or a REF that differs from the genome.
    """
    length = reference.contigs.get(interval.contig)
    if length is None:
        raise OptionError(
            f"The genome has no contig “{interval.contig}”.", where=str(interval)
        )
    if interval.end > length:
        raise OptionError(
            f"{interval.contig} ends at {length:,}.",
            where=str(interval),
            todo="Choose a region inside the contig.",
        )
    if variant is None:
        return
    end = variant.start + len(variant.ref)
    if variant.contig != interval.contig:
        problem = f"The variant lies on {variant.contig}, not in the region."
    elif not set(variant.ref + variant.alt) <= set("ACGT") or not variant.alt:
        problem = "The variant's alleles must be made of A, C, G and T."
    elif end > length or reference.fetch(variant.contig, variant.start, end) != (
        variant.ref
    ):
        problem = "The variant's REF differs from the genome."
    else:
        return
    raise OptionError(problem, where=str(variant))
