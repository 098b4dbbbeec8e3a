"""Numbered steps from left to right; a later one is open when it makes sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence


class StepBar(QWidget):
    """One button a step, of which one is pressed."""

    chosen = Signal(int)
    """Place of the step that was pressed, from 0."""

    def __init__(self, name: str, titles: Sequence[str]) -> None:
        """Show the steps; `name` begins the object names."""
        super().__init__()
        self.setObjectName(name)
        self.buttons: list[QPushButton] = []
        self._group = QButtonGroup(self)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(12, 6, 12, 6)
        self.row.setSpacing(4)
        for place, title in enumerate(titles):
            if place:
                arrow = QLabel("\u203a")
                arrow.setProperty("role", "muted")
                self.row.addWidget(arrow)
            button = QPushButton(f"{place + 1}  {title}")
            button.setObjectName(f"{name}-{place + 1}")
            button.setAccessibleName(f"Step {place + 1}: {title}")
            button.setProperty("quiet", "true")
            button.setCheckable(True)
            self._group.addButton(button, place)
            self.buttons.append(button)
            self.row.addWidget(button)
        self.row.addStretch(1)
        self._group.idClicked.connect(self.chosen)

    def show_step(self, place: int) -> None:
        """Press a step's button, without a signal."""
        self.buttons[place].setChecked(True)

    def allow(self, place: int, allowed: bool, why: str = "") -> None:
        """Let a step be pressed, or say why not."""
        self.buttons[place].setEnabled(allowed)
        self.buttons[place].setToolTip("" if allowed else why)
