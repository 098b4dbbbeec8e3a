"""HGVS names of variants on a genomic sequence (``g.``).

Source: the HGVS nomenclature, version 21, recommendations for DNA: positions are
1-based; a change that could stand in several places is described at the most 3' one
(VCF wants the leftmost); an inserted copy of the bases just before it is a duplication;
a stretch that is replaced by its reverse complement is an inversion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.genome.variant import Variant

FARTHEST_SHIFT = 10_000
"""bp that an indel is moved to the right at most; longer repeats end there."""
_STEP = 200
_COMPLEMENT = str.maketrans("ACGTN", "TGCAN")


def hgvs_genomic(
    variant: Variant, fetch: Callable[[str, int, int], str], *, length: int
) -> str:
    """Return the HGVS name, such as ``chr22:g.20113000A>G``.

    Args:
        variant: A variant of the genome that `fetch` reads.
        fetch: Returns upper-case bases of a contig, 0-based half-open.
        length: Length of the contig in bp.

    Returns:
        The name, 1-based, with the contig's name in place of an accession.
    """
    if variant.ref == variant.alt:
        whole = _range(variant.start, variant.start + len(variant.ref))
        return f"{variant.contig}:g.{whole}="
    start, ref, alt = _trimmed(variant)
    if not ref or not alt:
        start, ref, alt = _rightmost(variant.contig, start, ref, alt, fetch, length)
    return f"{variant.contig}:g.{_change(variant.contig, start, ref, alt, fetch)}"


def _trimmed(variant: Variant) -> tuple[int, str, str]:
    """Return start and alleles without shared ends; one of them may be empty."""
    start, ref, alt = variant.start, variant.ref, variant.alt
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while ref and alt and ref[0] == alt[0]:
        start, ref, alt = start + 1, ref[1:], alt[1:]
    return start, ref, alt


def _rightmost(
    contig: str,
    start: int,
    ref: str,
    alt: str,
    fetch: Callable[[str, int, int], str],
    length: int,
) -> tuple[int, str, str]:
    """Move a plain deletion or insertion to the right as far as it means the same."""
    moving = ref or alt
    after = start + len(ref)
    ahead, read_to, shift = "", after, 0
    while shift < FARTHEST_SHIFT:
        if shift == len(ahead):
            end = min(read_to + _STEP, length)
            ahead += fetch(contig, read_to, end)
            read_to = end
            if shift == len(ahead):
                break
        # The base that would follow must equal the one that would be left behind.
        if ahead[shift] != moving[shift % len(moving)] or ahead[shift] == "N":
            break
        shift += 1
    turn = shift % len(moving)
    moved = moving[turn:] + moving[:turn]
    return start + shift, moved if ref else "", moved if alt else ""


def _change(
    contig: str,
    start: int,
    ref: str,
    alt: str,
    fetch: Callable[[str, int, int], str],
) -> str:
    place = _range(start, start + len(ref))
    if not alt:
        return f"{place}del"
    if not ref:
        before = fetch(contig, max(0, start - len(alt)), start)
        if before == alt:
            return f"{_range(start - len(alt), start)}dup"
        return f"{start}_{start + 1}ins{alt}"
    if len(ref) == len(alt) == 1:
        return f"{start + 1}{ref}>{alt}"
    if len(ref) > 1 and alt == ref.translate(_COMPLEMENT)[::-1]:
        return f"{place}inv"
    return f"{place}delins{alt}"


def _range(start: int, end: int) -> str:
    """Return a 0-based half-open stretch as HGVS writes it, 1-based inclusive."""
    return f"{start + 1}" if end - start <= 1 else f"{start + 1}_{end}"
