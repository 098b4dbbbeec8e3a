from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication
from PySide6.QtWidgets import QColorDialog, QLineEdit, QMenu

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.hover_paint import menu_handle
from gfm_desktop.ui.browser.lane_dialogs import NameDialog, ScaleDialog
from gfm_desktop.ui.browser.lane_menu import fill_tracks, lane_menu
from gfm_desktop.ui.browser.look_menu import COLOURS, ask_colour, swatch
from gfm_desktop.ui.browser.region_menu import mutate, region_menu
from gfm_desktop.workspace.lane_book import LaneLook
from gfm_desktop.workspace.track_files import TrackKind
from tests.ui.browser.hands import click, open_browser

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.browser import BrowserPanel
    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.ui.browser.lanes import Lane
    from gfm_desktop.workspace.lane_book import LaneBook
    from gfm_desktop.workspace.workspace import Workspace


@pytest.fixture
def browser(variants: Workspace, qtbot: QtBot) -> BrowserPanel:
    panel = open_browser(variants, qtbot, height=900)
    variants.go_to(Interval("chr1", 4000, 6000))
    return panel


@pytest.fixture
def canvas(browser: BrowserPanel) -> Canvas:
    return browser.canvas


@pytest.fixture
def book(variants: Workspace) -> LaneBook:
    return variants.lanes


def lane_of(canvas: Canvas, key: str) -> Lane:
    return next(lane for lane in canvas.lanes if lane.track.key == key)


@pytest.fixture
def scaled(canvas: Canvas, monkeypatch: pytest.MonkeyPatch) -> list[Lane]:
    """Three lanes whose tracks have a scale and styles."""
    lanes = [lane_of(canvas, key) for key in ("sequence", "genes", "variants")]
    for lane in lanes:
        monkeypatch.setattr(lane.track, "scaled", True)
        monkeypatch.setattr(lane.track, "styles", ("bars", "line"))
    return lanes


@pytest.fixture
def signal(canvas: Canvas, tmp_path: Path) -> Lane:
    """The lane of an open signal."""
    files = canvas.sources.workspace.track_files
    file = files.add(TrackKind.SIGNAL, tmp_path / "x.bw")
    return lane_of(canvas, file.key)


def entry(menu: QMenu, *path: str) -> QAction:
    """Return an entry by the words on the way to it."""
    *above, last = path
    for title in above:
        found = next(a for a in menu.actions() if a.text() == title).menu()
        assert isinstance(found, QMenu)
        menu = found
    return next(a for a in menu.actions() if a.text() == last)


def titles(menu: QMenu) -> list[str]:
    return [a.text() for a in menu.actions() if not a.isSeparator()]


def test_that_a_lane_takes_a_colour_a_style_and_a_summary(
    canvas: Canvas, scaled: list[Lane], book: LaneBook
) -> None:
    lane = scaled[1]
    entry(lane_menu(canvas, lane), "Colour", "Vermilion").trigger()
    entry(lane_menu(canvas, lane), "Style", "Line").trigger()
    assert (book.look("genes").colour, book.look("genes").style) == ("#d55e00", "line")
    assert entry(lane_menu(canvas, lane), "Colour", "Vermilion").isChecked()
    assert entry(lane_menu(canvas, lane), "Style", "Line").isChecked()
    entry(lane_menu(canvas, lane), "Style", "Bars").trigger()
    entry(lane_menu(canvas, lane), "Colour", "Track's own").trigger()
    assert book.look("genes") == LaneLook("genes")


def test_that_any_colour_can_be_chosen(
    canvas: Canvas, scaled: list[Lane], book: LaneBook, qtbot: QtBot
) -> None:
    dialog = ask_colour(canvas, scaled[1])
    assert isinstance(dialog, QColorDialog)
    dialog.setCurrentColor(QColor("#123456"))
    dialog.accept()
    assert book.look("genes").colour == "#123456"
    assert entry(lane_menu(canvas, scaled[1]), "Colour", "More…").isChecked()


def test_that_swatches_have_their_colour(qtbot: QtBot) -> None:
    for code in COLOURS.values():
        image = swatch(code).pixmap(16).toImage()
        assert image.pixelColor(8, 8) == QColor(code)


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        ("Automatic", {"percentile": 100.0, "low": None, "high": None}),
        ("Automatic, 99th percentile", {"percentile": 99.0, "low": None, "high": None}),
    ],
)
def test_that_an_automatic_scale_follows_all_values_or_most(
    canvas: Canvas, signal: Lane, book: LaneBook, title: str, fields: Any
) -> None:
    key = signal.track.key
    book.change(key, low=0.0, high=3.0, percentile=99.0)
    entry(lane_menu(canvas, signal), "Scale", title).trigger()
    look = book.look(key)
    assert {name: getattr(look, name) for name in fields} == fields
    assert entry(lane_menu(canvas, signal), "Scale", title).isChecked()


def test_that_menus_offer_only_what_a_track_heeds(
    canvas: Canvas, signal: Lane, scaled: list[Lane]
) -> None:
    mine = titles(lane_menu(canvas, signal))
    assert {"Colour", "Style", "Scale", "Many values in a pixel"} <= set(mine)
    theirs = titles(lane_menu(canvas, scaled[2]))
    assert "Scale" in theirs
    assert not {"Colour", "Many values in a pixel"} & set(theirs)
    entry(lane_menu(canvas, signal), "Many values in a pixel", "Mean").trigger()
    assert signal.look.summary == "mean"


def test_that_a_file_s_track_is_removed_and_the_file_stays(
    canvas: Canvas, signal: Lane
) -> None:
    entry(lane_menu(canvas, signal), "Remove track").trigger()
    assert canvas.sources.workspace.track_files.all == ()
    assert signal.track.key not in [lane.track.key for lane in canvas.lanes]


def test_that_a_fixed_scale_is_asked_for_and_checked(
    canvas: Canvas, scaled: list[Lane], book: LaneBook, qtbot: QtBot
) -> None:
    entry(lane_menu(canvas, scaled[1]), "Scale", "Fixed…").trigger()
    dialog = canvas.findChild(ScaleDialog)
    assert dialog is not None
    dialog.low.setText("5")
    dialog.high.setText("five")
    dialog.accept()
    assert "no number" in dialog.error.text()
    dialog.high.setText("4")
    dialog.accept()
    assert "above the bottom" in dialog.error.text()
    assert book.look("genes") == LaneLook("genes")
    dialog.low.setText("\N{MINUS SIGN}1.5")
    dialog.accept()
    assert (book.look("genes").low, book.look("genes").high) == (-1.5, 4.0)
    words = "Fixed (-1.5 to 4)…"
    assert entry(lane_menu(canvas, scaled[1]), "Scale", words).isChecked()


def test_that_lanes_share_their_scale_and_leave_it(
    canvas: Canvas, scaled: list[Lane], book: LaneBook
) -> None:
    one, _, three = scaled
    told: list[str] = []
    book.changed.connect(lambda: told.append("changed"))

    def groups() -> list[str]:
        return [lane.look.group for lane in scaled]

    entry(lane_menu(canvas, one), "Share scale with", "Genes").trigger()
    assert groups() == ["group 1", "group 1", ""]
    assert len(told) == 1, "one step for undo"
    entry(lane_menu(canvas, three), "Share scale with", "Genes").trigger()
    assert groups() == ["group 1"] * 3, "who shares with one shares with all"
    entry(lane_menu(canvas, one), "Share scale with", "All signals").trigger()
    assert len(set(groups())) == 1
    entry(lane_menu(canvas, one), "Share scale with", "Genes").trigger()
    assert groups()[0] == groups()[2] != groups()[1] == ""
    mates = [lane for lane in canvas.lanes if lane.look.group]
    for lane in mates[:-1]:
        entry(lane_menu(canvas, lane), "Share scale with", "None").trigger()
    assert mates[-1].look.group == "", "a group of one is none"


def test_that_only_lanes_on_show_are_offered_to_share_a_scale_with(
    canvas: Canvas, scaled: list[Lane], book: LaneBook
) -> None:
    def offered() -> set[str]:
        menu = entry(lane_menu(canvas, scaled[0]), "Share scale with").menu()
        assert isinstance(menu, QMenu)
        return {action.text() for action in menu.actions() if action.isCheckable()}

    assert offered() == {"Genes", "Variants"}
    book.change("genes", hidden=True)
    assert offered() == {"Variants"}
    book.change("sequence", group="group 1")
    book.change("genes", group="group 1")
    assert offered() == {"Genes", "Variants"}, "it can be parted from"


def test_that_a_lane_is_renamed_and_gets_its_own_name_back(
    canvas: Canvas, book: LaneBook, qtbot: QtBot
) -> None:
    lane = lane_of(canvas, "genes")
    entry(lane_menu(canvas, lane), "Rename…").trigger()
    dialog = canvas.findChild(NameDialog)
    assert dialog is not None
    qtbot.keyClicks(dialog.field, "My genes")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert lane.title == "My genes"
    again = NameDialog(lane, canvas)
    again.field.clear()
    again.accept()
    assert lane.title == lane.track.title
    assert book.look("genes").title == ""


def test_that_a_lane_moves_by_its_menu(
    canvas: Canvas, book: LaneBook, variants: Workspace
) -> None:
    before = book.order
    lane = lane_of(canvas, before[1])
    entry(lane_menu(canvas, lane), "Move", "Down").trigger()
    assert book.order[:3] == (before[0], before[2], before[1])
    entry(lane_menu(canvas, lane), "Move", "Up").trigger()
    assert book.order == before
    entry(lane_menu(canvas, lane), "Move", "To the top").trigger()
    assert book.order[0] == before[1]
    assert not entry(lane_menu(canvas, lane), "Move", "Up").isEnabled()
    entry(lane_menu(canvas, lane), "Move", "To the bottom").trigger()
    assert book.order[-1] == before[1]
    assert not entry(lane_menu(canvas, lane), "Move", "Down").isEnabled()


def test_that_reset_brings_the_usual_look_back_and_keeps_the_place(
    canvas: Canvas, book: LaneBook
) -> None:
    lane = lane_of(canvas, "genes")
    assert not entry(lane_menu(canvas, lane), "Reset look").isEnabled()
    order = book.order
    book.change("genes", size=1.6, title="x", colour="#000000")
    entry(lane_menu(canvas, lane), "Reset look").trigger()
    assert book.look("genes") == LaneLook("genes")
    assert book.order == order


def test_that_hidden_lanes_are_added_again(canvas: Canvas, book: LaneBook) -> None:
    entry(lane_menu(canvas, lane_of(canvas, "genes")), "Hide track").trigger()
    assert book.look("genes").hidden
    add = entry(lane_menu(canvas, None), "Add track").menu()
    assert isinstance(add, QMenu)
    assert titles(add) == ["Genes", "Open file…"]
    assert not entry(add, "Open file…").isEnabled(), "there is no window here"
    entry(add, "Genes").trigger()
    assert not book.look("genes").hidden


def test_that_every_lane_s_menu_is_reached_from_a_menu_bar(
    canvas: Canvas, book: LaneBook, qtbot: QtBot
) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    book.change("genes", hidden=True)
    fill_tracks(menu, canvas)
    shown = [lane.title for lane in canvas.lanes if not lane.look.hidden]
    assert titles(menu) == ["Add track", *shown]
    entry(menu, shown[0], "Hide track").trigger()
    fill_tracks(menu, canvas)
    assert shown[0] not in titles(menu)


def test_that_entries_have_names_for_tests_and_readers(
    canvas: Canvas, scaled: list[Lane]
) -> None:
    menu = lane_menu(canvas, scaled[0])
    assert menu.objectName()
    assert menu.accessibleName()
    own = {action.title for action in scaled[0].track.actions()}
    for action in menu.actions():
        if not action.isSeparator() and action.menu() is None:
            assert action.objectName() or action.text() in own, action.text()


def test_that_the_wheel_is_let_zoom_once_and_told(canvas: Canvas) -> None:
    told: list[bool] = []
    canvas.gestures.wheel_changed.connect(told.append)
    entry(lane_menu(canvas, None), "Wheel zooms").trigger()
    canvas.gestures.let_wheel_zoom(True)
    assert told == [True]
    assert entry(lane_menu(canvas, None), "Wheel zooms").isChecked()


def test_that_a_click_on_the_handle_asks_for_the_menu(
    canvas: Canvas, browser: BrowserPanel
) -> None:
    placed = next(p for p in canvas.placed() if p.lane.track.key == "genes")
    handle = menu_handle(canvas, placed).center()
    click(canvas, handle.x(), handle.y())
    menu = browser.findChild(QMenu, "lane-menu")
    assert menu is not None
    assert menu.accessibleName() == "Genes"
    menu.close()


@pytest.fixture
def chosen(canvas: Canvas, browser: BrowserPanel) -> Callable[[Interval, str], QAction]:
    def find(region: Interval, name: str) -> QAction:
        menu = region_menu(canvas, region, browser.predict)
        return next(a for a in menu.actions() if a.objectName() == name)

    return find


def test_that_a_region_gives_its_sequence_on_both_strands(
    chosen: Callable[[Interval, str], QAction], bases: str
) -> None:
    region = Interval("chr1", 100, 150)
    chosen(region, "region-sequence").trigger()
    expected = f">chr1:101-150\n{bases[100:150]}\n"
    assert QGuiApplication.clipboard().text() == expected
    chosen(region, "region-reverse").trigger()
    other = bases[100:150].translate(str.maketrans("ACGT", "TGCA"))[::-1]
    assert other in QGuiApplication.clipboard().text()


def test_that_a_long_region_says_how_much_can_be_copied(
    canvas: Canvas, browser: BrowserPanel
) -> None:
    menu = region_menu(canvas, Interval("chr1", 0, 1_000_001), browser.predict)
    action = next(a for a in menu.actions() if a.objectName() == "region-sequence")
    assert not action.isEnabled()
    assert "1 Mb" in action.text()


def test_that_the_variants_of_a_region_are_asked_for(
    canvas: Canvas, chosen: Callable[[Interval, str], QAction]
) -> None:
    told: list[Interval] = []
    canvas.gestures.table_wanted.connect(told.append)
    chosen(Interval("chr1", 5, 50), "region-variants").trigger()
    assert told == [Interval("chr1", 5, 50)]


def test_that_dialogs_name_their_fields(canvas: Canvas, scaled: list[Lane]) -> None:
    for dialog in (NameDialog(scaled[0], canvas), ScaleDialog(scaled[0], canvas)):
        for field in dialog.findChildren(QLineEdit):
            assert field.objectName()
            assert field.accessibleName()
        dialog.close()


def test_that_mutagenesis_of_a_short_region_is_asked_for(
    canvas: Canvas,
    chosen: Callable[[Interval, str], QAction],
    variants: Workspace,
    book: LaneBook,
) -> None:
    assert not chosen(Interval("chr1", 0, 15_000), "region-mutagenesis").isEnabled()
    predictions = canvas.sources.predicted.of("mutagenesis")
    region = Interval("chr1", 4100, 4150)
    action = chosen(region, "region-mutagenesis")
    assert action.isEnabled() == bool(predictions.model.id)
    book.change("mutagenesis", hidden=True)
    mutate(canvas, region)
    assert not book.look("mutagenesis").hidden
    expected = region if predictions.model.id else None
    assert predictions.wanted(variants.locus) == expected


def test_that_a_region_is_kept_once(
    chosen: Callable[[Interval, str], QAction], variants: Workspace
) -> None:
    region = Interval("chr1", 4100, 4150)
    chosen(region, "region-mark").trigger()
    chosen(region, "region-mark").trigger()
    assert [one.interval for one in variants.regions.all] == [region]
