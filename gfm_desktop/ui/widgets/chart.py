"""A small chart: curves, bands, marks; painted in the theme's colours.

Curves of a training have hundreds of points, those of a report a few hundred: painting
them all costs less than a millisecond, so there is nothing to zoom, cache or thin out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gfm_desktop.ui import theme
from gfm_desktop.ui.widgets.chart_copy import CopyMenu
from gfm_desktop.ui.widgets.chart_scale import span_of, tick_words, ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent, QPaintEvent

_NEAR = 24
"""Pixels from a point within which the pointer reads it."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve.

    Attributes:
        name: What the legend calls it; empty for no entry.
        x: Places along the axis.
        y: Values; NaN leaves a gap.
        ink: Attribute of the palette, such as ``"accent"``.
        dashed: Whether the line is broken, so that colour is not all that tells it.
        dots: Whether each point has a dot.
        low: Lower end of each point's interval; empty for none.
        high: Upper end.
        line: Whether points are joined.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    ink: str = "accent"
    dashed: bool = False
    dots: bool = False
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    line: bool = True


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its title and its ends; None takes an end from the data."""

    title: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Guide:
    """A quiet straight line with a word: a prevalence, chance, the best epoch."""

    x: tuple[float, float]
    y: tuple[float, float]
    text: str = ""
    ink: str = "muted"


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that a chart shows."""

    curves: tuple[Curve, ...] = ()
    x: Axis = field(default_factory=lambda: Axis(""))
    y: Axis = field(default_factory=lambda: Axis(""))
    guides: tuple[Guide, ...] = ()

    @property
    def table(self) -> list[list[str]]:
        """Return the numbers as rows of text, the first one a header."""
        rows = [["curve", self.x.title, self.y.title, "low", "high"]]
        for curve in self.curves:
            for place, (x, y) in enumerate(zip(curve.x, curve.y, strict=True)):
                low = f"{curve.low[place]:.6g}" if curve.low else ""
                high = f"{curve.high[place]:.6g}" if curve.high else ""
                rows.append([curve.name, f"{x:.6g}", f"{y:.6g}", low, high])
        return rows


class Chart(QWidget):
    """Paints a `Drawing`; the pointer reads values, a right click copies them."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        """Start empty; `title` is what screen readers say."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._drawing = Drawing()
        self._empty = ""
        self._frame = QRectF()
        self._spans = ((0.0, 1.0), (0.0, 1.0))
        CopyMenu(self, lambda: self._drawing.table)

    @property
    def drawing(self) -> Drawing:
        """Return what is on show."""
        return self._drawing

    def draw(self, drawing: Drawing, *, empty: str = "") -> None:
        """Show something else.

        Args:
            drawing: What to show.
            empty: Words instead of the chart where there is no point.
        """
        self._drawing = drawing
        self._empty = "" if any(len(curve.x) for curve in drawing.curves) else empty
        self.setAccessibleDescription(_words(drawing) or empty)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size at the present text size."""
        scale = theme.scale_of()
        return QSize(round(360 * scale), round(240 * scale))

    def minimumSizeHint(self) -> QSize:
        """Return the least at which the axes can be read."""
        scale = theme.scale_of()
        return QSize(round(220 * scale), round(190 * scale))

    def place(self, x: float, y: float) -> QPointF:
        """Return where a value lies in the widget, as it was painted last."""
        (left, right), (low, high) = self._spans
        frame = self._frame
        return QPointF(
            frame.left() + (x - left) / (right - left) * frame.width(),
            frame.bottom() - (y - low) / (high - low) * frame.height(),
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the nearest point's values."""
        where = event.position()
        best, words = float(_NEAR), ""
        for curve in self._drawing.curves:
            for x, y in zip(curve.x, curve.y, strict=True):
                if math.isfinite(x) and math.isfinite(y):
                    away = self.place(x, y) - where
                    distance = math.hypot(away.x(), away.y())
                    if distance < best:
                        best = distance
                        name = f"{curve.name}: " if curve.name else ""
                        words = f"{name}{y:.4g} at {x:.4g}"
        QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint everything."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = theme.current()
        if self._empty:
            painter.setPen(QColor(palette.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(12, 12, -12, -12),
                             flags, self._empty)  # fmt: skip
        else:
            self._measure()
            self._paint_axes(painter)
            painter.save()
            painter.setClipRect(self._frame.adjusted(-5, -5, 5, 5))
            for guide in self._drawing.guides:
                self._paint_guide(painter, guide)
            for curve in self._drawing.curves:
                self._paint_curve(painter, curve)
            painter.restore()
            self._paint_legend(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _measure(self) -> None:
        drawing, metrics = self._drawing, QFontMetricsF(self.font())
        xs = [x for curve in drawing.curves for x in curve.x]
        ys = [y for c in drawing.curves for part in (c.y, c.low, c.high) for y in part]
        self._spans = (
            span_of(xs, drawing.x.low, drawing.x.high),
            span_of(ys, drawing.y.low, drawing.y.high),
        )
        line = metrics.height()
        widest = max(metrics.horizontalAdvance(w) for _, w in self._labels(1))
        named = any(curve.name for curve in drawing.curves)
        left = 8 + line * (1.15 if drawing.y.title else 0) + widest + 6
        top = 6 + (line + 6 if named else 4)
        below = 6 + line + (line + 2 if drawing.x.title else 0)
        self._frame = QRectF(
            left, top, self.width() - left - 14, self.height() - top - below
        )

    def _labels(self, axis: int) -> list[tuple[float, str]]:
        """Return the ticks of x (0) or y (1) that fit, with their words."""
        low, high = self._spans[axis]
        line = QFontMetricsF(self.font()).height()
        room = self.width() / (5.5 * line) if not axis else self.height() / (3 * line)
        found = ticks(low, high, max(3, min(7, int(room))))
        step = found[1] - found[0] if len(found) > 1 else high - low
        return [(value, tick_words(value, step)) for value in found]

    def _paint_axes(self, painter: QPainter) -> None:
        palette, frame = theme.current(), self._frame
        line = QFontMetricsF(self.font()).height()
        align = Qt.AlignmentFlag
        for value, words in self._labels(1):
            y = self.place(0, value).y()
            painter.setPen(QPen(QColor(palette.grid), 1))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
            painter.setPen(QColor(palette.muted))
            box = QRectF(0, y - line / 2, frame.left() - 6, line)
            painter.drawText(box, align.AlignRight | align.AlignVCenter, words)
        for value, words in self._labels(0):
            x = self.place(value, 0).x()
            painter.setPen(QPen(QColor(palette.border), 1))
            bottom = frame.bottom()
            painter.drawLine(QPointF(x, bottom), QPointF(x, bottom + 4))
            painter.setPen(QColor(palette.muted))
            box = QRectF(x - 60, bottom + 4, 120, line)
            painter.drawText(box, align.AlignHCenter | align.AlignTop, words)
        painter.setPen(QPen(QColor(palette.border), 1))
        painter.drawLine(frame.bottomLeft(), frame.bottomRight())
        painter.drawLine(frame.bottomLeft(), frame.topLeft())
        painter.setPen(QColor(palette.muted))
        below = QRectF(frame.left(), self.height() - line - 3, frame.width(), line)
        painter.drawText(below, align.AlignHCenter, self._drawing.x.title)
        painter.save()
        painter.translate(4, frame.bottom())
        painter.rotate(-90)
        side = QRectF(0, 0, frame.height(), line)
        painter.drawText(side, align.AlignHCenter, self._drawing.y.title)
        painter.restore()

    def _paint_guide(self, painter: QPainter, guide: Guide) -> None:
        colour = QColor(getattr(theme.current(), guide.ink))
        pen = QPen(colour, 1.2)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        first = self.place(guide.x[0], guide.y[0])
        last = self.place(guide.x[1], guide.y[1])
        painter.drawLine(first, last)
        if not guide.text:
            return
        metrics = QFontMetricsF(self.font())
        wide, line = metrics.horizontalAdvance(guide.text), metrics.height()
        upright = abs(first.x() - last.x()) < 1
        if upright:
            right = first.x() + 5 + wide <= self._frame.right()
            x = first.x() + 5 if right else first.x() - 5 - wide
            spot = QPointF(x, self._frame.top() + line)
        else:
            # Below the end of a rising line there is room; above the beginning of a
            # level one, where curves of precision and learning do not begin.
            rising = abs(first.y() - last.y()) > line
            x = self._frame.right() - wide - 4 if rising else self._frame.left() + 6
            y = min(first.y(), last.y()) + (4 * line if rising else -5)
            spot = QPointF(x, max(y, self._frame.top() + line))
        # A pale ground: curves may run behind the words.
        ground = QRectF(spot.x() - 2, spot.y() - metrics.ascent(), wide + 4, line)
        painter.fillRect(ground, theme.color(theme.current().surface, 0.75))
        painter.drawText(spot, guide.text)

    def _paint_curve(self, painter: QPainter, curve: Curve) -> None:
        colour = QColor(getattr(theme.current(), curve.ink))
        if curve.low and not curve.dots:
            self._paint_band(painter, curve, colour)
        pen = QPen(colour, 1.8)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if curve.dashed:
            pen.setDashPattern([5, 3])
        painter.setPen(pen)
        for piece in _pieces(curve) if curve.line else ():
            points = [self.place(curve.x[i], curve.y[i]) for i in piece]
            if len(points) > 1:
                painter.drawPolyline(QPolygonF(points))
        if curve.dots or all(len(piece) == 1 for piece in _pieces(curve)):
            self._paint_dots(painter, curve, colour)

    def _paint_band(self, painter: QPainter, curve: Curve, colour: QColor) -> None:
        pale = QColor(colour)
        pale.setAlphaF(0.18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pale)
        upper = [self.place(x, y) for x, y in zip(curve.x, curve.high, strict=True)]
        lower = [self.place(x, y) for x, y in zip(curve.x, curve.low, strict=True)]
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_dots(self, painter: QPainter, curve: Curve, colour: QColor) -> None:
        painter.setPen(QPen(colour, 1.4))
        for place, (x, y) in enumerate(zip(curve.x, curve.y, strict=True)):
            if not (math.isfinite(x) and math.isfinite(y)):
                continue
            if curve.low:
                low, high = curve.low[place], curve.high[place]
                painter.drawLine(self.place(x, low), self.place(x, high))
            hollow = QColor(theme.current().surface)
            painter.setBrush(hollow if curve.dashed else colour)
            painter.drawEllipse(self.place(x, y), 3.2, 3.2)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_legend(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(self.font())
        x, middle = self._frame.left(), 6 + metrics.height() / 2
        for curve in self._drawing.curves:
            if not curve.name:
                continue
            pen = QPen(QColor(getattr(theme.current(), curve.ink)), 2.2)
            if curve.dashed:
                pen.setDashPattern([3, 2])
            painter.setPen(pen)
            painter.drawLine(QPointF(x, middle), QPointF(x + 20, middle))
            painter.setPen(QColor(theme.current().text))
            wide = metrics.horizontalAdvance(curve.name)
            box = QRectF(x + 26, 6, wide + 4, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, curve.name)
            x += 26 + wide + 18


def _pieces(curve: Curve) -> list[list[int]]:
    """Return the indices of each unbroken stretch of a curve."""
    pieces: list[list[int]] = [[]]
    for place, (x, y) in enumerate(zip(curve.x, curve.y, strict=True)):
        if math.isfinite(x) and math.isfinite(y):
            pieces[-1].append(place)
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]


def _words(drawing: Drawing) -> str:
    """Return where each curve ends, for those who cannot see it."""
    ends = []
    for curve in drawing.curves:
        if pieces := _pieces(curve):
            last = pieces[-1][-1]
            x, y = curve.x[last], curve.y[last]
            ends.append(f"{curve.name or drawing.y.title}: {y:.3g} at {x:.3g}")
    notes = [guide.text for guide in drawing.guides if guide.text]
    return "; ".join([*ends, *notes])
