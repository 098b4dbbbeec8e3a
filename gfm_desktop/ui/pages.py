"""What fills the middle of the window: start page, browser, and wide panels.

A panel with the area ``"centre"`` needs more room than a dock has. It takes the whole
window while it is in use; the browser can stand beside it, and closing it brings
everything back as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.ui import theme
from gfm_desktop.ui.icons import icon
from gfm_desktop.ui.widgets.texts import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QEvent

    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.ui.panel import Panel
    from gfm_desktop.workspace.workspace import Workspace

_SIDE = 14


class Pages(QSplitter):
    """At the left start page or browser, at the right a wide panel; one or both."""

    changed = Signal()
    """A wide panel was opened or closed."""

    def __init__(
        self, panels: Sequence[Panel], workspace: Workspace, bridge: EngineBridge
    ) -> None:
        """Show nothing yet.

        Args:
            panels: The wide ones; each is made when it is first shown.
            workspace: What the user has open.
            bridge: The way to the engine.
        """
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName("middle")
        self.setChildrenCollapsible(False)
        self._workspace, self._bridge = workspace, bridge
        self._panels = {panel.key: panel for panel in panels}
        self._frames: dict[str, PageFrame] = {}
        self._current = ""
        self._beside = False
        self._actions = {panel.key: self._action(panel) for panel in panels}
        self.home = QStackedWidget()
        self.home.setObjectName("pages")
        self.addWidget(self.home)

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the wide panels."""
        return tuple(self._panels)

    @property
    def current(self) -> str:
        """Return the key of the wide panel on show; empty for none."""
        return self._current

    def toggle(self, key: str) -> QAction:
        """Return the action that opens and closes a wide panel."""
        return self._actions[key]

    def open(self, key: str) -> QWidget:
        """Show a wide panel and return it."""
        frame = self._frames.get(key) or self._make(key)
        if self._current != key:
            self._current = key
            self._arrange()
            frame.panel.setFocus(Qt.FocusReason.OtherFocusReason)
        return frame.panel

    def leave(self) -> None:
        """Return to the browser, or to the start page."""
        if self._current:
            self._current, self._beside = "", False
            self._arrange()

    def show_beside(self, beside: bool) -> None:
        """Put the browser beside the wide panel, or away."""
        if self._current and beside != self._beside:
            self._beside = beside
            self._arrange()

    def _action(self, panel: Panel) -> QAction:
        action = QAction(panel.title, self)
        action.setObjectName(f"show-{panel.key}")
        action.setCheckable(True)
        action.triggered.connect(lambda on=False: self._toggled(panel.key, on))
        return action

    def _toggled(self, key: str, wanted: bool) -> None:
        if wanted:
            self.open(key)
        else:
            self.leave()

    def _make(self, key: str) -> PageFrame:
        panel = self._panels[key]
        widget = panel.factory(self._workspace, self._bridge)
        widget.setBackgroundRole(QPalette.ColorRole.Base)
        widget.setAutoFillBackground(True)
        frame = self._frames[key] = PageFrame(panel, widget)
        frame.closed.connect(self.leave)
        frame.beside.toggled.connect(self.show_beside)
        self.addWidget(frame)
        return frame

    def _arrange(self) -> None:
        open_now = bool(self._current)
        browser = self._workspace.genome is not None
        self._beside = self._beside and browser
        self.home.setVisible(not open_now or self._beside)
        for key, frame in self._frames.items():
            frame.setVisible(key == self._current)
            frame.show_beside(self._beside, possible=browser)
        for key, action in self._actions.items():
            action.setChecked(key == self._current)
        if open_now and self._beside:
            wide = self.width()
            self.setSizes([round(wide * 0.42), round(wide * 0.58)])
        self.changed.emit()

    def genome_changed(self) -> None:
        """Offer the browser where there is one now."""
        if self._current:
            self._arrange()


class PageFrame(QWidget):
    """A wide panel under its title, with the two buttons that every one has."""

    closed = Signal()

    def __init__(self, panel: Panel, widget: QWidget) -> None:
        """Put the title above the panel."""
        super().__init__()
        self.panel = widget
        self._bar = _TitleBar(panel.title)
        self.beside = self._button(f"beside-{panel.key}", "locus",
                                   "Show the browser beside it")  # fmt: skip
        self.beside.setCheckable(True)
        self.beside.setText("Browser beside")
        beside_icon = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        self.beside.setToolButtonStyle(beside_icon)
        self._close = self._button(f"close-{panel.key}", "close",
                                   f"Close {panel.title}")  # fmt: skip
        self._close.clicked.connect(self.closed)
        self._bar.row.addWidget(self.beside)
        self._bar.row.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(Rule())
        column.addWidget(widget, 1)

    def show_beside(self, beside: bool, *, possible: bool) -> None:
        """Show whether the browser stands beside, and whether it can."""
        self.beside.setVisible(possible)
        self.beside.setChecked(beside)

    def _button(self, name: str, drawing: str, words: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setAccessibleName(words)
        button.setToolTip(words)
        button.setIcon(icon(drawing, "muted"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._bar.buttons.append(button)
        self._bar.dress()
        return button


class _TitleBar(QWidget):
    """Grows with the text."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.buttons: list[QToolButton] = []
        label = QLabel(title)
        label.setProperty("role", "heading")
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(14, 3, 6, 3)
        self.row.addWidget(label, 1)

    def changeEvent(self, event: QEvent) -> None:
        """Grow with the text."""
        super().changeEvent(event)
        if event.type() == event.Type.FontChange:
            self.dress()

    def dress(self) -> None:
        """Give the icons the size of the text."""
        side = round(_SIDE * theme.scale_of())
        for button in self.buttons:
            button.setIconSize(QSize(side, side))


def wide_of(panels: Sequence[Panel]) -> list[Panel]:
    """Return the panels that take the whole window."""
    return [panel for panel in panels if panel.area == "centre"]
