"""Buttons in a row that breaks where the panel is narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

SPACING = 6


class FlowLayout(QLayout):
    """Places widgets from left to right and begins a new line where one is full."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without widgets."""
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Take one more item; Qt calls it."""
        self._items.append(item)

    def count(self) -> int:
        """Return the number of items, hidden ones included."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item; None beyond the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give an item away; None beyond the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Return none: it takes the room that its lines need."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Tell that a narrow panel makes it taller."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines, in pixels."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place all widgets."""
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        """Return the least that is needed."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Return the room of the widest widget."""
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, move: bool) -> int:
        x, y, tall = rect.x(), rect.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, tall = rect.x(), y + tall + SPACING, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + SPACING
            tall = max(tall, size.height())
        return y + tall - rect.y()


class FilledFlow(FlowLayout):
    """A flow of full lines: widgets shrink before a line breaks.

    What a line has to spare goes to the first widget of all, where it is in the line.
    """

    def _place(self, rect: QRect, *, move: bool) -> int:
        y = rect.y()
        for line in self._lines(rect.width()):
            tall = max(item.sizeHint().height() for item in line)
            if move:
                x = rect.x()
                for item, width in zip(line, self._widths(line, rect), strict=True):
                    high = item.sizeHint().height()
                    top = y + (tall - high) // 2
                    item.setGeometry(QRect(x, top, width, high))
                    x += width + SPACING
            y += tall + SPACING
        return max(0, y - SPACING - rect.y())

    def _lines(self, room: int) -> list[list[QLayoutItem]]:
        """Return the shown widgets in lines that hold their least widths."""
        lines: list[list[QLayoutItem]] = []
        used = room + 1
        for item in self._items:
            if item.isEmpty():
                continue
            least = item.minimumSize().width()
            if used + least > room:
                lines.append([])
                used = 0
            lines[-1].append(item)
            used += least + SPACING
        return lines

    def _widths(self, line: list[QLayoutItem], rect: QRect) -> list[int]:
        """Return the widths of a line: between least and wanted, and what is left."""
        least = [item.minimumSize().width() for item in line]
        more = [
            max(0, item.sizeHint().width() - width)
            for item, width in zip(line, least, strict=True)
        ]
        spare = rect.width() - sum(least) - SPACING * (len(line) - 1)
        share = min(1.0, max(0, spare) / max(1, sum(more)))
        widths = [
            width + int(share * wish) for width, wish in zip(least, more, strict=True)
        ]
        if line[0] is self._items[0]:
            widths[0] += max(0, spare - sum(widths) + sum(least))
        return [min(width, rect.width()) for width in widths]
