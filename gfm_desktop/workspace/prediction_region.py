"""Predictions laid over a region: one array a signal, from tiles and an overlay."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.tracks.prediction import Missing, TrackPrediction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.variant import Variant

__all__ = ["Region", "TrackPrediction", "assemble"]


@dataclass(frozen=True, slots=True)
class Region:
    """What is known of a region.

    Attributes:
        interval: The region, 0-based half-open.
        ref: Signal to float32 array of shape (bp,); NaN where nothing is predicted.
        alt: The same with the variant; NaN outside the overlay, None without one.
        variant: The variant of `alt`.
        known: Shape (bp,): True where a prediction was made, also where it says that
            there is nothing to tell (all signals NaN).
        genes: Names of the genes that the predictions cover.
        titles: Signal to what people call it.
        how: How it was predicted; empty where nothing is.
        units: Units of the values.
        limits: Lowest and highest value that there can be; None where there is none.
        missing: Why values are missing, as far as the predictions tell.
        notes: What a reader must know.
        letters: Bases of the genome, one a bp, N where no prediction tells of them;
            empty for kinds that tell of none.
        weights_sha256: Which weights predicted it; empty where nothing is.
    """

    interval: Interval
    ref: Mapping[str, NDArray[np.float32]]
    alt: Mapping[str, NDArray[np.float32]] | None
    variant: Variant | None
    known: NDArray[np.bool_]
    genes: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    how: str = ""
    units: str = ""
    limits: tuple[float, float] | None = None
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()
    letters: str = ""
    weights_sha256: str = ""

    @property
    def signals(self) -> tuple[str, ...]:
        """Return the signals that have a value somewhere in the region."""
        return tuple(n for n, values in self.ref.items() if np.isfinite(values).any())

    def reason(self, position: int, *, alt: bool = False) -> str:
        """Return why a 0-based position has no value; empty where nobody said."""
        for one in self.missing:
            if one.start <= position < one.end and (alt or not one.allele):
                return one.reason
        return ""


def assemble(
    view: Interval,
    tiles: Iterable[TrackPrediction],
    overlays: Iterable[TrackPrediction],
    signals: Sequence[str] = (),
) -> Region:
    """Lay predictions of one kind and model over a region.

    Args:
        view: The region.
        tiles: Predictions of REF, in any order; those elsewhere are passed over.
        overlays: REF and ALT around the selected variant. Their REF fills what no tile
            covers; where both exist they are the same numbers.
        signals: Keys that there are even where nothing is predicted.
    """
    over = [one for one in overlays if view.overlaps(one.interval)]
    pieces = [one for one in tiles if view.overlaps(one.interval)] + over
    names = dict.fromkeys([*signals, *(n for one in pieces for n in one.signals)])
    ref, alt = _nothing(names, len(view)), _nothing(names, len(view))
    known = np.zeros(len(view), np.bool_)
    for piece in pieces:
        place, source = _shared(view, piece.interval)
        # A part of a tile leaves the other positions to other parts.
        told = piece.tells(view.start + place.start, view.start + place.stop)
        known[place] |= told
        for name, values in piece.ref.items():
            ref[name][place][told] = piece.by_base(values)[source][told]
        for name, values in (piece.alt or {}).items():
            alt[name][place][told] = piece.by_base(values)[source][told]
    varied = [one for one in over if one.alt is not None]
    some = pieces[0] if pieces else None
    return Region(
        view,
        ref,
        alt if varied else None,
        varied[0].variant if varied else None,
        known,
        tuple(dict.fromkeys(name for one in pieces for name in one.genes)),
        {} if some is None else {name: some.title(name) for name in some.signals},
        "" if some is None else some.how,
        "" if some is None else some.units,
        None if some is None else some.limits,
        tuple(dict.fromkeys(m for one in pieces for m in one.missing)),
        tuple(dict.fromkeys(note for one in pieces for note in one.notes)),
        _letters(view, pieces),
        "" if some is None else some.weights_sha256,
    )


def _letters(view: Interval, pieces: Iterable[TrackPrediction]) -> str:
    letters = ["N"] * len(view)
    told = [one for one in pieces if one.letters]
    for piece in told:
        place, source = _shared(view, piece.interval)
        letters[place] = piece.letters[source]
    return "".join(letters) if told else ""


def _shared(view: Interval, other: Interval) -> tuple[slice, slice]:
    """Return the common part as a slice of each; they overlap."""
    start, end = max(view.start, other.start), min(view.end, other.end)
    return (
        slice(start - view.start, end - view.start),
        slice(start - other.start, end - other.start),
    )


def _nothing(names: Iterable[str], length: int) -> dict[str, NDArray[np.float32]]:
    return {name: np.full(length, np.nan, np.float32) for name in names}
