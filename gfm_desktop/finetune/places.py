"""Windows of a genome that share bases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune.homology import SHORTEST_OVERLAP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.interval import Interval


def overlapping_pairs(places: Sequence[Interval]) -> NDArray[np.int64]:
    """Return int64 (m, 2), pairs that join all windows that overlap, and no others.

    Not every pair is there, but those that overlap hang together by them. Windows
    overlap if they share `SHORTEST_OVERLAP` bases, or half of the shorter one.

    Args:
        places: Where each example lies; empty where that is not known.
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    pairs = []
    near: list[int] = []
    for i in order:
        here = places[i]
        near = [j for j in near if places[j].overlaps(here)]
        joined = [j for j in near if overlap(places[j], here)]
        pairs += [(j, i) for j in joined]
        # One that ends earlier and is joined to the newcomer has no more to say.
        near = [
            j
            for j in near
            if j not in joined
            or places[j].end > here.end
            or len(places[j]) < 2 * SHORTEST_OVERLAP
        ]
        near.append(i)
    return np.array(pairs, np.int64).reshape(-1, 2)


def overlap(one: Interval, other: Interval) -> bool:
    """Tell whether two windows share enough bases to be the same to a model."""
    if one.contig != other.contig:
        return False
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared >= min(SHORTEST_OVERLAP, max(1, min(len(one), len(other)) // 2))
