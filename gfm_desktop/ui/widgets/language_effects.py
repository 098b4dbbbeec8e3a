"""A language model's score in words: direction, strands, percentile, probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from gfm_desktop.jobs.background import class_of
from gfm_desktop.ui.widgets.facts import FactGrid
from gfm_desktop.ui.widgets.look import hairline, theme_of
from gfm_desktop.ui.widgets.score_bar import number
from gfm_desktop.ui.widgets.texts import muted, plain

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.scoring.card import ScorerCard
    from gfm_desktop.ui.widgets.facts import Fact
    from gfm_desktop.workspace.score_table import VariantRow

_LABELS = {
    "score_forward": "Forward strand",
    "score_reverse": "Reverse strand",
    "p_ref": "p(REF)",
    "p_alt": "p(ALT)",
}
_ELSEWHERE = ("percentile", "background")


class LanguageEffects(QWidget):
    """What a score says, and where it stands among random substitutions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.direction = plain()
        self.direction.setObjectName("inspector-direction")
        self.rank = plain()
        self.rank.setObjectName("inspector-percentile")
        self.line = RankLine()
        self.facts = FactGrid()
        self.legend = muted()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.direction, self.line, self.rank, self.facts, self.legend):
            column.addWidget(widget)

    def show_row(
        self, row: VariantRow, card: ScorerCard, genome: Reference | None
    ) -> None:
        """Show a scored row.

        Args:
            row: The row.
            card: Its scorer, with the columns of percentiles.
            genome: The open genome, for the kind of the substitution.
        """
        self.direction.setText(direction(row.score, card))
        words = percentile_words(row, card, genome)
        self.rank.setText(words)
        self.rank.setVisible(bool(words))
        place = row.columns.get("percentile")
        self.line.setVisible(isinstance(place, float))
        if isinstance(place, float):
            self.line.show_place(place / 100, low=card.low_first)
        self.facts.show_facts(column_facts(row, card))
        self.legend.setText(
            "" if words else "A raw score has no cut-off: compare it within this list."
        )
        self.legend.setVisible(not words)


def direction(score: float | None, card: ScorerCard) -> str:
    """Return what the sign of a score says; empty where there is no score."""
    if score is None:
        return ""
    if not card.low_first:
        return f"In units of {card.units}."
    if not score:
        return "Zero: ALT is expected as much as REF."
    sign, more = ("Negative", "less") if score < 0 else ("Positive", "more")
    return f"{sign}: ALT is {more} expected than REF."


def percentile_words(
    row: VariantRow, card: ScorerCard, genome: Reference | None
) -> str:
    """Return where a score stands among random substitutions; empty where unknown."""
    place, count = row.columns.get("percentile"), row.columns.get("background")
    if not isinstance(place, float):
        return ""
    beyond, word = (100 - place, "Lower") if card.low_first else (place, "Higher")
    among = f"{count:,} " if isinstance(count, int) else ""
    kind = ""
    if row.variant is not None and genome is not None:
        kind = class_of(row.variant, genome)
    kind = f" ({kind})" if kind else ""
    return (
        f"{word} than {share_words(beyond)} of {among}random substitutions of the "
        f"same kind{kind} in this genome."
    )


def share_words(percent: float) -> str:
    """Return a percentage; it is written as 0 or 100 only where it is exactly that."""
    if 0 < percent < 1 or 99 < percent < 100:
        return f"{min(max(percent, 0.1), 99.9):.1f} %"
    return f"{percent:.0f} %"


def column_facts(row: VariantRow, card: ScorerCard) -> list[Fact]:
    """Return the scorer's own numbers with their names."""
    facts = []
    for column in card.columns:
        value = row.columns.get(column.name)
        if column.name in _ELSEWHERE or value is None or value == "":
            continue
        label = _LABELS.get(column.name, column.name.replace("_", " ").capitalize())
        shown = number(value, precise=True) if isinstance(value, float) else str(value)
        facts.append((label, shown))
    return facts


class RankLine(QWidget):
    """A line from the lowest to the highest background score, with a mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start in the middle."""
        super().__init__(parent)
        self.setObjectName("inspector-rank")
        self._place = 0.5
        self._low = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def place(self) -> float:
        """Return where the mark stands, 0 to 1."""
        return self._place

    def show_place(self, place: float, *, low: bool) -> None:
        """Put the mark somewhere else.

        Args:
            place: 0 at the lowest background score, 1 at the highest.
            low: Whether the low end is the notable one.
        """
        self._place, self._low = place, low
        self.setAccessibleName(f"Percentile {100 * place:.1f}")
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the mark."""
        return QSize(80, round(self.fontMetrics().height() * 0.9))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line, its notable part and the mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = theme_of(self.palette())
        middle, width = self.height() / 2, self.width() - 8
        x = 4 + width * self._place
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(hairline(self.palette()))
        painter.drawRoundedRect(QRectF(4, middle - 2, width, 4), 2, 2)
        beyond = QRectF(x, middle - 2, 4 + width - x, 4)
        if not self._low:
            beyond = QRectF(4, middle - 2, x - 4, 4)
        painter.setBrush(QColor(theme.loss if self._low else theme.gain))
        painter.drawRoundedRect(beyond, 2, 2)
        painter.setBrush(QColor(theme.text))
        painter.drawRoundedRect(QRectF(x - 2, middle - 6, 4, 12), 2, 2)
        painter.end()
