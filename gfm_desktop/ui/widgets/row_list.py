"""A table with a filter above it, and buttons that copy and save it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.ui.widgets.text_table import TextTable
from gfm_desktop.ui.widgets.texts import CopyButton

if TYPE_CHECKING:
    from collections.abc import Sequence


class RowList(QWidget):
    """Rows that a user takes elsewhere: refused rows, errors, sequences to label."""

    failed = Signal(str, str)
    """What could not be saved, and where."""

    def __init__(self, name: str, title: str, *, most: int = 8) -> None:
        """Start empty.

        Args:
            name: Begins the object names.
            title: What screen readers say.
            most: Rows that are in view without scrolling.
        """
        super().__init__()
        self._most = most
        self._file = f"{name}.csv"
        self.table = TextTable(f"{name}-table", title)
        self.field = QLineEdit()
        self.field.setObjectName(f"{name}-filter")
        self.field.setAccessibleName(f"Filter: {title}")
        self.field.setPlaceholderText("Filter")
        self.field.setClearButtonEnabled(True)
        self.copy = CopyButton(f"{name}-copy", "Copy")
        self.copy.setAccessibleName(f"Copy: {title}")
        self.save = QPushButton("Save…")
        self.save.setObjectName(f"{name}-save")
        self.save.setAccessibleName(f"Save as CSV: {title}")
        row = QHBoxLayout()
        row.addWidget(self.field, 1)
        row.addWidget(self.copy)
        row.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.table)
        column.addLayout(row)
        self.field.textChanged.connect(self.table.filter)
        self.table.selection_changed.connect(self._copied)
        self.table.lines.modelReset.connect(self._copied)
        self.save.clicked.connect(self._save)

    def show_rows(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
    ) -> None:
        """Show other rows; as `TextTable.show_rows`."""
        self.field.clear()
        self.table.show_rows(columns, rows)
        self.table.fit_height(self._most)
        self.save.setEnabled(bool(rows))

    def save_to(self, path: Path) -> None:
        """Write the rows on show as CSV, or tell why not."""
        try:
            self.table.save(path)
        except OSError as error:
            self.failed.emit(
                f"The table cannot be saved: {error.strerror or error}.", str(path)
            )

    def _copied(self) -> None:
        rows = self.table.lines.shown
        # Made only when somebody can press the button: a million rows take a moment.
        few = len(rows) <= 20_000 or bool(self.table.selected)
        self.copy.set_copied(self.table.copied() if rows and few else "")
        self.copy.setToolTip("Copy the selected rows, or all" if rows else "")

    def _save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, "Save the table", self._file, "CSV (*.csv)"
        )
        if path:
            self.save_to(Path(path))
