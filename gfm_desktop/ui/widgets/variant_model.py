"""A million variants as a Qt model: order and pages, no row held for long."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from gfm_desktop.ui.score_scale import ScoreScale, scale_of
from gfm_desktop.ui.widgets.latest import Latest
from gfm_desktop.ui.widgets.variant_columns import (
    TableColumn,
    columns_for,
    scorer_column,
    tooltip,
)
from gfm_desktop.workspace.score_table import RowFilter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.scoring.card import ScorerCard
    from gfm_desktop.workspace.score_table import ScoreTable, VariantRow

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
"""Answers with the `VariantRow`."""
EVERYTHING = RowFilter()
_PAGE = 128
_PAGES = 24
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Question:
    """What the table is asked for.

    Attributes:
        where: Filter.
        sort: Name of the column that orders it.
        descending: Largest first; missing values are last in any case.
    """

    where: RowFilter = EVERYTHING
    sort: str = "score"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a thread found out about the table.

    Attributes:
        table: The table that was asked.
        order: Rows that pass, in order.
        scorer_columns: Names of the scorer's own columns.
        counts: Status to number of rows, of all rows.
        records: Number of records of the file.
        scores: All scores, as `ScoreTable.scores`.
        card: The scorer, where it is known.
        scale: The measure of the scores, for the length of the bars.
    """

    table: ScoreTable
    order: NDArray[np.int64]
    scorer_columns: tuple[str, ...]
    counts: dict[str, int]
    records: int
    scores: NDArray[np.float64]
    card: ScorerCard | None
    scale: ScoreScale


class VariantModel(QAbstractTableModel):
    """Shows one `ScoreTable` in the order of one `Question`.

    Ordering runs on a thread; pages are read when they are looked at (a few
    milliseconds) and the oldest are forgotten.
    """

    answered = Signal()
    """Another order is on show."""
    failed = Signal(object)
    """A `GfmError`."""
    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self._latest = Latest(self)
        self._latest.answered.connect(self._install)
        self._latest.failed.connect(self.failed)
        self._latest.busy_changed.connect(self.busy_changed)
        self._preparing = Latest(self)
        self._table: ScoreTable | None = None
        self._scorer: ScorerCard | None = None
        self._question = Question()
        self._answer: Answer | None = None
        self._columns = columns_for(())
        self._pages: OrderedDict[int, list[VariantRow]] = OrderedDict()

    @property
    def columns(self) -> tuple[TableColumn, ...]:
        """Return the columns on show."""
        return self._columns

    @property
    def question(self) -> Question:
        """Return what was asked last."""
        return self._question

    @property
    def answer(self) -> Answer | None:
        """Return what is on show; None before the first answer."""
        return self._answer

    @property
    def busy(self) -> bool:
        """Tell whether another order is on its way."""
        return self._latest.busy

    def set_table(self, table: ScoreTable | None) -> None:
        """Show another table, empty until its first answer arrives."""
        self._latest.forget()
        self._preparing.forget()
        self.beginResetModel()
        self._table, self._answer = table, None
        self._pages.clear()
        self.endResetModel()
        self.answered.emit()
        self.refresh()

    def set_scorer(self, scorer: ScorerCard | None) -> None:
        """Take descriptions of the scorer's columns, and the order, from its card.

        Where low scores are the notable ones, the lowest come first.
        """
        low = scorer is not None and scorer.low_first
        known = self._scorer is not None and self._scorer.low_first
        if self._question.sort == "score" and low != known:
            self._question = replace(self._question, descending=not low)
        self._scorer = scorer

    def ask(self, question: Question) -> None:
        """Show another order or filter as soon as it is found."""
        self._question = question
        self.refresh()

    def refresh(self) -> None:
        """Ask again, for instance because scores arrived."""
        table, question, card = self._table, self._question, self._scorer
        if table is not None:
            self._latest.ask(lambda: _find(table, question, card, self._answer))

    def row_at(self, place: int) -> VariantRow:
        """Return the row at a place of the present order."""
        page = place // _PAGE
        rows = self._pages.get(page)
        if rows is None:
            if self._answer is None:
                raise IndexError(place)
            ids = self._answer.order[page * _PAGE : (page + 1) * _PAGE]
            rows = self._answer.table.rows(ids)
            self._pages[page] = rows
            if len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(page)
        return rows[place % _PAGE]

    def place_of(self, row: int) -> int | None:
        """Return the place of a row in the present order; None if it is hidden."""
        if self._answer is None:
            return None
        found = np.flatnonzero(self._answer.order == row)
        return int(found[0]) if len(found) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows that pass the filter."""
        if parent.isValid() or self._answer is None:
            return 0
        return len(self._answer.order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns, hidden ones included."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, tooltip, alignment, or the `VariantRow` itself."""
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        column = self._columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                if column.kind == "rank":
                    return f"{index.row() + 1:,}"
                return column.text(self.row_at(index.row()))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column.right else _LEFT
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(self.row_at(index.row()), column)
            case Qt.ItemDataRole.UserRole:
                return self.row_at(index.row())
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return titles and tooltips."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.ToolTipRole:
                return column.tip
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column.right else _LEFT
        return None

    def _install(self, answer: Answer) -> None:
        if answer.table is not self._table:
            return
        if self._answer is None:
            # After the first rows: sorting and searching text need some preparation.
            self._preparing.ask(answer.table.prepare)
        own = self._own_columns(answer.scorer_columns)
        columns = columns_for(own, self._scorer)
        old = self._answer
        same = old is not None and len(old.order) == len(answer.order)
        if same and _keys(columns) == _keys(self._columns):
            self._reorder(answer)
        else:
            self.beginResetModel()
            self._columns, self._answer = columns, answer
            self._pages.clear()
            self.endResetModel()
        self.answered.emit()

    def _reorder(self, answer: Answer) -> None:
        """Change the order in place, so that selection and scrolling stay."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        old = self._answer
        self._answer = answer
        self._pages.clear()
        if before and old is not None:
            rows = [int(old.order[index.row()]) for index in before]
            places = {row: self.place_of(row) for row in set(rows)}
            after = [
                QModelIndex()
                if (place := places[row]) is None
                else self.index(place, index.column())
                for row, index in zip(rows, before, strict=True)
            ]
            self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _own_columns(self, names: tuple[str, ...]) -> tuple[TableColumn, ...]:
        card = self._scorer
        known = {} if card is None else {column.name: column for column in card.columns}
        found = []
        for name in names:
            column = known.get(name)
            kind = column.kind if column is not None else "float"
            words = column.description if column is not None else ""
            calibrated = card is None or bool(card.thresholds)
            found.append(scorer_column(name, words, kind, precise=not calibrated))
        return tuple(found)


def _keys(columns: tuple[TableColumn, ...]) -> list[tuple[str, str]]:
    return [(column.key, column.tip) for column in columns]


def _find(
    table: ScoreTable, question: Question, card: ScorerCard | None, last: Answer | None
) -> Answer:
    order = table.order(
        where=question.where, sort=question.sort, descending=question.descending
    )
    scores = table.scores
    same = last is not None and last.scores is scores and last.card is card
    return Answer(
        table=table,
        order=order,
        scorer_columns=table.scorer_columns,
        counts=table.counts(),
        records=table.records,
        scores=scores,
        card=card,
        scale=last.scale if same and last else scale_of(scores, card),
    )
