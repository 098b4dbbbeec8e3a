"""The title of a panel: its name, and a button that puts the panel away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from gfm_desktop.ui import theme
from gfm_desktop.ui.icons import icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDockWidget

_SIDE = 14


class DockTitle(QWidget):
    """Can be dragged like Qt's own title: it leaves the mouse to the dock."""

    def __init__(self, dock: QDockWidget) -> None:
        """Name the dock and close it on a press."""
        super().__init__(dock)
        self.label = QLabel(dock.windowTitle())
        self.label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.button = QToolButton()
        self.button.setObjectName(f"close-{dock.objectName()}")
        self.button.setAccessibleName(f"Hide {dock.windowTitle()}")
        self.button.setToolTip("Hide this panel (View shows it again)")
        self.button.setIcon(icon("close", "muted"))
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(dock.close)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 4, 3)
        row.addWidget(self.label, 1)
        row.addWidget(self.button)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Grow with the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._dress()

    def _dress(self) -> None:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        if self.label.font() != font:
            self.label.setFont(font)
        side = round(_SIDE * theme.scale_of())
        self.button.setIconSize(QSize(side, side))


class NoTitle(QWidget):
    """Stands in for the title of a panel whose tab says its name already."""

    def sizeHint(self) -> QSize:
        """Take no room."""
        return QSize(0, 0)

    def minimumSizeHint(self) -> QSize:
        """Take no room."""
        return QSize(0, 0)
