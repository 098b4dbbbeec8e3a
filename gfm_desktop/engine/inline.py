"""Runs jobs at once, in the caller's thread: command line, tests, debugger."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from typing import TYPE_CHECKING

from gfm_desktop.engine.engine import Priority
from gfm_desktop.engine.scheduler import Scheduler
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import ENDINGS, Cancelled, Event
from gfm_desktop.jobs.guard import run_guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from gfm_desktop.engine.engine import EventSink
    from gfm_desktop.jobs.job import Job


class InlineEngine:
    """Runs a job inside `submit`, which returns when the job has ended.

    An event sink may call every method: a job that it submits waits until the running
    one has had its say or, where it is interactive, goes ahead of it. `pause` from a
    sink lets `submit` return with the job unfinished; `resume` then runs the rest.
    `KeyboardInterrupt` leaves `submit`; `close` afterwards cancels what was left.
    """

    def __init__(self) -> None:
        """Make an engine with no model loaded."""
        self._context = JobContext()
        self._numbers = itertools.count(1)
        self._sinks: dict[str, EventSink] = {}
        self._commands: deque[Callable[[], None]] = deque()
        self._running = threading.Lock()
        self._closed = False
        self._scheduler: Scheduler[Job] = Scheduler(self._start, self._emit)

    def submit(
        self, job: Job, on_event: EventSink, *, priority: Priority = Priority.BATCH
    ) -> str:
        """Run a job; `on_event` is called with each of its events before this ends."""
        job_id = f"job-{next(self._numbers)}"
        if self._closed:
            on_event(job_id, Cancelled("The program is closing."))
            return job_id
        self._sinks[job_id] = on_event
        self._do(lambda: self._scheduler.submit(job_id, job, priority=priority))
        return job_id

    def cancel(self, job_id: str) -> None:
        """Stop a job between two of its events."""
        self._do(lambda: self._scheduler.cancel(job_id))

    def pause(self, job_id: str) -> None:
        """Hold a job between two of its events."""
        self._do(lambda: self._scheduler.pause(job_id))

    def resume(self, job_id: str) -> None:
        """Run the rest of a paused job."""
        self._do(lambda: self._scheduler.resume(job_id))

    def close(self) -> None:
        """Cancel what is left and forget the model."""
        self._closed = True
        self._do(self._shut)

    def _do(self, command: Callable[[], None]) -> None:
        # Whoever holds the lock runs everybody's commands. Looking again after the
        # release catches a command that came between its last look and the release.
        self._commands.append(command)
        while self._commands and self._running.acquire(blocking=False):
            try:
                self._run_all()
            finally:
                self._running.release()

    def _run_all(self) -> None:
        busy = True
        while busy:
            while self._commands:
                self._commands.popleft()()
            busy = self._scheduler.step() or bool(self._commands)

    def _shut(self) -> None:
        self._scheduler.close()
        self._context = JobContext()

    def _start(self, job: Job) -> Generator[Event, None, None]:
        return run_guarded(job, self._context)

    def _emit(self, job_id: str, event: Event) -> None:
        sink = self._sinks[job_id]
        if isinstance(event, ENDINGS):
            del self._sinks[job_id]
        sink(job_id, event)
