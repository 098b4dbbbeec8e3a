"""All keys and gestures on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.ui import theme
from gfm_desktop.ui.actions import BY_KEY, GESTURES, MENUS, Menu

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QKeyEvent

Row = tuple[str, str]
"""Keys, and what they do."""


def key_groups() -> list[tuple[str, list[Row]]]:
    """Return every key by menu, then the gestures of the browser."""
    groups = []
    for menu in MENUS:
        rows = [
            (_native(BY_KEY[key].keys), BY_KEY[key].title.rstrip("…"))
            for key in _leaves(menu)
            if BY_KEY[key].keys
        ]
        if rows:
            groups.append((menu.title.replace("&", ""), rows))
    groups.append(("In the genome browser", list(GESTURES)))
    return groups


def _leaves(menu: Menu) -> Iterator[str]:
    for item in menu.items:
        if isinstance(item, Menu):
            yield from _leaves(item)
        elif item in BY_KEY:
            yield item


def _native(keys: tuple[str, ...]) -> str:
    style = QKeySequence.SequenceFormat.NativeText
    # The keypad's Enter and the unshifted plus need no words.
    told = [key for key in keys if not key.endswith(("Enter", "="))]
    return "  ".join(QKeySequence(key).toString(style) for key in told)


class ShortcutsDialog(QDialog):
    """Two columns of keys; any key closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Lay out the groups."""
        super().__init__(parent)
        self.setObjectName("shortcuts-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys and gestures")
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(24, 20, 24, 20)
        columns.setSpacing(44)
        groups = key_groups()
        for part in _halves(groups):
            column = QVBoxLayout()
            column.setSpacing(8)
            for title, rows in part:
                column.addWidget(_heading(title))
                column.addLayout(_grid(rows))
                column.addSpacing(12)
            column.addStretch(1)
            columns.addLayout(column, 1)
        area = QScrollArea()
        area.setObjectName("shortcuts-area")
        area.setAccessibleName("Keys and gestures")
        area.setWidgetResizable(True)
        area.setWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        hint = page.sizeHint()
        self.resize(hint.width() + 30, min(hint.height() + 10, self._room()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on the key that opened it, too."""
        if event.key() in (Qt.Key.Key_Question, Qt.Key.Key_F1):
            self.accept()
        else:
            super().keyPressEvent(event)

    def _room(self) -> int:
        parent = self.parentWidget()
        return 700 if parent is None else max(300, parent.height() - 60)


def _halves(groups: list[tuple[str, list[Row]]]) -> list[list[tuple[str, list[Row]]]]:
    """Split the groups into two columns of about the same height."""
    heights = [len(rows) + 2 for _, rows in groups]
    best = min(
        range(1, len(groups)),
        key=lambda cut: abs(sum(heights[:cut]) - sum(heights[cut:])),
    )
    return [groups[:best], groups[best:]]


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label


def _grid(rows: list[Row]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(5)
    palette = theme.current()
    for number, (keys, words) in enumerate(rows):
        key = QLabel(keys)
        key.setStyleSheet(
            f"background: {palette.raised}; border: 1px solid {palette.border};"
            "border-radius: 4px; padding: 1px 6px;"
        )
        grid.addWidget(key, number, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(QLabel(words), number, 1)
    grid.setColumnStretch(1, 1)
    return grid
