"""Stretches of one value each, as bedGraph and wiggle files have them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_STARTS, _ENDS, _VALUES = "starts.npy", "ends.npy", "values.npy"
_ABOUT = "runs.json"


@dataclass(frozen=True, slots=True)
class Runs:
    """Stretches of several contigs, sorted and without overlaps on each.

    Attributes:
        parts: Contig to its first and last (exclusive) stretch.
        lengths: Contig to its length in bp.
        starts: (n,) first base of each stretch, 0-based.
        ends: (n,) end of each, exclusive.
        heights: float32 (n,) value of each, finite.
        notes: What was passed over while reading.
    """

    parts: Mapping[str, tuple[int, int]]
    lengths: Mapping[str, int]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    heights: NDArray[np.float32]
    notes: tuple[str, ...] = ()

    @property
    def contigs(self) -> dict[str, int]:
        """Return the contigs with stretches, and their lengths in bp."""
        return {name: self.lengths[name] for name in self.parts}

    def values(self, contig: str, start: int, end: int) -> NDArray[np.float32]:
        """Return one value a base, NaN where no stretch lies.

        Args:
            contig: One of `contigs`.
            start: First base, 0-based.
            end: End, exclusive.
        """
        found = np.full(max(0, end - start), np.nan, np.float32)
        first, last = self.parts[contig]
        starts, ends = self.starts[first:last], self.ends[first:last]
        a = int(np.searchsorted(ends, start, side="right"))
        b = int(np.searchsorted(starts, end, side="left"))
        if a >= b:
            return found
        begins = np.maximum(starts[a:b], start).astype(np.int64) - start
        sizes = np.minimum(ends[a:b], end).astype(np.int64) - start - begins
        # Where each base of each stretch goes: runs of consecutive places.
        shift = begins - (np.cumsum(sizes) - sizes)
        places = np.repeat(shift, sizes) + np.arange(int(sizes.sum()))
        found[places] = np.repeat(self.heights[first:last][a:b], sizes)
        return found

    def save(self, folder: Path) -> None:
        """Write the arrays into an existing folder, positions as small as they fit."""
        longest = max(self.lengths.values(), default=0)
        narrow = np.int32 if longest < np.iinfo(np.int32).max else np.int64
        np.save(folder / _STARTS, self.starts.astype(narrow))
        np.save(folder / _ENDS, self.ends.astype(narrow))
        np.save(folder / _VALUES, self.heights)
        about = {"parts": dict(self.parts), "lengths": self.contigs}
        (folder / _ABOUT).write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Runs:
        """Open what `save` wrote; the arrays are mapped, not read.

        Raises:
            OSError: If a file is missing.
            ValueError: If one is damaged.
        """
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        starts, ends, heights = (
            np.load(folder / name, mmap_mode="r") for name in (_STARTS, _ENDS, _VALUES)
        )
        parts = {name: (int(a), int(b)) for name, (a, b) in about["parts"].items()}
        return cls(parts, about["lengths"], starts, ends, heights)

    def close(self) -> None:
        """Do nothing: mapped arrays go with the last who uses them."""
