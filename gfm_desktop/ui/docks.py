"""The panels around the browser: found by discovery, made when first shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, Qt, QTimer
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from gfm_desktop.discovery import discover
from gfm_desktop.ui.dock_sizes import AREAS, FRONT, DockSizes, in_front
from gfm_desktop.ui.dock_title import DockTitle, NoTitle

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from gfm_desktop.settings import WindowLayout
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.ui.pages import Pages
    from gfm_desktop.ui.panel import Panel
    from gfm_desktop.workspace.workspace import Workspace

STATE_VERSION = 1
"""Raise it when a saved layout of before must not be used."""


def panels() -> list[Panel]:
    """Return every panel of `ui.panels`, in the order in which menus show them."""
    from gfm_desktop.ui import panels as package

    found: list[Panel] = list(discover(package, "PANEL").values())
    return sorted(found, key=lambda panel: (panel.area, panel.order, panel.title))


class Docks(QObject):
    """One dock a panel; hidden together while the start page is on show."""

    def __init__(
        self,
        window: QMainWindow,
        workspace: Workspace,
        bridge: EngineBridge,
        pages: Pages,
    ) -> None:
        """Make a dock for each panel; the panels themselves come when first shown.

        Args:
            window: Where they dock.
            workspace: What the user has open.
            bridge: The way to the engine.
            pages: Has the panels that are too wide for a dock.
        """
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._bridge = bridge
        self._pages = pages
        docked = [panel for panel in panels() if panel.key not in pages.keys]
        self._panels = {panel.key: panel for panel in docked}
        self._docks = {key: self._dock(panel) for key, panel in self._panels.items()}
        self._settle = QTimer(self, singleShot=True, interval=0)
        self._settle.timeout.connect(self._settled)
        self._state = QByteArray()
        self._sizes = DockSizes(window)
        corner, area = Qt.Corner, Qt.DockWidgetArea
        window.setCorner(corner.BottomLeftCorner, area.LeftDockWidgetArea)
        window.setCorner(corner.BottomRightCorner, area.RightDockWidgetArea)
        window.setTabPosition(
            Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North
        )
        window.setDockNestingEnabled(True)
        self.shown = True
        """Whether they are on show; `hide` puts all away together."""
        self._arrange()
        self.hide()

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of all panels."""
        return (*self._docks, *self._pages.keys)

    def toggle(self, key: str) -> QAction:
        """Return the action that shows and hides a panel."""
        if key in self._pages.keys:
            return self._pages.toggle(key)
        return self._docks[key].toggleViewAction()

    def panel(self, key: str) -> QWidget | None:
        """Return a panel, made and brought to the front; None where there is none."""
        if key in self._pages.keys:
            return self._pages.open(key)
        dock = self._docks.get(key)
        if dock is None:
            return None
        self._pages.leave()
        self._fill(key)
        dock.show()
        dock.raise_()
        return dock.widget()

    def advance(self, before: str, after: str) -> None:
        """Bring a tab to the front where the one before it is in front now.

        The user's own layout stands: a panel that was put elsewhere or away stays so.
        """
        first, then = self._docks.get(before), self._docks.get(after)
        if first is None or then is None:
            return
        behind = then in self._window.tabifiedDockWidgets(first)
        if behind and then.toggleViewAction().isChecked() and in_front(first):
            then.raise_()

    def show(self) -> None:
        """Show the panels as they were when `hide` was called."""
        self.shown = True
        for key, dock in self._docks.items():
            dock.toggleViewAction().setEnabled(True)
            dock.setVisible(self._panels[key].shown)
        if self._state.isEmpty():
            self._arrange()
        else:
            self._window.restoreState(self._state, STATE_VERSION)
            QTimer.singleShot(0, self, self.fit_text)

    def hide(self) -> None:
        """Hide all panels and remember how they were."""
        self.shown = False
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
        dock.setTitleBarWidget(DockTitle(dock))
        # A plain widget keeps the place until the panel is made.
        dock.setWidget(QWidget())
        dock.visibilityChanged.connect(partial(self._seen, panel.key))
        dock.dockLocationChanged.connect(lambda _: self._settle.start())
        dock.topLevelChanged.connect(lambda _: self._settle.start())
        return dock

    def _seen(self, key: str, visible: bool) -> None:
        # Of tabbed docks only the one in front counts as visible here.
        self._docks[key].setProperty(FRONT, visible)
        self._settle.start()

    def _settled(self) -> None:
        """Make the panels in front; leave out titles that a tab says already."""
        # Not in `_seen`: while Qt puts docks up, each is in front for a moment.
        for key, dock in self._docks.items():
            if in_front(dock):
                self._fill(key)
            others = self._window.tabifiedDockWidgets(dock)
            tabbed = any(other.toggleViewAction().isChecked() for other in others)
            bare = tabbed and not dock.isFloating()
            before = dock.titleBarWidget()
            if isinstance(before, NoTitle) is not bare:
                dock.setTitleBarWidget(NoTitle(dock) if bare else DockTitle(dock))
                before.deleteLater()

    def _fill(self, key: str) -> None:
        dock, panel = self._docks[key], self._panels[key]
        if dock.property("filled"):
            return
        dock.setProperty("filled", True)
        before = dock.widget()
        widget = panel.factory(self._workspace, self._bridge)
        # Panels are sheets on the window's ground, as the browser is.
        widget.setBackgroundRole(QPalette.ColorRole.Base)
        widget.setAutoFillBackground(True)
        dock.setWidget(widget)
        before.deleteLater()

    def _arrange(self) -> None:
        """Put every panel where it belongs at first, the front ones in view."""
        first: dict[str, QDockWidget] = {}
        for key, panel in self._panels.items():
            dock = self._docks[key]
            if panel.area in first:
                self._window.tabifyDockWidget(first[panel.area], dock)
            else:
                self._window.addDockWidget(AREAS[panel.area], dock)
                first[panel.area] = dock
        for dock in first.values():
            dock.raise_()
        # Sizes hold only once Qt has laid the docks out.
        QTimer.singleShot(0, self, self._sizes.usual)

    def fit_text(self) -> None:
        """Let the panels grow and shrink with the text, from the sizes they have."""
        self._sizes.fit_text()


def _text(data: QByteArray) -> str:
    return bytes(data.toBase64().data()).decode("ascii")


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(text.encode("ascii", "replace"))
