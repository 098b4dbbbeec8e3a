"""A line at the top of a menu that says what the menu is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QWidgetAction

from gfm_desktop.ui import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu


def add_heading(menu: QMenu, text: str) -> None:
    """Add a line that cannot be chosen.

    Qt's own sections lose their words as soon as a style sheet is set.
    """
    side = round(12 * theme.scale_of())
    label = QLabel(text)
    # Disabled text would be too faint to be read.
    tint = theme.current().muted
    label.setStyleSheet(f"QLabel, QLabel:disabled {{ color: {tint}; }}")
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    label.setContentsMargins(side, round(side / 2), side, round(side / 3))
    action = QWidgetAction(menu)
    action.setObjectName(f"{menu.objectName()}-heading")
    action.setText(text)
    action.setEnabled(False)
    action.setDefaultWidget(label)
    menu.addAction(action)
    menu.addSeparator()
