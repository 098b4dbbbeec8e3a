"""Examples of a result: the worst errors, the map of embeddings, what to label next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from gfm_desktop.ui.widgets.row_list import RowList
from gfm_desktop.ui.widgets.scatter_map import ScatterMap
from gfm_desktop.ui.widgets.texts import muted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.finetune.report import EmbeddingMap, Suggestion, Worst

_LETTERS = 60
_MOST_GROUPS = 8
"""Classes that have a colour and shape of their own on the map."""


class WorstTable(QWidget):
    """What the model got most wrong; a row with a place goes there in the browser."""

    place_wanted = Signal(str)
    """Carries a place as people write it, 1-based inclusive."""
    failed = Signal(str, str)

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.list = RowList("finetune-worst", "Worst errors", most=8)
        self.list.failed.connect(self.failed)
        self._places: list[str] = []
        self.list.table.picked.connect(self._picked)
        _fill(self, self.list)

    def show_worst(self, worst: Sequence[Worst]) -> None:
        """Show other errors."""
        self._places = [one.place for one in worst]
        rows = [
            (f"{one.row:,}", one.label, one.predicted, f"{one.prediction:.3f}",
             one.place, _short(one.sequence), one.why)
            for one in worst
        ]  # fmt: skip
        columns = ["Row", "Label", "Predicted", "Probability", "Place", "Sequence",
                   "Why"]  # fmt: skip
        self.list.show_rows(*_used(columns, rows))

    def _picked(self, row: int) -> None:
        if self._places[row]:
            self.place_wanted.emit(self._places[row])


class NextTable(QWidget):
    """Sequences whose labels would teach the model most."""

    place_wanted = Signal(str)
    failed = Signal(str, str)

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.list = RowList("finetune-next", "What to label next", most=8)
        self.list.failed.connect(self.failed)
        self._places: list[str] = []
        self.list.table.picked.connect(self._picked)
        _fill(self, self.list)

    def show_next(self, suggestions: Sequence[Suggestion]) -> None:
        """Show other suggestions; an empty label column is ready to be filled in."""
        self._places = [one.place for one in suggestions]
        rows = [
            (one.sequence, one.place, "" if one.row is None else f"{one.row:,}",
             "" if one.prediction is None else f"{one.prediction:.3f}", one.why)
            for one in suggestions
        ]  # fmt: skip
        columns = ["sequence", "place", "row", "prediction", "why"]
        shown, cells = _used(columns, rows)
        # Filled in, the saved table is a file of labels again.
        self.list.show_rows([shown[0], "label", *shown[1:]],
                            [[row[0], "", *row[1:]] for row in cells])  # fmt: skip

    def _picked(self, row: int) -> None:
        if self._places[row]:
            self.place_wanted.emit(self._places[row])


class ExampleMap(QWidget):
    """The map at the left; what a loop chose in a table at the right, both linked."""

    place_wanted = Signal(str)
    failed = Signal(str, str)

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.map = ScatterMap("finetune-map", "Map of the embeddings")
        self.list = RowList("finetune-map-rows", "Examples on the map", most=10)
        self.list.failed.connect(self.failed)
        self.words = muted()
        self._places: list[str] = []
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.words)
        column.addWidget(self.list, 1)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setObjectName("finetune-map-halves")
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.map)
        halves.addWidget(right)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        _fill(self, halves)
        self.map.chosen.connect(self._looped)
        self.list.table.picked.connect(self._picked)

    def show_map(self, found: EmbeddingMap) -> None:
        """Show another map."""
        points = np.array(found.pca, dtype=np.float64).reshape(-1, 2)
        names = list(dict.fromkeys(sorted(found.labels)))
        if len(names) > _MOST_GROUPS:
            # A number, or very many classes: the parts of the split are told apart.
            groups, names = found.parts, list(dict.fromkeys(found.parts))
        else:
            groups = found.labels
        codes = np.array([names.index(one) for one in groups], dtype=np.int64)
        self.map.show_points(points, codes, names, axes=("axis 1", "axis 2"))
        self._places = found.places or [""] * len(found.rows)
        rows = [
            (f"{row:,}", label, part, place)
            for row, label, part, place in zip(
                found.rows, found.labels, found.parts, self._places, strict=True
            )
        ]
        self.list.show_rows(*_used(("Row", "Label", "Part", "Place"), rows))
        self._say(len(rows), 0)

    def _looped(self, chosen: NDArray[np.int64]) -> None:
        count = len(self._places)
        shown = chosen.tolist() if len(chosen) else range(count)
        self.list.table.show_only(shown)
        self._say(count, len(chosen))
        first = next((self._places[i] for i in chosen if self._places[i]), "")
        if first:
            self.place_wanted.emit(first)

    def _picked(self, row: int) -> None:
        self.map.select(np.array([row], dtype=np.int64))
        if self._places[row]:
            self.place_wanted.emit(self._places[row])

    def _say(self, count: int, chosen: int) -> None:
        self.words.setText(
            f"{chosen:,} of {count:,} examples are in the loop."
            if chosen
            else f"{count:,} examples."
        )


def _used(
    columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str]]]:
    """Return the table without columns that are empty everywhere."""
    kept = [i for i in range(len(columns)) if any(row[i] for row in rows)]
    return [columns[i] for i in kept], [[row[i] for i in kept] for row in rows]


def _short(sequence: str) -> str:
    return sequence if len(sequence) <= _LETTERS else f"{sequence[: _LETTERS - 1]}…"


def _fill(owner: QWidget, content: QWidget) -> None:
    column = QVBoxLayout(owner)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(content)
