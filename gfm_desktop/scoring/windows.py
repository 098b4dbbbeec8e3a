"""What a language model reads around a variant: REF and ALT, on either strand.

The rule. A window of W letters has the variant's first base at index ``W // 2``, so
that an SNV stands at ``W - 1 - W // 2`` of the reverse complement (songlab-cal/gpn,
``gpn/ss/run_vep.py``). Near the end of a contig the window is shifted to lie on it, and
never filled up: PAD or N there is something that the models have not been trained on.
A contig shorter than W is read whole. All coordinates are 0-based half-open.

An insertion takes as many letters from the flanks as it brings, so that the longer of
the two haplotypes has W letters and fits every model; REF and ALT share their flanks.

PlantCaduceus' script puts the base of an even window at ``W // 2 - 1``; here its window
lies one base further left, like that of all other models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import Status
from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.scoring.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant


@dataclass(frozen=True, slots=True)
class Window:
    """The two haplotypes around a variant, as one strand reads them.

    Attributes:
        strand: ``"+"`` or ``"-"``.
        ref: Letters with the reference allele.
        alt: Letters with the alternative allele; the flanks are the same.
        start: 0-based first letter of the allele, in both.
        ref_end: End of the allele in `ref`, exclusive.
        alt_end: End of the allele in `alt`, exclusive.
    """

    strand: str
    ref: str
    alt: str
    start: int
    ref_end: int
    alt_end: int

    @property
    def changed(self) -> list[int]:
        """Return the letters that differ, for alleles of one length.

        Unchanged bases between the ends of an MNV are left out. Where no letter
        differs, the whole allele is given, so that REF against REF is scored, as 0.
        """
        places = range(self.start, self.ref_end)
        return [i for i in places if self.ref[i] != self.alt[i]] or list(places)

    @property
    def unknown(self) -> float:
        """Return the share of N in what the model reads."""
        return self.ref.count("N") / len(self.ref)

    def reversed(self) -> Window:
        """Return the other strand."""
        start = len(self.ref) - self.ref_end
        return Window(
            "-" if self.strand == "+" else "+",
            reverse_complement(self.ref),
            reverse_complement(self.alt),
            start,
            start + self.ref_end - self.start,
            start + self.alt_end - self.start,
        )


def centred(variant: Variant, contig_length: int, size: int) -> Interval | Refusal:
    """Return the genome's part of the window around a variant.

    The first base of the variant is letter ``size // 2``, as in GPN's ``run_vep.py``.

    Args:
        variant: Fits the genome.
        contig_length: Length of its contig, in bp.
        size: Letters of the longer haplotype, where the contig has as many.
    """
    return _around(variant, contig_length, size, before=lambda letters: letters // 2)


def centred_early(
    variant: Variant, contig_length: int, size: int
) -> Interval | Refusal:
    """Return the window whose even half lies behind the variant.

    The first base of the variant is letter ``(size - 1) // 2``, number 255 of 512, as
    in PlantCaduceus' ``zero_shot_score.py``. Arguments as for `centred`.
    """
    return _around(
        variant, contig_length, size, before=lambda letters: (letters - 1) // 2
    )


def _around(
    variant: Variant,
    contig_length: int,
    size: int,
    *,
    before: Callable[[int], int],
) -> Interval | Refusal:
    """Return a window with so many letters in front of the variant."""
    if refusal := _too_long(variant, max(1, size // 2), size):
        return refusal
    size -= max(0, len(variant.alt) - len(variant.ref))
    return _shifted(variant.contig, variant.start - before(size), size, contig_length)


def on_grid(variant: Variant, contig_length: int, size: int) -> Interval | Refusal:
    """Return a window of a grid fixed to the contig, with the variant well inside.

    Windows start every ``size // 2`` bases; a variant belongs to the one whose middle
    half holds its first base, so that neighbours share a window, and what else is
    scored changes no number.
    """
    if refusal := _too_long(variant, max(1, size // 4), size):
        return refusal
    step = max(1, size // 2)
    start = variant.start // step * step - size // 4
    return _shifted(variant.contig, start, size, contig_length)


def window(reference: Reference, variant: Variant, span: Interval) -> Window:
    """Return the forward strand's window.

    Args:
        reference: The genome.
        variant: Fits the genome.
        span: Part of its contig, with the variant inside.
    """
    letters = reference.fetch(span.contig, span.start, span.end)
    start = variant.start - span.start
    end = start + len(variant.ref)
    changed = letters[:start] + variant.alt + letters[end:]
    return Window("+", letters, changed, start, end, start + len(variant.alt))


def _shifted(contig: str, start: int, size: int, length: int) -> Interval:
    size = min(size, length)
    start = min(max(start, 0), length - size)
    return Interval(contig, start, start + size)


def _too_long(variant: Variant, most: int, size: int) -> Refusal | None:
    longest = max(len(variant.ref), len(variant.alt))
    if longest <= most:
        return None
    return Refusal(
        Status.TOO_LONG,
        f"An allele has {longest:,} bases; in a window of {size:,} at most {most:,} "
        "can be scored.",
    )
