"""The choice of a model: what can be used first, the rest greyed with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox

from gfm_desktop.workspace.model_shelf import Shelf, shelved, why_not

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gfm_desktop.models.catalogue import Entry


class ModelChoice(QComboBox):
    """A list of all models; only usable ones can be chosen."""

    def __init__(self, name: str, *, refuses: Callable[[Entry], str] = why_not) -> None:
        """Start empty.

        Args:
            name: Object name.
            refuses: Returns why a model cannot be chosen here; empty where it can.
        """
        super().__init__()
        self._refuses = refuses
        self.setObjectName(name)
        self.setAccessibleName("Model")
        # A long name must not widen the panel; the open list shows all of it.
        self.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.setMinimumContentsLength(8)
        self.setMaxVisibleItems(20)

    @property
    def chosen(self) -> str:
        """Return the id of the chosen model; empty where none can be used."""
        return str(self.currentData() or "")

    def show_models(self, entries: Sequence[Entry], wanted: str) -> None:
        """Show what the library has, without a signal.

        Args:
            entries: The library.
            wanted: Id to choose where it can be used; otherwise what was chosen
                before, or the first.
        """
        before = self.chosen
        lines = QStandardItemModel(self)
        for shelf, models in shelved(entries).items():
            if shelf is not Shelf.BROKEN:
                for entry in models:
                    lines.appendRow(_line(entry, self._refuses(entry)))
        with QSignalBlocker(self):
            self.setModel(lines)
            places = [self._place(model) for model in (wanted, before)]
            first = [i for i in range(lines.rowCount()) if lines.item(i).isEnabled()]
            usable = [place for place in places if place >= 0] + first
            self.setCurrentIndex(usable[0] if usable else -1)

    def choose(self, model: str) -> None:
        """Choose a model where it can be used."""
        if (place := self._place(model)) >= 0:
            self.setCurrentIndex(place)

    def _place(self, model: str) -> int:
        """Return the line of a usable model; -1 where there is none."""
        place = self.findData(model)
        lines = self.model()
        if place < 0 or not isinstance(lines, QStandardItemModel):
            return -1
        return place if lines.item(place).isEnabled() else -1


def _line(entry: Entry, reason: str) -> QStandardItem:
    name = entry.card.name if entry.card is not None else entry.id
    item = QStandardItem(f"{name} ({reason})" if reason else name)
    item.setData(entry.id, Qt.ItemDataRole.UserRole)
    item.setEnabled(not reason)
    if entry.card is not None:
        item.setToolTip(entry.card.requirement or entry.card.summary)
    return item
