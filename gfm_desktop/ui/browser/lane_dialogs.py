"""Two small questions about a lane: its name, and the ends of its scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    from gfm_desktop.ui.browser.lanes import Lane

_LONGEST_NAME = 60


class NameDialog(QDialog):
    """Asks what a lane should be called."""

    def __init__(self, lane: Lane, parent: QWidget) -> None:
        """Show the present name, ready to be typed over."""
        super().__init__(parent)
        self._lane = lane
        _prepare(self, "lane-name-dialog", f"Rename {lane.title}")
        self.field = QLineEdit(lane.title)
        self.field.setObjectName("lane-name")
        self.field.setAccessibleName("Name of the track")
        self.field.setPlaceholderText(lane.track.title)
        self.field.setMaxLength(_LONGEST_NAME)
        self.field.selectAll()
        form = QFormLayout()
        form.addRow("&Name", self.field)
        _lay_out(self, form, "Empty gives the track's own name back.")

    def accept(self) -> None:
        """Take the name."""
        name = self.field.text().strip()
        own = name == self._lane.track.title
        self._lane.book.change(self._lane.track.key, title="" if own else name)
        super().accept()


class ScaleDialog(QDialog):
    """Asks for the values at the bottom and the top of a lane."""

    def __init__(self, lane: Lane, parent: QWidget) -> None:
        """Show the present ends; empty for an automatic one."""
        super().__init__(parent)
        self._lane = lane
        _prepare(self, "lane-scale-dialog", f"Scale of {lane.title}")
        self.low = self._field("lane-scale-low", "Bottom", lane.look.low)
        self.high = self._field("lane-scale-high", "Top", lane.look.high)
        self.error = QLabel()
        self.error.setObjectName("lane-scale-error")
        self.error.setProperty("role", "error")
        self.error.setWordWrap(True)
        self.error.hide()
        form = QFormLayout()
        form.addRow("&Top", self.high)
        form.addRow("&Bottom", self.low)
        form.addRow(self.error)
        _lay_out(self, form, "Leave one empty to let it follow the values on show.")

    def accept(self) -> None:
        """Take the ends, or say what is wrong with them."""
        ends: list[float | None] = []
        for words, field in (("bottom", self.low), ("top", self.high)):
            text = field.text().strip().replace("\N{MINUS SIGN}", "-")
            value = _value(text)
            if text and value is None:
                self._fail(f"The {words} is no number: {text}", field)
                return
            ends.append(value)
        low, high = ends
        if low is not None and high is not None and not low < high:
            self._fail("The top must be above the bottom.", self.high)
            return
        self._lane.book.change(self._lane.track.key, low=low, high=high)
        super().accept()

    def _field(self, name: str, words: str, value: float | None) -> QLineEdit:
        field = QLineEdit("" if value is None else f"{value:g}")
        field.setObjectName(name)
        field.setAccessibleName(f"{words} of the scale")
        field.setPlaceholderText("automatic")
        return field

    def _fail(self, words: str, field: QLineEdit) -> None:
        self.error.setText(words)
        self.error.setAccessibleName(words)
        self.error.show()
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        field.selectAll()


def _prepare(dialog: QDialog, name: str, title: str) -> None:
    dialog.setObjectName(name)
    dialog.setWindowTitle(title)
    dialog.setAccessibleName(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)


def _lay_out(dialog: QDialog, form: QFormLayout, words: str) -> None:
    hint = QLabel(words)
    hint.setProperty("role", "muted")
    roles = QDialogButtonBox.StandardButton
    buttons = QDialogButtonBox(roles.Ok | roles.Cancel)
    for role, name in ((roles.Ok, "ok"), (roles.Cancel, "cancel")):
        buttons.button(role).setObjectName(f"{dialog.objectName()}-{name}")
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addLayout(form)
    column.addWidget(hint)
    column.addWidget(buttons)


def _value(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
