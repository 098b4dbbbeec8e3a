"""A finished model as a folder or a zip for others, and its report for oneself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from gfm_desktop.jobs.events import Failed
from gfm_desktop.ui.widgets.latest import Latest
from gfm_desktop.workspace import finetuning_runs as runs

if TYPE_CHECKING:
    from gfm_desktop.errors import GfmError
    from gfm_desktop.workspace.workspace import Workspace


class ModelSharing(QObject):
    """Asks where to, copies off the GUI thread, and tells how it went."""

    def __init__(self, workspace: Workspace, owner: QWidget) -> None:
        """Tell of it in `workspace`; dialogs belong to `owner`."""
        super().__init__(owner)
        self._workspace = workspace
        self._owner = owner
        self._copying = Latest(self)
        self._copying.answered.connect(self._copied)
        self._copying.failed.connect(self._failed)

    def as_zip(self, model: Path) -> None:
        """Ask for a file and pack the model into it."""
        path, _ = QFileDialog.getSaveFileName(
            self._owner, "Share the model", f"{model.name}.zip", "Zip (*.zip)"
        )
        if path:
            self.copy(model, Path(path).with_suffix(".zip"))

    def as_folder(self, model: Path) -> None:
        """Ask for a folder and put the model's folder into it."""
        path = QFileDialog.getExistingDirectory(
            self._owner, "Put the model's folder into"
        )
        if path:
            self.copy(model, Path(path) / model.name)

    def copy(self, model: Path, target: Path) -> None:
        """Copy a model to a folder or a zip file."""
        self._copying.ask(lambda: runs.share(model, target))

    def open_report(self, model: Path) -> None:
        """Open the report in whatever the desktop reads JSON with."""
        report = model / runs.REPORT
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(report))):
            self._workspace.message.emit("info", f"The report is {report}")

    def _copied(self, target: Path) -> None:
        self._workspace.message.emit("info", f"The model is copied: {target}")

    def _failed(self, error: GfmError) -> None:
        self._workspace.report(Failed(error.what, error.where, error.todo))
