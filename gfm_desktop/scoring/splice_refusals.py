"""Why a variant gets no splice score: its status, and a reason fit to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gfm_desktop.genome.status import Status

if TYPE_CHECKING:
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant

LONGEST_ALT = 100_000
"""Bases of ALT; a much longer one would need gigabytes."""


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
            f"REF is {_short(variant.ref)}, but the genome has {_short(genome)} at "
            f"{variant.contig}:{variant.position:,}.",
        )
    return None


def outside(variant: Variant, genes: GeneModels | None) -> Refusal:
    """Return the refusal of a variant that no canonical transcript holds."""
    here = genes.at(variant.contig, variant.start) if genes is not None else []
    reason = "No gene of the annotation holds this position."
    if here:
        names = ", ".join(gene.name for gene in here)
        reason = (
            f"In {names}, but outside the canonical transcript, which is all that this "
            "score looks at."
        )
    return Refusal(Status.NOT_IN_GENE, reason)


def unscorable(
    variant: Variant,
    reference: Reference,
    *,
    flank: int,
    distance: int,
    largest_distance: int,
) -> Refusal | None:
    """Return why the window of the variant cannot be compared, or None where it can.

    The limits are those of ``spliceai`` 1.3.1: the window must lie on the contig, and
    REF must not be longer than twice the distance. That program so refuses even an SNV
    at distance 0; here one base is always allowed.

    Args:
        variant: Fits the genome.
        reference: The genome.
        flank: Bases that the model sees on each side.
        distance: Positions on each side of POS that are compared, in bp.
        largest_distance: What the distance could be raised to, in bp.
    """
    reach = flank + distance
    length = reference.contigs[variant.contig]
    room = min(variant.start, length - variant.start - 1)
    if room < reach:
        return Refusal(
            Status.OUT_OF_RANGE,
            f"The model needs {reach:,} bases on each side, and the contig ends "
            f"{room:,} bases from here.",
        )
    longest = max(2 * distance, 1)
    if len(variant.ref) > longest:
        needed = -(-len(variant.ref) // 2)
        possible = needed <= largest_distance
        hint = f" A distance of {needed:,} would score it." if possible else ""
        return Refusal(
            Status.TOO_LONG,
            f"REF has {len(variant.ref):,} bases; at a distance of {distance:,} at "
            f"most {longest:,} can be compared.{hint}",
        )
    if len(variant.alt) > LONGEST_ALT:
        return Refusal(
            Status.TOO_LONG,
            f"ALT has {len(variant.alt):,} bases; at most {LONGEST_ALT:,} can be "
            "scored.",
        )
    return None


def _short(bases: str) -> str:
    return bases if len(bases) <= 20 else f"{bases[:12]}… ({len(bases):,} bases)"
