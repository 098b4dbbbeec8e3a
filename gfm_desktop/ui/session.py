"""What outlasts a moment: projects that save themselves, and steps to be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.workspace.project import Projects
from gfm_desktop.workspace.view_history import ViewHistory

if TYPE_CHECKING:
    from gfm_desktop.settings import Settings
    from gfm_desktop.workspace.workspace import Workspace

SAVE_MS = 2_000
"""A crash loses at most that much of what was done to the view."""


class Session(QObject):
    """Keeps the projects up to date while the user works, and the view's history.

    Attributes:
        projects: The recent projects and the present one.
        history: The views before and after the present one.
    """

    def __init__(
        self, workspace: Workspace, settings: Settings, parent: QObject
    ) -> None:
        """Follow `workspace` and write into `settings`."""
        super().__init__(parent)
        self.projects = Projects(workspace, settings)
        self.history = ViewHistory(workspace)
        # A change starts the clock and later ones do not push it on: what is done
        # without a pause is saved as well.
        self._timer = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._timer.timeout.connect(self.projects.save)
        for signal in (
            workspace.loci_changed,
            workspace.lanes.changed,
            workspace.track_files.changed,
        ):
            listen(self, signal, self._save_soon)

    def _save_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()
