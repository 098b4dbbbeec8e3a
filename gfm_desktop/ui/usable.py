"""Tells when everything that was asked for at the start is on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractItemView

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.ui.main_window import MainWindow

_LOOK_MS = 5


def tell_when_usable(
    window: MainWindow, tell: Callable[[MainWindow], None], *, asked: bool
) -> None:
    """Call `tell` once, after the first paint that shows all that was asked for.

    Args:
        window: The window, not yet shown.
        tell: Who wants to know.
        asked: Whether files were asked for; without them the first paint counts.
    """
    timer = QTimer(window, interval=_LOOK_MS)
    answered = [not asked]

    def arrived(*_: object) -> None:
        answered[0] = True

    def look() -> None:
        if answered[0] and window.isVisible() and _table_filled(window):
            timer.stop()
            window.repaint()
            tell(window)

    window.opening.opened.connect(arrived)
    window.opening.failed.connect(arrived)
    timer.timeout.connect(look)
    timer.start()


def _table_filled(window: MainWindow) -> bool:
    """Tell whether the variant table, which reads in a thread, shows its rows."""
    variants = window.workspace.variants
    if variants is None or not sum(variants.counts.values()):
        return True
    table = window.findChild(QAbstractItemView, "variant-table")
    model = table.model() if isinstance(table, QAbstractItemView) else None
    return model is None or model.rowCount() > 0
