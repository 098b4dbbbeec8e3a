"""Features while their file is read: what is wrong is noted, the rest becomes columns.

Readers of every format fill a `FeatureDraft`; `feature_store` keeps what comes out.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.feature_slice import NO_COLOUR, ragged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.reference import Reference

Span = tuple[int, int]
"""0-based start and exclusive end."""
_ENDLESS = 1 << 62
SHOWN_BAD_LINES = 40
"""Lines that a message names; all of them are counted."""


class LineNotes:
    """Lines that cannot be used, each with its number and the reason."""

    def __init__(self, noun: str = "line") -> None:
        """Begin with none.

        Args:
            noun: What a part of the file is called: a line, or a feature.
        """
        self.count = 0
        self._noun = noun
        self._shown: list[str] = []

    def refuse(self, number: int, why: str) -> None:
        """Note a line, counted from 1."""
        self.count += 1
        if len(self._shown) < SHOWN_BAD_LINES:
            self._shown.append(f"{self._noun} {number:,}: {why}")

    @property
    def words(self) -> str:
        """Return them in one sentence; empty where there are none."""
        if not self.count:
            return ""
        shown, rest = "; ".join(self._shown), self.count - len(self._shown)
        if rest:
            shown += f"; and {rest:,} more"
        if self.count == 1:
            return f"1 {self._noun} could not be read and was passed over: {shown}."
        count = f"{self.count:,} {self._noun}s"
        return f"{count} could not be read and were passed over: {shown}."


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature; coordinates 0-based half-open.

    Attributes:
        contig: As the file spells it.
        start: First base.
        end: End, exclusive.
        name: Empty where it has none.
        strand: 1, -1, or 0 where none is known.
        score: NaN where it has none.
        colour: 0xRRGGBB, or `NO_COLOUR`.
        pieces: Blocks, ascending; empty for one over all.
        thick: What is drawn thick, ascending, such as coding parts.
        fields: What else the file says, name and value.
    """

    contig: str
    start: int
    end: int
    name: str = ""
    strand: int = 0
    score: float = float("nan")
    colour: int = NO_COLOUR
    pieces: Sequence[Span] = ()
    thick: Sequence[Span] = ()
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class FeatureColumns:
    """All features of a file, sorted by contig and start.

    Attributes:
        contigs: The genome's names of the contigs that have features.
        contig_at: Shape (contigs + 1,): contig *c* has features ``[c]`` to ``[c + 1]``.
        start: Shape (n,).
        end: Shape (n,), exclusive.
        strand: int8 (n,).
        score: float32 (n,), NaN for none.
        colour: int32 (n,).
        piece_at: Shape (n + 1,), offsets into `pieces`.
        pieces: Shape (m, 2).
        thick_at: Shape (n + 1,), offsets into `thick`.
        thick: Shape (k, 2).
        names: One a feature.
        fields: One a feature: ``name<tab>value`` lines.
    """

    contigs: list[str]
    contig_at: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    strand: NDArray[np.int8]
    score: NDArray[np.float32]
    colour: NDArray[np.int32]
    piece_at: NDArray[np.int64]
    pieces: NDArray[np.int64]
    thick_at: NDArray[np.int64]
    thick: NDArray[np.int64]
    names: list[str]
    fields: list[str]


@dataclass(frozen=True, slots=True)
class FeatureRows:
    """Features that have been checked, as columns; meanings as in `FeatureColumns`.

    Attributes:
        contig: Shape (n,), as `FeatureDraft.contig_number` gives it.
        start: Shape (n,).
        end: Shape (n,), exclusive.
        strand: int8 (n,).
        score: float32 (n,).
        colour: int32 (n,).
        piece_counts: Shape (n,), at least 1 each.
        pieces: Shape (m, 2).
        thick_counts: Shape (n,).
        thick: Shape (k, 2).
        names: One a feature.
        fields: One a feature.
    """

    contig: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    strand: NDArray[np.int8]
    score: NDArray[np.float32]
    colour: NDArray[np.int32]
    piece_counts: NDArray[np.int64]
    pieces: NDArray[np.int64]
    thick_counts: NDArray[np.int64]
    thick: NDArray[np.int64]
    names: list[str]
    fields: list[str]


class FeatureDraft:
    """Takes features one by one and checks them against the genome.

    Attributes:
        bad: Lines that cannot be used.
        title: What the file calls itself; empty where it does not.
        reference: The genome, if one is known.
    """

    def __init__(self, reference: Reference | None, noun: str = "line") -> None:
        """Begin without features.

        Args:
            reference: The genome, whose contig names the features get; None keeps the
                file's own names and checks no length.
            noun: What a part of the file is called in messages.
        """
        self.bad = LineNotes(noun)
        self.reference = reference
        self.title = ""
        self._contigs: dict[str, int] = {}
        self._own: dict[str, str | None] = {}
        self._lost: Counter[str] = Counter()
        self._empty = 0
        self._numbers = {k: array("q") for k in ("contig", "start", "end", "colour")}
        self._strand = array("b")
        self._score = array("f")
        self._counts = {k: array("q") for k in ("pieces", "thick")}
        self._spans = {k: array("q") for k in ("pieces", "thick")}
        self._names: list[str] = []
        self._fields: list[str] = []

    def __len__(self) -> int:
        """Return the number of features so far."""
        return len(self._names)

    def add(self, feature: Feature, line: int) -> None:
        """Take a feature, or note why it cannot be used.

        Args:
            feature: What a line says.
            line: Its number, from 1.
        """
        contig = self._resolved(feature.contig)
        if contig is None:
            self._lost[feature.contig] += 1
            return
        start, end = feature.start, feature.end
        why = self._wrong(feature, contig)
        if why:
            self.bad.refuse(line, why)
            return
        if end == start:
            self._empty += 1
            start, end = self._one_base(start, contig)
        number = self._contigs.setdefault(contig, len(self._contigs))
        numbers = self._numbers
        numbers["contig"].append(number)
        numbers["start"].append(start)
        numbers["end"].append(end)
        numbers["colour"].append(feature.colour)
        self._strand.append(feature.strand)
        self._score.append(feature.score)
        pieces = feature.pieces or ((start, end),)
        for name, spans in (("pieces", pieces), ("thick", feature.thick)):
            self._counts[name].append(len(spans))
            flat = self._spans[name]
            for span in spans:
                flat.extend(span)
        self._names.append(feature.name)
        fields = feature.fields
        self._fields.append("" if not fields else joined(fields))

    def contig_number(self, name: str) -> int | None:
        """Return the number of a contig, in any spelling; None where there is none."""
        own = self._resolved(name)
        return (
            None if own is None else self._contigs.setdefault(own, len(self._contigs))
        )

    def limits(self) -> NDArray[np.int64]:
        """Return the length of each contig by its number, and a 0 after the last.

        Where the genome is not known, each is longer than any contig.
        """
        lengths = [self._length(name) for name in self._contigs]
        known = [_ENDLESS if length is None else length for length in lengths]
        return np.array([*known, 0], np.int64)

    def add_rows(self, rows: FeatureRows) -> None:
        """Take many features that have been checked against `limits`."""
        for name, values in (
            ("contig", rows.contig),
            ("start", rows.start),
            ("end", rows.end),
            ("colour", rows.colour),
        ):
            self._numbers[name].frombytes(values.astype(np.int64).tobytes())
        self._strand.frombytes(rows.strand.astype(np.int8).tobytes())
        self._score.frombytes(rows.score.astype(np.float32).tobytes())
        for name, counts, spans in (
            ("pieces", rows.piece_counts, rows.pieces),
            ("thick", rows.thick_counts, rows.thick),
        ):
            self._counts[name].frombytes(counts.astype(np.int64).tobytes())
            self._spans[name].frombytes(spans.astype(np.int64).tobytes())
        self._names.extend(rows.names)
        self._fields.extend(rows.fields)

    def notes(self) -> tuple[str, ...]:
        """Return what must be told, sentence by sentence."""
        found = [self.bad.words] if self.bad.count else []
        if self._lost:
            count = self._lost.total()
            named = ", ".join(list(self._lost)[:5])
            more = ", ..." if len(self._lost) > 5 else ""
            noun = "feature lies" if count == 1 else "features lie"
            where = (
                "a contig" if len(self._lost) == 1 else f"{len(self._lost):,} contigs"
            )
            found.append(
                f"{count:,} {noun} on {where} that the genome does not have "
                f"({named}{more}): {'it is' if count == 1 else 'they are'} left out."
            )
        if self._empty == 1:
            found.append("1 feature has no length and is shown as one base.")
        elif self._empty:
            found.append(
                f"{self._empty:,} features have no length and are shown as one base."
            )
        return tuple(found)

    def columns(self) -> FeatureColumns:
        """Return the features in their order."""
        contig, start, end, colour = (
            np.frombuffer(self._numbers[k], np.int64) if len(self) else np.empty(0, int)
            for k in ("contig", "start", "end", "colour")
        )
        order = np.lexsort((end, start, contig))
        piece_at, pieces = self._ragged("pieces", order)
        thick_at, thick = self._ragged("thick", order)
        counts = np.bincount(contig, minlength=len(self._contigs))
        names = [n for n, count in zip(self._contigs, counts, strict=True) if count]
        counts = counts[counts > 0]
        places = order.tolist()
        return FeatureColumns(
            contigs=names,
            contig_at=np.append(0, np.cumsum(counts)).astype(np.int64),
            start=start[order],
            end=end[order],
            strand=np.array(self._strand, np.int8)[order],
            score=np.array(self._score, np.float32)[order],
            colour=colour[order].astype(np.int32),
            piece_at=piece_at,
            pieces=pieces,
            thick_at=thick_at,
            thick=thick,
            names=[self._names[n] for n in places],
            fields=[self._fields[n] for n in places],
        )

    def _ragged(
        self, name: str, order: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        counts = np.array(self._counts[name], np.int64)
        offsets = np.append(0, np.cumsum(counts)).astype(np.int64)
        at, places = ragged(offsets, order)
        return at, np.array(self._spans[name], np.int64).reshape(-1, 2)[places]

    def _resolved(self, name: str) -> str | None:
        if self.reference is None:
            return name
        if name not in self._own:
            self._own[name] = self.reference.resolve(name)
        return self._own[name]

    def _wrong(self, feature: Feature, contig: str) -> str:
        """Return why a feature cannot be used; empty where it can."""
        start, end = feature.start, feature.end
        if start < 0 or end < start:
            return f"start {start + 1:,} lies after end {end:,}"
        length = self._length(contig)
        if length is not None and end > length:
            return f"it ends at {end:,}, and {contig} has {length:,} bp"
        for what, spans in (("block", feature.pieces), ("thick part", feature.thick)):
            last = start
            for first, stop in spans:
                if first < last or stop <= first or stop > end:
                    return f"a {what} is empty, overlaps another, or reaches out"
                last = stop
        return ""

    def _one_base(self, start: int, contig: str) -> Span:
        length = self._length(contig)
        start = start if length is None else min(start, length - 1)
        return start, start + 1

    def _length(self, contig: str) -> int | None:
        return None if self.reference is None else self.reference.contigs[contig]


def joined(fields: Mapping[str, str]) -> str:
    """Return fields as a store keeps them: a line each, name and value."""
    clean = ((k, " ".join(v.split())) for k, v in fields.items())
    return "\n".join(f"{k}\t{v}" for k, v in clean if v)
