"""A scorer's numbers for one variant: bars, positions, and published cut-offs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gfm_desktop.ui.widgets.score_bar import ScoreBar
from gfm_desktop.ui.widgets.texts import muted, plain

if TYPE_CHECKING:
    from gfm_desktop.scoring.card import Column, ScorerCard
    from gfm_desktop.workspace.score_table import VariantRow


class Effects(QWidget):
    """One bar for each fractional column of the scorer.

    A whole-numbered column with the same ending (``dp_ag`` beside ``ds_ag``) is the
    position of that effect, in bp from the variant.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.bars: dict[str, ScoreBar] = {}
        self._shown: tuple[VariantRow, ScorerCard] | None = None
        self.verdict = plain()
        self.verdict.setObjectName("inspector-verdict")
        self.legend = muted()
        self.legend.setObjectName("inspector-legend")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._place = QVBoxLayout()
        self._place.setSpacing(2)
        self._column.addLayout(self._place)
        self._column.addSpacing(4)
        self._column.addWidget(self.verdict)
        self._column.addWidget(self.legend)

    def show_row(self, row: VariantRow, card: ScorerCard) -> None:
        """Show a scored row."""
        self._shown = (row, card)
        ticks = tuple(value for value, _ in card.thresholds if 0 < value < 1)
        columns = [column for column in card.columns if column.kind == "float"]
        if list(self.bars) != [column.name for column in columns]:
            self._make(columns)
        metrics = QFontMetricsF(self.font())
        width = max(
            (metrics.horizontalAdvance(_label(column)) for column in columns),
            default=0.0,
        )
        for column in columns:
            value = row.columns.get(column.name)
            self.bars[column.name].show_value(
                value if isinstance(value, float) else None,
                where(row, column.name),
                ticks=ticks,
                label_width=width,
            )
        self.verdict.setText(verdict(row.score, card))
        self.legend.setText(legend(card))
        self.legend.setVisible(bool(card.thresholds))

    def changeEvent(self, event: QEvent) -> None:
        """Give the labels room in another size of text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._shown is not None:
            self.show_row(*self._shown)

    def _make(self, columns: list[Column]) -> None:
        for bar in self.bars.values():
            self._place.removeWidget(bar)
            bar.deleteLater()
        self.bars = {column.name: ScoreBar(_label(column)) for column in columns}
        for name, bar in self.bars.items():
            bar.setObjectName(f"effect-{name}")
            self._place.addWidget(bar)


def where(row: VariantRow, column: str) -> str:
    """Return where an effect lies: bp from the variant, and on the genome (1-based)."""
    distance = row.columns.get("dp_" + column.partition("_")[2])
    if row.variant is None or not isinstance(distance, int):
        return ""
    place = f"{row.variant.contig}:{row.variant.position + distance:,}"
    return f"{distance:+d} bp · {place}" if distance else f"0 bp · {place}"


def verdict(score: float | None, card: ScorerCard) -> str:
    """Return which published cut-offs a score reaches, in words."""
    if score is None:
        return ""
    if not card.thresholds:
        return "No calibrated cut-off has been published for this score."
    reached = [pair for pair in sorted(card.thresholds) if score >= pair[0]]
    if not reached:
        lowest = min(card.thresholds)[0]
        return f"Below {lowest:g}, the lowest published cut-off."
    value, meaning = reached[-1]
    return f"Reaches the cut-off {value:g}: {meaning}."


def legend(card: ScorerCard) -> str:
    """Return all published cut-offs in one line."""
    pairs = (f"{value:g} {meaning}" for value, meaning in sorted(card.thresholds))
    return "Published cut-offs: " + "; ".join(pairs)


def _label(column: Column) -> str:
    words = column.description.rpartition(", ")[2] or column.name
    return words[0].upper() + words[1:]
