"""Records whose alleles all can be scored, found in arrays.

A record passes where `genome.judgement.Judge` would leave every allele pending; the
others are left to it, and it says what is wrong. A test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.normalise import normalise
from gfm_desktop.genome.record_arrays import RecordArrays, Spans
from gfm_desktop.genome.variant import Variant, VariantKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.judgement import Judge
    from gfm_desktop.genome.reference import Reference

KINDS: tuple[str, ...] = ("", *map(str, VariantKind))
"""Kind of each code in a `kind` array; the first stands for "cannot be told"."""
_CODES = {kind: code for code, kind in enumerate(KINDS)}
_COMMA = ord(",")
_BASES = np.zeros(256, np.uint8)
for _upper, _lower in zip(b"ACGT", b"acgt", strict=True):
    _BASES[[_upper, _lower]] = _upper
_ALLELES = _BASES.copy()
_ALLELES[_COMMA] = _COMMA


@dataclass(frozen=True, slots=True)
class FitRecords:
    """Records whose alleles all can be scored: n records with m alleles.

    Attributes:
        records: The records.
        contig: (n,) index into the genome's contigs.
        alleles: (n,) number of ALT alleles.
        alt: The m alleles, as they stand in the records' text.
        start: (m,) 0-based normalised positions.
        kind: (m,) indexes into `KINDS`, after normalisation.
        changed: Index of each allele that is written otherwise once it is normalised,
            to the normalised allele.
    """

    records: RecordArrays
    contig: NDArray[np.int64]
    alleles: NDArray[np.int64]
    alt: Spans
    start: NDArray[np.int64]
    kind: NDArray[np.uint8]
    changed: dict[int, Variant]


class _Letters:
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
        self.letters = table[text[spans.places()]]
        self.length = spans.length
        self.end = np.cumsum(spans.length)
        self.start = self.end - spans.length

    def owners(self, found: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the stretch of each letter that is marked."""
        return np.searchsorted(self.end, np.flatnonzero(found), side="right")


class _Alleles:
    """ALT alleles, each a stretch of the letters of all ALT columns.

    Attributes:
        count: (n,) alleles of each record.
        owner: (m,) record of each allele.
        start: (m,) where it begins.
        end: (m,) where it ends, exclusive.
        length: (m,) its length; 0 where two commas stand side by side.
    """

    def __init__(self, alt: _Letters) -> None:
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


def fit_records(
    records: RecordArrays, judge: Judge, reference: Reference
) -> FitRecords:
    """Return the records whose alleles all can be scored; `judge` counts them.

    Args:
        records: Records of a block.
        judge: Knows the contigs.
        reference: The genome.
    """
    names = list(reference.contigs)
    contig = _contigs(records, judge, names)
    lengths = np.array([*reference.contigs.values(), 0])
    inside = (contig >= 0) & (records.pos > 0)
    inside &= records.pos - 1 + records.ref.length <= lengths[contig]
    records, contig = records.take(inside), contig[inside]
    ref = _Letters(records.text, records.ref, _BASES)
    alt = _Letters(records.text, records.alt, _ALLELES)
    alleles = _Alleles(alt)
    bad = np.zeros(len(records), np.bool_)
    bad[ref.owners(ref.letters != _bases(reference, names, contig, records))] = True
    bad[alt.owners(alt.letters == 0)] = True
    bad[alleles.owner[alleles.length == 0]] = True
    start = (records.pos - 1)[alleles.owner]
    kind, plain = _kinds(ref, alt, alleles)
    changed: dict[int, Variant] = {}
    odd = np.flatnonzero(~plain & ~bad[alleles.owner])
    for place, one in _spelled(ref, alt, alleles, odd):
        owner = int(alleles.owner[place])
        if one[0] == one[1]:
            bad[owner] = True
            continue
        name = names[contig[owner]]
        variant = normalise(reference, Variant(name, int(start[place]), *one))
        changed[place] = variant
        start[place], kind[place] = variant.start, _CODES[variant.kind]
    for code, number in enumerate(np.bincount(contig[~bad]).tolist()):
        if number:
            judge.agreed(names[code], number)
    shift = (records.alt.start - alt.start)[alleles.owner]
    kept = ~bad[alleles.owner]
    places = np.cumsum(kept) - 1
    return FitRecords(
        records.take(~bad),
        contig[~bad],
        alleles.count[~bad],
        Spans(alleles.start + shift, alleles.length).take(kept),
        start[kept],
        kind[kept],
        {int(places[place]): one for place, one in changed.items() if kept[place]},
    )


def _contigs(
    records: RecordArrays, judge: Judge, names: Sequence[str]
) -> NDArray[np.int64]:
    """Return (n,) indexes into the genome's contigs, -1 where it has none."""
    known = {name: code for code, name in enumerate(names)}
    codes = [
        -1 if not name.strip() else known.get(judge.contig(name) or "", -1)
        for name in records.names
    ]
    return np.array(codes, np.int64)[records.name]


def _bases(
    reference: Reference,
    names: Sequence[str],
    contig: NDArray[np.int64],
    records: RecordArrays,
) -> NDArray[np.uint8]:
    """Return the genome's letters where the REFs stand, one after the other."""
    places = Spans(records.pos - 1, records.ref.length).places()
    owner = np.repeat(contig, records.ref.length)
    bases = np.empty(len(places), np.uint8)
    for code in np.unique(contig).tolist():
        here = owner == code
        bases[here] = reference.letters(names[code], places[here])
    return bases


def _kinds(
    ref: _Letters, alt: _Letters, alleles: _Alleles
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
    kind = np.full(len(alleles.owner), _CODES[VariantKind.DELINS], np.uint8)
    kind[(bases == one) & same_first] = _CODES[VariantKind.INSERTION]
    kind[(alleles.length == one) & same_first] = _CODES[VariantKind.DELETION]
    kind[bases == alleles.length] = _CODES[VariantKind.MNV]
    kind[(bases == one) & (alleles.length == one)] = _CODES[VariantKind.SNV]
    return kind, ~same_last & (single | ~same_first)


def _spelled(
    ref: _Letters, alt: _Letters, alleles: _Alleles, which: NDArray[np.int64]
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
