"""Decides which job advances next; knows no process, no thread and no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from gfm_desktop.engine.engine import Priority
from gfm_desktop.jobs.events import ENDINGS, Cancelled, Event, Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Work = TypeVar("Work")


@dataclass(slots=True)
class _Entry(Generic[Work]):
    job_id: str
    work: Work
    priority: Priority
    order: int
    steps: Generator[Event, None, None] | None = None
    paused: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        return (int(self.priority), self.order)


@dataclass(slots=True)
class Scheduler(Generic[Work]):
    """Interleaves jobs, each a suspended generator of events.

    Interactive jobs come first, then the others in the order they came; a job that
    has begun goes on until something more urgent arrives. Cancel and pause act
    between two events. Every submitted job gets exactly one ending.

    Not safe for threads: its owner calls it from one thread. `emit` may call any
    method, because no generator is running while it is called.

    Attributes:
        start: Makes the generator of a job's events; called when it first advances.
        emit: Called with the job's id and each of its events.
        turn: Called with the job's id before another job than before advances.
    """

    start: Callable[[Work], Generator[Event, None, None]]
    emit: Callable[[str, Event], None]
    turn: Callable[[str], None] = lambda _job_id: None
    _entries: dict[str, _Entry[Work]] = field(default_factory=dict)
    _order: int = 0
    _current: str = ""

    def submit(
        self, job_id: str, work: Work, *, priority: Priority = Priority.BATCH
    ) -> None:
        """Queue a job.

        Raises:
            ValueError: If a job of that id is waiting or running.
        """
        if job_id in self._entries:
            raise ValueError(f"job {job_id} is already queued")
        self._order += 1
        self._entries[job_id] = _Entry(job_id, work, priority, self._order)

    def cancel(self, job_id: str) -> None:
        """End a job with `Cancelled`; does nothing where it has already ended."""
        entry = self._entries.pop(job_id, None)
        if entry is not None:
            if entry.steps is not None:
                entry.steps.close()
            self.emit(job_id, Cancelled())

    def pause(self, job_id: str) -> None:
        """Hold a job; others go on."""
        self._set_paused(job_id, paused=True)

    def resume(self, job_id: str) -> None:
        """Let a paused job go on."""
        self._set_paused(job_id, paused=False)

    def close(self) -> None:
        """Cancel everything, the job that came last first."""
        for job_id in reversed(list(self._entries)):
            self.cancel(job_id)

    @property
    def runnable(self) -> bool:
        """Return whether `step` would do anything."""
        return any(not entry.paused for entry in self._entries.values())

    def step(self) -> bool:
        """Advance the most urgent job by one event.

        Returns:
            False where nothing was left to do.
        """
        waiting = [entry for entry in self._entries.values() if not entry.paused]
        if not waiting:
            return False
        entry = min(waiting, key=lambda one: one.rank)
        if self._current != entry.job_id:
            self._current = entry.job_id
            self.turn(entry.job_id)
        if entry.steps is None:
            entry.steps = self.start(entry.work)
        event = next(entry.steps, None)
        if event is None:
            event = Failed("The job stopped without saying how it ended.")
        if isinstance(event, ENDINGS):
            entry.steps.close()
            del self._entries[entry.job_id]
            self._current = ""
        self.emit(entry.job_id, event)
        return True

    def _set_paused(self, job_id: str, *, paused: bool) -> None:
        entry = self._entries.get(job_id)
        if entry is not None:
            entry.paused = paused
