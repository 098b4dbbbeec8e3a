"""Why a variant gets no splice score: its status, and a reason fit to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.genome.status import Status
from gfm_desktop.scoring.refusals import Refusal

if TYPE_CHECKING:
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant

LONGEST_ALT = 100_000
"""Bases of ALT; a much longer one would need gigabytes."""


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
