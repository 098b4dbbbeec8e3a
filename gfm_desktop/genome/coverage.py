"""Reads over a stretch of a contig, counted base by base."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome.array_file import save_arrays
from gfm_desktop.genome.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

BASES = "ACGTN"
"""What the middle axis of `Coverage.bases` counts, in this order."""
TABLE_HEAD = "\t".join(
    (
        *("contig", "position", "ref", "depth", *BASES),
        *(f"{base}_minus" for base in BASES),
        *("deletions", "insertions_after"),
    )
)
"""Columns of `Coverage.rows`."""
_DAMAGED = (ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile)
_ARRAYS = ("bases", "deletions", "insertions", "ref")


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What the reads say at each base of an interval.

    Attributes:
        interval: The stretch, 0-based half-open, n bp long.
        bases: Unsigned (2, 5, n): reads of the forward and of the reverse strand whose
            aligned base is A, C, G, T or anything else (`BASES`).
        deletions: Unsigned (n,): reads that lack the base (CIGAR ``D``).
        insertions: Unsigned (n,): reads with bases between this base and the next.
        ref: uint8 (n,): the genome's bases as places in `BASES`.
        reads: How many reads were counted; each tile that a read touches counts it.
        refused: How many were not, because their CIGAR and bases differ in length.
    """

    interval: Interval
    bases: NDArray[Any]
    deletions: NDArray[Any]
    insertions: NDArray[Any]
    ref: NDArray[np.uint8]
    reads: int = 0
    refused: int = 0

    @property
    def depth(self) -> NDArray[np.int64]:
        """Return how many reads have a base here; deletions do not count, as in IGV."""
        total: NDArray[np.int64] = self.bases.sum(axis=(0, 1), dtype=np.int64)
        return total

    def rows(self, start: int, end: int) -> Iterator[str]:
        """Yield a line of a table for each base from `start` to `end`.

        Args:
            start: 0-based first base; those that are not covered are left out.
            end: 0-based end, exclusive.

        Yields:
            `TABLE_HEAD`'s cells, parted by tabs: positions are 1-based, counts those
            of both strands, then those of the reverse one.
        """
        its = self.interval
        start, end = max(its.start, start), min(its.end, end)
        if start >= end:
            return
        part = slice(start - its.start, end - its.start)
        both = self.bases[:, :, part].sum(axis=0, dtype=np.int64)
        columns = (
            range(start + 1, end + 1),
            (BASES[code] for code in self.ref[part].tolist()),
            both.sum(axis=0).tolist(),
            both.T.tolist(),
            self.bases[1, :, part].T.tolist(),
            self.deletions[part].tolist(),
            self.insertions[part].tolist(),
        )
        for place, ref, depth, counts, minus, gone, more in zip(*columns, strict=True):
            numbers = "\t".join(map(str, (depth, *counts, *minus, gone, more)))
            yield f"{its.contig}\t{place}\t{ref}\t{numbers}"

    def save(self, path: Path) -> None:
        """Write an ``.npz`` of the smallest integers that hold it, whole or not."""
        values: dict[str, Any] = {
            name: _smallest(getattr(self, name)) for name in _ARRAYS
        }
        values["contig"] = np.array(self.interval.contig)
        values["numbers"] = np.array(
            [self.interval.start, self.interval.end, self.reads, self.refused], np.int64
        )
        save_arrays(path, values)

    @classmethod
    def load(cls, path: Path) -> Coverage:
        """Read what `save` wrote.

        Raises:
            InputError: If the file is missing, damaged or another kind of file.
        """
        try:
            # Opened here: NumPy leaves a damaged file open.
            with path.open("rb") as opened, np.load(opened) as file:
                start, end, reads, refused = file["numbers"].tolist()
                interval = Interval(str(file["contig"]), start, end)
                arrays = {name: file[name] for name in _ARRAYS}
        except (OSError, *_DAMAGED) as error:
            raise InputError(
                "This is no file of read counts.",
                where=str(path),
                todo="Move the view to have them read again.",
            ) from error
        return cls(interval, **arrays, reads=reads, refused=refused)


def _smallest(values: NDArray[Any]) -> NDArray[Any]:
    """Return the counts in the narrowest unsigned integers: most need one byte."""
    highest = int(values.max(initial=0))
    return values.astype(np.min_scalar_type(highest))
