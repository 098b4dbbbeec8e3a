from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gfm_desktop.errors import InputError
from gfm_desktop.ui.widgets.latest import Latest

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_that_only_the_newest_question_is_answered(qtbot: QtBot) -> None:
    latest, gate, asked = Latest(), threading.Event(), []

    def question(number: int) -> int:
        asked.append(number)
        gate.wait(10)
        return number

    answers: list[object] = []
    latest.answered.connect(answers.append)
    for number in range(4):
        latest.ask(lambda number=number: question(number))
    assert latest.busy
    gate.set()
    qtbot.waitUntil(lambda: not latest.busy)
    assert answers == [3]
    assert asked == [0, 3], "questions in between are never worked on"


def test_that_a_forgotten_question_has_no_answer(qtbot: QtBot) -> None:
    latest, gate, answers = Latest(), threading.Event(), []
    latest.answered.connect(answers.append)
    latest.ask(lambda: gate.wait(10))
    latest.forget()
    gate.set()
    qtbot.waitUntil(lambda: not latest.busy)
    assert answers == []


def test_that_a_user_s_error_is_told_and_a_bug_is_raised(qtbot: QtBot) -> None:
    latest, told = Latest(), []
    latest.failed.connect(told.append)

    def user() -> None:
        raise InputError("No.")

    latest.ask(user)
    qtbot.waitUntil(lambda: bool(told))
    assert str(told[0]) == "No."

    def bug() -> None:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as raised:
        latest.ask(bug)
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is ZeroDivisionError
    assert not latest.busy


def test_that_no_thread_stays_behind(qtbot: QtBot) -> None:
    latest = Latest()
    with qtbot.waitSignal(latest.answered):
        latest.ask(lambda: 1)
    qtbot.waitUntil(
        lambda: not any(t.name.startswith("gfm-query") for t in threading.enumerate())
    )
