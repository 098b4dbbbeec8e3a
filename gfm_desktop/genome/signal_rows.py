"""Stretches as they come from a file's lines, checked when all are there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome.signal_file import contig_notes, matched, no_contig_fits
from gfm_desktop.genome.signal_runs import Runs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_SHOWN_BAD_LINES = 40


@dataclass(slots=True)
class _Part:
    """Stretches of one contig, in the order of the file."""

    starts: list[NDArray[np.int64]] = field(default_factory=list)
    ends: list[NDArray[np.int64]] = field(default_factory=list)
    values: list[NDArray[np.float32]] = field(default_factory=list)
    lines: list[NDArray[np.int64]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Stretches of one contig with the lines they come from."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    values: NDArray[np.float32]
    lines: NDArray[np.int64]

    def only(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> _Rows:
        """Return some of the rows."""
        return _Rows(
            self.starts[which], self.ends[which], self.values[which], self.lines[which]
        )


class SignalRows:
    """Gathers the stretches of a file by contig, and its bad lines."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._parts: dict[str, _Part] = {}
        self._bad: list[tuple[int, str]] = []
        self._bad_count = 0
        self._missing = 0

    def refuse(self, number: int, why: str) -> None:
        """Note a line that cannot be used; lines are numbered from 1."""
        self._bad_count += 1
        if len(self._bad) < 4 * _SHOWN_BAD_LINES:
            self._bad.append((number, why))

    def skip(self) -> None:
        """Note a line that says that there is no value."""
        self._missing += 1

    def put(
        self,
        contig: str,
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        values: NDArray[np.float64],
        lines: NDArray[np.int64],
    ) -> None:
        """Take stretches of one contig with the lines they come from."""
        part = self._parts.setdefault(contig, _Part())
        part.starts.append(starts)
        part.ends.append(ends)
        part.values.append(values.astype(np.float32))
        part.lines.append(lines)

    def finish(self, path: Path, contigs: Mapping[str, int]) -> Runs:
        """Return all good stretches under the genome's names.

        Raises:
            InputError: If there is none.
        """
        names, lost = matched(dict.fromkeys(self._parts), contigs)
        found: dict[str, _Rows] = {}
        for own in list(self._parts):
            rows = _joined(self._parts.pop(own))
            if own in names:
                found[names[own]] = self._checked(rows, contigs[names[own]])
        ordered = {n: found[n] for n in contigs if n in found and len(found[n].starts)}
        notes = self._notes(lost)
        if not ordered:
            raise self._nothing(path, lost)
        parts, at = {}, 0
        for name, rows in ordered.items():
            parts[name] = (at, at + len(rows.starts))
            at += len(rows.starts)
        every = list(ordered.values())
        return Runs(
            parts,
            {name: contigs[name] for name in parts},
            np.concatenate([rows.starts for rows in every]),
            np.concatenate([rows.ends for rows in every]),
            np.concatenate([rows.values for rows in every]),
            notes,
        )

    def _checked(self, rows: _Rows, length: int) -> _Rows:
        """Return the good stretches of a contig, sorted; the others are noted."""
        rows = self._without(rows, rows.starts < 0, "begins before its contig")
        rows = self._without(rows, rows.starts >= rows.ends, "start is not before end")
        why = f"ends past its contig, which has {length:,} bp"
        rows = self._without(rows, rows.ends > length, why)
        if (np.diff(rows.starts) < 0).any():
            rows = rows.only(np.argsort(rows.starts, kind="stable"))
        reached = np.maximum.accumulate(rows.ends)
        if (rows.starts[1:] < reached[:-1]).any():
            rows = self._without(rows, _overlapping(rows), "overlaps a line before it")
        return rows

    def _without(self, rows: _Rows, bad: NDArray[np.bool_], why: str) -> _Rows:
        if not bad.any():
            return rows
        numbers = rows.lines[bad]
        self._bad_count += len(numbers)
        self._bad += [(int(n), why) for n in numbers[: 4 * _SHOWN_BAD_LINES]]
        return rows.only(~bad)

    def _notes(self, lost: Mapping[str, str]) -> tuple[str, ...]:
        notes = list(contig_notes(lost))
        if self._missing:
            lines = "line says" if self._missing == 1 else "lines say"
            notes.append(f"{self._missing:,} {lines} NaN: there is no value.")
        if self._bad_count:
            lines = "line was" if self._bad_count == 1 else "lines were"
            notes.append(f"{self._bad_count:,} {lines} passed over: {self._named()}.")
        return tuple(notes)

    def _nothing(self, path: Path, lost: Mapping[str, str]) -> InputError:
        if lost and not self._bad_count:
            return no_contig_fits(path, lost)
        named = f": {self._named()}" if self._bad_count else ""
        return InputError(
            f"No value can be read from this file{named}.",
            where=str(path),
            todo="Open a bigWig, bedGraph (contig, start, end, value) or wiggle file.",
        )

    def _named(self) -> str:
        shown = sorted(self._bad)[:_SHOWN_BAD_LINES]
        more = self._bad_count - len(shown)
        rest = f"; and {more:,} more" if more > 0 else ""
        return "; ".join(f"line {n:,}: {why}" for n, why in shown) + rest


def _joined(part: _Part) -> _Rows:
    return _Rows(
        np.concatenate(part.starts),
        np.concatenate(part.ends),
        np.concatenate(part.values),
        np.concatenate(part.lines),
    )


def _overlapping(rows: _Rows) -> NDArray[np.bool_]:
    """Tell which rows overlap one that is kept; of two the earlier one is kept."""
    bad = np.zeros(len(rows.starts), np.bool_)
    reached = -1
    pairs = zip(rows.starts.tolist(), rows.ends.tolist(), strict=True)
    for at, (start, end) in enumerate(pairs):
        if start < reached:
            bad[at] = True
        else:
            reached = end
    return bad
