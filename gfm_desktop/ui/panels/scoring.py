"""Choose a model and its settings, see what they mean, press one button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.genome.detective import misfit
from gfm_desktop.genome.status import Status
from gfm_desktop.jobs.events import Failed
from gfm_desktop.ui.panel import Panel
from gfm_desktop.ui.widgets.latest import Latest
from gfm_desktop.ui.widgets.licence_dialog import when_agreed
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.ui.widgets.look import Tone
from gfm_desktop.ui.widgets.notice import Notice
from gfm_desktop.ui.widgets.scoring_form import ScoringForm
from gfm_desktop.ui.widgets.texts import CopyButton, muted
from gfm_desktop.workspace.before_scoring import species_words, unscorable_words
from gfm_desktop.workspace.commands import score_command
from gfm_desktop.workspace.scoring import Scoring

if TYPE_CHECKING:
    from gfm_desktop.errors import GfmError
    from gfm_desktop.genome.variant import VariantKind
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.workspace import ScoringState, Workspace


class ScoringPanel(QWidget):
    """The form, and below it what it would do and the button that does it."""

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
        self._kinds: dict[VariantKind, int] = {}
        self._counting = Latest(self)
        self.form = ScoringForm()
        self.notice = Notice("scoring-notice")
        self.unscorable = Notice("scoring-unscorable")
        self.button = QPushButton("Score variants")
        self.cancel = QPushButton("Cancel")
        self.why = muted()
        self.copy_command = CopyButton("scoring-command", "Copy command")
        self._build()
        self._connect()
        self._show_library()
        self._count()

    def _build(self) -> None:
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
        foot.addWidget(self.unscorable)
        foot.addLayout(row)
        foot.addWidget(self.why)
        foot.addWidget(self.copy_command, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.form, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        workspace = self._workspace
        for signal in (
            workspace.genome_changed,
            workspace.annotation_changed,
            workspace.variants_changed,
            workspace.scores_changed,
            workspace.scoring_changed,
        ):
            listen(self, signal, self._show_button)
        listen(self, workspace.variants_changed, self._count)
        listen(self, workspace.library_changed, self._show_library)
        listen(self, workspace.model_changed, self.form.model.choose)
        self._counting.answered.connect(self._counted)
        self.form.changed.connect(self._changed)
        self.button.clicked.connect(self._agree)
        self.cancel.clicked.connect(self._cancel)

    def _show_library(self) -> None:
        from gfm_desktop.models import catalogue

        wanted = self._workspace.model or catalogue.SCORES_BY_DEFAULT
        self.form.show_library(catalogue.entries(), wanted)

    def _changed(self) -> None:
        card = self.form.card
        if card is not None and self._workspace.model:
            # Chosen in the library before; now it is this one.
            self._workspace.choose_model(card.id)
        self.form.chain(self.button, self.cancel, self.copy_command)
        self._show_button()

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
        self.unscorable.say("" if quiet else self._lost(), Tone.CAUTION)
        self._show_species()
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
        if self.form.card is None:
            return "No model is installed: the Models panel has some to download."
        if self.form.scorer_card is None:
            return "This model has no way to score variants."
        return self._scoring.obstacle()

    def _caution(self) -> str:
        variants = self._workspace.variants
        if variants is not None and (wrong := misfit(variants.warnings)):
            return wrong
        scorer = self.form.scorer_card
        if scorer is None or not scorer.needs_annotation:
            return ""
        if self._workspace.annotation is not None:
            return ""
        return (
            "No gene models are open: both strands will be scored everywhere. "
            "Open a GTF file to score genes on their own strand."
        )

    def _lost(self) -> str:
        """Return which variants will get no score, whatever their sequence."""
        card, scorer = self.form.card, self.form.scorer_card
        if card is None or scorer is None:
            return ""
        return unscorable_words(self._kinds, card, scorer)

    def _show_species(self) -> None:
        card, genome = self.form.card, self._workspace.genome
        build = None if genome is None else genome.build
        self.form.say_species("" if card is None else species_words(card, build))

    def _count(self) -> None:
        """Count the kinds of the open variants; a million take a moment."""
        table = self._workspace.table
        self._kinds = {}
        self._counting.forget()
        if table is not None:
            self._counting.ask(table.fit_kinds)

    def _counted(self, kinds: dict[VariantKind, int]) -> None:
        self._kinds = kinds
        self._show_button()

    def _agree(self) -> None:
        """Score; terms that limit the use are agreed to before."""
        card = self.form.card
        if card is not None:
            when_agreed(
                card,
                self.form.folder,
                self,
                order="Agree and score",
                then=self._start,
                failed=self._report,
            )

    def _report(self, error: GfmError) -> None:
        self._workspace.report(Failed(error.what, error.where, error.todo))

    def _start(self) -> None:
        card, scorer, form = self.form.card, self.form.scorer_card, self.form
        if card is None or scorer is None:
            return
        self._scoring.start(
            card.id,
            scorer.name,
            form.options.values,
            form.device.currentData(),
            model_options=form.model_options.chosen,
            background=form.background,
        )

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self._scoring.cancel()

    def _command(self) -> str:
        card, scorer, form = self.form.card, self.form.scorer_card, self.form
        if card is None or scorer is None:
            return ""
        variants = self._workspace.variants
        stem = variants.path.name.split(".")[0] if variants else "variants"
        return score_command(
            self._workspace,
            model=card.id,
            scorer=scorer.name if form.scorer.currentIndex() else "",
            options=form.options.chosen,
            model_options=form.model_options.chosen,
            background=form.background,
            device=form.device.currentData(),
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
