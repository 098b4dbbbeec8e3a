"""The rows of a block of lines, as columns: arrays where records are fit, and the rest.

Rows keep the order of the file, so both kinds are merged by their places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gfm_desktop.genome.allele_letters import KINDS
from gfm_desktop.genome.arrow_columns import UPPER, coded, numbers, texts
from gfm_desktop.genome.record_arrays import Spans
from gfm_desktop.genome.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.allele_arrays import PlacedRecords
    from gfm_desktop.genome.judgement import Verdict


class Judged(NamedTuple):
    """One row that was judged by itself.

    Attributes:
        chrom: CHROM as the file has it, as all that follow.
        pos: POS; None where it cannot be read.
        id: ID.
        ref: REF.
        alt: This ALT allele.
        verdict: What became of it.
    """

    chrom: str
    pos: int | None
    id: str
    ref: str
    alt: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Numbering:
    """What the first line, row and record of a block are counted as.

    Attributes:
        line: From 1.
        row: From 0.
        record: From 0.
    """

    line: int
    row: int
    record: int


def block_columns(
    first: Numbering,
    lines: int,
    fit: PlacedRecords,
    judged: Mapping[int, Sequence[Judged]],
    contigs: Sequence[str],
) -> dict[str, Any]:
    """Return Arrow columns of the rows of a block.

    Args:
        first: Numbers to count from.
        lines: Number of lines.
        fit: Records that are fit.
        judged: Index of each other line to its rows; none where it is no record.
        contigs: The genome's contigs.
    """
    rows = np.zeros(lines, np.int64)
    rows[fit.records.line] = fit.alleles
    for line, found in judged.items():
        rows[line] = len(found)
    owner = np.repeat(np.arange(lines), rows)
    before = np.cumsum(rows) - rows
    allele = np.arange(len(owner)) - before[owner]
    record = np.cumsum(rows > 0)[owner] - 1
    is_fit = np.zeros(lines, np.bool_)
    is_fit[fit.records.line] = True
    merged = _Merged(is_fit[owner], [one for found in judged.values() for one in found])
    return {
        "row": numbers(np.arange(first.row, first.row + len(owner))),
        "record": numbers(first.record + record),
        "line": numbers(first.line + owner),
        "allele": numbers(allele.astype(np.int32)),
        **_told(fit, merged, contigs),
        **_written(fit, merged),
    }


class _Merged:
    """Puts what is said of fit rows and of the others into the order of the file."""

    def __init__(self, fit: NDArray[np.bool_], others: Sequence[Judged]) -> None:
        self.others = others
        self._fit = np.flatnonzero(fit)
        self._other = np.flatnonzero(~fit)

    def numbers(
        self, fit: NDArray[Any], other: Callable[[Judged], int | None]
    ) -> NDArray[Any]:
        """Return (rows,) numbers, -1 where there is none."""
        if not self.others:
            return fit
        values = np.empty(len(self._fit) + len(self._other), fit.dtype)
        values[self._fit] = fit
        found = (other(one) for one in self.others)
        values[self._other] = [-1 if value is None else value for value in found]
        return values

    def codes(
        self,
        fit: NDArray[Any],
        names: Sequence[str],
        other: Callable[[Judged], str | None],
    ) -> Any:
        """Return an Arrow dictionary of repeated texts, null where there is none.

        Args:
            fit: Indexes into `names`.
            names: Texts of the fit rows.
            other: Text of another row.
        """
        known = {name: code for code, name in enumerate(names)}

        def code(one: Judged) -> int | None:
            text = other(one)
            return None if text is None else known.setdefault(text, len(known))

        return coded(self.numbers(fit, code), list(known) if self.others else names)

    def spans(self, fit: Spans, others: Spans) -> Spans:
        """Return stretches of one text."""
        if not self.others:
            return fit
        total = len(self._fit) + len(self._other)
        start, length = np.empty(total, np.int64), np.empty(total, np.int64)
        start[self._fit], length[self._fit] = fit
        start[self._other], length[self._other] = others
        return Spans(start, length)


class _Extra:
    """Texts that do not stand in the block, behind its letters."""

    def __init__(self, letters: NDArray[np.uint8]) -> None:
        self._block = letters
        self._size = len(letters)
        self._pieces: list[bytes] = []

    def add(self, words: Sequence[str]) -> Spans:
        """Return where the words will stand in `letters`."""
        pieces = [word.encode() for word in words]
        length = np.array([len(piece) for piece in pieces], np.int64)
        start = self._size + np.cumsum(length) - length
        self._size += int(length.sum())
        self._pieces += pieces
        return Spans(start, length)

    @property
    def letters(self) -> NDArray[np.uint8]:
        """Return the block's letters and what was added."""
        if not self._pieces:
            return self._block
        added = np.frombuffer(b"".join(self._pieces), np.uint8)
        return np.concatenate([self._block, added])


def _told(
    fit: PlacedRecords, merged: _Merged, contigs: Sequence[str]
) -> dict[str, Any]:
    """Return the columns of numbers and of few distinct texts."""
    records, refusals = fit.records, fit.refusals
    used, contig = np.unique(fit.contig, return_inverse=True)
    names = [contigs[code] for code in used.tolist()]
    chrom = np.repeat(records.name, fit.alleles)
    contig, pos = np.repeat(contig, fit.alleles), np.repeat(records.pos, fit.alleles)

    def said(fine: str, words: Iterable[str]) -> tuple[NDArray[np.int64], list[str]]:
        """Return codes of what is said of fit rows, and the texts."""
        known: dict[str, int] = {}
        codes = [known.setdefault(text, len(known)) for text in words]
        codes.append(known.setdefault(fine, len(known)))  # the last answers for -1
        return np.array(codes)[fit.refusal], list(known)

    status = said(Status.PENDING, (one.status for one in refusals))
    reason = said("", (one.reason for one in refusals))
    fix = said("", (one.fix for one in refusals))
    return {
        "chrom": merged.codes(chrom, records.names, lambda one: one.chrom),
        "pos": numbers(merged.numbers(pos, lambda one: one.pos)),
        "contig": merged.codes(contig, names, lambda one: one.verdict.contig),
        "start": numbers(merged.numbers(fit.start, lambda one: one.verdict.start)),
        "kind": merged.codes(fit.kind, KINDS, lambda one: one.verdict.kind),
        "status": merged.codes(*status, lambda one: one.verdict.status),
        "reason": merged.codes(*reason, lambda one: one.verdict.reason),
        "fix": merged.codes(*fix, lambda one: one.verdict.fix),
    }


def _written(fit: PlacedRecords, merged: _Merged) -> dict[str, Any]:
    """Return the columns of text."""
    records, others = fit.records, merged.others
    extra = _Extra(records.text)
    ref = records.ref.repeat(fit.alleles)
    verdicts = [one.verdict for one in others]
    which = np.array(list(fit.changed), np.int64)
    changed = list(fit.changed.values())
    norm_ref = _replaced(ref, which, extra.add([ref for ref, _ in changed]))
    norm_alt = _replaced(fit.alt, which, extra.add([alt for _, alt in changed]))
    norm_ref, norm_alt = (
        _without(fit.refusal >= 0, one) for one in (norm_ref, norm_alt)
    )
    spans = {
        "id": (records.id.repeat(fit.alleles), [one.id for one in others]),
        "ref": (ref, [one.ref for one in others]),
        "alt": (fit.alt, [one.alt for one in others]),
        "norm_ref": (norm_ref, [one.ref for one in verdicts]),
        "norm_alt": (norm_alt, [one.alt for one in verdicts]),
    }
    merge = {
        name: merged.spans(mine, extra.add(theirs))
        for name, (mine, theirs) in spans.items()
    }
    letters = extra.letters
    tables = {"norm_ref": UPPER, "norm_alt": UPPER}
    return {name: texts(letters, at, tables.get(name)) for name, at in merge.items()}


def _replaced(spans: Spans, which: NDArray[np.int64], by: Spans) -> Spans:
    if not len(which):
        return spans
    start, length = spans.start.copy(), spans.length.copy()
    start[which], length[which] = by
    return Spans(start, length)


def _without(which: NDArray[np.bool_], spans: Spans) -> Spans:
    """Return the spans, some of them empty."""
    return Spans(spans.start, np.where(which, 0, spans.length))
