"""What a track painter is: it measures itself and paints one stretch of a contig."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF, QRectF
    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.theme import Palette


@dataclass(frozen=True, slots=True)
class View:
    """The stretch on screen and its scale.

    Pixels are reckoned from the view's left edge, never from the contig's start:
    at 248,956,422 bp a 32-bit float has lost the base.

    Attributes:
        interval: What is on screen, 0-based half-open.
        width: Width of the canvas in device-independent pixels.
        palette: Colours of the theme.
    """

    interval: Interval
    width: float
    palette: Palette

    @property
    def scale(self) -> float:
        """Return pixels per bp."""
        return self.width / max(1, len(self.interval))

    def x(self, position: float) -> float:
        """Return the pixel of the left edge of a 0-based position."""
        return (position - self.interval.start) * self.scale

    def position(self, x: float) -> int:
        """Return the 0-based position under a pixel."""
        return self.interval.start + int(x // self.scale)


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies under the mouse.

    Attributes:
        tooltip: Text to show; empty for none.
        row: Row of the score table, where it is a variant.
        interval: Stretch of the feature, where it is one.
        name: Name of the feature.
    """

    tooltip: str = ""
    row: int | None = None
    interval: Interval | None = None
    name: str = ""


class Track(Protocol):
    """A painter of one lane of the browser.

    Attributes:
        key: Stable name, such as ``"genes"``.
        title: What the label on the left says.
    """

    key: str
    title: str

    def height(self, view: View) -> int:
        """Return the height it wants for this view, in pixels."""
        ...

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint into `rect` (origin at the lane's top left); must not block."""
        ...

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Tell what is at `point` (in lane coordinates), or None."""
        ...
