"""How cells of the variant table are painted: score bars, chips, letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QPainter,
    QPalette,
)
from PySide6.QtWidgets import (
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from gfm_desktop.ui.widgets.chip import paint_chip
from gfm_desktop.ui.widgets.look import LABELS, TONES, muted, theme_of
from gfm_desktop.ui.widgets.score_bar import MISSING, number, paint_bar
from gfm_desktop.ui.widgets.variant_model import ROW_ROLE, VariantModel

if TYPE_CHECKING:
    from gfm_desktop.ui.widgets.variant_columns import TableColumn
    from gfm_desktop.workspace.score_table import VariantRow

Index = QModelIndex | QPersistentModelIndex
PADDING = 8
_NOTHING = number(0.0)


def letters_font(like: QFont) -> QFont:
    """Return a fixed-width font of the same size, for alleles."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    if like.pixelSize() > 0:
        font.setPixelSize(like.pixelSize())
    else:
        font.setPointSizeF(like.pointSizeF())
    return font


class VariantCells(QStyledItemDelegate):
    """Paints every cell of the table: one delegate, so that they line up."""

    def __init__(self, model: VariantModel, parent: QObject | None = None) -> None:
        """Paint cells of `model`."""
        super().__init__(parent)
        self._model = model

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Paint the cell's ground as the style does, then its content."""
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(
            QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget
        )
        column = self._model.columns[index.column()]
        box = QRectF(option.rect).adjusted(PADDING, 0, -PADDING, 0)
        painter.save()
        match column.kind:
            case "status":
                self._paint_status(painter, box, option, index.data(ROW_ROLE))
            case "score":
                self._paint_score(painter, box, option, index.data(ROW_ROLE), text)
            case _:
                self._paint_text(painter, box, option, text, column)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return room for the text and its padding; used for "fit to content"."""
        column = self._model.columns[index.column()]
        metrics = QFontMetricsF(_font(option, column))
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        width = max(metrics.horizontalAdvance(text), 1.0) + 2 * PADDING + 2
        extra = {"status": 28.0, "score": 60.0}.get(column.kind, 0.0)
        return QSize(int(width + extra), int(metrics.height() + 10))

    def _paint_status(
        self,
        painter: QPainter,
        box: QRectF,
        option: QStyleOptionViewItem,
        row: VariantRow,
    ) -> None:
        paint_chip(
            painter,
            box,
            text=LABELS[row.status],
            tone=TONES[row.status],
            palette=option.palette,
            font=option.font,
        )

    def _paint_score(
        self,
        painter: QPainter,
        box: QRectF,
        option: QStyleOptionViewItem,
        row: VariantRow,
        text: str,
    ) -> None:
        metrics = QFontMetricsF(option.font)
        width = metrics.horizontalAdvance("-0.000") + 2
        width = max(width, metrics.horizontalAdvance(text) + 2)
        numbers = QRectF(box.left(), box.top(), width, box.height())
        painter.setFont(option.font)
        painter.setPen(_ink(option, faint=row.score is None))
        where = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(numbers, int(where), text)
        answer = self._model.answer
        room = QRectF(
            numbers.right() + 8,
            box.center().y() - 2.5,
            box.right() - numbers.right() - 8,
            5,
        )
        if row.score is not None and answer is not None and room.width() > 12:
            theme = theme_of(option.palette)
            paint_bar(
                painter,
                room,
                answer.scale.share(row.score),
                colour=QColor(answer.scale.colour(theme, row.score)),
                palette=option.palette,
            )

    def _paint_text(
        self,
        painter: QPainter,
        box: QRectF,
        option: QStyleOptionViewItem,
        text: str,
        column: TableColumn,
    ) -> None:
        font = _font(option, column)
        metrics = QFontMetricsF(font)
        mode = Qt.TextElideMode.ElideRight
        painter.setFont(font)
        faint = text in (MISSING, _NOTHING) or column.key in ("rank", "reason")
        painter.setPen(_ink(option, faint=faint))
        side = (
            Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        )
        painter.drawText(
            box,
            int(side | Qt.AlignmentFlag.AlignVCenter),
            metrics.elidedText(text, mode, box.width() + 1),
        )


def _font(option: QStyleOptionViewItem, column: TableColumn) -> QFont:
    return letters_font(option.font) if column.kind == "letters" else option.font


def _ink(option: QStyleOptionViewItem, *, faint: bool) -> QColor:
    palette = option.palette
    if option.state & QStyle.StateFlag.State_Selected:
        return palette.color(QPalette.ColorRole.HighlightedText)
    return muted(palette) if faint else palette.color(QPalette.ColorRole.Text)
