"""The list of regions: marking, writing in place, moving, files, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMenu, QPushButton

from gfm_desktop import paths
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.ui.browser.region_table import LENGTH, NAME, NOTE, PLACE
from gfm_desktop.ui.panels.regions import RegionsPanel
from gfm_desktop.workspace.region_file import Region
from gfm_desktop.workspace.workspace import BROWSER, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtGui import QAction
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.engine_bridge import EngineBridge


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Workspace]:
    genome = tmp_path / "g.fa"
    genome.write_text(">chr1\n" + "ACGTACGTAC" * 500 + "\n")
    workspace = Workspace()
    workspace.set_genome(Reference.open(genome))
    workspace.go_to(Interval("chr1", 1_000, 1_100))
    yield workspace
    workspace.set_genome(None)


@pytest.fixture
def panel(qtbot: QtBot, opened: Workspace, bridge: EngineBridge) -> RegionsPanel:
    made = RegionsPanel(opened, bridge)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def three(panel: RegionsPanel, opened: Workspace) -> RegionsPanel:
    opened.regions.restore(
        Region(Interval("chr1", start, start + 50), name)
        for start, name in ((100, "a"), (200, "b"), (300, "c"))
    )
    return panel


def names(workspace: Workspace) -> list[str]:
    return [region.name for region in workspace.regions.all]


def action(menu: QMenu, name: str) -> QAction:
    found = menu.findChild(object, name)
    assert found is not None, name
    return found  # type: ignore[return-value]


def test_that_the_view_is_marked_and_listed(
    panel: RegionsPanel, opened: Workspace
) -> None:
    assert panel.empty.isVisible()
    assert "Ctrl+R" in panel.empty.text.text()
    panel.add_view.click()
    assert panel.table.isVisible()
    rows = panel.table.rows
    assert rows.rowCount() == 1
    cells = [rows.data(rows.index(0, c)) for c in (NAME, PLACE, LENGTH, NOTE)]
    assert cells == ["Region 1", "chr1:1,001-1,100", "100 bp", "Write a note…"]
    assert panel.table.selected == [0]
    panel.add_view.click()
    assert rows.rowCount() == 1


def test_that_names_and_notes_are_written_in_place(
    three: RegionsPanel, opened: Workspace
) -> None:
    rows = three.table.rows
    editable = Qt.ItemFlag.ItemIsEditable
    flags = [bool(rows.flags(rows.index(1, c)) & editable) for c in range(4)]
    assert flags == [True, False, False, True]
    three.table.select([1])
    assert rows.setData(rows.index(1, NOTE), " look\nagain ")
    assert rows.setData(rows.index(1, NAME), "second")
    assert not rows.setData(rows.index(1, PLACE), "chr1:1-2")
    region = opened.regions.all[1]
    assert (region.name, region.note) == ("second", "look\nagain")
    assert rows.data(rows.index(1, NOTE)) == "look again"
    assert rows.data(rows.index(1, NOTE), Qt.ItemDataRole.ToolTipRole) == "look\nagain"
    assert three.table.selected == [1]


def test_that_a_region_is_shown_with_a_little_around_it(
    three: RegionsPanel, opened: Workspace, qtbot: QtBot
) -> None:
    wanted: list[str] = []
    opened.panel_wanted.connect(wanted.append)
    assert not three.go_to.isEnabled()
    three.table.select([2])
    three.go_to.click()
    assert opened.locus == Interval("chr1", 280, 370)
    assert wanted == [BROWSER]
    three.table.select([0])
    qtbot.keyClick(three.table, Qt.Key.Key_Return)
    assert opened.locus == Interval("chr1", 80, 170)


def test_that_a_region_can_be_predicted_from_the_list(
    three: RegionsPanel, opened: Workspace
) -> None:
    wanted: list[Interval] = []
    opened.prediction_wanted.connect(wanted.append)
    three.table.select([1])
    action(three.menu(), "regions-menu-predict").trigger()
    assert wanted == [Interval("chr1", 200, 250)]
    assert opened.locus.overlaps(wanted[0])


def test_that_removing_can_be_taken_back(
    three: RegionsPanel, opened: Workspace, qtbot: QtBot
) -> None:
    three.table.select([0, 2])
    three.remove.click()
    assert names(opened) == ["b"]
    assert three.table.selected == [0]
    three.undo.click()
    assert names(opened) == ["a", "b", "c"]
    three.table.select([1])
    qtbot.keyClick(three.table, Qt.Key.Key_Delete)
    assert names(opened) == ["a", "c"]


def test_that_the_menu_moves_colours_and_copies(
    three: RegionsPanel, opened: Workspace
) -> None:
    three.table.select([0, 1])
    menu = three.menu()
    assert not action(menu, "regions-menu-up").isEnabled()
    action(menu, "regions-menu-down").trigger()
    assert names(opened) == ["c", "a", "b"]
    assert three.table.selected == [1, 2]
    action(three.menu(), "regions-menu-up").trigger()
    assert names(opened) == ["a", "b", "c"]
    assert three.table.selected == [0, 1]
    menu = three.menu()
    assert action(menu, "regions-colour-usual").isChecked()
    action(menu, "regions-colour-green").trigger()
    assert [r.colour for r in opened.regions.all] == ["#009e73", "#009e73", ""]
    action(three.menu(), "regions-menu-copy").trigger()
    assert QGuiApplication.clipboard().text() == "chr1:101-150\nchr1:201-250"
    action(three.menu(), "regions-menu-rows").trigger()
    assert QGuiApplication.clipboard().text().splitlines() == [
        "Name\tPlace\tLength\tNote",
        "a\tchr1:101-150\t50 bp\t",
        "b\tchr1:201-250\t50 bp\t",
    ]


def test_that_regions_go_out_and_come_in_as_bed(
    three: RegionsPanel,
    opened: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[tuple[str, str]] = []
    opened.message.connect(lambda level, text: said.append((level, text)))
    out = tmp_path / "out.bed"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(out), ""))
    three.export.click()
    before = opened.regions.all
    opened.regions.remove([1])
    three.bring.click()
    assert set(opened.regions.all) == set(before)
    assert three.table.selected == [2]
    assert said == [
        ("info", "3 regions written to out.bed."),
        ("info", "out.bed: 1 region is new."),
    ]
    out.write_text("nothing\n")
    three.bring.click()
    assert said[-1][0] == "error"
    assert "line 1: 1 columns of 3" in said[-1][1]


def test_that_regions_can_be_labels_to_learn_from(
    three: RegionsPanel, opened: Workspace
) -> None:
    wanted: list[str] = []
    opened.panel_wanted.connect(wanted.append)
    opened.regions.change(0, note="not for learning")
    three.table.select([0, 2])
    action(three.menu(), "regions-menu-labels").trigger()
    assert wanted == ["finetune"]
    path = opened.take_labels()
    assert path == paths.data() / "regions" / "labels.bed"
    assert path.read_text().splitlines()[1:] == [
        "chr1\t100\t150\ta",
        "chr1\t300\t350\tc",
    ]
    assert opened.take_labels() is None


def test_that_nothing_is_offered_without_a_genome(
    panel: RegionsPanel, opened: Workspace
) -> None:
    opened.set_genome(None)
    buttons = panel.findChildren(QPushButton)
    offered = {b.objectName() for b in buttons if b.isEnabled() and b.isVisible()}
    assert offered == set()
    assert "open one" in panel.empty.text.text()
    for button in buttons:
        assert button.objectName()
        assert button.accessibleName() or not button.isVisible()


def test_that_the_menu_pops_up_where_it_was_asked_for(
    three: RegionsPanel, qtbot: QtBot
) -> None:
    three.table.select([0])
    three.table.customContextMenuRequested.emit(QPoint(5, 5))
    menu = three.findChild(QMenu, "regions-menu")
    assert menu is not None
    qtbot.waitUntil(menu.isVisible)
    menu.close()


def test_that_a_double_click_writes_a_note_and_elsewhere_goes_to_the_region(
    three: RegionsPanel, opened: Workspace, qtbot: QtBot
) -> None:
    table = three.table
    three.resize(1200, 300)
    went: list[int] = []
    table.wanted.connect(went.append)
    note = table.rows.index(1, NOTE)
    assert note.data() == "Write a note…"
    middle = table.visualRect(note).center()
    button = Qt.MouseButton.LeftButton
    qtbot.mouseClick(table.viewport(), button, pos=middle)
    qtbot.mouseDClick(table.viewport(), button, pos=middle)
    editor = table.viewport().findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == ""
    qtbot.keyClicks(editor, "look again")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    # Qt takes what was written in after the key is done with.
    qtbot.waitUntil(lambda: opened.regions.all[1].note == "look again")
    assert note.data() == "look again"
    assert went == []
    place = table.visualRect(table.rows.index(2, PLACE)).center()
    qtbot.mouseClick(table.viewport(), button, pos=place)
    qtbot.mouseDClick(table.viewport(), button, pos=place)
    assert went == [2]


def test_that_columns_grow_with_the_text(three: RegionsPanel) -> None:
    table = three.table
    before = table.columnWidth(PLACE)
    font = table.font()
    font.setPointSizeF(2 * font.pointSizeF())
    table.setFont(font)
    assert table.columnWidth(PLACE) > 1.6 * before
