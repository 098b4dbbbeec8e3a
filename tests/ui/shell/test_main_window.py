from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl, SignalInstance
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDockWidget,
    QHeaderView,
    QLineEdit,
    QStackedWidget,
    QToolBar,
    QWidget,
)

from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Cancelled, Failed, Progress, Started
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.settings import Settings, load_settings
from gfm_desktop.ui import theme
from gfm_desktop.ui.actions import ACTIONS, BY_KEY, MENUS, TOOLBAR, Menu
from gfm_desktop.ui.commands import Commands
from gfm_desktop.ui.docks import panels
from gfm_desktop.ui.main_window import MainWindow
from gfm_desktop.ui.widgets.empty_state import EmptyState
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import ShellEngine
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.engine_bridge import EngineBridge


def page(window: MainWindow) -> str:
    pages = window.findChild(QStackedWidget, "pages")
    assert pages is not None
    return pages.currentWidget().objectName()


def visible_docks(window: MainWindow) -> set[str]:
    docks = window.findChildren(QDockWidget)
    return {dock.objectName() for dock in docks if not dock.isHidden()}


def toasts(window: MainWindow) -> list[str]:
    return [toast.text for toast in window.toasts.toasts]


def test_that_the_start_page_is_alone_until_a_genome_is_open(
    window: MainWindow, files: list[Path], qtbot: QtBot
) -> None:
    assert page(window) == "start-page"
    assert visible_docks(window) == set()
    window.opening.open(files)
    qtbot.waitUntil(lambda: window.workspace.variants is not None)
    assert page(window) == "browser"
    assert visible_docks(window) == {panel.key for panel in panels() if panel.shown}
    assert window.windowTitle() == "v.vcf on g.fa — GFM Desktop"
    window.commands.close_project()
    assert page(window) == "start-page"
    assert visible_docks(window) == set()


def test_that_every_panel_has_a_dock_and_a_view_entry(opened: MainWindow) -> None:
    for panel in panels():
        widget = opened.docks.panel(panel.key)
        assert widget is not None
        assert type(widget).__name__ != "QWidget"
        assert opened.docks.toggle(panel.key).text() == panel.title


def test_that_panels_behind_a_tab_are_made_only_when_first_shown(
    opened: MainWindow, qtbot: QtBot
) -> None:
    dock = opened.findChild(QDockWidget, "models")
    assert dock is not None
    assert not dock.property("filled")
    dock.raise_()
    qtbot.waitUntil(lambda: bool(dock.property("filled")))


def test_that_the_score_tab_comes_forward_when_variants_are_open(
    opened: MainWindow, qtbot: QtBot
) -> None:
    dock = opened.findChild(QDockWidget, "scoring")
    assert dock is not None
    qtbot.waitUntil(lambda: bool(dock.property("front")))


def test_that_the_window_has_few_attributes(window: MainWindow) -> None:
    own = [
        name
        for name, value in vars(window).items()
        if not isinstance(value, SignalInstance) and not name.startswith("__")
    ]
    assert len(own) < 15


def test_that_every_action_has_a_handler_and_every_table_names_known_actions() -> None:
    def keys(menu: Menu) -> list[str]:
        nested = [keys(i) if isinstance(i, Menu) else [i] for i in menu.items]
        return [key for part in nested for key in part]

    for action in ACTIONS:
        assert callable(getattr(Commands, action.handler)), action
    named = [key for menu in MENUS for key in keys(menu)] + list(TOOLBAR)
    plain = {key for key in named if key[0] not in "-@>"}
    assert plain == set(BY_KEY), "each action is in a menu, and none is unknown"


def test_that_no_two_actions_share_a_key() -> None:
    taken = [key for action in ACTIONS for key in action.keys]
    assert len(taken) == len(set(taken))


def test_that_no_panel_listens_to_a_key_of_the_window(opened: MainWindow) -> None:
    # Qt calls neither of two listeners: "Ambiguous shortcut overload".
    from PySide6.QtGui import QAction, QShortcut

    for key in opened.docks.keys:
        opened.docks.panel(key)
    mine = {
        sequence.toString()
        for spec in ACTIONS
        for sequence in opened.action(spec.key).shortcuts()
    }
    own = {opened.action(spec.key) for spec in ACTIONS}
    theirs = [
        sequence.toString()
        for action in opened.findChildren(QAction)
        if action not in own
        for sequence in action.shortcuts()
    ]
    theirs += [s.key().toString() for s in opened.findChildren(QShortcut)]
    assert mine.isdisjoint(theirs)
    assert len(theirs) == len(set(theirs))
    by_panels = {k for spec in ACTIONS if spec.owner == "panel" for k in spec.keys}
    assert by_panels <= set(theirs), "a key that a panel should listen to is dead"


def test_that_actions_can_be_used_exactly_when_they_make_sense(
    window: MainWindow, files: list[Path], qtbot: QtBot, engine: ShellEngine
) -> None:
    def usable(*keys: str) -> list[bool]:
        return [window.action(key).isEnabled() for key in keys]

    keys = ("locus", "score", "stop", "export", "next-variant", "show-selection")
    assert usable(*keys) == [False] * 6
    window.opening.open(files)
    qtbot.waitUntil(lambda: window.workspace.variants is not None)
    assert usable(*keys) == [True, True, False, False, True, False]
    window.action("score").trigger()
    assert usable(*keys) == [True, False, True, False, True, False]
    engine.tell(engine.held("ScoreVariants"), Cancelled())
    qtbot.waitUntil(lambda: window.workspace.scoring is None)
    assert usable(*keys) == [True, True, False, False, True, False]
    table = window.workspace.table
    assert table is not None
    window.workspace.select(table.row(0))
    assert usable("show-selection") == [True]


def test_that_score_takes_model_and_settings_of_the_panel(
    opened: MainWindow, engine: ShellEngine
) -> None:
    opened.action("score").trigger()
    job = engine.jobs[engine.held("ScoreVariants")]
    assert isinstance(job, ScoreVariants)
    assert (job.model, dict(job.options)["distance"]) == ("ci-spliceai", 50)


def drop(window: MainWindow, paths: list[Path]) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    where, copy = QPoint(200, 200), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, copy, data, left, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    veil = window.findChild(QWidget, "drop-veil")
    assert veil is not None
    assert veil.isVisible()
    assert paths[0].name in veil.accessibleName()
    QApplication.sendEvent(window, QDropEvent(where.toPointF(), copy, data, left, none))
    assert not veil.isVisible()


def test_that_dropped_files_open(
    window: MainWindow, files: list[Path], qtbot: QtBot
) -> None:
    drop(window, files)
    qtbot.waitUntil(lambda: window.workspace.variants is not None)


def test_that_an_error_stays_as_a_toast_with_its_details(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.fa"
    broken.write_text("")
    window.opening.open([broken])
    qtbot.waitUntil(lambda: len(window.toasts.toasts) == 1)
    toast = window.toasts.toasts[0]
    assert toast.level == "error"
    assert str(broken) in toast.text
    qtbot.mouseClick(toast.button, Qt.MouseButton.LeftButton)
    dialog = window.findChild(QWidget, "failure-dialog")
    assert dialog is not None
    assert dialog.isVisible()
    dialog.close()


def test_that_the_theme_switches_at_once_and_is_remembered(window: MainWindow) -> None:
    window.action("dark").trigger()
    assert theme.current().is_dark
    assert QGuiApplication.palette().window().color().lightness() < 80
    window.action("toggle-theme").trigger()
    assert not theme.current().is_dark
    assert load_settings().theme == "light"


def test_that_text_grows_and_shrinks_within_limits(window: MainWindow) -> None:
    before = QApplication.font().pointSizeF()
    for _ in range(30):
        window.action("larger").trigger()
    assert window.settings.font_scale == 200
    assert QApplication.font().pointSizeF() > 1.9 * before
    for _ in range(30):
        window.action("smaller").trigger()
    assert window.settings.font_scale == 80
    window.action("normal").trigger()
    assert QApplication.font().pointSizeF() == before


def test_that_large_text_leaves_the_browser_room_and_grows_every_heading(
    opened: MainWindow, qtbot: QtBot
) -> None:
    empty = opened.findChild(EmptyState, "inspector-empty")
    assert empty is not None
    title = empty.title
    before = title.font().pointSizeF()
    for _ in range(6):
        opened.action("larger").trigger()
    assert opened.settings.font_scale == 160
    assert title.font().pointSizeF() == pytest.approx(1.6 * before)
    below = opened.findChild(QDockWidget, "variants")
    assert below is not None
    qtbot.waitUntil(lambda: below.height() < 0.45 * opened.height())
    opened.action("normal").trigger()
    assert title.font().pointSizeF() == pytest.approx(before)


def test_that_panels_keep_the_proportions_that_the_user_gave_them(
    opened: MainWindow, qtbot: QtBot
) -> None:
    opened.resize(1800, 1000)
    docks = {dock.objectName(): dock for dock in opened.findChildren(QDockWidget)}
    left, right, below = docks["scoring"], docks["inspector"], docks["variants"]

    def are(*sizes: float) -> bool:
        found = (left.width(), right.width(), below.height() + tabs)
        return found == pytest.approx(sizes, abs=2)

    opened.docks.panel("scoring")
    qtbot.waitUntil(lambda: left.width() == 290)
    # Tabs are a part of what is resized.
    tabs = 320 - below.height()
    assert tabs > 0
    # Wider on the left, lower below; the right as it was.
    opened.resizeDocks([left], [420], Qt.Orientation.Horizontal)
    opened.resizeDocks([below], [240], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: are(420, 310, 240))
    for _ in range(2):
        opened.action("larger").trigger()
    wide = pytest.approx((1.2 * 420, 1.2 * 310), abs=2)
    qtbot.waitUntil(lambda: (left.width(), right.width()) == wide)
    assert 1.2 * (240 - tabs) - 10 < below.height() < 1.2 * 240 - tabs
    opened.action("normal").trigger()
    qtbot.waitUntil(lambda: are(420, 310, 240))
    opened.action("reset-layout").trigger()
    qtbot.waitUntil(lambda: docks["data"].width() == 290)
    assert below.height() + tabs == 320


def test_that_layout_and_place_outlive_the_window(
    opened: MainWindow, bridge: EngineBridge, files: list[Path], qtbot: QtBot
) -> None:
    opened.docks.toggle("inspector").trigger()
    opened.workspace.go_to(Interval("chr1", 100, 300))
    opened.close()
    saved = load_settings()
    assert saved.recent_projects[0].locus == "chr1:101-300"
    second = MainWindow(Workspace(), bridge, saved)
    qtbot.addWidget(second)
    second.show()
    second.opening.open(files)
    qtbot.waitUntil(lambda: second.workspace.variants is not None)
    assert "inspector" not in visible_docks(second)
    second.action("reset-layout").trigger()
    assert "inspector" in visible_docks(second)
    second.workspace.set_genome(None)
    second.close()


def test_that_a_layout_that_cannot_be_read_is_left_out(
    bridge: EngineBridge, files: list[Path], qtbot: QtBot
) -> None:
    settings = Settings()
    settings.window.state = settings.window.geometry = "nonsense é"
    window = MainWindow(Workspace(), bridge, settings)
    qtbot.addWidget(window)
    window.show()
    window.opening.open(files)
    qtbot.waitUntil(lambda: window.workspace.variants is not None)
    assert "variants" in visible_docks(window)
    window.workspace.set_genome(None)
    window.close()


def test_that_everything_that_takes_input_has_a_name_for_tests_and_readers(
    opened: MainWindow,
) -> None:
    for key in opened.docks.keys:
        opened.docks.panel(key)
    kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView)
    nameless = [
        f"{type(w).__name__} {w.objectName()!r} in {w.parentWidget().objectName()!r}"
        for kind in kinds
        for w in opened.findChildren(kind)
        if not w.objectName().startswith("qt_")
        and not _part_of_qt(w)
        and not (w.objectName() and w.accessibleName())
    ]
    assert not nameless, "\n".join(nameless)


def _part_of_qt(widget: QWidget) -> bool:
    """Tell whether Qt made it (a combo box's list), or it is not in use (no words)."""
    parents, parent = [], widget.parentWidget()
    while parent is not None:
        parents.append(parent)
        parent = parent.parentWidget()
    inside = any(isinstance(p, QComboBox | QLineEdit) for p in parents)
    inside = inside or isinstance(widget, QHeaderView)
    in_bar = isinstance(parents[0], QToolBar) and not widget.objectName()
    unused = isinstance(widget, QAbstractButton) and widget.isHidden()
    return inside or in_bar or (unused and not widget.text())


def test_that_the_whole_job_can_be_done_from_the_keyboard(
    window: MainWindow, files: list[Path], qtbot: QtBot, engine: ShellEngine
) -> None:
    window.opening.open(files)
    qtbot.waitUntil(lambda: window.workspace.variants is not None)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    box = window.findChild(QLineEdit, "locus")
    assert box is not None
    assert window.focusWidget() is box
    qtbot.keyClicks(box, "chr1:101-200")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert window.workspace.locus == Interval("chr1", 100, 200)
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert window.workspace.scoring is not None
    engine.tell(engine.held("ScoreVariants"), Cancelled())
    qtbot.waitUntil(lambda: window.workspace.scoring is None)
    table = window.findChild(QAbstractItemView, "variant-table")
    assert table is not None
    qtbot.waitUntil(lambda: table.model().rowCount() == 3)
    window.browser.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert window.workspace.selection is not None
    first = window.workspace.selection.row
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert window.workspace.selection.row != first
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert window.workspace.selection.row == first


def test_that_a_waiting_failure_is_not_offered_for_another_message(
    window: MainWindow,
) -> None:
    window.workspace.failed.emit(Failed("One thing."))
    window.workspace.message.emit("warning", "Another thing.")
    assert toasts(window) == ["Another thing."]
    assert window.toasts.toasts[0].button.isHidden()


def test_that_closing_asks_nothing_while_a_job_runs(
    opened: MainWindow, engine: ShellEngine
) -> None:
    opened.action("score").trigger()
    job = engine.held("ScoreVariants")
    engine.tell(job, Started("Score"), Progress(1, 3, "variants"))
    assert opened.close()
