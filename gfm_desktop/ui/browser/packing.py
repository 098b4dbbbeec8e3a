"""Who gets which row: spans side by side without touching, steady in a pan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.genome.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_SHORTEST = 64


def pack(
    spans: Iterable[tuple[float, float]], gap: float, most: int | None = None
) -> list[int]:
    """Return the row of each span: the first in which it touches none before it.

    Args:
        spans: (left, right) sorted by left.
        gap: Least distance between two spans of a row.
        most: Rows that there are; a span that fits in none of them gets row `most`.
    """
    ends: list[float] = []
    rows = []
    for left, right in spans:
        for row, end in enumerate(ends):
            if end + gap <= left:
                ends[row] = right
                break
        else:
            row = len(ends)
            if most is None or row < most:
                ends.append(right)
        rows.append(row)
    return rows


def stretch_of(interval: Interval) -> Interval:
    """Return whole blocks that hold a view and half a screen on both sides.

    So wide are pictures that are moved with a drag.

    Blocks lie on a grid of the contig: every view inside one finds the same stretch.
    """
    size = 1 << max(_SHORTEST.bit_length() - 1, (len(interval) - 1).bit_length() - 1)
    aside = len(interval) // 2 + 2
    first = max(0, interval.start - aside) // size
    last = (interval.end + aside) // size + 1
    return Interval(interval.contig, first * size, last * size)


def fresh_start(
    left: NDArray[np.floating[Any]],
    right: NDArray[np.floating[Any]],
    gap: float,
    wanted: int,
) -> int:
    """Return from which span to pack so that the rows do not depend on the view.

    Where nothing reaches across a gap, packing begins anew: rows right of it are the
    same whatever lies to its left.

    Args:
        left: Shape (n,), ascending.
        right: Shape (n,).
        gap: Least distance between two spans of a row.
        wanted: Index of the first span whose row matters.
    """
    if wanted == 0:
        return 0
    reach = np.maximum.accumulate(right) + gap
    clean = np.flatnonzero(reach[:wanted] <= left[1 : wanted + 1])
    return int(clean[-1]) + 1 if len(clean) else 0
