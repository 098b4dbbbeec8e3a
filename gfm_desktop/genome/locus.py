"""Read what people type into the locus box: places, genes, variants.

Forms: those of IGV, JBrowse and SpliceAI Lookup. Positions are 1-based inclusive.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gfm_desktop.genome.annotation import GeneModels

SINGLE_BASE_VIEW = 40
"""bp shown around a single position, as IGV does."""
GENE_FLANK = 2_000
"""bp shown on each side of a gene, as IGV does."""

_LONGEST = 2_000
_LISTED = 6
_EVERYWHERE = ("*", "all", "genome")
_EXAMPLES = "Examples: chr22:20,113,000-20,114,000, 22:20.1Mb-20.2Mb, a gene's name."
_DASHES = str.maketrans("‐‑‒–—−", "-" * 6)  # noqa: RUF001 - what word processors make
_NUMBER = r"(?:\d+(?:,\d{3})+|\d+)(?:\.\d+)?\s*(?:[kmg](?:bp?)?|bp)?"
_ALLELE = r"[acgtun]+"
_CONTIG = r"(?P<contig>\S+?)"

_VARIANT_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_CONTIG}(?P<gap>[:\-_/\s]\s*)(?:g\.)?(?P<pos>{_NUMBER})\s*[:\-_/\s]\s*"
        rf"(?P<ref>{_ALLELE})\s*[:\-_/>\s]\s*(?P<alt>{_ALLELE})",
        rf"{_CONTIG}(?P<gap>[:\s]\s*)(?:g\.)?(?P<pos>{_NUMBER})\s*"
        rf"(?P<ref>{_ALLELE})\s*>\s*(?P<alt>{_ALLELE})",
        rf"(?P<pos>{_NUMBER})\s*(?P<ref>{_ALLELE})\s*>\s*(?P<alt>{_ALLELE})",
        rf"(?P<contig>\S+) (?P<pos>\d+) \S+ (?P<ref>{_ALLELE}) (?P<alt>{_ALLELE})"
        r"(?: .*)?",
    )
)
_RANGE_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_CONTIG}\s*:\s*(?P<start>{_NUMBER})\s*(?:-|\.\.+|:|\s)\s*(?P<end>{_NUMBER})",
        rf"{_CONTIG}\s+(?P<start>{_NUMBER})\s*(?:-|\.\.+|\s)\s*(?P<end>{_NUMBER})",
        rf"{_CONTIG}(?:\s*:\s*|\s+)(?P<start>{_NUMBER})",
        rf"(?P<start>{_NUMBER})\s*(?:-|\.\.+)\s*(?P<end>{_NUMBER})",
        rf"(?P<start>{_NUMBER})",
        rf"{_CONTIG}-(?P<start>{_NUMBER})-(?P<end>{_NUMBER})",
    )
)
_UNITS = {"": 1, "b": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


class LocusError(GfmError):
    """The text names no place in the open genome."""


class UnknownPlaceError(LocusError):
    """The text as a whole fits no form; parts of it may."""


def parse_locus(
    text: str,
    *,
    contigs: Mapping[str, int],
    resolve: Callable[[str], str | None],
    genes: GeneModels | None,
    here: Interval | None,
    named: Callable[[str], Interval | None] | None = None,
) -> Interval:
    """Return the place that `text` names.

    Args:
        text: What the user typed.
        contigs: The genome's contigs and their lengths in bp.
        resolve: Maps another spelling of a contig to the genome's, or None.
        genes: Gene models to look names up in, if any are open.
        here: What is on show; gives the contig where the text names none.
        named: Finds what else has a name (a feature, a region), or None.

    Returns:
        0-based half-open, inside its contig; 40 bp for a single position, a gene with
        2 kb on each side, a whole contig for its bare name.

    Raises:
        LocusError: If nothing fits, or the place is outside its contig.
    """
    words = _plain(text)
    whole = _contig_or_none(words, resolve)
    if whole is not None:
        return Interval(whole, 0, contigs[whole])
    variant = parse_variant(text, contigs=contigs, resolve=resolve, here=here)
    if variant is not None:
        return around(variant.interval, contigs)
    gene = genes.find(words) if genes is not None else None
    if gene is not None:
        length = contigs[gene.contig]
        if gene.start >= length:
            raise _outside(gene.contig, gene.start + 1, length, words)
        return with_flank(gene.interval, length, flank=GENE_FLANK)
    other = named(words) if named is not None else None
    if other is not None:
        return with_flank(other, contigs[other.contig])
    for form in _RANGE_FORMS:
        match = form.fullmatch(words)
        if match:
            return _range(match.groupdict(), words, contigs, resolve, here)
    raise _not_understood(words, contigs, resolve, genes)


def parse_variant(
    text: str,
    *,
    contigs: Mapping[str, int],
    resolve: Callable[[str], str | None],
    here: Interval | None = None,
) -> Variant | None:
    """Return the variant that `text` names, or None where it is no variant.

    Forms: ``chr22:20113000:A:G``, ``22-20113000-A-G``, ``chr22 20113000 A G``,
    ``chr22:20113000 A>G``, ``NC_000022.10:g.20113000A>G``, a pasted line of VCF,
    ``20113000 A>G`` (on the contig of `here`). The genome's bases are not looked at.

    Raises:
        LocusError: If it is one, but its contig is unknown or it lies outside.
    """
    words = _plain(text)
    for form in _VARIANT_FORMS:
        match = form.fullmatch(words)
        if match is None:
            continue
        found = match.groupdict()
        contig = _contig(found.get("contig"), words, contigs, resolve, here)
        pos = _number(found["pos"], words)
        ref, alt = (found[a].upper().replace("U", "T") for a in ("ref", "alt"))
        if not 1 <= pos <= contigs[contig] - len(ref) + 1:
            raise _outside(contig, pos, contigs[contig], words)
        return Variant(contig, pos - 1, ref, alt)
    return None


def with_flank(place: Interval, length: int, *, flank: int | None = None) -> Interval:
    """Return a named place with room around it, inside its contig of `length` bp.

    Args:
        place: A gene, a feature, a region.
        length: Length of its contig.
        flank: bp on each side; None for as many as the place has, up to 2 kb.
    """
    if flank is None:
        flank = min(GENE_FLANK, max(SINGLE_BASE_VIEW // 2, len(place)))
    return Interval(
        place.contig, max(0, place.start - flank), place.end + flank
    ).clipped(length)


def _plain(text: str) -> str:
    """Return the text without what carries no meaning.

    Raises:
        LocusError: If it is empty or names several places.
    """
    words = " ".join(text.translate(_DASHES).strip().strip("\"'`;,").split())
    if len(words) > _LONGEST:
        raise LocusError("The text is too long for a place.", todo=_EXAMPLES)
    if not words:
        raise LocusError("No place was typed.", todo=_EXAMPLES)
    words = re.sub(r"^\{[^}]*\}|\[rev\]$", "", words).strip()
    several = re.split(r"\s*[;|\n]\s*|,\s+|\s+(?=\S+:\d)", words)
    if len([part for part in several if part]) > 1:
        raise LocusError(
            "One place at a time: several were typed.",
            where=words,
            todo=f"Try {several[0]} alone.",
        )
    return words


def _range(
    found: dict[str, str | None],
    words: str,
    contigs: Mapping[str, int],
    resolve: Callable[[str], str | None],
    here: Interval | None,
) -> Interval:
    contig = _contig(found.get("contig"), words, contigs, resolve, here)
    length = contigs[contig]
    start_text, end_text = found["start"] or "", found.get("end")
    unit = _unit(end_text or "")
    if end_text and unit and not _unit(start_text):
        start_text += unit  # "34-35M" means 34M-35M
    start = _number(start_text, words)
    end = _number(end_text, words) if end_text else start
    if end < start:
        raise LocusError(
            "The end lies before the start.",
            where=words,
            todo=f"Try {contig}:{end:,}-{start:,}.",
        )
    if not 1 <= max(start, 1) <= length:
        raise _outside(contig, start, length, words)
    place = Interval(contig, max(start, 1) - 1, max(min(end, length), 1))
    return around(place, contigs) if len(place) == 1 else place


def around(place: Interval, contigs: Mapping[str, int]) -> Interval:
    """Return at least `SINGLE_BASE_VIEW` bp with `place` in the middle."""
    length = contigs[place.contig]
    size = min(max(SINGLE_BASE_VIEW, len(place) + 10), length)
    if len(place) == 1:
        size = min(SINGLE_BASE_VIEW, length)
    middle = (place.start + place.end) // 2
    start = min(max(0, middle - size // 2), length - size)
    return Interval(place.contig, start, start + size)


def _contig_or_none(name: str, resolve: Callable[[str], str | None]) -> str | None:
    """Return the contig of a bare name; a bare number is a position, not a contig.

    A number is a contig only where it is short: ``22`` is one, ``20113000`` is not.
    """
    if " " in name or (name.isdecimal() and len(name) > 2):
        return None
    return resolve(name)


def _contig(
    name: str | None,
    words: str,
    contigs: Mapping[str, int],
    resolve: Callable[[str], str | None],
    here: Interval | None,
) -> str:
    if name is None:
        if here is None or here.contig not in contigs:
            raise LocusError(
                "The place lacks its chromosome.", where=words, todo=_EXAMPLES
            )
        return here.contig
    found = resolve(name.rstrip(":"))
    if found is None:
        raise LocusError(
            f"The open genome has no contig {name}.",
            where=words,
            todo=f"Its contigs: {_listed(contigs)}.",
        )
    return found


def _listed(contigs: Mapping[str, int]) -> str:
    """Return the first names, and whether there are more."""
    names = list(contigs)
    more = f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def _unit(text: str) -> str:
    letter = text.strip().lower().removesuffix("p").removesuffix("b")[-1:]
    return letter if letter in ("k", "m", "g") else ""


def _number(text: str, words: str) -> int:
    digits = re.match(r"[\d,.]+", text)
    value = float((digits[0] if digits else "0").replace(",", ""))
    position = value * _UNITS[_unit(text)]
    if position != int(position) or position > 1e15:
        raise LocusError("A position is a whole number.", where=words, todo=_EXAMPLES)
    return int(position)


def _outside(contig: str, pos: int, length: int, words: str) -> LocusError:
    return LocusError(
        f"{contig} has no position {pos:,}.",
        where=words,
        todo=f"It has positions 1 to {length:,}.",
    )


def _not_understood(
    words: str,
    contigs: Mapping[str, int],
    resolve: Callable[[str], str | None],
    genes: GeneModels | None,
) -> UnknownPlaceError:
    if words.casefold() in _EVERYWHERE:
        return UnknownPlaceError(
            "The whole genome is not shown at once.",
            where=words,
            todo=f"Type a contig's name for its whole length: {_listed(contigs)}.",
        )
    if re.fullmatch(r"rs\d+", words, re.IGNORECASE):
        return UnknownPlaceError(
            "Variant names are looked up in the variant table, not here.",
            where=words,
            todo="Type it into the table's filter.",
        )
    if genes is not None and all(genes.find(word) for word in words.split()):
        return UnknownPlaceError(
            "One place at a time: several genes were typed.",
            where=words,
            todo=f"Try {words.split()[0]} alone.",
        )
    near = [gene.name for gene in genes.search(words, 4)] if genes is not None else []
    if near:
        todo = f"Did you mean {', '.join(near)}?"
    elif genes is None:
        todo = f"Open gene models to look genes up by name. {_EXAMPLES}"
    else:
        todo = _EXAMPLES
    return UnknownPlaceError(
        "This is no place in the open genome and no gene.", where=words, todo=todo
    )
