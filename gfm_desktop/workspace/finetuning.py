"""Fine-tuning as the window knows it: labels, check, run, report. No Qt here.

Everything heavy is a job; its results come as files. Answers that belong to labels or
a run that are no longer on show are dropped.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop import paths
from gfm_desktop.errors import GfmError
from gfm_desktop.jobs.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Partial,
    Progress,
    Started,
)
from gfm_desktop.workspace import finetuning_runs as runs
from gfm_desktop.workspace.finetuning_labels import LabelsSource
from gfm_desktop.workspace.finetuning_reading import Choices, LabelReader
from gfm_desktop.workspace.finetuning_report import read_report
from gfm_desktop.workspace.finetuning_run import Run, run_in
from gfm_desktop.workspace.finetuning_runs import KnownRun, Request, RunStatus

if TYPE_CHECKING:
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.workspace import Workspace


class FineTuning:
    """From labels to a tested model; one run at a time."""

    run_changed = Signal()
    """Another run, or its status."""
    progressed = Signal()
    """What the run is doing now, or how far that is; many times a second."""
    log_changed = Signal()
    """The training has more of its curves."""
    report_changed = Signal()
    """More of the report is there."""
    runs_changed = Signal()
    """The list of runs is another one."""

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        """Run jobs on `runner`; genome and genes are those of `workspace`."""
        self.workspace = workspace
        self.runner = runner
        self.choices = Choices()
        self.labels = LabelReader(workspace, runner, self.choices)
        self.run: Run | None = None
        self.runs: list[KnownRun] = []

    def obstacle(self) -> str:
        """Return why no training can start, fit to be read; empty where it can."""
        reading = self.labels.reading
        if self.run is not None and self.run.status.under_way:
            return "A training is under way."
        if reading is None:
            return "Choose the labels first."
        if reading.failed is not None:
            return "The labels cannot be read: see step 1."
        if reading.labels is None or reading.busy:
            return "The labels are being read."
        if reading.labels.problems:
            return "The labels cannot be used yet: see step 1."
        if not self.choices.model:
            return "No model can be used: the Models panel has some."
        return runs.name_problem(self.choices.name)

    def request(self) -> Request | None:
        """Return what the next run would be asked to do; None without labels."""
        reading = self.labels.reading
        if reading is None:
            return None
        source, chosen = reading.source, self.choices
        genome, genes = self.workspace.genome, self.workspace.annotation
        return Request(
            labels=str(source.path),
            model=chosen.model,
            genome="" if genome is None else str(genome.path),
            annotation="" if genes is None else str(genes.path),
            signal=source.signal,
            columns=source.pairs,
            window=source.window,
            device=chosen.device,
            options=tuple(source.options(chosen.options).items()),
            model_options=tuple(chosen.model_options.items()),
        )

    def start(self) -> None:
        """Train with what was chosen."""
        request = self.request()
        if self.obstacle() or request is None:
            self.workspace.message.emit("warning", self.obstacle())
            return
        self._start(paths.imported_models() / self.choices.name, request)

    def resume(self) -> None:
        """Let the run on show go on where it was left."""
        run = self.run
        if run is not None and run.status.resumable and run.request is not None:
            self._start(run.folder, run.request)

    def _start(self, folder: Path, request: Request) -> None:
        from gfm_desktop.jobs.finetune import FineTune

        try:
            runs.write_request(folder, request)
            runs.take_back_stop_early(folder)
        except OSError as error:
            failed = Failed(
                f"The run's folder cannot be written: {error.strerror or error}.",
                str(folder),
                "Check the free space and the rights of the models' folder.",
            )
            self.workspace.report(failed)
            return
        run = run_in(folder, request, RunStatus.WAITING)
        run.message = "Waiting for its turn"
        self.run = run
        job = FineTune(
            labels=request.labels,
            model=request.model,
            out=str(folder),
            genome=request.genome,
            annotation=request.annotation,
            signal=request.signal,
            columns=request.columns,
            window=request.window,
            device=request.device,
            options=request.options,
            model_options=request.model_options,
        )
        run.job_id = self.runner.submit(job, lambda event: self._hear_run(run, event))
        self._tell_run()
        self.refresh_runs()

    def _hear_run(self, run: Run, event: Event) -> None:
        match event:
            case Started():
                run.status = RunStatus.RUNNING
            case Progress(done, total, message=message):
                run.message = message
                run.part = min(1.0, done / total) if total else None
                if run.status is not RunStatus.WAITING:
                    if run is self.run:
                        self.progressed.emit()
                    return
                run.status = RunStatus.RUNNING
            case Partial(kind="training"):
                if run.log.look() and run is self.run:
                    self.log_changed.emit()
                return
            case Partial(kind="report", path=path):
                run.report = read_report(Path(path)) or run.report
                if run is self.run:
                    self.report_changed.emit()
                return
            case Finished() | Failed() | Cancelled():
                self._end(run, event)
            case _:
                return
        if run is self.run:
            self.run_changed.emit()

    def _end(self, run: Run, ending: Finished | Failed | Cancelled) -> None:
        run.job_id = ""
        run.log.look()
        run.report = read_report(run.folder / runs.REPORT) or run.report
        workspace = self.workspace
        match ending:
            case Finished(message=message):
                # Its warnings stand in the report, which the panel shows.
                run.status = RunStatus.FINISHED
                workspace.message.emit("info", f"{run.id}: {message}")
                workspace.library_changed.emit()
            case Failed():
                run.status = RunStatus.PARKED if ending.parked else RunStatus.FAILED
                run.failed = ending
                workspace.report(ending)
            case Cancelled():
                run.status = RunStatus.STOPPED
                text = "The training is stopped. Resume goes on where it was."
                workspace.message.emit("info", text)
        if run is self.run:
            self._tell_run()
        self.refresh_runs()

    def pause(self) -> None:
        """Hold the training at its next step, or let it go on."""
        run = self.run
        if run is None or not run.job_id:
            return
        if run.status is RunStatus.PAUSED:
            self.runner.resume(run.job_id)
            self.note_held(run.job_id, held=False)
        elif run.status in (RunStatus.RUNNING, RunStatus.WAITING):
            self.runner.pause(run.job_id)
            self.note_held(run.job_id, held=True)

    def note_held(self, job_id: str, *, held: bool) -> None:
        """Note that a job was paused or goes on, whoever asked for it."""
        run = self.run
        if run is None or run.job_id != job_id:
            return
        if held and run.status in (RunStatus.RUNNING, RunStatus.WAITING):
            run.status = RunStatus.PAUSED
        elif not held and run.status is RunStatus.PAUSED:
            run.status = RunStatus.RUNNING
        else:
            return
        self.run_changed.emit()

    def stop_early(self) -> None:
        """End the training now, and keep and measure its best epoch."""
        run = self.run
        if run is None or not run.job_id:
            return
        try:
            runs.ask_to_stop_early(run.folder)
        except OSError as error:
            failed = Failed(
                f"The training cannot be told to stop: {error.strerror or error}.",
                str(run.folder),
                "Cancel it; Resume then goes on at its last checkpoint.",
            )
            self.workspace.report(failed)
            return
        if run.status is RunStatus.PAUSED:
            self.runner.resume(run.job_id)
        run.status = RunStatus.ENDING
        self.run_changed.emit()

    def cancel(self) -> None:
        """Stop the run; what is finished stays for `resume`."""
        run = self.run
        if run is not None and run.job_id:
            run.status = RunStatus.STOPPING
            self.runner.cancel(run.job_id)
            self.run_changed.emit()

    def open(self, folder: Path) -> None:
        """Show a run from the disk; one that is under way goes on unseen."""
        if self.run is not None and self.run.folder == folder:
            return
        if self._busy():
            text = "A training is under way: its page is shown until it has ended."
            self.workspace.message.emit("info", text)
            return
        finished = any(known.folder == folder and known.finished for known in self.runs)
        status = RunStatus.FINISHED if finished else RunStatus.STOPPED
        self.run = run_in(folder, runs.read_request(folder), status)
        self._tell_run()

    def close_run(self) -> None:
        """Show no run; one that is under way stays."""
        if not self._busy():
            self.run = None
            self._tell_run()

    def remove(self, folder: Path) -> None:
        """Delete a run from the disk."""
        if self._busy() and self.run is not None and self.run.folder == folder:
            return
        try:
            runs.remove_run(folder)
        except GfmError as error:
            self.workspace.report(Failed(error.what, error.where, error.todo))
            return
        if self.run is not None and self.run.folder == folder:
            self.close_run()
        self.refresh_runs()
        self.workspace.library_changed.emit()

    def refresh_runs(self) -> None:
        """Look which runs there are."""
        self.runs = runs.known_runs()
        self.runs_changed.emit()

    def use(self) -> None:
        """Choose the finished model for scoring and show the panel that scores."""
        if self.run is not None and self.run.status is RunStatus.FINISHED:
            self.workspace.choose_model(self.run.id)
            self.workspace.panel_wanted.emit("scoring")

    def settings_of(self, request: Request) -> None:
        """Choose again what a run was asked to do, under another name."""
        choices = self.choices
        choices.model, choices.device = request.model, request.device
        choices.name = runs.free_name(Path(request.labels).stem.split(".")[0])
        choices.options = dict(request.options)
        choices.model_options = dict(request.model_options)
        self.labels.read(LabelsSource.of(request))

    def _busy(self) -> bool:
        return self.run is not None and self.run.status.under_way

    def _tell_run(self) -> None:
        self.run_changed.emit()
        self.log_changed.emit()
        self.report_changed.emit()
