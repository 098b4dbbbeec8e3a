"""Whether an allele of a record can be scored, and in words why not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gfm_desktop.genome.normalise import normalise
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant, VariantKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.vcf import Record

_ACGT = frozenset("ACGT")
_IUPAC = frozenset("ACGTURYSWKMBDHVN")


class Verdict(NamedTuple):
    """One allele's row, apart from what the record says.

    Attributes:
        contig: The genome's name, or None.
        start: 0-based normalised position, or None where there is none.
        ref: Normalised REF, empty where there is none.
        alt: Normalised ALT, empty where there is none.
        kind: `VariantKind`, empty where unknown.
        status: `PENDING` where it can be scored, else the refusal.
        reason: Why it cannot be scored.
        fix: What the user can do; empty where nothing.
    """

    contig: str | None
    start: int | None
    ref: str
    alt: str
    kind: str
    status: Status
    reason: str = ""
    fix: str = ""


class Around(NamedTuple):
    """A stretch of the genome.

    Attributes:
        start: 0-based first base.
        letters: Its bases.
    """

    start: int
    letters: str

    def has(self, start: int, bases: str) -> bool:
        """Tell whether it has these bases at a 0-based position."""
        return start >= self.start and self.letters.startswith(
            bases, start - self.start
        )


class Judge:
    """Compares records with one genome and counts what speaks for another build.

    Attributes:
        checked: The genome's contig to records whose REF was compared with known bases.
        mismatched: Those of them that differ.
        patterns: What would explain a mismatch (``swapped``, ``zero_based``,
            ``one_too_far``), to number of records.
        unknown: Records where the genome has only N.
        missing: Contig as the file names it, to number of records refused for it.
        contradicting: Contig as the file names it, whose stated length differs from
            the genome's, to the genome's name.
    """

    def __init__(
        self, reference: Reference, contig_lengths: Mapping[str, int] | None = None
    ) -> None:
        """Take the genome and the lengths that the file's header states."""
        self.checked: Counter[str] = Counter()
        self.mismatched: Counter[str] = Counter()
        self.patterns: Counter[str] = Counter()
        self.contradicting: dict[str, str] = {}
        self.unknown = 0
        self.missing: Counter[str] = Counter()
        self._reference = reference
        self._lengths = dict(contig_lengths or {})
        self._contigs: dict[str, str | None] = {}

    def contig(self, chrom: str) -> str | None:
        """Return the genome's name of a contig, or None.

        A length that contradicts is noted, not refused: headers are often copied from
        elsewhere, and the bases tell (`detective.misplaced_contigs`).
        """
        if chrom not in self._contigs:
            found = self._reference.resolve(chrom)
            self._contigs[chrom] = found
            stated = self._lengths.get(chrom)
            if found and stated and stated != self._reference.contigs[found]:
                self.contradicting[chrom] = found
        return self._contigs[chrom]

    def explain(self, chrom: str) -> str:
        """Return in words why a contig is missing or another sequence."""
        length = self._lengths.get(chrom)
        return self._reference.names.explain(chrom, length=length)

    def agreed(self, contig: str, records: int = 1) -> None:
        """Count records whose REF agrees with the genome."""
        self.checked[contig] += records

    def judge(self, record: Record) -> list[Verdict]:
        """Return one verdict an ALT allele, in the record's order."""
        contig = self.contig(record.chrom)
        ref = record.ref.upper()
        refusal = self._refusal(record, contig, ref)
        start = record.pos - 1
        return [
            without_sequence(allele, contig)
            or refusal
            or self._allele(contig or "", start, ref, allele)
            for allele in record.alts
        ]

    def _refusal(self, record: Record, contig: str | None, ref: str) -> Verdict | None:
        """Return what refuses the whole record, or None."""
        if contig is None:
            return self._no_contig(record)
        start, length = record.pos - 1, self._reference.contigs[contig]
        if start < 0 or start + len(ref) > length:
            reason = (
                "POS 0 is before the first base"
                if start < 0
                else f"{contig} ends at {length:,}"
            )
            return _refused(contig, Status.OUT_OF_RANGE, reason)
        if not _ACGT.issuperset(ref):
            return _refused(
                contig, Status.AMBIGUOUS_BASES, f"REF {_short(ref)} is not just A C G T"
            )
        first = max(start - 1, 0)
        longest = max(len(ref), *map(len, record.alts))
        letters = self._reference.fetch(
            contig, first, min(record.pos + longest, length)
        )
        around = Around(first, letters)
        if around.has(start, ref):
            self.agreed(contig)
            return None
        return self.mismatch(contig, record.pos, ref, record.alts, around)

    def _no_contig(self, record: Record) -> Verdict:
        self.missing[record.chrom] += 1
        reason = self.explain(record.chrom)
        fix = "Open the genome that the variants were called on."
        return _refused(None, Status.CONTIG_MISSING, reason, fix)

    def mismatch(
        self, contig: str, pos: int, ref: str, alts: Sequence[str], around: Around
    ) -> Verdict:
        """Count a record whose REF differs from the genome, and refuse it.

        Args:
            contig: The genome's name.
            pos: 1-based POS.
            ref: REF in upper case.
            alts: ALT alleles.
            around: The genome from the base before POS, where there is one, to the
                base after the longest allele.
        """
        start = pos - 1
        here = around.letters[start - around.start :][: len(ref)]
        where = f"{contig}:{pos:,}"
        if "N" in here and all(a in ("N", b) for a, b in zip(here, ref, strict=True)):
            self.unknown += 1
            return _refused(
                contig,
                Status.REF_MISMATCH,
                f"REF is {_short(ref)}, the genome is unknown (N) at {where}",
            )
        self.checked[contig] += 1
        self.mismatched[contig] += 1
        fix = "Check that the variants were called on this genome build."
        if any(around.has(start, alt.upper()) for alt in alts):
            self.patterns["swapped"] += 1
            fix = "REF and ALT may be swapped: the genome has the ALT allele."
        self.patterns["zero_based"] += around.has(start + 1, ref)
        self.patterns["one_too_far"] += around.has(start - 1, ref)
        return _refused(
            contig,
            Status.REF_MISMATCH,
            f"REF is {_short(ref)}, the genome has {_short(here)} at {where}",
            fix,
        )

    def _allele(self, contig: str, start: int, ref: str, allele: str) -> Verdict:
        alt = allele.upper()
        refusal = _ambiguous(alt, contig)
        if refusal or alt == ref:
            return refusal or same_as_ref(contig)
        plain = normalise(self._reference, Variant(contig, start, ref, alt))
        return Verdict(
            contig, plain.start, plain.ref, plain.alt, plain.kind, Status.PENDING
        )


def refused_allele(allele: str, contig: str) -> Verdict | None:
    """Return what refuses an ALT allele for its letters alone, or None.

    Args:
        allele: The allele as the file has it.
        contig: The genome's name; REF must agree with the genome.
    """
    return without_sequence(allele, contig) or _ambiguous(allele.upper(), contig)


def same_as_ref(contig: str) -> Verdict:
    """Return the refusal of an ALT that equals REF."""
    words = "ALT is the same as REF: nothing changes"
    return _refused(contig, Status.MALFORMED, words)


def _ambiguous(alt: str, contig: str) -> Verdict | None:
    if _ACGT.issuperset(alt):
        return None
    words = f"ALT {_short(alt)} is not just A C G T"
    return _refused(contig, Status.AMBIGUOUS_BASES, words)


def without_sequence(allele: str, contig: str | None) -> Verdict | None:
    """Return the refusal of an ALT that is no sequence, or None if it is one."""
    if allele and _IUPAC.issuperset(allele.upper()):
        return None
    words = ""
    if allele == ".":
        words = "there is no ALT allele"
    elif allele == "*":
        words = "ALT * means that another record deletes this base"
    elif allele.startswith("<") and allele.endswith(">"):
        words = f"ALT {_short(allele)} names no sequence"
    elif "[" in allele or "]" in allele or allele.strip(".") != allele:
        words = f"ALT {_short(allele)} is a breakend"
    if words:
        return Verdict(
            contig, None, "", "", VariantKind.SYMBOLIC, Status.SYMBOLIC_ALLELE, words
        )
    separate = set(allele) & set("/|; ")
    return _refused(
        contig,
        Status.MALFORMED,
        f"ALT {_short(allele)} is no allele" if allele else "an ALT allele is empty",
        "Separate alleles with commas." if separate else "",
    )


def _refused(contig: str | None, status: Status, reason: str, fix: str = "") -> Verdict:
    return Verdict(contig, None, "", "", "", status, f"{reason}.", fix)


def _short(allele: str) -> str:
    return allele if len(allele) <= 24 else f"{allele[:20]}... ({len(allele):,} bp)"
