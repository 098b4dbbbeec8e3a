from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

from gfm_desktop.ui import toasts as module
from gfm_desktop.ui.toasts import MOST, Look, Toasts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def ground(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    # A message under the mouse stays: put the mouse where none is.
    QCursor.setPos(made.mapToGlobal(QPoint(5, 5)))
    return made


@pytest.fixture
def toasts(ground: QWidget) -> Toasts:
    return Toasts(ground)


def test_that_messages_stack_in_the_corner_and_stay_there(
    ground: QWidget, toasts: Toasts
) -> None:
    first, second = toasts.say("info", "one"), toasts.say("warning", "two " * 60)
    assert first.geometry().bottom() < second.geometry().top()
    assert not first.geometry().intersects(second.geometry())
    ground.resize(600, 500)
    for toast in (first, second):
        assert ground.rect().contains(toast.geometry())
        assert toast.geometry().right() > 560
        assert toast.height() >= toast.needed_height()


def test_that_the_same_message_is_counted(toasts: Toasts) -> None:
    toasts.say("error", "It broke.")
    toasts.say("error", "It broke.")
    assert len(toasts.toasts) == 1
    assert toasts.toasts[0].words.text() == "It broke.  (2 times)"


def test_that_errors_are_the_last_to_make_room(toasts: Toasts) -> None:
    toasts.say("error", "keep me")
    for number in range(MOST + 2):
        toasts.say("info", f"note {number}")
    texts = [toast.text for toast in toasts.toasts]
    assert texts == ["keep me", *(f"note {n}" for n in range(3, MOST + 2))]


def test_that_notes_go_by_themselves_and_errors_stay(
    toasts: Toasts, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(module.LOOKS, "info", Look("success", "good", 1))
    toasts.say("error", "read me")
    toasts.say("info", "passing")
    qtbot.waitUntil(lambda: len(toasts.toasts) == 1, timeout=5000)
    assert toasts.toasts[0].text == "read me"
    qtbot.mouseClick(toasts.toasts[0].close_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: toasts.toasts == ())


def test_that_an_unknown_level_is_a_note(toasts: Toasts) -> None:
    assert toasts.say("debug", "hm").text == "hm"


def test_that_a_button_does_its_work(toasts: Toasts, qtbot: QtBot) -> None:
    done: list[int] = []
    toast = toasts.say("error", "It broke.")
    assert toast.button.isHidden()
    toast.offer("Details…", lambda: done.append(1))
    qtbot.mouseClick(toast.button, Qt.MouseButton.LeftButton)
    assert done == [1]
