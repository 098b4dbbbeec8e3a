"""Turns packed features into shapes: columns in, lists of boxes and lines out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QLineF, QRectF

from gfm_desktop.ui.browser.bodies import (
    CHEVRON_EVERY,
    NARROW,
    Batch,
    Geometry,
    Ink,
    Sheet,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gfm_desktop.genome.feature_slice import FeatureSlice

_LEAST_PIECE = 1.0
_LEAST_BODY = 1.5
_OUTSIDE = 8.0
"""Pixels that shapes may reach out of the stretch: beyond, Qt's raster overflows."""
_Boxes = tuple[
    "NDArray[np.int64]",
    "NDArray[np.floating[Any]]",
    "NDArray[np.floating[Any]]",
    "NDArray[np.floating[Any]]",
]
"""Owner, left edge, width and height of boxes."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """Columns in pixels: left and right (n,), middle of the row (n,)."""

    features: FeatureSlice
    left: NDArray[np.floating[Any]]
    right: NDArray[np.floating[Any]]
    middle: NDArray[np.floating[Any]]
    geometry: Geometry
    origin: int
    scale: float
    width: float

    def clipped(self, positions: NDArray[np.int64]) -> NDArray[np.floating[Any]]:
        """Return the pixels of positions, no further out than can be drawn."""
        x = (positions - self.origin) * self.scale
        inside: NDArray[np.floating[Any]] = np.clip(x, -_OUTSIDE, self.width + _OUTSIDE)
        return inside


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


def _lines(placed: _Placed, chosen: NDArray[np.int64]) -> Batch[QLineF]:
    left = placed.clipped(placed.features.start[chosen])
    right = placed.clipped(placed.features.end[chosen])
    y = placed.middle[chosen]
    return Batch.of(QLineF, (left, y, right, y), left, right)


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
        columns = [c[found] for c in (x, top, width, height)]
        return Batch.of(QRectF, columns, x[found], (x + width)[found])

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
    height: NDArray[np.floating[Any]],
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
) -> tuple[NDArray[np.floating[Any]], NDArray[np.int64]]:
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
    tips: NDArray[np.floating[Any]],
    owner: NDArray[np.int64],
    own: NDArray[np.bool_],
) -> Batch[QLineF]:
    found = own[owner]
    tips, owner = tips[found], owner[found]
    half = placed.geometry.chevron
    back = tips - half * placed.features.strand[owner]
    y = placed.middle[owner]
    back, tips, y = (np.repeat(column, 2) for column in (back, tips, y))
    away = np.tile((-half, half), len(tips) // 2)
    return Batch.of(QLineF, (back, y + away, tips, y), tips - half, tips + half)
