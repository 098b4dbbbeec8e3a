"""Carries jobs to the engine and their events back to the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from gfm_desktop.engine.engine import Engine, Priority
from gfm_desktop.jobs.events import ENDINGS, Event

if TYPE_CHECKING:
    from gfm_desktop.jobs.job import Job

OnEvent = Callable[[Event], None]


class EngineBridge(QObject):
    """The window's only door to the engine.

    `submit` takes a callback that is called on the GUI thread with each event of that
    job, in order; the last one is an ending. The signals tell everybody else (the job
    strip, the log).
    """

    submitted = Signal(str, object)
    """Job id and job."""
    told = Signal(str, object)
    """Job id and event, on the GUI thread."""
    held = Signal(str, bool)
    """Job id, and whether it was paused or goes on; whoever asked for it."""
    _arrived = Signal(str, object)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        """Wrap an engine; the bridge closes it in `close`."""
        super().__init__(parent)
        self._engine = engine
        self._callbacks: dict[str, OnEvent] = {}
        # Events come from the engine's reader thread: queue them to this thread.
        self._arrived.connect(self._dispatch, Qt.ConnectionType.QueuedConnection)

    def submit(
        self,
        job: Job,
        on_event: OnEvent | None = None,
        *,
        priority: Priority = Priority.BATCH,
    ) -> str:
        """Queue a job and return its id; `on_event` is called on the GUI thread."""
        job_id = self._engine.submit(job, self._arrived.emit, priority=priority)
        if on_event is not None:
            self._callbacks[job_id] = on_event
        self.submitted.emit(job_id, job)
        return job_id

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop at its next batch."""
        self._engine.cancel(job_id)

    def pause(self, job_id: str) -> None:
        """Hold a job at its next batch."""
        self._engine.pause(job_id)
        self.held.emit(job_id, True)

    def resume(self, job_id: str) -> None:
        """Let a paused job go on."""
        self._engine.resume(job_id)
        self.held.emit(job_id, False)

    def close(self) -> None:
        """Close the engine; no callback is called afterwards."""
        self._arrived.disconnect(self._dispatch)
        self._callbacks.clear()
        self._engine.close()

    def _dispatch(self, job_id: str, event: Event) -> None:
        callback = self._callbacks.get(job_id)
        if isinstance(event, ENDINGS):
            self._callbacks.pop(job_id, None)
        if callback is not None:
            callback(event)
        self.told.emit(job_id, event)
