"""The command palette: type a few letters of a command, a gene or a position."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.errors import GfmError
from gfm_desktop.ui import theme
from gfm_desktop.ui.actions import ACTIONS
from gfm_desktop.ui.icons import icon
from gfm_desktop.ui.keys import keys_of, native
from gfm_desktop.workspace.name_search import go_to_suggestion, suggestions
from gfm_desktop.workspace.place_search import find_place, go_to_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.ui.desk import Desk

_WIDTH = 560
_MOST_NAMES = 8
_ICONS = {"gene": "genes"}
_MOST = 60
_LINES = 12
_MARGIN = 9


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be chosen.

    Attributes:
        title: What it says.
        hint: Said at the right end: keys, a place.
        icon: Drawing; empty for none.
        do: What choosing it does.
    """

    title: str
    hint: str
    icon: str
    do: Callable[[], object]


def match_rank(text: str, title: str) -> int | None:
    """Return how well `text` fits a title, small first; None where it does not.

    A title that begins with the text comes first, then one with a word that does, then
    one that contains it, then one that has its letters in this order.
    """
    wanted, have = text.casefold().strip(), title.casefold()
    if not wanted or have.startswith(wanted):
        return 0
    if any(word.startswith(wanted) for word in have.split()):
        return 1
    if wanted in have:
        return 2
    letters = iter(have)
    return 3 if all(letter in letters for letter in wanted if letter != " ") else None


def blank_icon() -> QIcon:
    """Return an icon that shows nothing."""
    picture = QPixmap(16, 16)
    picture.fill(Qt.GlobalColor.transparent)
    return QIcon(picture)


class CommandPalette(QDialog):
    """A line to type into and what fits; Return does the first of it."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        """Offer everything that can be done now, over `window`."""
        super().__init__(
            window, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint
        )
        self.setObjectName("command-palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self._commands = self._offered()
        self._entries: list[Entry] = []
        self._blank = blank_icon()
        self.field = QLineEdit()
        self.field.setObjectName("palette-field")
        self.field.setAccessibleName("Command, gene, region or position")
        self.field.setPlaceholderText("Type a command, a gene, a region or a position")
        self.list = QListWidget()
        self.list.setObjectName("palette-list")
        self.list.setAccessibleName("What fits")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(_MARGIN)
        column.addWidget(self.field)
        column.addWidget(self.list)
        palette = theme.current()
        # A popup has no frame of its own.
        self.setStyleSheet(
            f"#command-palette {{ background: {palette.surface};"
            f" border: 1px solid {palette.faint}; }}"
        )
        self.field.textChanged.connect(self._refresh)
        self.field.installEventFilter(self)
        self.list.itemActivated.connect(self._choose)
        self.list.itemClicked.connect(self._choose)
        scale = theme.scale_of()
        self.resize(round(_WIDTH * scale), round(420 * scale))
        self._place(window)
        self._refresh("")
        self.field.setFocus()

    @property
    def titles(self) -> list[str]:
        """Return what is on offer, best first."""
        return [entry.title for entry in self._entries]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows and Return in the line act on the list."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: 8,
            Qt.Key.Key_PageUp: -8,
        }
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            row = self.list.currentRow() + step
            self.list.setCurrentRow(max(0, min(row, self.list.count() - 1)))
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentItem())
            return True
        return False

    def _place(self, window: QWidget) -> None:
        x = (window.width() - self.width()) // 2
        self.move(window.mapToGlobal(QPoint(x, max(40, window.height() // 8))))

    def _offered(self) -> list[Entry]:
        desk = self._desk
        found = [
            Entry(
                spec.words,
                native(keys_of(spec, desk.settings.keys)[:1]),
                spec.icon,
                desk.action(spec.key).trigger,
            )
            for spec in ACTIONS
            if spec.key != "palette" and desk.action(spec.key).isEnabled()
        ]
        if desk.workspace.genome is not None:
            for key in desk.docks.keys:
                title = f"Show {desk.docks.toggle(key).text()}"
                found.append(
                    Entry(title, "panel", "panel", partial(desk.docks.panel, key))
                )
        for project in desk.projects.recent:
            found.append(
                Entry(
                    f"Open {project.title}",
                    "recent",
                    "recent",
                    partial(desk.commands.open_project, project),
                )
            )
        return found

    def _refresh(self, text: str) -> None:
        ranked = [
            (rank, number, entry)
            for number, entry in enumerate(self._commands)
            if (rank := match_rank(text, entry.title)) is not None
        ]
        ranked.sort(key=lambda found: found[:2])
        commands = [entry for *_, entry in ranked][:_MOST]
        places = self._places(text)
        # A gene or a position that fits exactly is what was meant.
        self._entries = places + commands
        self.list.clear()
        for entry in self._entries:
            self._add(entry)
        self.list.setCurrentRow(0)
        self._fit()

    def _fit(self) -> None:
        """Be as high as what fits, up to a dozen lines."""
        lines = min(max(1, self.list.count()), _LINES)
        edges = self.field.sizeHint().height() + 3 * _MARGIN
        self.resize(self.width(), edges + lines * self._line_height())

    def _line_height(self) -> int:
        return round(self.fontMetrics().height() * 1.9)

    def _places(self, text: str) -> list[Entry]:
        workspace = self._desk.workspace
        if workspace.genome is None or len(text.strip()) < 2:
            return []
        found = [
            Entry(
                f"Go to {one.name}",
                f"{one.source or one.sort}  {one.place}",
                _ICONS.get(one.sort, "locus"),
                partial(go_to_suggestion, workspace, one),
            )
            for one in suggestions(workspace, text, _MOST_NAMES)
        ]
        if found or not any(letter.isdigit() for letter in text):
            return found
        try:
            place = find_place(workspace, text)
        except GfmError:
            return []
        title = place.variant or "; ".join(map(str, place.loci))
        return [Entry(f"Go to {title}", "", "locus", partial(self._go, text))]

    def _go(self, text: str) -> None:
        workspace = self._desk.workspace
        try:
            go_to_place(workspace, text)
        except GfmError as problem:
            workspace.message.emit("warning", str(problem))

    def _add(self, entry: Entry) -> None:
        item = QListWidgetItem()
        # Without a drawing as well: the words of all lines begin at one place.
        item.setIcon(icon(entry.icon, "muted") if entry.icon else self._blank)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.title} {entry.hint}")
        item.setSizeHint(QSize(0, self._line_height()))
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(8, 0, 10, 0)
        row.addWidget(QLabel(entry.title))
        row.addStretch(1)
        hint = QLabel(entry.hint)
        hint.setProperty("role", "muted")
        row.addWidget(hint)
        self.list.addItem(item)
        self.list.setItemWidget(item, line)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        entry = self._entries[self.list.row(item)]
        self.accept()
        entry.do()
