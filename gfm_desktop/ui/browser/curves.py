"""Painting a predicted signal: REF filled, ALT over it, gain and loss between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from gfm_desktop.ui.browser.drawing import faded, hairline, hatch, small
from gfm_desktop.ui.browser.still_text import still_text

if TYPE_CHECKING:
    from gfm_desktop.ui.browser.signals import Drawing, Pane, Step
    from gfm_desktop.ui.browser.track import View

_NARROWEST = 2.0
_SENTENCE_LINES = 5
"""Lines of text that the sentence of a gap has at its top."""
_SENTENCE_ASIDE = 8.0
_OUTLINED = 2.0
"""Pixels per bp from which curves get an outline; below it columns are solid."""


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


def paint_ref(painter: QPainter, pane: Pane, view: View, shown: Drawing) -> None:
    """Paint a filled curve, and the base line where something is predicted."""
    palette = view.palette
    painter.setPen(hairline(palette.ref, 1.4))
    painter.drawLines([QLineF(a, pane.zero, b, pane.zero) for a, b in shown.covered])
    steps = shown.steps
    boxes = [
        _box(step.left, step.right, pane.zero, pane.y(step.value)) for step in steps
    ]
    painter.setPen(Qt.PenStyle.NoPen)
    fine = view.scale < _OUTLINED
    painter.setBrush(faded(palette.ref, 0.85 if fine else 0.4))
    _paint_boxes(painter, boxes, sharp=fine)
    if not fine:
        painter.setPen(hairline(palette.ref, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(_outline(steps, pane))


def paint_alt(painter: QPainter, pane: Pane, view: View, shown: Drawing) -> None:
    """Paint the change as a fill, and ALT's line where it is another than REF's."""
    palette = view.palette
    fine = view.scale < _OUTLINED
    painter.setPen(Qt.PenStyle.NoPen)
    for tint, sign in ((palette.gain, 1), (palette.loss, -1)):
        boxes = [
            _box(c.left, c.right, pane.y(c.ref), pane.y(c.alt))
            for c in shown.changes
            if (c.alt - c.ref) * sign > 0
        ]
        painter.setBrush(faded(tint, 0.7))
        _paint_boxes(painter, boxes, sharp=fine)
    painter.setPen(hairline(palette.alt, 2.0))
    tops = [
        QLineF(c.left - 0.5, pane.y(c.alt), c.right + 0.5, pane.y(c.alt))
        for c in shown.changes
    ]
    painter.drawLines(tops)


def paint_gap(
    painter: QPainter, area: QRectF, words: str, view: View, *, bad: bool
) -> None:
    """Paint a hatched plate where a prediction is awaited or could not be made.

    The sentence stands near its top, broken into lines: a lane may be taller than the
    window, and a gap beside what is known narrower than the sentence.
    """
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(view.palette.grid, 0.7))
    painter.drawRoundedRect(area, 4, 4)
    tint = faded(view.palette.muted, 0.16)
    hatch(painter, area, tint)
    lines = _SENTENCE_LINES * painter.fontMetrics().lineSpacing()
    if area.width() > 160:
        box = area.adjusted(_SENTENCE_ASIDE, 0, -_SENTENCE_ASIDE, 0)
        box.setHeight(min(area.height(), lines))
        say(painter, box, words, view, bad=bad)


def say(painter: QPainter, rect: QRectF, words: str, view: View, *, bad: bool) -> None:
    """Write a sentence in the middle; a failure in the colour of failures.

    Not into picture files.
    """
    if view.printed:
        return
    painter.save()
    painter.setPen(QColor(view.palette.bad if bad else view.palette.muted))
    painter.setFont(small(painter.font(), 0.92))
    line = still_text(painter)
    width = line.width(words)
    if width < rect.width() and "\n" not in words:
        left = rect.center().x() - width / 2
        top = rect.center().y() - painter.fontMetrics().height() / 2
        line.write(painter, left, top, words)
        painter.restore()
        return
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(rect, int(flags), words)
    painter.restore()


def _paint_boxes(painter: QPainter, boxes: list[QRectF], *, sharp: bool) -> None:
    """Paint boxes; columns of a pixel are painted sharp, which is ten times faster."""
    smooth = QPainter.RenderHint.Antialiasing
    before = painter.testRenderHint(smooth)
    painter.setRenderHint(smooth, before and not sharp)
    painter.drawRects(boxes)
    painter.setRenderHint(smooth, before)


def _box(left: float, right: float, foot: float, top: float) -> QRectF:
    """Return a column, at least `_NARROWEST` wide: a lone site must not vanish."""
    spare = max(0.0, _NARROWEST - (right - left)) / 2
    corner = QPointF(left - spare, foot)
    return QRectF(corner, QPointF(right + spare, top)).normalized()


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
