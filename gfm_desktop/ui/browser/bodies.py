"""Boxes, lines and chevrons of packed features, as lists that Qt draws in one call.

A sheet is made once for a stretch and a scale, from columns; painting a view of it is
a shift and a few calls, however many exons there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor

from gfm_desktop.ui.browser.drawing import faded, hairline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.track import View

CHEVRON_EVERY = 34.0
NARROW = 4.0
"""Pixels below which a feature is one box, without line, blocks and chevrons."""
Shape = TypeVar("Shape", QRectF, QLineF)


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

    Kept as numbers: what is drawn once, and then moved as a picture, need not be made
    into shapes beyond the picture.

    Attributes:
        kind: What Qt draws: boxes of left, top, width and height, or lines of x, y,
            x and y.
        columns: Shape (4, n), what `kind` is made of.
        left: Shape (n,), pixels from the stretch's beginning.
        furthest: Shape (n,), the largest right edge so far.
    """

    kind: type[Shape]
    columns: NDArray[np.floating[Any]]
    left: NDArray[np.floating[Any]]
    furthest: NDArray[np.floating[Any]]

    @classmethod
    def of(
        cls,
        kind: type[Shape],
        columns: Sequence[NDArray[np.floating[Any]]],
        left: NDArray[np.floating[Any]],
        right: NDArray[np.floating[Any]],
    ) -> Batch[Shape]:
        """Return a batch of shapes that lie between these pixels, the leftmost first.

        Args:
            kind: See `Batch.kind`.
            columns: Four of shape (n,), see `Batch.columns`.
            left: Shape (n,), ascending.
            right: Shape (n,).
        """
        furthest = np.maximum.accumulate(right) if len(right) else right
        return cls(kind, np.stack(columns), left, furthest)

    def part(self, left: float, right: float) -> list[Shape]:
        """Return the shapes that may touch the pixels from `left` to `right`."""
        first = int(np.searchsorted(self.furthest, left, side="left"))
        last = int(np.searchsorted(self.left, right, side="right"))
        make: Callable[..., Shape] = self.kind
        return list(map(make, *self.columns[:, first:last].tolist()))


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
