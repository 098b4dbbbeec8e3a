"""The table of variants: keyboard, header clicks, copying, choice of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from gfm_desktop.ui.widgets.variant_cells import PADDING, VariantCells
from gfm_desktop.ui.widgets.variant_header import VariantHeader
from gfm_desktop.ui.widgets.variant_model import (
    ROW_ROLE,
    Index,
    Question,
    VariantModel,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent

    from gfm_desktop.workspace.score_table import VariantRow


class VariantView(QTableView):
    """A `VariantModel` on screen; says which variant the user chose."""

    chosen = Signal(object)
    """The user moved to a `VariantRow`, by mouse or keyboard."""
    opened = Signal(object)
    """The user double-clicked a `VariantRow` or pressed Return on it."""

    def __init__(self, model: VariantModel, parent: QWidget | None = None) -> None:
        """Show `model`."""
        super().__init__(parent)
        self._model = model
        self._quiet = False
        self._kept: dict[str, tuple[int, bool]] = {}
        self._letter = _letter(self)
        self.setObjectName("variant-table")
        self.setAccessibleName("Variants, ranked")
        self.setModel(model)
        self.setItemDelegate(VariantCells(model, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = VariantHeader(model, self)
        self.setHorizontalHeader(header)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._header_menu)
        header.sectionClicked.connect(self._sort_by)
        self.clicked.connect(self._choose)
        self.doubleClicked.connect(self._open)
        self.activated.connect(self._open)
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._arrange)
        model.answered.connect(self._show_indicator)
        self._arrange()

    def select_row(self, row: int | None) -> bool:
        """Select a row of the table without telling anybody; False if it is hidden."""
        place = None if row is None else self._model.place_of(row)
        self._quiet = True
        try:
            if place is None:
                self.clearSelection()
                self.setCurrentIndex(QModelIndex())
                return False
            shown = self.horizontalHeader().logicalIndex(0)
            index = self._model.index(place, shown)
            if index.row() != self.currentIndex().row():
                self.setCurrentIndex(index)
            self.selectRow(place)
            return True
        finally:
            self._quiet = False

    def shows(self, row: int) -> bool:
        """Tell whether a row of the table is the selected one."""
        chosen = self.selectionModel().selectedRows()
        return bool(chosen) and chosen[0].data(ROW_ROLE).row == row

    def step(self, by: int) -> None:
        """Move the selection by some places, and tell."""
        chosen = self.selectionModel().selectedRows()
        self._choose_place(chosen[0].row() + by if chosen else 0)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Follow the keyboard: the arrow keys show one variant after the other."""
        super().currentChanged(current, previous)
        if not self._quiet and current.isValid():
            self._choose(current)

    def changeEvent(self, event: QEvent) -> None:
        """Give rows and columns room in another size of text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            now = _letter(self)
            factor, self._letter = now / self._letter, now
            self._keep()
            self._kept = {
                key: (round(width * factor), hidden)
                for key, (width, hidden) in self._kept.items()
            }
            self._arrange()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the focus without choosing a variant: nobody asked for that."""
        self._quiet = True
        super().focusInEvent(event)
        self._quiet = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy with the usual keys; Return opens; the rest as any table."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_row()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            home = event.key() == Qt.Key.Key_Home
            self._choose_place(0 if home else self._model.rowCount() - 1)
        else:
            super().keyPressEvent(event)

    def copy_row(self) -> None:
        """Copy the current row: shown columns, separated by tabs."""
        index = self.currentIndex()
        if index.isValid():
            header = self.horizontalHeader()
            places = (header.logicalIndex(i) for i in range(header.count()))
            cells = [
                str(self._model.index(index.row(), place).data() or "")
                for place in places
                if not self.isColumnHidden(place)
            ]
            QGuiApplication.clipboard().setText("\t".join(cells))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer copies of the cell, the row and the variant."""
        index = self.indexAt(event.pos())
        if index.isValid():
            self.row_menu(index).exec(event.globalPos())

    def row_menu(self, index: QModelIndex) -> QMenu:
        """Return the menu of one cell."""
        row: VariantRow = index.data(ROW_ROLE)
        clipboard = QGuiApplication.clipboard()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        cell = str(index.data() or "")
        menu.addAction("Show in browser", lambda: self.opened.emit(row))
        menu.addSeparator()
        menu.addAction(f"Copy “{cell[:24]}”", lambda: clipboard.setText(cell))
        menu.addAction("Copy row", self.copy_row)
        if row.variant is not None:
            name = str(row.variant)
            menu.addAction(f"Copy {name[:40]}", lambda: clipboard.setText(name))
        return menu

    def columns_menu(self) -> QMenu:
        """Return the menu that shows and hides columns."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for place, column in enumerate(self._model.columns):
            action = menu.addAction(column.title)
            action.setToolTip(column.tip)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(place))
            action.setEnabled(column.key != "score")
            action.toggled.connect(
                lambda on, place=place: self.setColumnHidden(place, not on)
            )
        return menu

    def _header_menu(self, point: QPoint) -> None:
        self.columns_menu().exec(self.horizontalHeader().mapToGlobal(point))

    def _choose_place(self, place: int) -> None:
        """Select the nearest row there is, and tell."""
        last = self._model.rowCount() - 1
        if last < 0:
            return
        place = min(max(place, 0), last)
        self._quiet = True
        self.selectRow(place)
        self._quiet = False
        self._choose(self._model.index(place, 0))

    def _choose(self, index: Index) -> None:
        if index.isValid():
            self.chosen.emit(index.data(ROW_ROLE))

    def _open(self, index: Index) -> None:
        if index.isValid():
            self.opened.emit(index.data(ROW_ROLE))

    def _sort_by(self, section: int) -> None:
        column = self._model.columns[section]
        asked = self._model.question
        if not column.sort:
            self._show_indicator()
            return
        again = asked.sort == column.sort
        down = not asked.descending if again else column.descending_first
        self._model.ask(Question(asked.where, column.sort, down))
        self._show_indicator()

    def _show_indicator(self) -> None:
        asked = self._model.question
        keys = [column.sort for column in self._model.columns]
        header = self.horizontalHeader()
        with QSignalBlocker(header):
            down = Qt.SortOrder.DescendingOrder
            order = down if asked.descending else Qt.SortOrder.AscendingOrder
            section = (
                len(keys) - 1 - keys[::-1].index(asked.sort)
                if asked.sort in keys
                else -1
            )
            header.setSortIndicator(section, order)

    def _keep(self) -> None:
        """Remember widths by column: places shift when a scorer adds its own."""
        for place, column in enumerate(self._model.columns):
            width, hidden = self.columnWidth(place), self.isColumnHidden(place)
            known = self._kept.get(column.key, (width, hidden))
            self._kept[column.key] = (known[0] if hidden else width, hidden)

    def _arrange(self) -> None:
        """Give new columns their width; what the user changed stays."""
        metrics = QFontMetricsF(self.font())
        self.verticalHeader().setDefaultSectionSize(int(metrics.height() + 11))
        for place, column in enumerate(self._model.columns):
            title = metrics.horizontalAdvance(column.title) + 12
            usual = max(title, metrics.horizontalAdvance(column.sample))
            default = (int(usual + 2 * PADDING), not column.shown)
            width, hidden = self._kept.get(column.key, default)
            self.setColumnHidden(place, hidden)
            if not hidden:
                self.setColumnWidth(place, width)


def _letter(widget: QWidget) -> float:
    """Return the pixels that a letter takes on the average."""
    return QFontMetricsF(widget.font()).averageCharWidth()
