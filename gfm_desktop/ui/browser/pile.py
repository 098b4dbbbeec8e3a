"""Features piled up in rows, or counted where there are too many for the pixels."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gfm_desktop.genome.feature_slice import NO_COLOUR
from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.density import Density, density_of
from gfm_desktop.ui.browser.packing import fresh_start, pack, stretch_of
from gfm_desktop.ui.browser.sheet_making import make_sheet
from gfm_desktop.ui.theme import scale_of
from gfm_desktop.workspace.places import MOST_LOCI

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.genome.feature_slice import FeatureSlice, SortedSpans
    from gfm_desktop.ui.browser.bodies import Geometry, Sheet
    from gfm_desktop.ui.browser.track import View

MOST_PER_PIXEL = 0.3
"""Features per pixel beyond which they are counted, as JBrowse does (ux.md A1)."""
GAP = 10.0
"""Least distance of two named features of a row in pixels."""
NAME = 20.0
"""Height of a name under its feature in pixels, at 100 % text size."""
LETTER = 7.2
"""Usual width of a letter at 100 % text size, before any font is measured."""
NUMBER_FROM = 10.0
"""Pixels of a block, and of a row's height, from which a number may fit."""
PLUS, MINUS, NEITHER = -1, -2, -3
"""Roles of features without a colour of their own."""
_SHORT_NAME = 36.0
"""Pixels that a name needs at least: where all rows together have less, none fits."""
_LONGEST_NAME = 64
"""Letters that a name may have for rows that are surely the same in every view."""
_SETTLING = 600
"""Features left of a stretch that are packed with it, so that its rows stay."""
_KEPT = max(64, 2 * MOST_LOCI)
"""Stretches that are kept: that of each locus on show and its neighbours, or those of
a zoom from the chromosome to the bases and back."""


class Features(Protocol):
    """Where features come from: a file's store, or gene models."""

    @property
    def identity(self) -> object:
        """Return what is compared to know whether it is still the same source."""
        ...

    def spans(self, contig: str) -> SortedSpans | None:
        """Return the spans of a contig, or None where it has none."""
        ...

    def columns(self, interval: Interval) -> FeatureSlice:
        """Return the features that share a base with `interval`."""
        ...

    def label(self, number: int) -> str:
        """Return what is written under a feature; may be empty."""
        ...


@dataclass(frozen=True, slots=True)
class Manner:
    """How features are piled.

    Attributes:
        geometry: Heights of an unnamed row.
        named: Whether names are written where all rows can have them.
        most_named: Most rows with names.
        most: Most rows without; the rest shares the last one.
    """

    geometry: Geometry
    named: bool
    most_named: int
    most: int

    def of_row(self, *, named: bool) -> Geometry:
        """Return the heights of a row with or without names, at the text size."""
        if not named:
            return self.geometry
        pitch = self.geometry.thick + NAME * scale_of()
        return replace(self.geometry, pitch=pitch)


@dataclass(frozen=True, slots=True, eq=False)
class Pile:
    """The features of a stretch in their rows.

    Attributes:
        stretch: What it covers.
        scale: Pixels per bp.
        features: Columns.
        rows: Shape (n,), row from the top of each.
        count: Rows in all.
        named: Whether names are written.
        labels: What is written, one a feature; empty where nothing is.
        squeezed: Features that share the last row because no more rows are drawn.
        geometry: Heights.
        sheet: What is drawn.
        roles: Shape (n,), see `roles_of`.
        wide: Indexes of the pieces of features with room for a number.
    """

    stretch: Interval
    scale: float
    features: FeatureSlice
    rows: NDArray[np.int64]
    count: int
    named: bool
    labels: tuple[str, ...]
    squeezed: int
    geometry: Geometry
    sheet: Sheet
    roles: NDArray[np.int64]
    wide: NDArray[np.int64]

    def on_screen(self, view: View) -> NDArray[np.int64]:
        """Return the indexes of the features on screen, by start."""
        spans, interval = self.features, view.interval
        found = (spans.start < interval.end) & (spans.end > interval.start)
        return np.flatnonzero(found)

    def at(self, x: float, y: float, view: View) -> int | None:
        """Return the index of the feature under a pixel; the shortest of several."""
        geometry = self.geometry
        row = int((y - geometry.top + 2) // geometry.pitch)
        left = (self.features.start - view.interval.start) * view.scale
        right = (self.features.end - view.interval.start) * view.scale
        reach = right + 3
        if self.named:
            letter = LETTER * scale_of()
            lengths = np.fromiter(map(len, self.labels), np.int64, len(self.labels))
            reach = np.maximum(reach, left + lengths * letter)
        found = np.flatnonzero(
            (self.rows == row)
            & (left - 3 <= x)
            & (x <= reach)
            & (y >= geometry.top - 2)
        )
        if not len(found):
            return None
        # What the pixel touches comes before a neighbour's name.
        away = np.maximum(0, np.maximum(left[found] - x, x - right[found]))
        best = np.lexsort((right[found] - left[found], away))[0]
        return int(found[best])


Layout = Pile | Density


class Piles:
    """Makes piles, and keeps the last few."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: OrderedDict[tuple[object, ...], Layout] = OrderedDict()

    def of(self, source: Features, manner: Manner, view: View) -> Layout:
        """Return the features of the stretch around a view, in rows or counted.

        Args:
            source: Where they come from.
            manner: How they are piled.
            view: What is on screen.
        """
        stretch = stretch_of(view.interval)
        # A drag changes the last bits of the scale; nobody sees the ninth digit.
        scale = f"{view.scale:.9g}"
        key = (source.identity, stretch, scale, scale_of(), manner)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = _made(source, manner, stretch, view.scale)
        self._kept[key] = made
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return made

    def clear(self) -> None:
        """Forget them: the source has gone."""
        self._kept.clear()


def _made(source: Features, manner: Manner, stretch: Interval, scale: float) -> Layout:
    spans = source.spans(stretch.contig)
    width = len(stretch) * scale
    if spans is not None and spans.count(stretch.start, stretch.end) > (
        MOST_PER_PIXEL * width
    ):
        return density_of(spans, stretch, scale)
    return _piled(source, manner, stretch, scale)


def _piled(source: Features, manner: Manner, stretch: Interval, scale: float) -> Pile:
    """Pack the stretch, from where packing begins anew left of it."""
    start = _before(source.spans(stretch.contig), stretch, scale)
    columns = source.columns(Interval(stretch.contig, start, stretch.end))
    inside = np.flatnonzero(columns.end > stretch.start)
    width = len(stretch) * scale
    labels: list[str] = []
    rows = np.empty(0, np.int64)
    named = manner.named and len(inside) * _SHORT_NAME < manner.most_named * width
    if named:
        labels = [source.label(n) for n in columns.number.tolist()]
        rows = _rows(columns, inside, scale, manner.most_named, labels)
        named = int(rows.max(initial=-1)) < manner.most_named
    if not named:
        # Names do not fit: pack the bodies alone; what is left shares a row.
        rows = _rows(columns, inside, scale, manner.most)
    most = manner.most_named if named else manner.most
    squeezed = int(np.count_nonzero(rows >= most)) if most > 1 else 0
    rows = np.minimum(rows, most - 1)
    features = columns.chosen(inside)
    roles, pieces = roles_of(features), features.pieces
    return Pile(
        stretch,
        scale,
        features,
        rows,
        count=int(rows.max(initial=-1)) + 1,
        named=named,
        labels=tuple(labels[n] for n in inside.tolist()) if named else (),
        squeezed=squeezed,
        geometry=manner.of_row(named=named),
        sheet=make_sheet(
            features,
            rows,
            roles,
            geometry=manner.of_row(named=named),
            origin=stretch.start,
            scale=scale,
            width=width,
        ),
        roles=roles,
        wide=np.flatnonzero((pieces[:, 1] - pieces[:, 0]) * scale >= NUMBER_FROM),
    )


def _before(spans: SortedSpans | None, stretch: Interval, scale: float) -> int:
    """Return from which position to pack: far enough left that rows are settled.

    Rows that depend on what lies left of the stretch must not change in a pan. They do
    not where nothing, nor its name, reaches across a gap: mostly that is near.
    """
    if spans is None:
        return stretch.start
    end = int(np.searchsorted(spans.start, stretch.start, side="left"))
    first = max(0, end - _SETTLING)
    if first == end:
        return stretch.start
    left = spans.start[first:end] * scale
    name = _LONGEST_NAME * LETTER * scale_of()
    reach = np.maximum(spans.furthest[first:end] * scale, left + name) + GAP
    after = np.append(left[1:], stretch.start * scale)
    clean = np.flatnonzero(reach <= after)
    if not len(clean):
        return 0 if not first else int(spans.start[first])
    found = first + int(clean[-1]) + 1
    return int(spans.start[found]) if found < end else stretch.start


def _rows(
    columns: FeatureSlice,
    inside: NDArray[np.int64],
    scale: float,
    most: int,
    labels: list[str] | None = None,
) -> NDArray[np.int64]:
    """Return the rows of the features of these indexes; `most` where none is free."""
    if most == 1 or not len(inside):
        return np.zeros(len(inside), np.int64)
    left, right = columns.start * scale, columns.end * scale
    gap = 1.0
    if labels is not None:
        gap, letter = GAP, LETTER * scale_of()
        lengths = np.fromiter(map(len, labels), np.int64, len(labels))
        right = np.maximum(right, left + lengths * letter)
    first = fresh_start(left, right, gap, int(inside[0]))
    spans = zip(left[first:].tolist(), right[first:].tolist(), strict=True)
    return np.array(pack(spans, gap, most), np.int64)[inside - first]


def roles_of(features: FeatureSlice) -> NDArray[np.int64]:
    """Return the role of each feature's colour: its own, or that of its strand.

    Roles are 0xRRGGBB, or below 0: `PLUS`, `MINUS` or `NEITHER`.
    """
    strand = np.select(
        [features.strand > 0, features.strand < 0], [PLUS, MINUS], NEITHER
    )
    return np.where(features.colour == NO_COLOUR, strand, features.colour).astype(
        np.int64
    )
