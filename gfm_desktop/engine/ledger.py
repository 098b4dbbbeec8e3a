"""Which jobs the worker has, and what becomes of each when the worker ends."""

from __future__ import annotations

import pickle
import signal
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gfm_desktop.engine.messages import Submit
from gfm_desktop.jobs.events import (
    ENDINGS,
    Cancelled,
    Ending,
    Event,
    Failed,
    Progress,
    Started,
)
from gfm_desktop.jobs.job import Continuable

if TYPE_CHECKING:
    from gfm_desktop.engine.engine import EventSink, Priority
    from gfm_desktop.jobs.job import Job

_TRIES = 2
_KILLED = -9
"""Exit code of a process that the system ended, chiefly because memory ran out."""
_CONTINUES = "The worker ended ({code}); going on from what is on disk"


@dataclass(slots=True)
class Entry:
    """One job that has not ended.

    Attributes:
        job_id: Its id.
        job: What to run next time; a retry may have changed it.
        sink: Who hears its events.
        priority: How urgent it is.
        sent: Whether the living worker has it.
        started: Whether it has begun in any worker.
        paused: Whether the user holds it.
        deaths: How many workers ended while they advanced it.
        last: The newest progress, or None.
    """

    job_id: str
    job: Job
    sink: EventSink
    priority: Priority
    sent: bool = False
    started: bool = False
    paused: bool = False
    deaths: int = 0
    last: Progress | None = None

    def submit(self) -> Submit:
        """Return the command that hands it to a worker, and note that it was handed.

        Raises:
            pickle.PicklingError: If the job cannot be pickled (or `TypeError`, or
                `AttributeError`).
        """
        command = Submit(self.job_id, pickle.dumps(self.job), self.priority)
        self.sent = True
        return command


class Ledger:
    """The jobs that have not ended, in the order in which they were submitted.

    It calls the sinks; each job's sink hears `Started` at most once and exactly one
    ending. Not safe for threads.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._entries: dict[str, Entry] = {}
        self._current = ""
        self._turn_at = 0.0
        self._cancelled_at: dict[str, float] = {}
        self._failed_starts = 0

    def all(self) -> list[Entry]:
        """Return the jobs that have not ended."""
        return list(self._entries.values())

    def find(self, job_id: str) -> Entry | None:
        """Return a job that has not ended, or None."""
        return self._entries.get(job_id)

    def add(self, entry: Entry) -> None:
        """Take a job."""
        self._entries[entry.job_id] = entry

    def end(self, entry: Entry, ending: Ending) -> None:
        """Tell the ending of a job and forget the job."""
        if self._entries.pop(entry.job_id, None) is not None:
            entry.sink(entry.job_id, ending)

    def turn(self, job_id: str) -> None:
        """Note which job the worker advances from now on."""
        self._current = job_id
        self._turn_at = time.monotonic()

    def said(self, job_id: str, event: Event) -> None:
        """Pass an event on; a second `Started` (after a retry) becomes progress."""
        if isinstance(event, ENDINGS):
            self._cancelled_at.pop(job_id, None)
            if self._current == job_id:
                self._current = ""
        entry = self._entries.get(job_id)
        if entry is None:
            return
        match event:
            case Started() if entry.started:
                return
            case Started():
                entry.started = True
            case Progress():
                entry.last = event
        if isinstance(event, ENDINGS):
            self.end(entry, event)
        else:
            entry.sink(job_id, event)

    def cancel(self, job_id: str) -> bool:
        """Cancel a job; return whether the worker must be told.

        A job that the worker is not advancing ends here and now. The one that it
        advances ends when the worker says so, or when `deadline` has passed.
        """
        entry = self._entries.get(job_id)
        if entry is None:
            return False
        if entry.sent:
            self._cancelled_at.setdefault(job_id, time.monotonic())
        if job_id != self._current:
            self.end(entry, Cancelled())
        return entry.sent

    def deadline(self, grace: float) -> float | None:
        """Return when the worker must be ended (`time.monotonic`), or None.

        Only where the very job that it advances was cancelled: a long batch of
        another job is no reason.
        """
        asked = self._cancelled_at.get(self._current)
        return None if asked is None else max(asked, self._turn_at) + grace

    def started_well(self) -> None:
        """Note that a worker has started."""
        self._failed_starts = 0

    def failed_to_start(self, why: str) -> None:
        """Note that a worker did not start; after the second time all jobs fail."""
        self._failed_starts += 1
        if self._failed_starts < _TRIES:
            return
        self._failed_starts = 0
        for entry in self.all():
            failure = Failed(
                "The process that does the work could not be started.",
                todo="Restart the program; if that does not help, run gfm doctor.",
                details=why,
            )
            self.end(entry, failure)

    def worker_died(self, code: int) -> None:
        """Decide about every job of a worker that has ended.

        Args:
            code: Exit code; negative for a signal.
        """
        culprit, self._current = self._current, ""
        cancelled, self._cancelled_at = self._cancelled_at, {}
        for entry in self.all():
            if not entry.sent:
                continue
            entry.sent = False
            if entry.job_id in cancelled:
                self.end(entry, Cancelled())
            elif entry.job_id == culprit:
                self._blame(entry, code)
            elif entry.started:
                self._try_again(entry, code, out_of_memory=False)

    def _blame(self, entry: Entry, code: int) -> None:
        entry.deaths += 1
        if entry.job.resumable and entry.deaths >= _TRIES:
            self.end(entry, replace(_failure(code), parked=True))
        else:
            self._try_again(entry, code, out_of_memory=code == _KILLED)

    def _try_again(self, entry: Entry, code: int, *, out_of_memory: bool) -> None:
        if not entry.job.resumable:
            self.end(entry, _failure(code))
            return
        if isinstance(entry.job, Continuable):
            entry.job = entry.job.continued(out_of_memory=out_of_memory)
        last = entry.last or Progress(0, None, "")
        words = _CONTINUES.format(code=describe(code))
        entry.sink(entry.job_id, replace(last, message=words))


def describe(code: int) -> str:
    """Return an exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def _failure(code: int) -> Failed:
    todo = "What was finished before is kept. Try again."
    if code == _KILLED:
        todo = (
            "The system ended it, as it does when the memory is full. What was "
            "finished before is kept: choose a smaller batch size and try again."
        )
    return Failed(
        f"The process that does the work ended unexpectedly ({describe(code)}).",
        todo=todo,
        details=f"exit code {code}",
    )
