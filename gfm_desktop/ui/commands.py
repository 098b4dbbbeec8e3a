"""What each action of `ui.actions` does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLineEdit

from gfm_desktop.ui.view_commands import ViewCommands
from gfm_desktop.workspace.file_kind import open_filter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.settings import RecentProject
    from gfm_desktop.ui.theme import Mode

_STEP = 10
"""Percent by which the text grows or shrinks."""
_SMALLEST, _LARGEST = 80, 200


class Commands(ViewCommands):
    """The handlers that `Action.handler` names; each works from anywhere.

    Panels are reached through their object names only: a command presses the same
    button that the user would.
    """

    def open_files(self) -> None:
        """Ask for files and open them."""
        names, _ = QFileDialog.getOpenFileNames(
            self._window, "Open genome, genes, variants, tracks", "", open_filter()
        )
        self.open_paths([Path(name) for name in names])

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open these files."""
        if paths:
            self._desk.opening.open(paths)

    def open_sample(self) -> None:
        """Open the shipped sample."""
        self.open_project(self._desk.projects.sample)

    def open_project(self, project: RecentProject) -> None:
        """Open a project where it was left."""
        self._desk.projects.open(project, self._desk.opening)

    def export(self) -> None:
        """Press the variant table's export button."""
        self._press("variants", "variant-export")

    def export_picture(self) -> None:
        """Offer to save the browser as a picture."""
        from gfm_desktop.ui.browser.surface import Surface
        from gfm_desktop.ui.dialogs.picture import PictureDialog

        canvas = self._desk.browser.findChild(Surface)
        if canvas is not None:
            PictureDialog(canvas, self._window).open()

    def close_project(self) -> None:
        """Close everything that is open."""
        self._desk.projects.save()
        self._desk.scoring.cancel()
        self._desk.opening.close()

    def quit(self) -> None:
        """Close the window."""
        self._window.close()

    def next_variant(self) -> None:
        """Show the next variant of the ranked table."""
        self._trigger("variants", "next-variant")

    def previous_variant(self) -> None:
        """Show the previous variant of the ranked table."""
        self._trigger("variants", "previous-variant")

    def show_selection(self) -> None:
        """Bring the selected variant to the middle."""
        workspace = self._desk.workspace
        if workspace.selection is not None:
            workspace.show_variant(workspace.selection)

    def find_variant(self) -> None:
        """Put the cursor into the table's search field."""
        panel = self._desk.docks.panel("variants")
        field = panel.findChild(QLineEdit) if panel is not None else None
        if isinstance(field, QLineEdit):
            field.setFocus()
            field.selectAll()

    def score(self) -> None:
        """Press the scoring panel's button: its model, its settings."""
        if not self._press("scoring", "score-button"):
            settings = self._desk.settings
            options = {"distance": settings.distance, "masked": settings.masked}
            self._desk.scoring.start(
                settings.model, options=options, device=settings.device
            )

    def stop_scoring(self) -> None:
        """Stop at the next batch."""
        self._desk.scoring.cancel()

    def fine_tune(self) -> None:
        """Show the page on which a model is taught."""
        self._desk.docks.panel("finetune")

    def use_light(self) -> None:
        """Dark text on light ground."""
        self._theme("light")

    def use_dark(self) -> None:
        """Light text on dark ground."""
        self._theme("dark")

    def use_system(self) -> None:
        """Light or dark, as the desktop says."""
        self._theme("system")

    def toggle_theme(self) -> None:
        """Switch between light and dark."""
        from gfm_desktop.ui import theme

        self._theme("light" if theme.current().is_dark else "dark")

    def larger_text(self) -> None:
        """Make text larger."""
        self._scale(self._desk.settings.font_scale + _STEP)

    def smaller_text(self) -> None:
        """Make text smaller."""
        self._scale(self._desk.settings.font_scale - _STEP)

    def normal_text(self) -> None:
        """Return to the desktop's own size."""
        self._scale(100)

    def reset_layout(self) -> None:
        """Put all panels back where they were at first."""
        if self._desk.workspace.genome is not None:
            self._desk.docks.reset()

    def toggle_fullscreen(self) -> None:
        """Use the whole screen, or no longer."""
        window = self._window
        window.showNormal() if window.isFullScreen() else window.showFullScreen()

    def show_palette(self) -> None:
        """Open the command palette."""
        from gfm_desktop.ui.dialogs.palette import CommandPalette

        CommandPalette(self._desk, self._window).open()

    def show_shortcuts(self) -> None:
        """Show all keys on one page."""
        from gfm_desktop.ui.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(self._window, desk=self._desk).open()

    def show_about(self) -> None:
        """Show version, licences, attributions and citations."""
        from gfm_desktop.ui.dialogs.about import AboutDialog

        AboutDialog(self._window).open()

    def copy_citations(self) -> None:
        """Put the citations of program and models into the clipboard."""
        from gfm_desktop.ui.dialogs.credits import citations

        QGuiApplication.clipboard().setText(citations())
        self._desk.workspace.message.emit("info", "The citations are copied.")

    def copy_report(self) -> None:
        """Put versions and machine into the clipboard."""
        from gfm_desktop.ui.dialogs.report import machine_report

        QGuiApplication.clipboard().setText(machine_report())
        self._desk.workspace.message.emit("info", "The report is copied.")

    def _theme(self, mode: Mode) -> None:
        self._desk.settings.theme = mode
        self._desk.dress()
        self._desk.projects.save()

    def _scale(self, percent: int) -> None:
        self._desk.settings.font_scale = max(_SMALLEST, min(_LARGEST, percent))
        self._desk.dress()
        self._desk.projects.save()

    def _press(self, panel: str, name: str) -> bool:
        widget = self._desk.docks.panel(panel)
        button = widget.findChild(QAbstractButton, name) if widget is not None else None
        if not isinstance(button, QAbstractButton):
            return False
        button.click()
        return True

    def _trigger(self, panel: str, name: str) -> None:
        widget = self._desk.docks.panel(panel)
        action = widget.findChild(QAction, name) if widget is not None else None
        if isinstance(action, QAction):
            action.trigger()
