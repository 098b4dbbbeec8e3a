"""How large the panels' areas are: usual at first, then as the user has made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QTabBar

from gfm_desktop.ui import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
FRONT = "front"
"""Property of a dock that tells whether it is in front."""
_SIZES = {"left": 290, "right": 310, "bottom": 320}
"""Pixels that an area takes at first, at the normal text size."""
_USUAL = {"left": 0.24, "right": 0.24, "bottom": 0.38}
"""Part of the window that it takes at most by itself: large text must leave the
browser room."""
_MOST = {"left": 0.36, "right": 0.36, "bottom": 0.6}
"""Part of the window up to which larger text widens an area that the user widened."""
_CLOSE = 4
"""Pixels between a row of tabs and what it is for."""


class DockSizes(QObject):
    """Lets the areas grow and shrink with the text, and keeps their proportions."""

    def __init__(self, window: QMainWindow) -> None:
        """Begin with sizes that nobody has chosen.

        Args:
            window: Whose docks.
        """
        super().__init__(window)
        self._window = window
        self._scale = theme.scale_of()
        self._factors: dict[str, float] = {}
        """Area to how many times its usual size the user wants, where that is known."""
        self._laid: dict[str, int] = {}
        self._note = QTimer(self, singleShot=True, interval=0)
        self._note.timeout.connect(self._take_note)

    def usual(self) -> None:
        """Give each area its usual size in the present text."""
        self._scale = theme.scale_of()
        self._factors.clear()
        self._resize()

    def fit_text(self) -> None:
        """Follow another text size: an area that was twice its usual size stays so."""
        shown = self._shown()
        if theme.scale_of() == self._scale or not shown:
            return  # What is hidden is fitted when it is shown.
        for area, dock in shown.items():
            # As it was laid out last, or not laid out yet: nobody has touched it.
            touched = self._size(area, dock) != self._laid.get(area)
            if touched and not self._note.isActive():
                self._factors[area] = self._size(area, dock) / self._usual(area)
        self._scale = theme.scale_of()
        self._resize()

    def _resize(self) -> None:
        for area, dock in self._shown().items():
            wanted = self._usual(area) * self._factors.get(area, 1.0)
            size = min(round(wanted), round(_MOST[area] * self._whole(area)))
            self._window.resizeDocks([dock], [size], _direction(area))
        self._note.start()

    def _take_note(self) -> None:
        # Larger text may need more than was wanted: that is nobody's choice.
        self._laid = {
            area: self._size(area, one) for area, one in self._shown().items()
        }

    def _shown(self) -> dict[str, QDockWidget]:
        """Return a dock in front for each area that has any, wherever it began.

        A dock behind another tab has the size of when it was last in front.
        """
        found: dict[str, QDockWidget] = {}
        for dock in self._window.findChildren(QDockWidget):
            place = self._window.dockWidgetArea(dock)
            for area, own in AREAS.items():
                if own == place and in_front(dock) and not dock.isFloating():
                    found.setdefault(area, dock)
        return found

    def _size(self, area: str, dock: QDockWidget) -> int:
        """Return what `resizeDocks` would have to be told for the present size."""
        if area != "bottom":
            return dock.width()
        # A row of tabs above a dock is a part of its place.
        here = Qt.FindChildOption.FindDirectChildrenOnly
        rows = [
            bar.height()
            for bar in self._window.findChildren(QTabBar, options=here)
            if bar.isVisible() and bar.x() == dock.x() and bar.y() < dock.y()
            if dock.y() - bar.geometry().bottom() <= _CLOSE
        ]
        return dock.height() + sum(rows[:1])

    def _usual(self, area: str) -> float:
        most = _USUAL[area] * self._whole(area)
        return min(_SIZES[area] * self._scale, most)

    def _whole(self, area: str) -> int:
        window = self._window
        return window.height() if area == "bottom" else window.width()


def in_front(dock: QDockWidget) -> bool:
    """Tell whether a dock is on show, and not behind another tab."""
    return bool(dock.property(FRONT))


def _direction(area: str) -> Qt.Orientation:
    upright = area == "bottom"
    return Qt.Orientation.Vertical if upright else Qt.Orientation.Horizontal
