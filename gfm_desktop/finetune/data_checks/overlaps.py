"""Windows of one genome that share bases, with coordinates or without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune import homology
from gfm_desktop.finetune.data_checks.finding import Finding, Inspected, level_of
from gfm_desktop.finetune.homology import SHORTEST_OVERLAP
from gfm_desktop.finetune.places import overlapping_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.finetune.data_checks.sides import Sides
    from gfm_desktop.genome.interval import Interval

    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_NOWHERE = np.int64(1 << 40)


def check(seen: Inspected) -> Finding:
    """Find shifted windows: by their places, or by the letters that they share."""
    found = seen.relatives
    links = found.pairs[found.kinds == homology.OVERLAP]
    concerned = np.isin(found.owner, links)
    leaking = seen.sides.leaking(found.owner, links)
    if places := seen.data.places:
        concerned[overlapping_pairs(places).ravel()] = True
        leaking |= leaking_places(places, seen.sides)
    count, across = int(concerned.sum()), int(leaking.sum())
    words = f"No windows share {SHORTEST_OVERLAP} letters or more at their ends."
    if count:
        words = f"{count:,} examples overlap another one"
        words += (
            f"; {across:,} of those that measure share letters with one that is learnt "
            "from."
            if across
            else ", all on one side of the split."
        )
    return Finding(
        "overlaps",
        level_of(across, seen.sides.held),
        "Overlapping windows",
        words,
        count,
        across,
        seen.rows(leaking if across else concerned),
        "split=similarity" if across else "",
    )


def leaking_places(places: Sequence[Interval], sides: Sides) -> Flags:
    """Return (n,), which examples overlap one on another side (`Sides`)."""
    n = len(places)
    low, high = np.full(n, _NOWHERE), np.full(n, np.int64(-1))
    for contig in {place.contig for place in places}:
        here = np.array([i for i in range(n) if places[i].contig == contig], np.int64)
        starts = np.array([places[i].start for i in here], np.int64)
        ends = np.array([places[i].end for i in here], np.int64)
        for side in np.unique(sides.side[here]):
            if side < 0:
                continue
            mine = sides.side[here] == side
            touched = here[_touched(starts, ends, starts[mine], ends[mine])]
            if not sides.cross_validation:
                low[touched] = np.minimum(low[touched], side)
                continue
            others = touched[sides.side[touched] != side]
            low[others] = np.minimum(low[others], side)
            high[others] = np.maximum(high[others], side)
    return sides.judged(low, high)


def _touched(
    starts: Whole, ends: Whole, other_starts: Whole, other_ends: Whole
) -> Flags:
    """Return which windows share enough bases with any of the others."""
    least = np.minimum(SHORTEST_OVERLAP, np.maximum(1, (ends - starts) // 2))
    order = np.argsort(other_starts, kind="stable")
    furthest = np.maximum.accumulate(other_ends[order])
    last = np.searchsorted(other_starts[order], ends - least, side="right")
    reaches = np.where(last > 0, furthest[np.maximum(last - 1, 0)], -1)
    return np.asarray(reaches >= starts + least)
