"""What the menu of alignments offers beside the usual."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from gfm_desktop.ui.browser.track import TrackAction
from gfm_desktop.workspace.read_coverages import WIDEST, WIDEST_ASKED, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gfm_desktop.genome.alignments import ReadFilter
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.coverage_scene import Threshold

_T = TypeVar("_T")
SHARES = (0.05, 0.1, 0.2, 0.5)
LEAST = (1, 2, 4, 10)
MAPPING_QUALITIES = (0, 1, 10, 20, 30)
BASE_QUALITIES = (0, 10, 20, 30)
_COLOURED, _COUNTED = "Coloured bases", "Reads that count"


def reading(
    stage: Stage, locus: Interval, read_here: Callable[[], None]
) -> list[TrackAction]:
    """Offer to read what is too wide, or what failed.

    Args:
        stage: How the counts of the view stand.
        locus: The view.
        read_here: Reads it on request.
    """
    if stage is Stage.FAILED:
        return [TrackAction("Read again", read_here)]
    if len(locus) <= WIDEST or stage in (Stage.WAITING, Stage.READY):
        return []
    narrow = len(locus) <= WIDEST_ASKED
    return [TrackAction("Read here anyway", read_here, enabled=narrow)]


def colouring(now: Threshold, choose: Callable[[Threshold], None]) -> list[TrackAction]:
    """Offer from when on bases that differ are coloured."""
    shares = {
        f"Where {share:.0%} of the reads differ": replace(now, share=share)
        for share in SHARES
    }
    numbers = {
        f"And at least {least} {'read' if least == 1 else 'reads'}": replace(
            now, least=least
        )
        for least in LEAST
    }
    return _choices(_COLOURED, now, shares | numbers, choose)


def filtering(
    now: ReadFilter, choose: Callable[[ReadFilter], None]
) -> list[TrackAction]:
    """Offer which reads and bases count."""
    reads = {
        f"Mapping quality {_from(value)}": replace(now, mapping_quality=value)
        for value in MAPPING_QUALITIES
    }
    bases = {
        f"Base quality {_from(value)}": replace(now, base_quality=value)
        for value in BASE_QUALITIES
    }
    return _choices(_COUNTED, now, reads | bases, choose)


def _choices(
    menu: str, now: _T, offered: Mapping[str, _T], choose: Callable[[_T], None]
) -> list[TrackAction]:
    """Return an entry for each setting, ticked where it changes nothing."""
    return [
        TrackAction(title, partial(choose, one), checked=one == now, menu=menu)
        for title, one in offered.items()
    ]


def _from(value: int) -> str:
    return f"{value} or more" if value else "of any value"
