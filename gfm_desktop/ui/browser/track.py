"""What a track painter is: it measures itself and paints one stretch of a contig."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QPointF, QRectF
    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.marks import ContigMarks
    from gfm_desktop.ui.browser.repaint import Repaint
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.predicted_tracks import PredictedTracks
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.track_files import TrackFile, TrackKind
    from gfm_desktop.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class View:
    """The stretch on screen and its scale.

    Pixels are reckoned from the view's left edge, never from the contig's start:
    at 248,956,422 bp a 32-bit float has lost the base.

    Attributes:
        interval: What is on screen, 0-based half-open.
        width: Width of the canvas in device-independent pixels.
        palette: Colours of the theme.
        printed: Whether it is for a picture file: sentences to whoever sits at the
            screen, such as what to press, are left out of it.
        scale: Pixels per bp.
    """

    interval: Interval
    width: float
    palette: Palette
    printed: bool = False
    scale: float = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Reckon the scale once: painters ask a hundred times a frame."""
        object.__setattr__(self, "scale", self.width / max(1, len(self.interval)))

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
        chosen: What a click does; None for the usual.
    """

    tooltip: str = ""
    row: int | None = None
    interval: Interval | None = None
    name: str = ""
    chosen: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class AxisMark:
    """A label in the gutter, beside the lane.

    Attributes:
        y: Pixel of its middle, from the lane's top.
        text: What it says.
        strong: True for the name of a part of the lane, False for a number.
    """

    y: float
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class TrackAction:
    """An entry that a track adds to its context menu.

    Attributes:
        title: What the menu says.
        run: What it does.
        checked: State of a tick; None for an entry without one.
        enabled: Whether it can be chosen now.
        menu: Title of the submenu that it belongs to; empty for none.
    """

    title: str
    run: Callable[[], None]
    checked: bool | None = None
    enabled: bool = True
    menu: str = ""


class Track(Protocol):
    """A painter of one lane of the browser.

    Rectangles and points are in lane coordinates: y from the lane's top, x as `View.x`
    gives it. The visible part begins at ``rect.left()``, which is above 0 while the
    view begins in the middle of a base.

    Attributes:
        key: Stable name, such as ``"genes"``.
        title: What the label on the left says.
        stretch: Most pixels that it likes to get beyond `height` where the canvas has
            room; 0 for none.
        styles: Ways of drawing that its menu offers, the usual one first; empty
            where there is only one. The choice is `LaneLook.style`.
        scaled: Whether it has a scale that may be fixed or shared (`LaneLook.low`,
            `high`, `group`) and a colour of its own (`LaneLook.colour`).
    """

    key: str
    title: str
    stretch: int
    styles: tuple[str, ...]
    scaled: bool

    def height(self, view: View) -> int:
        """Return the height it wants for this view, in pixels."""
        ...

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint into `rect` (origin at the lane's top left); must not block."""
        ...

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Tell what is at `point` (in lane coordinates), or None."""
        ...

    def subtitle(self, view: View) -> str:
        """Return a second, quieter line for the label; may be empty."""
        ...

    def axis(self, rect: QRectF, view: View) -> Sequence[AxisMark]:
        """Return what the gutter says beside the lane."""
        ...

    def data(self, view: View) -> str:
        """Return what is on show as tab-separated text with a header line."""
        ...

    def actions(self) -> Sequence[TrackAction]:
        """Return what its context menu offers beside the usual."""
        ...

    def seen(self, *, shown: bool) -> None:
        """Take note that the lane is on show, or hidden."""
        ...

    def busy(self, view: View) -> bool:
        """Tell whether more of this view is on its way: a picture would wait."""
        ...

    def vacant(self, view: View) -> bool:
        """Tell whether nothing can be shown: not made, not readable, too far out.

        Pictures leave such a lane out. Where the data have nothing, it is not vacant:
        that no read lies here is worth a blank lane.
        """
        ...

    def shifts(self, view: View) -> bool:
        """Tell whether the picture of this view moves with its bases and nothing else.

        Where it does, `paint` is asked for more than is on screen, once, and the
        canvas moves what came out for as long as the scale and the `stamp` stay. What
        is held at the edge of the screen is then left to `paint_pinned`.
        """
        ...

    def paint_pinned(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint what is held on screen over the moving picture, such as a legend.

        Asked for each time, with what is on screen, and only where `shifts`.
        """
        ...

    def stamp(self) -> object:
        """Return what changes when the pictures of its views would: None for unknown.

        A track without a stamp is painted anew whenever anything may have changed.
        """
        ...


class PlainTrack:
    """The answers of a track that has nothing special to say."""

    stretch = 0
    styles: tuple[str, ...] = ()
    scaled = False

    def subtitle(self, view: View) -> str:
        """Return no second line."""
        return ""

    def axis(self, rect: QRectF, view: View) -> Sequence[AxisMark]:
        """Return no axis."""
        return ()

    def data(self, view: View) -> str:
        """Return nothing to copy."""
        return ""

    def actions(self) -> Sequence[TrackAction]:
        """Return no special actions."""
        return ()

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Return nothing under the mouse."""
        return None

    def seen(self, *, shown: bool) -> None:
        """Do nothing: what is hidden costs nothing."""

    def busy(self, view: View) -> bool:
        """Return that all is there."""
        return False

    def vacant(self, view: View) -> bool:
        """Return that it shows what there is."""
        return False

    def shifts(self, view: View) -> bool:
        """Return that it is painted for each view."""
        return False

    def paint_pinned(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Hold nothing at the edge of the screen."""

    def stamp(self) -> object:
        """Return that nobody knows."""
        return None


@dataclass(frozen=True, slots=True)
class Sources:
    """What tracks paint from.

    Attributes:
        workspace: What is open.
        predicted: Predicted tracks of the visible region and of the selection, kind by
            kind.
        marks: Variants of the contig on show, as arrays.
        runner: Runs the jobs of tracks that read files in the worker.
        repaint: Who to tell when what was read late has arrived.
    """

    workspace: Workspace
    predicted: PredictedTracks
    marks: ContigMarks
    runner: Runner
    repaint: Repaint


@dataclass(frozen=True, slots=True)
class TrackEntry:
    """What a track file offers, so that the list of tracks is found by discovery.

    Attributes:
        key: The track's key.
        title: What the list of tracks says.
        order: Place from the top, small first.
        factory: Makes the painter.
    """

    key: str
    title: str
    order: int
    factory: Callable[[Sources], Track]


@dataclass(frozen=True, slots=True)
class FileTrackEntry:
    """What a track file offers that paints opened files, one lane a file.

    Attributes:
        kind: The files it paints.
        order: Place of a new lane from the top, small first.
        factory: Makes the painter; its `Track.key` must be the file's `key`.
    """

    kind: TrackKind
    order: int
    factory: Callable[[Sources, TrackFile], Track]
