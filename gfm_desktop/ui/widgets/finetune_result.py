"""Step 4: the verdict first, then what it rests on, then what to do with the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from gfm_desktop.finetune.evaluation import GUESS
from gfm_desktop.ui.widgets import finetune_figures as figures
from gfm_desktop.ui.widgets.card_grid import Card, CardGrid
from gfm_desktop.ui.widgets.chart import Chart, Drawing
from gfm_desktop.ui.widgets.confusion import ConfusionMatrix
from gfm_desktop.ui.widgets.empty_state import EmptyState
from gfm_desktop.ui.widgets.facts import FactGrid
from gfm_desktop.ui.widgets.finetune_examples import ExampleMap, NextTable, WorstTable
from gfm_desktop.ui.widgets.flow import FlowLayout
from gfm_desktop.ui.widgets.interval_bars import IntervalBars
from gfm_desktop.ui.widgets.look import Tone
from gfm_desktop.ui.widgets.notice import Notice
from gfm_desktop.ui.widgets.scrolled import ScrolledColumn
from gfm_desktop.ui.widgets.texts import CopyButton, plain
from gfm_desktop.workspace.finetuning_report import (
    BASELINES,
    measures,
    primary_of,
    title_of,
)
from gfm_desktop.workspace.finetuning_runs import RunStatus

if TYPE_CHECKING:
    from gfm_desktop.finetune.report import EmbeddingMap, Report
    from gfm_desktop.workspace.finetuning_run import Run

_SENTENCE = re.compile(r"(?<=\.) (?=[A-Z])")
"""Between the sentences of a verdict: the first is the news, the rest explains."""
TONES: dict[str, Tone] = {
    "better": Tone.GOOD,
    "not_better": Tone.CAUTION,
    "worse": Tone.BAD,
    "no_signal": Tone.BAD,
    "too_few": Tone.CAUTION,
    "": Tone.QUIET,
}


class ResultPage(ScrolledColumn):
    """Fills in with the report; what is not known yet takes no room."""

    use_wanted = Signal()
    folder_wanted = Signal()
    zip_wanted = Signal()
    report_wanted = Signal()
    again_wanted = Signal()

    def __init__(self) -> None:
        """Start without a report."""
        super().__init__()
        self.setObjectName("finetune-result")
        self.empty = EmptyState("finetune-result")
        self.verdict = Notice("finetune-verdict", large=True)
        self.more = plain()
        self.facts = FactGrid()
        self.use = _button("finetune-use", "Use this model to score the open variants")
        self.share = _button("finetune-share", "Share")
        self.command = CopyButton("finetune-result-command", "Copy command line")
        self.report = _button("finetune-report", "Open report.json")
        self.again = _button("finetune-again", "Train again with other settings")
        self.bars = IntervalBars("finetune-bars", "The model beside the baselines")
        self.roc = Chart("finetune-roc", "ROC curve")
        self.pr = Chart("finetune-pr", "Precision by recall")
        self.reliability = Chart("finetune-calibration", "Calibration")
        self.scatter = Chart("finetune-scatter", "Predictions against labels")
        self.confusion = ConfusionMatrix("finetune-confusion", "Confusion matrix")
        self.learning = Chart("finetune-learning", "Learning curve")
        self.history = Chart("finetune-history", "Loss by epoch")
        self.worst = WorstTable()
        self.map = ExampleMap()
        self.next = NextTable()
        self.details = FactGrid()
        self._cards: dict[str, Card] = {}
        self._grid = CardGrid()
        self._build()

    def show_run(self, run: Run | None, *, variants: bool) -> None:
        """Show a run's result.

        Args:
            run: The run; None shows what would be here.
            variants: Whether variants are open that the model could score.
        """
        report = None if run is None else run.report
        there = report is not None and bool(report.metrics)
        self.empty.setVisible(not there)
        self._whole.setVisible(there)
        if run is None or report is None or not there:
            self.empty.say(
                "No result yet",
                "It comes here when the training has ended: a verdict in plain words, "
                "the model beside every baseline, and what it got wrong.",
            )
            return
        done = run.status is RunStatus.FINISHED
        for button in (self.use, self.share, self.again):
            button.setVisible(done)
        self.use.setText(
            "Use this model to score the open variants"
            if variants
            else "Choose this model in the Score panel"
        )
        self.use.setAccessibleName(self.use.text())
        words = report.verdict or "The verdict comes with the last baseline."
        first, *rest = _SENTENCE.split(words, maxsplit=1)
        self.verdict.say(first, TONES.get(report.outcome, Tone.QUIET))
        self.more.setText(" ".join(rest))
        self.more.setVisible(bool(rest))
        self.facts.show_facts(_head_facts(report))
        self._show_figures(report)
        self._show_examples(report)
        self.details.show_facts(_details(report))
        self._grid.arrange()

    def _show_figures(self, report: Report) -> None:
        measure = primary_of(report)
        self.bars.show_bars(
            figures.bars(report),
            title=f"{title_of(measure)} of the test part",
            chance=GUESS.get(measure),
        )
        if report.method is not None:
            name = f"Your model ({report.method.title}) beside the baselines"
            self._cards["bars"].title.setText(name)
        self._cards["bars"].explain(_difference_words(report))
        self._draw("roc", self.roc, figures.roc(report))
        self._draw("pr", self.pr, figures.pr(report))
        self._draw("calibration", self.reliability, figures.reliability(report))
        self._cards["calibration"].explain(figures.reliability_words(report))
        self._draw("scatter", self.scatter, figures.scatter(report))
        self._draw("learning", self.learning, figures.learning(report))
        words = "" if report.learning is None else report.learning.words
        self._cards["learning"].explain(words)
        self._draw("history", self.history, figures.history(report))
        found = report.confusion
        shown = found is not None and bool(found.matrix)
        self._cards["confusion"].setVisible(shown)
        if found is not None and shown:
            self.confusion.show_counts(found.names or report.names, found.matrix)
            at = found.threshold
            self._cards["confusion"].explain(
                f"Called {(found.names or report.names)[-1]} from a probability of "
                f"{at:.2f}, which the validation part has chosen."
                if at is not None
                else "Each example counts as its most probable class."
            )

    def _show_examples(self, report: Report) -> None:
        self.worst.show_worst(report.worst)
        self._cards["worst"].setVisible(bool(report.worst))
        self.next.show_next(report.next)
        self._cards["next"].setVisible(bool(report.next))
        self._cards["next"].explain(report.next_words)
        found = report.embedding_map
        self._cards["map"].setVisible(found is not None)
        if found is not None:
            self.map.show_map(found)
            self._cards["map"].explain(_map_words(found))

    def _draw(self, card: str, chart: Chart, drawing: Drawing) -> None:
        there = any(len(curve.x) for curve in drawing.curves)
        self._cards[card].setVisible(there)
        if there:
            chart.draw(drawing)

    def _build(self) -> None:
        self.use.setProperty("primary", "true")
        menu = QMenu(self.share)
        menu.addAction("As a zip file…", self.zip_wanted.emit)
        menu.addAction("As a folder…", self.folder_wanted.emit)
        self.share.setMenu(menu)
        self.use.clicked.connect(self.use_wanted)
        self.report.clicked.connect(self.report_wanted)
        self.again.clicked.connect(self.again_wanted)
        buttons = QWidget()
        flow = FlowLayout(buttons)
        for button in (self.use, self.share, self.command, self.report, self.again):
            flow.addWidget(button)
        cards: tuple[tuple[str, str, QWidget, bool], ...] = (
            ("bars", "Your model beside the baselines", self.bars, True),
            ("roc", "ROC", self.roc, False),
            ("pr", "Precision and recall", self.pr, False),
            ("scatter", "Predictions against labels", self.scatter, False),
            ("calibration", "Calibration", self.reliability, False),
            ("confusion", "Confusion", self.confusion, False),
            ("learning", "How many labels do I need?", self.learning, False),
            ("history", "Loss", self.history, False),
            ("worst", "Worst errors", self.worst, True),
            ("map", "Map of the embeddings", self.map, True),
            ("next", "What to label next", self.next, True),
            ("details", "Settings and versions", self.details, True),
        )
        for key, title, widget, wide in cards:
            card = self._cards[key] = Card(title, widget)
            self._grid.add(card, wide=wide)
        self._whole = QWidget()
        column = QVBoxLayout(self._whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for part in (self.verdict, self.more, self.facts, buttons, self._grid):
            column.addWidget(part)
        self.body.addWidget(self.empty)
        self.body.addWidget(self._whole)
        self.body.addStretch(1)


def _map_words(found: EmbeddingMap) -> str:
    first, second = found.explained
    what = found.of.rstrip(".")
    return (
        f"{what[:1].upper()}{what[1:]}. Draw a loop around points to list them. The "
        f"axes hold {first:.0%} and {second:.0%} of the differences; distances on the "
        "map are no evidence by themselves."
    )


def _head_facts(report: Report) -> list[tuple[str, str]]:
    split, sizes = report.split, report.sizes
    found = [(title, words) for title, words in measures(report)]
    if sizes is not None:
        tested = "all, each by a model that has not seen it"
        cross = split is not None and split.cross_validation
        found.append(
            (
                "Examples",
                f"{sizes.train:,} learnt from, {sizes.validation:,} chose, "
                f"{tested if cross else f'{sizes.test:,}'} measured"
                + (f", {sizes.unused:,} unused" if sizes.unused else ""),
            )
        )
    found.append(("Split", "" if split is None else split.why))
    return found


def _difference_words(report: Report) -> str:
    """Return how far the model is above each baseline, on the same examples."""
    parts = []
    for key, found in report.differences.items():
        if found.value is None:
            continue
        span = ""
        if found.low is not None and found.high is not None:
            span = f" ({found.low:+.3f} to {found.high:+.3f})"
        name = BASELINES.get(key, key)
        parts.append(f"{found.value:+.3f}{span} over “{name}”")
    if not parts:
        return ""
    return (
        "Whiskers are 95 % intervals. Differences on the same examples: "
        f"{'; '.join(parts)}."
    )


def _details(report: Report) -> list[tuple[str, str]]:
    method, model, leak = report.method, report.model, report.leakage
    found: list[tuple[str, str]] = []
    if model is not None:
        base = f"{model.base_name}, weights {model.base_sha256[:12]}…"
        found += [("Base model", base), ("Computed on", model.device)]
    if method is not None:
        chosen = ", ".join(f"{k} {v}" for k, v in method.details.items())
        found += [("Method", f"{method.title}: {chosen}" if chosen else method.title)]
        found += [("Strands", method.strands_why)]
    settings = ", ".join(f"{k}={v}" for k, v in report.settings.items())
    found.append(("Settings", settings))
    if leak is not None:
        found.append(
            (
                "Across the split",
                f"{leak.duplicates:,} duplicates, {leak.reverse_complements:,} reverse "
                f"complements, {leak.overlaps:,} overlaps, {leak.homologous:,} "
                "relatives",
            )
        )
    found += [
        ("Rows not used", f"{report.refused_count:,}" if report.refused_count else ""),
        ("Notes", "\n".join(report.notes)),
        ("Data", f"SHA-256 {report.data_sha256[:16]}…" if report.data_sha256 else ""),
        ("Versions", ", ".join(f"{k} {v}" for k, v in report.versions.items())),
    ]
    return found


def _button(name: str, words: str) -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(name)
    button.setAccessibleName(words)
    return button
