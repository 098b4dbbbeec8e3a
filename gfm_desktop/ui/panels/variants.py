"""The ranked table of variants: filter, sort, step, export, and totals that add up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.engine.engine import Priority
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Event, Failed, Finished
from gfm_desktop.ui.panel import Panel
from gfm_desktop.ui.theme import scale_of
from gfm_desktop.ui.widgets.cards import model_of, scorer_of
from gfm_desktop.ui.widgets.empty_state import EmptyState
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.ui.widgets.totals import totals_line
from gfm_desktop.ui.widgets.variant_filter import VariantFilter
from gfm_desktop.ui.widgets.variant_model import Question, VariantModel
from gfm_desktop.ui.widgets.variant_view import VariantView

if TYPE_CHECKING:
    from gfm_desktop.errors import GfmError
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.score_table import VariantRow
    from gfm_desktop.workspace.workspace import Workspace

REFRESH_MS = 300
"""While parts arrive, the table is ordered anew at most that often."""
_CLOSE_FLANK = 25
"""bp on each side after a double click: letters can be read then."""
EXPORT_FILTERS = (
    "VCF, bgzipped and indexed (*.vcf.gz)",
    "VCF (*.vcf)",
    "Tab-separated table (*.tsv)",
    "Parquet table (*.parquet)",
)
_TAGGED = "VCF with the field {tag} as well, as its own program writes it (*.vcf.gz)"


class VariantsPanel(QWidget):
    """Variants of the open file, ranked; the selection is the workspace's."""

    def __init__(self, workspace: Workspace, bridge: EngineBridge) -> None:
        """Show the workspace's variants and follow its changes."""
        super().__init__()
        self.setObjectName("variants-panel")
        self._workspace = workspace
        self._bridge = bridge
        self.model = VariantModel(self)
        self.view = VariantView(self.model)
        self.filter = VariantFilter()
        self.empty = EmptyState("variants")
        self.totals = QLabel()
        self.shown = QLabel()
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.model.refresh)
        self._build()
        self._connect()
        self._variants_changed()

    def sizeHint(self) -> QSize:
        """Return room for about ten rows."""
        return QSize(int(900 * scale_of()), int(320 * scale_of()))

    def export_to(self, path: Path, *, program_tag: bool = False) -> str | None:
        """Write scores and statuses to a file; returns the job's id.

        Args:
            path: File to write; its ending picks the format.
            program_tag: Also write the INFO field of the model's own program.
        """
        from gfm_desktop.jobs.export_scores import ExportScores

        run, variants = self._workspace.run, self._workspace.variants
        if run is None or variants is None:
            return None
        job = ExportScores(
            str(run.folder),
            str(path),
            table=str(variants.table),
            program_tag=program_tag,
        )
        # Not behind a scoring that takes hours: what is scored is written now.
        return self._bridge.submit(job, self._exported, priority=Priority.INTERACTIVE)

    def _build(self) -> None:
        self.columns_button = self._button("variant-columns", "Columns")
        self.columns_button.setToolTip("Choose which columns are shown")
        self.export_button = QPushButton("Export…")
        self.export_button.setObjectName("variant-export")
        self.export_button.setAccessibleName("Export scores to a file")
        for button in (self.columns_button, self.export_button):
            self.filter.add(button)
        self.totals.setObjectName("variant-totals")
        self.totals.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.shown.setObjectName("variant-shown")
        bottom = QHBoxLayout()
        bottom.addWidget(self.totals, 1)
        bottom.addWidget(self.shown)
        for label in (self.totals, self.shown):
            label.setProperty("role", "muted")
        self._stack = QStackedLayout()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 6)
        column.setSpacing(6)
        column.addWidget(self.filter)
        column.addLayout(self._stack, 1)
        column.addLayout(bottom)

    def _button(self, name: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setText(text)
        return button

    def _connect(self) -> None:
        workspace = self._workspace
        listen(self, workspace.variants_changed, self._variants_changed)
        listen(self, workspace.scores_changed, self._scores_changed)
        listen(self, workspace.selection_changed, self._selection_changed)
        listen(self, workspace.locus_changed, self._locus_changed)
        self.model.answered.connect(self._answered)
        self.model.failed.connect(self._failed)
        self.model.busy_changed.connect(self._answered)
        self.filter.changed.connect(self._filter_changed)
        self.view.chosen.connect(workspace.show_variant)
        self.view.opened.connect(self._open)
        self.columns_button.clicked.connect(self._choose_columns)
        self.export_button.clicked.connect(self._choose_export)
        self.empty.button.clicked.connect(self.filter.clear)
        for name, key, by in (("Next variant", "N", 1), ("Previous variant", "P", -1)):
            action = QAction(name, self)
            action.setObjectName(name.lower().replace(" ", "-"))
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.triggered.connect(lambda _=False, by=by: self.view.step(by))
            self.addAction(action)

    def _variants_changed(self) -> None:
        self.filter.clear()
        self._set_scorer()
        self.model.set_table(self._workspace.table)
        self._answered()

    def _scores_changed(self) -> None:
        self._set_scorer()
        # Not restarted while it runs: parts that keep arriving must not starve it.
        if not self._refresh.isActive():
            self._refresh.start()
        self._show_export()

    def _set_scorer(self) -> None:
        run = self._workspace.run
        card = None if run is None else scorer_of(run.model, run.scorer)
        self.model.set_scorer(card)
        self.filter.set_low_first(card is not None and card.low_first)

    def _selection_changed(self, row: VariantRow | None) -> None:
        if row is None or not self.view.shows(row.row):
            self.view.select_row(None if row is None else row.row)

    def _locus_changed(self, locus: Interval) -> None:
        self.filter.set_interval(locus if locus.contig else None)

    def _filter_changed(self) -> None:
        asked = self.model.question
        self.model.ask(Question(self.filter.value, asked.sort, asked.descending))

    def _open(self, row: VariantRow) -> None:
        """Select a variant and come close enough to read its letters."""
        self._workspace.select(row)
        if row.variant is not None:
            place = row.variant.interval
            start = max(0, place.start - _CLOSE_FLANK)
            near = Interval(place.contig, start, place.end + _CLOSE_FLANK)
            self._workspace.go_to(near)

    def _failed(self, error: GfmError) -> None:
        self._workspace.message.emit("error", str(error))

    def _answered(self) -> None:
        """Show totals, the empty words where there is nothing, and the selection."""
        answer = self.model.answer
        self.filter.set_counts(answer.counts if answer else {})
        if answer is None:
            self.totals.setText("")
            self.shown.setText("Reading…" if self.model.busy else "")
        else:
            self.totals.setText(totals_line(answer.counts, records=answer.records))
            all_rows = sum(answer.counts.values())
            some = len(answer.order)
            self.shown.setText("" if some == all_rows else f"{some:,} shown")
        self._show_empty()
        self._show_export()
        if self._workspace.selection is not None:
            self._selection_changed(self._workspace.selection)

    def _show_empty(self) -> None:
        answer = self.model.answer
        self.filter.setEnabled(self._workspace.table is not None)
        self.columns_button.setEnabled(self._workspace.table is not None)
        if self._workspace.table is None:
            self.empty.say(
                "No variants open",
                "Drop a VCF file on the window, or open one from the Data panel.",
            )
        elif answer is None:
            self.empty.say("Reading the variants…", "")
        elif not len(answer.order) and answer.counts:
            self.empty.say(
                "Nothing matches the filter",
                f"All {sum(answer.counts.values()):,} variants are hidden.",
                button="Show all variants",
            )
        elif not answer.counts:
            self.empty.say("This file holds no variants", "Only its header was found.")
        filled = answer is not None and len(answer.order) > 0
        self._stack.setCurrentWidget(self.view if filled else self.empty)

    def _show_export(self) -> None:
        ready = self._workspace.run is not None
        self.export_button.setEnabled(ready)
        self.export_button.setToolTip(
            "Write scores and statuses to VCF, TSV or Parquet"
            if ready
            else "Score the variants first: there is nothing to export yet"
        )

    def _choose_columns(self) -> None:
        below = self.columns_button.rect().bottomLeft()
        self.view.columns_menu().popup(self.columns_button.mapToGlobal(below))

    def _choose_export(self) -> None:
        variants = self._workspace.variants
        stem = variants.path.name.split(".")[0] if variants else "variants"
        filters = self.export_filters()
        path, chosen = QFileDialog.getSaveFileName(
            self, "Export scores", f"{stem}.scored.vcf.gz", ";;".join(filters)
        )
        if path:
            tagged = chosen not in EXPORT_FILTERS and chosen in filters
            self.export_to(Path(path), program_tag=tagged)

    def export_filters(self) -> tuple[str, ...]:
        """Return what can be written; also a splice program's own field, if any."""
        run = self._workspace.run
        card = None if run is None else model_of(run.model)
        if card is None or not card.info_tag:
            return EXPORT_FILTERS
        return (*EXPORT_FILTERS, _TAGGED.format(tag=card.info_tag))

    def _exported(self, event: Event) -> None:
        match event:
            case Finished(message=message, outputs=outputs):
                where = outputs.get("out", "")
                self._workspace.message.emit("info", f"{message}: {where}")
            case Failed(what=what, where=where, todo=todo):
                words = " ".join(word for word in (what, where, todo) if word)
                self._workspace.message.emit("error", words)


PANEL = Panel(
    key="variants",
    title="Variants",
    area="bottom",
    factory=VariantsPanel,
    order=0,
)
