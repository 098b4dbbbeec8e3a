from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QSpinBox,
)

from gfm_desktop.finetune import report as reports
from gfm_desktop.genome.interval import Interval
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
from gfm_desktop.ui import theme
from gfm_desktop.ui.widgets.finetune_panel import (
    CHECK,
    LABELS,
    RESULT,
    TRAIN,
    FineTunePanel,
)
from gfm_desktop.ui.widgets.look import Tone
from gfm_desktop.workspace.finetuning_runs import RunStatus

from .finetune_files import line, report, write_labels

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.finetuning_run import Run
    from gfm_desktop.workspace.workspace import Workspace

    from .conftest import SilentEngine


@pytest.fixture
def panel(qtbot: QtBot, workspace: Workspace, bridge: EngineBridge) -> FineTunePanel:
    made = FineTunePanel(workspace, bridge)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text("seq,bound\nACGTACGTAC,1\n")
    return path


@pytest.fixture
def read(
    qtbot: QtBot, panel: FineTunePanel, engine: SilentEngine, file: Path, tmp_path: Path
) -> FineTunePanel:
    """Labels are read and checked."""
    panel.choose(file)
    found = write_labels(tmp_path / "found.json")
    engine.sinks["job-0"]("job-0", Finished("", outputs={"labels": str(found)}))
    qtbot.waitUntil(lambda: not reading(panel).busy)
    return panel


@pytest.fixture
def training(qtbot: QtBot, read: FineTunePanel, engine: SilentEngine) -> FineTunePanel:
    """A run is under way."""
    read.go(TRAIN)
    read.setup.button.click()
    tell(engine, Started("Fine-tune"))
    qtbot.waitUntil(lambda: run(read).status is RunStatus.RUNNING)
    return read


@pytest.fixture
def finished(
    qtbot: QtBot, training: FineTunePanel, engine: SilentEngine
) -> FineTunePanel:
    """A run has ended with a report."""
    folder = run(training).folder
    reports.write(folder / "report.json", report())
    (folder / "gfm_model.json").write_text("{}")
    tell(engine, Finished("Better than every baseline."))
    qtbot.waitUntil(lambda: run(training).status is RunStatus.FINISHED)
    return training


def reading(panel: FineTunePanel) -> object:
    assert panel.tuning.labels.reading is not None
    return panel.tuning.labels.reading


def run(panel: FineTunePanel) -> Run:
    assert panel.tuning.run is not None
    return panel.tuning.run


def tell(engine: SilentEngine, *events: object) -> None:
    job_id = list(engine.jobs)[-1]
    for event in events:
        engine.sinks[job_id](job_id, event)


def step(panel: FineTunePanel) -> int:
    (pressed,) = [i for i, b in enumerate(panel.steps.buttons) if b.isChecked()]
    return pressed


def test_that_an_empty_panel_asks_for_labels_and_offers_no_later_step(
    panel: FineTunePanel,
) -> None:
    assert step(panel) == LABELS
    assert panel.labels.drop.isVisible()
    assert panel.labels.sample.isVisible()
    assert [b.isEnabled() for b in panel.steps.buttons] == [True, False, False, False]


def test_that_the_sample_labels_are_one_press_away(
    panel: FineTunePanel, engine: SilentEngine
) -> None:
    panel.labels.sample.click()
    (job,) = engine.jobs.values()
    assert isinstance(job, ReadLabels)
    assert Path(job.labels).is_file()
    assert Path(job.labels).parent.name == "labels"


def test_that_a_dropped_table_is_read_and_a_genome_is_left_to_the_window(
    panel: FineTunePanel, engine: SilentEngine, file: Path, tmp_path: Path
) -> None:
    fasta = tmp_path / "g.fa"
    fasta.write_text(">chr1\nACGT\n")
    assert not drag(panel, fasta)
    assert drag(panel, file)
    (job,) = engine.jobs.values()
    assert isinstance(job, ReadLabels)
    assert job.labels == str(file)


def drag(panel: FineTunePanel, path: Path) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    where, copy = QPoint(200, 200), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, copy, data, left, none)
    QApplication.sendEvent(panel, enter)
    if enter.isAccepted():
        drop = QDropEvent(where.toPointF(), copy, data, left, none)
        QApplication.sendEvent(panel, drop)
    return enter.isAccepted()


def test_that_columns_classes_and_refused_rows_are_shown(read: FineTunePanel) -> None:
    labels = read.labels
    boxes = labels.columns.boxes
    assert [box.currentText() for box in boxes] == ["Sequence", "Label", "Not used"]
    assert "its name says so" in boxes[0].toolTip().lower()
    facts = dict(labels.facts.facts)
    assert facts["Examples"] == "297"
    assert facts["Labels"] == "0: 150, 1: 147"
    assert labels.refused_card.title.text() == "3 rows cannot be used"
    assert labels.refused.table.lines.rowCount() == 3
    assert labels.next.isEnabled()


def test_that_refused_rows_are_filtered_copied_and_saved(
    read: FineTunePanel, tmp_path: Path
) -> None:
    refused = read.labels.refused
    refused.field.setText("empty")
    assert refused.table.lines.rowCount() == 2
    refused.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.splitlines() == [
        "Row\tWhy it cannot be used",
        "4\tIts label is empty.",
        "11\tIts label is empty.",
    ]
    refused.save_to(tmp_path / "refused.csv")
    saved = (tmp_path / "refused.csv").read_text().splitlines()
    assert saved[1] == "4,Its label is empty."


def test_that_a_place_that_cannot_be_written_is_told(
    qtbot: QtBot, read: FineTunePanel, workspace: Workspace, tmp_path: Path
) -> None:
    said: list[str] = []
    workspace.message.connect(lambda _, text: said.append(text))
    read.labels.refused.save_to(tmp_path / "no" / "refused.csv")
    assert "cannot be saved" in said[0]


def test_that_another_role_of_a_column_reads_again(
    read: FineTunePanel, engine: SilentEngine
) -> None:
    box = read.labels.columns.boxes[2]
    box.setCurrentIndex(box.findData("split"))
    job = list(engine.jobs.values())[-1]
    assert isinstance(job, ReadLabels)
    assert job.columns == (("sequence", "seq"), ("label", "bound"), ("split", "note"))


def test_that_a_column_may_be_left_out(
    qtbot: QtBot, read: FineTunePanel, engine: SilentEngine, tmp_path: Path
) -> None:
    boxes = read.labels.columns.boxes
    boxes[1].setCurrentIndex(boxes[1].findData(""))
    job = list(engine.jobs.values())[-1]
    assert isinstance(job, ReadLabels)
    assert job.columns == (("sequence", "seq"), ("ignore", "bound"))
    columns = [
        {"name": name, "role": role, "why": ""}
        for name, role in (("seq", "sequence"), ("bound", ""), ("note", ""))
    ]
    found = write_labels(tmp_path / "found.json", columns=columns)
    tell(engine, Finished("", outputs={"labels": str(found)}))
    qtbot.waitUntil(lambda: not reading(read).busy)
    boxes[2].setCurrentIndex(boxes[2].findData("label"))
    job = list(engine.jobs.values())[-1]
    assert isinstance(job, ReadLabels)
    assert ("ignore", "bound") in job.columns, "what was left out stays so"
    assert ("label", "note") in job.columns


def test_that_another_task_reads_again(
    read: FineTunePanel, engine: SilentEngine
) -> None:
    assert "Two classes" in read.labels.task.currentText()
    read.labels.task.setCurrentIndex(read.labels.task.findData("regression"))
    job = list(engine.jobs.values())[-1]
    assert isinstance(job, ReadLabels)
    assert job.task == "regression"


def test_that_a_bad_file_says_what_to_do_and_offers_another(
    qtbot: QtBot, panel: FineTunePanel, engine: SilentEngine, file: Path
) -> None:
    panel.choose(file)
    tell(engine, Failed("It is a picture.", str(file), "Choose a table."))
    qtbot.waitUntil(panel.labels.problem.isVisible)
    assert panel.labels.problem.text == "It is a picture. Choose a table."
    assert panel.labels.problem.tone is Tone.BAD
    assert not panel.labels.next.isEnabled()
    assert panel.labels.other.isVisible()
    assert not panel.steps.buttons[TRAIN].isEnabled()


def test_that_labels_that_need_a_genome_say_so_and_are_read_again_with_one(
    qtbot: QtBot,
    panel: FineTunePanel,
    engine: SilentEngine,
    workspace: Workspace,
    file: Path,
    tmp_path: Path,
) -> None:
    panel.choose(file)
    found = write_labels(tmp_path / "found.json", problems=["Open a genome first."])
    tell(engine, Finished("", outputs={"labels": str(found)}))
    qtbot.waitUntil(panel.labels.problem.isVisible)
    assert "genome" in panel.labels.problem.text
    workspace.annotation_changed.emit()
    assert len(engine.jobs) == 2


def test_that_the_check_is_a_traffic_light_worst_first(read: FineTunePanel) -> None:
    read.go(CHECK)
    keys = [row.finding.key for row in read.check.rows]
    assert keys == ["homologous", "duplicates", "too_few"]
    assert read.check.summary.tone is Tone.BAD
    fixes = [row.fix.text() for row in read.check.rows if row.fix.isVisible()]
    assert fixes == ["Split by similarity", "Keep one of each"]
    assert "207" in read.check.parts.accessibleName()


def test_that_a_fix_is_one_press_and_shows_in_the_settings(
    read: FineTunePanel, engine: SilentEngine
) -> None:
    read.go(CHECK)
    read.check.rows[0].fix.click()
    job = list(engine.jobs.values())[-1]
    assert isinstance(job, ReadLabels)
    assert dict(job.options) == {"split": "similarity"}
    split = read.setup.options.fields["split"]
    assert isinstance(split, QComboBox)
    assert split.currentText() == "similarity"
    assert not read.check.rows[0].fix.isEnabled(), "the check runs again"


def test_that_one_button_trains_with_what_was_chosen(
    read: FineTunePanel, engine: SilentEngine
) -> None:
    read.go(TRAIN)
    setup = read.setup
    assert setup.name.text() == "labels"
    setup.method.setCurrentIndex(setup.method.findData("lora"))
    setup.more.click()
    epochs = setup.options.fields["epochs"]
    assert isinstance(epochs, QSpinBox)
    epochs.setValue(3)
    command = setup.copy_command.toolTip()
    assert "gfm finetune" in command
    assert "--method lora" in command
    assert "--epochs 3" in command
    setup.button.click()
    job = list(engine.jobs.values())[-1]
    assert isinstance(job, FineTune)
    assert dict(job.options) == {"method": "lora", "epochs": 3}
    assert job.model == "gfm-ensemble"
    assert read.live.isVisible()


def test_that_a_name_that_is_taken_is_refused_with_the_reason(
    read: FineTunePanel,
) -> None:
    read.go(TRAIN)
    read.setup.name.setText("Not A Name")
    assert not read.setup.button.isEnabled()
    assert "lower case" in read.setup.why.text()


def test_that_how_long_it_takes_is_estimated(qtbot: QtBot, read: FineTunePanel) -> None:
    read.go(TRAIN)
    qtbot.waitUntil(lambda: "297 examples" in read.setup.estimate.text())
    assert "estimate" in read.setup.estimate.text()


def test_that_curves_baselines_and_time_left_fill_in(
    qtbot: QtBot, training: FineTunePanel, engine: SilentEngine
) -> None:
    live, now = training.live, run(training)
    lines = [line("lora", s, train_loss=1 / s) for s in range(1, 11)]
    lines.append(line("lora", 10, validation_loss=0.4, metric=0.7, best=True, epoch=1))
    now.log.path.write_text("".join(lines))
    assert not live.loss.isVisible(), "a chart without a curve says nothing"
    tell(engine, Progress(10, 100, "steps", "Lora: reading"))
    tell(engine, Partial("training", str(now.log.path)))
    qtbot.waitUntil(lambda: len(live.loss.drawing.curves) == 2)
    train, validation = live.loss.drawing.curves
    assert len(train.x) == 10
    assert list(validation.y) == [0.4]
    (guide,) = live.loss.drawing.guides
    assert guide.text == "best: epoch 1"
    assert live.words.text().startswith("Lora: reading")
    assert "2 min left of this stage" in live.words.text()
    assert live.bar.value() == 100
    assert live.loss.isVisible()
    assert "512 MB" in live.words.text()
    half = report(
        metrics=None,
        baselines={"majority": {"auroc": reports.Number(value=0.5)}},
        complete=False,
    )
    reports.write(now.folder / "report.json", half)
    tell(engine, Partial("report", str(now.folder / "report.json")))
    qtbot.waitUntil(lambda: live.bars.bars[1].value == 0.5)
    assert live.bars.bars[0].note == "learning, 10%"
    assert live.bars.bars[3].note == "waiting"


def test_that_pause_cancel_and_stop_early_reach_the_training(
    qtbot: QtBot, training: FineTunePanel, engine: SilentEngine
) -> None:
    live = training.live
    assert [b.isVisible() for b in (live.pause, live.early, live.cancel)] == [True] * 3
    live.pause.click()
    assert live.pause.text() == "Go on"
    live.pause.click()
    live.early.click()
    assert (run(training).folder / ".work" / "stop-early").is_file()
    assert not live.early.isEnabled()
    assert "best epoch" in live.title.text()
    live.cancel.click()
    assert engine.cancelled == ["job-1"]
    tell(engine, Cancelled())
    qtbot.waitUntil(live.resume.isVisible)
    assert not live.pause.isVisible()


def test_that_the_job_strip_s_pause_shows_here_too(
    training: FineTunePanel, bridge: EngineBridge
) -> None:
    bridge.pause("job-1")
    assert training.live.pause.text() == "Go on"


def test_that_a_failure_says_what_and_offers_to_go_on(
    qtbot: QtBot, training: FineTunePanel, engine: SilentEngine
) -> None:
    tell(engine, Failed("The worker ended.", todo="Try a smaller batch.", parked=True))
    live = training.live
    qtbot.waitUntil(live.failure.isVisible)
    assert "The worker ended. Try a smaller batch." in live.failure.text
    assert "twice" in live.title.text()
    live.resume.click()
    job = list(engine.jobs.values())[-1]
    assert isinstance(job, FineTune)
    assert run(training).status is RunStatus.WAITING


def test_that_an_unfinished_run_is_found_after_a_restart(
    qtbot: QtBot,
    training: FineTunePanel,
    workspace: Workspace,
    bridge: EngineBridge,
    engine: SilentEngine,
) -> None:
    later = FineTunePanel(workspace, bridge)
    qtbot.addWidget(later)
    later.show()
    assert later.labels.runs.isVisible()
    button = later.findChild(QAbstractButton, "finetune-run-0")
    assert button is not None
    assert "Not finished" in button.accessibleName()
    # The whole row opens it, as its look promises; the keyboard has the name.
    row = button.parentWidget()
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(row.width() // 2, 3))
    assert step(later) == TRAIN
    assert later.live.resume.isVisible()
    later.live.resume.click()
    jobs = list(engine.jobs.values())
    assert jobs[-1] == jobs[-2]


def test_that_the_result_begins_with_the_verdict(finished: FineTunePanel) -> None:
    result = finished.result
    assert step(finished) == RESULT, "who watched the training sees its result"
    assert result.verdict.text == "Better than every baseline."
    assert result.verdict.tone is Tone.GOOD
    facts = dict(result.facts.facts)
    assert facts["AUROC"] == "0.850 (0.830 to 0.870)"
    names = [bar.name for bar in result.bars.bars]
    assert names[0] == "Your model"
    assert "LoRA" in result._cards["bars"].title.text()
    assert "k-mer counts" in names
    assert result.bars.bars[0].strong
    assert result.roc.isVisible()
    assert [g.text for g in result.pr.drawing.guides] == ["prevalence 40%"]
    assert len(result.reliability.drawing.curves) == 2
    assert result.confusion.counts == ((30, 6), (4, 20))
    assert not result.scatter.isVisible(), "a regression's chart"


def test_that_a_verdict_that_is_bad_news_looks_like_it(
    qtbot: QtBot, training: FineTunePanel, engine: SilentEngine
) -> None:
    folder = run(training).folder
    words = "No signal was found. Only 1.5 % of it. Take care."
    poor = report(verdict=words, outcome="no_signal")
    reports.write(folder / "report.json", poor)
    tell(engine, Finished("No signal was found."))
    qtbot.waitUntil(lambda: training.result.verdict.text == "No signal was found.")
    assert training.result.verdict.tone is Tone.BAD
    assert training.result.more.text() == "Only 1.5 % of it. Take care."


def test_that_a_regression_has_its_own_charts(
    qtbot: QtBot, training: FineTunePanel, engine: SilentEngine
) -> None:
    folder = run(training).folder
    number = {"pearson": reports.Number(value=0.6, low=0.5, high=0.7)}
    made = report(
        task="regression", primary="pearson", names=["y"], metrics=number,
        baselines={"kmer_linear": number}, confusion=None, calibration=None,
        curves=reports.Curves(scatter=[(0.0, 0.1), (1.0, 0.8)]),
        embedding_map=None,
    )  # fmt: skip
    reports.write(folder / "report.json", made)
    tell(engine, Finished("Better."))
    qtbot.waitUntil(training.result.scatter.isVisible)
    assert not training.result.roc.isVisible()
    assert not training.result.confusion.isVisible()
    assert "Pearson" in training.result.bars.accessibleDescription()


def test_that_a_worst_error_opens_in_the_browser(
    finished: FineTunePanel, workspace: Workspace
) -> None:
    wanted: list[str] = []
    workspace.panel_wanted.connect(wanted.append)
    table = finished.result.worst.list.table
    table.selectRow(0)
    assert workspace.locus == Interval("chrA", 300, 400)
    assert wanted == ["browser"]
    table.selectRow(1)
    assert workspace.locus == Interval("chrA", 300, 400), "it has no place"


def test_that_a_loop_lists_its_examples_and_goes_to_the_first_place(
    finished: FineTunePanel, workspace: Workspace
) -> None:
    part = finished.result.map
    part.map.chosen.emit(np.array([2, 3]))
    assert part.list.table.lines.rowCount() == 2
    assert part.words.text() == "2 of 4 examples are in the loop."
    assert workspace.locus == Interval("chrA", 300, 400)
    part.map.chosen.emit(np.array([], dtype=np.int64))
    assert part.list.table.lines.rowCount() == 4


def test_that_what_to_label_next_is_saved_as_labels_to_fill_in(
    finished: FineTunePanel, tmp_path: Path
) -> None:
    finished.result.next.list.save_to(tmp_path / "next.csv")
    head, first = (tmp_path / "next.csv").read_text().splitlines()
    assert head.split(",")[:2] == ["sequence", "label"]
    assert first.split(",")[:2] == ["ACGTT", ""]


def test_that_the_model_is_used_at_once(
    finished: FineTunePanel, workspace: Workspace
) -> None:
    wanted: list[str] = []
    workspace.panel_wanted.connect(wanted.append)
    assert finished.result.use.text() == "Use this model to score the open variants"
    finished.result.use.click()
    assert workspace.model == "labels"
    assert wanted == ["scoring"]


def test_that_the_model_is_shared_off_the_gui_thread(
    qtbot: QtBot, finished: FineTunePanel, workspace: Workspace, tmp_path: Path
) -> None:
    said: list[tuple[str, str]] = []
    workspace.message.connect(lambda *words: said.append(words))
    folder = run(finished).folder
    finished.sharing.copy(folder, tmp_path / "mine.zip")
    qtbot.waitUntil(lambda: bool(said))
    assert said == [("info", f"The model is copied: {tmp_path / 'mine.zip'}")]
    finished.sharing.copy(folder, tmp_path / "no" / "such" / "mine.zip")
    qtbot.waitUntil(lambda: len(said) == 2)
    assert said[1][0] == "error"


def test_that_other_settings_begin_from_those_of_the_run(
    finished: FineTunePanel, engine: SilentEngine
) -> None:
    finished.result.again.click()
    assert step(finished) == TRAIN
    assert finished.setup.isVisible()
    assert finished.setup.name.text() == "labels-2"
    job = list(engine.jobs.values())[-1]
    assert isinstance(job, ReadLabels)


def test_that_a_finished_run_opens_its_result_and_a_new_one_begins_empty(
    qtbot: QtBot, finished: FineTunePanel
) -> None:
    finished._begin_anew()
    assert finished.labels.drop.isVisible()
    assert [b.isEnabled() for b in finished.steps.buttons][1:] == [False] * 3
    button = finished.findChild(QAbstractButton, "finetune-run-0")
    assert button is not None
    assert "AUROC 0.850" in button.accessibleName()
    button.click()
    assert step(finished) == RESULT


def test_that_late_news_of_labels_that_were_left_change_nothing(
    qtbot: QtBot, read: FineTunePanel, engine: SilentEngine, file: Path, tmp_path: Path
) -> None:
    read.choose(file)
    read._begin_anew()
    late = write_labels(tmp_path / "late.json")
    tell(engine, Finished("", outputs={"labels": str(late)}))
    QApplication.processEvents()
    assert read.tuning.labels.reading is None
    assert read.labels.drop.isVisible()


def test_that_everything_that_takes_input_has_a_name(finished: FineTunePanel) -> None:
    kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QAbstractSpinBox)
    inside = ("qt_", "ComboBoxPrivate")
    nameless = [
        f"{type(w).__name__} {w.objectName()!r}"
        for kind in kinds
        for w in finished.findChildren(kind)
        if not w.objectName().startswith(inside)
        and not isinstance(w.parentWidget(), QComboBox | QLineEdit | QAbstractSpinBox)
        and "Header" not in type(w).__name__
        and "Popup" not in type(w.parentWidget()).__name__
        and "Container" not in w.parentWidget().metaObject().className()
        and not (isinstance(w, QAbstractButton) and not w.text() and w.isHidden())
        and w.metaObject().className() != "QTableCornerButton"
        and not (w.objectName() and w.accessibleName())
    ]
    assert not nameless


def test_that_every_step_fits_a_small_screen_at_twice_the_text_size(
    finished: FineTunePanel,
) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    try:
        theme.apply(application, theme.LIGHT, scale=200)
        QApplication.processEvents()
        assert finished.minimumSizeHint().width() <= 1280
    finally:
        theme.apply(application, theme.LIGHT)


def test_that_the_keyboard_goes_through_the_steps(
    qtbot: QtBot, read: FineTunePanel, engine: SilentEngine
) -> None:
    read.activateWindow()
    for button in (read.labels.next, read.check.next, read.setup.button):
        button.setFocus()
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert isinstance(list(engine.jobs.values())[-1], FineTune)
