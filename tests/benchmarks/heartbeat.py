"""A clock on the window's thread: how long it had no time for anything else."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 10


class Heartbeat(QObject):
    """A timer of 10 ms that notes when it was called.

    Attributes:
        gaps: Milliseconds between two calls.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self, interval=BEAT_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.gaps.clear()
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def summary(self) -> str:
        middle, high = np.percentile(self.gaps, [50, 99])
        late = sum(gap > 50 for gap in self.gaps)
        return (
            f"gaps ms: median {middle:5.1f}, 99 % {high:5.1f}, most "
            f"{max(self.gaps):6.1f}; {late} of {len(self.gaps):,} over 50"
        )

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append((now - self._last) * 1e3)
        self._last = now
