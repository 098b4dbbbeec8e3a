"""What an empty panel says: what would be here, and the next step."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gfm_desktop.ui import theme


class EmptyState(QWidget):
    """A title, a sentence, and at most one button, in the middle of the panel."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Prepare the parts; `name` becomes the object name's beginning."""
        super().__init__(parent)
        self.setObjectName(f"{name}-empty")
        self.title = QLabel()
        theme.grade(self.title, 1.15, QFont.Weight.DemiBold)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setProperty("role", "muted")
        self.button = QPushButton()
        self.button.setObjectName(f"{name}-empty-button")
        self.button.hide()
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(1)
        for widget in (self.title, self.text):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(widget)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)

    def say(self, title: str, text: str, *, button: str = "") -> None:
        """Show other words; without `button` there is none."""
        self.title.setText(title)
        self.text.setText(text)
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))
