"""Earlier fine-tunings, one a line: open it, delete it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QMessageBox,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.ui import theme
from gfm_desktop.ui.icons import icon
from gfm_desktop.ui.widgets.texts import heading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QMouseEvent

    from gfm_desktop.workspace.finetuning_runs import KnownRun


class RunList(QWidget):
    """Hidden while there is none."""

    opened = Signal(object)
    """Carries the folder of a run."""
    removed = Signal(object)
    """Carries the folder of a run that is to be deleted, after a question."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._runs: tuple[KnownRun, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(heading("Your fine-tunings", scale=1.1))
        self._rows: list[QWidget] = []
        self.hide()

    def show_runs(self, runs: Sequence[KnownRun], *, busy: Path | None = None) -> None:
        """Show these runs; the one that a job is at cannot be deleted."""
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = []
        for number, run in enumerate(runs):
            row = _Row(run, number, busy=run.folder == busy)
            row.opened.connect(lambda run=run: self.opened.emit(run.folder))
            row.forgotten.connect(lambda run=run: self._ask(run))
            self._column.addWidget(row)
            self._rows.append(row)
        self.setVisible(bool(runs))

    def _ask(self, run: KnownRun) -> None:
        box = QMessageBox(self)
        box.setObjectName("finetune-remove-question")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(f"Delete {run.title}?")
        box.setInformativeText(f"Its folder is deleted from the disk: {run.folder}")
        yes = box.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
        yes.setObjectName("finetune-remove-yes")
        box.addButton(QMessageBox.StandardButton.Cancel)
        yes.clicked.connect(lambda: self.removed.emit(run.folder))
        box.open()


class RunsButton(QPushButton):
    """A menu of all runs, at hand on every step."""

    wanted = Signal()
    """The menu is about to open: `offer` what there is."""
    opened = Signal(object)
    """Carries the folder of a run."""
    begun = Signal()
    """Another fine-tuning is to begin."""

    def __init__(self) -> None:
        """Start without runs."""
        super().__init__("Runs")
        self.setObjectName("finetune-runs")
        self.setAccessibleName("Earlier runs")
        self.setProperty("quiet", "true")
        menu = QMenu(self)
        menu.setObjectName("finetune-runs-menu")
        menu.aboutToShow.connect(self.wanted)
        self.setMenu(menu)

    def offer(self, runs: Sequence[KnownRun]) -> None:
        """Fill the menu."""
        menu = self.menu()
        menu.clear()
        menu.addAction("New fine-tuning", self.begun.emit)
        menu.addSeparator()
        for known in runs:
            title = f"{known.title}  \u00b7  {known.words}".replace("&", "&&")
            menu.addAction(title, partial(self.opened.emit, known.folder))
        if not runs:
            menu.addAction("Nothing yet").setEnabled(False)


class _Row(QFrame):
    """Name, how it stands, when; a button that deletes."""

    opened = Signal()
    forgotten = Signal()

    def __init__(self, run: KnownRun, number: int, *, busy: bool) -> None:
        super().__init__()
        self.setProperty("card", "true")
        day = datetime.fromtimestamp(run.changed).astimezone()
        state = "Under way" if busy else run.words
        words = f"{state}  ·  {day:%d %b %Y %H:%M}"
        button = QPushButton(run.title)
        button.setObjectName(f"finetune-run-{number}")
        button.setAccessibleName(f"Open {run.title}: {words}")
        button.setProperty("quiet", "true")
        button.setIcon(icon("success" if run.finished else "recent", "muted"))
        button.setStyleSheet("text-align: left; font-weight: 600;")
        label = QLabel(words)
        label.setProperty("role", "muted")
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        remove = QToolButton()
        remove.setObjectName(f"finetune-run-{number}-remove")
        remove.setAccessibleName(f"Delete {run.title}")
        remove.setToolTip("Delete it from the disk")
        remove.setIcon(icon("trash", "muted"))
        side = round(16 * theme.scale_of())
        remove.setIconSize(QSize(side, side))
        remove.setEnabled(not busy)
        button.clicked.connect(self.opened)
        remove.clicked.connect(self.forgotten)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 3, 4, 3)
        row.addWidget(button)
        row.addWidget(label, 1)
        row.addWidget(remove)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the run wherever its row is clicked, not at its name alone."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.opened.emit()
