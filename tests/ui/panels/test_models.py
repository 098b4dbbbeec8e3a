from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from gfm_desktop.errors import ModelError
from gfm_desktop.models import catalogue
from gfm_desktop.models.catalogue import Entry
from gfm_desktop.ui.panels.models import ModelsPanel
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.engine_bridge import EngineBridge


def test_that_the_built_in_model_is_listed_with_its_whole_card(
    qtbot: QtBot, bridge: EngineBridge
) -> None:
    panel = ModelsPanel(Workspace(), bridge)
    qtbot.addWidget(panel)
    names = [panel.list.item(i).text() for i in range(panel.list.count())]
    assert "CI-SpliceAI\nbuilt in" in names
    panel.list.setCurrentRow(names.index("CI-SpliceAI\nbuilt in"))
    facts = dict(panel.facts.facts)
    assert facts["Name to type"] == "ci-spliceai"
    assert "CC BY" in facts["Attribution"]
    panel.cite.click()
    assert "Strauch" in QGuiApplication.clipboard().text()


def test_that_a_broken_model_is_listed_with_its_problem(
    qtbot: QtBot, bridge: EngineBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = ModelError("The description is cut off.", where="/models/x")
    broken = Entry("x", None, Path("/models/x"), problem)
    monkeypatch.setattr(catalogue, "entries", lambda: [broken])
    panel = ModelsPanel(Workspace(), bridge)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.list.item(0).text() == "x\ncannot be used"
    assert "cut off" in panel.problem.text
    assert panel.problem.isVisible()


def test_that_a_folder_that_is_no_model_is_refused_in_words(
    qtbot: QtBot, bridge: EngineBridge, tmp_path: Path
) -> None:
    workspace = Workspace()
    said: list[tuple[str, str]] = []
    workspace.message.connect(lambda level, text: said.append((level, text)))
    panel = ModelsPanel(workspace, bridge)
    qtbot.addWidget(panel)
    panel.add(tmp_path)
    assert not panel.add_button.isEnabled()
    qtbot.waitUntil(lambda: bool(said))
    assert said[0][0] == "error"
    assert panel.add_button.isEnabled()
