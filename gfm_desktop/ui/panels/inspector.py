"""The card of the selected variant: what it is, what is predicted, and how sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.genome.hgvs import hgvs_genomic
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import DESCRIPTIONS, Status
from gfm_desktop.models import catalogue
from gfm_desktop.tracks.registry import browsing_of
from gfm_desktop.ui import theme
from gfm_desktop.ui.panel import Panel
from gfm_desktop.ui.widgets.cards import model_of, scorer_of
from gfm_desktop.ui.widgets.chip import StatusChip
from gfm_desktop.ui.widgets.effects import Effects
from gfm_desktop.ui.widgets.empty_state import EmptyState
from gfm_desktop.ui.widgets.facts import FactGrid
from gfm_desktop.ui.widgets.inspector_words import (
    HYPOTHETICAL,
    differs,
    hypothetical_words,
    name_of,
    other_genes,
    settings_words,
    shortened,
)
from gfm_desktop.ui.widgets.language_effects import LanguageEffects
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.ui.widgets.look import TONES, Tone
from gfm_desktop.ui.widgets.notice import Notice
from gfm_desktop.ui.widgets.score_bar import number
from gfm_desktop.ui.widgets.scrolled import ScrolledColumn
from gfm_desktop.ui.widgets.texts import CopyButton, Section, heading, muted
from gfm_desktop.ui.widgets.variant_columns import short_allele
from gfm_desktop.workspace.commands import predict_command, score_command
from gfm_desktop.workspace.hypothetical import is_hypothetical
from gfm_desktop.workspace.links import links

if TYPE_CHECKING:
    from gfm_desktop.scoring.card import ScorerCard
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.score_table import VariantRow
    from gfm_desktop.workspace.workspace import ScoreRun, Workspace

RESEARCH_USE = (
    "A model's prediction for research use. It is not a diagnosis and does not "
    "replace evidence from patients, families or experiments."
)
_SHORT = 5
"""Letters of a score that fit beside the position in the largest size."""


class InspectorPanel(QWidget):
    """Follows the workspace's selection; changes nothing."""

    def __init__(self, workspace: Workspace, bridge: EngineBridge) -> None:
        """Show the selected variant."""
        super().__init__()
        del bridge
        self.setObjectName("inspector-panel")
        self._workspace = workspace
        self.empty = EmptyState("inspector")
        self.empty.say(
            "No variant selected",
            "Click a row of the table, or a mark in the browser.",
        )
        self.title = heading()
        self.title.setObjectName("inspector-title")
        self.subtitle = muted()
        self.score = QLabel()
        self.score.setObjectName("inspector-score")
        self.chip = StatusChip()
        self.notice = Notice("inspector-notice")
        self.effects = Effects()
        self.language = LanguageEffects()
        self.facts = FactGrid()
        self.origin = FactGrid()
        self._build()
        for signal in (
            workspace.selection_changed,
            workspace.scores_changed,
            workspace.genome_changed,
        ):
            listen(self, signal, self._show)
        self._show()

    def _build(self) -> None:
        self._area = ScrolledColumn()
        column = self._area.body
        column.addLayout(self._head())
        column.addLayout(self._copies())
        column.addWidget(self.notice)
        self._effect_section = Section("Predicted effect")
        self._effect_section.body.addWidget(self.effects)
        self._effect_section.body.addWidget(self.language)
        column.addWidget(self._effect_section)
        variant = Section("Variant")
        variant.body.addWidget(self.facts)
        column.addWidget(variant)
        self._origin_section = Section("How the score was made")
        self._origin_section.body.addWidget(self.origin)
        column.addWidget(self._origin_section)
        column.addStretch(1)
        column.addWidget(muted(RESEARCH_USE))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._area)

    def _head(self) -> QHBoxLayout:
        # A long allele must not widen the panel; the position must be whole.
        self.subtitle.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        theme.grade(self.score, 1.9, QFont.Weight.DemiBold)
        self.score.setAlignment(Qt.AlignmentFlag.AlignRight)
        words = QVBoxLayout()
        words.setSpacing(3)
        for widget in (self.title, self.subtitle):
            words.addWidget(widget)
        words.addSpacing(3)
        words.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignLeft)
        head = QHBoxLayout()
        head.addLayout(words, 1)
        head.addWidget(self.score, 0, Qt.AlignmentFlag.AlignTop)
        return head

    def _copies(self) -> QGridLayout:
        self.copy_hgvs = CopyButton("copy-hgvs", "Copy HGVS")
        self.copy_command = CopyButton("copy-command", "Copy command")
        self.more = QPushButton()
        self.more.setObjectName("copy-more")
        self.more.setText("Copy link")
        self.more.setAccessibleName("Copy the address in a public database")
        self.more.setToolTip("Addresses to copy; the app itself stays offline")
        self._links = QMenu(self.more)
        self.more.setMenu(self._links)
        grid = QGridLayout()
        grid.setSpacing(6)
        grid.addWidget(self.copy_hgvs, 0, 0)
        grid.addWidget(self.copy_command, 0, 1)
        grid.addWidget(self.more, 1, 0)
        grid.setColumnStretch(2, 1)
        return grid

    def _show(self, *_: object) -> None:
        row = self._workspace.selection
        if row is None:
            self._stack.setCurrentWidget(self.empty)
            return
        self._show_head(row)
        self._show_notice(row)
        self._show_effects(row)
        self.facts.show_facts(self._variant_facts(row))
        self._show_copies(row)
        self._stack.setCurrentWidget(self._area)

    def _show_head(self, row: VariantRow) -> None:
        place = f"{row.chrom}:{row.pos:,}" if row.pos else f"line {row.line:,}"
        self.title.setText(place)
        change = f"{short_allele(row.ref)} → {short_allele(row.alt)}"
        first = "  ·  ".join(word for word in (change, str(row.kind or "")) if word)
        second = "  ·  ".join(word for word in (row.gene, row.id) if word)
        self.subtitle.setText(f"{first}\n{second}" if second else first)
        card = self._scorer()
        shown = number(row.score, precise=card is not None and not card.thresholds)
        self.score.setText(shown)
        # A sign more must not push the number out of a narrow panel.
        scale = 1.9 if len(shown) <= _SHORT else 1.35
        theme.grade(self.score, scale, QFont.Weight.DemiBold)
        known = row.status in (Status.SCORED, Status.PENDING)
        self.score.setVisible(known and not is_hypothetical(row))
        self.score.setAccessibleName(f"Score {shown}")
        self.score.setToolTip(card.units if card is not None else "")
        if is_hypothetical(row):
            self.chip.set_status(row.status, words="Hypothetical", about=HYPOTHETICAL)
        else:
            self.chip.set_status(row.status)

    def _show_notice(self, row: VariantRow) -> None:
        if is_hypothetical(row):
            text, tone = hypothetical_words(row), Tone.QUIET
        elif row.status is Status.PENDING:
            text, tone = (
                "Score the variants to see what the model predicts.",
                Tone.QUIET,
            )
        elif row.status is Status.SCORED:
            text, tone = row.reason, Tone.CAUTION
        else:
            description = DESCRIPTIONS[row.status]
            reason = row.reason or f"{description[0].upper()}{description[1:]}."
            text = "\n".join(word for word in (reason, row.fix) if word)
            tone = TONES[row.status]
        self.notice.say(text, tone)

    def _scorer(self) -> ScorerCard | None:
        run = self._workspace.run
        return None if run is None else scorer_of(run.model, run.scorer)

    def _show_effects(self, row: VariantRow) -> None:
        run, card = self._workspace.run, self._scorer()
        there = row.score is not None and card is not None
        self._effect_section.setVisible(there)
        self._origin_section.setVisible(there)
        if run is None or card is None or not there:
            return
        self._effect_section.title.setText(card.title)
        splice = card.needs == "splice"
        self.effects.setVisible(splice)
        self.language.setVisible(not splice)
        if splice:
            self.effects.show_row(row, card)
        else:
            self.language.show_row(row, card, self._workspace.genome)
        self._show_origin(run, card)

    def _show_origin(self, run: ScoreRun, card: ScorerCard) -> None:
        model = model_of(run.model)
        own = catalogue.options_of(model) if model is not None else ()
        settings = settings_words(card.options, run.options)
        chosen = settings_words(own, run.model_options)
        self.origin.show_facts(
            [
                ("Model", model.name if model is not None else run.model),
                ("Formula", card.equation),
                ("Range", card.units),
                ("Settings", settings),
                ("Of the model", chosen),
                ("Source", card.source),
            ]
        )

    def _variant_facts(self, row: VariantRow) -> list[tuple[str, str]]:
        variant = row.variant
        written = name_of(row.chrom, row.pos, row.ref, row.alt) if row.pos else ""
        facts = [("In the file", written), ("Line", f"{row.line:,}")]
        if is_hypothetical(row):
            facts = [("Hypothetical", written)]
        if variant is not None and differs(row):
            normal = name_of(variant.contig, variant.position, variant.ref, variant.alt)
            facts.insert(1, ("Normalised", normal))
        facts.append(("HGVS", shortened(self._hgvs(row))))
        facts.append(("Strand", str(row.columns.get("strand") or "")))
        facts += other_genes(row)
        return facts

    def _hgvs(self, row: VariantRow) -> str:
        genome, variant = self._workspace.genome, row.variant
        if genome is None or variant is None or variant.contig not in genome.contigs:
            return ""
        length = genome.contigs[variant.contig]
        return hgvs_genomic(variant, genome.fetch, length=length)

    def _show_copies(self, row: VariantRow) -> None:
        self.copy_hgvs.set_copied(self._hgvs(row))
        self.copy_command.set_copied(self._command(row))
        genome = self._workspace.genome
        found = links(row, genome.build if genome is not None else None)
        self._links.clear()
        for title, address in found:
            action = self._links.addAction(f"Copy {title} address")
            action.setToolTip(address)
            action.triggered.connect(
                lambda _=False, text=address: QGuiApplication.clipboard().setText(text)
            )
        self.more.setEnabled(bool(found))

    def _command(self, row: VariantRow) -> str:
        run, variant = self._workspace.run, row.variant
        genome = self._workspace.genome
        if run is None or genome is None:
            return ""
        model = model_of(run.model)
        if variant is None or model is None or not model.tracks:
            # Nothing to predict along a region: the whole scoring is the twin.
            return score_command(
                self._workspace,
                model=run.model,
                scorer=run.scorer,
                options=run.options,
                model_options=run.model_options,
            )
        flank = browsing_of(model).flank_bp // 2
        start = max(0, variant.start - flank)
        end = min(genome.contigs[variant.contig], variant.start + flank)
        region = Interval(variant.contig, start, end)
        return predict_command(
            self._workspace,
            region,
            model=run.model,
            variant=variant,
            model_options=run.model_options,
        )


PANEL = Panel(
    key="inspector",
    title="Inspector",
    area="right",
    factory=InspectorPanel,
    order=0,
)
