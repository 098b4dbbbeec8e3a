"""What the workspace needs of whoever runs jobs for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gfm_desktop.engine.engine import Priority

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.jobs.events import Event
    from gfm_desktop.jobs.job import Job


class Runner(Protocol):
    """Runs jobs and calls back on the thread that owns the workspace.

    The window's is `ui.engine_bridge.EngineBridge`.
    """

    def submit(
        self,
        job: Job,
        on_event: Callable[[Event], None] | None = None,
        *,
        priority: Priority = Priority.BATCH,
    ) -> str:
        """Queue a job and return its id."""
        ...

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop at its next batch."""
        ...

    def pause(self, job_id: str) -> None:
        """Hold a job at its next batch."""
        ...

    def resume(self, job_id: str) -> None:
        """Let a paused job go on."""
        ...
