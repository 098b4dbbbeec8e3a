"""A signal of a file: bars, a line, a heat map or points, at any zoom."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.signal_store import SignalStore
from gfm_desktop.jobs.export.value_files import VALUE_FORMATS
from gfm_desktop.jobs.export_signal import ExportSignal
from gfm_desktop.ui.browser import signal_paint, signal_scale, signal_words
from gfm_desktop.ui.browser.curves import say
from gfm_desktop.ui.browser.drawing import hint
from gfm_desktop.ui.browser.held_scale import HeldScale
from gfm_desktop.ui.browser.signal_columns import STYLES, columns
from gfm_desktop.ui.browser.signal_paint import Ink
from gfm_desktop.ui.browser.signal_scale import (
    Axis,
    Extent,
    extent_of,
    groups_of,
    union,
    value_label,
)
from gfm_desktop.ui.browser.signal_tiles import SignalTiles
from gfm_desktop.ui.browser.track import AxisMark, FileTrackEntry, Hit, PlainTrack, View
from gfm_desktop.ui.theme import scale_of
from gfm_desktop.workspace.lane_book import WHISKERS
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.signal_bins import Bins
    from gfm_desktop.ui.browser.track import Sources
    from gfm_desktop.workspace.lane_book import LaneLook
    from gfm_desktop.workspace.track_files import TrackFile

_HEIGHT, _HEAT_HEIGHT = 64, 26
"""Pixels at a text size of 100 %."""
_ABOVE, _BELOW = 7.0, 7.0
"""Pixels left free: half a line of the axis' labels."""
_KEPT = 16
_LEAST_GAP = 13.0


class SignalTrack(PlainTrack):
    """Paints what a `SignalStore` has of the view."""

    styles: tuple[str, ...] = STYLES
    export_formats: tuple[str, ...] = VALUE_FORMATS
    scaled = True

    def __init__(
        self, sources: Sources, file: TrackFile, store: SignalStore | GfmError
    ) -> None:
        """Paint what `store` has of `file`, or say why it cannot be read."""
        self.key = file.key
        self.title = file.title
        self._file = file
        self._workspace = sources.workspace
        genome = sources.workspace.genome
        self._contigs = {} if genome is None else dict(genome.contigs)
        self._genome = "" if genome is None else str(genome.path)
        self._problem = ""
        self._tiles: SignalTiles | None = None
        if isinstance(store, GfmError):
            self._problem = str(store)
        else:
            self._tiles = SignalTiles(store)
            self._tiles.arrived.connect(sources.repaint.wanted)
        self._extents: dict[object, Extent | None] = {}
        self._last_ends: tuple[object, Extent] | None = None
        self._held = HeldScale(sources.workspace)
        self._held.rested.connect(sources.repaint.wanted)
        self._on_screen: View | None = None
        self._groups = groups_of(sources)
        self._groups.join(self)

    @property
    def problem(self) -> str:
        """Return in words why the signal cannot be shown; empty where it can."""
        return self._problem or ("" if self._tiles is None else self._tiles.problem)

    def height(self, view: View) -> int:
        """Return little for a heat map, more for everything with a scale."""
        heat = self._style() == "heat"
        return round((_HEAT_HEIGHT if heat else _HEIGHT) * scale_of())

    def extent(self, view: View) -> Extent | None:
        """Return smallest and largest value on show, of all loci side by side.

        Of a lane that shows one number a pixel those numbers count, else all values.
        """
        loci = self._workspace.loci
        # Of several loci as they are, so that every pane comes to the same scale.
        places = loci if len(loci) > 1 else (view.interval,)
        return union(self._extent(place, view) for place in places if place.contig)

    def axis(self, rect: QRectF, view: View) -> list[AxisMark]:
        """Return both ends of the scale, and 0 where it lies apart from them."""
        if not self._covers(view):
            return []
        axis = self._axis(rect, view)
        low, high = axis.ends.low, axis.ends.high
        if self._style() == "heat":
            text = f"{value_label(low)} \N{EN DASH} {value_label(high)}"
            return [AxisMark(rect.height() - 8.0, text)]
        marks = [
            AxisMark(axis.top, value_label(high)),
            AxisMark(axis.bottom, value_label(low)),
        ]
        apart = _LEAST_GAP * scale_of()
        free = axis.zero - axis.top > apart and axis.bottom - axis.zero > apart
        if low < 0 < high and free:
            marks.insert(1, AxisMark(axis.zero, "0"))
        return marks

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint what is known now; what is still being read follows by itself."""
        if self.problem:
            say(painter, rect, self.problem, view, bad=True)
            return
        bins = self._bins(view)
        if bins is None or not bins.covered.any():
            here = f"on {view.interval.contig}" if bins is None else "in this region"
            hint(painter, rect, f"No values {here}", view)
            return
        axis, look = self._axis(rect, view), self._look()
        style, ink = self._style(), Ink(look.colour or view.palette.plus, view.palette)
        if style != "heat":
            # A rectangle costs a third of an antialiased line.
            ground = QRectF(rect.left(), round(axis.zero - 0.5), rect.width(), 1.0)
            painter.fillRect(ground, QColor(view.palette.grid))
        ratio = signal_paint.device_ratio(painter)
        count = max(1, round(rect.width() * ratio))
        fine = bins if ratio == 1.0 else self._bins(view, ratio) or bins
        shown = columns(fine, view, rect.left(), count, 1.0 / ratio)
        if signal_paint.is_vector(painter):
            signal_paint.paint_shapes(painter, shown, axis, style, look.summary, ink)
            return
        image = signal_paint.image_of(
            shown, axis, style, look.summary, ink, rect.height()
        )
        painter.drawImage(QPointF(rect.left(), 0.0), image)

    def vacant(self, view: View) -> bool:
        """Tell whether the file cannot be read."""
        return bool(self.problem)

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Read the values under the mouse."""
        if self._tiles is None or self._problem:
            return None
        start = view.position(point.x())
        end = max(start + 1, view.position(point.x() + 1.0))
        place = Interval(view.interval.contig, start, end)
        bins = self._tiles.exact(place, 1.0 / view.scale)
        length = self._contigs.get(place.contig, end)
        words = signal_words.reading(place, bins, length)
        return Hit(f"{self._name()}\n{words}", name=self._name())

    def subtitle(self, view: View) -> str:
        """Return what a pixel shows of its bases, where it has several."""
        summary = self._look().summary
        if view.scale >= 1.0 or not self._covers(view):
            return ""
        if summary == WHISKERS:
            return "mean" if self._style() == "heat" else "min, mean, max"
        return summary

    def data(self, view: View) -> str:
        """Return the values on show, base by base or bin by bin."""
        bins = self._bins(view)
        return "" if bins is None else signal_words.table(view.interval, bins)

    def export_refusal(self, region: Interval) -> str:
        """Refuse a contig that the file lacks."""
        if self._tiles is None:
            return "the signal cannot be read"
        there = self._tiles.covers(region.contig)
        return "" if there else f"no values on {region.contig}"

    def export_job(self, region: Interval, out: Path) -> ExportSignal:
        """Return the job that writes the values of a region into a file."""
        return ExportSignal(
            str(self._file.path),
            self._file.store,
            self._genome,
            region.contig,
            region.start,
            region.end,
            str(out),
        )

    def busy(self, view: View) -> bool:
        """Tell whether values of this view are still being read."""
        if self.problem or self._bins(view) is None or self._tiles is None:
            return False
        return not self._tiles.bins(view.interval, _pixel(view.interval, view))[1]

    def shifts(self, view: View) -> bool:
        """Return that the picture moves with its bases while the scale stays."""
        self._on_screen = view
        if self.problem or self._tiles is None:
            return False
        return self._tiles.any(view.interval, _pixel(view.interval, view))

    def stamp(self) -> object:
        """Return what the picture depends on: the values read, the look, the scale."""
        seen, tiles = self._on_screen, self._tiles
        if seen is None or tiles is None:
            return self._problem, self._look()
        return tiles.revision, tiles.problem, self._look(), self._ends(seen)

    def seen(self, *, shown: bool) -> None:
        """Read nothing more for a lane that is hidden or closed."""
        if self._tiles is not None and not shown:
            self._tiles.close()

    def _look(self) -> LaneLook:
        return self._workspace.lanes.look(self.key)

    def _name(self) -> str:
        return self._look().title or self.title

    def _style(self) -> str:
        style = self._look().style
        return style if style in STYLES else STYLES[0]

    def _covers(self, view: View) -> bool:
        """Tell whether the file has anything on a view's contig."""
        return self._tiles is not None and self._tiles.covers(view.interval.contig)

    def _bins(self, view: View, ratio: float = 1.0) -> Bins | None:
        """Return the bins of the view; None for a contig that the file lacks."""
        if self._tiles is None or not self._covers(view):
            return None
        return self._tiles.bins(view.interval, _pixel(view.interval, view) / ratio)[0]

    def _extent(self, place: Interval, view: View) -> Extent | None:
        tiles, look = self._tiles, self._look()
        if tiles is None or not tiles.covers(place.contig):
            return None
        heat = self._style() == "heat" and look.summary == WHISKERS
        shown = "mean" if heat else look.summary
        key = (place, view.width, shown, look.percentile, tiles.revision)
        if key not in self._extents:
            bins = tiles.bins(place, _pixel(place, view))[0]
            low, high = {
                "mean": (bins.mean, bins.mean),
                "max": (bins.high, bins.high),
                "min": (bins.low, bins.low),
            }.get(shown, (bins.low, bins.high))
            if len(self._extents) >= _KEPT:
                self._extents.clear()
            self._extents[key] = extent_of(low, high, look.percentile)
        return self._extents[key]

    def _axis(self, rect: QRectF, view: View) -> Axis:
        ends = self._ends(view)
        top, bottom = _ABOVE * scale_of(), rect.height() - _BELOW * scale_of()
        if self._style() == "heat":
            top, bottom = 3.0, rect.height() - 3.0
        return Axis(ends, top, max(bottom, top + 1.0))

    def _ends(self, view: View) -> Extent:
        """Return the ends of the scale: those of what is on screen, once it rests."""
        return self._held.ends(self._look(), lambda: self._reckoned(view))

    def _reckoned(self, view: View) -> Extent:
        """Return the ends of the scale that holds what is on screen.

        A picture that is painted wider than the screen, to be moved by a drag, has the
        scale of the part that is seen.
        """
        seen, shown = self._on_screen, view.interval
        if seen is not None and math.isclose(seen.scale, view.scale, rel_tol=1e-9):
            part = seen.interval
            inside = shown.start <= part.start and part.end <= shown.end
            if inside and shown.contig == part.contig:
                view = seen
        look, loci = self._look(), self._workspace.loci
        if look.group or self._tiles is None:
            return signal_scale.ends(self._groups.extent(self, view), look)
        key = (view.interval, view.width, look, loci, self._tiles.revision)
        if self._last_ends is None or self._last_ends[0] != key:
            self._last_ends = (key, signal_scale.ends(self.extent(view), look))
        return self._last_ends[1]


def _pixel(place: Interval, view: View) -> float:
    """Return the bp of a pixel of a place that is shown as wide as the view.

    Always reckoned so: with another last bit the same bins would be put together anew.
    """
    return max(1, len(place)) / view.width


def _make(sources: Sources, file: TrackFile) -> SignalTrack:
    genome = sources.workspace.genome
    contigs = {} if genome is None else genome.contigs
    store: SignalStore | GfmError
    try:
        store = SignalStore(Path(file.store), file.path, contigs)
    except GfmError as error:
        store = error
    return SignalTrack(sources, file, store)


FILE_TRACK = FileTrackEntry(TrackKind.SIGNAL, 60, _make)
