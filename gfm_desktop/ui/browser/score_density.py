"""How many variants of which score lie in each pixel column: exact at any zoom.

A million variants in a view leave a millisecond for counting. So running totals are
kept, one for each `_BLOCK` variants of the contig (8 MB for a million): what lies
between two pixels is the difference of two totals, and the few variants between a
pixel and the beginning of its block are counted one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.ui.score_scale import ScoreScale
    from gfm_desktop.workspace.variant_row import VariantMarks

LEVELS = 64
"""Steps of the height of a score."""
_BLOCK = 32


@dataclass(frozen=True, slots=True)
class Columns:
    """Counts ready to draw, n columns from left to right.

    Attributes:
        up: (n, LEVELS) how many scores of each height, from low to high; where the
            sign tells the direction, those that are not negative.
        down: (n, LEVELS) the negative ones where the sign tells the direction, by
            their amount; None elsewhere.
        bare: (n,) how many have no score.
    """

    up: NDArray[np.integer[Any]]
    down: NDArray[np.integer[Any]] | None
    bare: NDArray[np.integer[Any]]


class ScoreDensity:
    """Running totals of the variants of one contig by the height of their score.

    Attributes:
        total: How many variants there are.
        scored: How many of them have a score.
    """

    def __init__(self, marks: VariantMarks, scale: ScoreScale) -> None:
        """Count everything once; 50 ms for a million.

        Args:
            marks: All variants of a contig, by position.
            scale: The measure of the scores.
        """
        self._start = marks.start
        self._signed = scale.signed
        self._kinds = 1 + LEVELS * (2 if scale.signed else 1)
        count = len(marks)
        blocks = count // _BLOCK + 1
        codes = np.zeros(blocks * _BLOCK, np.uint8)
        codes[:count] = _codes(marks, scale)
        self._codes = codes
        place = np.arange(count) // _BLOCK * self._kinds + codes[:count]
        each = np.bincount(place, minlength=blocks * self._kinds)
        totals = np.zeros((blocks + 1, self._kinds), np.int32)
        np.cumsum(each.reshape(blocks, -1), axis=0, out=totals[1:])
        self._totals = totals
        self.total = count
        self.scored = count - int(totals[-1][-1])

    def columns(self, edges: NDArray[np.floating[Any]]) -> Columns:
        """Return the counts between neighbouring edges.

        Args:
            edges: (n + 1,) ascending 0-based positions, which may be fractions; a
                variant lies in a column where its first base begins in it.
        """
        # As whole numbers: for fractions NumPy would copy all positions.
        places = np.ceil(edges).astype(np.int64)
        borders = np.searchsorted(self._start, places).astype(np.int64)
        counts = np.diff(self._before(borders), axis=0)
        down = counts[:, LEVELS:-1] if self._signed else None
        return Columns(counts[:, :LEVELS], down, counts[:, -1])

    def _before(self, borders: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return (n, kinds) how many variants of each kind lie before each border."""
        block, rest = borders // _BLOCK, borders % _BLOCK
        # The variants between a block's beginning and the border, as one list.
        which = np.repeat(np.arange(len(borders)), rest)
        nth = np.arange(len(which)) - np.repeat(np.cumsum(rest) - rest, rest)
        codes = self._codes[block[which] * _BLOCK + nth]
        place = which * self._kinds + codes
        more = np.bincount(place, minlength=len(borders) * self._kinds)
        found: NDArray[np.int32] = self._totals.take(block, axis=0)
        found += more.reshape(len(borders), -1).astype(np.int32)
        return found


def _codes(marks: VariantMarks, scale: ScoreScale) -> NDArray[np.uint8]:
    """Return the kind of each variant: its level, and the last one without score."""
    shares = scale.shares(marks.score)
    bare = np.isnan(shares)
    level = np.minimum(np.nan_to_num(shares) * LEVELS, LEVELS - 1).astype(np.uint8)
    if scale.signed:
        level[marks.score < 0] += LEVELS
    level[bare] = LEVELS * (2 if scale.signed else 1)
    return level
