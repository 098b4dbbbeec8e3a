"""How a track tells the canvas that something arrived."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Repaint(QObject):
    """One for all tracks: what was read in a thread or the worker is there now."""

    wanted = Signal()
