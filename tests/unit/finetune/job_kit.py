"""Fine-tuning jobs on a tiny base: files of labels, runs, interruptions."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from gfm_desktop import paths
from gfm_desktop.engine.inline import InlineEngine
from gfm_desktop.finetune import report
from gfm_desktop.jobs.events import ENDINGS, Event
from gfm_desktop.jobs.finetune import FineTune
from gfm_desktop.models import library

from ..models import tiny_ensemble  # noqa: TID252

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.report import Report

BASE = "tiny-base"
QUICK: dict[str, Any] = {
    "learning_curve": False,
    "epochs": 3,
    "pooling": "mean",
    "reverse_complement": "no",
}


def add_base() -> None:
    """Put a tiny model into the library."""
    made = tiny_ensemble.make(paths.cache() / "source")
    library.add(made, model_id=BASE)


def write_labels(path: Path, data: LabelledSet, *, extra: int = 0) -> Path:
    """Write sequences and labels; `extra` rows at the end have no label."""
    several = data.task == "multilabel"
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["sequence", *(data.names if several else ("label",))])
        for letters, label in zip(data.sequences, data.labels, strict=True):
            if several:
                cells = ["" if one != one else f"{int(one)}" for one in label]
            elif data.task == "regression":
                cells = [f"{float(label):.5f}"]
            else:
                cells = [data.names[int(label)]]
            lines.writerow([letters, *cells])
        for letters in data.sequences[:extra]:
            width = len(data.names) if several else 1
            lines.writerow([letters[::-1], *[""] * width])
    return path


def job(labels: Path, out: Path, **options: Any) -> FineTune:
    chosen = tuple((QUICK | options).items())
    return FineTune(str(labels), BASE, str(out), device="cpu", options=chosen)


def run_job(
    task: FineTune, stop: Callable[[Event], bool] = lambda event: False
) -> tuple[list[Event], Event]:
    """Return the events of a job and its ending; cancelled once `stop` says so."""
    engine, events = InlineEngine(), []

    def sink(job_id: str, event: Event) -> None:
        events.append(event)
        if not isinstance(event, ENDINGS) and stop(event):
            engine.cancel(job_id)

    engine.submit(task, sink)
    engine.close()
    return events[:-1], events[-1]


def report_of(out: Path) -> Report:
    return report.read(out / report.FILE_NAME)
