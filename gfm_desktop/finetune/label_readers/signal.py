"""Numbers along a genome, from a bigWig file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import InputError
from gfm_desktop.genome.contig_names import ContigNames

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.interval import Interval


class Signal:
    """An open bigWig file.

    Attributes:
        path: The file.
        name: What its values are called: the file's name without ending.
    """

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            InputError: If it is missing or no bigWig.
        """
        import pyBigWig

        self.path = path
        self.name = path.stem
        try:
            self._file: Any = pyBigWig.open(str(path))
        except RuntimeError as error:
            raise self._unusable() from error
        if not self._file.isBigWig():
            raise self._unusable()
        self._names = ContigNames(self._file.chroms())

    def mean(self, place: Interval) -> float | str:
        """Return the mean over the bases that have a value, or why there is none.

        Bases without a value are left out and not taken for 0: many files leave out
        what was not measured.
        """
        contig = self._names.resolve(place.contig)
        if contig is None:
            return f"the signal has no contig {place.contig}"
        if place.end > self._file.chroms(contig):
            return f"the signal's {contig} ends at {self._file.chroms(contig):,}"
        (value,) = self._file.stats(
            contig, place.start, place.end, type="mean", exact=True
        )
        if value is None or not math.isfinite(value):
            return f"the signal has no value at {place}"
        return float(value)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _unusable(self) -> InputError:
        return InputError(
            "The signal is no bigWig file that can be read.",
            where=str(self.path),
            todo="Choose a .bw or .bigWig file.",
        )
