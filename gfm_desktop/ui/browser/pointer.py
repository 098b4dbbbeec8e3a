"""Which cursor shows what a press on the canvas would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from gfm_desktop.ui.browser.hover_paint import menu_handle
from gfm_desktop.ui.browser.panes import Zone

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF

    from gfm_desktop.ui.browser.surface import Surface

_Shape = Qt.CursorShape


def shape_at(canvas: Surface, point: QPointF) -> Qt.CursorShape:
    """Return the cursor for a place of the canvas."""
    if not canvas.is_open:
        return _Shape.ArrowCursor
    match canvas.zone_at(point):
        case Zone.RULER:
            return _Shape.SplitHCursor
        case Zone.EDGE:
            return _Shape.SizeVerCursor
        case Zone.LABEL:
            placed = canvas.lane_at(point)
            if placed is not None and menu_handle(canvas, placed).contains(point):
                return _Shape.PointingHandCursor
            return _Shape.OpenHandCursor
        case Zone.TITLE | Zone.CLOSE:
            return _Shape.PointingHandCursor
        case Zone.LANES:
            hit = canvas.hit(point)
            if hit is not None and (hit.chosen or hit.row is not None):
                return _Shape.PointingHandCursor
    return _Shape.ArrowCursor
