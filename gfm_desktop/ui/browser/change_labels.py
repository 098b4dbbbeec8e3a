"""Labels of the largest gain and loss: beside their peaks, where they cover no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor

from gfm_desktop.ui.browser.drawing import faded
from gfm_desktop.ui.browser.scale import signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.signals import Drawing, Pane
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette

_LABELLED = 0.05
"""Smallest change that is written beside its peak."""
_ABOVE = 2.0
"""Pixels between a label and what lies below it, and above the pane's upper line."""


def paint_changes(
    painter: QPainter, rect: QRectF, pane: Pane, view: View, shown: Drawing
) -> None:
    """Write the largest gain and loss at their peaks, the larger one first."""
    taken: list[QRectF] = []
    metrics = painter.fontMetrics()
    for best in shown.peaks:
        x = view.x(view.interval.start + best.offset + 0.5)
        if abs(best.difference) < _LABELLED or not rect.left() <= x <= rect.right():
            continue
        gain = best.difference > 0
        text = f"{'gain' if gain else 'loss'} {signed(best.difference)}"
        size = QRectF(0, 0, metrics.horizontalAdvance(text) + 10, metrics.height())
        places = list(places_beside(size, rect, pane, view, x, best.highest))
        free = [p for p in places if not any(p.intersects(other) for other in taken)]
        clear = [place for place in free if covers_nothing(place, pane, shown)]
        if not free:
            continue
        # Where each place has data the words stand on them, and hide none of them.
        place = clear[0] if clear else free[0]
        taken.append(place)
        _write(painter, place, text, view.palette, gain=gain, plate=bool(clear))


def places_beside(
    size: QRectF, rect: QRectF, pane: Pane, view: View, x: float, value: float
) -> Iterator[QRectF]:
    """Yield where a label can stand, the best place first.

    Right or left of the top of its peak; else higher, up to the upper line of the
    pane; else above the peak.

    Args:
        size: Of the label.
        rect: The lane; labels stay inside.
        pane: The part of the lane that has the peak.
        view: What is on screen.
        x: Pixel of the middle of the peak.
        value: The top of the peak.
    """
    width, height = size.width(), size.height()
    aside = 4 + max(0.5, view.scale / 2)
    highest = pane.one - _ABOVE
    beside = min(max(pane.y(value) - _ABOVE, highest), pane.zero - height)
    above = pane.y(value) - _ABOVE - height
    sides = (x + aside, x - aside - width)
    places = [(left, beside) for left in sides]
    steps = int((beside - highest) // height)
    rows = [beside - row * height for row in range(1, steps + 1)]
    places += [(left, top) for top in (*rows, highest) for left in sides]
    if above >= highest:
        places.append((x - width / 2, above))
    for left, top in places:
        if rect.left() <= left and left + width <= rect.right():
            yield QRectF(left, top, width, height)


def covers_nothing(place: QRectF, pane: Pane, shown: Drawing) -> bool:
    """Tell whether no column of REF or ALT reaches into a place."""
    tallest = shown.highest(place.left() - 1, place.right() + 1)
    return tallest <= 0 or pane.y(tallest) >= place.bottom() + _ABOVE / 2


def _write(
    painter: QPainter,
    place: QRectF,
    text: str,
    palette: Palette,
    *,
    gain: bool,
    plate: bool,
) -> None:
    if plate:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(palette.surface, 0.9))
        painter.drawRoundedRect(place, 3, 3)
    painter.setPen(QColor(palette.alt if gain else palette.loss))
    painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)
