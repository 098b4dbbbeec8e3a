"""One spelling for each variant: trimmed and left-aligned."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from gfm_desktop.genome.variant import Variant

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference

_STEP = 256


def normalise(reference: Reference, variant: Variant) -> Variant:
    """Return the variant with shared ends trimmed, as far left as it can stand.

    Source: Tan, Abecasis, Kang, "Unified representation of genetic variants",
    Bioinformatics 31:2202 (2015); the result equals ``bcftools norm`` without splitting
    of multi-base substitutions. Every spelling of one change gives the same result.

    Args:
        reference: The genome; its bases at the variant must equal ``variant.ref``.
        variant: Upper-case alleles of at least one base.

    Returns:
        Alleles that share neither last base (unless one of them is a single base at the
        contig's start) nor, where both are longer than one base, the first.
    """
    start, ref, alt = variant.start, variant.ref, variant.alt
    if (len(ref) == 1 and len(alt) == 1) or ref == alt:
        return variant
    shared = _shared_suffix(ref, alt)
    if shared:
        ref, alt = ref[:-shared], alt[:-shared]
    if ref[-1] == alt[-1]:
        start, ref, alt = _roll_left(reference, variant.contig, start, ref, alt)
    extra = 0
    while extra < min(len(ref), len(alt)) - 1 and ref[extra] == alt[extra]:
        extra += 1
    return Variant(variant.contig, start + extra, ref[extra:], alt[extra:])


def _shared_suffix(ref: str, alt: str) -> int:
    """Return how many last bases can go with one base of each allele left."""
    most = min(len(ref), len(alt)) - 1
    shared = 0
    while shared < most and ref[-1 - shared] == alt[-1 - shared]:
        shared += 1
    return shared


def _roll_left(
    reference: Reference, contig: str, start: int, ref: str, alt: str
) -> tuple[int, str, str]:
    """Move an insertion or deletion left while it stays the same change.

    One allele is a single base that equals the other's last base. Taking that base off
    both and putting the genome's base before them in front changes nothing.
    """
    longer = deque(ref if len(ref) > len(alt) else alt)
    single = longer[-1]
    before, at = "", 0
    while longer[-1] == single and start > 0:
        if at == 0:
            before = reference.fetch(contig, max(0, start - _STEP), start)
            at = len(before)
        at -= 1
        start -= 1
        single = before[at]
        longer.pop()
        longer.appendleft(single)
    text = "".join(longer)
    return (start, text, single) if len(ref) > len(alt) else (start, single, text)
