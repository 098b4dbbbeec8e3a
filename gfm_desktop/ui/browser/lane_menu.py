"""The menus of the browser: of a lane, and of a region drawn on the ruler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QMenu

from gfm_desktop.ui.browser.lanes import SIZES
from gfm_desktop.ui.browser.scale import span_label

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.browser import BrowserPanel
    from gfm_desktop.ui.browser.lanes import Lane


def region_menu(browser: BrowserPanel, region: Interval) -> QMenu:
    """Return what can be done with a region: zoom, copy, predict."""
    menu = _menu(browser, "region-menu")
    menu.addSection(f"{region}, {span_label(len(region))}")
    workspace = browser.canvas.sources.workspace
    zoom = menu.addAction("Zoom to region")
    zoom.triggered.connect(lambda: workspace.go_to(region))
    menu.setDefaultAction(zoom)
    copy = menu.addAction("Copy range")
    copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(str(region)))
    predict = menu.addAction("Predict here")
    predict.triggered.connect(lambda: browser.predict(region))
    menu.aboutToHide.connect(browser.canvas.forget_band)
    return menu


def lane_menu(browser: BrowserPanel, lane: Lane | None) -> QMenu:
    """Return a lane's menu; None gives what concerns all lanes."""
    menu = _menu(browser, "lane-menu")
    if lane is not None:
        _add_own(menu, browser, lane)
        menu.addSeparator()
    shown = menu.addMenu("Tracks")
    for other in browser.canvas.lanes:
        action = shown.addAction(other.track.title)
        action.setCheckable(True)
        action.setChecked(not other.hidden)
        action.toggled.connect(
            lambda on, other=other: _show(browser, other, shown=bool(on))
        )
    wheel = menu.addAction("Wheel zooms")
    wheel.setCheckable(True)
    wheel.setChecked(browser.canvas.gestures.wheel_zooms)
    wheel.toggled.connect(
        lambda on: setattr(browser.canvas.gestures, "wheel_zooms", bool(on))
    )
    return menu


def _add_own(menu: QMenu, browser: BrowserPanel, lane: Lane) -> None:
    menu.addSection(lane.track.title)
    sizes = menu.addMenu("Height")
    group = QActionGroup(sizes)
    for title, size in SIZES.items():
        action = sizes.addAction(title)
        action.setCheckable(True)
        action.setChecked(lane.size == size)
        action.triggered.connect(lambda _=False, s=size: _resize(browser, lane, s))
        group.addAction(action)
    copy = menu.addAction("Copy data")
    copy.triggered.connect(lambda: copy_data(browser, lane))
    for own in lane.track.actions():
        action = menu.addAction(own.title)
        action.setEnabled(own.enabled)
        if own.checked is not None:
            action.setCheckable(True)
            action.setChecked(own.checked)
        action.triggered.connect(lambda _=False, run=own.run: run())
    hide = menu.addAction("Hide track")
    hide.triggered.connect(lambda: _show(browser, lane, shown=False))


def copy_data(browser: BrowserPanel, lane: Lane) -> None:
    """Put what a lane shows onto the clipboard, as tab-separated text."""
    workspace = browser.canvas.sources.workspace
    text = lane.track.data(browser.view)
    if not text:
        workspace.message.emit("info", f"{lane.track.title}: nothing to copy here.")
        return
    QGuiApplication.clipboard().setText(text)
    workspace.message.emit("info", f"{lane.track.title}: copied.")


def _menu(browser: BrowserPanel, name: str) -> QMenu:
    menu = QMenu(browser)
    menu.setObjectName(name)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def _resize(browser: BrowserPanel, lane: Lane, size: float) -> None:
    lane.size = size
    browser.canvas.refresh()


def _show(browser: BrowserPanel, lane: Lane, *, shown: bool) -> None:
    lane.hidden = not shown
    browser.canvas.refresh()
