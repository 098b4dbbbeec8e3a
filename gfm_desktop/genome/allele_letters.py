"""The letters of many REFs and ALTs, and of the genome beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.variant import VariantKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.record_arrays import Spans
    from gfm_desktop.genome.reference import Reference

KINDS: tuple[str, ...] = ("", *map(str, VariantKind))
"""Kind of each code in a `kind` array; the first stands for "cannot be told"."""
CODES = {kind: code for code, kind in enumerate(KINDS)}
"""Kind to its code."""
_COMMA = ord(",")
BASES = np.zeros(256, np.uint8)
"""Byte to its base in upper case, 0 where it is none."""
for _upper, _lower in zip(b"ACGT", b"acgt", strict=True):
    BASES[[_upper, _lower]] = _upper
ALLELES = BASES.copy()
"""The same, and commas stay."""
ALLELES[_COMMA] = _COMMA


class Letters:
    """Upper-case letters of many stretches, one after the other.

    Attributes:
        letters: The letters; 0 where there is something else.
        start: (n,) where each stretch begins among them.
        end: (n,) where it ends, exclusive.
        length: (n,) its length.
    """

    def __init__(
        self, text: NDArray[np.uint8], spans: Spans, table: NDArray[np.uint8]
    ) -> None:
        """Look up the bytes of some stretches of a text in a table."""
        self.letters = table[text[spans.places()]]
        self.length = spans.length
        self.end = np.cumsum(spans.length)
        self.start = self.end - spans.length

    def owners(self, found: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the stretch of each letter that is marked."""
        return np.searchsorted(self.end, np.flatnonzero(found), side="right")


class Alleles:
    """ALT alleles, each a stretch of the letters of all ALT columns.

    Attributes:
        count: (n,) alleles of each record.
        owner: (m,) record of each allele.
        start: (m,) where it begins.
        end: (m,) where it ends, exclusive.
        length: (m,) its length; 0 where two commas stand side by side.
    """

    def __init__(self, alt: Letters) -> None:
        """Part ALT columns at their commas."""
        commas = alt.letters == _COMMA
        rows = alt.owners(commas)
        self.count = np.bincount(rows, minlength=len(alt.end)) + 1
        self.owner = np.repeat(np.arange(len(alt.end)), self.count)
        self.start = alt.start[self.owner]
        self.end = alt.end[self.owner]
        # Each record and each comma before a comma is one allele before it.
        before = rows + np.arange(len(rows))
        self.end[before] = np.flatnonzero(commas)
        self.start[before + 1] = np.flatnonzero(commas) + 1
        self.length = self.end - self.start


class Genome:
    """The genome around some records.

    Attributes:
        reference: The genome.
        names: Its contigs.
        contig: (n,) index of each record's contig.
    """

    def __init__(
        self, reference: Reference, names: Sequence[str], contig: NDArray[np.int64]
    ) -> None:
        """Take the genome and where the records lie."""
        self.reference = reference
        self.names = names
        self.contig = contig

    def letters(
        self, spans: Spans, which: NDArray[np.int64] | slice = slice(None)
    ) -> NDArray[np.uint8]:
        """Return the bases of a stretch beside each record, one after the other.

        Args:
            spans: 0-based stretches.
            which: The records that they belong to; all by default.
        """
        contig = self.contig[which]
        places = spans.places()
        owner = np.repeat(contig, spans.length)
        bases = np.empty(len(places), np.uint8)
        for code in np.unique(contig).tolist():
            here = owner == code
            bases[here] = self.reference.letters(self.names[code], places[here])
        return bases


def kinds_of(
    ref: Letters, alt: Letters, alleles: Alleles
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return (m,) kinds, and which alleles are normalised as they stand.

    Those share no last base with REF and, where both are longer than one base, no
    first one.
    """
    bases, one = ref.length[alleles.owner], np.int64(1)
    single = (bases == one) | (alleles.length == one)
    first = alt.letters[np.minimum(alleles.start, len(alt.letters) - 1)]
    last = alt.letters[alleles.end - 1]
    same_first = first == ref.letters[ref.start][alleles.owner]
    same_last = last == ref.letters[ref.end - 1][alleles.owner]
    kind = np.full(len(alleles.owner), CODES[VariantKind.DELINS], np.uint8)
    kind[(bases == one) & same_first] = CODES[VariantKind.INSERTION]
    kind[(alleles.length == one) & same_first] = CODES[VariantKind.DELETION]
    kind[bases == alleles.length] = CODES[VariantKind.MNV]
    kind[(bases == one) & (alleles.length == one)] = CODES[VariantKind.SNV]
    return kind, ~same_last & (single | ~same_first)


def words_of(
    text: NDArray[np.uint8], spans: Spans, which: NDArray[np.int64]
) -> Iterator[tuple[int, str]]:
    """Yield (index, text) of some ASCII stretches."""
    some = spans.take(which)
    whole = text.data
    rows = zip(which.tolist(), some.start.tolist(), some.length.tolist(), strict=True)
    for place, start, length in rows:
        yield place, str(whole[start : start + length], "ascii")


def spelled(
    ref: Letters, alt: Letters, alleles: Alleles, which: NDArray[np.int64]
) -> list[tuple[int, tuple[str, str]]]:
    """Return (index, (REF, ALT)) of some alleles."""
    if not len(which):
        return []
    owner = alleles.owner[which]
    old, new = (one.letters.tobytes().decode("latin-1") for one in (ref, alt))
    refs = zip(ref.start[owner].tolist(), ref.end[owner].tolist(), strict=True)
    alts = zip(alleles.start[which].tolist(), alleles.end[which].tolist(), strict=True)
    return [
        (place, (old[slice(*there)], new[slice(*here)]))
        for place, there, here in zip(which.tolist(), refs, alts, strict=True)
    ]
