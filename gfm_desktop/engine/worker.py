"""The worker: the process that owns the device and runs the jobs."""

from __future__ import annotations

import os
import pickle
import queue
import signal
import threading
from typing import TYPE_CHECKING

from gfm_desktop.engine.heap import share_heap
from gfm_desktop.engine.messages import (
    Cancel,
    Command,
    Pause,
    Ready,
    Resume,
    Said,
    Stop,
    Submit,
    Turn,
)
from gfm_desktop.engine.pickled_job import PickledJob
from gfm_desktop.engine.scheduler import Scheduler
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Event, Failed
from gfm_desktop.jobs.guard import BUG_TODO, run_guarded

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def main(commands: Connection, reports: Connection) -> None:
    """Run jobs until `Stop` comes or the window's process is gone.

    Args:
        commands: Where `Command` messages come from; its end means that the window's
            process is gone.
        reports: Where `Report` messages go to.
    """
    # Read when torch loads OpenMP: spinning threads would starve the window.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    share_heap()
    # Ctrl+C in a terminal reaches both processes; the window's decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    inbox: queue.SimpleQueue[Command] = queue.SimpleQueue()
    threading.Thread(
        target=_listen, args=(commands, inbox), name="commands", daemon=True
    ).start()
    _Worker(inbox, reports).run()


def _listen(commands: Connection, inbox: queue.SimpleQueue[Command]) -> None:
    # A thread of its own, so that the window never waits for a batch to end, and so
    # that the worker ends with the window even in the middle of one.
    while True:
        try:
            command: Command = commands.recv()
        except (EOFError, OSError):
            os._exit(1)
        inbox.put(command)
        if isinstance(command, Stop):
            return


class _Worker:
    def __init__(self, inbox: queue.SimpleQueue[Command], reports: Connection) -> None:
        self._inbox = inbox
        self._reports = reports
        self._context = JobContext()
        self._scheduler: Scheduler[bytes] = Scheduler(
            start=lambda payload: run_guarded(PickledJob(payload), self._context),
            emit=self._say,
            turn=lambda job_id: reports.send(Turn(job_id)),
        )

    def run(self) -> None:
        """Obey and advance, until told to stop."""
        self._reports.send(Ready())
        while True:
            while not self._scheduler.runnable or not self._inbox.empty():
                command = self._inbox.get()
                if isinstance(command, Stop):
                    self._scheduler.close()
                    return
                self._obey(command)
            self._scheduler.step()

    def _obey(self, command: Submit | Cancel | Pause | Resume) -> None:
        match command:
            case Submit(job_id, payload, priority):
                self._scheduler.submit(job_id, payload, priority=priority)
            case Cancel(job_id):
                self._scheduler.cancel(job_id)
            case Pause(job_id):
                self._scheduler.pause(job_id)
            case Resume(job_id):
                self._scheduler.resume(job_id)

    def _say(self, job_id: str, event: Event) -> None:
        try:
            self._reports.send(Said(job_id, event))
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            # Nothing was sent. Its job ends here; what it says later is not heard.
            failure = Failed(
                f"The job said something that cannot be sent: {error}.", todo=BUG_TODO
            )
            self._reports.send(Said(job_id, failure))
            self._scheduler.cancel(job_id)
