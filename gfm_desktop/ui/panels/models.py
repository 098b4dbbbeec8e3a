"""The library: every model with its whole card, and a door for new ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.ui.panel import Panel
from gfm_desktop.ui.widgets.facts import FactGrid
from gfm_desktop.ui.widgets.latest import Latest
from gfm_desktop.ui.widgets.look import Tone
from gfm_desktop.ui.widgets.model_facts import all_facts
from gfm_desktop.ui.widgets.notice import Notice
from gfm_desktop.ui.widgets.scrolled import ScrolledColumn
from gfm_desktop.ui.widgets.texts import CopyButton, Section, heading, muted, plain

if TYPE_CHECKING:
    from gfm_desktop.errors import GfmError
    from gfm_desktop.models.catalogue import Entry
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.workspace import Workspace


class ModelsPanel(QWidget):
    """A list above, the chosen model's card below."""

    def __init__(self, workspace: Workspace, bridge: EngineBridge) -> None:
        """List the library."""
        super().__init__()
        del bridge
        self.setObjectName("models-panel")
        self._workspace = workspace
        self._adding = Latest(self)
        self._adding.answered.connect(self._added)
        self._adding.failed.connect(self._refused)
        self._entries: list[Entry] = []
        self.list = QListWidget()
        self.name = heading()
        self.summary = plain()
        self.problem = Notice("model-problem")
        self.limits = muted()
        self.facts = FactGrid()
        self.cite = CopyButton("model-cite", "Copy citation")
        self.add_button = QPushButton("Add model folder…")
        self._build()
        self.refresh()

    def refresh(self) -> None:
        """Read the library again."""
        from gfm_desktop.models import catalogue

        chosen = self.list.currentRow()
        self._entries = catalogue.entries()
        self.list.clear()
        for entry in self._entries:
            name = entry.card.name if entry.card is not None else entry.id
            item = QListWidgetItem(f"{name}\n{_state(entry)}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}, {_state(entry)}")
            self.list.addItem(item)
        line = self.list.sizeHintForRow(0) if self._entries else 0
        self.list.setFixedHeight(min(5, len(self._entries)) * (line + 4) + 8)
        self.list.setCurrentRow(min(max(chosen, 0), len(self._entries) - 1))

    def add(self, folder: Path) -> None:
        """Copy a model folder into the library, off the GUI thread."""
        from gfm_desktop.models import catalogue

        self.add_button.setEnabled(False)
        self._adding.ask(lambda: catalogue.add(folder))

    def _build(self) -> None:
        self.list.setObjectName("model-list")
        self.list.setAccessibleName("Models")
        self.list.currentRowChanged.connect(self._show)
        self.list.setSpacing(2)
        self.add_button.setObjectName("model-add")
        self.add_button.setAccessibleName("Add a model folder to the library")
        self.add_button.clicked.connect(self._choose)
        area = ScrolledColumn()
        for widget in (self.name, self.summary, self.problem, self.facts):
            area.body.addWidget(widget)
        trust = Section("Before you trust a number")
        trust.body.addWidget(self.limits)
        area.body.addWidget(trust)
        area.body.addWidget(self.cite, 0, Qt.AlignmentFlag.AlignLeft)
        area.body.addStretch(1)
        note = muted("Weights are read as safetensors; no code of a model is run.")
        row = QHBoxLayout()
        row.setContentsMargins(14, 8, 14, 4)
        row.addWidget(self.add_button)
        row.addStretch(1)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 0, 14, 10)
        foot.addWidget(note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.list)
        column.addWidget(area, 1)
        column.addLayout(row)
        column.addLayout(foot)

    def _show(self, place: int) -> None:
        if not 0 <= place < len(self._entries):
            return
        entry = self._entries[place]
        card = entry.card
        self.name.setText(card.name if card else entry.id)
        self.summary.setText(card.summary if card else "")
        self.problem.say(str(entry.problem or ""), Tone.BAD)
        self.limits.setText(card.limits if card else "")
        self.facts.show_facts(all_facts(card) if card else [])
        self.cite.set_copied(card.citation if card else "")

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Add a model folder")
        if folder:
            self.add(Path(folder))

    def _added(self, card: object) -> None:
        del card
        self.add_button.setEnabled(True)
        self.refresh()
        self.list.setCurrentRow(len(self._entries) - 1)
        self._workspace.message.emit("info", "The model was added to the library.")

    def _refused(self, error: GfmError) -> None:
        self.add_button.setEnabled(True)
        self._workspace.message.emit("error", str(error))


def _state(entry: Entry) -> str:
    if entry.problem is not None:
        return "cannot be used"
    if not entry.installed:
        return "not installed"
    return "built in" if entry.card is not None and entry.card.built_in else "added"


PANEL = Panel(
    key="models",
    title="Models",
    area="left",
    factory=ModelsPanel,
    order=2,
)
