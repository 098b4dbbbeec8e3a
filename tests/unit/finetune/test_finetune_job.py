"""From a table of labels to a tested model folder, through every interruption."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from gfm_desktop.finetune.baselines import majority
from gfm_desktop.jobs.events import Cancelled, Failed, Finished, Partial, Progress
from gfm_desktop.jobs.finetune_folder import FineTuneFolder
from gfm_desktop.models import catalogue

from .job_kit import add_base, job, report_of, run_job, write_labels
from .tuning_kit import planted

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.finetune.report import Report
    from gfm_desktop.jobs.finetune import FineTune

BASELINES = {"majority", "gc_length", "kmer_linear", "cnn", "random_init"}


@pytest.fixture(autouse=True)
def base() -> None:
    add_base()


def finished(task: FineTune) -> Finished:
    _, ending = run_job(task)
    assert isinstance(ending, Finished), ending
    return ending


def check_whole(found: Report) -> None:
    """Check what every finished report has."""
    assert found.complete
    assert set(found.baselines) == BASELINES == set(found.differences)
    assert found.metrics is not None
    assert found.metrics[found.primary].value is not None
    assert found.verdict
    assert found.outcome
    assert found.leakage is not None
    assert found.model is not None
    assert len(found.model.base_sha256) == len(found.model.sha256) == 64
    assert len(found.data_sha256) == 64
    assert found.embedding_map is not None
    assert len(found.embedding_map.pca) == len(found.embedding_map.rows)
    assert found.memory_mb > 50
    assert found.seconds > 0
    # As many as there are: a file may have two rows without a label.
    assert 0 < len(found.next) <= 20


def test_that_labels_become_a_tested_model_that_loads(tmp_path: Path) -> None:
    data = planted(130)
    out = tmp_path / "mine"
    labels = write_labels(tmp_path / "labels.csv", data, extra=25)
    ending = finished(job(labels, out, method="probe"))
    found = report_of(out)
    check_whole(found)
    assert found.split is not None
    assert found.sizes is not None
    assert not found.split.cross_validation
    sizes = found.sizes
    assert sizes.train + sizes.validation + sizes.test == 130
    assert found.refused_count == 25
    assert "25 rows" in found.next_words
    assert len(found.next) == 20
    assert all(one.row is not None and one.row > 131 for one in found.next)
    assert found.verdict == ending.message
    assert any("25 rows" in text for text in ending.warnings)
    check_predictions(out, found, data)
    check_loaded(out, data)
    names = {path.name for path in out.iterdir()} - {".work"}
    assert names == {
        "MODEL_CARD.md",
        "gfm_model.json",
        "model.safetensors",
        "predictions.parquet",
        "report.json",
    }
    assert found.verdict in (out / "MODEL_CARD.md").read_text(encoding="utf-8")


def check_predictions(out: Path, found: Report, data: Any) -> None:
    table = pq.read_table(out / "predictions.parquet").to_pydict()
    assert table["row"] == [row + 2 for row in range(len(data))]
    assert found.sizes is not None
    assert table["part"].count("test") == found.sizes.test
    assert table["label"] == [data.names[label] for label in data.labels]
    chosen = [i for i, part in enumerate(table["part"]) if part == "test"]
    from sklearn.metrics import roc_auc_score

    area = roc_auc_score(data.labels[chosen], [table["prediction"][i] for i in chosen])
    assert found.metrics is not None
    assert found.metrics["auroc"].value == pytest.approx(area)


def check_loaded(out: Path, data: Any) -> None:
    model: Any = catalogue.load(str(out), device="cpu")
    again = model.predict(data.sequences)[:, 0]
    written = pq.read_table(out / "predictions.parquet")["prediction"].to_pylist()
    np.testing.assert_allclose(again, written, atol=2e-3)


@pytest.mark.parametrize("task", ["multiclass", "multilabel", "regression"])
def test_that_every_task_ends_in_a_whole_report(task: Any, tmp_path: Path) -> None:
    data = planted(120, task)
    if task == "regression":
        random = np.random.default_rng(1)
        noisy = data.labels + random.normal(0, 0.3, 120)
        data = replace(data, labels=noisy.astype(np.float32))
    labels = write_labels(tmp_path / "labels.csv", data)
    finished(job(labels, tmp_path / "mine", method="probe"))
    found = report_of(tmp_path / "mine")
    check_whole(found)
    assert found.task == task
    assert found.primary == ("pearson" if task == "regression" else "auroc")
    table = pq.read_table(tmp_path / "mine" / "predictions.parquet")
    named = [name for name in table.column_names if name.startswith("p_")]
    assert len(named) == (0 if task == "regression" else len(data.names))
    if task == "multiclass":
        assert found.confusion is not None
        assert found.sizes is not None
        assert sum(map(sum, found.confusion.matrix)) == found.sizes.test


def test_that_the_curve_and_the_strands_are_found_out_where_asked(
    tmp_path: Path,
) -> None:
    labels = write_labels(tmp_path / "labels.csv", planted(120))
    more = {"learning_curve": True, "reverse_complement": "auto"}
    finished(job(labels, tmp_path / "mine", method="probe", **more))
    found = report_of(tmp_path / "mine")
    check_whole(found)
    assert found.learning is not None
    assert found.learning.words
    sizes = [one.labels for one in found.learning_curve]
    assert sizes == sorted(set(sizes))
    assert found.sizes is not None
    assert sizes[-1] == found.sizes.train + found.sizes.validation
    last = found.learning_curve[-1]
    assert found.metrics is not None
    assert last.value == found.metrics["auroc"].value
    assert last.kmer == found.baselines["kmer_linear"]["auroc"].value
    assert found.method is not None
    assert "k-mer model" in found.method.strands_why


def test_that_few_labels_of_noise_are_cross_validated_and_called_no_signal(
    tmp_path: Path,
) -> None:
    data = planted(60)
    random = np.random.default_rng(3)
    noise = replace(data, labels=random.permutation(data.labels))
    labels = write_labels(tmp_path / "labels.csv", noise)
    finished(job(labels, tmp_path / "mine"))
    found = report_of(tmp_path / "mine")
    check_whole(found)
    assert found.split is not None
    assert found.sizes is not None
    assert found.split.cross_validation
    assert found.sizes.test == 60
    assert found.outcome == "no_signal"
    assert found.verdict.startswith("No signal")
    # Nothing flatters: neither the model nor any baseline claims more than chance.
    assert found.metrics is not None
    for numbers in (found.metrics, *found.baselines.values()):
        low, high = numbers["auroc"].low, numbers["auroc"].high
        assert low is not None
        assert high is not None
        assert low < 0.6
        assert high > 0.4
    assert len(found.by_fold["auroc"]) == found.split.folds
    table = pq.read_table(tmp_path / "mine" / "predictions.parquet").to_pydict()
    assert len(table["row"]) == 60
    assert None not in table["prediction"]


def test_that_a_planted_motif_is_signal_and_more_than_composition(
    tmp_path: Path,
) -> None:
    # The mirrored word has the same letters, so that composition tells nothing.
    motif = planted(700, "multiclass", motif="GATTACAG")
    chosen = np.flatnonzero(motif.labels > 0)[:320]
    data = replace(
        motif.take(chosen), task="binary", names=("no", "yes"), labels=motif.labels
    )
    data = replace(data, labels=motif.labels[chosen] - 1)
    labels = write_labels(tmp_path / "labels.csv", data)
    tuning = {"method": "full", "epochs": 14, "patience": 14, "learning_rate": 0.01}
    finished(job(labels, tmp_path / "mine", **tuning))
    found = report_of(tmp_path / "mine")
    check_whole(found)
    assert found.metrics is not None
    low = found.metrics["auroc"].low
    assert low is not None
    assert low > 0.6
    beyond = found.differences["gc_length"].low
    assert beyond is not None
    assert beyond > 0.1
    epochs = [one.epoch for one in found.history if one.stage == "full"]
    assert epochs == sorted(set(epochs))
    assert len(epochs) >= 2


def stages(out: Path) -> set[str]:
    return {path.stem for path in (out / ".work" / "stages").glob("[!.]*.npz")}


def numbers(found: Report) -> Any:
    """Return what must not depend on interruptions."""
    return found.model_copy(
        update={"seconds": 0, "memory_mb": 0, "history": []}
    ).model_dump()


def test_that_a_job_stopped_at_any_stage_goes_on_to_the_same_end(
    tmp_path: Path,
) -> None:
    labels = write_labels(tmp_path / "labels.csv", planted(110))
    whole = job(labels, tmp_path / "whole" / "mine", method="probe")
    broken = job(labels, tmp_path / "broken" / "mine", method="probe")
    for one in ("whole", "broken"):
        (tmp_path / one).mkdir()
    finished(whole)
    out = tmp_path / "broken" / "mine"
    known: set[str] = set()
    runs = 0
    ending: Any = Cancelled()
    while isinstance(ending, Cancelled):
        runs += 1
        assert runs < 60

        def seen(event: Any, before: set[str] = known) -> bool:
            return len(stages(out) - before) >= 3

        _, ending = run_job(broken, seen)
        assert not FineTuneFolder(out).running
        assert known <= stages(out), "what was finished stays"
        known = stages(out)
    assert isinstance(ending, Finished), ending
    assert runs > 5
    assert numbers(report_of(out)) == numbers(report_of(tmp_path / "whole" / "mine"))


def test_that_a_finished_stage_is_not_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = write_labels(tmp_path / "labels.csv", planted(100))
    task = job(labels, tmp_path / "mine", method="probe")

    def at_cnn(event: Any) -> bool:
        return isinstance(event, Progress) and event.message.startswith("Small CNN")

    _, ending = run_job(task, at_cnn)
    assert isinstance(ending, Cancelled)

    def fit(*_: Any, **__: Any) -> Any:
        raise AssertionError("the baseline was finished before")

    monkeypatch.setattr(majority.Majority, "fit", fit)
    finished(task)


def test_that_a_kill_within_an_epoch_costs_that_epoch_alone(tmp_path: Path) -> None:
    labels = write_labels(tmp_path / "labels.csv", planted(120))
    options = {"method": "lora", "epochs": 5, "patience": 5}
    task = job(labels, tmp_path / "mine", **options)
    log = tmp_path / "mine" / ".work" / "training.jsonl"

    def lines() -> list[dict[str, Any]]:
        text = log.read_text(encoding="utf-8") if log.is_file() else ""
        found = [json.loads(line) for line in text.splitlines()]
        return [one for one in found if one["stage"] == "lora"]

    def epochs() -> list[int]:
        # Epoch 0 is measured before the first one.
        told = [one for one in lines() if one["epoch"]]
        return [one["epoch"] for one in told if one["validation_loss"] is not None]

    def in_the_third(event: Any) -> bool:
        return isinstance(event, Partial) and len(epochs()) >= 2

    _, ending = run_job(task, in_the_third)
    assert isinstance(ending, Cancelled)
    before = epochs()
    assert before[:2] == [1, 2]
    assert isinstance(run_job(task)[1], Finished)
    assert epochs() == [1, 2, 3, 4, 5], "none twice"


def test_that_a_wish_to_stop_early_keeps_the_best_epoch_and_goes_on(
    tmp_path: Path,
) -> None:
    labels = write_labels(tmp_path / "labels.csv", planted(110))
    task = job(labels, tmp_path / "mine", method="lora", epochs=40, patience=40)
    folder = FineTuneFolder(tmp_path / "mine")
    asked = []

    def wish(event: Any) -> bool:
        words = event.message if isinstance(event, Progress) else ""
        if words.startswith("LoRA") and not asked:
            asked.append(words)
            folder.stop.touch()
        return False

    _, ending = run_job(task, wish)
    assert isinstance(ending, Finished), ending
    found = report_of(folder.out)
    check_whole(found)
    lora = [one for one in found.history if one.stage == "lora"]
    assert 0 < len(lora) < 10
    assert not folder.stop.exists()


def test_that_the_same_question_is_answered_at_once_and_another_is_refused(
    tmp_path: Path,
) -> None:
    labels = write_labels(tmp_path / "labels.csv", planted(100))
    task = job(labels, tmp_path / "mine", method="probe")
    first = finished(task)
    events, again = run_job(task)
    assert again == first
    assert not any(isinstance(event, Partial) for event in events)
    other = job(labels, tmp_path / "mine", method="probe", seed=2)
    _, refused = run_job(other)
    assert isinstance(refused, Failed)
    assert "fresh" in refused.todo
    finished(replace(other, fresh=True))
    assert report_of(tmp_path / "mine").settings["seed"] == 2


def test_that_nobody_s_files_are_overwritten(tmp_path: Path) -> None:
    labels = write_labels(tmp_path / "labels.csv", planted(100))
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.txt").write_text("all I have", encoding="utf-8")
    _, ending = run_job(job(labels, out))
    assert isinstance(ending, Failed)
    assert "taken" in ending.what
    assert [path.name for path in out.iterdir()] == ["chapter.txt"]
    _, ending = run_job(job(labels, tmp_path / "no" / "where"))
    assert isinstance(ending, Failed)
    assert "does not exist" in ending.what


def test_that_two_jobs_do_not_work_in_one_folder(tmp_path: Path) -> None:
    labels = write_labels(tmp_path / "labels.csv", planted(100))
    folder = FineTuneFolder(tmp_path / "mine")
    with folder.locked():
        _, ending = run_job(job(labels, folder.out))
    assert isinstance(ending, Failed)
    assert "already running" in ending.what


def test_that_memory_that_ran_out_halves_the_batch(tmp_path: Path) -> None:
    task = job(tmp_path / "x.csv", tmp_path / "mine")
    assert task.continued(out_of_memory=True).batch_size == 4
    small = replace(task, batch_size=1, fresh=True)
    assert small.continued(out_of_memory=True) == replace(small, fresh=False)
    assert task.continued(out_of_memory=False) == task


def test_that_what_makes_no_sense_is_refused_before_any_work(tmp_path: Path) -> None:
    labels = write_labels(tmp_path / "labels.csv", planted(100))
    _, ending = run_job(job(labels, tmp_path / "mine", epochs=0))
    assert isinstance(ending, Failed)
    assert ending.usage
    assert not (tmp_path / "mine").exists()
