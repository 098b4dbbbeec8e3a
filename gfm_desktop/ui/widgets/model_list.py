"""The library as a list: models in groups, two lines each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
)

from gfm_desktop.ui.widgets.look import muted
from gfm_desktop.ui.widgets.texts import scaled
from gfm_desktop.workspace.model_shelf import TITLES, Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.models.catalogue import Entry

Index = QModelIndex | QPersistentModelIndex
_ID = int(Qt.ItemDataRole.UserRole)
_SECOND = _ID + 1
_PAD = 6


class ModelList(QTreeWidget):
    """Groups with their models; `chosen` follows mouse and arrow keys."""

    chosen = Signal(str)
    """The id of the model on show; empty where there is none."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.setObjectName("model-list")
        self.setAccessibleName("Models")
        self.setHeaderHidden(True)
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Lines(self))
        self.currentItemChanged.connect(self._tell)

    @property
    def current(self) -> str:
        """Return the id of the chosen model; empty where there is none."""
        item = self.currentItem()
        return "" if item is None else str(item.data(0, _ID) or "")

    @property
    def ids(self) -> list[str]:
        """Return the ids on show, from top to bottom."""
        return [str(item.data(0, _ID)) for item in self._models()]

    def show_models(self, shelves: Mapping[Shelf, list[Entry]], current: str) -> None:
        """Show models by group and choose one.

        Args:
            shelves: What to show.
            current: Id to choose; the first model where it is not among them.
        """
        self.blockSignals(True)
        self.clear()
        for shelf, entries in shelves.items():
            head = QTreeWidgetItem([f"{TITLES[shelf]} ({len(entries)})"])
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.addTopLevelItem(head)
            for entry in entries:
                head.addChild(_line(entry))
        self.expandAll()
        items = self._models()
        wanted = [item for item in items if item.data(0, _ID) == current]
        if items:
            self.setCurrentItem((wanted or items)[0])
            if (wanted or items)[0] is items[0]:
                # The group's title belongs to its first model.
                self.scrollToTop()
        self.blockSignals(False)
        self._tell()

    def select(self, model: str) -> None:
        """Choose a model; nothing happens where it is not on show."""
        for item in self._models():
            if item.data(0, _ID) == model:
                self.setCurrentItem(item)
                self.scrollToItem(item)

    def _models(self) -> list[QTreeWidgetItem]:
        found = []
        for place in range(self.topLevelItemCount()):
            head = self.topLevelItem(place)
            lines = [] if head is None else map(head.child, range(head.childCount()))
            found += [item for item in lines if item is not None]
        return found

    def _tell(self, *_: object) -> None:
        self.chosen.emit(self.current)


def _line(entry: Entry) -> QTreeWidgetItem:
    card = entry.card
    name = card.name if card is not None else entry.id
    second = "see below what is wrong"
    if card is not None:
        licence = "" if card.commercial_use else "non-commercial"
        reach = f"{card.context_bp:,} bp" if card.context_bp else ""
        # The licence first: what is cut off in a narrow panel must not be it.
        second = " · ".join(w for w in (licence, card.family, reach) if w)
    item = QTreeWidgetItem([name])
    item.setData(0, _ID, entry.id)
    item.setData(0, _SECOND, second)
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{name}, {second}")
    item.setToolTip(0, card.summary if card is not None else str(entry.problem or ""))
    return item


class _Lines(QStyledItemDelegate):
    """Paints a group's title in one line and a model in two."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Paint the ground as the style does, then the words."""
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(
            QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget
        )
        second = index.data(_SECOND)
        box = QRectF(option.rect).adjusted(12, _PAD, -10, -_PAD)
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole
        ink = option.palette.color(role.HighlightedText if chosen else role.Text)
        if second is None:
            painter.setPen(muted(option.palette))
            self._line(painter, box, text, _small(option.font), bottom=True)
        else:
            painter.setPen(ink)
            self._line(painter, box, text, option.font)
            painter.setPen(ink if chosen else muted(option.palette))
            self._line(painter, box, second, _quiet(option.font), bottom=True)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return room for one or two lines."""
        tall = QFontMetricsF(option.font).height()
        if index.data(_SECOND) is None:
            return QSize(10, round(tall + 2 * _PAD + 4))
        tall += QFontMetricsF(_quiet(option.font)).height()
        return QSize(10, round(tall + 2 * _PAD + 1))

    def _line(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        font: QFont,
        *,
        bottom: bool = False,
    ) -> None:
        painter.setFont(font)
        words = QFontMetricsF(font).elidedText(
            text, Qt.TextElideMode.ElideRight, box.width()
        )
        edge = Qt.AlignmentFlag.AlignBottom if bottom else Qt.AlignmentFlag.AlignTop
        painter.drawText(box, int(edge | Qt.AlignmentFlag.AlignLeft), words)


def _small(font: QFont) -> QFont:
    return scaled(font, 0.9, QFont.Weight.DemiBold)


def _quiet(font: QFont) -> QFont:
    return scaled(font, 0.9, QFont.Weight.Normal)
