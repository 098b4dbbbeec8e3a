"""Runs jobs on any `concurrent.futures` executor: several GPUs, or a cluster.

Several GPUs of one computer::

    with one_worker_per_gpu(["0", "1"]) as executor:
        engine = PoolEngine(executor, workers=2)

A cluster that shares its files, with `dask.distributed` (which is no part of this
program); give each worker one thread and the same ``GFM_DATA_DIR``::

    client = distributed.Client(scheduler_address)
    engine = PoolEngine(client.get_executor(), workers=16)
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import pickle
import queue
import signal
import tempfile
import threading
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop import paths
from gfm_desktop.engine.engine import Priority
from gfm_desktop.engine.pool_piece import Slip, run_piece
from gfm_desktop.engine.pool_task import Piece, Task
from gfm_desktop.jobs.events import Cancelled, Ending, Failed
from gfm_desktop.jobs.guard import attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor, Future
    from multiprocessing.queues import SimpleQueue

    from gfm_desktop.engine.engine import EventSink
    from gfm_desktop.jobs.job import Job

_CLOSING = "The program is closing."
_LOOK_SECONDS = 0.05
"""How often running pieces are asked for news; no file system tells by itself."""
_SHARDS_A_WORKER = 4
"""Shards take unequal time, for variants outside genes cost nothing: more shards than
workers keep all of them busy until near the end."""
_NEW_POOL = "What was finished before is kept. Start a new pool and try again."


class PoolEngine:
    """Divides jobs among the workers of an executor; whole jobs run there as well.

    A job that offers shards (`jobs.job.Shardable`) is shared by all workers; its sink
    hears it as one job. No executor can interrupt a call: a cancelled job ends when
    its running pieces have come to the end of their batch. A paused job gives its
    workers free where it can go on from what is on disk, otherwise it keeps them. An
    interactive job that finds no worker free has one stop a resumable batch job.

    One thread hands out pieces, reads events and calls the sinks; a sink must return
    soon and must not raise. The executor belongs to the caller, who shuts it down
    after `close`. If it breaks, its jobs fail, and what they finished stays.
    """

    def __init__(
        self, executor: Executor, *, workers: int, close_grace: float = 10.0
    ) -> None:
        """Make an engine on an executor.

        Args:
            executor: Where the work is done. Each worker should be a process of its
                own: threads would each load a model and hinder one another.
            workers: How many pieces it runs at the same time, at least 1.
            close_grace: Seconds that `close` gives running pieces to end their batch.

        Raises:
            ValueError: If there is no worker.
        """
        if workers < 1:
            raise ValueError(f"a pool needs at least one worker, not {workers}")
        self._executor = executor
        self._workers = workers
        self._close_grace = close_grace
        self._job_numbers = itertools.count(1)
        self._requests: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        # What follows belongs to the engine's thread.
        self._tasks: dict[str, Task] = {}
        self._running: dict[Piece, tuple[Slip, Future[bytes | None]]] = {}
        self._slip_numbers = itertools.count(1)
        self._deadline: float | None = None

    def submit(
        self, job: Job, on_event: EventSink, *, priority: Priority = Priority.BATCH
    ) -> str:
        """Queue a job and return its id; `on_event` is called on the engine's thread.

        On a closed engine the job is cancelled at once, on the caller's thread.
        """
        job_id = f"job-{next(self._job_numbers)}"
        shards = self._workers * _SHARDS_A_WORKER
        task = Task(job_id, job, on_event, priority=priority, shards=shards)
        if not self._ask(lambda: self._take(task)):
            on_event(job_id, Cancelled(_CLOSING))
        return job_id

    def cancel(self, job_id: str) -> None:
        """Stop a job at the next batch of each of its pieces."""
        self._ask(lambda: self._with(job_id, lambda task: task.end(Cancelled())))

    def pause(self, job_id: str) -> None:
        """Hold a job at the next batch of each of its pieces; others go on."""
        self._ask(lambda: self._with(job_id, Task.pause))

    def resume(self, job_id: str) -> None:
        """Let a paused job go on."""
        self._ask(lambda: self._with(job_id, Task.resume))

    def close(self) -> None:
        """Cancel everything and end the thread, at the latest after `close_grace`."""
        with self._guard:
            self._closed = True
            thread = self._thread
            self._requests.put(self._begin_closing)
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _ask(self, request: Callable[[], None]) -> bool:
        """Hand a request to the engine's thread; False on a closed engine."""
        with self._guard:
            if self._closed:
                return False
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._live, name="pool-engine", daemon=True
                )
                self._thread.start()
            self._requests.put(request)
        return True

    # The engine's thread.

    def _live(self) -> None:
        with tempfile.TemporaryDirectory(
            prefix="pool-", dir=paths.data(), ignore_cleanup_errors=True
        ) as folder:
            while not self._finished:
                self._wait()
                self._listen()
                # Before pieces are handed out: an event may have led to a cancel.
                self._obey()
                self._hand_out(folder)
            for task in self._tasks.values():
                task.abandon(Cancelled(_CLOSING))

    @property
    def _finished(self) -> bool:
        self._tasks = {one: task for one, task in self._tasks.items() if not task.over}
        if self._deadline is None:
            return False
        return not self._tasks or time.monotonic() >= self._deadline

    def _wait(self) -> None:
        """Wait for a request, or until it is time to look for news."""
        news = self._running or self._deadline is not None
        with contextlib.suppress(queue.Empty):
            self._requests.get(timeout=_LOOK_SECONDS if news else None)()
        self._obey()

    def _obey(self) -> None:
        while not self._requests.empty():
            self._requests.get()()

    def _take(self, task: Task) -> None:
        self._tasks[task.job_id] = task
        task.begin()

    def _with(self, job_id: str, action: Callable[[Task], None]) -> None:
        task = self._tasks.get(job_id)
        if task is not None:
            action(task)

    def _begin_closing(self) -> None:
        self._deadline = time.monotonic() + self._close_grace
        for task in self._tasks.values():
            task.end(Cancelled(_CLOSING))

    def _listen(self) -> None:
        for piece, (slip, future) in list(self._running.items()):
            # Asked before reading: what it said with its last breath is read below.
            over = future.done()
            events, piece.offset = slip.heard(piece.offset)
            for event in events:
                piece.task.said(piece, event)
            if over:
                del self._running[piece]
                slip.remove()
                piece.task.piece_ended(piece, _outcome(future))

    def _hand_out(self, folder: str) -> None:
        ready = [task for task in self._tasks.values() if not task.paused]
        for task in sorted(ready, key=lambda one: one.priority):
            while task.waiting and len(self._running) < self._workers:
                self._send(task.waiting.popleft(), folder)
        self._make_room(ready)

    def _send(self, piece: Piece, folder: str) -> None:
        slip = Slip(folder, f"{next(self._slip_numbers)}")
        slip.allow()
        sent = attempt(lambda: self._executor.submit(run_piece, piece.payload, slip))
        if isinstance(sent, Failed):
            piece.task.piece_ended(piece, replace(sent, todo=_NEW_POOL))
            return
        piece.slip, piece.offset = slip, 0
        piece.task.running.append(piece)
        self._running[piece] = (slip, sent)
        # Wakes the thread; what there is to do it finds out itself.
        sent.add_done_callback(lambda _: self._requests.put(lambda: None))

    def _make_room(self, ready: Sequence[Task]) -> None:
        """Have batch pieces stop for interactive ones that found no worker free."""
        urgent = [task for task in ready if task.priority is Priority.INTERACTIVE]
        wanted = sum(len(task.waiting) for task in urgent)
        wanted -= sum(piece.stopping for piece in self._running)
        for piece in reversed(self._running):
            batch = piece.task.priority is Priority.BATCH
            if wanted > 0 and batch and piece.resumable and not piece.stopping:
                piece.revoke()
                wanted -= 1


def _outcome(future: Future[bytes | None]) -> Ending | None:
    """Return how a piece ended; None where it was stopped."""
    if future.cancelled():
        return Failed("The pool of workers was shut down.", todo=_NEW_POOL)
    error = future.exception()
    if error is not None:
        return Failed(
            f"A worker of the pool ended unexpectedly ({type(error).__name__}).",
            todo=_NEW_POOL,
            details="".join(traceback.format_exception(error)),
        )
    payload = future.result()
    if payload is None:
        return None
    ending: Ending = pickle.loads(payload)
    return ending


def one_worker_per_gpu(gpus: Sequence[str]) -> ProcessPoolExecutor:
    """Return an executor whose workers have a GPU each; the caller shuts it down.

    Args:
        gpus: What CUDA_VISIBLE_DEVICES calls them: numbers or UUIDs.
    """
    # Explicit: fork would copy the threads of this process, and CUDA forbids it.
    context = multiprocessing.get_context("spawn")
    left: SimpleQueue[str] = context.SimpleQueue()
    for gpu in gpus:
        left.put(gpu)
    return ProcessPoolExecutor(
        len(gpus), mp_context=context, initializer=_own_gpu, initargs=(left,)
    )


def _own_gpu(left: SimpleQueue[str]) -> None:
    # Ctrl+C in a terminal reaches all processes; the engine's decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Before torch is imported: afterwards it is no longer looked at.
    os.environ["CUDA_VISIBLE_DEVICES"] = left.get()
