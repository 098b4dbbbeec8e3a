from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel

from gfm_desktop.settings import RecentProject, Settings
from gfm_desktop.ui.start_page import RecentRow, StartPage
from gfm_desktop.workspace.project import SAMPLE_TITLE, Projects
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.main_window import MainWindow


@pytest.fixture
def settings(files: list[Path]) -> Settings:
    made = Settings(theme="light")
    for name, genome in (("gone", "/nowhere/g.fa"), ("mine", str(files[1]))):
        made.remember_project(
            RecentProject(
                title=name,
                genome=genome,
                variants=str(files[0]),
                locus="chr1:101-200",
                opened="2026-11-21T08:00:00+00:00",
            )
        )
    return made


def press(qtbot: QtBot, window: MainWindow | StartPage, name: str) -> None:
    button = window.findChild(QAbstractButton, name)
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_a_recent_project_opens_where_it_was_left(
    window: MainWindow, qtbot: QtBot
) -> None:
    press(qtbot, window, "recent-0")
    qtbot.waitUntil(lambda: window.workspace.variants is not None)
    assert str(window.workspace.locus) == "chr1:101-200"


def test_that_a_recent_project_opens_wherever_its_card_is_pressed(
    qtbot: QtBot, settings: Settings
) -> None:
    row = RecentRow(settings.recent_projects[0], 0)
    qtbot.addWidget(row)
    row.resize(500, row.sizeHint().height())
    row.show()
    told: list[str] = []
    row.opened.connect(lambda: told.append("opened"))
    row.forgotten.connect(lambda: told.append("forgotten"))
    words = next(label for label in row.findChildren(QLabel) if "2026" in label.text())
    qtbot.mouseClick(words, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert told == ["opened"] * 2
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(row.forget, Qt.MouseButton.LeftButton)
    assert told == ["opened"] * 3 + ["forgotten"]


def test_that_a_project_whose_files_are_gone_says_so_and_can_be_forgotten(
    qtbot: QtBot, settings: Settings
) -> None:
    page = StartPage(Workspace(), Projects(Workspace(), settings))
    qtbot.addWidget(page)
    words = [label.text() for label in page.findChildren(QLabel)]
    assert "Missing: g.fa" in words
    assert any("21 Nov 2026" in text for text in words)
    press(qtbot, page, "recent-1-forget")
    assert [p.title for p in settings.recent_projects] == ["mine"]
    qtbot.waitUntil(lambda: page.findChild(QAbstractButton, "recent-1") is None)


def test_that_the_sample_is_one_press_away(window: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, window, "open-sample-button")
    qtbot.waitUntil(lambda: window.workspace.variants is not None, timeout=30_000)
    assert str(window.workspace.locus) == "chr22:20,000,001-21,000,000"
    assert window.windowTitle().startswith(SAMPLE_TITLE)
    assert sum(window.workspace.variants.counts.values()) == 3502


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_that_the_drop_target_can_be_pressed_from_the_keyboard(
    window: MainWindow,
    qtbot: QtBot,
    files: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    key: Qt.Key,
) -> None:
    chosen = [str(path) for path in files]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (chosen, ""))
    page = window.findChild(StartPage)
    assert page is not None
    qtbot.keyClick(page.drop, key)
    qtbot.waitUntil(lambda: window.workspace.variants is not None)


def test_that_the_page_tells_what_is_read_and_what_waits(
    qtbot: QtBot, files: list[Path]
) -> None:
    workspace = Workspace()
    page = StartPage(workspace, Projects(workspace, Settings()))
    qtbot.addWidget(page)
    idle = page.drop.title.text()
    ticket, _ = workspace.take_ticket("genome", files[1])
    assert page.drop.title.text() == "Opening g.fa …"
    assert not page.drop.busy.isHidden()
    workspace.return_ticket("genome", ticket)
    workspace.set_waiting((files[0],))
    assert "Now the genome" in page.drop.title.text()
    assert "v.vcf" in page.drop.text.text()
    workspace.set_waiting(())
    assert page.drop.title.text() == idle
    assert page.drop.busy.isHidden()
