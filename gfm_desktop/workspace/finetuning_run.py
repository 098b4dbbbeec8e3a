"""One fine-tuning on show: what it was asked, how it stands, what it has so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.workspace import finetuning_runs as runs
from gfm_desktop.workspace.finetuning_log import TrainingLog
from gfm_desktop.workspace.finetuning_report import read_report

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.finetune.report import Report
    from gfm_desktop.jobs.events import Failed
    from gfm_desktop.workspace.finetuning_runs import Request, RunStatus


@dataclass(slots=True)
class Run:
    """The run on show.

    Attributes:
        folder: Where it lies.
        request: What it was asked to do; None where only its report is left.
        status: How it stands.
        job_id: Its job; empty where none is at it.
        log: Its training so far.
        report: Its report so far; None before there is one.
        message: What it is doing, in a few words.
        part: How much of that is done, 0 to 1; None where that is not known.
        failed: Why it could not be done.
    """

    folder: Path
    request: Request | None
    status: RunStatus
    log: TrainingLog
    job_id: str = ""
    report: Report | None = None
    message: str = ""
    part: float | None = None
    failed: Failed | None = None

    @property
    def id(self) -> str:
        """Return the id of the model that it makes."""
        return self.folder.name


def run_in(folder: Path, request: Request | None, status: RunStatus) -> Run:
    """Return a run with what its folder holds."""
    log = TrainingLog(folder / runs.WORK / runs.TRAINING)
    log.look()
    report = read_report(folder / runs.REPORT)
    return Run(folder, request, status, log, report=report)
