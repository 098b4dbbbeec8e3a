"""Why a variant gets no score: what all scorers refuse, whatever the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gfm_desktop.genome.status import Status

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant


class Refusal(NamedTuple):
    """The ending of a variant without a score."""

    status: Status
    reason: str


def unreadable(variant: Variant, reference: Reference) -> Refusal | None:
    """Return why the variant does not fit the genome, or None where it does.

    The reader of a file has refused most of these already; a caller with variants of
    its own gets the same answers.
    """
    length = reference.contigs.get(variant.contig)
    if length is None:
        reason = f"The genome has no contig “{variant.contig}”."
        return Refusal(Status.CONTIG_MISSING, reason)
    if set(variant.alt) & set("<>[]*."):
        reason = f"“{variant.alt}” gives no sequence to score."
        return Refusal(Status.SYMBOLIC_ALLELE, reason)
    if not variant.ref or not variant.alt:
        return Refusal(Status.MALFORMED, "An allele is empty.")
    if odd := sorted(set(variant.ref + variant.alt) - set("ACGT")):
        return Refusal(
            Status.AMBIGUOUS_BASES,
            f"The alleles contain {', '.join(odd)}; only A, C, G, T can be scored.",
        )
    end = variant.start + len(variant.ref)
    if variant.start < 0 or end > length:
        reason = f"The variant is not inside {variant.contig}, which has {length:,} bp."
        return Refusal(Status.OUT_OF_RANGE, reason)
    genome = reference.fetch(variant.contig, variant.start, end)
    if genome != variant.ref:
        return Refusal(
            Status.REF_MISMATCH,
            f"REF is {short(variant.ref)}, but the genome has {short(genome)} at "
            f"{variant.contig}:{variant.position:,}.",
        )
    return None


def short(bases: str) -> str:
    """Return an allele for a message; a long one by its start and its length."""
    return bases if len(bases) <= 20 else f"{bases[:12]}… ({len(bases):,} bases)"
