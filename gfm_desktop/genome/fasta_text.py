"""A stretch of the genome as FASTA, either strand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import GfmError

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference

LONGEST = 1_000_000
"""Most bases for a clipboard; more belong into a file."""
_LINE = 60
_COMPLEMENT = str.maketrans(
    "ACGTUNRYKMSWBDHVacgtunrykmswbdhv", "TGCAANYRMKSWVHDBtgcaanyrmkswvhdb"
)


def fasta_text(genome: Reference, region: Interval, *, minus: bool = False) -> str:
    """Return a FASTA record: the letters as the file has them, 60 a line.

    Args:
        genome: The open genome.
        region: Which stretch, inside its contig.
        minus: Whether the reverse complement is wanted.

    Raises:
        GfmError: If it is longer than `LONGEST`.
    """
    if len(region) > LONGEST:
        raise GfmError(
            f"The region has {len(region):,} bp; up to {LONGEST:,} can be copied.",
            todo="Choose a shorter one, or take it from the FASTA file.",
        )
    bases = genome.fetch_raw(region.contig, region.start, region.end)
    if minus:
        bases = reverse_complement(bases)
    name = f"{region.contig}:{region.start + 1}-{region.end}"
    words = [name, "reverse complement" if minus else "", genome.build or ""]
    lines = [bases[i : i + _LINE] for i in range(0, len(bases), _LINE)]
    return "\n".join([">" + " ".join(word for word in words if word), *lines, ""])


def reverse_complement(bases: str) -> str:
    """Return the other strand; case and ambiguous letters are kept."""
    return bases.translate(_COMPLEMENT)[::-1]
