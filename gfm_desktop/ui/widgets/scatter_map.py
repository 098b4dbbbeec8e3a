"""A map of points: draw a loop around some of them to choose them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gfm_desktop.ui import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

INKS = ("ref", "alt", "good", "minus", "plus", "bad", "gain", "loss")
"""Attributes of the palette, one a group; shapes tell the groups apart as well."""
_SHAPES = 4
_CLICK = 10.0
"""Pixels within which a click takes a point."""


class ScatterMap(QWidget):
    """Points in the plane, by group; a loop drawn with the mouse chooses some.

    A click takes the nearest point, a click on nothing and Escape take none, Ctrl+A
    takes all; with Shift the loop adds to what is chosen.
    """

    chosen = Signal(object)
    """Carries the int64 indices of the chosen points, ascending."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        """Start empty; `title` is what screen readers say."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._points = np.zeros((0, 2))
        self._groups = np.zeros(0, dtype=np.int64)
        self._names: tuple[str, ...] = ()
        self._axes = ("", "")
        self._selected = np.zeros(0, dtype=np.int64)
        self._loop: list[QPointF] = []
        self._kept = QPixmap()

    @property
    def selected(self) -> NDArray[np.int64]:
        """Return the indices of the chosen points."""
        return self._selected

    def show_points(
        self,
        points: NDArray[np.float64],
        groups: NDArray[np.int64],
        names: Sequence[str],
        *,
        axes: tuple[str, str],
    ) -> None:
        """Show other points; none is chosen.

        Args:
            points: Shape (n, 2).
            groups: Shape (n,), the group of each point, from 0.
            names: Names of the groups.
            axes: Titles of x and y.
        """
        self._points, self._groups = points, groups
        self._names, self._axes = tuple(names), axes
        self._selected = np.zeros(0, dtype=np.int64)
        self._refresh()

    def select(self, indices: NDArray[np.int64]) -> None:
        """Choose points, without a signal."""
        self._selected = np.sort(indices)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size at the present text size."""
        scale = theme.scale_of()
        return QSize(round(420 * scale), round(320 * scale))

    def minimumSizeHint(self) -> QSize:
        """Return the least in which a loop can be drawn."""
        scale = theme.scale_of()
        return QSize(round(240 * scale), round(220 * scale))

    def places(self) -> NDArray[np.float64]:
        """Return where every point lies in the widget, shape (n, 2), in pixels."""
        frame = self._frame()
        if not len(self._points):
            return np.zeros((0, 2))
        low, high = self._points.min(0), self._points.max(0)
        part = (self._points - low) / np.where(high > low, high - low, 1.0)
        x = frame.left() + (0.03 + 0.94 * part[:, 0]) * frame.width()
        y = frame.bottom() - (0.03 + 0.94 * part[:, 1]) * frame.height()
        return np.stack([x, y], axis=1)

    def inside(self, loop: Sequence[QPointF]) -> NDArray[np.int64]:
        """Return the indices of the points within a loop (even-odd rule)."""
        corners = np.array([[p.x(), p.y()] for p in loop])
        places = self.places()
        within = np.zeros(len(places), dtype=bool)
        x, y = places[:, 0], places[:, 1]
        for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, 0), strict=True):
            if y1 == y2:
                continue
            crosses = (y1 > y) != (y2 > y)
            within ^= crosses & (x < x1 + (y - y1) * (x2 - x1) / (y2 - y1))
        return np.flatnonzero(within).astype(np.int64)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a loop."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._loop = [event.position()]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the loop."""
        if self._loop:
            self._loop.append(event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Close the loop and choose what is in it."""
        if not self._loop:
            return
        loop, self._loop = self._loop, []
        more = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        span = QPolygonF(loop).boundingRect()
        wide = max(span.width(), span.height())
        found = self.inside(loop) if wide > _CLICK else self._nearest(event.position())
        self._choose(np.union1d(self._selected, found) if more else found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose all with Ctrl+A, none with Escape."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_A and control:
            self._choose(np.arange(len(self._points), dtype=np.int64))
        elif event.key() == Qt.Key.Key_Escape and len(self._selected):
            self._choose(np.zeros(0, dtype=np.int64))
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint the points anew."""
        super().resizeEvent(event)
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the text size."""
        super().changeEvent(event)
        if event.type() in (event.Type.PaletteChange, event.Type.FontChange):
            self._refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint points (once for each size), what is chosen, and the loop."""
        if self._kept.isNull():
            self._kept = self._picture()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._kept)
        palette = theme.current()
        places = self.places()
        painter.setPen(QPen(QColor(palette.text), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for x, y in places[self._selected]:
            painter.drawEllipse(QPointF(x, y), 5.5, 5.5)
        if self._loop:
            painter.setPen(QPen(QColor(palette.accent), 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(theme.color(palette.accent, 0.12))
            painter.drawPolygon(QPolygonF(self._loop))
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _frame(self) -> QRectF:
        line = QFontMetricsF(self.font()).height()
        return QRectF(line + 12, line + 12, max(20.0, self.width() - line - 22),
                      max(20.0, self.height() - 2 * line - 22))  # fmt: skip

    def _nearest(self, where: QPointF) -> NDArray[np.int64]:
        places = self.places()
        if not len(places):
            return np.zeros(0, dtype=np.int64)
        away = np.hypot(places[:, 0] - where.x(), places[:, 1] - where.y())
        best = int(away.argmin())
        found = [best] if away[best] <= _CLICK else []
        return np.array(found, dtype=np.int64)

    def _choose(self, indices: NDArray[np.int64]) -> None:
        self._selected = indices
        self.setAccessibleDescription(f"{len(indices):,} points are chosen")
        self.update()
        self.chosen.emit(indices)

    def _refresh(self) -> None:
        self._kept = QPixmap()
        self.update()

    def _picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        palette, frame = theme.current(), self._frame()
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        painter.setPen(QPen(QColor(palette.border), 1))
        painter.drawRect(frame)
        for group in range(len(self._names)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(getattr(palette, _ink(group)), 0.75))
            for x, y in self.places()[self._groups == group]:
                _paint_mark(painter, QPointF(x, y), group)
        self._paint_words(painter, frame)
        painter.end()
        return picture

    def _paint_words(self, painter: QPainter, frame: QRectF) -> None:
        palette, metrics = theme.current(), QFontMetricsF(self.font())
        x, line = frame.left(), metrics.height()
        for group, name in enumerate(self._names):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(palette, _ink(group))))
            _paint_mark(painter, QPointF(x + 5, 4 + line / 2), group)
            painter.setPen(QColor(palette.text))
            wide = metrics.horizontalAdvance(name)
            painter.drawText(QPointF(x + 14, 4 + metrics.ascent()), name)
            x += wide + 30
        painter.setPen(QColor(palette.muted))
        centre = Qt.AlignmentFlag.AlignHCenter
        below = QRectF(frame.left(), frame.bottom() + 3, frame.width(), line)
        painter.drawText(below, centre, self._axes[0])
        painter.translate(2, frame.bottom())
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, frame.height(), line), centre, self._axes[1])


def _ink(group: int) -> str:
    return INKS[group % len(INKS)]


def _paint_mark(painter: QPainter, where: QPointF, group: int) -> None:
    """Paint a disc, square, triangle or diamond of about the same area."""
    x, y = where.x(), where.y()
    match group % _SHAPES:
        case 0:
            painter.drawEllipse(where, 3.2, 3.2)
        case 1:
            painter.drawRect(QRectF(x - 2.9, y - 2.9, 5.8, 5.8))
        case 2:
            corners = [(0.0, -4.2), (3.9, 2.8), (-3.9, 2.8)]
            painter.drawPolygon(QPolygonF([QPointF(x + a, y + b) for a, b in corners]))
        case _:
            corners = [(0.0, -4.2), (4.2, 0.0), (0.0, 4.2), (-4.2, 0.0)]
            painter.drawPolygon(QPolygonF([QPointF(x + a, y + b) for a, b in corners]))
