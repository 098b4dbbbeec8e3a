"""Makes actions, menus and the toolbar out of the tables of `ui.actions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu, QSizePolicy, QToolBar, QWidget

from gfm_desktop.ui import theme
from gfm_desktop.ui.actions import (
    ACTIONS,
    BY_KEY,
    MENUS,
    TOOLBAR,
    TOOLBAR_PRIMARY,
    TOOLBAR_TEXT,
    Menu,
)
from gfm_desktop.ui.icons import icon
from gfm_desktop.ui.keys import give_keys

Fill = Callable[[QMenu], None]
"""Puts a list that changes into a menu, each time before the menu opens."""


def make_actions(
    window: QMainWindow, handlers: object, keys: Mapping[str, str]
) -> dict[str, QAction]:
    """Return a `QAction` for each row of the table, connected to its handler.

    Args:
        window: Owns the actions and listens to their keys.
        handlers: Has a method for each `Action.handler`.
        keys: Keys that the user has chosen, by action.
    """
    made: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(spec.title, window)
        action.setObjectName(f"action-{spec.key}")
        if spec.icon:
            action.setIcon(icon(spec.icon))
        action.setStatusTip(spec.tip)
        action.setCheckable(spec.choice is not None)
        give_keys(action, spec, keys)
        handler: Callable[[], None] = getattr(handlers, spec.handler)
        action.triggered.connect(lambda _=False, do=handler: do())
        window.addAction(action)
        made[spec.key] = action
    return made


def mark_choices(actions: Mapping[str, QAction], settings: object) -> None:
    """Tick the actions whose choice is that of the settings."""
    for spec in ACTIONS:
        if spec.choice is not None:
            field, value = spec.choice
            actions[spec.key].setChecked(getattr(settings, field) == value)


def make_menus(
    window: QMainWindow, actions: Mapping[str, QAction], fills: Mapping[str, Fill]
) -> None:
    """Fill the menu bar.

    Args:
        window: Whose menu bar.
        actions: From `make_actions`.
        fills: For each ``"@..."`` of the table who fills it.
    """
    for menu in MENUS:
        _fill(window.menuBar().addMenu(menu.title), menu, actions, fills)


def make_toolbar(window: QMainWindow, actions: Mapping[str, QAction]) -> QToolBar:
    """Return the toolbar, already added to the window."""
    bar = QToolBar("Tools", window)
    bar.setObjectName("toolbar")
    bar.setAccessibleName("Tools")
    bar.setMovable(False)
    bar.toggleViewAction().setEnabled(False)
    for key in TOOLBAR:
        if key == "-":
            bar.addSeparator()
        elif key == ">":
            space = QWidget()
            space.setSizePolicy(
                QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred
            )
            bar.addWidget(space)
        else:
            bar.addAction(actions[key])
            _label(bar, actions[key], key)
    window.addToolBar(bar)
    size_toolbar(bar)
    return bar


def size_toolbar(bar: QToolBar) -> None:
    """Let the icons grow with the text."""
    side = round(18 * theme.scale_of())
    bar.setIconSize(QSize(side, side))


def _label(bar: QToolBar, action: QAction, key: str) -> None:
    button = bar.widgetForAction(action)
    spec = BY_KEY[key]
    button.setObjectName(f"tool-{key}")
    button.setAccessibleName(spec.title)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if key == TOOLBAR_PRIMARY:
        button.setProperty("primary", "true")
        action.setIcon(icon(spec.icon, "on_accent"))
        action.setIconVisibleInMenu(False)
    if key in TOOLBAR_TEXT:
        action.setIconText(spec.short or spec.title)
        button.setProperty(
            "toolButtonStyle", Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )


def _fill(
    into: QMenu, menu: Menu, actions: Mapping[str, QAction], fills: Mapping[str, Fill]
) -> None:
    into.setObjectName(f"menu-{menu.title.replace('&', '').lower().replace(' ', '-')}")
    into.setToolTipsVisible(True)
    for item in menu.items:
        if isinstance(item, Menu):
            _fill(into.addMenu(item.title), item, actions, fills)
        elif item == "-":
            into.addSeparator()
        elif item.startswith("@"):
            fills[item](into)
        else:
            into.addAction(actions[item])
