"""All keys and gestures on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.ui import theme
from gfm_desktop.ui.actions import BY_KEY, GESTURES, MENUS, Menu
from gfm_desktop.ui.dialogs.key import KeyDialog
from gfm_desktop.ui.keys import keys_of, native

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PySide6.QtGui import QKeyEvent

    from gfm_desktop.ui.desk import Desk

Row = tuple[str, str]
"""Keys, and what they do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page.

    Attributes:
        keys: As the desktop writes them.
        words: What they do.
        action: Key of the action whose keys may be changed; empty for none.
    """

    keys: str
    words: str
    action: str = ""


def key_groups(chosen: Mapping[str, str] | None = None) -> list[tuple[str, list[Row]]]:
    """Return every key by menu, then the gestures of the browser."""
    return [
        (title, [(line.keys, line.words) for line in lines if line.keys])
        for title, lines in _groups(chosen or {}, every=False)
    ]


def _groups(chosen: Mapping[str, str], *, every: bool) -> list[tuple[str, list[Line]]]:
    """Return the lines of each menu; with `every`, also actions without keys."""
    groups = []
    for menu in MENUS:
        lines = []
        for key in _leaves(menu):
            spec = BY_KEY[key]
            keys = native(keys_of(spec, chosen))
            mine = key if spec.owner == "window" else ""
            if keys or (every and mine):
                lines.append(Line(keys, spec.words, mine))
        if lines:
            groups.append((menu.title.replace("&", ""), lines))
    gestures = [Line(keys, words) for keys, words in GESTURES]
    groups.append(("In the genome browser", gestures))
    return groups


def _leaves(menu: Menu) -> Iterator[str]:
    for item in menu.items:
        if isinstance(item, Menu):
            yield from _leaves(item)
        elif item in BY_KEY:
            yield item


class ShortcutsDialog(QDialog):
    """Two columns of keys; a press on a key changes it, where that can be."""

    def __init__(
        self, parent: QWidget | None = None, *, desk: Desk | None = None
    ) -> None:
        """Lay out the groups.

        Args:
            parent: The window.
            desk: Whose keys may be changed; None only shows them.
        """
        super().__init__(parent)
        self.setObjectName("shortcuts-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys and gestures")
        self._desk = desk
        self.every = QCheckBox("Also commands without a key")
        self.every.setObjectName("shortcuts-every")
        self.every.setAccessibleName("Also commands without a key")
        self.every.toggled.connect(self._refill)
        self.area = QScrollArea()
        self.area.setObjectName("shortcuts-area")
        self.area.setAccessibleName("Keys and gestures")
        self.area.setWidgetResizable(True)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 8)
        whole.addWidget(self.area)
        if desk is not None:
            whole.addLayout(self._foot())
        hint = self._fill().sizeHint()
        foot = 50 if desk is not None else 10
        self.resize(hint.width() + 30, min(hint.height() + foot, self._room()))

    def _foot(self) -> QHBoxLayout:
        words = QLabel("Press a key to change it.")
        words.setProperty("role", "muted")
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 24, 0)
        row.addWidget(words)
        row.addStretch(1)
        row.addWidget(self.every)
        return row

    def _refill(self, *_: object) -> None:
        self._fill()

    def _fill(self) -> QWidget:
        """Show the keys as they are now."""
        chosen = {} if self._desk is None else self._desk.settings.keys
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(24, 20, 24, 20)
        columns.setSpacing(44)
        for part in _halves(_groups(chosen, every=self.every.isChecked())):
            column = QVBoxLayout()
            column.setSpacing(8)
            for title, lines in part:
                column.addWidget(_heading(title))
                column.addLayout(self._grid(lines))
                column.addSpacing(12)
            column.addStretch(1)
            columns.addLayout(column, 1)
        self.area.setWidget(page)
        return page

    def _grid(self, lines: list[Line]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(5)
        for number, line in enumerate(lines):
            chip = self._chip(line)
            grid.addWidget(chip, number, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(QLabel(line.words), number, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _chip(self, line: Line) -> QWidget:
        """Return the keys of a line, as a button where they can be changed."""
        desk = self._desk
        if desk is None or not line.action:
            label = QLabel(line.keys)
            label.setStyleSheet(_chip_style("QLabel"))
            return label
        button = QPushButton(line.keys or "none")
        button.setObjectName(f"key-{line.action}")
        button.setAccessibleName(f"Keys of {line.words}: {line.keys or 'none'}")
        button.setToolTip("Press to change")
        button.setAutoDefault(False)
        button.setStyleSheet(_chip_style("QPushButton"))
        button.clicked.connect(lambda: self._change(desk, line.action))
        return button

    def _change(self, desk: Desk, action: str) -> None:
        dialog = KeyDialog(desk, action, self)
        dialog.accepted.connect(self._refill)
        dialog.open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on the key that opened it, too."""
        if event.key() in (Qt.Key.Key_Question, Qt.Key.Key_F1):
            self.accept()
        else:
            super().keyPressEvent(event)

    def _room(self) -> int:
        parent = self.parentWidget()
        return 700 if parent is None else max(300, parent.height() - 60)


def _halves(
    groups: list[tuple[str, list[Line]]],
) -> list[list[tuple[str, list[Line]]]]:
    """Split the groups into two columns of about the same height."""
    heights = [len(lines) + 2 for _, lines in groups]
    best = min(
        range(1, len(groups)),
        key=lambda cut: abs(sum(heights[:cut]) - sum(heights[cut:])),
    )
    return [groups[:best], groups[best:]]


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label


def _chip_style(kind: str) -> str:
    palette = theme.current()
    return (
        f"{kind} {{ background: {palette.raised}; border: 1px solid {palette.border};"
        " border-radius: 4px; padding: 1px 6px; }"
        f"{kind}:hover, {kind}:focus {{ border-color: {palette.accent}; }}"
    )
