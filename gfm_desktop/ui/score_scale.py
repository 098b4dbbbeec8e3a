"""How long a score's bar is, how high its lollipop stands, and in which colour.

A calibrated score (the splice score with its published cut-offs) runs from 0 to 1. Any
other is measured by its own run: its 99th percentile fills the bar, so that a few
extreme values do not flatten the rest. Of log-odds the amount counts, and the colour
tells the direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.ui.theme import level_color

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.scoring.card import ScorerCard
    from gfm_desktop.ui.palette import Palette

SPLICE_CUTS = (0.2, 0.5, 0.8)
"""Published cut-offs of the splice score."""
_FULL = 0.99


@dataclass(frozen=True, slots=True)
class ScoreScale:
    """The measure of one run's scores; the default is that of the splice score.

    Attributes:
        least: Score whose bar is empty.
        most: Score, or amount where `signed`, whose bar is full.
        cuts: Published cut-offs, ascending; none where the score is not calibrated.
        signed: Whether the amount counts and the sign tells the direction.
    """

    least: float = 0.0
    most: float = 1.0
    cuts: tuple[float, ...] = SPLICE_CUTS
    signed: bool = False

    @property
    def calibrated(self) -> bool:
        """Tell whether there are published cut-offs to draw."""
        return bool(self.cuts)

    def share(self, score: float) -> float:
        """Return how full a score's bar is, 0 to 1."""
        # Not by way of an array: each step of a drag asks for the marks of the axis.
        value = abs(score) if self.signed or self.calibrated else score
        share = (value - self.least) / (self.most - self.least)
        return share if share != share else min(1.0, max(0.0, share))

    def shares(self, scores: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return how full the bars of many scores are, NaN where there is none."""
        values = np.abs(scores) if self.signed or self.calibrated else scores
        # Never 0: `scale_of` sees to it.
        shares = (values - self.least) / (self.most - self.least)
        return np.asarray(np.clip(shares, 0.0, 1.0), np.float64)

    def colour(self, palette: Palette, score: float | None) -> str:
        """Return the colour of a score as ``#rrggbb``; faint where there is none."""
        if score is None or score != score or self.calibrated or not self.signed:
            return level_color(palette, score, self.cuts)
        return palette.loss if score < 0 else palette.gain

    def axis(self) -> list[tuple[float, str]]:
        """Return scores to mark on an axis, each with its words, the highest first."""
        if self.calibrated:
            marks = sorted({*self.cuts, self.most}, reverse=True)
            return [(value, f"{value:.3g}") for value in marks]
        sign = "±" if self.signed else ""
        return [(self.most, f"{sign}{self.most:.3g}")]


def scale_of(scores: NDArray[np.floating[Any]], card: ScorerCard | None) -> ScoreScale:
    """Return the measure of a run.

    Args:
        scores: (n,) all its scores, NaN where there is none.
        card: The scorer; None where it is not known, which counts as the splice score.
    """
    known = scores[np.isfinite(scores)]
    if card is None or card.thresholds:
        pairs = () if card is None else card.thresholds
        cuts = tuple(sorted(value for value, _ in pairs)) or SPLICE_CUTS
        largest = float(np.abs(known).max(initial=0.0))
        return ScoreScale(most=max(1.0, largest), cuts=cuts)
    values = np.abs(known) if card.low_first else known
    if not len(values):
        return ScoreScale(cuts=(), signed=card.low_first)
    most = _quantile(values, _FULL)
    # Distances begin at 0; what is negative throughout begins at its own low end.
    least = 0.0 if values.min() >= 0 else _quantile(values, 1 - _FULL)
    if not most > least:
        most = least + max(abs(least), 1.0)
    return ScoreScale(least, most, (), card.low_first)


def _quantile(values: NDArray[np.floating[Any]], share: float) -> float:
    """Return the value below which a share of the values lies."""
    place = min(len(values) - 1, int(np.ceil(share * len(values))) - 1)
    return float(np.partition(values, max(0, place))[max(0, place)])
