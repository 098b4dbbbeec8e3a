"""What every engine offers: run any job, know none."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from gfm_desktop.jobs.events import Event

if TYPE_CHECKING:
    from gfm_desktop.jobs.job import Job

EventSink = Callable[[str, Event], None]
"""Called with the job's id and each of its events, from whichever thread reads them."""


class Priority(IntEnum):
    """Who goes first; an interactive job overtakes between two batches."""

    INTERACTIVE = 0
    BATCH = 1


class Engine(Protocol):
    """Runs jobs one at a time, on one device.

    Every submitted job gets exactly one ending event, also when the engine is closed
    or its worker dies. All methods return at once and may be called from any thread.
    """

    def submit(
        self, job: Job, on_event: EventSink, *, priority: Priority = Priority.BATCH
    ) -> str:
        """Queue a job and return its id."""
        ...

    def cancel(self, job_id: str) -> None:
        """Ask the job to stop at its next batch; finished batches stay."""
        ...

    def pause(self, job_id: str) -> None:
        """Hold the job at its next batch; interactive jobs still run."""
        ...

    def resume(self, job_id: str) -> None:
        """Let a paused job go on."""
        ...

    def close(self) -> None:
        """Cancel everything and free the device."""
        ...
