"""A column of sections in a scroll area, as every side panel has it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget


class ScrolledColumn(QScrollArea):
    """Add widgets to `body`; they keep the panel's width and scroll up and down."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty column."""
        super().__init__(parent)
        card = QWidget()
        self.body = QVBoxLayout(card)
        self.body.setContentsMargins(14, 14, 14, 12)
        self.body.setSpacing(12)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The card is scrolled by wheel and keys of its fields: no stop for Tab.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(card)
