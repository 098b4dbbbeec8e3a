"""The panels around the browser: found by discovery, made when first shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from gfm_desktop.discovery import discover

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from gfm_desktop.settings import WindowLayout
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.ui.panel import Panel
    from gfm_desktop.workspace.workspace import Workspace

STATE_VERSION = 1
"""Raise it when a saved layout of before must not be used."""
_AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
    "centre": Qt.DockWidgetArea.TopDockWidgetArea,
}
_SHARES = {"left": 0.2, "right": 0.22, "bottom": 0.36}
"""Part of the window that an area takes at first."""


def panels() -> list[Panel]:
    """Return every panel of `ui.panels`, in the order in which menus show them."""
    from gfm_desktop.ui import panels as package

    found: list[Panel] = list(discover(package, "PANEL").values())
    return sorted(found, key=lambda panel: (panel.area, panel.order, panel.title))


class Docks(QObject):
    """One dock a panel; hidden together while the start page is on show."""

    def __init__(
        self, window: QMainWindow, workspace: Workspace, bridge: EngineBridge
    ) -> None:
        """Make a dock for each panel; the panels themselves come when first shown."""
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._bridge = bridge
        self._panels = {panel.key: panel for panel in panels()}
        self._docks = {key: self._dock(panel) for key, panel in self._panels.items()}
        self._state = QByteArray()
        corner, area = Qt.Corner, Qt.DockWidgetArea
        window.setCorner(corner.BottomLeftCorner, area.LeftDockWidgetArea)
        window.setCorner(corner.BottomRightCorner, area.RightDockWidgetArea)
        window.setTabPosition(
            Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North
        )
        window.setDockNestingEnabled(True)
        self._arrange()
        self.hide()

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of all panels."""
        return tuple(self._docks)

    def toggle(self, key: str) -> QAction:
        """Return the action that shows and hides a panel."""
        return self._docks[key].toggleViewAction()

    def panel(self, key: str) -> QWidget | None:
        """Return a panel, made and brought to the front; None where there is none."""
        dock = self._docks.get(key)
        if dock is None:
            return None
        self._fill(key)
        dock.show()
        dock.raise_()
        return dock.widget()

    def show(self) -> None:
        """Show the panels as they were when `hide` was called."""
        for key, dock in self._docks.items():
            dock.toggleViewAction().setEnabled(True)
            dock.setVisible(self._panels[key].shown)
        if not self._state.isEmpty():
            self._window.restoreState(self._state, STATE_VERSION)
        self._fill_visible()

    def hide(self) -> None:
        """Hide all panels and remember how they were."""
        if any(dock.isVisible() for dock in self._docks.values()):
            self._state = self._window.saveState(STATE_VERSION)
        for dock in self._docks.values():
            dock.hide()
            dock.toggleViewAction().setEnabled(False)

    def reset(self) -> None:
        """Put all panels back where they were at first."""
        self._arrange()
        for key, dock in self._docks.items():
            dock.setFloating(False)
            dock.setVisible(self._panels[key].shown)
        self._fill_visible()

    def save(self, layout: WindowLayout) -> None:
        """Write size and docks into the settings."""
        if any(dock.isVisible() for dock in self._docks.values()):
            self._state = self._window.saveState(STATE_VERSION)
        layout.geometry = _text(self._window.saveGeometry())
        layout.state = _text(self._state)

    def restore(self, layout: WindowLayout) -> None:
        """Take size and docks from the settings; what does not fit is left out."""
        self._window.restoreGeometry(_bytes(layout.geometry))
        self._state = _bytes(layout.state)

    def _dock(self, panel: Panel) -> QDockWidget:
        dock = QDockWidget(panel.title, self._window)
        dock.setObjectName(panel.key)
        dock.setAccessibleName(panel.title)
        # A plain widget keeps the place until the panel is made.
        dock.setWidget(QWidget())
        dock.visibilityChanged.connect(partial(self._seen, panel.key))
        return dock

    def _seen(self, key: str, visible: bool) -> None:
        if visible:
            self._fill(key)

    def _fill(self, key: str) -> None:
        dock, panel = self._docks[key], self._panels[key]
        if dock.property("filled"):
            return
        dock.setProperty("filled", True)
        before = dock.widget()
        dock.setWidget(panel.factory(self._workspace, self._bridge))
        before.deleteLater()

    def _fill_visible(self) -> None:
        for key, dock in self._docks.items():
            if dock.isVisible() and not dock.visibleRegion().isEmpty():
                self._fill(key)

    def _arrange(self) -> None:
        first: dict[str, QDockWidget] = {}
        for key, panel in self._panels.items():
            dock = self._docks[key]
            self._window.addDockWidget(_AREAS[panel.area], dock)
            if panel.area in first:
                self._window.tabifyDockWidget(first[panel.area], dock)
            else:
                first[panel.area] = dock
        for dock in first.values():
            dock.raise_()
        self._size(first)

    def _size(self, first: dict[str, QDockWidget]) -> None:
        for area, share in _SHARES.items():
            if area not in first:
                continue
            across = area == "bottom"
            whole = self._window.height() if across else self._window.width()
            direction = Qt.Orientation.Vertical if across else Qt.Orientation.Horizontal
            size = max(260, round(whole * share))
            self._window.resizeDocks([first[area]], [size], direction)


def _text(data: QByteArray) -> str:
    return bytes(data.toBase64().data()).decode("ascii")


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", "replace"))
