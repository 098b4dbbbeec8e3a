"""Runs jobs in one spawned worker process, which survives whatever a job does."""

from __future__ import annotations

import itertools
import pickle
import threading
import time
from collections import deque
from multiprocessing import Pipe
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from gfm_desktop.engine.engine import Priority
from gfm_desktop.engine.ledger import Entry, Ledger
from gfm_desktop.engine.messages import (
    Cancel,
    Pause,
    Ready,
    Report,
    Resume,
    Said,
    Stop,
    Turn,
)
from gfm_desktop.engine.worker_process import WorkerProcess
from gfm_desktop.jobs.events import Cancelled, Failed
from gfm_desktop.jobs.guard import BUG_TODO

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.engine.engine import EventSink
    from gfm_desktop.jobs.job import Job

_CLOSING = "The program is closing."
_AT_ONCE = 64
"""Reports that are read before requests are looked at again."""


class ProcessEngine:
    """One thread that talks to one worker process.

    The thread does everything that can wait: it starts the worker, sends commands,
    reads events and calls the sinks. A sink must return soon and must not raise.

    A cancelled job that does not reach its next batch within `cancel_grace` has its
    worker ended; other jobs go on in a new one. A worker that ends by itself is
    replaced, too: a resumable job is tried once more, then parked.
    """

    def __init__(self, *, cancel_grace: float = 5.0, close_grace: float = 1.0) -> None:
        """Make an engine; no process is started before the first job or `start`.

        Args:
            cancel_grace: Seconds until a cancelled job that does not stop is ended.
            close_grace: Seconds that `close` gives the worker to end by itself.
        """
        self._cancel_grace = cancel_grace
        self._close_grace = close_grace
        self._numbers = itertools.count(1)
        self._requests: deque[Callable[[], None]] = deque()
        self._guard = threading.Lock()
        self._wake, self._waker = Pipe(duplex=False)
        self._woken = False
        self._thread: threading.Thread | None = None
        self._closed = False
        # What follows belongs to the engine's thread.
        self._ledger = Ledger()
        self._worker: WorkerProcess | None = None
        self._wanted = False
        self._closing = False

    @property
    def worker_pid(self) -> int:
        """Return the worker's process id; 0 while there is none."""
        worker = self._worker
        return worker.pid if worker is not None and worker.ready else 0

    def start(self) -> None:
        """Start the worker before there is a job, so that the first one is quick."""
        self._ask(self._want_worker)

    def submit(
        self, job: Job, on_event: EventSink, *, priority: Priority = Priority.BATCH
    ) -> str:
        """Queue a job and return its id; `on_event` is called on the engine's thread.

        On a closed engine the job is cancelled at once, on the caller's thread.
        """
        job_id = f"job-{next(self._numbers)}"
        entry = Entry(job_id, job, on_event, priority)
        if not self._ask(lambda: self._take(entry)):
            on_event(job_id, Cancelled(_CLOSING))
        return job_id

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop at its next batch; one that waits ends at once."""
        self._ask(lambda: self._cancel(job_id))

    def pause(self, job_id: str) -> None:
        """Hold a job at its next batch; others go on."""
        self._ask(lambda: self._set_paused(job_id, paused=True))

    def resume(self, job_id: str) -> None:
        """Let a paused job go on."""
        self._ask(lambda: self._set_paused(job_id, paused=False))

    def close(self) -> None:
        """Cancel everything and end worker and thread, within about `close_grace`."""
        with self._guard:
            self._closed = True
            thread = self._thread
        self._call(self._begin_closing)
        if thread is None:
            self._wake.close()
            self._waker.close()
        elif thread is not threading.current_thread():
            thread.join()

    def _ask(self, request: Callable[[], None]) -> bool:
        """Hand a request to the engine's thread; False on a closed engine."""
        with self._guard:
            if self._closed:
                return False
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._live, name="engine", daemon=True
                )
                self._thread.start()
            self._call_locked(request)
        return True

    def _call(self, request: Callable[[], None]) -> None:
        with self._guard:
            self._call_locked(request)

    def _call_locked(self, request: Callable[[], None]) -> None:
        self._requests.append(request)
        if not self._woken and not self._waker.closed:
            self._woken = True
            self._waker.send_bytes(b"!")

    # The engine's thread.

    def _live(self) -> None:
        try:
            while not self._closing:
                self._ensure_worker()
                self._listen(self._patience())
                self._end_the_deaf()
                self._obey()
            self._let_worker_end()
        finally:
            if self._worker is not None:
                self._worker.kill()
                self._worker.reap()
                self._worker = None
            self._end_all()

    def _end_all(self) -> None:
        """End every job that is left, also those that nobody has looked at yet."""
        with self._guard:
            self._closed = True
            self._waker.close()
            self._wake.close()
            requests = list(self._requests)
            self._requests.clear()
        for request in requests:
            request()
        for entry in self._ledger.all():
            self._ledger.end(entry, Cancelled(_CLOSING))

    def _obey(self) -> None:
        with self._guard:
            requests = list(self._requests)
            self._requests.clear()
            if self._woken:
                self._wake.recv_bytes()
                self._woken = False
        for request in requests:
            request()

    def _listen(self, seconds: float | None) -> None:
        """Wait for a request or a report; handle reports, and the worker's death."""
        worker = self._worker
        if worker is None:
            wait([self._wake], seconds)
            return
        wait([self._wake, *worker.waitables], seconds)
        # Asked before reading: what it said with its last breath is read below.
        alive = worker.alive
        if alive:
            # Not all: a job that talks without a pause must not drown our requests.
            self._hear_some(worker, most=_AT_ONCE)
        else:
            self._hear_some(worker)
            self._bury(worker)

    def _patience(self) -> float | None:
        """Return seconds until a cancelled job's time is up; None for no limit."""
        limit = self._ledger.deadline(self._cancel_grace)
        return None if limit is None else max(0.0, limit - time.monotonic())

    def _end_the_deaf(self) -> None:
        limit = self._ledger.deadline(self._cancel_grace)
        if limit is not None and time.monotonic() >= limit and self._worker is not None:
            self._worker.kill()
            self._hear_some(self._worker)
            self._bury(self._worker)

    def _want_worker(self) -> None:
        self._wanted = True

    def _ensure_worker(self) -> None:
        while self._worker is None and (self._wanted or self._ledger.all()):
            self._wanted = False
            try:
                self._worker = WorkerProcess()
            except OSError as error:
                self._ledger.failed_to_start(f"{error}")

    def _hear_some(self, worker: WorkerProcess, *, most: int | None = None) -> None:
        for _ in itertools.count() if most is None else range(most):
            report = worker.receive()
            if report is None:
                return
            self._hear(worker, report)

    def _hear(self, worker: WorkerProcess, report: Report) -> None:
        match report:
            case Ready():
                worker.ready = True
                self._ledger.started_well()
                for entry in self._ledger.all():
                    self._send(entry)
            case Turn(job_id):
                self._ledger.turn(job_id)
            case Said(job_id, event):
                self._ledger.said(job_id, event)

    def _take(self, entry: Entry) -> None:
        self._ledger.add(entry)
        self._send(entry)

    def _send(self, entry: Entry) -> None:
        if self._worker is None or not self._worker.ready:
            return
        try:
            command = entry.submit()
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            failure = Failed(f"The job cannot be sent: {error}.", todo=BUG_TODO)
            self._ledger.end(entry, failure)
            return
        self._worker.send(command)
        if entry.paused:
            self._worker.send(Pause(entry.job_id))

    def _cancel(self, job_id: str) -> None:
        if self._ledger.cancel(job_id) and self._worker is not None:
            self._worker.send(Cancel(job_id))

    def _set_paused(self, job_id: str, *, paused: bool) -> None:
        entry = self._ledger.find(job_id)
        if entry is not None:
            entry.paused = paused
            if entry.sent and self._worker is not None:
                self._worker.send(Pause(job_id) if paused else Resume(job_id))

    def _bury(self, worker: WorkerProcess) -> None:
        self._worker = None
        code = worker.reap()
        if worker.ready:
            self._ledger.worker_died(code)
        else:
            self._ledger.failed_to_start(f"exit code {code}")

    def _begin_closing(self) -> None:
        self._closing = True

    def _let_worker_end(self) -> None:
        worker = self._worker
        if worker is None:
            return
        if worker.ready:
            worker.send(Stop())
        limit = time.monotonic() + (self._close_grace if worker.ready else 0.0)
        while worker.alive and time.monotonic() < limit:
            wait(worker.waitables, max(0.0, limit - time.monotonic()))
            self._hear_some(worker, most=_AT_ONCE)
        worker.kill()
        self._hear_some(worker)
