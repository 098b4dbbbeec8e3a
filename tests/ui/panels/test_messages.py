from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication

from gfm_desktop.jobs.events import Failed, Finished
from gfm_desktop.jobs.open_genome import OpenGenome
from gfm_desktop.ui.panels.messages import KEPT, MessagesPanel
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.engine_bridge import EngineBridge

    from .conftest import SilentEngine


@pytest.fixture
def spoken() -> Workspace:
    return Workspace()


@pytest.fixture
def panel(qtbot: QtBot, spoken: Workspace, bridge: EngineBridge) -> MessagesPanel:
    made = MessagesPanel(spoken, bridge)
    qtbot.addWidget(made)
    return made


def test_that_messages_are_kept_and_repeats_are_counted(
    panel: MessagesPanel, spoken: Workspace
) -> None:
    assert "Nothing to report" in panel.view.toPlainText()
    spoken.message.emit("warning", "It looks like <GRCh38>.")
    spoken.message.emit("error", "No.")
    spoken.message.emit("error", "No.")
    assert [(m.level, m.times) for m in panel.messages] == [
        ("warning", 1),
        ("error", 2),
    ]
    shown = panel.view.toPlainText()
    assert "It looks like <GRCh38>." in shown
    assert "said 2 times" in shown
    panel.copy.click()
    assert "Warning\tIt looks like <GRCh38>." in QGuiApplication.clipboard().text()
    panel.clear.click()
    assert not panel.messages
    assert not panel.copy.isEnabled()


def test_that_a_failure_nobody_told_is_logged_with_its_details(
    qtbot: QtBot, panel: MessagesPanel, bridge: EngineBridge, engine: SilentEngine
) -> None:
    job_id = bridge.submit(OpenGenome("/data/hg19.fa"))
    failed = Failed("It broke.", where="hg19.fa", details="Traceback: line 1")
    with qtbot.waitSignal(bridge.told):
        engine.sinks[job_id](job_id, failed)
    texts = [message.text for message in panel.messages]
    assert "It broke. [hg19.fa]" in texts[0]
    assert "Traceback: line 1" in texts[1]


def test_that_what_the_starter_said_is_not_said_twice(
    qtbot: QtBot,
    panel: MessagesPanel,
    spoken: Workspace,
    bridge: EngineBridge,
    engine: SilentEngine,
) -> None:
    def tell(event: object) -> None:
        if isinstance(event, Finished):
            spoken.message.emit("info", event.message)

    job_id = bridge.submit(OpenGenome("/data/hg19.fa"), tell)
    done = Finished("All done", counts={"scored": 1}, warnings=("But.",))
    with qtbot.waitSignal(bridge.told):
        engine.sinks[job_id](job_id, done)
    assert [message.text for message in panel.messages] == ["All done", "But."]


def test_that_the_log_does_not_grow_without_end(panel: MessagesPanel) -> None:
    for number in range(KEPT + 5):
        panel.messages.append(panel.messages[-1] if panel.messages else _one(number))
    assert len(panel.messages) == KEPT


def _one(number: int) -> object:
    from gfm_desktop.ui.panels.messages import Message

    return Message("00:00:00", "info", str(number))
