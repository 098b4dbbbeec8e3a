"""Titled cards in as many columns as fit: two side by side, one below where narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from gfm_desktop.ui import theme
from gfm_desktop.ui.widgets.texts import caption, muted

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_LEAST = 370
"""Pixels that a card needs at the normal text size."""


class Card(QFrame):
    """A framed picture or table with a title above and words below."""

    def __init__(self, title: str, *content: QWidget, words: str = "") -> None:
        """Put the parts below each other.

        Args:
            title: What it shows.
            content: Widgets, from top to bottom.
            words: How to read it; may be empty and set later.
        """
        super().__init__()
        self.setProperty("card", "true")
        self.title = caption(title)
        self.words = muted(words)
        self.words.setVisible(bool(words))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(12, 8, 12, 10)
        self.column.setSpacing(6)
        self.column.addWidget(self.title)
        for widget in content:
            self.column.addWidget(widget)
        self.column.addWidget(self.words)

    def explain(self, words: str) -> None:
        """Show other words below; empty ones take no room."""
        self.words.setText(words)
        self.words.setVisible(bool(words))


class CardGrid(QWidget):
    """Places cards from left to right; hidden ones leave no gap."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self._cards: list[tuple[QWidget, bool]] = []
        self._shape: tuple[object, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(10)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def add(self, card: QWidget, *, wide: bool = False) -> None:
        """Add a card; a wide one has its line for itself."""
        self._cards.append((card, wide))
        card.setParent(self)

    def arrange(self) -> None:
        """Place the cards anew, after some were shown or hidden."""
        columns = max(1, min(2, int(self.width() / (_LEAST * theme.scale_of()))))
        shown = [(card, wide) for card, wide in self._cards if not card.isHidden()]
        shape = (columns, tuple(id(card) for card, _ in shown))
        if shape == self._shape:
            return
        self._shape = shape
        while self._grid.takeAt(0) is not None:
            pass
        line = column = 0
        for place, (card, wide) in enumerate(shown):
            if column and (wide or column >= columns):
                line, column = line + 1, 0
            # One that would stand alone takes its whole line.
            last = place + 1 == len(shown) or shown[place + 1][1]
            whole = wide or (last and not column)
            self._grid.addWidget(card, line, column, 1, columns if whole else 1)
            column = columns if whole else column + 1
        for place in range(2):
            self._grid.setColumnStretch(place, int(place < columns))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take another number of columns where the width asks for it."""
        super().resizeEvent(event)
        self.arrange()
