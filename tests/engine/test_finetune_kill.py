"""A worker that is killed in the middle of a fine-tuning costs one checkpoint."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import toy_jobs
from toy_jobs import Recorder

from gfm_desktop.jobs.events import Finished, Partial, Progress, Started
from tests.unit.finetune.job_kit import add_base, job, report_of, write_labels
from tests.unit.finetune.tuning_kit import planted

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from gfm_desktop.engine.process import ProcessEngine

EPOCHS = 5


def test_that_a_killed_fine_tuning_goes_on_and_repeats_no_epoch(
    process: ProcessEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two workers load torch, and both train.
    monkeypatch.setattr(toy_jobs, "PATIENCE", 280.0)
    add_base()
    labels = write_labels(tmp_path / "labels.csv", planted(110))
    out = tmp_path / "mine"
    task = job(labels, out, method="lora", epochs=EPOCHS, patience=EPOCHS)
    log = out / ".work" / "training.jsonl"

    def epochs() -> list[int]:
        found = [json.loads(x) for x in log.read_text("utf-8").splitlines()]
        mine = [one for one in found if one["stage"] == "lora" and one["epoch"]]
        return [one["epoch"] for one in mine if one["validation_loss"] is not None]

    killed: list[int] = []

    class Assassin(Recorder):
        """Kills the worker once, after the second epoch."""

        def __call__(self, job_id: str, event: Any) -> None:
            if isinstance(event, Partial) and event.kind == "training":
                done = epochs()
                if len(done) >= 2 and not killed and process.worker_pid:
                    killed.extend(done)
                    os.kill(process.worker_pid, signal.SIGKILL)
            super().__call__(job_id, event)

    heard = Assassin()
    job_id = process.submit(task, heard)
    ending = heard.wait_for(job_id, Finished)
    assert isinstance(ending, Finished)
    assert killed
    told = [e.message for e in heard.of(job_id) if isinstance(e, Progress)]
    assert any("SIGKILL" in message for message in told)
    assert len([e for e in heard.of(job_id) if isinstance(e, Started)]) == 1
    assert sorted(set(epochs())) == list(range(1, EPOCHS + 1))
    # At most the epoch under way is done again.
    assert len(epochs()) <= EPOCHS + 1
    found = report_of(out)
    assert found.complete
    assert found.outcome
