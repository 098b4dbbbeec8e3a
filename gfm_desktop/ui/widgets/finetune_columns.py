"""The first rows of a file, and above each column the choice of what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QComboBox

from gfm_desktop.ui.widgets.text_table import TextTable
from gfm_desktop.workspace.finetuning_labels import ROLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QResizeEvent

    from gfm_desktop.workspace.finetuning_labels import Column

_SHOWN = 8
_LETTERS = 40
"""Letters of a cell on show: the beginning of a sequence says enough."""


class ColumnTable(TextTable):
    """The first line of the table holds a combo box for each column."""

    roles_changed = Signal(object)
    """Carries (role, column) pairs of all columns that are used."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__("finetune-columns", "First rows of the file")
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.horizontalHeader().setStretchLastSection(False)
        self.boxes: list[QComboBox] = []
        self._columns: tuple[Column, ...] = ()
        self._ignored: frozenset[str] = frozenset()
        self._shown: tuple[object, ...] = ()

    def show_columns(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        ignored: Sequence[str] = (),
    ) -> None:
        """Show the columns with their roles, and the first rows.

        Args:
            columns: All of them.
            rows: Cells of the first rows.
            ignored: Columns that the user has said are not used.
        """
        self._ignored = frozenset(ignored)
        shown = (tuple(columns), tuple(tuple(row) for row in rows[:_SHOWN]))
        if shown == self._shown:
            return
        names = tuple(column.name for column in columns)
        if self._shown and names == tuple(c.name for c in self._columns):
            self._columns = tuple(columns)
            self._choose()
        else:
            self._columns = tuple(columns)
            self._fill(names, rows)
        self._shown = shown

    def changeEvent(self, event: QEvent) -> None:
        """Grow with the text."""
        super().changeEvent(event)
        if event.type() == event.Type.FontChange and self.boxes:
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep room for the bar below where it is needed."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width() and self.boxes:
            self._fit()

    def _fill(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        body = [[_short(cell) for cell in row] for row in rows[:_SHOWN]]
        self.show_rows(names, [["" for _ in names], *body])
        self.boxes = []
        for place, column in enumerate(self._columns):
            box = QComboBox()
            box.setObjectName(f"finetune-role-{place}")
            box.setAccessibleName(f"What the column {column.name} is")
            for role, title in ROLES.items():
                box.addItem(title, role)
            box.currentIndexChanged.connect(self._tell)
            self.setIndexWidget(self.lines.index(0, place), box)
            self.boxes.append(box)
        self._choose()
        self._fit()

    def _choose(self) -> None:
        for box, column in zip(self.boxes, self._columns, strict=True):
            box.blockSignals(True)
            box.setCurrentIndex(max(0, box.findData(column.role)))
            box.blockSignals(False)
            why = column.why[:1].upper() + column.why[1:]
            box.setToolTip(why)
            box.setAccessibleDescription(why)

    def _fit(self) -> None:
        for place, box in enumerate(self.boxes):
            wide = max(self.columnWidth(place), box.sizeHint().width() + 8)
            self.setColumnWidth(place, wide)
        if self.boxes:
            self.setRowHeight(0, self.boxes[0].sizeHint().height() + 4)
        rows = len(self.lines.shown)
        line = self.verticalHeader().defaultSectionSize()
        tall = self.rowHeight(0) + (rows - 1) * line
        head = self.horizontalHeader().sizeHint().height()
        wide = sum(self.columnWidth(place) for place in range(len(self.boxes)))
        bar = self.horizontalScrollBar().sizeHint().height()
        room = bar if wide > self.width() else 0
        self.setFixedHeight(tall + head + room + 2 * self.frameWidth())

    def _tell(self, *_: object) -> None:
        pairs = []
        for box, column in zip(self.boxes, self._columns, strict=True):
            role = str(box.currentData())
            # What is not used although it looks useful must be said, or it is guessed.
            unused = "ignore" if column.role or column.name in self._ignored else ""
            if role or unused:
                pairs.append((role or unused, column.name))
        self.roles_changed.emit(tuple(pairs))


def _short(cell: str) -> str:
    return cell if len(cell) <= _LETTERS else f"{cell[: _LETTERS - 1]}…"
