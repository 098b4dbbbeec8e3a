"""Which class was taken for which, as a small matrix of counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gfm_desktop.ui import theme
from gfm_desktop.ui.widgets.chart_copy import CopyMenu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent


class ConfusionMatrix(QWidget):
    """Rows are the labels, columns the predictions; darker is more of the row."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        """Start empty; `title` is what screen readers say."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._names: tuple[str, ...] = ()
        self._counts: tuple[tuple[int, ...], ...] = ()
        CopyMenu(self, self._table)

    @property
    def counts(self) -> tuple[tuple[int, ...], ...]:
        """Return what is on show."""
        return self._counts

    def show_counts(
        self, names: Sequence[str], counts: Sequence[Sequence[int]]
    ) -> None:
        """Show other counts, one row for each label."""
        self._names = tuple(names)
        self._counts = tuple(tuple(row) for row in counts)
        said = [
            f"{label} taken for {guess}: {number:,}"
            for label, row in zip(names, counts, strict=True)
            for guess, number in zip(names, row, strict=True)
        ]
        self.setAccessibleDescription("; ".join(said))
        self.update()

    def sizeHint(self) -> QSize:
        """Return a comfortable size at the present text size."""
        scale = theme.scale_of()
        return QSize(round(320 * scale), round(220 * scale))

    def minimumSizeHint(self) -> QSize:
        """Return the least in which numbers can be read."""
        scale = theme.scale_of()
        return QSize(round(220 * scale), round(170 * scale))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the matrix."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, metrics = theme.current(), QFontMetricsF(self.font())
        align, line = Qt.AlignmentFlag, metrics.height()
        names = [metrics.elidedText(n, Qt.TextElideMode.ElideRight, 9 * line)
                 for n in self._names]  # fmt: skip
        left = max([metrics.horizontalAdvance(n) for n in [*names, "label"]]) + 14
        top = 2 * line + 8
        size = max(1, len(names))
        wide = min((self.width() - left - 6) / size, 9 * line)
        tall = min((self.height() - top - 6) / size, 4.5 * line)
        painter.setPen(QColor(palette.muted))
        whole = QRectF(left, 0, wide * size, line)
        painter.drawText(whole, align.AlignHCenter, "predicted \u2192")
        painter.drawText(QRectF(4, 0, left + 60, line), align.AlignLeft, "label \u2193")
        for place, name in enumerate(names):
            column = QRectF(left + place * wide, line + 4, wide - 2, line)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, wide - 4)
            painter.drawText(column, align.AlignHCenter, shown)
            row = QRectF(4, top + place * tall, left - 12, tall)
            painter.drawText(row, align.AlignVCenter | align.AlignLeft, name)
        for i, counts in enumerate(self._counts):
            total = sum(counts) or 1
            for j, number in enumerate(counts):
                box = QRectF(left + j * wide, top + i * tall, wide - 2, tall - 2)
                self._paint_cell(painter, box, number, number / total, right=i == j)
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _paint_cell(
        self, painter: QPainter, box: QRectF, number: int, part: float, *, right: bool
    ) -> None:
        palette = theme.current()
        ink = palette.accent if right else palette.alt
        painter.setPen(QPen(QColor(palette.border), 1))
        # At most half of the colour: text stays readable on it.
        painter.setBrush(theme.color(ink, 0.04 + 0.41 * part))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QColor(palette.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{number:,}\n{part:.0%}")

    def _table(self) -> list[list[str]]:
        rows = [["label \\ predicted", *self._names]]
        for name, counts in zip(self._names, self._counts, strict=True):
            rows.append([name, *(str(number) for number in counts)])
        return rows
