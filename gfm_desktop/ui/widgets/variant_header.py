"""The header of the variant table: titles stand exactly above their cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPalette, QPolygonF
from PySide6.QtWidgets import QHeaderView, QWidget

from gfm_desktop.ui.widgets.look import hairline, muted
from gfm_desktop.ui.widgets.variant_cells import PADDING

if TYPE_CHECKING:
    from gfm_desktop.ui.widgets.variant_model import VariantModel

_ARROW = 7.0


class VariantHeader(QHeaderView):
    """Paints quiet titles and a small arrow at the column that sorts."""

    def __init__(self, model: VariantModel, parent: QWidget | None = None) -> None:
        """Prepare the header; the view's model gives the titles."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._columns = model
        self.setObjectName("variant-header")
        self.setAccessibleName("Columns: click to sort")
        self.setStretchLastSection(True)
        self.setHighlightSections(False)
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setSortIndicatorShown(True)
        self.setMinimumSectionSize(36)

    def sizeHint(self) -> QSize:
        """Return one line and its padding."""
        height = QFontMetricsF(self.font()).height() + 12
        return QSize(super().sizeHint().width(), int(height))

    def paintSection(self, painter: QPainter, rect: QRect, index: int) -> None:
        """Paint one title."""
        if not rect.isValid() or index >= len(self._columns.columns):
            return
        column = self._columns.columns[index]
        palette = self.palette()
        painter.save()
        painter.fillRect(rect, palette.color(QPalette.ColorRole.Base))
        line = QRectF(rect.left(), rect.bottom(), rect.width(), 1)
        painter.fillRect(line, hairline(palette))
        edge = QRectF(rect.right(), rect.top() + 7, 1, rect.height() - 14)
        painter.fillRect(edge, hairline(palette))
        sorts = self.sortIndicatorSection() == index
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold if sorts else QFont.Weight.Normal)
        painter.setFont(font)
        ink = palette.color(QPalette.ColorRole.Text) if sorts else muted(palette)
        painter.setPen(ink)
        box = QRectF(rect).adjusted(PADDING, 0, -PADDING, 0)
        metrics = QFontMetricsF(font)
        room = box.width() - (_ARROW + 4 if sorts else 0)
        title = metrics.elidedText(column.title, Qt.TextElideMode.ElideRight, room + 1)
        width = metrics.horizontalAdvance(title)
        left = box.right() - width if column.right else box.left()
        where = QRectF(left, box.top(), width + 2, box.height())
        painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), title)
        if sorts:
            x = left - _ARROW - 4 if column.right else left + width + 4
            self._paint_arrow(painter, QPointF(x, box.center().y()), ink)
        painter.restore()

    def _paint_arrow(self, painter: QPainter, at: QPointF, ink: QColor) -> None:
        """Paint a triangle: its point shows where small values are."""
        down = self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        tip, base = (2.5, -2.0) if down else (-2.5, 2.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(ink)
        painter.setPen(Qt.PenStyle.NoPen)
        corners = [(0.0, base), (_ARROW, base), (_ARROW / 2, tip)]
        painter.drawPolygon(QPolygonF([at + QPointF(x, y) for x, y in corners]))
