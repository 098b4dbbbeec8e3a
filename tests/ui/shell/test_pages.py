from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractButton, QDockWidget, QWidget

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.main_window import MainWindow


def docks(window: MainWindow) -> set[str]:
    return {d.objectName() for d in window.findChildren(QDockWidget) if d.isVisible()}


def panel(window: MainWindow) -> QWidget:
    found = window.findChild(QWidget, "finetune-panel")
    assert found is not None
    return found


def press(window: MainWindow, name: str) -> None:
    button = window.findChild(QAbstractButton, name)
    assert button is not None
    assert button.isVisible()
    button.click()


def test_that_a_wide_panel_needs_no_genome(window: MainWindow) -> None:
    press(window, "fine-tune-button")
    assert panel(window).isVisible()
    press(window, "close-finetune")
    assert not panel(window).isVisible()
    start = window.findChild(QWidget, "start-page")
    assert start is not None
    assert start.isVisible()


def test_that_a_wide_panel_takes_the_window_and_gives_it_back(
    opened: MainWindow,
) -> None:
    before = docks(opened)
    opened.action("fine-tune").trigger()
    assert panel(opened).isVisible()
    assert docks(opened) == set()
    assert not opened.browser.isVisible()
    assert opened.docks.toggle("finetune").isChecked()
    opened.docks.toggle("finetune").trigger()
    assert not panel(opened).isVisible()
    assert docks(opened) == before
    assert opened.browser.isVisible()


def test_that_the_browser_can_stand_beside_it(opened: MainWindow) -> None:
    opened.action("fine-tune").trigger()
    press(opened, "beside-finetune")
    assert opened.browser.isVisible()
    assert panel(opened).isVisible()
    press(opened, "beside-finetune")
    assert not opened.browser.isVisible()


def test_that_a_panel_may_ask_for_the_browser_or_another_panel(
    opened: MainWindow, qtbot: QtBot
) -> None:
    opened.action("fine-tune").trigger()
    opened.workspace.panel_wanted.emit("browser")
    assert opened.browser.isVisible()
    assert panel(opened).isVisible()
    opened.workspace.panel_wanted.emit("scoring")
    assert not panel(opened).isVisible()
    assert "scoring" in docks(opened)


def test_that_a_wide_panel_stays_when_a_genome_is_opened_and_closed(
    window: MainWindow, files: list[Path], qtbot: QtBot
) -> None:
    window.action("fine-tune").trigger()
    window.opening.open(files)
    qtbot.waitUntil(lambda: window.workspace.variants is not None)
    assert panel(window).isVisible()
    assert docks(window) == set()
    window.workspace.panel_wanted.emit("browser")
    window.commands.close_project()
    assert panel(window).isVisible()
    beside = window.findChild(QAbstractButton, "beside-finetune")
    assert beside is not None
    assert not beside.isVisible()


def test_that_the_panel_is_made_only_when_it_is_first_shown(
    opened: MainWindow,
) -> None:
    assert opened.findChild(QWidget, "finetune-panel") is None
    opened.action("fine-tune").trigger()
    first = panel(opened)
    opened.action("fine-tune").trigger()
    assert panel(opened) is first


def loaded(*modules: str) -> list[str]:
    """Return which heavy modules are loaded after these."""
    code = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "heavy = {'torch', 'sklearn', 'scipy', 'pandas', 'peft', 'pyqtgraph',\n"
        "         'gfm_desktop.finetune.report', 'gfm_desktop.jobs.finetune'}\n"
        "print(*sorted(heavy & set(sys.modules)))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return found.stdout.split()


def test_that_the_window_starts_without_what_fine_tuning_needs() -> None:
    assert loaded("gfm_desktop.ui.main_window", "gfm_desktop.ui.panels.finetune") == []


def test_that_the_panel_and_its_jobs_load_nothing_that_trains() -> None:
    found = loaded("gfm_desktop.ui.widgets.finetune_panel", "gfm_desktop.jobs.finetune")
    assert found == ["gfm_desktop.finetune.report", "gfm_desktop.jobs.finetune"]
