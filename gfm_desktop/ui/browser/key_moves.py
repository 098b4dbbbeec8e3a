"""What keys do on the canvas: walk, zoom, and step through the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from gfm_desktop.ui.browser.surface import Surface

STEP = 50
"""Pixels that an arrow key moves, as in IGV."""
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


class Mover(Protocol):
    """What moves the view of a canvas: its `Gestures`."""

    canvas: Surface

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Put `factor` times as many bp on screen."""
        ...

    def pan(self, pixels: float) -> None:
        """Move the view to the right by so many pixels."""
        ...

    def go_to_edge(self, side: int) -> None:
        """Go to the contig's beginning (-1) or end (+1)."""
        ...

    def rest(self) -> None:
        """End a burst of moves."""
        ...


def press(gestures: Mover, event: QKeyEvent) -> bool:
    """Do what a key asks for; False for keys that mean nothing here."""
    if not gestures.canvas.is_open:
        return False
    key, modifiers = Qt.Key(event.key()), event.modifiers()
    if modifiers & _ALT:
        return _history(gestures, key)
    if modifiers & _CONTROL:
        return _far(gestures, key)
    return _near(gestures, key, wide=bool(modifiers & _SHIFT))


def _history(gestures: Mover, key: Qt.Key) -> bool:
    workspace = gestures.canvas.sources.workspace
    gestures.rest()
    match key:
        case Qt.Key.Key_Left:
            workspace.go_back()
        case Qt.Key.Key_Right:
            workspace.go_forward()
        case _:
            return False
    return True


def _far(gestures: Mover, key: Qt.Key) -> bool:
    """Do what keys mean with Control: JBrowse's ways, and the ends of the contig."""
    wide = gestures.canvas.plot_width
    match key:
        case Qt.Key.Key_Up:
            gestures.zoom(0.5)
        case Qt.Key.Key_Down:
            gestures.zoom(2.0)
        case Qt.Key.Key_Left:
            gestures.pan(-wide / 2)
        case Qt.Key.Key_Right:
            gestures.pan(wide / 2)
        case Qt.Key.Key_Home:
            gestures.go_to_edge(-1)
        case Qt.Key.Key_End:
            gestures.go_to_edge(1)
        case _:
            return False
    return True


def _near(gestures: Mover, key: Qt.Key, *, wide: bool) -> bool:
    canvas = gestures.canvas
    screen = canvas.plot_width
    step = screen / 2 if wide else STEP
    match key:
        case Qt.Key.Key_Left:
            gestures.pan(-step)
        case Qt.Key.Key_Right:
            gestures.pan(step)
        case Qt.Key.Key_Up:
            canvas.scroll_to(canvas.scroll_y - STEP)
        case Qt.Key.Key_Down:
            canvas.scroll_to(canvas.scroll_y + STEP)
        case Qt.Key.Key_PageUp:
            canvas.scroll_to(canvas.scroll_y - canvas.room())
        case Qt.Key.Key_PageDown:
            canvas.scroll_to(canvas.scroll_y + canvas.room())
        case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
            gestures.zoom(0.5)
        case Qt.Key.Key_Minus | Qt.Key.Key_Underscore:
            gestures.zoom(2.0)
        case Qt.Key.Key_Home:
            gestures.pan(-screen)
        case Qt.Key.Key_End:
            gestures.pan(screen)
        case _:
            return False
    return True
