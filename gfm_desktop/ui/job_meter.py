"""How fast a job goes and when it will end, from what it says. No Qt."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gfm_desktop.jobs.events import Progress

_WINDOW_SECONDS = 30.0
"""The rate is that of the last half minute: an old pause must not spoil it."""
_LEAST_SECONDS = 2.0
"""A rate over less than that would jump."""


class JobMeter:
    """Rate and time left of one job.

    What was done before the first report (a run that continues) counts for the
    percentage, never for the rate.
    """

    def __init__(self) -> None:
        """Start with nothing known."""
        self._progress: Progress | None = None
        self._samples: deque[tuple[float, int]] = deque()

    @property
    def progress(self) -> Progress | None:
        """Return the newest report."""
        return self._progress

    def update(self, progress: Progress, now: float) -> None:
        """Take a report.

        Args:
            progress: The report.
            now: When it came, in seconds of a clock that never goes back.
        """
        before = self._progress
        other = before is not None and (before.unit, before.total) != (
            progress.unit,
            progress.total,
        )
        if other or (before is not None and progress.done < before.done):
            self._samples.clear()
        self._progress = progress
        self._samples.append((now, progress.done))
        while self._samples[0][0] < now - _WINDOW_SECONDS and len(self._samples) > 2:
            self._samples.popleft()

    def restart(self) -> None:
        """Forget the rate: the job was paused."""
        self._samples.clear()

    @property
    def fraction(self) -> float | None:
        """Return what is done, from 0 to 1; None where the end is unknown."""
        progress = self._progress
        if progress is None or not progress.total:
            return None
        return min(1.0, progress.done / progress.total)

    @property
    def rate(self) -> float | None:
        """Return units per second; None until it is known."""
        if len(self._samples) < 2:
            return None
        (began, first), (now, last) = self._samples[0], self._samples[-1]
        if now - began < _LEAST_SECONDS or last <= first:
            return None
        return (last - first) / (now - began)

    @property
    def seconds_left(self) -> float | None:
        """Return the time until the end; None where it cannot be told."""
        progress, rate = self._progress, self.rate
        if progress is None or progress.total is None or rate is None:
            return None
        return max(0.0, (progress.total - progress.done) / rate)

    def words(self) -> str:
        """Return all of it in one line, as the job strip shows it."""
        progress = self._progress
        if progress is None:
            return "Waiting for its turn"
        if progress.total is None:
            number = f"{progress.done:,} {progress.unit}" if progress.done else ""
            return " · ".join(part for part in (progress.message, number) if part)
        parts = [f"{progress.done:,} of {progress.total:,} {progress.unit}"]
        if not progress.done and progress.message:
            # Nothing is done while a model is loaded: that is told, not 0 %.
            return f"{progress.message} · {parts[0]}"
        if self.fraction is not None:
            parts.append(f"{self.fraction:.0%}".replace("%", " %"))
        if self.rate is not None:
            parts.append(rate_words(self.rate))
        if self.seconds_left is not None:
            parts.append(f"{time_words(self.seconds_left)} left")
        return " · ".join(parts)


def rate_words(rate: float) -> str:
    """Return a rate to two digits: ``"3.4/s"``, or per minute below one a second."""
    per, value = ("s", rate) if rate >= 1 else ("min", rate * 60)
    return f"{value:,.0f}/{per}" if value >= 10 else f"{value:.1f}/{per}"


def time_words(seconds: float) -> str:
    """Return a duration in the one or two units that matter."""
    whole = round(seconds)
    if whole < 60:
        return f"{max(1, whole)} s"
    minutes, hours = round(whole / 60), whole // 3600
    if minutes < 60:
        return f"{minutes} min"
    return f"{hours} h {(whole % 3600) // 60} min"
