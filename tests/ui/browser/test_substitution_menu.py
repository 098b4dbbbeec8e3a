"""Saturating a gene from the menus, and clicking a cell of the heatmap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.tracks.mutagenesis import TRACK, signals_of
from gfm_desktop.tracks.prediction import TrackPrediction
from gfm_desktop.ui.browser.lane_menu import lane_menu
from gfm_desktop.ui.browser.predicted_track import FOLDED
from gfm_desktop.ui.browser.region_menu import mutate, region_menu
from gfm_desktop.workspace.hypothetical import is_hypothetical
from gfm_desktop.workspace.prediction_questions import Key
from tests.ui.browser.hands import PRESS, RELEASE, hover, mouse, open_browser

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.workspace.workspace import Workspace

VIEW = Interval("chr1", 2_000, 2_040)


@pytest.fixture
def canvas(workspace: Workspace, qtbot: QtBot) -> Canvas:
    panel = open_browser(workspace, qtbot, height=900)
    for key in ("splice", "bases", "finetuned", "variants"):
        workspace.lanes.change(key, hidden=True)
    return panel.canvas


@pytest.fixture
def wanted(workspace: Workspace, canvas: Canvas) -> list[str]:
    names: list[str] = []
    workspace.saturation_wanted.disconnect()
    workspace.saturation_wanted.connect(names.append)
    return names


def entry(menu: QMenu) -> QAction:
    action = menu.findChild(QAction, "saturate-gene")
    assert isinstance(action, QAction)
    return action


def test_that_a_gene_is_saturated_by_a_right_click_on_it(
    canvas: Canvas, workspace: Workspace, wanted: list[str], qtbot: QtBot
) -> None:
    workspace.go_to(Interval("chr1", 500, 9_500))
    rect = canvas.lane_rect("genes")
    assert rect is not None
    lane = next(one for one in canvas.lanes if one.track.key == "genes")
    x = canvas.x_of(7_000)
    found = ""
    for y in range(int(rect.top()) + 2, int(rect.bottom()), 4):
        hover(canvas, x, y)
        menu = lane_menu(canvas, lane)
        qtbot.addWidget(menu)
        found = entry(menu).text()
        if found == "Saturate DOWN":
            entry(menu).trigger()
            break
    assert found == "Saturate DOWN"
    assert wanted == ["DOWN"]
    canvas.hover = None
    menu = lane_menu(canvas, lane)
    qtbot.addWidget(menu)
    entry(menu).trigger()
    assert wanted == ["DOWN", ""]


def test_that_a_region_offers_its_gene_and_others_none(
    canvas: Canvas, wanted: list[str], qtbot: QtBot
) -> None:
    menu = region_menu(canvas, Interval("chr1", 1_500, 1_600), lambda _: None)
    qtbot.addWidget(menu)
    entry(menu).trigger()
    assert wanted == ["UP"]
    empty = region_menu(canvas, Interval("chr1", 12_000, 12_100), lambda _: None)
    qtbot.addWidget(empty)
    assert empty.findChild(QAction, "saturate-gene") is None


def test_that_the_command_of_a_view_can_be_copied(
    canvas: Canvas, workspace: Workspace
) -> None:
    workspace.go_to(VIEW)
    predictions = canvas.sources.predicted.of(TRACK.name)
    predictions.set_model("gfm-ensemble")
    predictions.show(VIEW)
    lane = next(one for one in canvas.lanes if one.track.key == TRACK.name)
    actions = {one.title: one for one in lane.track.actions()}
    assert actions["Copy the command"].enabled
    actions["Copy the command"].run()
    words = QGuiApplication.clipboard().text()
    assert "--region chr1:2001-2040" in words
    assert "--model gfm-ensemble" in words
    assert "--track mutagenesis" in words
    predictions.show(Interval("chr1", 0, 9_000))
    actions = {one.title: one for one in lane.track.actions()}
    assert not actions["Copy the command"].enabled


def test_that_a_click_on_a_cell_of_the_canvas_selects_its_variant(
    canvas: Canvas, workspace: Workspace, bases: str, qtbot: QtBot
) -> None:
    predictions = canvas.sources.predicted.of(TRACK.name)
    workspace.go_to(VIEW)
    predictions.show(VIEW)
    letters = bases[1_984:2_048]
    table = np.full((64, 4), 0.25)
    table[np.arange(64), ["ACGT".index(base) for base in letters]] = 0.0
    tile = Interval("chr1", 1_984, 2_048)
    answer = TrackPrediction(tile, signals_of(table), letters=letters)
    jobs: Any = predictions._jobs
    jobs.tiles.add(Key(tile), answer)
    for part in predictions.browsing.parts:
        jobs.tiles.add(Key(tile, None, part), answer)
    predictions.refresh()
    canvas.refresh()
    lane = next(one for one in canvas.lanes if one.track.key == TRACK.name)
    rect = canvas.lane_rect(TRACK.name)
    assert rect is not None
    view = canvas.view()[0]
    shown = lane.track.panes(rect.translated(0, -rect.top()), view)  # type: ignore[attr-defined]
    position = 2_011
    alt = next(b for b in "TGCA" if b != bases[position])
    row = "ACGT".index(alt)
    y = rect.top() + shown.top + (row + 0.5) * shown.row
    mouse(canvas, PRESS, canvas.x_of(position + 0.5), y)
    mouse(canvas, RELEASE, canvas.x_of(position + 0.5), y)
    assert workspace.selection is not None
    assert is_hypothetical(workspace.selection)
    assert workspace.selection.variant == Variant(
        "chr1", position, bases[position], alt
    )
    # A band around some columns offers their summary.
    menu = region_menu(canvas, Interval("chr1", 2_010, 2_020), lambda _: None)
    qtbot.addWidget(menu)
    action = menu.findChild(QAction, f"summary-{TRACK.name}")
    assert isinstance(action, QAction)
    action.trigger()
    words = QGuiApplication.clipboard().text()
    assert words.startswith("chr1:2,011-2,020, 10 of 10 bases scored")


def seen_whole(canvas: Canvas, key: str) -> bool:
    rect = canvas.lane_rect(key)
    assert rect is not None
    return canvas.header <= rect.top() and rect.bottom() < canvas.height()


@pytest.fixture
def low(workspace: Workspace, qtbot: QtBot) -> Canvas:
    """Show a canvas that the lanes of substitutions lie below."""
    canvas = open_browser(workspace, qtbot, height=330).canvas
    workspace.lanes.change("genes", size=3.0)
    workspace.go_to(VIEW)
    canvas.sources.predicted.of(TRACK.name).set_model("gfm-ensemble")
    canvas.sources.predicted.of(TRACK.name).show(VIEW)
    assert not seen_whole(canvas, TRACK.name)
    return canvas


def test_that_mutagenesis_of_the_view_scrolls_to_its_lane_also_when_it_grows(
    low: Canvas, workspace: Workspace, qtbot: QtBot
) -> None:
    mutate(low, VIEW)
    assert seen_whole(low, TRACK.name)

    def grown() -> bool:
        rect = low.lane_rect(TRACK.name)
        return rect is not None and rect.height() > 2 * FOLDED

    assert not grown()
    qtbot.waitUntil(grown)
    assert seen_whole(low, TRACK.name)
    # What comes above it pushes it no further than it can be seen.
    workspace.lanes.change("genes", size=4.0)
    assert seen_whole(low, TRACK.name)


def test_that_a_lane_is_not_held_on_screen_against_the_hand(
    low: Canvas, workspace: Workspace
) -> None:
    mutate(low, VIEW)
    low.scroll_to(0)
    workspace.lanes.change("genes", size=4.0)
    assert low.scroll_y == 0


def test_that_a_hidden_track_that_is_added_is_scrolled_to(
    low: Canvas, workspace: Workspace, qtbot: QtBot
) -> None:
    workspace.lanes.change(TRACK.name, hidden=True)
    menu = lane_menu(low, None)
    qtbot.addWidget(menu)
    tracks = menu.findChild(QMenu, "lane-add")
    assert isinstance(tracks, QMenu)
    next(one for one in tracks.actions() if one.text() == "Mutagenesis").trigger()
    assert seen_whole(low, TRACK.name)


def test_that_a_lane_taller_than_the_window_is_shown_from_its_top(
    low: Canvas, workspace: Workspace
) -> None:
    workspace.lanes.change("genes", size=12.0)
    low.scroll_to(10_000)
    low.seek("genes")
    rect = low.lane_rect("genes")
    assert rect is not None
    assert rect.bottom() > low.height()
    assert rect.top() == low.header
