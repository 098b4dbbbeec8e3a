from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.browser import BrowserPanel
from gfm_desktop.ui.browser.lane_menu import lane_menu, region_menu
from tests.ui.browser import hands
from tests.ui.browser.hands import (
    ALT,
    CONTROL,
    NONE,
    SHIFT,
    Clerk,
    mouse,
    open_browser,
)

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

START = Interval("chr1", 4000, 6000)


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
def browser(variants: Workspace, clerk: Clerk, qtbot: QtBot) -> BrowserPanel:
    panel = open_browser(variants, qtbot, clerk=clerk)
    variants.go_to(START)
    return panel


@pytest.fixture
def canvas(browser: BrowserPanel) -> Canvas:
    return browser.canvas


def drag(
    canvas: Canvas,
    xs: tuple[float, ...],
    y: float,
    modifiers: Qt.KeyboardModifier = NONE,
) -> None:
    hands.drag(canvas, [(x, y) for x in xs], modifiers)


def turn(
    canvas: Canvas, x: float, notches: int, modifiers: Qt.KeyboardModifier
) -> None:
    hands.turn(canvas, x, 300, notches, modifiers)


def lane_y(canvas: Canvas, key: str) -> float:
    rect = canvas.lane_rect(key)
    assert rect is not None
    return rect.center().y()


def test_that_dragging_moves_the_bases_with_the_hand_and_back_returns(
    canvas: Canvas, variants: Workspace
) -> None:
    under = canvas.position_at(700)
    drag(canvas, (700, 650, 600, 500), lane_y(canvas, "genes"))
    assert canvas.position_at(500) == pytest.approx(under, abs=1)
    assert len(variants.locus) == len(START)
    variants.go_back()
    assert variants.locus == START


def test_that_a_drag_stops_at_the_end_of_the_contig(
    canvas: Canvas, variants: Workspace
) -> None:
    for _ in range(5):
        drag(canvas, (200, 600, 1100), lane_y(canvas, "genes"))
    assert variants.locus == Interval("chr1", 0, 2000)


def test_that_the_wheel_zooms_at_the_mouse_and_there_and_back_is_the_same_place(
    canvas: Canvas, variants: Workspace
) -> None:
    under = canvas.position_at(900)
    turn(canvas, 900, 7, CONTROL)
    assert len(variants.locus) < len(START) / 4
    assert canvas.position_at(900) == pytest.approx(under, abs=1)
    turn(canvas, 900, -7, CONTROL)
    assert variants.locus == START


def test_that_a_burst_of_wheel_turns_is_one_step_back(
    canvas: Canvas, variants: Workspace
) -> None:
    for _ in range(4):
        turn(canvas, 400, 1, CONTROL)
    variants.go_back()
    assert variants.locus == START


def test_that_shift_and_wheel_pan(canvas: Canvas, variants: Workspace) -> None:
    turn(canvas, 400, -1, SHIFT)
    assert variants.locus.start > START.start
    assert len(variants.locus) == len(START)


def test_that_a_double_click_zooms_by_two_at_the_place(
    canvas: Canvas, variants: Workspace
) -> None:
    under = canvas.position_at(300)
    mouse(canvas, QEvent.Type.MouseButtonDblClick, 300, lane_y(canvas, "genes"))
    assert len(variants.locus) == len(START) // 2
    assert canvas.position_at(300) == pytest.approx(under, abs=1)


@pytest.mark.parametrize(
    ("key", "modifiers", "then"),
    [
        (Qt.Key.Key_Plus, NONE, Interval("chr1", 4500, 5500)),
        (Qt.Key.Key_Minus, NONE, Interval("chr1", 3000, 7000)),
        (Qt.Key.Key_Right, NONE, Interval("chr1", 4100, 6100)),
        (Qt.Key.Key_Left, NONE, Interval("chr1", 3900, 5900)),
        (Qt.Key.Key_End, NONE, Interval("chr1", 6000, 8000)),
        (Qt.Key.Key_Home, NONE, Interval("chr1", 2000, 4000)),
        (Qt.Key.Key_Home, CONTROL, Interval("chr1", 0, 2000)),
        (Qt.Key.Key_End, CONTROL, Interval("chr1", 18_000, 20_000)),
    ],
)
def test_that_keys_walk_and_zoom_and_back_returns(
    canvas: Canvas,
    variants: Workspace,
    qtbot: QtBot,
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier,
    then: Interval,
) -> None:
    qtbot.keyClick(canvas, key, modifiers)
    expected = variants.locus
    assert expected.start == pytest.approx(then.start, abs=10)
    assert len(expected) == len(then)
    qtbot.keyClick(canvas, Qt.Key.Key_Left, ALT)
    assert variants.locus == START
    qtbot.keyClick(canvas, Qt.Key.Key_Right, ALT)
    assert variants.locus == expected


def test_that_a_drag_on_the_ruler_offers_the_region(
    canvas: Canvas, browser: BrowserPanel, variants: Workspace
) -> None:
    expected = canvas.region_between(400, 600)
    drag(canvas, (400, 450, 600), canvas.header - 8)
    menu = browser.findChild(QMenu, "region-menu")
    assert menu is not None
    assert variants.locus == START
    entries = {action.objectName(): action for action in menu.actions()}
    entries["region-copy"].trigger()
    assert QGuiApplication.clipboard().text() == str(expected)
    entries["region-zoom"].trigger()
    assert variants.locus == expected
    menu.close()
    assert canvas.band is None


def test_that_predict_here_asks_the_engine_for_a_wide_region(
    browser: BrowserPanel, clerk: Clerk, variants: Workspace
) -> None:
    browser.bar.predict.setChecked(False)
    clerk.jobs.clear()
    variants.go_to(Interval("chr1", 0, 20_000))
    browser.predictions.show(variants.locus)
    assert clerk.jobs == []
    browser.bar.here.click()
    assert {type(job).__name__ for job in clerk.jobs} == {"PredictRegion"}


def test_that_a_click_on_a_lollipop_selects_its_row(
    canvas: Canvas, browser: BrowserPanel, variants: Workspace
) -> None:
    variants.go_to(Interval("chr1", 1900, 2200))
    track: Any = browser.track("variants")
    rect = canvas.lane_rect("variants")
    assert rect is not None
    item = next(i for i in track.lollipops(browser.view, rect.height()) if i.row == 0)
    x, y = canvas.gutter + item.head, rect.top() + item.top
    assert canvas.position_at(canvas.gutter + item.x) == 1999
    mouse(canvas, QEvent.Type.MouseButtonPress, x, y)
    mouse(canvas, QEvent.Type.MouseButtonRelease, x, y)
    assert variants.selection is not None
    assert variants.selection.row == 0
    assert variants.locus == Interval("chr1", 1900, 2200)


def test_that_a_press_on_the_overview_goes_there(
    canvas: Canvas, variants: Workspace
) -> None:
    x = canvas.gutter + canvas.plot_width / 2
    drag(canvas, (x,), 12)
    assert variants.locus == Interval("chr1", 9000, 11_000)
    variants.go_back()
    assert variants.locus == START


def test_that_a_track_can_be_hidden_shown_and_made_taller(
    canvas: Canvas, browser: BrowserPanel
) -> None:
    lane = next(lane for lane in canvas.lanes if lane.track.key == "genes")
    before = canvas.lane_rect("genes")
    assert before is not None
    menu = lane_menu(browser.canvas, lane)
    sizes = next(a for a in menu.actions() if a.text() == "Height").menu()
    assert isinstance(sizes, QMenu)
    next(a for a in sizes.actions() if a.text() == "Tall").trigger()
    after = canvas.lane_rect("genes")
    assert after is not None
    assert after.height() > before.height()
    next(a for a in menu.actions() if a.text() == "Hide track").trigger()
    assert canvas.lane_rect("genes") is None
    shown = next(a for a in menu.actions() if a.text() == "Tracks").menu()
    assert isinstance(shown, QMenu)
    entry = next(
        a for a in lane_menu(browser.canvas, None).actions() if a.text() == "Tracks"
    )
    tracks = entry.menu()
    assert isinstance(tracks, QMenu)
    next(a for a in tracks.actions() if a.text() == "Genes").trigger()
    assert canvas.lane_rect("genes") is not None


def test_that_copy_data_puts_the_genes_on_the_clipboard(
    canvas: Canvas, browser: BrowserPanel
) -> None:
    lane = next(lane for lane in canvas.lanes if lane.track.key == "genes")
    menu = lane_menu(browser.canvas, lane)
    next(a for a in menu.actions() if a.text() == "Copy data").trigger()
    assert "UP\tchr1\t1001\t5000" in QGuiApplication.clipboard().text()


def test_that_the_lanes_scroll_when_there_is_no_room(
    canvas: Canvas, browser: BrowserPanel
) -> None:
    browser.resize(900, 260)
    canvas.refresh()
    assert browser.scroll_bar.maximum() > 0
    turn(canvas, 400, -1, NONE)
    assert canvas.scroll_y == browser.scroll_bar.value() > 0
    browser.scroll_bar.setValue(0)
    assert canvas.scroll_y == 0


def test_that_zoom_buttons_and_slider_move_the_view(
    browser: BrowserPanel, variants: Workspace
) -> None:
    browser.bar.zoom_in.click()
    assert variants.locus == Interval("chr1", 4500, 5500)
    browser.bar.zoom_out.click()
    assert variants.locus == START
    browser.bar.slider.setValue(browser.bar.slider.maximum())
    assert len(variants.locus) == 20
    browser.bar.slider.setValue(0)
    assert variants.locus == Interval("chr1", 0, 20_000)


def test_that_the_region_menu_names_the_region(browser: BrowserPanel) -> None:
    menu = region_menu(browser.canvas, Interval("chr1", 99, 200), browser.predict)
    assert "chr1:100-200" in menu.actions()[0].text()


@pytest.mark.parametrize("span", [(0, 20_000), (1900, 2200), (1980, 2020)])
def test_that_the_whole_canvas_paints_in_both_themes(
    canvas: Canvas,
    variants: Workspace,
    palette: Palette,
    span: tuple[int, int],
) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before = theme.current()
    theme.apply(application, palette)
    variants.go_to(Interval("chr1", *span))
    canvas.hover = QPointF(500, 200)
    image = canvas.grab().toImage()
    theme.apply(application, before)
    corner = image.pixelColor(image.width() - 4, image.height() - 4)
    assert (corner.lightnessF() < 0.5) == palette.is_dark


def test_that_an_empty_workspace_invites_to_open_a_genome(
    clerk: Clerk, qtbot: QtBot
) -> None:
    from gfm_desktop.workspace.workspace import Workspace

    bridge: Any = clerk
    panel = BrowserPanel(Workspace(), bridge)
    qtbot.addWidget(panel)
    panel.resize(800, 400)
    panel.show()
    panel.canvas.grab()
    drag(panel.canvas, (300, 500), 200)
    turn(panel.canvas, 300, 1, CONTROL)
    qtbot.keyClick(panel.canvas, Qt.Key.Key_Plus)
    assert not panel.bar.zoom_in.isEnabled()
    assert not panel.bar.go("chr1:1-100")
    assert panel.bar.error.text() == "Open a genome first."


def test_that_moving_the_mouse_does_not_paint_the_tracks_again(
    canvas: Canvas, browser: BrowserPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas.grab()
    painted: list[object] = []
    monkeypatch.setattr(
        browser.track("genes"), "paint", lambda *seen: painted.append(seen)
    )
    mouse(canvas, QEvent.Type.MouseMove, 400, 300)
    canvas.grab()
    assert painted == []
    canvas.refresh()
    canvas.grab()
    assert len(painted) == 1, "the counter would have seen a second painting"


def test_that_tracks_are_found_by_key(browser: BrowserPanel) -> None:
    keys = ["sequence", "genes", "variants", "splice"]
    assert [browser.track(key).key for key in keys] == keys
    with pytest.raises(KeyError):
        browser.track("nothing")


def test_that_other_gene_models_are_predicted_anew_once_the_view_is_at_rest(
    browser: BrowserPanel, clerk: Clerk, variants: Workspace, qtbot: QtBot
) -> None:
    def covers(job: Any) -> bool:
        return job.start <= START.start and START.end <= job.end

    # The view before may have been at rest long enough to be asked for, too.
    qtbot.waitUntil(lambda: any(covers(job) for job in clerk.jobs))
    before: list[Any] = list(clerk.jobs)
    variants.set_annotation(None)
    qtbot.waitUntil(lambda: len(clerk.jobs) > len(before))
    asked: Any = clerk.jobs[-1]
    assert all(job.annotation for job in before)
    assert asked.annotation == ""
    assert covers(asked)


def test_that_the_button_follows_the_tracks_menu(
    browser: BrowserPanel, clerk: Clerk
) -> None:
    assert browser.bar.predict.isChecked()
    action = next(
        action
        for action in browser.track("splice").actions()
        if action.title == "Predict while browsing"
    )
    action.run()
    assert not browser.bar.predict.isChecked()
    assert not browser.predictions.automatic


def test_that_lollipops_stay_on_their_base_between_two_bases(
    canvas: Canvas, browser: BrowserPanel, variants: Workspace
) -> None:
    variants.go_to(Interval("chr1", 1980, 2020))
    track: Any = browser.track("variants")
    for pixels in (0.0, 3.3, 7.7, 11.1):
        canvas.gestures.pan(pixels)
        view, offset = canvas.view()
        rect = canvas.lane_rect("variants")
        assert rect is not None
        item = next(i for i in track.lollipops(view, rect.height()) if i.row == 0)
        on_canvas = canvas.gutter + item.x - offset
        assert on_canvas == pytest.approx(canvas.x_of(1999.5), abs=1e-6)
        hit = canvas.hit(QPointF(on_canvas, rect.top() + item.top))
        assert hit is not None
        assert hit.row == 0


def test_that_a_lane_s_choices_are_submenus_and_hiding_it_stops_its_questions(
    browser: BrowserPanel, canvas: Canvas
) -> None:
    lane = next(one for one in canvas.lanes if one.track.key == "bases")
    menu = lane_menu(canvas, lane)
    parts = {action.text(): action.menu() for action in menu.actions()}
    assert isinstance(parts["Model"], QMenu)
    hide = parts["Hide"]
    assert isinstance(hide, QMenu)
    assert [a.text() for a in hide.actions() if a.isChecked()] == [
        "Each base in turn (exact)"
    ]
    bases = browser.predicted.of("base-probability")
    assert bases.active
    next(a for a in menu.actions() if a.text() == "Hide track").trigger()
    assert lane.look.hidden
    assert not bases.active
    menu.close()


def test_that_keys_move_the_picture_after_a_place_was_typed(
    browser: BrowserPanel, qtbot: QtBot
) -> None:
    browser.bar.focus_box()
    assert browser.bar.box.hasFocus()
    browser.bar.box.setText("chr1:1,001-2,000")
    qtbot.keyClick(browser.bar.box, Qt.Key.Key_Return)
    assert browser.canvas.hasFocus()


def test_that_both_kinds_of_lanes_are_there_in_their_order(canvas: Canvas) -> None:
    keys = [lane.track.key for lane in canvas.lanes]
    assert keys.index("splice") < keys.index("bases")
