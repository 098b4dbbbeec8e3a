"""Step 3, while it trains: curves, baselines filling in, time left, four buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QPushButton, QWidget

from gfm_desktop.finetune.evaluation import GUESS
from gfm_desktop.finetune.options import METHODS
from gfm_desktop.ui.widgets.card_grid import Card, CardGrid
from gfm_desktop.ui.widgets.chart import Axis, Chart, Curve, Drawing, Guide
from gfm_desktop.ui.widgets.flow import FlowLayout
from gfm_desktop.ui.widgets.interval_bars import Bar, IntervalBars
from gfm_desktop.ui.widgets.look import Tone
from gfm_desktop.ui.widgets.notice import Notice
from gfm_desktop.ui.widgets.scrolled import ScrolledColumn
from gfm_desktop.ui.widgets.texts import heading, muted
from gfm_desktop.workspace.finetuning_log import time_words
from gfm_desktop.workspace.finetuning_report import (
    BASELINES,
    baseline_of,
    primary_of,
    title_of,
)
from gfm_desktop.workspace.finetuning_runs import RunStatus

if TYPE_CHECKING:
    from gfm_desktop.finetune.report import Report
    from gfm_desktop.workspace.finetuning_log import StageLog
    from gfm_desktop.workspace.finetuning_run import Run

_TITLES: dict[RunStatus, str] = {
    RunStatus.WAITING: "Waiting for its turn",
    RunStatus.RUNNING: "Training",
    RunStatus.PAUSED: "Paused",
    RunStatus.ENDING: "Ending early: the best epoch is kept and measured",
    RunStatus.STOPPING: "Stopping at the next step",
    RunStatus.FINISHED: "Finished",
    RunStatus.FAILED: "It could not be done",
    RunStatus.PARKED: "It ended the worker twice and is not tried again by itself",
    RunStatus.STOPPED: "Not finished",
}
_NEWEST = "What is learning now"


class LivePage(ScrolledColumn):
    """The run on show, from its first step to its end."""

    pause_wanted = Signal()
    early_wanted = Signal()
    cancel_wanted = Signal()
    resume_wanted = Signal()
    result_wanted = Signal()
    setup_wanted = Signal()

    def __init__(self) -> None:
        """Start without a run."""
        super().__init__()
        self.setObjectName("finetune-live")
        self._run: Run | None = None
        self.title = heading()
        self.words = muted()
        self.bar = QProgressBar()
        self.failure = Notice("finetune-failure")
        self.pause = _button("finetune-pause", "Pause")
        self.early = _button("finetune-early", "Stop early and keep the best")
        self.cancel = _button("finetune-cancel", "Cancel")
        self.resume = _button("finetune-resume", "Resume")
        self.result = _button("finetune-to-result", "Show the result")
        self.setup = _button("finetune-to-setup", "Change the settings")
        self.stage = QComboBox()
        self.loss = Chart("finetune-loss", "Loss by step")
        self.measure = Chart(
            "finetune-metric", "Measure of the validation part by step"
        )
        self.bars = IntervalBars("finetune-live-bars", "The model beside the baselines")
        self._grid = CardGrid()
        self._choice = QWidget()
        self._loss_card = Card("Loss", self.loss)
        self._measure_card = Card(
            "How well the validation part is predicted", self.measure
        )
        self._build()

    def show_run(self, run: Run | None) -> None:
        """Show a run's status and buttons."""
        self._run = run
        if run is None:
            return
        status, failed = run.status, run.failed
        self.title.setText(f"{run.id}: {_TITLES[status].lower()}")
        if failed is not None and not status.under_way:
            place = f" [{failed.where}]" if failed.where else ""
            todo = f" {failed.todo}" if failed.todo else ""
            self.failure.say(f"{failed.what}{place}{todo}", Tone.BAD)
        elif status is RunStatus.STOPPED:
            self.failure.say(
                "This run is not finished. Resume goes on at its last checkpoint.",
                Tone.CAUTION,
            )
        else:
            self.failure.say("", Tone.QUIET)
        busy = status.under_way
        self.pause.setVisible(busy)
        self.early.setVisible(busy)
        self.cancel.setVisible(busy)
        self.resume.setVisible(status.resumable)
        self.resume.setEnabled(run.request is not None)
        self.result.setVisible(status is RunStatus.FINISHED)
        self.setup.setVisible(not busy)
        held = status is RunStatus.PAUSED
        self.pause.setText("Go on" if held else "Pause")
        self.pause.setAccessibleName("Go on with the training" if held else "Pause")
        ending = status in (RunStatus.ENDING, RunStatus.STOPPING)
        self.pause.setEnabled(not ending)
        self.early.setEnabled(busy and not ending)
        self.cancel.setEnabled(status is not RunStatus.STOPPING)
        self.show_log()
        self.show_report()

    def show_log(self) -> None:
        """Show more of the curves."""
        run = self._run
        if run is None:
            return
        self.show_progress()
        self._offer_stages(run)
        self._draw()
        self._show_bars(run, run.report)

    def show_progress(self) -> None:
        """Show what is being done and how far that is."""
        run = self._run
        if run is None:
            return
        self._show_words(run)
        self.bar.setVisible(run.status.under_way)
        running = run.status in (RunStatus.RUNNING, RunStatus.ENDING)
        self.bar.setRange(0, 0 if run.part is None and running else 1000)
        self.bar.setValue(round(1000 * (run.part or 0)))

    def show_report(self) -> None:
        """Show the baselines that are done."""
        if self._run is not None:
            self._show_bars(self._run, self._run.report)

    def _show_words(self, run: Run) -> None:
        log, parts = run.log, []
        if run.status.under_way and run.message:
            parts.append(run.message)
        if log.eta is not None and run.status is RunStatus.RUNNING:
            stage = log.stages.get(log.current)
            if stage is not None and run.message.startswith(stage.title):
                parts.append(f"about {time_words(log.eta)} left of this stage")
        if log.memory:
            parts.append(f"{log.memory:,.0f} MB of memory")
        self.words.setText("  ·  ".join(parts))
        self.words.setVisible(bool(parts))

    def _offer_stages(self, run: Run) -> None:
        curves = [s for s in run.log.stages.values() if s.train or s.validation]
        names = [_NEWEST, *(stage.title for stage in curves)]
        if [self.stage.itemText(i) for i in range(self.stage.count())] == names:
            return
        before = self.stage.currentData()
        self.stage.blockSignals(True)
        self.stage.clear()
        self.stage.addItem(_NEWEST, "")
        for stage in curves:
            self.stage.addItem(stage.title, stage.key)
        self.stage.setCurrentIndex(max(0, self.stage.findData(before)))
        self.stage.blockSignals(False)

    def _draw(self, *_: object) -> None:
        run = self._run
        if run is None:
            return
        log = run.log
        curves = [s for s in log.stages.values() if s.train or s.validation or s.metric]
        current = log.stages.get(self.stage.currentData() or log.current)
        if current not in curves:
            current = curves[-1] if curves else None
        steps = Axis("steps", 0.0, float(current.steps) if current else None)
        guides = _best(current)
        self._curves(current is not None and bool(current.train or current.validation),
                     bool(current and current.metric))  # fmt: skip
        if current is None:
            return
        empty = "No curve yet."
        self._loss_card.title.setText(f"{current.title}: loss")
        self._measure_card.title.setText(f"{current.title}: the validation part")
        losses = (
            _curve("training", current.train, "ref"),
            _curve("validation", current.validation, "alt", dashed=True, dots=True),
        )
        self.loss.draw(
            Drawing(losses, steps, Axis("loss"), _upright(guides, losses)), empty=empty
        )
        measure = "AUROC" if run.report is None else title_of(primary_of(run.report))
        points = (_curve("validation", current.metric, "alt", dashed=True, dots=True),)
        self.measure.draw(
            Drawing(points, steps, Axis(measure), _upright(guides, points)),
            empty="The measure comes with the first epoch.",
        )

    def _curves(self, loss: bool, measure: bool) -> None:
        """Show the charts that have something to show: not all learn in steps."""
        self._loss_card.setVisible(loss or measure)
        self._measure_card.setVisible(loss or measure)
        self._choice.setVisible(self.stage.count() > 1)
        self._grid.arrange()

    def _show_bars(self, run: Run, report: Report | None) -> None:
        measure = "auroc" if report is None else primary_of(report)
        stages = run.log.stages
        mine = next((s for k, s in stages.items() if k in METHODS), None)
        own = None if report is None else (report.metrics or {}).get(measure)
        title = "Your model"
        bars = [_bar(title, own, mine, run, strong=True)]
        for key, name in BASELINES.items():
            found = None if report is None else baseline_of(report, key)
            bars.append(_bar(name, found, stages.get(key), run))
        self.bars.show_bars(bars, title=f"{title_of(measure)} of the test part",
                            chance=GUESS.get(measure))  # fmt: skip

    def _build(self) -> None:
        self.bar.setObjectName("finetune-bar")
        self.bar.setAccessibleName("Progress of the stage")
        self.bar.setTextVisible(False)
        self.result.setProperty("primary", "true")
        self.resume.setProperty("primary", "true")
        self.early.setToolTip(
            "Ends the training now; its best epoch is measured and becomes the model"
        )
        self.cancel.setToolTip("Stops at the next step; Resume goes on from there")
        self.stage.setObjectName("finetune-stage")
        self.stage.setAccessibleName("Whose curves")
        self.stage.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.stage.currentIndexChanged.connect(self._draw)
        buttons = QWidget()
        row = FlowLayout(buttons)
        for button, signal in (
            (self.result, self.result_wanted),
            (self.resume, self.resume_wanted),
            (self.pause, self.pause_wanted),
            (self.early, self.early_wanted),
            (self.cancel, self.cancel_wanted),
            (self.setup, self.setup_wanted),
        ):
            button.clicked.connect(signal)
            row.addWidget(button)
        words = (
            "Bars are what each one reaches on the test part, whiskers 95 % intervals."
        )
        bars = Card("Beside the baselines", self.bars, words=words)
        self._grid.add(bars, wide=True)
        self._grid.add(self._choice, wide=True)
        self._grid.add(self._loss_card)
        self._grid.add(self._measure_card)
        line = QHBoxLayout(self._choice)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(muted("Curves of"))
        line.addWidget(self.stage)
        line.addStretch(1)
        for widget in (self.title, self.words, self.bar, self.failure):
            self.body.addWidget(widget)
        self.body.addWidget(buttons)
        self.body.addWidget(self._grid)
        self.body.addStretch(1)


def _curve(
    name: str,
    points: list[tuple[float, float]],
    ink: str,
    *,
    dashed: bool = False,
    dots: bool = False,
) -> Curve:
    x, y = [p[0] for p in points], [p[1] for p in points]
    return Curve(name, x, y, ink, dashed=dashed, dots=dots)


def _best(stage: StageLog | None) -> tuple[float, str] | None:
    if stage is None or stage.best is None:
        return None
    step, epoch = stage.best
    return step, f"best: epoch {epoch}"


def _upright(
    best: tuple[float, str] | None, curves: tuple[Curve, ...]
) -> tuple[Guide, ...]:
    """Return a vertical line at the best epoch, as high as the curves."""
    values = [y for curve in curves for y in curve.y]
    if best is None or not values:
        return ()
    step, words = best
    low, high = min(values), max(values)
    room = (high - low) or 1.0
    return (Guide((step, step), (low - room, high + room), words, "good"),)


def _bar(
    name: str, found: object, stage: StageLog | None, run: Run, *, strong: bool = False
) -> Bar:
    value = getattr(found, "value", None)
    if value is not None:
        low, high = getattr(found, "low", None), getattr(found, "high", None)
        return Bar(name, value, low, high, strong=strong)
    busy = run.status.under_way
    note = "waiting" if busy else ""
    if stage is not None and busy:
        part = stage.part
        note = "measured later" if part == 1.0 else "learning"
        if part is not None and part < 1.0:
            note = f"learning, {part:.0%}"
    return Bar(name, strong=strong, note=note)


def _button(name: str, words: str) -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(name)
    button.setAccessibleName(words)
    return button
