"""The worker as the window's process sees it: start it, talk to it, end it."""

from __future__ import annotations

import contextlib
import multiprocessing
from typing import TYPE_CHECKING

from gfm_desktop.engine import worker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from gfm_desktop.engine.messages import Command, Report

_REAP_SECONDS = 5.0


class WorkerProcess:
    """One worker from birth to death.

    Attributes:
        ready: Whether it has said that it listens; set by the owner.
        pid: Process id.
    """

    def __init__(self) -> None:
        """Start the process; returns before it is ready.

        Raises:
            OSError: If the system cannot start it.
        """
        # Explicit: fork would copy the window's threads and Qt into the worker.
        context = multiprocessing.get_context("spawn")
        its_commands, self._commands = context.Pipe(duplex=False)
        self._reports, its_reports = context.Pipe(duplex=False)
        self.ready = False
        self._process = context.Process(
            target=worker.main,
            args=(its_commands, its_reports),
            name="gfm-worker",
            daemon=True,
        )
        with contextlib.ExitStack() as ours:
            # Only the worker keeps its ends, so that each side sees the other's end.
            with its_commands, its_reports:
                ours.enter_context(self._commands)
                ours.enter_context(self._reports)
                self._process.start()
            ours.pop_all()
        self.pid = self._process.pid or 0

    @property
    def waitables(self) -> list[Connection | int]:
        """Return what `multiprocessing.connection.wait` can wait for."""
        return [self._reports, self._process.sentinel]

    def send(self, command: Command) -> None:
        """Send a command; one to a dying worker is lost, and its death is noticed."""
        try:
            self._commands.send(command)
        except OSError:
            return

    def receive(self) -> Report | None:
        """Return the next report that has arrived, None where there is none."""
        try:
            if self._reports.poll():
                report: Report = self._reports.recv()
                return report
        except (EOFError, OSError):
            return None
        return None

    @property
    def alive(self) -> bool:
        """Return whether the process runs."""
        return self._process.is_alive()

    def kill(self) -> None:
        """End it now; files are written whole or not at all, so nothing breaks."""
        self._process.kill()

    def reap(self) -> int:
        """Free everything of an ended process and return its exit code.

        Negative codes are signals, as `multiprocessing` counts them.
        """
        self._process.join(_REAP_SECONDS)
        code = self._process.exitcode
        self._process.close()
        self._commands.close()
        self._reports.close()
        return -9 if code is None else code
