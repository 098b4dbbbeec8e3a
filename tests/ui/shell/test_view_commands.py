from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMenu

from gfm_desktop.genome.interval import Interval
from gfm_desktop.settings import load_settings
from gfm_desktop.ui import session, theme
from gfm_desktop.ui.dialogs.palette import CommandPalette

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.ui.main_window import MainWindow

GTF = "".join(
    f'chr1\tx\texon\t{start}\t{start + 199}\t.\t+\t.\tgene_id "{name}"; '
    f'gene_name "{name}"; transcript_id "{name}.1";\n'
    for name, start in (("ONE", 1001), ("TWO", 3001), ("THREE", 5001))
)


@pytest.fixture
def genes(opened: MainWindow, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    path = tmp_path / "genes.gtf"
    path.write_text(GTF)
    opened.opening.open([path])
    qtbot.waitUntil(lambda: opened.workspace.annotation is not None)
    return opened


@pytest.fixture
def canvas(opened: MainWindow, qtbot: QtBot) -> Canvas:
    """The browser with the keyboard, in the active window: shortcuts need that."""
    with qtbot.waitActive(opened):
        opened.activateWindow()
    canvas = opened.browser.canvas
    canvas.setFocus()
    return canvas


def enabled(window: MainWindow, *keys: str) -> list[bool]:
    return [window.action(key).isEnabled() for key in keys]


def test_that_moves_and_tracks_are_undone_from_the_menu(opened: MainWindow) -> None:
    workspace = opened.workspace
    opened.history.rest()
    before = workspace.locus
    workspace.go_to(Interval("chr1", 100, 200))
    workspace.lanes.change("genes", hidden=True)
    assert enabled(opened, "undo", "redo") == [True, False]
    opened.action("undo").trigger()
    assert not workspace.lanes.look("genes").hidden
    opened.action("undo").trigger()
    assert workspace.locus == before
    opened.action("redo").trigger()
    opened.action("redo").trigger()
    assert workspace.lanes.look("genes").hidden
    assert enabled(opened, "redo") == [False]


def test_that_control_z_undoes_but_not_while_somebody_types(
    opened: MainWindow, canvas: Canvas, qtbot: QtBot
) -> None:
    workspace = opened.workspace
    opened.history.rest()
    before = workspace.locus
    workspace.go_to(Interval("chr1", 100, 200))
    box = opened.browser.findChild(QLineEdit, "locus")
    assert box is not None
    box.setFocus()
    qtbot.keyClicks(box, "5")
    qtbot.keyClick(box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert workspace.locus == Interval("chr1", 100, 200)
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert workspace.locus == before


def test_that_keys_walk_from_gene_to_gene(
    genes: MainWindow, canvas: Canvas, qtbot: QtBot
) -> None:
    workspace = genes.workspace
    workspace.go_to(Interval("chr1", 2000, 2400))
    seen = []
    for key in (Qt.Key.Key_F, Qt.Key.Key_F, Qt.Key.Key_F, Qt.Key.Key_B, Qt.Key.Key_B):
        qtbot.keyClick(canvas, key)
        middle = (workspace.locus.start + workspace.locus.end) // 2
        seen.append(middle)
        assert len(workspace.locus) == 400
    assert seen == [3100, 5100, 5100, 3100, 1100]
    assert "No gene or feature further" in genes.toasts.toasts[-1].text


def test_that_base_colours_are_chosen_at_once_and_ticked(opened: MainWindow) -> None:
    usual = theme.current().base_c
    opened.action("bases-igv").trigger()
    assert theme.current().base_c != usual
    assert opened.settings.base_palette == "igv"
    ticked = {
        key: opened.action(key).isChecked()
        for key in ("bases-safe", "bases-igv", "bases-deuter", "bases-grey")
    }
    assert [key for key, on in ticked.items() if on] == ["bases-igv"]
    opened.action("bases-igv").trigger()
    assert opened.action("bases-igv").isChecked(), "a click does not take it away"
    opened.action("bases-safe").trigger()
    assert theme.current().base_c == usual


def test_that_what_the_wheel_does_outlives_the_window(opened: MainWindow) -> None:
    gestures = opened.browser.canvas.gestures
    assert not gestures.wheel_zooms
    opened.action("wheel-zooms").trigger()
    assert gestures.wheel_zooms
    assert opened.action("wheel-zooms").isChecked()
    assert load_settings().wheel == "zoom"
    gestures.let_wheel_zoom(False)
    assert not opened.action("wheel-zooms").isChecked()
    assert load_settings().wheel == "scroll"


def test_that_the_variants_of_a_region_are_shown_in_the_table(
    opened: MainWindow, qtbot: QtBot
) -> None:
    opened.browser.canvas.gestures.table_wanted.emit(Interval("chr1", 150, 250))
    panel = opened.docks.panel("variants")
    assert panel is not None
    field = panel.findChild(QLineEdit)
    assert field is not None
    assert field.text() == "chr1:151-250"
    assert "chr1:151-250" in opened.toasts.toasts[-1].text


def test_that_every_track_has_its_menu_in_the_menu_bar(opened: MainWindow) -> None:
    menu = opened.findChild(QMenu, "menu-tracks")
    assert menu is not None
    menu.aboutToShow.emit()
    titles = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert titles[0] == "Add track"
    assert "Genes" in titles
    add = menu.actions()[0].menu()
    assert isinstance(add, QMenu)
    assert add.actions()[-1].isEnabled(), "the window opens files"


def test_that_loci_and_regions_have_commands(opened: MainWindow) -> None:
    workspace = opened.workspace
    workspace.set_loci([Interval("chr1", 0, 100), Interval("chr1", 200, 300)], 1)
    for active in (0, 1, 0):
        opened.action("next-locus").trigger()
        assert workspace.active == active
    opened.action("close-locus").trigger()
    assert workspace.loci == (Interval("chr1", 200, 300),)
    workspace.go_back()
    workspace.activate(1)
    opened.action("one-locus").trigger()
    assert workspace.loci == (Interval("chr1", 200, 300),)
    opened.action("region-view").trigger()
    opened.action("region-base").trigger()
    kept = [region.interval for region in workspace.regions.all]
    assert kept == [Interval("chr1", 200, 300), Interval("chr1", 250, 251)]
    workspace.regions.remove([0, 1])


def test_that_the_palette_finds_regions_genes_and_contigs(
    genes: MainWindow, qtbot: QtBot
) -> None:
    workspace = genes.workspace
    workspace.regions.add(Interval("chr1", 700, 800), name="Two peaks")
    genes.action("palette").trigger()
    dialog = genes.findChild(CommandPalette)
    assert dialog is not None
    qtbot.keyClicks(dialog.field, "two")
    assert dialog.titles[:2] == ["Go to TWO", "Go to Two peaks"]
    qtbot.keyClick(dialog.field, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert workspace.locus == Interval("chr1", 600, 900)
    workspace.regions.remove([0])
    genes.action("palette").trigger()
    again = genes.findChildren(CommandPalette)[-1]
    qtbot.keyClicks(again.field, "chr1-101-A-T")
    assert again.titles[0] == "Go to chr1-101-A-T"
    qtbot.keyClick(again.field, Qt.Key.Key_Return)
    assert workspace.selection is not None
    assert workspace.selection.row < 0


def test_that_the_session_saves_itself_while_it_goes_on(
    opened: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert session.SAVE_MS <= 5_000
    timer = opened.session._timer
    timer.stop()
    timer.setInterval(1)
    opened.workspace.go_to(Interval("chr1", 100, 200))
    qtbot.waitUntil(lambda: load_settings().recent_projects[0].locus == "chr1:101-200")
    opened.workspace.lanes.change("genes", size=1.6)
    qtbot.waitUntil(
        lambda: any(
            lane.look == {"size": 1.6}
            for lane in load_settings().recent_projects[0].lanes
        )
    )


def test_that_walking_follows_the_features_under_the_mouse(
    genes: MainWindow, canvas: Canvas, tmp_path: Path, qtbot: QtBot
) -> None:
    bed = tmp_path / "peaks.bed"
    bed.write_text("chr1\t2100\t2300\tone\nchr1\t2600\t2700\ttwo\n")
    genes.opening.open([bed])
    qtbot.waitUntil(lambda: bool(genes.workspace.track_files.all))
    key = genes.workspace.track_files.all[0].key
    genes.workspace.lanes.move(key, genes.workspace.lanes.order[0])
    genes.workspace.go_to(Interval("chr1", 2000, 2400))
    rect = canvas.lane_rect(key)
    assert rect is not None
    canvas.hover = rect.center()
    qtbot.keyClick(canvas, Qt.Key.Key_F)
    assert genes.workspace.locus == Interval("chr1", 2450, 2850)
    canvas.hover = None
    qtbot.keyClick(canvas, Qt.Key.Key_F)
    assert genes.workspace.locus == Interval("chr1", 2900, 3300)


def test_that_a_keyboard_reaches_what_a_region_offers(opened: MainWindow) -> None:
    opened.workspace.go_to(Interval("chr1", 100, 200))
    opened.action("region-menu").trigger()
    menu = opened.findChild(QMenu, "region-menu")
    assert menu is not None
    assert "chr1:101-200" in menu.actions()[0].text()
    menu.close()
