"""Records whose REF agrees with the genome, and their alleles, judged in arrays.

The other records are left to `genome.judgement.Judge`, which says what is wrong with
them; these get the verdicts that it would give. A test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.judgement import refused_allele, same_as_ref
from gfm_desktop.genome.normalise import normalise
from gfm_desktop.genome.record_arrays import RecordArrays, Spans
from gfm_desktop.genome.variant import Variant, VariantKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.judgement import Judge, Verdict
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
    """Records whose REF agrees with the genome: n records with m alleles.

    Attributes:
        records: The records.
        contig: (n,) index into the genome's contigs.
        alleles: (n,) number of ALT alleles.
        alt: The m alleles, as they stand in the records' text.
        start: (m,) 0-based normalised positions, -1 where an allele is refused.
        kind: (m,) indexes into `KINDS`, after normalisation.
        refusal: (m,) indexes into `refusals`, -1 where an allele can be scored.
        refusals: Why alleles cannot be scored; the contigs in them mean nothing.
        changed: Index of each allele that is written otherwise once it is normalised,
            to the normalised allele.
    """

    records: RecordArrays
    contig: NDArray[np.int64]
    alleles: NDArray[np.int64]
    alt: Spans
    start: NDArray[np.int64]
    kind: NDArray[np.uint8]
    refusal: NDArray[np.int64]
    refusals: tuple[Verdict, ...]
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
    """Return the records whose REF agrees with the genome; `judge` counts them.

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
    agree = np.ones(len(records), np.bool_)
    differ = ref.letters != _bases(reference, names, contig, records)
    agree[ref.owners(differ)] = False
    if not agree.all():
        records, contig = records.take(agree), contig[agree]
        ref = _Letters(records.text, records.ref, _BASES)
    for code, number in enumerate(np.bincount(contig).tolist()):
        if number:
            judge.agreed(names[code], number)
    return _judged(records, contig, ref, reference)


def _judged(
    records: RecordArrays,
    contig: NDArray[np.int64],
    ref: _Letters,
    reference: Reference,
) -> FitRecords:
    """Return the alleles of records whose REF agrees."""
    alt = _Letters(records.text, records.alt, _ALLELES)
    alleles = _Alleles(alt)
    shift = (records.alt.start - alt.start)[alleles.owner]
    spans = Spans(alleles.start + shift, alleles.length)
    start = (records.pos - 1)[alleles.owner]
    kind, plain = _kinds(ref, alt, alleles)
    other = alleles.length == 0
    zeros = np.flatnonzero(alt.letters == 0)
    other[np.searchsorted(alleles.end, zeros, side="right")] = True
    refusal = np.full(len(kind), -1, np.int64)
    refusals = _Refusals()
    for place, word in _words(records.text, spans, np.flatnonzero(other)):
        refusal[place] = refusals.of_letters(word)
    names = list(reference.contigs)
    changed: dict[int, Variant] = {}
    for place, one in _spelled(ref, alt, alleles, np.flatnonzero(~plain & ~other)):
        if one[0] == one[1]:
            refusal[place] = refusals.same()
            continue
        name = names[contig[alleles.owner[place]]]
        variant = normalise(reference, Variant(name, int(start[place]), *one))
        changed[place] = variant
        start[place], kind[place] = variant.start, _CODES[variant.kind]
    refused = refusal >= 0
    start[refused] = -1
    kind[refused] = refusals.kinds[refusal[refused]]
    return FitRecords(
        records,
        contig,
        alleles.count,
        spans,
        start,
        kind,
        refusal,
        tuple(refusals.verdicts),
        changed,
    )


class _Refusals:
    """Verdicts on alleles, one for each spelling.

    Attributes:
        verdicts: All that were given.
    """

    def __init__(self) -> None:
        self.verdicts: list[Verdict] = []
        self._codes: dict[str, int] = {}

    def of_letters(self, allele: str) -> int:
        """Return the index of the verdict on an allele that is not just bases."""
        return self._code(allele, lambda: refused_allele(allele, ""))

    def same(self) -> int:
        """Return the index of the verdict on an allele that equals REF."""
        return self._code("=", lambda: same_as_ref(""))

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """Return an index into `KINDS` for each verdict."""
        return np.array([_CODES[one.kind] for one in self.verdicts], np.uint8)

    def _code(self, key: str, verdict: Callable[[], Verdict | None]) -> int:
        code = self._codes.get(key)
        if code is None:
            found = verdict()
            if found is None:
                raise AssertionError(f"{key} can be scored")
            code = self._codes[key] = len(self.verdicts)
            self.verdicts.append(found)
        return code


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


def _words(
    text: NDArray[np.uint8], spans: Spans, which: NDArray[np.int64]
) -> Iterator[tuple[int, str]]:
    """Yield (index, text) of some ASCII stretches."""
    some = spans.take(which)
    whole = text.data
    rows = zip(which.tolist(), some.start.tolist(), some.length.tolist(), strict=True)
    for place, start, length in rows:
        yield place, str(whole[start : start + length], "ascii")


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
