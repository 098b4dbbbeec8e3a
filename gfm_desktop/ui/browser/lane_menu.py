"""The menus of the browser: of a lane, and of a region drawn on the ruler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QMenu

from gfm_desktop.ui.browser.lanes import SIZES
from gfm_desktop.ui.browser.scale import span_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.ui.browser.lanes import Lane


def region_menu(
    canvas: Canvas, region: Interval, predict: Callable[[Interval], None]
) -> QMenu:
    """Return what can be done with a region: zoom, copy, predict."""
    menu = _menu(canvas, "region-menu")
    menu.addSection(f"{region}, {span_label(len(region))}")
    workspace = canvas.sources.workspace
    zoom = menu.addAction("Zoom to region")
    zoom.triggered.connect(lambda: workspace.go_to(region))
    menu.setDefaultAction(zoom)
    copy = menu.addAction("Copy range")
    copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(str(region)))
    ask = menu.addAction("Predict here")
    ask.triggered.connect(lambda: predict(region))
    menu.aboutToHide.connect(canvas.forget_band)
    return menu


def lane_menu(canvas: Canvas, lane: Lane | None) -> QMenu:
    """Return a lane's menu; None gives what concerns all lanes."""
    menu = _menu(canvas, "lane-menu")
    if lane is not None:
        _add_own(menu, canvas, lane)
        menu.addSeparator()
    shown = menu.addMenu("Tracks")
    for other in canvas.lanes:
        action = shown.addAction(other.title)
        action.setCheckable(True)
        action.setChecked(not other.look.hidden)
        action.toggled.connect(lambda on, other=other: _show(other, shown=bool(on)))
    wheel = menu.addAction("Wheel zooms")
    wheel.setCheckable(True)
    wheel.setChecked(canvas.gestures.wheel_zooms)
    wheel.toggled.connect(lambda on: setattr(canvas.gestures, "wheel_zooms", bool(on)))
    return menu


def _add_own(menu: QMenu, canvas: Canvas, lane: Lane) -> None:
    menu.addSection(lane.title)
    sizes = menu.addMenu("Height")
    group = QActionGroup(sizes)
    for title, size in SIZES.items():
        action = sizes.addAction(title)
        action.setCheckable(True)
        action.setChecked(lane.look.size == size)
        action.triggered.connect(lambda _=False, s=size: _resize(lane, s))
        group.addAction(action)
    copy = menu.addAction("Copy data")
    copy.triggered.connect(lambda: copy_data(canvas, lane))
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
    hide = menu.addAction("Hide track")
    hide.triggered.connect(lambda: _show(lane, shown=False))


def copy_data(canvas: Canvas, lane: Lane) -> None:
    """Put what a lane shows onto the clipboard, as tab-separated text."""
    workspace = canvas.sources.workspace
    text = lane.track.data(canvas.view()[0])
    if not text:
        workspace.message.emit("info", f"{lane.track.title}: nothing to copy here.")
        return
    QGuiApplication.clipboard().setText(text)
    workspace.message.emit("info", f"{lane.track.title}: copied.")


def _menu(canvas: Canvas, name: str) -> QMenu:
    menu = QMenu(canvas)
    menu.setObjectName(name)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def _resize(lane: Lane, size: float) -> None:
    lane.book.change(lane.track.key, size=size)


def _show(lane: Lane, *, shown: bool) -> None:
    lane.book.change(lane.track.key, hidden=not shown)
