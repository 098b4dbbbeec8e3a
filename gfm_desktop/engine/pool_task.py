"""One job of a pool: which pieces it has, and when and how it ends."""

from __future__ import annotations

import contextlib
import logging
import pickle
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.jobs.events import Ending, Event, Failed, Finished, Progress, Started
from gfm_desktop.jobs.guard import BUG_TODO, attempt
from gfm_desktop.jobs.job import Shardable, Split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.engine.engine import EventSink, Priority
    from gfm_desktop.engine.pool_piece import Slip
    from gfm_desktop.jobs.job import Job

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Piece:
    """What one worker does of a job: all of it, its preparation, or a shard.

    Attributes:
        task: The job.
        number: Which shard it is.
        payload: The pickled job of the piece.
        resumable: Whether it can be stopped and run again.
        slip: How its worker is steered; None while it waits.
        offset: How much of what it said was heard.
        done: Units of its share that are finished.
        stopping: Whether it was asked to stop.
    """

    task: Task
    number: int
    payload: bytes
    resumable: bool
    slip: Slip | None = None
    offset: int = 0
    done: int = 0
    stopping: bool = False

    def revoke(self) -> None:
        """Have its worker stop it at the next batch."""
        self.stopping = True
        if self.slip is not None:
            self.slip.revoke()


class Task:
    """One submitted job, from first to last event. Not safe for threads.

    Attributes:
        job_id: Its id.
        priority: How urgent it is.
        waiting: Its pieces that no worker has.
        running: Its pieces that a worker has.
        paused: Whether the user holds it.
        over: Whether its ending was told.
    """

    def __init__(
        self, job_id: str, job: Job, sink: EventSink, *, priority: Priority, shards: int
    ) -> None:
        """Take a job; it tells `sink` its events.

        Args:
            job_id: Its id.
            job: The job.
            sink: Who hears its events.
            priority: How urgent it is.
            shards: In how many pieces to divide it, where it can be divided.
        """
        self.job_id = job_id
        self.priority = priority
        self.waiting: deque[Piece] = deque()
        self.running: list[Piece] = []
        self.paused = False
        self.over = False
        self._job = job
        self._sink = sink
        self._shards = shards
        self._started = False
        self._ending: Ending | None = None
        self._held = contextlib.ExitStack()
        self._prepared: Finished | None = None
        self._split = Split((), 0, 0, "")
        self._all: list[Piece] = []
        self._parts: dict[int, Finished] = {}

    def begin(self) -> None:
        """Make the first piece."""
        job = self._job
        self._make([job.preparation() if isinstance(job, Shardable) else job])

    def said(self, piece: Piece, event: Event) -> None:
        """Pass on what a piece said, as the whole job would say it."""
        match event:
            case Started():
                if self._started:
                    return
                self._started = True
            case Progress() if self._prepared is not None:
                if event.total is None:
                    return
                piece.done = event.done
                done = self._split.done + sum(one.done for one in self._all)
                event = Progress(done, self._split.total, event.unit, event.message)
        self._sink(self.job_id, event)

    def piece_ended(self, piece: Piece, ending: Ending | None) -> None:
        """Decide what follows.

        Args:
            piece: A piece that no worker has any more.
            ending: How it ended; None where it was stopped.
        """
        if piece in self.running:
            self.running.remove(piece)
        if self._ending is None:
            match ending:
                case None:
                    piece.stopping = False
                    self.waiting.appendleft(piece)
                case Finished():
                    self._go_on(piece, ending)
                case _:
                    self.end(ending)
        self._settle()

    def end(self, ending: Ending) -> None:
        """End the job so; running pieces first come to the end of their batch."""
        if self._ending is None:
            self._ending = ending
            self.waiting.clear()
            for piece in self.running:
                piece.revoke()
        self._settle()

    def pause(self) -> None:
        """Give the workers free at the next batch, where it can go on later."""
        self.paused = True
        for piece in self.running:
            if piece.resumable:
                piece.revoke()
            elif piece.slip is not None:
                piece.slip.hold()

    def resume(self) -> None:
        """Go on."""
        self.paused = False
        for piece in self.running:
            if piece.slip is not None:
                piece.slip.release()

    def abandon(self, ending: Ending) -> None:
        """End now, although a worker may be in a batch; what it has is not heard."""
        self.end(ending)
        self.running.clear()
        self._settle()

    def _go_on(self, piece: Piece, finished: Finished) -> None:
        job = self._job
        if not isinstance(job, Shardable):
            self.end(finished)
            return
        if self._prepared is None:
            self._divide(job, finished)
        else:
            self._parts[piece.number] = finished
        if self._prepared is not None and len(self._parts) == len(self._split.jobs):
            parts = [self._parts[number] for number in sorted(self._parts)]
            prepared = self._prepared
            self.end(attempt(lambda: job.merge(parts, prepared)))

    def _divide(self, job: Shardable, prepared: Finished) -> None:
        shards = job.shards(self._shards, prepared)
        made = attempt(lambda: self._held.enter_context(shards))
        if isinstance(made, Failed):
            self.end(made)
            return
        self._prepared = prepared
        self._split = made
        self._sink(self.job_id, Progress(made.done, made.total, made.unit))
        self._make(made.jobs)

    def _make(self, jobs: Sequence[Job]) -> None:
        try:
            self._all = [
                Piece(self, number, pickle.dumps(job), job.resumable)
                for number, job in enumerate(jobs)
            ]
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            self.end(Failed(f"The job cannot be sent: {error}.", todo=BUG_TODO))
            return
        self.waiting.extend(self._all)

    def _settle(self) -> None:
        if self._ending is None or self.running or self.over:
            return
        self.over = True
        failure = attempt(self._held.close)
        if isinstance(failure, Failed):
            logger.error("cleaning up after %r: %s", self._job, failure.details)
        self._sink(self.job_id, self._ending)
