"""Opens the files that get a lane of their own, each by the job of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.engine.engine import Priority
from gfm_desktop.jobs.events import Cancelled, Event, Failed, Finished
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.jobs.job import Job
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.workspace import Workspace


class TrackOpening:
    """Runs the job that makes a file ready, then gives the file its lane.

    Files do not wait for each other: a large one must not hold up a small one.
    """

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        """Open into `workspace` with jobs on `runner`."""
        self._workspace = workspace
        self._runner = runner

    def open(self, kind: TrackKind, path: Path) -> None:
        """Open a file; what cannot be done is reported to the workspace.

        Args:
            kind: What it holds.
            path: The file. A genome must be open: nothing happens without one.
        """
        workspace = self._workspace
        genome = workspace.genome
        if genome is None:
            return
        name = f"{kind}:{path}"
        ticket, before = workspace.take_ticket(name, path)
        if before is not None and before.job_id:
            self._runner.cancel(before.job_id)

        def hear(event: Event) -> None:
            if not isinstance(event, Finished | Failed | Cancelled):
                return
            if not workspace.return_ticket(name, ticket):
                return  # It is being read anew.
            match event:
                case Finished():
                    self._show(kind, path, genome, event)
                case Failed():
                    workspace.report(event)
                case _:
                    pass

        job = _job(kind, str(path), str(genome.path))
        ticket.job_id = self._runner.submit(job, hear, priority=Priority.INTERACTIVE)

    def _show(
        self, kind: TrackKind, path: Path, genome: Reference, done: Finished
    ) -> None:
        workspace = self._workspace
        if workspace.genome is not genome:
            return  # It was read for a genome that has been closed since.
        for warning in done.warnings:
            workspace.message.emit("warning", warning)
        workspace.track_files.add(
            kind,
            path,
            title=done.outputs.get("title", ""),
            store=done.outputs.get("store", ""),
            notes=tuple(done.warnings),
        )
        workspace.message.emit("info", f"Opened {done.message or path.name}")


def _job(kind: TrackKind, path: str, genome: str) -> Job:
    match kind:
        case TrackKind.SIGNAL:
            from gfm_desktop.jobs.open_signal import OpenSignal

            return OpenSignal(path, genome)
        case TrackKind.ALIGNMENTS:
            from gfm_desktop.jobs.open_alignments import OpenAlignments

            return OpenAlignments(path, genome)
        case TrackKind.FEATURES:
            from gfm_desktop.jobs.open_features import OpenFeatures

            return OpenFeatures(path, genome)
