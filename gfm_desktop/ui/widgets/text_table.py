"""A table of text: pick a row, filter, copy, save; for a few rows or a million."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QKeyEvent, QResizeEvent

Index = QModelIndex | QPersistentModelIndex
_LOOKED = 60
"""Rows whose cells decide how wide a column is."""
_WIDEST = 46
"""Letters that a column is wide at most."""


class TextRows(QAbstractTableModel):
    """Rows of text as Qt wants them; filtering keeps indices, it copies nothing."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.columns: tuple[str, ...] = ()
        self.rows: Sequence[Sequence[str]] = ()
        self.shown: Sequence[int] = ()

    def set_rows(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
    ) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.columns, self.rows = tuple(columns), rows
        self.shown = range(len(rows))
        self.endResetModel()

    def show_only(self, shown: Sequence[int]) -> None:
        """Show some of the rows, in the order given."""
        self.beginResetModel()
        self.shown = shown
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows on show."""
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, also as its tooltip."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.rows[self.shown[index.row()]][index.column()]
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's name."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        across = orientation is Qt.Orientation.Horizontal
        return self.columns[section] if across else str(section + 1)


class TextTable(QTableView):
    """Shows `TextRows`; whole rows are selected, Ctrl+C copies them."""

    picked = Signal(int)
    """A row was clicked or reached with the keys: its place in the rows given."""
    selection_changed = Signal()

    def __init__(self, name: str, title: str) -> None:
        """Start empty; `title` is what screen readers say."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._most = 0
        self.lines = TextRows()
        self.setModel(self.lines)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        default = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self.horizontalHeader().setDefaultAlignment(default)
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.selectionModel().selectionChanged.connect(
            lambda *_: self.selection_changed.emit()
        )

    def show_rows(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
    ) -> None:
        """Show other rows.

        Args:
            columns: Names of the columns.
            rows: Cells of each row.
        """
        self.lines.set_rows(columns, rows)
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 8)
        for column, title in enumerate(columns):
            self.setColumnWidth(column, _width(metrics, title, column, rows))

    def filter(self, text: str) -> None:
        """Show only rows in which all words occur; empty text shows all."""
        words = text.lower().split()
        rows = self.lines.rows
        if not words:
            self.lines.show_only(range(len(rows)))
            return
        self.lines.show_only(
            [
                place
                for place, row in enumerate(rows)
                if all(word in "\t".join(row).lower() for word in words)
            ]
        )

    def show_only(self, places: Sequence[int]) -> None:
        """Show some of the rows, by their places in the rows given."""
        self.lines.show_only(places)

    def select_places(self, places: Sequence[int]) -> None:
        """Select rows by their places in the rows given; the first comes into view."""
        chosen = set(places)
        model, selection = self.lines, self.selectionModel()
        selection.clear()
        flag = selection.SelectionFlag
        first = True
        for line, place in enumerate(model.shown):
            if place in chosen:
                index = model.index(line, 0)
                selection.select(index, flag.Select | flag.Rows)
                if first:
                    self.scrollTo(index)
                    first = False

    @property
    def selected(self) -> list[int]:
        """Return the places of the selected rows."""
        lines = self.selectionModel().selectedRows()
        return sorted(self.lines.shown[index.row()] for index in lines)

    def copied(self) -> str:
        """Return the selected rows, or all on show, as tab separated text."""
        model = self.lines
        places = self.selected or list(model.shown)
        lines = ["\t".join(model.columns)]
        lines += ["\t".join(model.rows[place]) for place in places]
        return "\n".join(lines)

    def save(self, path: Path) -> None:
        """Write all rows on show as CSV.

        Raises:
            OSError: If the file cannot be written.
        """
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(self.lines.columns)
        writer.writerows(self.lines.rows[place] for place in self.lines.shown)
        path.write_text(text.getvalue(), encoding="utf-8", newline="")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy with Ctrl+C; all else as in every table."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied())
        else:
            super().keyPressEvent(event)

    def fit_height(self, most: int) -> None:
        """Take the height of the rows, of `most` at most, and keep it fitting."""
        self._most = most
        rows = min(max(1, len(self.lines.shown)), most)
        line = self.verticalHeader().defaultSectionSize()
        frame = 2 * self.frameWidth() + self.horizontalHeader().sizeHint().height()
        wide = self.horizontalHeader().length() > self.viewport().width()
        bar = self.horizontalScrollBar().sizeHint().height() if wide else 0
        self.setFixedHeight(rows * line + frame + bar)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep room for the bar below where it is needed."""
        super().resizeEvent(event)
        if self._most and event.oldSize().width() != event.size().width():
            self.fit_height(self._most)

    def _moved(self, now: QModelIndex) -> None:
        if now.isValid() and now.row() < len(self.lines.shown):
            self.picked.emit(self.lines.shown[now.row()])


def _width(
    metrics: QFontMetrics, title: str, column: int, rows: Sequence[Sequence[str]]
) -> int:
    cells = [title + "  ", *(row[column] for row in rows[:_LOOKED])]
    longest = max(len(cell) for cell in cells)
    widest = max(metrics.horizontalAdvance(cell[:_WIDEST]) for cell in cells)
    return widest + (30 if longest > 3 else 34)
