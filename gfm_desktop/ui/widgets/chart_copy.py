"""The right click of a picture: copy its numbers, copy or save the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


class CopyMenu(QObject):
    """Belongs to a picture; what it copies pastes into a spreadsheet."""

    def __init__(self, picture: QWidget, table: Callable[[], list[list[str]]]) -> None:
        """Open at the right click and at the menu key.

        Args:
            picture: The widget.
            table: Its numbers as rows of text, the first one a header.
        """
        super().__init__(picture)
        self._picture = picture
        self._table = table
        picture.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        picture.customContextMenuRequested.connect(self._open)

    def copy_numbers(self) -> None:
        """Put the numbers into the clipboard, as tab separated text."""
        text = "\n".join("\t".join(row) for row in self._table())
        QGuiApplication.clipboard().setText(text)

    def copy_picture(self) -> None:
        """Put the picture into the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._picture.grab())

    def _open(self, where: QPoint) -> None:
        menu = QMenu(self._picture)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy the numbers", self.copy_numbers)
        menu.addAction("Copy the picture", self.copy_picture)
        menu.popup(self._picture.mapToGlobal(where))
