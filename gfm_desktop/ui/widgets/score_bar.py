"""A score as a number and a bar, with the published cut-offs as ticks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from gfm_desktop.ui.widgets.look import hairline, level, muted

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPaintEvent, QPalette

MISSING = "—"
"""What stands where there is no number: never 0."""


def number(value: float | None, *, precise: bool = False) -> str:
    """Return a score as people read it; a dash where there is none.

    Args:
        value: The score.
        precise: Whether a value that three decimals would make 0 shows its digits;
            probabilities need not.
    """
    if value is None:
        return MISSING
    if precise and value and abs(value) < 0.0095:
        return f"{value:.1e}"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.3f}"


def paint_bar(
    painter: QPainter,
    rect: QRectF,
    share: float,
    *,
    colour: QColor,
    palette: QPalette,
    ticks: tuple[float, ...] = (),
) -> None:
    """Paint a bar that fills `share` (0 to 1) of `rect`, with ticks at shares."""
    share = min(max(share, 0.0), 1.0)
    radius = rect.height() / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(hairline(palette))
    painter.drawRoundedRect(rect, radius, radius)
    if share > 0:
        filled = QRectF(rect)
        # A sliver stays visible: 0.01 is small, but it is not missing.
        filled.setWidth(max(rect.height(), rect.width() * share))
        painter.setBrush(colour)
        painter.drawRoundedRect(filled, radius, radius)
    for tick in ticks:
        x = rect.left() + rect.width() * tick
        painter.fillRect(
            QRectF(x - 0.5, rect.top() - 3, 1, rect.height() + 6), muted(palette)
        )
    painter.restore()


class ScoreBar(QWidget):
    """One labelled row: name, bar, number, and a remark such as a position."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        """Name the row; it starts without a value."""
        super().__init__(parent)
        self._label = label
        self._value: float | None = None
        self._remark = ""
        self._ticks: tuple[float, ...] = ()
        self._label_width = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> float | None:
        """Return the value on show."""
        return self._value

    @property
    def remark(self) -> str:
        """Return the words at the right."""
        return self._remark

    def show_value(
        self,
        value: float | None,
        remark: str = "",
        *,
        ticks: tuple[float, ...] = (),
        label_width: float = 0.0,
    ) -> None:
        """Show a value from 0 to 1 with a remark below the bar's right end."""
        self._value, self._remark, self._ticks = value, remark, ticks
        self._label_width = label_width
        self.setAccessibleName(f"{self._label}: {number(value)} {remark}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for one line, or two where there is a remark."""
        metrics = QFontMetricsF(self.font())
        lines = 2 if self._remark else 1
        left, numbers = self._columns()
        remark = metrics.horizontalAdvance(self._remark)
        width = left + max(numbers + 70, remark) + 2
        return QSize(int(width), int(metrics.height() * lines + 8))

    def minimumSizeHint(self) -> QSize:
        """Return the least that can be read."""
        return self.sizeHint()

    def _columns(self) -> tuple[float, float]:
        metrics = QFontMetricsF(self.font())
        label = self._label_width or metrics.horizontalAdvance(self._label)
        return label + 12, metrics.horizontalAdvance("0.0000") + 4

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint name, bar, number and remark."""
        painter = QPainter(self)
        metrics = QFontMetricsF(self.font())
        left, numbers = self._columns()
        line = QRectF(0, 3, self.width(), metrics.height())
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(line, int(middle | Qt.AlignmentFlag.AlignLeft), self._label)
        text = number(self._value)
        painter.drawText(line, int(middle | Qt.AlignmentFlag.AlignRight), text)
        room = QRectF(left, line.center().y() - 3, self.width() - left - numbers - 6, 6)
        share = self._value if self._value is not None else 0.0
        paint_bar(
            painter,
            room,
            share,
            colour=level(self.palette(), self._value, self._ticks),
            palette=self.palette(),
            ticks=self._ticks,
        )
        if self._remark:
            painter.setPen(muted(self.palette()))
            below = QRectF(left, line.bottom(), self.width() - left, metrics.height())
            painter.drawText(
                below, int(middle | Qt.AlignmentFlag.AlignLeft), self._remark
            )
        painter.end()
