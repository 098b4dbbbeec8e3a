"""Pairs of a label and a value, in two aligned columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from gfm_desktop.ui.widgets.texts import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

Fact = tuple[str, str]


class FactGrid(QWidget):
    """Shows facts; values wrap and can be selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._labels: list[tuple[QLabel, QLabel]] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show label and value pairs; those without a value are left out."""
        shown = [fact for fact in facts if fact[1]]
        while len(self._labels) < len(shown):
            self._add()
        for place, (name, value) in enumerate(self._labels):
            there = place < len(shown)
            name.setVisible(there)
            value.setVisible(there)
            if there:
                name.setText(shown[place][0])
                value.setText(shown[place][1])
                value.setAccessibleName(f"{shown[place][0]}: {shown[place][1]}")

    @property
    def facts(self) -> list[Fact]:
        """Return what is on show."""
        return [(n.text(), v.text()) for n, v in self._labels if not v.isHidden()]

    def _add(self) -> None:
        name, value = QLabel(), plain()
        name.setProperty("role", "muted")
        name.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        # A long word must not widen the whole panel.
        value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line = len(self._labels)
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(name, line, 0, top)
        self._grid.addWidget(value, line, 1, top)
        self._labels.append((name, value))
