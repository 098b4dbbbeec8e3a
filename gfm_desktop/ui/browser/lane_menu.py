"""The menu of a lane, and what concerns all lanes: which are shown, and the wheel."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from gfm_desktop.ui.browser import export_menu, substitution_menu
from gfm_desktop.ui.browser.look_menu import add_look, entry, submenu
from gfm_desktop.ui.browser.region_menu import region_menu
from gfm_desktop.ui.widgets.menu_heading import add_heading

if TYPE_CHECKING:
    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.ui.browser.lanes import Lane

__all__ = ["copy_data", "fill_lane_menu", "fill_tracks", "lane_menu", "region_menu"]


def lane_menu(canvas: Canvas, lane: Lane | None) -> QMenu:
    """Return a lane's menu; None gives what concerns all lanes."""
    menu = QMenu(canvas)
    menu.setObjectName("lane-menu")
    menu.setAccessibleName(lane.title if lane is not None else "Tracks")
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    if lane is not None:
        fill_lane_menu(menu, canvas, lane)
        menu.addSeparator()
    add = submenu(menu, "lane-add", "Add track")
    _add_hidden(add, canvas)
    shown = submenu(menu, "lane-tracks", "Tracks")
    for other in canvas.lanes:
        action = shown.addAction(other.title)
        action.setCheckable(True)
        action.setChecked(not other.look.hidden)
        action.toggled.connect(lambda on, other=other: _show(other, shown=bool(on)))
    wheel = menu.addAction("Wheel zooms")
    wheel.setObjectName("lane-wheel")
    wheel.setToolTip("Otherwise it scrolls the tracks, and zooms with Ctrl")
    wheel.setCheckable(True)
    wheel.setChecked(canvas.gestures.wheel_zooms)
    wheel.toggled.connect(lambda on: canvas.gestures.let_wheel_zoom(bool(on)))
    return menu


def fill_lane_menu(menu: QMenu, canvas: Canvas, lane: Lane) -> None:
    """Put what concerns one lane into a menu."""
    add_heading(menu, lane.title)
    add_look(menu, canvas, lane)
    _add_moves(submenu(menu, "lane-move", "Move"), canvas, lane)
    menu.addSeparator()
    entry(menu, "lane-copy", "Copy data", lambda: copy_data(canvas, lane))
    export_menu.add_to_lane(menu, canvas, lane)
    _add_own(menu, lane)
    substitution_menu.add_to_lane(menu, canvas, lane)
    menu.addSeparator()
    hide = entry(menu, "lane-hide", "Hide track", lambda: _show(lane, shown=False))
    hide.setToolTip("Add track brings it back")
    files = canvas.sources.workspace.track_files
    file = files.of(lane.track.key)
    if file is not None:
        key = file.key
        remove = entry(menu, "lane-remove", "Remove track", lambda: files.remove(key))
        remove.setToolTip(f"Closes {file.path}; the file itself stays")


def fill_tracks(menu: QMenu, canvas: Canvas) -> None:
    """Put a submenu for each lane into a menu, and what brings hidden ones back.

    So a keyboard reaches every lane's menu without the mouse.
    """
    menu.clear()
    add = submenu(menu, "tracks-add", "Add track")
    _add_hidden(add, canvas)
    menu.addSeparator()
    for lane in canvas.lanes:
        if not lane.look.hidden:
            own = submenu(menu, f"tracks-{lane.track.key}", lane.title)
            fill_lane_menu(own, canvas, lane)


def copy_data(canvas: Canvas, lane: Lane) -> None:
    """Put what a lane shows onto the clipboard, as tab-separated text."""
    workspace = canvas.sources.workspace
    text = lane.track.data(canvas.view()[0])
    if not text:
        workspace.message.emit("info", f"{lane.title}: nothing to copy here.")
        return
    QGuiApplication.clipboard().setText(text)
    workspace.message.emit("info", f"{lane.title}: copied.")


def _add_hidden(menu: QMenu, canvas: Canvas) -> None:
    """Offer the lanes that are hidden, and files."""
    for lane in canvas.lanes:
        if lane.look.hidden:
            action = menu.addAction(lane.title)
            action.triggered.connect(lambda _=False, lane=lane: _show(lane, shown=True))
    if not menu.isEmpty():
        menu.addSeparator()
    files = menu.addAction("Open file…")
    files.setObjectName("lane-open-file")
    files.setToolTip("bigWig, bedGraph, BED, bigBed, GenBank, BAM or CRAM")
    # The window knows how files are opened; its action is found by its name.
    opens = canvas.window().findChild(QAction, "action-open")
    files.setEnabled(isinstance(opens, QAction))
    if isinstance(opens, QAction):
        files.triggered.connect(lambda _=False: opens.trigger())


def _add_moves(menu: QMenu, canvas: Canvas, lane: Lane) -> None:
    keys = [one.track.key for one in canvas.lanes if not one.look.hidden]
    key, book = lane.track.key, lane.book
    at = keys.index(key) if key in keys else 0
    last = len(keys) - 1
    below = keys[at + 2] if at + 2 <= last else None
    for name, title, can, before in (
        ("top", "To the top", at > 0, keys[0] if keys else None),
        ("up", "Up", at > 0, keys[at - 1] if at else None),
        ("down", "Down", at < last, below),
        ("bottom", "To the bottom", at < last, None),
    ):
        move = partial(book.move, key, before)
        action = entry(menu, f"lane-move-{name}", title, move)
        action.setEnabled(can)


def _add_own(menu: QMenu, lane: Lane) -> None:
    """Add the entries that the track itself offers."""
    parts: dict[str, QMenu] = {"": menu}
    for own in lane.track.actions():
        if own.menu not in parts:
            parts[own.menu] = menu.addMenu(own.menu)
        action = parts[own.menu].addAction(own.title)
        action.setEnabled(own.enabled)
        if own.checked is not None:
            action.setCheckable(True)
            action.setChecked(own.checked)
        action.triggered.connect(lambda _=False, run=own.run: run())


def _show(lane: Lane, *, shown: bool) -> None:
    if shown:
        lane.book.show(lane.track.key)
    else:
        lane.book.change(lane.track.key, hidden=True)
