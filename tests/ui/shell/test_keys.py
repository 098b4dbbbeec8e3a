from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialogButtonBox, QPushButton

from gfm_desktop.settings import load_settings
from gfm_desktop.ui.actions import ACTIONS, BY_KEY
from gfm_desktop.ui.dialogs.key import KeyDialog
from gfm_desktop.ui.dialogs.shortcuts import ShortcutsDialog, key_groups
from gfm_desktop.ui.keys import TAKEN, choose_keys, cleaned, keys_of, objection

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.main_window import MainWindow

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(opened: MainWindow, qtbot: QtBot) -> ShortcutsDialog:
    opened.action("shortcuts").trigger()
    found = opened.findChild(ShortcutsDialog)
    assert found is not None
    return found


def change(page: ShortcutsDialog, action: str) -> KeyDialog:
    button = page.findChild(QPushButton, f"key-{action}")
    assert button is not None
    button.click()
    return page.findChildren(KeyDialog)[-1]


def test_that_a_key_is_changed_kept_and_told_everywhere(
    page: ShortcutsDialog, opened: MainWindow, qtbot: QtBot
) -> None:
    dialog = change(page, "back")
    dialog.field.setFocus()
    qtbot.keyClick(dialog.field, Qt.Key.Key_J, CONTROL)
    assert dialog.text == "Ctrl+J"
    dialog.accept()
    assert opened.action("back").shortcut() == QKeySequence("Ctrl+J")
    assert "Ctrl+J" in opened.action("back").toolTip()
    assert load_settings().keys == {"back": "Ctrl+J"}
    button = page.findChildren(QPushButton, "key-back")[-1]
    assert "Ctrl+J" in button.accessibleName()
    usual = change(page, "back")
    usual.restore()
    assert opened.action("back").shortcut() == QKeySequence("Alt+Left")
    assert load_settings().keys == {}


def test_that_a_key_that_is_taken_is_refused_with_the_reason(
    page: ShortcutsDialog, opened: MainWindow
) -> None:
    dialog = change(page, "back")
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    for text, words in (
        ("Ctrl+L", "Go to position or gene"),
        ("N", "Next variant"),
        ("Left", "meaning of its own"),
    ):
        dialog.field.setKeySequence(QKeySequence(text))
        assert words in dialog.error.text()
        assert not ok.isEnabled()
    dialog.field.setKeySequence(QKeySequence("Ctrl+J"))
    assert ok.isEnabled()
    assert not dialog.error.text()
    dialog.reject()
    assert opened.action("back").shortcut() == QKeySequence("Alt+Left")


def test_that_a_key_can_be_taken_away_and_given_to_another_action(
    page: ShortcutsDialog, opened: MainWindow
) -> None:
    dialog = change(page, "back")
    dialog.field.clear()
    dialog.accept()
    assert opened.action("back").shortcut().isEmpty()
    choose_keys(opened, "forward", "Alt+Left")
    assert opened.action("forward").shortcut() == QKeySequence("Alt+Left")
    page.every.setChecked(True)
    usual = change(page, "back")
    usual.restore()
    assert "key of: Forward" in usual.error.text()
    usual.reject()


def test_that_keys_of_panels_and_of_the_browser_stay(page: ShortcutsDialog) -> None:
    assert page.findChild(QPushButton, "key-next-variant") is None
    told = {keys for _, rows in key_groups() for keys, _ in rows}
    assert "N" in told
    mine = [QKeySequence(key) for spec in ACTIONS for key in spec.keys]
    assert not [key for key in TAKEN if QKeySequence(key) in mine]


def test_that_a_settings_file_cannot_make_keys_dead() -> None:
    chosen = {
        "back": "Ctrl+J",
        "forward": "Ctrl+J",
        "undo": "Left",
        "next-variant": "Ctrl+M",
        "nothing": "Ctrl+P",
        "redo": "",
        "palette": "Ctrl+K, Ctrl+Shift+K",
    }
    good = cleaned(chosen)
    assert good == {"back": "Ctrl+J", "redo": "", "palette": "Ctrl+K, Ctrl+Shift+K"}
    taken = [QKeySequence(k).toString() for s in ACTIONS for k in keys_of(s, good)]
    assert len(taken) == len(set(taken))
    assert objection("Alt+Left", "forward", good) == ""
    assert keys_of(BY_KEY["redo"], good) == ()
