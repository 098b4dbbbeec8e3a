"""Search field and filters of the model library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.ui.widgets.search_combo import SearchCombo
from gfm_desktop.workspace.model_shelf import ModelFilter, families_of, species_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.models.catalogue import Entry


class ModelFilterBar(QWidget):
    """A search field; the other filters unfold below it."""

    changed = Signal()

    def __init__(self) -> None:
        """Start with everything shown."""
        super().__init__()
        self.text = QLineEdit()
        self.text.setObjectName("model-search")
        self.text.setAccessibleName("Search models")
        self.text.setPlaceholderText("Name, species, licence…")
        self.text.setClearButtonEnabled(True)
        self.more = QToolButton()
        self.more.setObjectName("model-filters")
        self.more.setAccessibleName("Show filters")
        self.more.setText("Filters")
        self.more.setCheckable(True)
        self.more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.family = self._combo("model-family", "Family", QComboBox())
        self.species = self._combo("model-species", "Species", SearchCombo())
        self.kind = self._combo("model-kind", "Kind of variant", QComboBox())
        self.commercial = QCheckBox("Commercial use allowed")
        self.commercial.setObjectName("model-commercial")
        self.commercial.setAccessibleName("Only models that allow commercial use")
        for kind in VariantKind:
            self.kind.addItem(f"Scores: {kind}", kind)
        self._build()

    @property
    def value(self) -> ModelFilter:
        """Return what is asked for."""
        kind = self.kind.currentData()
        return ModelFilter(
            text=self.text.text(),
            family=self.family.currentData() or "",
            species=self.species.currentData() or "",
            kind=VariantKind(kind) if kind else None,
            commercial=self.commercial.isChecked(),
        )

    def offer(self, entries: Sequence[Entry]) -> None:
        """Fill the lists with what the library has; choices that remain stay."""
        _refill(self.family, families_of(entries))
        _refill(self.species, species_of(entries))

    def clear(self) -> None:
        """Show everything again."""
        with QSignalBlocker(self):
            self.text.clear()
            for box in (self.family, self.species, self.kind):
                box.setCurrentIndex(0)
            self.commercial.setChecked(False)
        self._tell()

    def _combo(self, name: str, words: str, box: QComboBox) -> QComboBox:
        title = words.split()[0]
        box.setObjectName(name)
        box.setAccessibleName(words)
        box.addItem(f"{title}: any", "")
        box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        box.setMinimumContentsLength(8)
        return box

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.text, 1)
        top.addWidget(self.more)
        self._folded = QWidget()
        grid = QGridLayout(self._folded)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.addWidget(self.family, 0, 0)
        grid.addWidget(self.kind, 0, 1)
        grid.addWidget(self.species, 1, 0, 1, 2)
        grid.addWidget(self.commercial, 2, 0, 1, 2)
        self._folded.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self._folded)
        self.more.toggled.connect(self._folded.setVisible)
        self.text.textChanged.connect(self._tell)
        for box in (self.family, self.species, self.kind):
            box.currentIndexChanged.connect(self._tell)
        self.commercial.toggled.connect(self._tell)

    def _tell(self, *_: object) -> None:
        self.changed.emit()


def _refill(box: QComboBox, names: Sequence[str]) -> None:
    """Put other names behind the first item, which stands for any."""
    chosen = box.currentData()
    with QSignalBlocker(box):
        while box.count() > 1:
            box.removeItem(1)
        for name in names:
            box.addItem(name, name)
        box.setCurrentIndex(max(0, box.findData(chosen)))
