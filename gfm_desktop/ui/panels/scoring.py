"""Choose a model and its settings, see what they mean, press one button."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.genome.detective import misfit
from gfm_desktop.genome.status import Status
from gfm_desktop.ui.panel import Panel
from gfm_desktop.ui.widgets.facts import FactGrid
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.ui.widgets.look import Tone
from gfm_desktop.ui.widgets.model_facts import short_facts
from gfm_desktop.ui.widgets.notice import Notice
from gfm_desktop.ui.widgets.option_form import OptionForm
from gfm_desktop.ui.widgets.scrolled import ScrolledColumn
from gfm_desktop.ui.widgets.texts import CopyButton, Section, muted, plain
from gfm_desktop.workspace.commands import score_command
from gfm_desktop.workspace.scoring import Scoring

if TYPE_CHECKING:
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.scoring.card import ScorerCard
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.workspace import ScoringState, Workspace

DEVICES = (("Automatic", "auto"), ("Processor (CPU)", "cpu"), ("GPU (CUDA)", "cuda"))


class ScoringPanel(QWidget):
    """Built from the cards of the models and scorers in the library."""

    def __init__(
        self,
        workspace: Workspace,
        bridge: EngineBridge,
        *,
        scoring: Scoring | None = None,
    ) -> None:
        """Show the models; `scoring` is made from the bridge where none is given."""
        super().__init__()
        self.setObjectName("scoring-panel")
        self._workspace = workspace
        self._scoring = scoring or Scoring(workspace, bridge)
        self._models = self._installed()
        self.model = self._combo("scoring-model", "Model")
        self.scorer = self._combo("scoring-scorer", "Scorer")
        self.device = self._combo("scoring-device", "Device")
        self.form = OptionForm()
        self.facts = FactGrid()
        self.notice = Notice("scoring-notice")
        self.button = QPushButton("Score variants")
        self.cancel = QPushButton("Cancel")
        self.why = muted()
        self.copy_command = CopyButton("scoring-command", "Copy command")
        self._build()
        self._connect()
        self._show_model()

    def _installed(self) -> dict[str, ModelCard]:
        from gfm_desktop.models import catalogue

        return {
            entry.id: entry.card
            for entry in catalogue.entries()
            if entry.installed and entry.card is not None
        }

    def _build(self) -> None:
        for card in self._models.values():
            self.model.addItem(card.name, card.id)
        for title, device in DEVICES:
            self.device.addItem(title, device)
        self.summary = muted()
        self.limits = muted()
        self.rule = plain()
        self.equation = muted()
        area = ScrolledColumn()
        model = Section("Model", first=True)
        rule = Section("Score")
        machine = Section("Computed on")
        trust = Section("Before you trust a number")
        parts: tuple[tuple[Section, tuple[QWidget, ...]], ...] = (
            (model, (self.model, self.summary, self.facts)),
            (rule, (self.scorer, self.rule, self.equation, self.form)),
            (machine, (self.device,)),
            (trust, (self.limits,)),
        )
        for section, widgets in parts:
            for widget in widgets:
                section.body.addWidget(widget)
            area.body.addWidget(section)
        area.body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addLayout(self._foot())

    def _foot(self) -> QVBoxLayout:
        self.button.setObjectName("score-button")
        self.button.setProperty("primary", "true")
        self.button.setSizePolicy(
            QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed
        )
        self.cancel.setObjectName("score-cancel")
        self.cancel.setAccessibleName("Cancel scoring")
        self.cancel.hide()
        self.why.setObjectName("score-why")
        row = QHBoxLayout()
        row.addWidget(self.button, 1)
        row.addWidget(self.cancel)
        foot = QVBoxLayout()
        foot.setContentsMargins(14, 8, 14, 12)
        foot.setSpacing(8)
        foot.addWidget(self.notice)
        foot.addLayout(row)
        foot.addWidget(self.why)
        foot.addWidget(self.copy_command, 0, Qt.AlignmentFlag.AlignLeft)
        return foot

    def _combo(self, name: str, words: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(words)
        return box

    def _connect(self) -> None:
        workspace = self._workspace
        for signal in (
            workspace.genome_changed,
            workspace.annotation_changed,
            workspace.variants_changed,
            workspace.scores_changed,
        ):
            listen(self, signal, self._show_button)
        listen(self, workspace.scoring_changed, self._show_button)
        self.model.currentIndexChanged.connect(self._show_model)
        self.scorer.currentIndexChanged.connect(self._show_scorer)
        self.device.currentIndexChanged.connect(self._show_button)
        self.form.changed.connect(self._show_button)
        self.button.clicked.connect(self._start)
        self.cancel.clicked.connect(self._cancel)

    @property
    def _card(self) -> ModelCard | None:
        return self._models.get(self.model.currentData())

    @property
    def _scorer(self) -> ScorerCard | None:
        from gfm_desktop.scoring import registry

        return registry.scorers().get(self.scorer.currentData() or "")

    def _show_model(self) -> None:
        from gfm_desktop.scoring import registry

        card = self._card
        fitting = [] if card is None else registry.for_model(card)
        with QSignalBlocker(self.scorer):
            self.scorer.clear()
            for scorer in fitting:
                self.scorer.addItem(scorer.title, scorer.name)
        self.scorer.setVisible(len(fitting) > 1)
        self.summary.setText(card.summary if card else "")
        self.facts.show_facts(short_facts(card) if card else [])
        self.limits.setText(card.limits if card else "")
        self._show_scorer()

    def _show_scorer(self) -> None:
        scorer = self._scorer
        self.rule.setText(scorer.title if scorer else "")
        self.equation.setText(f"{scorer.equation} ({scorer.units})" if scorer else "")
        self.form.set_options(scorer.options if scorer else ())
        self._chain()
        self._show_button()

    def _chain(self) -> None:
        """Let Tab go from top to bottom: the form's fields are newer than the rest."""
        order: list[QWidget] = [
            self.model,
            self.scorer,
            *self.form.fields.values(),
            self.device,
        ]
        order += [self.button, self.cancel, self.copy_command]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)

    def _show_button(self, *_: object) -> None:
        state = self._workspace.scoring
        why = "" if state is not None else self._obstacle()
        self.button.setText(_progress(state) if state is not None else self._offer())
        self.button.setAccessibleName(self.button.text())
        self.button.setEnabled(state is None and not why)
        self.cancel.setVisible(state is not None)
        self.cancel.setEnabled(state is not None and bool(state.job_id))
        self.why.setText(why)
        self.why.setVisible(bool(why))
        quiet = state is not None or bool(why)
        self.notice.say("" if quiet else self._caution(), Tone.CAUTION)
        self.copy_command.set_copied("" if why else self._command())

    def _offer(self) -> str:
        fit = self._fit()
        noun = "variant" if fit == 1 else "variants"
        return f"Score {fit:,} {noun}" if fit else "Score variants"

    def _fit(self) -> int:
        variants = self._workspace.variants
        return 0 if variants is None else variants.counts.get(Status.PENDING, 0)

    def _obstacle(self) -> str:
        """Return in words why nothing can be scored now; empty where it can."""
        if not self._models:
            return "No model is installed."
        if self._scorer is None:
            return "This model has no way to score variants."
        return self._scoring.obstacle()

    def _caution(self) -> str:
        variants = self._workspace.variants
        if variants is not None and (wrong := misfit(variants.warnings)):
            return wrong
        scorer = self._scorer
        if scorer is None or not scorer.needs_annotation:
            return ""
        if self._workspace.annotation is not None:
            return ""
        return (
            "No gene models are open: both strands will be scored everywhere. "
            "Open a GTF file to score genes on their own strand."
        )

    def _start(self) -> None:
        card, scorer = self._card, self._scorer
        if card is None or scorer is None:
            return
        self._scoring.start(
            card.id, scorer.name, self.form.values, self.device.currentData()
        )

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self._scoring.cancel()

    def _command(self) -> str:
        card, scorer = self._card, self._scorer
        if card is None or scorer is None:
            return ""
        given = {option.name: option.default for option in scorer.options}
        options = {k: v for k, v in self.form.values.items() if given.get(k) != v}
        variants = self._workspace.variants
        stem = variants.path.name.split(".")[0] if variants else "variants"
        return score_command(
            self._workspace,
            model=card.id,
            options=options,
            device=self.device.currentData(),
            out=f"{stem}.scored.vcf.gz",
        )


def _progress(state: ScoringState) -> str:
    if not state.total:
        return f"{state.message or 'Scoring'}…"
    return f"Scoring {state.done:,} of {state.total:,}"


PANEL = Panel(
    key="scoring",
    title="Score",
    area="left",
    factory=ScoringPanel,
    order=1,
)
