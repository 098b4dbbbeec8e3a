"""The library: find a model, read its facts, fetch it, use it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QMessageBox,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.models import fit, licence
from gfm_desktop.ui.panel import Panel
from gfm_desktop.ui.widgets.empty_state import EmptyState
from gfm_desktop.ui.widgets.latest import Latest
from gfm_desktop.ui.widgets.licence_dialog import LicenceDialog
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.ui.widgets.model_filter import ModelFilterBar
from gfm_desktop.ui.widgets.model_list import ModelList
from gfm_desktop.ui.widgets.model_sheet import ModelSheet
from gfm_desktop.workspace.model_library import ModelLibrary
from gfm_desktop.workspace.model_shelf import shelved

if TYPE_CHECKING:
    from gfm_desktop.models.catalogue import Entry
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.workspace import Workspace

FILES = "Weights or model files (*.safetensors *.bin *.h5 *.pt *.pth *.zip);;All (*)"


class ModelsPanel(QWidget):
    """A searchable list above, the chosen model's sheet below."""

    def __init__(self, workspace: Workspace, bridge: EngineBridge) -> None:
        """List the library."""
        super().__init__()
        self.setObjectName("models-panel")
        self._workspace = workspace
        self.library = ModelLibrary(workspace, bridge)
        self._entries: dict[str, Entry] = {}
        self._wanted = ""
        self.filter = ModelFilterBar()
        self.list = ModelList()
        self.sheet = ModelSheet()
        self.offer = self.sheet.offer
        self._fit = Latest(self)
        self.empty = EmptyState("models")
        self.add_button = QPushButton("Add model…")
        self._build()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Read the library again."""
        from gfm_desktop.models import catalogue

        entries = catalogue.entries()
        self._entries = {entry.id: entry for entry in entries}
        self.filter.offer(entries)
        self._show_list()

    def add(self, path: Path) -> None:
        """Put a model folder or file into the library, in the worker."""
        self.library.add(path)

    def _build(self) -> None:
        self.add_button.setObjectName("model-add")
        self.add_button.setAccessibleName("Add a model from this computer")
        menu = QMenu(self.add_button)
        menu.addAction("From a folder…", self._choose_folder)
        menu.addAction("From a file…", self._choose_file)
        self.add_button.setMenu(menu)
        above = QWidget()
        self._stack = QStackedLayout(above)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.empty)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setObjectName("model-halves")
        halves.setChildrenCollapsible(False)
        halves.addWidget(above)
        halves.addWidget(self.sheet)
        halves.setStretchFactor(0, 2)
        halves.setStretchFactor(1, 3)
        halves.setSizes([200, 300])
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 8, 14, 10)
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.filter)
        whole.addWidget(halves, 1)
        whole.addLayout(foot)

    def _connect(self) -> None:
        listen(self, self._workspace.library_changed, self.refresh)
        listen(self, self.library.changed, self._show_errand)
        listen(self, self.library.arrived, self.list.select)
        self.filter.changed.connect(self._show_list)
        self.list.chosen.connect(self._show)
        self.empty.button.clicked.connect(self.filter.clear)
        self._fit.answered.connect(self.sheet.show_fit)
        self.offer.allowed.connect(self._allow_network)
        sheet = self.sheet
        sheet.use_wanted.connect(self._use)
        sheet.download_wanted.connect(self._download)
        sheet.cancel_wanted.connect(self.library.cancel)
        sheet.licence_wanted.connect(self._show_licence)
        sheet.remove_wanted.connect(self._remove)

    def _show_list(self) -> None:
        shelves = shelved(self._entries.values(), self.filter.value)
        self.list.show_models(shelves, self.list.current)
        if not shelves:
            self.empty.say(
                "No model matches",
                f"The library knows {len(self._entries)} models.",
                button="Show all models",
            )
        self._stack.setCurrentWidget(self.list if shelves else self.empty)

    def _show(self, model: str) -> None:
        entry = self._entries.get(model)
        self.sheet.show_entry(entry)
        self._fit.forget()
        if entry is not None and (card := entry.card) is not None:
            # How fast this machine is takes a moment to measure.
            self._fit.ask(lambda: fit.estimate(card).words)
        self._show_errand()

    def _show_errand(self) -> None:
        errand = self.library.errand(self.list.current)
        self.sheet.show_download(errand.words if errand else "")
        adding = self.library.adding
        self.add_button.setEnabled(not adding)
        self.add_button.setText("Adding…" if adding else "Add model…")

    def _use(self, model: str) -> None:
        self._workspace.choose_model(model)
        name = self._name(model)
        self._workspace.message.emit("info", f"{name} is chosen in the Score panel.")

    def _download(self, model: str) -> None:
        entry = self._entries.get(model)
        if entry is None or entry.card is None:
            return
        if not self._workspace.network_allowed:
            self._wanted = model
            self.sheet.ask_network(entry.card.name)
            return
        if licence.accepted(entry.card):
            self.library.download(model, accept_licence=False)
            return
        text = licence.terms(entry.card, entry.folder)
        dialog = LicenceDialog(entry.card, text, self, order="Agree and download")
        dialog.accepted.connect(
            lambda: self.library.download(model, accept_licence=True)
        )
        dialog.open()

    def _allow_network(self) -> None:
        self._workspace.allow_network(True)
        self._download(self._wanted)

    def _show_licence(self, model: str) -> None:
        entry = self._entries[model]
        if entry.card is not None:
            text = licence.terms(entry.card, entry.folder)
            LicenceDialog(entry.card, text, self, order="").open()

    def _remove(self, model: str) -> None:
        entry = self._entries[model]
        box = QMessageBox(self)
        box.setObjectName("model-remove-question")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(f"Remove {self._name(model)}?")
        box.setInformativeText(f"Its folder is deleted from the disk: {entry.folder}")
        yes = box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        yes.setObjectName("model-remove-yes")
        yes.clicked.connect(lambda: self.library.remove(model))
        box.open()

    def _name(self, model: str) -> str:
        card = self._entries[model].card
        return card.name if card is not None else model

    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Add a model folder")
        if folder:
            self.add(Path(folder))

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Add a model file", "", FILES)
        if path:
            self.add(Path(path))


PANEL = Panel(
    key="models",
    title="Models",
    area="left",
    factory=ModelsPanel,
    order=2,
)
