"""Read HGVS names that people paste: ``g.`` always, ``c.`` and ``n.`` of open genes.

Source: the HGVS nomenclature, version 21, recommendations for DNA. Only what names one
change exactly is read; proteins, RNA and uncertain positions are refused with a reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.locus import LocusError
from gfm_desktop.genome.reference_check import check_reference
from gfm_desktop.genome.transcript_numbers import TranscriptNumbers
from gfm_desktop.genome.variant import Variant

if TYPE_CHECKING:
    from gfm_desktop.genome.annotation import Gene, Transcript
    from gfm_desktop.genome.reference_check import Bases

LONGEST_CHANGE = 10_000
"""Most bases that a name may delete, double or turn round."""

_COMPLEMENT = str.maketrans("ACGTN", "TGCAN")
_NAME = re.compile(
    r"(?P<sequence>[^\s:()]+)(?:\([^()\s]*\))?\s*:\s*(?P<kind>[gcnmpr])\.\s*(?P<change>\S+)"
    r"(?:\s*\(?p\..*)?",
    re.IGNORECASE,
)
_POSITION = r"[-*]?\d{1,12}(?:[+-]\d{1,9})?"
_CHANGE = re.compile(
    rf"(?P<first>{_POSITION})(?:_(?P<last>{_POSITION}))?"
    r"(?:(?P<ref>[ACGT]+)>(?P<alt>[ACGT]+)"
    r"|(?P<what>delins|del|dup|inv|ins)(?P<bases>[ACGTN]*)(?:ins(?P<new>[ACGT]+))?"
    r"|(?P<same>=))?",
    re.IGNORECASE,
)
_OTHER_KINDS = {
    "p": "A change of a protein can come from several changes of DNA.",
    "r": "A change of RNA does not say which change of DNA it comes from.",
}


class Transcripts(Protocol):
    """The open gene models, as far as names need them."""

    def find(self, name: str) -> Gene | None:
        """Return the gene of this name, or None."""
        ...

    def find_transcript(self, name: str) -> tuple[Gene, Transcript] | None:
        """Return gene and transcript of an identifier with or without version."""
        ...


def read_hgvs(
    text: str, genome: Bases, transcripts: Transcripts | None
) -> Variant | Interval | None:
    """Return the variant or place that an HGVS name says; None for other text.

    Args:
        text: Such as ``chr22:g.20113000_20113002del`` or ``ENST00000351989:c.76A>T``.
        genome: The open genome.
        transcripts: The open gene models, if any.

    Returns:
        A variant in VCF form, not normalised, whose REF is the genome's; the stretch
        alone for a name without a change.

    Raises:
        LocusError: If it is a name that cannot be read exactly, or whose bases are not
            those of the genome.
    """
    match = _NAME.fullmatch(text.strip().replace("\N{MINUS SIGN}", "-"))
    if match is None:
        return None
    kind = match["kind"].lower()
    if kind in _OTHER_KINDS:
        raise LocusError(
            _OTHER_KINDS[kind], where=text, todo="Type the g. or c. form of its name."
        )
    change = _CHANGE.fullmatch(match["change"])
    if change is None:
        raise LocusError(
            f"This HGVS name is not understood: {kind}.{match['change']}.",
            where=text,
            todo="Forms: 100A>G, 100_102del, 100dup, 100_101insAC, 100_102delinsT, "
            "100_103inv.",
        )
    if kind in ("g", "m"):
        place, minus = _genomic(match["sequence"], change, genome), False
        if change["ref"] and not change["last"]:
            # "100AT>G" is no HGVS, but what people and programs write.
            last = place.start + len(change["ref"]) - 1
            place = _stretch(place.contig, place.start, last, genome)
    else:
        numbers = _numbers(match["sequence"], genome, transcripts)
        place, minus = _along(numbers, kind, change), numbers.minus
    return _made(change, place, minus, genome, text)


def _genomic(sequence: str, change: re.Match[str], genome: Bases) -> Interval:
    contig = genome.resolve(sequence)
    if contig is None:
        raise LocusError(f"The open genome has no contig {sequence}.")
    ends = (change["first"], change["last"] or change["first"])
    if not all(end.isdecimal() for end in ends):
        raise LocusError(
            "A g. name counts along the contig: -, * and + belong to c. names."
        )
    return _stretch(contig, int(ends[0]) - 1, int(ends[1]) - 1, genome)


def _along(numbers: TranscriptNumbers, kind: str, change: re.Match[str]) -> Interval:
    first = numbers.position(change["first"], kind)
    last = numbers.position(change["last"] or change["first"], kind)
    if (last < first) != numbers.minus and last != first:
        raise LocusError("The end of the name lies before its start.")
    low, high = sorted((first, last))
    return Interval(numbers.contig, low, high + 1)


def _stretch(contig: str, first: int, last: int, genome: Bases) -> Interval:
    length = genome.contigs[contig]
    if last < first:
        raise LocusError("The end of the name lies before its start.")
    if first < 0 or last >= length:
        raise LocusError(
            f"{contig} has no position {last + 1 if first >= 0 else first + 1:,}.",
            todo=f"It has positions 1 to {length:,}.",
        )
    return Interval(contig, first, last + 1)


def _numbers(
    sequence: str, genome: Bases, transcripts: Transcripts | None
) -> TranscriptNumbers:
    if transcripts is None:
        raise LocusError(
            "c. and n. names count along a transcript, and no gene models are open.",
            todo="Open gene models (GTF or GFF3), or type the g. form.",
        )
    found = transcripts.find_transcript(sequence)
    if found is None:
        gene = transcripts.find(sequence)
        if gene is None:
            raise LocusError(
                f"The open gene models have no transcript {sequence}.",
                todo="Another version of it may number its bases otherwise; type the "
                "g. form.",
            )
        found = gene, gene.canonical
    return TranscriptNumbers.of(*found, genome.fetch)


def _made(
    change: re.Match[str], place: Interval, minus: bool, genome: Bases, text: str
) -> Variant | Interval:
    """Return the change at its place on the forward strand."""
    if len(place) > LONGEST_CHANGE:
        raise LocusError(
            f"The change reaches over {len(place):,} bases; up to {LONGEST_CHANGE:,} "
            "are read.",
            where=text,
        )
    what = (change["what"] or "").lower()
    told = change["ref"] or (change["bases"] if what in ("del", "dup", "inv") else "")
    new = change["alt"] or change["new"]
    if what in ("ins", "delins"):
        new = change["bases"] if not new else ""
    new = _forward(new or "", minus)
    if told and len(told) != len(place):
        raise LocusError(
            f"{told} has {len(told)} bases, and the positions name {len(place)}.",
            where=text,
        )
    check_reference(_forward(told or "", minus), place, genome, minus=minus)
    have = genome.fetch(place.contig, place.start, place.end)
    if change["ref"]:
        return _replaced(place, have, new, genome)
    match what:
        case "":
            if change["same"]:
                raise LocusError("The name says that nothing changes.", where=text)
            return place
        case "del":
            return _replaced(place, have, new, genome)
        case "delins" if new:
            return _replaced(place, have, new, genome)
        case "dup" if not new:
            return _replaced(place, have, have + have, genome)
        case "inv" if len(have) > 1 and not new:
            return _replaced(place, have, have.translate(_COMPLEMENT)[::-1], genome)
        case "ins" if new and len(place) == 2:
            return _replaced(place, have, have[0] + new + have[1], genome)
    raise LocusError(
        "The change is incomplete.",
        where=text,
        todo="An insertion names the two bases beside it and what comes between: "
        "100_101insAC.",
    )


def _replaced(place: Interval, ref: str, alt: str, genome: Bases) -> Variant:
    """Return a variant with at least one base in each allele."""
    if alt:
        return Variant(place.contig, place.start, ref, alt)
    if place.start > 0:
        before = genome.fetch(place.contig, place.start - 1, place.start)
        return Variant(place.contig, place.start - 1, before + ref, before)
    if place.end >= genome.contigs[place.contig]:
        raise LocusError("A whole contig cannot be deleted.")
    after = genome.fetch(place.contig, place.end, place.end + 1)
    return Variant(place.contig, 0, ref + after, after)


def _forward(bases: str, minus: bool) -> str:
    text = bases.upper()
    return text.translate(_COMPLEMENT)[::-1] if minus else text
