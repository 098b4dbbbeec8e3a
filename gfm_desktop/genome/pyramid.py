"""The summary pyramid of a signal: bins of 64 bp, 128 bp, ... of every contig.

A bin of a level covers ``[i * size, (i + 1) * size)`` of its contig (the last one ends
with the contig) and holds

* ``low`` and ``high``: smallest and largest value of the bases that have one;
* ``mean``: sum of the values of those bases, divided by their number (weighted by
  covered bases: a base without a value does not count as 0);
* ``covered``: number of bases that have a value; where it is 0 the others are NaN.

Sums are kept in float64 while a contig is built, from the finest level up, so that a
coarse mean does not depend on how fine ones were rounded; stored numbers are float32.

On disk bins lie in blocks of 1024. Blocks without any covered base are not stored, and
equal blocks of one repeated bin (such as long stretches of 0) are stored once, so that
the pyramid of sparse peaks is small.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.signal_bins import BIN, FINEST, Bins, Sums, bins_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    Reader = Callable[[str, int, int], NDArray[np.float32]]

BLOCK = 1024
"""Bins that lie together on disk."""
CHUNK = 1 << 20
"""Bases that are read at a time; a multiple of `FINEST`."""
_COARSEST = 256
"""Levels end with the first that has at most so many bins."""
_ABSENT = -1
_BLOCKS, _PLACES, _ABOUT = "blocks.bin", "places.npy", "pyramid.json"


def build(
    folder: Path, contigs: Mapping[str, int], read: Reader
) -> Generator[int, None, None]:
    """Write the pyramid into a folder, contig by contig.

    Memory: 24 bytes for 64 bp of the longest contig (94 MB for 250 Mb), twice.

    Args:
        folder: An existing folder; the pyramid is complete when the generator ends.
        contigs: Names and lengths in bp.
        read: Returns the values of a stretch of a contig, NaN where there is none.

    Yields:
        Bases finished so far, after every `CHUNK`.
    """
    places: list[NDArray[np.int32]] = []
    about: dict[str, object] = {}
    done = offset = 0
    with (folder / _BLOCKS).open("wb") as file:
        store = _BlockStore(file)
        for contig, length in contigs.items():
            sums = Sums.empty(-(-length // FINEST))
            for start in range(0, length, CHUNK):
                values = read(contig, start, min(length, start + CHUNK))
                if not np.isnan(values).all():
                    sums.put(start // FINEST, Sums.of(values, FINEST))
                done += len(values)
                yield done
            facts = _facts(length, sums)
            levels = []
            while True:
                found = store.put(sums.records())
                levels.append([len(sums.low), offset])
                places.append(found)
                offset += len(found)
                if len(sums.low) <= _COARSEST:
                    break
                sums = sums.halved()
            about[contig] = {**facts, "levels": levels}
    every = np.concatenate(places) if places else np.empty(0, np.int32)
    np.save(folder / _PLACES, every)
    described = {"finest": FINEST, "block": BLOCK, "contigs": about}
    (folder / _ABOUT).write_text(json.dumps(described), encoding="utf-8")


def _facts(length: int, sums: Sums) -> dict[str, object]:
    covered = int(sums.covered.sum())
    if not covered:
        return {"length": length, "covered": 0, "low": None, "high": None}
    low, high = float(np.nanmin(sums.low)), float(np.nanmax(sums.high))
    return {"length": length, "covered": covered, "low": low, "high": high}


class _BlockStore:
    """Appends blocks to a file; returns where each one lies."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._count = 0
        self._constant: dict[bytes, int] = {}

    def put(self, bins: NDArray[np.void]) -> NDArray[np.int32]:
        """Store the bins of a level; return a block number each, -1 for empty ones."""
        numbers = np.full(-(-len(bins) // BLOCK), _ABSENT, np.int32)
        for at in range(len(numbers)):
            block = bins[at * BLOCK : (at + 1) * BLOCK]
            if block["covered"].any():
                numbers[at] = self._number(block)
        return numbers

    def _number(self, block: NDArray[np.void]) -> int:
        raw = block.tobytes()
        first = raw[: BIN.itemsize]
        constant = len(block) == BLOCK and raw == first * BLOCK
        if constant and first in self._constant:
            return self._constant[first]
        # The last block of a level is filled up, so that all have one size.
        self._file.write(raw.ljust(BLOCK * BIN.itemsize, b"\0"))
        number = self._count
        self._count += 1
        if constant:
            self._constant[first] = number
        return number


class Pyramid:
    """An opened pyramid; its blocks are mapped, not read.

    Attributes:
        contigs: Names and lengths in bp.
    """

    def __init__(self, folder: Path) -> None:
        """Open what `build` wrote.

        Raises:
            OSError: If a file is missing.
            ValueError: If it is of another layout.
        """
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        if (about["finest"], about["block"]) != (FINEST, BLOCK):
            raise ValueError("a pyramid of another layout")
        self._about = about["contigs"]
        self._places: NDArray[np.int32] = np.load(folder / _PLACES)
        path = folder / _BLOCKS
        # An empty file cannot be mapped.
        empty = path.stat().st_size == 0
        blocks = np.empty(0, BIN) if empty else np.memmap(path, BIN, mode="r")
        # As a plain array: slicing a `memmap` costs ten times as much.
        self._blocks = np.asarray(blocks).reshape(-1, BLOCK)
        self.contigs: dict[str, int] = {k: v["length"] for k, v in self._about.items()}

    def extent(self, contig: str) -> tuple[float, float] | None:
        """Return smallest and largest value of a contig; None where it has none."""
        about = self._about.get(contig)
        if about is None or not about["covered"]:
            return None
        return about["low"], about["high"]

    def covered(self, contig: str) -> int:
        """Return how many bases of a contig have a value."""
        return int(self._about[contig]["covered"]) if contig in self._about else 0

    def bins(self, contig: str, start: int, end: int, size: float) -> Bins:
        """Return the bins over ``[start, end)`` of the coarsest level up to `size` bp.

        Args:
            contig: A contig's name; one without data has no bins.
            start: First base, 0-based.
            end: End, exclusive.
            size: Largest wanted bin in bp; below `FINEST` the finest level answers.
        """
        about = self._about.get(contig)
        if about is None:
            return bins_of(0, FINEST, np.empty(0, BIN))
        levels = about["levels"]
        level = min(max(0, int(size) // FINEST).bit_length(), len(levels)) - 1
        level = max(0, level)
        count, offset = levels[level]
        width = FINEST << level
        first = min(max(0, start // width), count)
        last = min(max(first, -(-end // width)), count)
        return bins_of(first * width, width, self._gather(offset, first, last))

    def _gather(self, offset: int, first: int, last: int) -> NDArray[np.void]:
        found = np.empty(last - first, BIN)
        at = first
        while at < last:
            number, inside = divmod(at, BLOCK)
            until = min(last, (number + 1) * BLOCK)
            place = int(self._places[offset + number])
            out = found[at - first : until - first]
            if place == _ABSENT:
                out["low"] = out["high"] = out["mean"] = np.nan
                out["covered"] = 0
            else:
                out[:] = self._blocks[place, inside : inside + until - at]
            at = until
        return found
