from __future__ import annotations

import json
import shlex
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gfm_desktop import paths
from gfm_desktop.command_line import parser
from gfm_desktop.command_line.flags import OPTION
from gfm_desktop.command_line.preflight import given_options, option_values
from gfm_desktop.engine.engine import Priority
from gfm_desktop.errors import InputError
from gfm_desktop.finetune import report as reports
from gfm_desktop.finetune.options import OPTIONS
from gfm_desktop.jobs.events import (
    Cancelled,
    Failed,
    Finished,
    Partial,
    Progress,
    Started,
)
from gfm_desktop.jobs.finetune import FineTune
from gfm_desktop.jobs.read_labels import ReadLabels
from gfm_desktop.models import catalogue
from gfm_desktop.workspace import finetuning_runs as runs
from gfm_desktop.workspace.commands import finetune_command
from gfm_desktop.workspace.finetuning import FineTuning
from gfm_desktop.workspace.finetuning_log import TrainingLog, time_words
from gfm_desktop.workspace.finetuning_runs import Request, RunStatus
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.jobs.events import Event
    from gfm_desktop.jobs.job import Job


class Runner:
    """Takes jobs and says nothing until a test does."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.sinks: list[Callable[[Event], None]] = []
        self.priorities: list[Priority] = []
        self.asked: list[tuple[str, str]] = []

    def submit(
        self,
        job: Job,
        on_event: Callable[[Event], None] | None = None,
        *,
        priority: Priority = Priority.BATCH,
    ) -> str:
        assert on_event is not None
        self.jobs.append(job)
        self.sinks.append(on_event)
        self.priorities.append(priority)
        return f"job-{len(self.jobs) - 1}"

    def cancel(self, job_id: str) -> None:
        self.asked.append(("cancel", job_id))

    def pause(self, job_id: str) -> None:
        self.asked.append(("pause", job_id))

    def resume(self, job_id: str) -> None:
        self.asked.append(("resume", job_id))


PREVIEW = {
    "kind": "sequences",
    "sheets": [],
    "columns": [{"name": "seq", "role": "sequence", "why": ""}],
    "rows": [["ACGT"]],
    "task": "binary",
    "task_why": "",
    "counting": "0",
    "questions": [],
    "problems": [],
}
FINDING = {
    "key": "too_few", "level": "ok", "title": "Enough", "words": "", "count": 0,
    "rows": [], "fix": "",
}  # fmt: skip


def answer(path: Path, **changes: object) -> Path:
    content = {
        "preview": PREVIEW,
        "examples": 20,
        "classes": [["0", 10], ["1", 10]],
        "check": {"findings": [FINDING]},
        "sizes": {"train": 20},
    }
    path.write_text(json.dumps(content | changes))
    return path


@pytest.fixture
def runner() -> Runner:
    return Runner()


@pytest.fixture
def tuning(runner: Runner) -> FineTuning:
    return FineTuning(Workspace(), runner)


@pytest.fixture
def ready(tuning: FineTuning, runner: Runner, tmp_path: Path) -> FineTuning:
    """Labels are read and a model is chosen."""
    tuning.labels.choose(tmp_path / "labels.csv")
    found = answer(tmp_path / "found.json")
    runner.sinks[0](Finished("read", outputs={"labels": str(found)}))
    tuning.choices.model, tuning.choices.name = "ci-spliceai", "mine"
    return tuning


def last(runner: Runner) -> Callable[[Event], None]:
    return runner.sinks[-1]


def test_that_labels_are_read_by_a_job_that_waits_for_no_training(
    tuning: FineTuning, runner: Runner, tmp_path: Path
) -> None:
    tuning.labels.choose(tmp_path / "labels.csv")
    (job,) = runner.jobs
    assert isinstance(job, ReadLabels)
    assert job.labels == str(tmp_path / "labels.csv")
    assert runner.priorities == [Priority.INTERACTIVE]
    assert tuning.labels.reading is not None
    assert tuning.labels.reading.busy
    last(runner)(Partial("labels", str(answer(tmp_path / "first.json", examples=0))))
    assert tuning.labels.reading.labels is not None
    assert tuning.labels.reading.busy
    last(runner)(Finished("", outputs={"labels": str(answer(tmp_path / "all.json"))}))
    assert not tuning.labels.reading.busy
    assert tuning.labels.reading.labels.examples == 20


def test_that_an_answer_about_labels_that_were_left_is_dropped(
    tuning: FineTuning, runner: Runner, tmp_path: Path
) -> None:
    tuning.labels.choose(tmp_path / "first.csv")
    tuning.labels.choose(tmp_path / "second.csv")
    assert ("cancel", "job-0") in runner.asked
    late = answer(tmp_path / "late.json", examples=999)
    runner.sinks[0](Finished("", outputs={"labels": str(late)}))
    assert tuning.labels.reading is not None
    assert tuning.labels.reading.labels is None
    assert tuning.labels.reading.busy
    runner.sinks[1](Finished("", outputs={"labels": str(answer(tmp_path / "ok.json"))}))
    assert tuning.labels.reading.labels is not None
    assert tuning.labels.reading.labels.examples == 20


def test_that_a_file_that_cannot_be_read_says_why(
    tuning: FineTuning, runner: Runner, tmp_path: Path
) -> None:
    tuning.labels.choose(tmp_path / "bad.csv")
    last(runner)(Failed("It is a picture.", "bad.csv", "Choose a table."))
    assert tuning.labels.reading is not None
    assert tuning.labels.reading.failed is not None
    assert tuning.labels.reading.failed.what == "It is a picture."
    assert "step 1" in tuning.obstacle()


def test_that_a_damaged_answer_is_a_failure_and_no_crash(
    tuning: FineTuning, runner: Runner, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"preview": 3}')
    tuning.labels.choose(tmp_path / "labels.csv")
    last(runner)(Finished("", outputs={"labels": str(broken)}))
    assert tuning.labels.reading is not None
    assert tuning.labels.reading.failed is not None


def test_that_a_fix_of_the_data_reads_again_and_reaches_the_training(
    ready: FineTuning, runner: Runner, tmp_path: Path
) -> None:
    ready.labels.mend("duplicates")
    job = runner.jobs[-1]
    assert isinstance(job, ReadLabels)
    assert ("fix", "duplicates") in job.columns
    found = answer(tmp_path / "fixed.json")
    last(runner)(Finished("", outputs={"labels": str(found)}))
    ready.start()
    training = runner.jobs[-1]
    assert isinstance(training, FineTune)
    assert ("fix", "duplicates") in training.columns


def test_that_a_fix_may_be_a_setting(ready: FineTuning, runner: Runner) -> None:
    ready.labels.mend("split=similarity")
    assert ready.choices.options == {"split": "similarity"}
    job = runner.jobs[-1]
    assert isinstance(job, ReadLabels)
    assert dict(job.options) == {"split": "similarity"}
    ready.labels.mend("class_weights=true")
    assert ready.choices.options["class_weights"] is True


def test_that_settings_that_do_not_change_the_check_do_not_read_again(
    ready: FineTuning, runner: Runner
) -> None:
    ready.choices.options = {"epochs": 3}
    ready.labels.settings_changed({})
    assert len(runner.jobs) == 1
    ready.choices.options = {"epochs": 3, "identity": 0.7}
    ready.labels.settings_changed({"epochs": 3})
    assert len(runner.jobs) == 2


def test_that_each_obstacle_is_said(tuning: FineTuning, runner: Runner) -> None:
    assert "Choose the labels" in tuning.obstacle()
    tuning.labels.choose(Path("labels.csv"))
    assert "being read" in tuning.obstacle()


def test_that_a_name_must_be_free_and_fit(ready: FineTuning) -> None:
    assert ready.obstacle() == ""
    ready.choices.name = "No Spaces"
    assert "lower case" in ready.obstacle()
    (paths.imported_models() / "taken").mkdir()
    ready.choices.name = "taken"
    assert "already" in ready.obstacle()
    assert runs.free_name("taken") == "taken-2"
    assert runs.free_name("PUM2 sites (new).csv") == "pum2-sites-new-.csv"


def test_that_a_run_goes_from_waiting_to_a_model_of_the_library(
    ready: FineTuning, runner: Runner
) -> None:
    told: list[str] = []
    ready.workspace.library_changed.connect(lambda: told.append("library"))
    ready.choices.options = {"method": "probe"}
    ready.start()
    run = ready.run
    assert run is not None
    job = runner.jobs[-1]
    assert isinstance(job, FineTune)
    assert job.out == str(paths.imported_models() / "mine")
    assert dict(job.options) == {"method": "probe"}
    assert run.status is RunStatus.WAITING
    last(runner)(Started("Fine-tune"))
    assert run.status is RunStatus.RUNNING
    run.log.path.write_text(
        json.dumps({"stage": "probe", "title": "Probe", "step": 1, "steps": 2,
                    "train_loss": 0.7, "message": "reading"}) + "\n"
    )  # fmt: skip
    last(runner)(Partial("training", str(run.log.path)))
    assert run.log.stages["probe"].train == [(1.0, 0.7)]
    out = run.folder / runs.REPORT
    reports.write(out, reports.Report(task="binary", names=["0", "1"]))
    last(runner)(Partial("report", str(out)))
    assert run.report is not None
    last(runner)(Finished("Better.", outputs={"model": str(run.folder)}))
    assert run.status is RunStatus.FINISHED
    assert told == ["library"]


def test_that_a_run_under_way_is_no_broken_model_of_the_library(
    ready: FineTuning,
) -> None:
    ready.start()
    assert "mine" not in {entry.id for entry in catalogue.entries()}


def test_that_only_one_training_runs_at_a_time(
    ready: FineTuning, runner: Runner
) -> None:
    ready.start()
    said: list[str] = []
    ready.workspace.message.connect(lambda _, text: said.append(text))
    ready.start()
    assert len(runner.jobs) == 2
    assert said == ["A training is under way."]


def test_that_pause_holds_and_lets_go(ready: FineTuning, runner: Runner) -> None:
    ready.start()
    last(runner)(Started(""))
    ready.pause()
    assert ready.run is not None
    assert ready.run.status is RunStatus.PAUSED
    last(runner)(Progress(1, 2, "steps"))
    assert ready.run.status is RunStatus.PAUSED
    ready.pause()
    assert ready.run.status is RunStatus.RUNNING
    assert runner.asked == [("pause", "job-1"), ("resume", "job-1")]


def test_that_a_pause_from_elsewhere_is_noted(
    ready: FineTuning, runner: Runner
) -> None:
    ready.start()
    last(runner)(Started(""))
    ready.note_held("another", held=True)
    assert ready.run is not None
    assert ready.run.status is RunStatus.RUNNING
    ready.note_held("job-1", held=True)
    assert ready.run.status is RunStatus.PAUSED


def test_that_stop_early_writes_the_file_that_the_training_looks_for(
    ready: FineTuning, runner: Runner
) -> None:
    ready.start()
    last(runner)(Started(""))
    ready.pause()
    ready.stop_early()
    assert ready.run is not None
    assert (ready.run.folder / ".work" / "stop-early").is_file()
    assert ready.run.status is RunStatus.ENDING
    assert runner.asked[-1] == ("resume", "job-1"), "a paused training looks at nothing"
    assert not any(verb == "cancel" for verb, _ in runner.asked)


def test_that_a_cancelled_run_is_found_again_and_goes_on_where_it_was(
    ready: FineTuning, runner: Runner
) -> None:
    ready.start()
    ready.stop_early()
    ready.cancel()
    assert runner.asked[-1] == ("cancel", "job-1")
    last(runner)(Cancelled())
    assert ready.run is not None
    assert ready.run.status is RunStatus.STOPPED
    first = runner.jobs[-1]

    after = Runner()
    again = FineTuning(Workspace(), after)
    again.refresh_runs()
    (known,) = again.runs
    assert (known.title, known.finished) == ("mine", False)
    again.open(known.folder)
    assert again.run is not None
    assert again.run.status is RunStatus.STOPPED
    again.resume()
    assert after.jobs == [first]
    stop = again.run.folder / ".work" / "stop-early"
    assert not stop.exists(), "what stopped it before must not stop it again"


def test_that_a_run_whose_worker_died_twice_is_parked_and_may_be_resumed(
    ready: FineTuning, runner: Runner
) -> None:
    ready.start()
    last(runner)(Failed("The worker ended.", parked=True))
    assert ready.run is not None
    assert ready.run.status is RunStatus.PARKED
    ready.resume()
    assert len(runner.jobs) == 3
    assert ready.run.status is RunStatus.WAITING


def test_that_news_of_a_run_that_was_left_do_not_touch_the_one_on_show(
    ready: FineTuning, runner: Runner
) -> None:
    ready.start()
    old = runner.sinks[-1]
    old(Cancelled())
    ready.choices.name = "other"
    ready.start()
    told: list[str] = []
    ready.run_changed.connect(lambda: told.append("run"))
    ready.report_changed.connect(lambda: told.append("report"))
    old(Progress(1, 2, "steps"))
    old(Partial("report", "nowhere"))
    assert told == []
    assert ready.run is not None
    assert ready.run.id == "other"


def test_that_a_run_under_way_is_not_left_for_another(ready: FineTuning) -> None:
    ready.start()
    other = paths.imported_models() / "other"
    runs.write_request(other, Request("a.csv", "ci-spliceai"))
    ready.open(other)
    assert ready.run is not None
    assert ready.run.id == "mine"


def test_that_the_finished_model_is_chosen_for_scoring(
    ready: FineTuning, runner: Runner
) -> None:
    wanted: list[str] = []
    ready.workspace.panel_wanted.connect(wanted.append)
    ready.start()
    ready.use()
    assert ready.workspace.model == ""
    last(runner)(Finished("Done."))
    ready.use()
    assert ready.workspace.model == "mine"
    assert wanted == ["scoring"]


def test_that_the_same_settings_are_offered_for_another_run(
    ready: FineTuning, runner: Runner
) -> None:
    ready.choices.options = {"method": "lora", "task": "binary"}
    ready.start()
    last(runner)(Finished("Done."))
    assert ready.run is not None
    request = ready.run.request
    assert request is not None
    fresh = FineTuning(Workspace(), runner)
    fresh.settings_of(request)
    assert fresh.choices.model == "ci-spliceai"
    assert fresh.choices.options["method"] == "lora"
    assert fresh.choices.name != "mine"
    assert fresh.labels.reading is not None
    assert fresh.labels.reading.source.path == Path(request.labels)


def test_that_a_run_is_deleted_only_where_runs_lie(
    ready: FineTuning, runner: Runner, tmp_path: Path
) -> None:
    with pytest.raises(InputError):
        runs.remove_run(tmp_path)
    ready.start()
    folder = paths.imported_models() / "mine"
    ready.remove(folder)
    assert folder.is_dir(), "a job is at it"
    last(runner)(Cancelled())
    ready.remove(folder)
    assert not folder.exists()
    assert ready.run is None


def test_that_a_shared_model_carries_nothing_of_the_work(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    runs.write_request(folder, Request("/private/labels.csv", "ci-spliceai"))
    (folder / "gfm_model.json").write_text("{}")
    packed = runs.share(folder, tmp_path / "mine.zip")
    with zipfile.ZipFile(packed) as found:
        assert found.namelist() == ["mine/gfm_model.json"]
    plain = runs.share(folder, tmp_path / "copy")
    assert [path.name for path in plain.iterdir()] == ["gfm_model.json"]
    with pytest.raises(InputError, match="cannot be copied"):
        runs.share(folder, tmp_path / "no" / "folder" / "mine.zip")


def test_that_a_request_survives_a_restart(tmp_path: Path) -> None:
    request = Request(
        "a.csv", "m", "g.fa", "g.gtf", "s.bw", (("label", "y"), ("fix", "duplicates")),
        512, "cpu", (("method", "lora"), ("seed", 3)), (("vocabulary", "bpe"),),
    )  # fmt: skip
    runs.write_request(tmp_path, request)
    assert runs.read_request(tmp_path) == request
    (tmp_path / ".work" / "request.json").write_text("[]")
    assert runs.read_request(tmp_path) is None


def test_that_the_copied_command_asks_for_the_same() -> None:
    request = Request(
        "/d/my labels.csv", "ci-spliceai", "/d/g.fa", "/d/g.gtf", "/d/s.bw",
        (("label", "y"), ("counting", "1"), ("fix", "duplicates")), 512, "cpu",
        (("method", "lora"), ("seed", 3), ("class_weights", False),
         ("learning_rate", 0.001), ("learning_curve", False)),
    )  # fmt: skip
    program, *words = shlex.split(finetune_command(request, out="mine"))
    assert program == "gfm"
    read = parser.read(words)
    assert (read.labels, read.model, read.out) == (
        request.labels,
        request.model,
        "mine",
    )
    assert (read.genome, read.annotation) == (request.genome, request.annotation)
    assert (read.signal, read.window, read.device) == (request.signal, 512, "cpu")
    assert [pair for pairs in read.columns for pair in pairs] == list(request.columns)
    given = given_options(read, OPTION)
    options, problems = option_values("Fine-tuning", OPTIONS, given)
    assert not problems
    assert options == dict(request.options)


def test_that_the_log_reads_only_what_is_new_and_waits_for_whole_lines(
    tmp_path: Path,
) -> None:
    path = tmp_path / "training.jsonl"
    log = TrainingLog(path)
    assert not log.look()
    with path.open("w") as file:
        file.write('{"stage": "cnn", "step": 1, "steps": 4, "train_loss": 0.7}\n{"st')
        file.flush()
        assert log.look()
        assert log.stages["cnn"].part == 0.25
        file.write('age": "cnn", "step": 2, "steps": 4, "validation_loss": 0.6, ')
        file.write('"epoch": 1, "best": true, "eta_seconds": 30}\nnonsense\n')
    assert log.look()
    stage = log.stages["cnn"]
    assert stage.train == [(1.0, 0.7)]
    assert stage.validation == [(2.0, 0.6)]
    assert stage.best == (2.0, 1)
    assert log.eta == 30


def test_that_steps_that_are_repeated_after_a_resume_replace_the_old_ones(
    tmp_path: Path,
) -> None:
    path = tmp_path / "training.jsonl"
    steps = [(1, 0.9), (2, 0.8), (3, 0.7), (2, 0.75), (3, 0.65)]
    path.write_text(
        "".join(
            json.dumps({"stage": "lora", "step": s, "train_loss": loss}) + "\n"
            for s, loss in steps
        )
    )
    log = TrainingLog(path)
    log.look()
    assert log.stages["lora"].train == [(1.0, 0.9), (2.0, 0.75), (3.0, 0.65)]


def test_that_another_training_of_a_stage_begins_its_curves_anew(
    tmp_path: Path,
) -> None:
    path = tmp_path / "training.jsonl"
    lines = [
        {"stage": "cnn", "title": "CNN, fold 1", "message": "x", "step": 9,
         "train_loss": 0.2, "best": True},
        {"stage": "cnn", "title": "CNN, fold 2", "message": "x", "step": 1,
         "train_loss": 0.8},
    ]  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    log = TrainingLog(path)
    log.look()
    assert log.stages["cnn"].train == [(1.0, 0.8)]
    assert log.stages["cnn"].best is None


def test_that_times_are_said_as_people_say_them() -> None:
    assert [time_words(s) for s in (0.2, 40, 200, 7800)] == [
        "1 s",
        "40 s",
        "3 min",
        "2 h 10 min",
    ]
