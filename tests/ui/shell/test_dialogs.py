from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QTextBrowser, QWidget
from shiboken6 import isValid

from gfm_desktop.errors import InputError
from gfm_desktop.jobs.events import Failed
from gfm_desktop.ui.actions import ACTIONS
from gfm_desktop.ui.crash import install_hook
from gfm_desktop.ui.dialogs.about import AboutDialog
from gfm_desktop.ui.dialogs.palette import CommandPalette, match_rank
from gfm_desktop.ui.dialogs.report import (
    FailureDialog,
    failure_report,
    machine_report,
)
from gfm_desktop.ui.dialogs.shortcuts import ShortcutsDialog, key_groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.main_window import MainWindow


def words_of(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def test_that_the_about_box_attributes_the_model_as_its_licence_asks(
    qtbot: QtBot,
) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    text = "\n".join(v.toPlainText() for v in dialog.findChildren(QTextBrowser))
    for needed in (
        "Strauch",
        "CC-BY-4.0",
        "creativecommons.org/licenses/by/4.0",
        "Changes made",
        "For research use",
        "Apache License",
        "dbSNP",
        "GENCODE",
        "PySide6",
    ):
        assert needed in text
    button = dialog.findChild(QPushButton, "about-cite")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert "10.1371/journal.pone.0269159" in QGuiApplication.clipboard().text()
    assert button.text() == "Copied"


def test_that_a_report_tells_versions_and_no_secrets(qtbot: QtBot) -> None:
    before = set(sys.modules)
    report = machine_report()
    assert "GFM Desktop" in report
    assert "Qt 6" in report
    assert "torch 2" in report
    loaded = set(sys.modules) - before
    assert "torch" not in loaded, "a version is read without importing it"


def test_that_a_failure_shows_its_parts_and_copies_them(qtbot: QtBot) -> None:
    failed = Failed("It broke.", "/data/x.vcf", "Mend it.", "Traceback: line 3")
    dialog = FailureDialog(failed)
    qtbot.addWidget(dialog)
    for part in ("It broke.", "/data/x.vcf", "Mend it."):
        assert part in words_of(dialog)
    details = dialog.findChild(QPlainTextEdit)
    assert details is not None
    assert "Traceback: line 3" in details.toPlainText()
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    # The memory that is free changes from one moment to the next.
    copied = re.sub(r"[\d.]+ free", "", QGuiApplication.clipboard().text())
    assert copied == re.sub(r"[\d.]+ free", "", failure_report(failed))
    assert "It broke." in copied
    assert "Traceback: line 3" in copied


def test_that_a_users_error_has_no_technical_part(qtbot: QtBot) -> None:
    dialog = FailureDialog(Failed("Not a VCF file.", todo="Choose another."))
    qtbot.addWidget(dialog)
    assert dialog.findChild(QPlainTextEdit) is None


def test_that_the_keys_page_has_every_key_of_the_table(qtbot: QtBot) -> None:
    told = [words for _, rows in key_groups() for _, words in rows]
    for action in ACTIONS:
        if action.keys:
            assert action.title.rstrip("…") in told
    dialog = ShortcutsDialog()
    qtbot.addWidget(dialog)
    assert "Ctrl+L" in words_of(dialog)
    dialog.show()
    qtbot.keyClick(dialog, Qt.Key.Key_Question)
    assert not dialog.isVisible()


def test_that_the_keys_page_opens_with_a_question_mark(
    opened: MainWindow, qtbot: QtBot
) -> None:
    opened.action("shortcuts").trigger()
    dialog = opened.findChild(QWidget, "shortcuts-dialog")
    assert dialog is not None
    assert dialog.isVisible()
    dialog.close()


@pytest.mark.parametrize(
    ("text", "title", "rank"),
    [
        ("", "Open files", 0),
        ("open", "Open files", 0),
        ("FIL", "Open files", 1),
        ("n f", "Open files", 2),
        ("ofs", "Open files", 3),
        ("xyz", "Open files", None),
    ],
)
def test_that_closer_titles_rank_first(text: str, title: str, rank: int | None) -> None:
    assert match_rank(text, title) == rank


@pytest.fixture
def palette(opened: MainWindow, qtbot: QtBot) -> Iterator[CommandPalette]:
    opened.action("palette").trigger()
    dialog = opened.findChild(CommandPalette)
    assert dialog is not None
    yield dialog
    if isValid(dialog):
        dialog.close()


def test_that_the_palette_does_what_is_chosen(
    palette: CommandPalette, opened: MainWindow, qtbot: QtBot
) -> None:
    assert "Export scores" not in palette.titles, "there is nothing to export yet"
    qtbot.keyClicks(palette.field, "dark")
    assert palette.titles[0] == "Dark"
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert opened.settings.theme == "dark"


def test_that_the_palette_goes_to_positions_and_shows_panels(
    palette: CommandPalette, opened: MainWindow, qtbot: QtBot
) -> None:
    qtbot.keyClicks(palette.field, "chr1:201-300")
    assert palette.titles == ["Go to chr1:201-300"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert str(opened.workspace.locus) == "chr1:201-300"


def test_that_the_palette_survives_what_fits_nothing(
    palette: CommandPalette, qtbot: QtBot
) -> None:
    qtbot.keyClicks(palette.field, "chr99:1-2")
    assert palette.titles == []
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


@pytest.fixture
def hook(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    install_hook(window)
    return window


def test_that_a_bug_opens_one_dialog_with_its_traceback(
    hook: MainWindow, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        error = ValueError(f"bug {number}")
        sys.excepthook(ValueError, error, None)
    dialogs = hook.findChildren(FailureDialog)
    assert len(dialogs) == 1
    details = dialogs[0].findChild(QPlainTextEdit)
    assert details is not None
    assert "ValueError: bug 0" in details.toPlainText()
    assert "bug 2" in capsys.readouterr().err
    dialogs[0].close()


def test_that_a_users_error_behind_a_listener_becomes_a_message(
    hook: MainWindow,
) -> None:
    cause = InputError("The file is gone.", where="x.vcf", todo="Put it back.")
    outer = RuntimeError("while emitting")
    outer.__cause__ = cause
    sys.excepthook(RuntimeError, outer, None)
    assert hook.findChildren(FailureDialog) == []
    assert [t.level for t in hook.toasts.toasts] == ["error"]
    assert "The file is gone." in hook.toasts.toasts[0].text
