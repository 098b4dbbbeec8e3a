"""Bars with intervals: the model beside every baseline, on one axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gfm_desktop.ui import theme
from gfm_desktop.ui.widgets.chart_copy import CopyMenu
from gfm_desktop.ui.widgets.chart_scale import tick_words, ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent


@dataclass(frozen=True, slots=True)
class Bar:
    """One line.

    Attributes:
        name: What it stands for.
        value: Its value; None while it is not known.
        low: Lower end of the interval; None where there is none.
        high: Upper end.
        strong: Whether it is the one that matters.
        note: Words where there is no value: ``"waiting"``.
    """

    name: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    strong: bool = False
    note: str = ""


class IntervalBars(QWidget):
    """Horizontal bars from the left end of the axis, with whiskers and numbers."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        """Start empty; `title` is what screen readers say."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._bars: tuple[Bar, ...] = ()
        self._title, self._span = "", (0.0, 1.0)
        self._chance: float | None = None
        CopyMenu(self, self._table)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """Return what is on show."""
        return self._bars

    def show_bars(
        self,
        bars: Sequence[Bar],
        *,
        title: str,
        span: tuple[float, float] = (0.0, 1.0),
        chance: float | None = None,
    ) -> None:
        """Show other bars.

        Args:
            bars: From top to bottom.
            title: What is measured.
            span: Ends of the axis.
            chance: What guessing reaches; None for no line.
        """
        self._bars, self._title = tuple(bars), title
        self._span, self._chance = span, chance
        said = [f"{bar.name}: {_words(bar)}" for bar in bars]
        self.setAccessibleDescription(f"{title}. " + "; ".join(said))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for every line and the axis."""
        line = QFontMetricsF(self.font()).height()
        rows = max(1, len(self._bars))
        return QSize(round(30 * line), round(rows * 1.75 * line + 2.6 * line))

    def minimumSizeHint(self) -> QSize:
        """Return the same height, and the least width that can be read."""
        return QSize(round(21 * self.fontMetrics().height()), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint everything."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetricsF(self._bold())
        names = max([metrics.horizontalAdvance(b.name) for b in self._bars] or [0.0])
        numbers = max([metrics.horizontalAdvance(_words(b)) for b in self._bars] or [0])
        line = metrics.height()
        frame = QRectF(
            names + 12,
            2,
            max(40.0, self.width() - names - numbers - 30),
            self.height() - 2.4 * line,
        )
        self._paint_axis(painter, frame, line)
        tall = frame.height() / max(1, len(self._bars))
        for place, bar in enumerate(self._bars):
            row = QRectF(0, frame.top() + place * tall, self.width(), tall)
            self._paint_bar(painter, bar, row, frame)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.current().accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _at(self, frame: QRectF, value: float) -> float:
        low, high = self._span
        part = (min(max(value, low), high) - low) / (high - low)
        return frame.left() + part * frame.width()

    def _paint_axis(self, painter: QPainter, frame: QRectF, line: float) -> None:
        palette = theme.current()
        low, high = self._span
        found = ticks(low, high, max(3, min(6, int(frame.width() / (4 * line)))))
        step = found[1] - found[0]
        for value in found:
            x = self._at(frame, value)
            painter.setPen(QPen(QColor(palette.grid), 1))
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
            painter.setPen(QColor(palette.muted))
            box = QRectF(x - 50, frame.bottom() + 2, 100, line)
            centre = Qt.AlignmentFlag.AlignHCenter
            painter.drawText(box, centre, tick_words(value, step))
        title = QRectF(frame.left() - 200, frame.bottom() + line + 2,
                       frame.width() + 400, line)  # fmt: skip
        words = self._title
        if self._chance is not None and low <= self._chance <= high:
            pen = QPen(QColor(palette.muted), 1.2)
            pen.setDashPattern([4, 4])
            painter.setPen(pen)
            x = self._at(frame, self._chance)
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
            words += f" (dashed: guessing, {self._chance:g})"
        painter.setPen(QColor(palette.muted))
        painter.drawText(title, Qt.AlignmentFlag.AlignHCenter, words)

    def _paint_bar(
        self, painter: QPainter, bar: Bar, row: QRectF, frame: QRectF
    ) -> None:
        palette = theme.current()
        align = Qt.AlignmentFlag
        painter.setFont(self._bold() if bar.strong else self.font())
        painter.setPen(QColor(palette.text if bar.value is not None else palette.muted))
        name = QRectF(4, row.top(), frame.left() - 12, row.height())
        painter.drawText(name, align.AlignVCenter | align.AlignLeft, bar.name)
        number = QRectF(frame.right() + 10, row.top(), 400, row.height())
        painter.drawText(number, align.AlignVCenter | align.AlignLeft, _words(bar))
        if bar.value is None:
            return
        ink = QColor(palette.accent if bar.strong else palette.ref)
        start = self._at(frame, max(self._span[0], min(0.0, self._span[1])))
        end, third = self._at(frame, bar.value), row.height() * 0.24
        box = QRectF(min(start, end), row.top() + third, abs(end - start),
                     row.height() - 2 * third)  # fmt: skip
        painter.setPen(Qt.PenStyle.NoPen)
        fill = QColor(ink)
        fill.setAlphaF(0.85 if bar.strong else 0.5)
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 2, 2)
        if bar.low is None or bar.high is None:
            return
        middle = row.center().y()
        left, right = self._at(frame, bar.low), self._at(frame, bar.high)
        painter.setPen(QPen(QColor(palette.text), 1.5))
        painter.drawLine(QPointF(left, middle), QPointF(right, middle))
        for x in (left, right):
            painter.drawLine(QPointF(x, middle - 4), QPointF(x, middle + 4))

    def _table(self) -> list[list[str]]:
        def text(value: float | None) -> str:
            return "" if value is None else f"{value:.6g}"

        rows = [["", self._title, "low", "high"]]
        rows += [[b.name, text(b.value), text(b.low), text(b.high)] for b in self._bars]
        return rows


def _words(bar: Bar) -> str:
    if bar.value is None:
        return bar.note
    if bar.low is None or bar.high is None:
        return f"{bar.value:.3f}"
    return f"{bar.value:.3f} ({bar.low:.2f} to {bar.high:.2f})"
