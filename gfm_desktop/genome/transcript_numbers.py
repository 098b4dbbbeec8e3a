"""Numbers along a transcript (``c.``, ``n.``) as positions of the genome.

Source: the HGVS nomenclature, version 21, reference sequence types. ``c.1`` is the
first base of the start codon; ``c.-1`` is the base before it and ``c.*1`` the first
base after the stop codon, both counted along the exons; ``c.120+3`` is the third base
after the exon that ends with ``c.120``, ``c.121-3`` the third before the one that
begins with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.genome.locus import LocusError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.genome.annotation import Gene, Transcript

_START = "ATG"
_STOPS = ("TAA", "TAG", "TGA")
_COMPLEMENT = str.maketrans("ACGTN", "TGCAN")
_PLACE = re.compile(r"(?P<side>[-*]?)(?P<number>\d{1,9})(?P<offset>[+-]\d{1,9})?")


@dataclass(frozen=True, slots=True)
class TranscriptNumbers:
    """Where the bases of one transcript lie.

    Attributes:
        name: The transcript's identifier, for messages.
        contig: The genome's contig name.
        minus: Whether it runs against the genome.
        exons: (start, end) of each exon, ascending, 0-based half-open.
        first: Bases before the start codon; None where no coding part is certain.
        coding: Bases from the start codon to the end of the stop codon.
    """

    name: str
    contig: str
    minus: bool
    exons: tuple[tuple[int, int], ...]
    first: int | None
    coding: int

    @classmethod
    def of(
        cls, gene: Gene, transcript: Transcript, fetch: Callable[[str, int, int], str]
    ) -> TranscriptNumbers:
        """Return the numbers of a transcript.

        Gene models differ in whether the stop codon is part of the coding sequence,
        and many transcripts are incomplete: the genome's bases decide. Without a start
        codon, a whole number of codons and a stop codon, nothing is numbered by codons.

        Args:
            gene: Its gene.
            transcript: The transcript.
            fetch: Returns upper-case bases of a contig, 0-based half-open.
        """
        minus = gene.strand == "-"
        first, coding = None, 0
        if transcript.coding:
            text = _spliced(gene.contig, transcript.exons, minus, fetch)
            first, coding = _reading_frame(transcript, minus, text)
        name = transcript.transcript_id
        return cls(name, gene.contig, minus, transcript.exons, first, coding)

    def position(self, text: str, kind: str) -> int:
        """Return the 0-based position of a number.

        Args:
            text: Such as ``"123"``, ``"-14"``, ``"*7"``, ``"120+3"``.
            kind: ``"c"`` or ``"n"``.

        Raises:
            LocusError: If the transcript has no such base, or no certain coding part.
        """
        match = _PLACE.fullmatch(text)
        if match is None or (kind == "n" and match["side"]):
            raise LocusError(f"{kind}.{text} is no position of a transcript.")
        index = self._index(match["side"], int(match["number"]), kind)
        total = sum(end - start for start, end in self.exons)
        if not 0 <= index < total:
            raise LocusError(
                f"{self.name} has no base {kind}.{text}: it lies outside its exons.",
                todo="Type the position on the genome.",
            )
        offset = int(match["offset"] or 0)
        return self._in_intron(text, kind, index, offset) if offset else self._at(index)

    def _index(self, side: str, number: int, kind: str) -> int:
        """Return the index along the exons, which may lie outside."""
        if number == 0:
            raise LocusError(f"{kind}.0 does not exist: counting begins at 1.")
        if kind == "n":
            return number - 1
        if self.first is None:
            raise LocusError(
                f"{self.name} has no complete coding sequence in the open gene models "
                "(start codon, whole codons, stop codon), so c. numbers are not exact.",
                todo="Type the position on the genome, such as chr22:g.20113000A>G.",
            )
        if side == "-":
            return self.first - number
        if side == "*":
            return self.first + self.coding + number - 1
        if number > self.coding:
            raise LocusError(
                f"{self.name} has no base c.{number}: its coding sequence has "
                f"{self.coding:,} bases.",
                todo="Behind the stop codon it goes on with c.*1.",
            )
        return self.first + number - 1

    def _walk(self) -> list[tuple[int, int]]:
        """Return the exons in the transcript's own direction."""
        return list(reversed(self.exons)) if self.minus else list(self.exons)

    def _at(self, index: int) -> int:
        for start, end in self._walk():
            if index < end - start:
                return end - 1 - index if self.minus else start + index
            index -= end - start
        raise ValueError("index outside the transcript")

    def _in_intron(self, text: str, kind: str, index: int, offset: int) -> int:
        """Return a position counted from the edge of an exon."""
        walk, begin = self._walk(), 0
        number = 0
        while index >= begin + walk[number][1] - walk[number][0]:
            begin += walk[number][1] - walk[number][0]
            number += 1
        start, end = walk[number]
        after = offset > 0
        at_edge = index == (begin + end - start - 1 if after else begin)
        neighbour = number + 1 if after else number - 1
        if not at_edge or not 0 <= neighbour < len(walk):
            side = "last" if after else "first"
            raise LocusError(
                f"{kind}.{text} counts into an intron from a base that is not the "
                f"{side} of an exon of {self.name}.",
                todo="Check the transcript, or type the position on the genome.",
            )
        low, high = sorted((walk[number], walk[neighbour]))
        if abs(offset) > high[0] - low[1]:
            raise LocusError(
                f"{kind}.{text}: that intron of {self.name} has only "
                f"{high[0] - low[1]:,} bases."
            )
        edge = self._at(index)
        return edge - offset if self.minus else edge + offset


def _spliced(
    contig: str,
    exons: tuple[tuple[int, int], ...],
    minus: bool,
    fetch: Callable[[str, int, int], str],
) -> str:
    """Return the bases of the exons in the transcript's direction."""
    text = "".join(fetch(contig, start, end) for start, end in exons)
    return text.translate(_COMPLEMENT)[::-1] if minus else text


def _reading_frame(
    transcript: Transcript, minus: bool, text: str
) -> tuple[int | None, int]:
    """Return bases before the start codon and to the end of the stop codon."""
    first_coding = transcript.coding[0][0]
    last_coding = transcript.coding[-1][1]
    if minus:
        before = sum(max(0, e - max(s, last_coding)) for s, e in transcript.exons)
    else:
        before = sum(max(0, min(e, first_coding) - s) for s, e in transcript.exons)
    size = sum(end - start for start, end in transcript.coding)
    if size % 3 or size < 6 or text[before : before + 3] != _START:
        return None, 0
    if text[before + size - 3 : before + size] in _STOPS:
        return before, size
    if text[before + size : before + size + 3] in _STOPS:
        return before, size + 3
    return None, 0
