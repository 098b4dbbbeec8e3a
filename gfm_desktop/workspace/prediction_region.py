"""Predictions laid over a region: one array a signal, from tiles and an overlay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.tracks.splice_probability import SIGNALS, SplicePrediction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.variant import Variant

__all__ = ["SIGNALS", "Region", "SplicePrediction", "assemble"]


@dataclass(frozen=True, slots=True)
class Region:
    """What is known of a region.

    Attributes:
        interval: The region, 0-based half-open.
        ref: Signal to float32 array of shape (bp,); NaN where nothing is predicted.
        alt: The same with the variant; NaN outside the overlay, None without one.
        variant: The variant of `alt`.
        known: Shape (bp,): True where a prediction was made, also where it says that
            there is no transcript (all signals NaN).
        genes: Names of the genes that the predictions cover.
    """

    interval: Interval
    ref: Mapping[str, NDArray[np.float32]]
    alt: Mapping[str, NDArray[np.float32]] | None
    variant: Variant | None
    known: NDArray[np.bool_]
    genes: tuple[str, ...] = ()

    @property
    def signals(self) -> tuple[str, ...]:
        """Return the signals that have a value somewhere in the region."""
        return tuple(n for n in SIGNALS if np.isfinite(self.ref[n]).any())


def assemble(
    view: Interval,
    tiles: Iterable[SplicePrediction],
    overlay: SplicePrediction | None,
) -> Region:
    """Lay predictions over a region.

    Args:
        view: The region.
        tiles: Predictions of REF, in any order; those elsewhere are passed over.
        overlay: REF and ALT around the selected variant. Its REF fills what no tile
            covers; where both exist they are the same numbers.
    """
    ref = _nothing(len(view))
    known = np.zeros(len(view), np.bool_)
    genes: dict[str, None] = {}
    pieces = list(tiles) if overlay is None else [*tiles, overlay]
    for piece in pieces:
        inside, source = _shared(view, piece.interval)
        if inside is None or source is None:
            continue
        known[inside] = True
        genes.update(dict.fromkeys(piece.genes))
        for name in SIGNALS:
            ref[name][inside] = piece.ref[name][source]
    alt = None
    if overlay is not None and overlay.alt is not None:
        inside, source = _shared(view, overlay.interval)
        if inside is not None and source is not None:
            alt = _nothing(len(view))
            for name in SIGNALS:
                alt[name][inside] = overlay.alt[name][source]
    variant = None if overlay is None or alt is None else overlay.variant
    return Region(view, ref, alt, variant, known, tuple(genes))


def _shared(view: Interval, other: Interval) -> tuple[slice | None, slice | None]:
    """Return the common part as a slice of each, or None twice."""
    if not view.overlaps(other):
        return None, None
    start, end = max(view.start, other.start), min(view.end, other.end)
    return (
        slice(start - view.start, end - view.start),
        slice(start - other.start, end - other.start),
    )


def _nothing(length: int) -> dict[str, NDArray[np.float32]]:
    return {name: np.full(length, np.nan, np.float32) for name in SIGNALS}
