"""Boxes, lines and chevrons of packed features, as lists that Qt draws in one call.

A sheet is made once for a stretch and a scale, from columns; painting a view of it is
a shift and a few calls, however many exons there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor

from gfm_desktop.ui.browser.drawing import faded, hairline

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.feature_slice import FeatureSlice
    from gfm_desktop.ui.browser.track import View

CHEVRON_EVERY = 34.0
NARROW = 4.0
"""Pixels below which a feature is one box, without line, blocks and chevrons."""
_LEAST_PIECE = 1.0
_LEAST_BODY = 1.5
_OUTSIDE = 8.0
"""Pixels that shapes may reach out of the stretch: beyond, Qt's raster overflows."""

Shape = TypeVar("Shape", QRectF, QLineF)


_Boxes = tuple[
    "NDArray[np.int64]",
    "NDArray[np.float64]",
    "NDArray[np.float64]",
    "NDArray[np.float64]",
]
"""Owner, left edge, width and height of boxes."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """How tall the parts of a feature are, in pixels.

    Attributes:
        top: Top of the first row.
        pitch: From row to row.
        thick: Coding parts, or what else the file calls thick.
        thin: Blocks beside thick parts.
        alone: Blocks of a feature that has no thick part.
        chevron: Half the height of an arrow head; 0 for none.
    """

    top: float
    pitch: float
    thick: float
    thin: float
    alone: float
    chevron: float = 3.0

    def middle(self, row: float) -> float:
        """Return the pixel of the middle of a row."""
        return self.top + row * self.pitch + self.thick / 2


@dataclass(frozen=True, slots=True)
class Batch(Generic[Shape]):
    """Shapes of one colour, sorted by their left edge.

    Attributes:
        shapes: What Qt draws.
        left: Shape (n,), pixels from the stretch's beginning.
        furthest: Shape (n,), the largest right edge so far.
    """

    shapes: list[Shape]
    left: NDArray[np.float64]
    furthest: NDArray[np.float64]

    def part(self, left: float, right: float) -> list[Shape]:
        """Return the shapes that may touch the pixels from `left` to `right`."""
        first = int(np.searchsorted(self.furthest, left, side="left"))
        last = int(np.searchsorted(self.left, right, side="right"))
        return self.shapes[first:last]


@dataclass(frozen=True, slots=True)
class Ink:
    """Everything that is drawn in one colour.

    Attributes:
        role: What `Sheet.inks` and the caller call the colour.
        lines: Bodies from first to last block.
        chevrons: Arrow heads on them.
        boxes: Blocks, thick parts, and features too narrow for more.
    """

    role: int
    lines: Batch[QLineF]
    chevrons: Batch[QLineF]
    boxes: Batch[QRectF]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A stretch of packed features, ready to draw.

    Attributes:
        origin: 0-based position of pixel 0.
        inks: One a colour.
    """

    origin: int
    inks: tuple[Ink, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """Columns in pixels: left and right (n,), middle of the row (n,)."""

    features: FeatureSlice
    left: NDArray[np.float64]
    right: NDArray[np.float64]
    middle: NDArray[np.float64]
    geometry: Geometry
    origin: int
    scale: float
    width: float

    def clipped(self, positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the pixels of positions, no further out than can be drawn."""
        x = (positions - self.origin) * self.scale
        return np.clip(x, -_OUTSIDE, self.width + _OUTSIDE)


def make_sheet(
    features: FeatureSlice,
    rows: NDArray[np.int64],
    roles: NDArray[np.int64],
    *,
    geometry: Geometry,
    origin: int,
    scale: float,
    width: float,
) -> Sheet:
    """Turn columns into shapes.

    Args:
        features: What lies in the stretch.
        rows: Shape (n,), row of each.
        roles: Shape (n,), colour of each.
        geometry: Heights.
        origin: 0-based position of the stretch's first pixel.
        scale: Pixels per bp.
        width: Pixels of the stretch.
    """
    middle = geometry.middle(0) + rows * geometry.pitch
    ends = (features.start, features.end)
    left, right = ((e - origin) * scale for e in ends)
    placed = _Placed(features, left, right, middle, geometry, origin, scale, width)
    wide = right - left >= NARROW
    boxes = _boxes(placed, wide)
    chevrons = _chevrons(placed, np.flatnonzero(wide & (features.strand != 0)))
    inks = []
    for role in np.unique(roles).tolist():
        own = roles == role
        lines = _lines(placed, np.flatnonzero(wide & own))
        x, heads = chevrons
        inks.append(Ink(role, lines, _heads(placed, x, heads, own), boxes(own)))
    return Sheet(origin, tuple(inks))


def paint_sheet(
    painter: QPainter, sheet: Sheet, view: View, tint: Callable[[int], str]
) -> None:
    """Paint the part of a sheet that is on screen.

    Args:
        painter: Where to paint; pixel 0 is the view's left edge.
        sheet: Made for the view's scale.
        view: What is on screen.
        tint: Gives the colour of a role as ``#rrggbb``.
    """
    shift = view.x(sheet.origin)
    left, right = -shift - 4, view.width - shift + 4
    painter.save()
    painter.translate(shift, 0)
    for ink in sheet.inks:
        colour = tint(ink.role)
        _draw_lines(painter, ink.lines.part(left, right), faded(colour, 0.75), 1.0)
        _draw_lines(painter, ink.chevrons.part(left, right), faded(colour, 0.9), 1.2)
    painter.setPen(Qt.PenStyle.NoPen)
    for ink in sheet.inks:
        boxes = ink.boxes.part(left, right)
        if boxes:
            painter.setBrush(QColor(tint(ink.role)))
            painter.drawRects(boxes)
    painter.restore()


def _draw_lines(
    painter: QPainter, lines: list[QLineF], colour: QColor, width: float
) -> None:
    if lines:
        painter.setPen(hairline(colour, width))
        painter.drawLines(lines)


def _lines(placed: _Placed, chosen: NDArray[np.int64]) -> Batch[QLineF]:
    left = placed.clipped(placed.features.start[chosen])
    right = placed.clipped(placed.features.end[chosen])
    y = placed.middle[chosen].tolist()
    lines = list(map(QLineF, left.tolist(), y, right.tolist(), y))
    return _batch(lines, left, right)


def _boxes(
    placed: _Placed, wide: NDArray[np.bool_]
) -> Callable[[NDArray[np.bool_]], Batch[QRectF]]:
    """Return what makes the boxes of a part of the features."""
    features, geometry = placed.features, placed.geometry
    owner = np.repeat(np.arange(len(features)), np.diff(features.piece_at))
    thick_owner = np.repeat(np.arange(len(features)), np.diff(features.thick_at))
    has_thick = np.diff(features.thick_at) > 0
    thin = np.where(has_thick[owner], geometry.thin, geometry.alone)
    narrow = _one_a_pixel(placed, np.flatnonzero(~wide))
    flat = np.maximum(2.0, geometry.alone - 4.0)
    parts = [
        _pieces(placed, features.pieces, owner, thin, wide),
        _pieces(
            placed,
            features.thick,
            thick_owner,
            np.full(len(thick_owner), geometry.thick),
            wide,
        ),
        (
            narrow,
            placed.left[narrow],
            np.maximum(_LEAST_BODY, placed.right[narrow] - placed.left[narrow]),
            np.full(len(narrow), flat),
        ),
    ]
    owners, x, width, height = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.argsort(x, kind="stable")
    owners, x, width, height = (c[order] for c in (owners, x, width, height))
    top = placed.middle[owners] - height / 2

    def of(own: NDArray[np.bool_]) -> Batch[QRectF]:
        found = own[owners]
        columns = (c[found].tolist() for c in (x, top, width, height))
        return _batch(list(map(QRectF, *columns)), x[found], (x + width)[found])

    return of


def _one_a_pixel(placed: _Placed, narrow: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the narrow features without those that another one hides."""
    pixel = np.floor(placed.left[narrow])
    _, first = np.unique(
        np.stack([placed.middle[narrow], pixel]), axis=1, return_index=True
    )
    return narrow[np.sort(first)]


def _pieces(
    placed: _Placed,
    spans: NDArray[np.int64],
    owner: NDArray[np.int64],
    height: NDArray[np.float64],
    wide: NDArray[np.bool_],
) -> _Boxes:
    """Return the boxes of blocks; those less than a pixel apart become one.

    A gene of a hundred exons on thirty pixels has a few boxes.
    """
    inside = (spans[:, 1] - placed.origin) * placed.scale > -_OUTSIDE
    inside &= (spans[:, 0] - placed.origin) * placed.scale < placed.width + _OUTSIDE
    keep = np.flatnonzero(wide[owner] & inside)
    owner, height = owner[keep], height[keep]
    left, right = placed.clipped(spans[keep, 0]), placed.clipped(spans[keep, 1])
    apart = np.append(0.0, left[1:] - right[:-1]) >= _LEAST_PIECE
    new = np.flatnonzero((np.diff(owner, prepend=-1) != 0) | apart)
    last = np.append(new[1:], len(owner)) - 1
    left, right = left[new], right[last] if len(new) else right
    width = np.maximum(_LEAST_PIECE, right - left)
    return owner[new], left, width, height[new]


def _chevrons(
    placed: _Placed, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the tip and the owner of each arrow head.

    They are in step with the feature's own left end, so that a pan moves them along.
    """
    if not placed.geometry.chevron:
        return np.empty(0), np.empty(0, np.int64)
    every = CHEVRON_EVERY
    begin = placed.left[chosen] + every / 2
    first = np.maximum(0, np.ceil((-_OUTSIDE - begin) / every)).astype(np.int64)
    end = np.minimum(placed.right[chosen] - 4, placed.width + _OUTSIDE)
    last = np.ceil((end - begin) / every).astype(np.int64)
    count = np.maximum(0, last - first)
    owner = np.repeat(chosen, count)
    step = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    tips = np.repeat(begin, count) + (np.repeat(first, count) + step) * every
    order = np.argsort(tips, kind="stable")
    return tips[order], owner[order]


def _heads(
    placed: _Placed,
    tips: NDArray[np.float64],
    owner: NDArray[np.int64],
    own: NDArray[np.bool_],
) -> Batch[QLineF]:
    found = own[owner]
    tips, owner = tips[found], owner[found]
    half = placed.geometry.chevron
    back = tips - half * placed.features.strand[owner]
    y = placed.middle[owner]
    columns = (back, y - half, tips, y)
    upper = map(QLineF, *(c.tolist() for c in columns))
    lower = map(QLineF, *(c.tolist() for c in (back, y + half, tips, y)))
    lines = [line for pair in zip(upper, lower, strict=True) for line in pair]
    twice = np.repeat(tips, 2)
    return _batch(lines, twice - half, twice + half)


def _batch(
    shapes: list[Shape], left: NDArray[np.float64], right: NDArray[np.float64]
) -> Batch[Shape]:
    return Batch(shapes, left, np.maximum.accumulate(right) if len(right) else right)
