"""The values of a signal near the view, read in a thread, with a coarse picture first.

Above 64 bp a pixel the pyramid answers at once. Closer, values are read in tiles that
are kept; until a tile is there its bins are those of the pyramid.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.signal_bins import FINEST, Bins, summed

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.signal_store import SignalStore

TILE = 1 << 14
"""bp of a tile: read in a millisecond, so that the window is never kept waiting."""
_KEPT = 48
_TOGETHER = 8
_ANSWERS = 8
"""Answers that are kept: a picture asks several times for the same."""
_PAUSE = 5e-4
"""Seconds between two tiles in which the window has the interpreter to itself."""
_TURN = threading.Lock()
"""One lane reads at a time: the interpreter runs one thread, and the window is one."""
Key = tuple[str, int]
"""Contig, and number of the tile on it."""


class SignalTiles(QObject):
    """Bins of any size, from the pyramid or from tiles.

    `arrived` says that tiles have come. What was asked for and is no longer wanted is
    not read; a tile is worth keeping even if the view has moved on.
    """

    arrived = Signal()

    def __init__(self, store: SignalStore, parent: QObject | None = None) -> None:
        """Answer from an opened store."""
        super().__init__(parent)
        self._store = store
        self._tiles: OrderedDict[Key, tuple[Bins, ...]] = OrderedDict()
        self._wanted: tuple[Key, ...] = ()
        self._answers: dict[tuple[Interval, float, int], tuple[Bins, bool]] = {}
        self._reader = _Reader(store)
        self._reader.relay.arrived.connect(self._take)
        self.revision = 0
        self._seen = ("", 0, 0)
        self.problem = ""

    def bins(self, interval: Interval, size: float) -> tuple[Bins, bool]:
        """Return bins over `interval`, and whether all of them are exact.

        Args:
            interval: On one contig of the genome.
            size: Largest bin in bp that is wanted; the bins are the next smaller power
                of two. Below 64 bp those that are not read yet repeat a bin of 64 bp.
        """
        key = (interval, size, self.revision)
        if key not in self._answers:
            if len(self._answers) >= _ANSWERS:
                self._answers.clear()
            self._answers[key] = self._found(interval, size)
        return self._answers[key]

    def any(self, place: Interval, size: float) -> bool:
        """Tell whether a place has any value: one that was found before will do.

        Args:
            place: On one contig of the genome.
            size: Largest bin in bp to look at.
        """
        if not self.covers(place.contig):
            return False
        contig, position, revision = self._seen
        here = contig == place.contig and place.start <= position < place.end
        if here and revision == self.revision:
            return True
        bins = self.bins(place, size)[0]
        found = np.flatnonzero(bins.covered)
        if len(found):
            # The one in the middle stays longest on screen.
            middle = bins.start + int(found[len(found) // 2]) * bins.size
            position = min(max(middle, place.start), place.end - 1)
            self._seen = (place.contig, position, self.revision)
        return bool(len(found))

    def exact(self, place: Interval, size: float) -> Bins:
        """Return exact bins over a small place: those of 64 bp until it is read."""
        bins, exact = self.bins(place, size)
        if exact:
            return bins
        return self._store.pyramid.bins(place.contig, place.start, place.end, FINEST)

    def covers(self, contig: str) -> bool:
        """Tell whether the file has anything on a contig."""
        return contig in self._store.pyramid.contigs

    def close(self) -> None:
        """Read nothing more."""
        self._reader.close()

    def _found(self, interval: Interval, size: float) -> tuple[Bins, bool]:
        pyramid = self._store.pyramid
        if size >= FINEST or interval.contig not in pyramid.contigs:
            args = (interval.contig, interval.start, interval.end, size)
            return pyramid.bins(*args), True
        level = max(1, int(size)).bit_length() - 1
        end = min(interval.end, pyramid.contigs[interval.contig])
        first, last = interval.start // TILE, -(-end // TILE)
        keys = [(interval.contig, number) for number in range(first, last)]
        missing = [key for key in keys if key not in self._tiles]
        self._want(missing)
        parts = [self._part(key, level) for key in keys]
        joined = _joined(parts, first * TILE, 1 << level)
        return joined.part(interval.start, end), not missing

    def _part(self, key: Key, level: int) -> Bins:
        tile = self._tiles.get(key)
        if tile is not None:
            self._tiles.move_to_end(key)
            return tile[level]
        contig, number = key
        length = self._store.pyramid.contigs[contig]
        start, end = number * TILE, min(length, (number + 1) * TILE)
        coarse = self._store.pyramid.bins(contig, start, end, FINEST)
        size = 1 << level
        times = FINEST // size
        count = -(-(end - start) // size)
        return Bins(
            start,
            size,
            np.repeat(coarse.low, times)[:count],
            np.repeat(coarse.high, times)[:count],
            np.repeat(coarse.mean, times)[:count],
            np.repeat(coarse.covered, times)[:count],
        )

    def _want(self, missing: list[Key]) -> None:
        if self.problem or not missing or set(missing) <= set(self._wanted):
            return
        # The middle of the view first.
        middle = sum(number for _, number in missing) / len(missing)
        self._wanted = tuple(sorted(missing, key=lambda key: abs(key[1] - middle)))
        self._reader.ask(self._wanted)

    def _take(self, answer: object) -> None:
        if isinstance(answer, GfmError):
            self.problem = str(answer)
        elif isinstance(answer, dict):
            self._tiles.update(answer)
            self._wanted = tuple(key for key in self._wanted if key not in answer)
            while len(self._tiles) > _KEPT:
                self._tiles.popitem(last=False)
        self.revision += 1
        self.arrived.emit()


class _Relay(QObject):
    """Carries an answer from the reading thread to the window's."""

    arrived = Signal(object)
    """Tiles by key, or the error."""


class _Reader:
    """Reads tiles in a thread that lasts while there is something to read."""

    def __init__(self, store: SignalStore) -> None:
        self.relay = _Relay()
        self._store = store
        self._lock = threading.Lock()
        self._wanted: list[Key] = []
        self._busy = False

    def ask(self, keys: tuple[Key, ...]) -> None:
        """Read these next; what was asked for before is forgotten."""
        with self._lock:
            self._wanted = list(keys)
            if self._busy or not keys:
                return
            self._busy = True
        threading.Thread(target=self._work, name="signal-tiles", daemon=True).start()

    def close(self) -> None:
        """Forget what was asked for; a thread that reads ends after its tile."""
        with self._lock:
            self._wanted = []

    def _work(self) -> None:
        found: dict[Key, tuple[Bins, ...]] = {}
        while True:
            with self._lock:
                key = self._wanted.pop(0) if self._wanted else None
                if key is None and not found:
                    self._busy = False
                    return
            if key is None or len(found) >= _TOGETHER:
                self.relay.arrived.emit(found)
                found = {}
            if key is not None:
                time.sleep(_PAUSE)
                try:
                    with _TURN:
                        found[key] = self._read(key)
                except GfmError as error:
                    self.close()
                    self.relay.arrived.emit(error)

    def _read(self, key: Key) -> tuple[Bins, ...]:
        contig, number = key
        length = self._store.pyramid.contigs[contig]
        start, end = number * TILE, min(length, (number + 1) * TILE)
        return summed(self._store.values.values(contig, start, end), start)


def _joined(parts: list[Bins], start: int, size: int) -> Bins:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        nothing = np.empty(0, np.float32)
        return Bins(start, size, nothing, nothing, nothing, nothing.astype(np.uint32))
    return Bins(
        start,
        size,
        np.concatenate([part.low for part in parts]),
        np.concatenate([part.high for part in parts]),
        np.concatenate([part.mean for part in parts]),
        np.concatenate([part.covered for part in parts]),
    )
