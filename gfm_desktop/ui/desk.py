"""What commands and dialogs may touch of the window, so that they need not know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QWidget

    from gfm_desktop.settings import RecentProject, Settings
    from gfm_desktop.ui.docks import Docks
    from gfm_desktop.workspace.opening import Opening
    from gfm_desktop.workspace.project import Projects
    from gfm_desktop.workspace.scoring import Scoring
    from gfm_desktop.workspace.view_history import ViewHistory
    from gfm_desktop.workspace.workspace import Workspace


class Orders(Protocol):
    """Commands that need something to be done with."""

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open these files."""
        ...

    def open_project(self, project: RecentProject) -> None:
        """Open a project where it was left."""
        ...


class Desk(Protocol):
    """The main window, as seen by what it starts."""

    @property
    def workspace(self) -> Workspace:
        """Return what the user has open."""
        ...

    @property
    def settings(self) -> Settings:
        """Return the settings."""
        ...

    @property
    def projects(self) -> Projects:
        """Return the recent projects."""
        ...

    @property
    def history(self) -> ViewHistory:
        """Return the views before and after the present one."""
        ...

    @property
    def opening(self) -> Opening:
        """Return who opens files."""
        ...

    @property
    def scoring(self) -> Scoring:
        """Return who scores."""
        ...

    @property
    def docks(self) -> Docks:
        """Return the panels."""
        ...

    @property
    def browser(self) -> QWidget:
        """Return the genome browser."""
        ...

    @property
    def commands(self) -> Orders:
        """Return what can be ordered."""
        ...

    def action(self, key: str) -> QAction:
        """Return the action of a row of `ui.actions.ACTIONS`."""
        ...

    def dress(self) -> None:
        """Put on the theme and text size of the settings."""
        ...
