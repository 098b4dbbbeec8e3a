"""Painting a predicted signal: REF filled, ALT over it, gain and loss between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath

from gfm_desktop.ui.browser import signals
from gfm_desktop.ui.browser.drawing import faded, hairline, hint, small
from gfm_desktop.ui.browser.scale import signed

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.signals import Pane, Step
    from gfm_desktop.ui.browser.track import View

_LABELLED = 0.05
"""Smallest change that is written beside its peak."""


def paint_frame(painter: QPainter, rect: QRectF, pane: Pane, view: View) -> None:
    """Paint lines at 0, 0.5 and 1."""
    palette = view.palette
    dashed = hairline(palette.grid)
    dashed.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(dashed)
    halves = (pane.y(0.5), pane.one)
    painter.drawLines([QLineF(rect.left(), y, rect.right(), y) for y in halves])
    painter.setPen(hairline(palette.border))
    painter.drawLine(QLineF(rect.left(), pane.zero, rect.right(), pane.zero))


def paint_ref(
    painter: QPainter, pane: Pane, view: View, values: NDArray[np.float32]
) -> None:
    """Paint a filled curve, and the base line where something is predicted."""
    palette = view.palette
    painter.setPen(hairline(palette.ref, 1.4))
    spans = signals.covered(view, values)
    painter.drawLines([QLineF(a, pane.zero, b, pane.zero) for a, b in spans])
    steps = signals.curve(view, values)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(palette.ref, 0.4))
    boxes = [
        _box(step.left, step.right, pane.zero, pane.y(step.value)) for step in steps
    ]
    painter.drawRects(boxes)
    painter.setPen(hairline(palette.ref, 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(_outline(steps, pane))


def paint_alt(
    painter: QPainter,
    pane: Pane,
    view: View,
    *,
    ref: NDArray[np.float32],
    alt: NDArray[np.float32],
) -> None:
    """Paint ALT's outline, and fill where it is above or below REF."""
    palette = view.palette
    painter.setPen(Qt.PenStyle.NoPen)
    for change in signals.changes(view, ref, alt):
        gain = change.alt > change.ref
        painter.setBrush(faded(palette.gain if gain else palette.loss, 0.65))
        foot, top = pane.y(change.ref), pane.y(change.alt)
        painter.drawRect(_box(change.left, change.right, foot, top))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(hairline(palette.alt, 1.5))
    painter.drawPath(_outline(signals.curve(view, alt), pane))


def paint_change(
    painter: QPainter,
    rect: QRectF,
    pane: Pane,
    view: View,
    *,
    ref: NDArray[np.float32],
    alt: NDArray[np.float32],
) -> None:
    """Write the largest change beside its peak, on a plate, inside the lane."""
    best = signals.strongest(ref, alt)
    if best is None or abs(best[1]) < _LABELLED:
        return
    at, difference = best
    x = view.x(view.interval.start + at + 0.5)
    if not rect.left() <= x <= rect.right():
        return
    palette = view.palette
    text = signed(difference)
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 10, metrics.height()
    aside = 4 + max(0.5, view.scale / 2)
    left = x + aside if x + width + aside < rect.right() else x - width - aside
    peak = max(float(alt[at]), float(np.nan_to_num(ref[at])))
    top = min(max(pane.y(peak) - 2, pane.one - 2), pane.zero - height)
    plate = QRectF(left, top, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(palette.surface, 0.9))
    painter.drawRoundedRect(plate, 3, 3)
    painter.setPen(QColor(palette.alt if difference > 0 else palette.loss))
    painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), text)


def paint_gap(
    painter: QPainter, area: QRectF, words: str, view: View, *, bad: bool
) -> None:
    """Paint a hatched plate where a prediction is awaited or could not be made."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(view.palette.grid, 0.7))
    painter.drawRoundedRect(area, 4, 4)
    tint = faded(view.palette.muted, 0.16)
    painter.fillRect(area, QBrush(tint, Qt.BrushStyle.BDiagPattern))
    if area.width() > 160:
        say(painter, area, words, view, bad=bad)


def say(painter: QPainter, rect: QRectF, words: str, view: View, *, bad: bool) -> None:
    """Write a sentence in the middle; a failure in the colour of failures."""
    if not bad:
        hint(painter, rect, words, view.palette)
        return
    painter.save()
    painter.setPen(QColor(view.palette.bad))
    painter.setFont(small(painter.font(), 0.92))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(rect, int(flags), words)
    painter.restore()


def _box(left: float, right: float, foot: float, top: float) -> QRectF:
    return QRectF(QPointF(left, foot), QPointF(right, top)).normalized()


def _outline(steps: list[Step], pane: Pane) -> QPainterPath:
    """Return the upper line of a step curve, down to zero between its pieces."""
    path = QPainterPath()
    last = None
    for step in steps:
        y = pane.y(step.value)
        if last is None or step.left - last > 0.5:
            if last is not None:
                path.lineTo(last, pane.zero)
            path.moveTo(step.left, pane.zero)
        path.lineTo(step.left, y)
        path.lineTo(step.right, y)
        last = step.right
    if last is not None:
        path.lineTo(last, pane.zero)
    return path
