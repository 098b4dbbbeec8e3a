"""Scores the open variants: starts the job, follows it, shows its parts."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.errors import GfmError
from gfm_desktop.jobs.events import (
    Cancelled,
    Ending,
    Event,
    Failed,
    Finished,
    Partial,
    Progress,
)
from gfm_desktop.workspace.workspace import ScoreRun, ScoringState, VariantSet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.workspace import Workspace

REFRESH_SECONDS = 0.4
"""New parts are shown at most that often."""
_REFRESH_SHARE = 10
"""Showing parts takes at most one tenth of the time, however many rows there are."""


class Scoring:
    """Starts and cancels scoring; one scoring at a time.

    Cheap to make: what is under way lies in `Workspace.scoring`, so that the window
    and a panel can each have one and either can cancel. `started`, `progress` and
    `ended` tell of what this one has started; `Workspace.scoring_changed` of all.
    """

    started = Signal(str)
    """Job id."""
    progress = Signal(Progress)
    ended = Signal(object)
    """`Finished`, `Failed` or `Cancelled`."""

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        """Score what is open in `workspace` on `runner`."""
        self.workspace = workspace
        self.runner = runner

    @property
    def running(self) -> bool:
        """Tell whether a scoring is under way, whoever has started it."""
        return self.workspace.scoring is not None

    def obstacle(self) -> str:
        """Return why scoring cannot start, fit to be read; empty where it can."""
        workspace = self.workspace
        if workspace.genome is None:
            return "Open a genome first (a FASTA file)."
        if workspace.variants is None:
            reading = "variants" in workspace.tickets()
            words = "The variants are being read."
            return words if reading else "Open variants first (a VCF file)."
        if not sum(workspace.variants.counts.values()):
            return f"{workspace.variants.path.name} holds no variants."
        if not workspace.variants.counts.get("pending", 0):
            return "No variant can be scored: each one's reason is in the table."
        if self.running:
            return "A scoring is under way."
        return ""

    def start(
        self,
        model: str,
        scorer: str = "",
        options: Mapping[str, OptionValue] | None = None,
        device: str = "auto",
        *,
        batch_size: int = 0,
        fresh: bool = False,
        model_options: Mapping[str, OptionValue] | None = None,
        background: int = -1,
    ) -> str:
        """Score the open variants; what was scored before is taken from disk.

        Args:
            model: Model id or folder.
            scorer: Scorer name; empty for the model's recommended one.
            options: The scorer's settings; what is left out has its default.
            device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
            batch_size: Sequences a forward pass; 0 lets the app choose.
            fresh: Score again what an earlier run has scored.
            model_options: Choices of the model's family; what is left out has its
                default.
            background: Random sites of each trinucleotide that percentiles compare
                with; 0 for no percentiles, -1 for the scorer's own number.

        Returns:
            The job's id; empty where there was an obstacle, which is then said in
            `Workspace.message`.
        """
        from gfm_desktop.jobs.score_variants import ScoreVariants

        workspace = self.workspace
        variants, genome = workspace.variants, workspace.genome
        obstacle = self.obstacle()
        if obstacle or variants is None or genome is None:
            workspace.message.emit("warning", obstacle)
            return ""
        annotation = workspace.annotation
        job = ScoreVariants(
            genome=str(genome.path),
            variants=str(variants.path),
            model=model,
            scorer=scorer,
            annotation=str(annotation.path) if annotation is not None else "",
            device=device,
            batch_size=batch_size,
            options=tuple((options or {}).items()),
            fresh=fresh,
            background=background,
            model_options=tuple((model_options or {}).items()),
        )
        run = ScoreRun(Path(), model, scorer, dict(options or {}))
        run = replace(run, model_options=dict(model_options or {}))
        follower = _Follower(self, variants, run)
        workspace.set_scoring(ScoringState("", model, scorer, message="Waiting"))
        job_id = self.runner.submit(job, follower.hear)
        follower.take_id(job_id)
        self.started.emit(job_id)
        return job_id

    def cancel(self) -> None:
        """Stop the scoring that is under way; what is scored stays."""
        state = self.workspace.scoring
        if state is not None and state.job_id:
            self.runner.cancel(state.job_id)


@dataclass(slots=True)
class _Follower:
    """Follows one scoring and shows its parts in the workspace.

    Attributes:
        service: Who has started it.
        variants: What is scored; other variants may have been opened since.
        run: The run as it will be shown; its folder is known with the first part.
        job_id: The job, once it is known.
        next_show: `time.monotonic` from which new parts are shown again.
        ended: Whether the ending has come.
    """

    service: Scoring
    variants: VariantSet
    run: ScoreRun
    job_id: str = ""
    next_show: float = 0.0
    ended: bool = False

    def take_id(self, job_id: str) -> None:
        """Note the job's id; an engine that runs at once has already said all."""
        self.job_id = job_id
        state = self.service.workspace.scoring
        if not self.ended and state is not None:
            self.service.workspace.set_scoring(replace(state, job_id=job_id))

    def hear(self, event: Event) -> None:
        """Take one event of the job."""
        match event:
            case Progress():
                self._advance(event)
            case Partial(kind="scores", path=path):
                self.run = replace(self.run, folder=Path(path).parent)
                if time.monotonic() >= self.next_show:
                    self._show()
            case Finished() | Failed() | Cancelled():
                self._end(event)

    def _current(self) -> bool:
        return self.service.workspace.variants is self.variants

    def _advance(self, progress: Progress) -> None:
        workspace = self.service.workspace
        if not self._current() and self.job_id:
            # Its numbers belong to a file that is no longer open. They are kept.
            self.service.runner.cancel(self.job_id)
        state = workspace.scoring
        if state is not None:
            workspace.set_scoring(
                replace(
                    state,
                    done=progress.done,
                    total=progress.total,
                    message=progress.message,
                )
            )
        self.service.progress.emit(progress)

    def _show(self) -> None:
        if not self._current() or self.run.folder == Path():
            return
        began = time.monotonic()
        try:
            self.service.workspace.set_run(replace(self.run))
        except GfmError as error:
            failed = Failed(error.what, error.where, error.todo)
            self.service.workspace.report(failed)
        now = time.monotonic()
        self.next_show = now + max(REFRESH_SECONDS, _REFRESH_SHARE * (now - began))

    def _end(self, ending: Ending) -> None:
        self.ended = True
        workspace = self.service.workspace
        if isinstance(ending, Finished):
            counts = dict(ending.counts)
            folder = Path(ending.outputs["run"])
            self.run = replace(self.run, folder=folder, counts=counts)
        workspace.set_scoring(None)
        self._show()
        match ending:
            case Finished():
                for warning in ending.warnings:
                    workspace.message.emit("warning", warning)
                workspace.message.emit("info", ending.message)
            case Failed():
                workspace.report(ending)
            case Cancelled():
                text = "Scoring stopped. What was scored is kept; Score goes on there."
                workspace.message.emit("info", text)
        self.service.ended.emit(ending)
