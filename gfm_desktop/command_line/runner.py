"""Runs a command's jobs one after the other, and stops at a batch on Ctrl+C."""

from __future__ import annotations

import contextlib
import signal
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.engine.inline import InlineEngine
from gfm_desktop.jobs.events import Cancelled, Event, Failed, Finished

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from gfm_desktop.command_line.reporter import Reporter
    from gfm_desktop.jobs.job import Job

SUCCESS, FAILURE, USAGE = 0, 1, 2
"""Exit codes, which scripts rely on."""
_SIGNALLED = 128
"""A shell adds this to the number of the signal that ended a program."""


class Stopped(Exception):
    """A job did not finish; its ending has been shown."""

    def __init__(self, exit_code: int) -> None:
        """Carry the exit code."""
        super().__init__(exit_code)
        self.exit_code = exit_code


@dataclass(slots=True)
class _Wish:
    """Which signal asked for an end, if any."""

    signal: int = 0


class Runner:
    """Runs jobs in this process and shows their events.

    A command is one thing to the user, whatever number of jobs it takes: only its
    last ending is shown (`finish`), or the first that is not a success.
    """

    def __init__(self, reporter: Reporter) -> None:
        """Make a runner; nothing runs yet."""
        self.reporter = reporter
        self._engine = InlineEngine()
        self._wish = _Wish()

    def run(self, job: Job) -> Finished:
        """Run a job to its end, and return that.

        Raises:
            Stopped: If it failed or was cancelled.
        """
        endings: list[Finished | Failed | Cancelled] = []

        def sink(job_id: str, event: Event) -> None:
            if isinstance(event, Finished | Failed | Cancelled):
                endings.append(event)
                return
            self.reporter.show(event)
            if self._wish.signal:
                self._engine.cancel(job_id)

        with self._signals():
            try:
                self._engine.submit(job, sink)
            except KeyboardInterrupt:
                self._wish.signal = self._wish.signal or signal.SIGINT
                self._engine.close()
        return self._checked(endings[0])

    def finish(self, *parts: Finished) -> int:
        """Show the command's ending and return the exit code.

        Args:
            parts: Endings of its jobs, the one that has the message last; counts are
                those of the last job that has any.
        """
        outputs: dict[str, str] = {}
        warnings: dict[str, None] = {}
        counts: dict[str, int] = {}
        for part in parts:
            outputs |= part.outputs
            warnings |= dict.fromkeys(part.warnings)
            counts = part.counts or counts
        message = parts[-1].message
        self.reporter.show(Finished(message, counts, outputs, tuple(warnings)))
        return SUCCESS

    def close(self) -> None:
        """Forget the loaded model."""
        self._engine.close()

    def _checked(self, ending: Finished | Failed | Cancelled) -> Finished:
        match ending:
            case Finished():
                return ending
            case Failed():
                self.reporter.show(ending)
                raise Stopped(USAGE if ending.usage else FAILURE)
            case Cancelled():
                self.reporter.show(ending)
                raise Stopped(_SIGNALLED + (self._wish.signal or signal.SIGINT))

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Note the first signal, so that the batch under way is not lost."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        caught = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._note) for number in caught}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._wish.signal:
            raise KeyboardInterrupt
        self._wish.signal = number
        # A signal may arrive in the middle of a write, which may not be entered twice.
        with contextlib.suppress(RuntimeError):
            self.reporter.warn(
                ["Stopping after this batch; Ctrl+C again stops at once."]
            )
