"""Regions of interest as a table: name and note are written where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView

from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.look_menu import swatch
from gfm_desktop.ui.browser.region_paint import colour_of
from gfm_desktop.ui.browser.scale import span_label
from gfm_desktop.ui.widgets.listening import listen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QKeyEvent

    from gfm_desktop.workspace.region_file import Region
    from gfm_desktop.workspace.regions import Regions

Index = QModelIndex | QPersistentModelIndex
NAME, PLACE, LENGTH, NOTE = range(4)
COLUMNS = ("Name", "Place", "Length", "Note")
_WIDTHS = (26, 30, 10, 40)
"""Letters of each column."""
_NO_NOTE = "Write a note…"
_HOW_TO_NOTE = "Double click, or press F2, to write a note"
_FIELDS = {NAME: "name", NOTE: "note"}
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class RegionModel(QAbstractTableModel):
    """The regions of the workspace; an edited cell changes them."""

    def __init__(self, regions: Regions, parent: QObject | None = None) -> None:
        """Follow the regions."""
        super().__init__(parent)
        self._regions = regions
        self.shown: tuple[Region, ...] = regions.all
        listen(self, regions.changed, self._follow)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of regions."""
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, and a region's colour beside its name."""
        region, column = self.shown[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                if column == NOTE and not region.note:
                    return _NO_NOTE
                return _cells(region)[column].replace("\n", " ")
            case Qt.ItemDataRole.ForegroundRole if column == NOTE and not region.note:
                return QColor(theme.current().muted)
            case Qt.ItemDataRole.EditRole:
                return _cells(region)[column]
            case Qt.ItemDataRole.ToolTipRole:
                return region.note or _cells(region)[column] or _HOW_TO_NOTE
            case Qt.ItemDataRole.DecorationRole if column == NAME:
                return swatch(colour_of(region, theme.current()).name())
        return None

    def setData(
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Write a name or a note."""
        field = _FIELDS.get(index.column())
        if role != Qt.ItemDataRole.EditRole or field is None:
            return False
        self._regions.change(index.row(), **{field: str(value).strip()})
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Tell which cells can be written in."""
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if index.column() in _FIELDS:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's name."""
        across = orientation is Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DisplayRole and across:
            return COLUMNS[section]
        return None

    def _follow(self) -> None:
        now, before = self._regions.all, self.shown
        if len(now) == len(before):
            self.shown = now
            last = self.index(len(now) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.shown = now
        self.endResetModel()


class RegionTable(QTableView):
    """Shows a `RegionModel`.

    Enter or a double click goes to a region. F2, a click on what is selected, or a
    double click on a note edits.
    """

    wanted = Signal(int)
    """Go to this region."""
    removed = Signal()
    """The selected regions are to be taken away."""

    def __init__(self, regions: Regions) -> None:
        """Show the regions."""
        super().__init__()
        self.setObjectName("regions-table")
        self.setAccessibleName("Regions of interest")
        self.rows = RegionModel(regions, self)
        self.setModel(self.rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.SelectedClicked | triggers.EditKeyPressed)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(_LEFT)
        self._fit()
        self.doubleClicked.connect(self._use)

    @property
    def selected(self) -> list[int]:
        """Return the places of the selected regions."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def select(self, places: Iterable[int]) -> None:
        """Select regions by their places; the first comes into view."""
        chosen = QItemSelection()
        wanted = [place for place in places if place < len(self.rows.shown)]
        for place in wanted:
            index = self.rows.index(place, 0)
            chosen.merge(
                QItemSelection(index, index), QItemSelectionModel.SelectionFlag.Select
            )
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(chosen, flags.ClearAndSelect | flags.Rows)
        if wanted:
            first = self.rows.index(wanted[0], 0)
            flag = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(first, flag)
            self.scrollTo(first)

    def changeEvent(self, event: QEvent) -> None:
        """Give cells room in another size of text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 8)
        for column, letters in enumerate(_WIDTHS):
            self.setColumnWidth(column, letters * metrics.averageCharWidth())

    def _use(self, index: QModelIndex) -> None:
        """Write the note that was double clicked, or go to the region."""
        if index.column() != NOTE:
            self.wanted.emit(index.row())
        elif self.state() is not QAbstractItemView.State.EditingState:
            self.edit(index)

    def copied(self) -> str:
        """Return the selected regions, or all, as tab-separated text."""
        places = self.selected or range(len(self.rows.shown))
        lines = ["\t".join(COLUMNS)]
        for place in places:
            cells = _cells(self.rows.shown[place])
            lines.append("\t".join(" ".join(cell.split()) for cell in cells))
        return "\n".join(lines)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go with Enter, remove with Delete, copy with Ctrl+C."""
        editing = self.state() is QAbstractItemView.State.EditingState
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        current = self.currentIndex()
        if enter and not editing and current.isValid():
            self.wanted.emit(current.row())
        elif event.key() == Qt.Key.Key_Delete and not editing:
            self.removed.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied())
        else:
            super().keyPressEvent(event)


def _cells(region: Region) -> tuple[str, str, str, str]:
    place = region.interval
    return region.name, str(place), span_label(len(place)), region.note
