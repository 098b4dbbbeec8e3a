"""Records that lie in the genome, and their alleles, judged in arrays.

The other records are left to `genome.judgement.Judge`, which says what is wrong with
them; these get the verdicts that it would give. A test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.allele_letters import (
    ALLELES,
    BASES,
    CODES,
    Alleles,
    Genome,
    Letters,
    kinds_of,
    spelled,
    words_of,
)
from gfm_desktop.genome.judgement import (
    Around,
    refused_allele,
    same_as_ref,
    without_sequence,
)
from gfm_desktop.genome.normalise import normalise
from gfm_desktop.genome.record_arrays import RecordArrays, Spans
from gfm_desktop.genome.rolling import rolled_left
from gfm_desktop.genome.variant import Variant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.judgement import Judge, Verdict
    from gfm_desktop.genome.reference import Reference


@dataclass(frozen=True, slots=True)
class PlacedRecords:
    """Records that lie in the genome: n records with m alleles.

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
            to its normalised REF and ALT.
    """

    records: RecordArrays
    contig: NDArray[np.int64]
    alleles: NDArray[np.int64]
    alt: Spans
    start: NDArray[np.int64]
    kind: NDArray[np.uint8]
    refusal: NDArray[np.int64]
    refusals: tuple[Verdict, ...]
    changed: dict[int, tuple[str, str]]


def placed_records(
    records: RecordArrays, judge: Judge, reference: Reference
) -> PlacedRecords:
    """Return the records that lie in the genome; `judge` counts them.

    Args:
        records: Records of a block.
        judge: Knows the contigs, and what a REF is called that differs.
        reference: The genome.
    """
    names = list(reference.contigs)
    contig = _contigs(records, judge, names)
    lengths = np.array([*reference.contigs.values(), 0])
    placed = (contig >= 0) & (records.pos > 0)
    placed &= records.pos - 1 + records.ref.length <= lengths[contig]
    records, contig = records.take(placed), contig[placed]
    ref = Letters(records.text, records.ref, BASES)
    if not ref.letters.all():
        plain = np.ones(len(records), np.bool_)
        plain[ref.owners(ref.letters == 0)] = False
        records, contig = records.take(plain), contig[plain]
        ref = Letters(records.text, records.ref, BASES)
    genome = Genome(reference, names, contig)
    here = genome.letters(Spans(records.pos - 1, records.ref.length))
    differ = np.zeros(len(records), np.bool_)
    differ[ref.owners(ref.letters != here)] = True
    for code, number in enumerate(np.bincount(contig[~differ]).tolist()):
        if number:
            judge.agreed(names[code], number)
    refusals = _Refusals()
    whole = np.full(len(records), -1, np.int64)
    for place, verdict in _mismatches(records, differ, genome, judge, lengths):
        whole[place] = refusals.add(verdict)
    return _judged(records, genome, ref, refusals, whole)


def _mismatches(
    records: RecordArrays,
    differ: NDArray[np.bool_],
    genome: Genome,
    judge: Judge,
    lengths: NDArray[np.int64],
) -> Iterator[tuple[int, Verdict]]:
    """Yield (index, verdict) of the records whose REF differs from the genome."""
    which = np.flatnonzero(differ)
    some = records.take(differ)
    longest = np.maximum(some.ref.length, some.alt.length)
    start = np.maximum(some.pos - 2, 0)
    end = np.minimum(some.pos + longest, lengths[genome.contig[which]])
    letters = genome.letters(Spans(start, end - start), which).tobytes().decode()
    ends = np.cumsum(end - start).tolist()
    rows = np.arange(len(some))
    refs, alts = (words_of(some.text, spans, rows) for spans in (some.ref, some.alt))
    at = 0
    for (row, ref), (_, alt) in zip(refs, alts, strict=True):
        around = Around(int(start[row]), letters[at : ends[row]])
        at = ends[row]
        place = int(which[row])
        name = genome.names[genome.contig[place]]
        pos = int(some.pos[row])
        yield place, judge.mismatch(name, pos, ref.upper(), alt.split(","), around)


def _judged(
    records: RecordArrays,
    genome: Genome,
    ref: Letters,
    refusals: _Refusals,
    whole: NDArray[np.int64],
) -> PlacedRecords:
    """Return the alleles of records.

    Args:
        records: The records.
        genome: The genome around them.
        ref: Their REFs.
        refusals: Verdicts so far.
        whole: (n,) which of them refuses a record, -1 for none.
    """
    alt = Letters(records.text, records.alt, ALLELES)
    alleles = Alleles(alt)
    shift = (records.alt.start - alt.start)[alleles.owner]
    spans = Spans(alleles.start + shift, alleles.length)
    start = (records.pos - 1)[alleles.owner]
    kind, plain = kinds_of(ref, alt, alleles)
    other = alleles.length == 0
    zeros = np.flatnonzero(alt.letters == 0)
    other[np.searchsorted(alleles.end, zeros, side="right")] = True
    refusal = whole[alleles.owner]
    for place, word in words_of(records.text, spans, np.flatnonzero(other)):
        refusal[place] = refusals.of_letters(word, int(refusal[place]))
    odd = np.flatnonzero(~plain & ~other & (refusal < 0))
    changed = rolled_left(ref, alt, alleles, genome, odd, start, kind)
    rest = odd[~np.isin(odd, list(changed))]
    for place, one in spelled(ref, alt, alleles, rest):
        if one[0] == one[1]:
            refusal[place] = refusals.same()
            continue
        name = genome.names[genome.contig[alleles.owner[place]]]
        variant = normalise(genome.reference, Variant(name, int(start[place]), *one))
        changed[place] = (variant.ref, variant.alt)
        start[place], kind[place] = variant.start, CODES[variant.kind]
    refused = refusal >= 0
    start[refused] = -1
    kind[refused] = refusals.kinds[refusal[refused]]
    return PlacedRecords(
        records,
        genome.contig,
        alleles.count,
        spans,
        start,
        kind,
        refusal,
        tuple(refusals.verdicts),
        changed,
    )


class _Refusals:
    """Verdicts on records, and on alleles: one for each spelling.

    Attributes:
        verdicts: All that were given.
    """

    def __init__(self) -> None:
        self.verdicts: list[Verdict] = []
        self._codes: dict[str, int] = {}

    def add(self, verdict: Verdict) -> int:
        """Return the index of a verdict."""
        self.verdicts.append(verdict)
        return len(self.verdicts) - 1

    def of_letters(self, allele: str, record: int) -> int:
        """Return the index of the verdict on an allele that is not just bases.

        Args:
            allele: The allele.
            record: Index of the verdict on its record, -1 for none. It goes before
                that on an allele that has a sequence.
        """
        if record < 0:
            return self._known(allele, lambda: refused_allele(allele, ""))
        own = self._known(f"<{allele}", lambda: without_sequence(allele, ""))
        return record if own < 0 else own

    def same(self) -> int:
        """Return the index of the verdict on an allele that equals REF."""
        return self._known("=", lambda: same_as_ref(""))

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """Return an index into `KINDS` for each verdict."""
        return np.array([CODES[one.kind] for one in self.verdicts], np.uint8)

    def _known(self, key: str, verdict: Callable[[], Verdict | None]) -> int:
        if key not in self._codes:
            found = verdict()
            self._codes[key] = -1 if found is None else self.add(found)
        return self._codes[key]


def _contigs(
    records: RecordArrays, judge: Judge, names: Sequence[str]
) -> NDArray[np.int64]:
    """Return (n,) indexes into the genome's contigs, -1 where it has none."""
    known = {name: code for code, name in enumerate(names)}
    codes = [known.get(judge.contig(name) or "", -1) for name in records.names]
    return np.array(codes, np.int64)[records.name]
