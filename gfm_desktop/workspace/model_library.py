"""Adds, downloads and removes models for the window, and tells everyone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.errors import GfmError
from gfm_desktop.jobs.events import Cancelled, Event, Failed, Finished, Progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gfm_desktop.jobs.job import Job
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Errand:
    """A model that is on its way into the library.

    Attributes:
        job_id: Its job.
        model: Id of the model; empty where that is not known yet.
        progress: How far it is; None before the first news.
    """

    job_id: str
    model: str = ""
    progress: Progress | None = None

    @property
    def words(self) -> str:
        """Return how far it is, in words."""
        now = self.progress
        if now is None:
            return "Waiting for its turn."
        done = f" {now.done / now.total:.0%}" if now.total else ""
        return f"{now.message or 'Under way'}…{done}"


class ModelLibrary:
    """The library as the window changes it; one errand a model at a time."""

    changed = Signal()
    """An errand began, went on or ended."""
    arrived = Signal(str)
    """Id of a model that can be used from now on."""

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        """Run errands on `runner` and tell of them in `workspace`."""
        self._workspace = workspace
        self._runner = runner
        self._errands: dict[str, Errand] = {}

    @property
    def adding(self) -> bool:
        """Tell whether a folder or file is being added."""
        return any(not errand.model for errand in self._errands.values())

    def errand(self, model: str) -> Errand | None:
        """Return the download of a model; None where there is none."""
        return next((e for e in self._errands.values() if e.model == model), None)

    def add(self, path: Path) -> str:
        """Put a folder or file into the library; returns the job's id."""
        from gfm_desktop.jobs.add_model import AddModel

        return self._send(AddModel(str(path)), "")

    def download(self, model: str, *, accept_licence: bool) -> str:
        """Fetch a model from the hub; returns the job's id.

        Args:
            model: Id of a published model.
            accept_licence: Whether the user has agreed to its terms.
        """
        from gfm_desktop.jobs.download_model import DownloadModel

        if (known := self.errand(model)) is not None:
            return known.job_id
        return self._send(DownloadModel(model, accept_licence=accept_licence), model)

    def cancel(self, model: str) -> None:
        """Stop a download; what has arrived is kept for the next try."""
        if (errand := self.errand(model)) is not None:
            self._runner.cancel(errand.job_id)

    def remove(self, model: str) -> None:
        """Delete a model of the user's own from the disk."""
        from gfm_desktop.models import library

        try:
            folder = library.remove(model)
        except GfmError as error:
            failed = Failed(error.what, error.where, error.todo)
            self._workspace.report(failed)
            return
        self._workspace.message.emit("info", f"Removed {model} ({folder}).")
        self._workspace.library_changed.emit()

    def _send(self, job: Job, model: str) -> str:
        follower = _Follower(self._hear)
        job_id = self._runner.submit(job, follower.hear)
        if follower.early is None:
            self._errands[job_id] = Errand(job_id, model)
        follower.take_id(job_id)
        self.changed.emit()
        return job_id

    def _hear(self, job_id: str, event: Event) -> None:
        workspace = self._workspace
        match event:
            case Progress() if job_id in self._errands:
                known = self._errands[job_id]
                self._errands[job_id] = replace(known, progress=event)
            case Finished(message=message, outputs=outputs, warnings=warnings):
                self._errands.pop(job_id, None)
                workspace.message.emit("info", message)
                for warning in warnings:
                    workspace.message.emit("warning", warning)
                workspace.library_changed.emit()
                self.arrived.emit(outputs.get("model", ""))
            case Failed():
                self._errands.pop(job_id, None)
                workspace.report(event)
            case Cancelled():
                self._errands.pop(job_id, None)
                text = "Stopped. What has arrived is kept; the next try goes on there."
                workspace.message.emit("info", text)
        self.changed.emit()


@dataclass(slots=True)
class _Follower:
    """Keeps news that come before the job's id is known: an engine may run at once.

    Attributes:
        tell: Who wants the job's id with each event.
        job_id: The job, once it is known.
        early: The ending, where it came before the id.
    """

    tell: Callable[[str, Event], None]
    job_id: str = ""
    early: Event | None = None

    def hear(self, event: Event) -> None:
        """Take one event."""
        if self.job_id:
            self.tell(self.job_id, event)
        elif isinstance(event, Finished | Failed | Cancelled):
            self.early = event

    def take_id(self, job_id: str) -> None:
        """Note the id, and tell what has ended meanwhile."""
        self.job_id = job_id
        if self.early is not None:
            self.tell(job_id, self.early)
