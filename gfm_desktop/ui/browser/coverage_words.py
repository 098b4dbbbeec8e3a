"""Read counts in words: under the mouse, and as a table to copy."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.coverage import BASES, TABLE_HEAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.workspace.read_coverages import CountedTile

MOST_ROWS = 200_000
"""Lines that are copied at most."""


def busiest(tiles: Sequence[CountedTile], place: Interval) -> int | None:
    """Return the position of a stretch where most reads differ, or the deepest one.

    Args:
        tiles: Those of the stretch that are there.
        place: 0-based half-open, such as the bases under a pixel.
    """
    best, found = (-1, -1), None
    for tile in tiles:
        its = tile.coverage.interval
        start, end = max(its.start, place.start), min(its.end, place.end)
        if start >= end:
            continue
        part = slice(start - its.start, end - its.start)
        order = np.lexsort((tile.depth[part], tile.others[part]))
        at = int(order[-1])
        value = (int(tile.others[part][at]), int(tile.depth[part][at]))
        if value > best:
            best, found = value, start + at
    return found


def at(tiles: Sequence[CountedTile], contig: str, position: int) -> str:
    """Return what the reads say at a 0-based position; empty where nobody knows."""
    for tile in tiles:
        its = tile.coverage.interval
        if its.start <= position < its.end:
            return _described(tile, contig, position - its.start)
    return ""


def _described(tile: CountedTile, contig: str, offset: int) -> str:
    coverage = tile.coverage
    position = coverage.interval.start + offset
    depth = int(tile.depth[offset])
    sides = coverage.bases[:, :, offset].astype(int)
    forward, reverse = (int(total) for total in sides.sum(axis=1))
    ref = BASES[coverage.ref[offset]]
    lines = [f"{contig}:{position + 1:,}  {ref}"]
    noun = "read" if depth == 1 else "reads"
    lines.append(f"{depth:,} {noun}, {forward:,} forward, {reverse:,} reverse")
    for place, letter in enumerate(BASES):
        plus, minus = (int(count) for count in sides[:, place])
        if plus + minus:
            share = 100 * (plus + minus) / depth
            whose = " as the genome" if letter == ref else ""
            lines.append(
                f"{letter}: {plus + minus:,} ({share:.0f} %), {plus:,}+ {minus:,}"
                f"\N{MINUS SIGN}{whose}"
            )
    gone, more = int(coverage.deletions[offset]), int(coverage.insertions[offset])
    if gone:
        lines.append(f"Deleted in {gone:,} ({100 * gone / (depth + gone):.0f} %)")
    if more:
        lines.append(f"Bases inserted after it in {more:,}")
    return "\n".join(lines)


def table(tiles: Sequence[CountedTile], view: Interval) -> str:
    """Return the counts of a view as tab-separated text, 1-based, with a header line.

    Args:
        tiles: Those of the view that are there, from left to right.
        view: What is on screen; at most `MOST_ROWS` of its bases are written.
    """
    rows = chain.from_iterable(
        tile.coverage.rows(view.start, view.end) for tile in tiles
    )
    lines = list(islice(rows, MOST_ROWS))
    return "\n".join([TABLE_HEAD, *lines]) + "\n" if lines else ""
