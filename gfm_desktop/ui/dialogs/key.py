"""Asks for another key of an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QKeySequenceEdit,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.ui.actions import BY_KEY
from gfm_desktop.ui.keys import choose_keys, keys_of, native, objection

if TYPE_CHECKING:
    from gfm_desktop.ui.desk import Desk


class KeyDialog(QDialog):
    """Takes one key; what stands against it is said at once."""

    def __init__(self, desk: Desk, action: str, parent: QWidget) -> None:
        """Show the present key, ready to be pressed over.

        Args:
            desk: The window.
            action: Key of the row of the table.
            parent: The page of keys.
        """
        super().__init__(parent)
        self._desk, self._action = desk, action
        spec = BY_KEY[action]
        self.setObjectName("key-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Key of: {spec.words}")
        self.setAccessibleName(self.windowTitle())
        now = keys_of(spec, desk.settings.keys)
        self.field = QKeySequenceEdit(QKeySequence(now[0] if now else ""))
        self.field.setObjectName("key-field")
        self.field.setAccessibleName("Press the new key")
        self.field.setMaximumSequenceLength(1)
        self.field.setClearButtonEnabled(True)
        usual = native(spec.keys) or "none"
        hint = QLabel(f"Press the new key. The usual one: {usual}.")
        hint.setProperty("role", "muted")
        self.error = QLabel()
        self.error.setObjectName("key-error")
        self.error.setProperty("role", "error")
        self.error.setWordWrap(True)
        roles = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(roles.Ok | roles.Cancel | roles.RestoreDefaults)
        for role, name in (
            (roles.Ok, "key-ok"),
            (roles.Cancel, "key-cancel"),
            (roles.RestoreDefaults, "key-usual"),
        ):
            self.buttons.button(role).setObjectName(name)
        self.buttons.button(roles.RestoreDefaults).setText("Usual key")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.buttons.button(roles.RestoreDefaults).clicked.connect(self.restore)
        self.field.keySequenceChanged.connect(self._check)
        column = QVBoxLayout(self)
        for widget in (hint, self.field, self.error, self.buttons):
            column.addWidget(widget)
        self._check()

    @property
    def text(self) -> str:
        """Return what was pressed, as the table writes it; empty for nothing."""
        return self.field.keySequence().toString(
            QKeySequence.SequenceFormat.PortableText
        )

    def accept(self) -> None:
        """Take the key; several that the action had stay where it is unchanged."""
        spec = BY_KEY[self._action]
        now = keys_of(spec, self._desk.settings.keys)
        if not (now and QKeySequence(now[0]) == self.field.keySequence()):
            choose_keys(self._desk, self._action, self.text)
        super().accept()

    def restore(self) -> None:
        """Give the usual keys back."""
        chosen = self._desk.settings.keys
        spec = BY_KEY[self._action]
        rest = {key: text for key, text in chosen.items() if key != self._action}
        for usual in spec.keys:
            words = objection(usual, self._action, rest)
            if words:
                self._say(words)
                return
        choose_keys(self._desk, self._action, None)
        super().accept()

    def _check(self, *_: object) -> None:
        """Say what stands against the key."""
        chosen = self._desk.settings.keys
        text = self.text
        self._say(objection(text, self._action, chosen) if text else "")

    def _say(self, words: str) -> None:
        self.error.setText(words)
        self.error.setAccessibleName(words)
        self.error.setVisible(bool(words))
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(not words)
