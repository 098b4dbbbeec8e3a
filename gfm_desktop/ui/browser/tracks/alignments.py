"""Alignments as coverage: grey bars, coloured where reads differ from the genome."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRectF, QTimer

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.export.value_files import VALUE_FORMATS
from gfm_desktop.jobs.export_coverage import ExportCoverage
from gfm_desktop.ui.browser import coverage_menu, coverage_words
from gfm_desktop.ui.browser.coverage_paint import (
    overview_bars,
    paint_coverage,
    paint_overview,
    paint_words,
)
from gfm_desktop.ui.browser.coverage_scene import CoverageScene, Threshold, scene_of
from gfm_desktop.ui.browser.curves import say
from gfm_desktop.ui.browser.drawing import hint
from gfm_desktop.ui.browser.signal_scale import (
    Axis,
    Extent,
    ends,
    groups_of,
    value_label,
)
from gfm_desktop.ui.browser.track import (
    AxisMark,
    FileTrackEntry,
    Hit,
    PlainTrack,
)
from gfm_desktop.ui.theme import scale_of
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.workspace.read_coverages import (
    WIDEST,
    ReadCoverages,
    Stage,
)
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.track import Sources, TrackAction, View
    from gfm_desktop.workspace.lane_book import LaneLook
    from gfm_desktop.workspace.track_files import TrackFile

_HEIGHT = 72
_ABOVE, _BELOW = 10.0, 6.0
"""Pixels left free: half a line of the axis' labels, and the insertions' marks."""
_ASK_MS = 60
"""How long views are collected before the worker is asked."""
_TOGETHER_MS = 30
_SCENES, _OVERVIEWS = 6, 4


class AlignmentsTrack(PlainTrack):
    """Paints what `ReadCoverages` has counted, and asks it for what is on screen."""

    stretch = 70
    scaled = True
    export_formats: tuple[str, ...] = VALUE_FORMATS

    def __init__(self, sources: Sources, file: TrackFile) -> None:
        """Read a file's alignments through the worker."""
        self.key = file.key
        self.title = file.title
        self.threshold = Threshold()
        self.reads = ReadCoverages(sources.workspace, sources.runner, file.store)
        self._store = file.store
        self._workspace = sources.workspace
        self._repaint = sources.repaint
        self._groups = groups_of(sources)
        self._groups.join(self)
        self._scenes: OrderedDict[object, CoverageScene] = OrderedDict()
        self._overviews: OrderedDict[object, list[QRectF]] = OrderedDict()
        self._asking = _Asking(sources.repaint, self)
        listen(sources.repaint, self.reads.changed, self._asking.told)

    def height(self, view: View) -> int:
        """Return a height that grows with the text."""
        return round(_HEIGHT * scale_of())

    def extent(self, view: View) -> Extent | None:
        """Return the greatest depth on show, of all loci side by side."""
        tops = [
            scene.most(one)
            for one in self._views(view)
            if (scene := self._scene(one)) is not None
        ]
        return Extent(0.0, float(max(tops))) if tops else None

    def axis(self, rect: QRectF, view: View) -> list[AxisMark]:
        """Return both ends of the scale; none where no depth was counted."""
        if self._scene(view) is None:
            return []
        axis = self._axis(rect, view)
        return [
            AxisMark(axis.top, value_label(axis.ends.high)),
            AxisMark(axis.bottom, value_label(axis.ends.low)),
        ]

    def subtitle(self, view: View) -> str:
        """Return what is counted."""
        if self._scene(view) is None:
            return "size in the file" if self._has_overview(view) else ""
        chosen = self.reads.filter
        words = ["depth"]
        words += [f"MAPQ ≥ {chosen.mapping_quality}"] if chosen.mapping_quality else []
        words += (
            [f"base quality ≥ {chosen.base_quality}"] if chosen.base_quality else []
        )
        return ", ".join(words)

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint the counts that are there; the others follow by themselves."""
        self._asking.soon()
        stage = self.reads.stage(view.interval)
        if stage is Stage.FAILED:
            say(painter, rect, self.reads.failure(view.interval), view, bad=True)
            return
        scene = self._scene(view)
        if scene is None:
            self._paint_wide(painter, rect, view)
            return
        axis = self._axis(rect, view)
        paint_coverage(painter, rect, view, scene, axis, self._look().colour)
        if stage is Stage.WAITING and not view.printed:
            paint_words(painter, rect, view, "Reading alignments")
        elif not scene.most(view):
            hint(painter, rect, "No reads here", view)

    def vacant(self, view: View) -> bool:
        """Tell whether the reads of the view could not be read."""
        return self.reads.stage(view.interval) is Stage.FAILED

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Return the counts under the mouse: of several bases where most differ."""
        # As wide as a mark is painted where bases are narrower than that.
        reach = 1.0 if view.scale < 1 else 0.0
        start = max(0, view.position(point.x() - reach))
        end = max(start + 1, view.position(point.x() + 2 * reach) + 1)
        place = Interval(view.interval.contig, start, end)
        tiles = self.reads.tiles(place)
        position = coverage_words.busiest(tiles, place)
        if position is None:
            return None
        words = coverage_words.at(tiles, place.contig, position)
        return Hit(f"{self._look().title or self.title}\n{words}", name=self.title)

    def data(self, view: View) -> str:
        """Return the counts on screen, a line a base."""
        return coverage_words.table(self.reads.tiles(view.interval), view.interval)

    def actions(self) -> list[TrackAction]:
        """Offer to read what is too wide, and to say what counts and is coloured."""
        locus, reads = self._workspace.locus, self.reads
        return [
            *coverage_menu.reading(reads.stage(locus), locus, self.read_here),
            *coverage_menu.colouring(self.threshold, self.set_threshold),
            *coverage_menu.filtering(reads.filter, reads.set_filter),
        ]

    def export_refusal(self, region: Interval) -> str:
        """Refuse a contig that the file lacks."""
        there = self.reads.density(region.contig) is not None
        return "" if there else f"no reads on {region.contig}"

    def export_job(self, region: Interval, out: Path) -> ExportCoverage:
        """Return the job that writes depth or counts of a region into a file."""
        genome, chosen = self._workspace.genome, self.reads.filter
        return ExportCoverage(
            self._store,
            "" if genome is None else str(genome.path),
            region.contig,
            region.start,
            region.end,
            str(out),
            chosen.mapping_quality,
            chosen.base_quality,
        )

    def seen(self, *, shown: bool) -> None:
        """Read nothing more for a lane that is hidden or closed."""
        self._asking.set_active(shown)

    def busy(self, view: View) -> bool:
        """Tell whether reads are still being counted."""
        return self.reads.stage(view.interval) is Stage.WAITING

    def shifts(self, view: View) -> bool:
        """Tell whether the scale is fixed and the reads are there."""
        fixed = self._look().high is not None
        return fixed and self.reads.stage(view.interval) is Stage.READY

    def stamp(self) -> object:
        """Return what the picture of a view depends on."""
        return (
            self.reads.revision,
            self.threshold,
            self._workspace.lanes.looks,
            self._workspace.loci,
        )

    def loci(self) -> tuple[Interval, ...]:
        """Return what is on show in all panes."""
        return tuple(locus for locus in self._workspace.loci if locus.contig)

    def read_here(self) -> None:
        """Read what is on screen, also where it is wide; says what is against it."""
        try:
            self.reads.read_here(self._workspace.locus)
        except GfmError as problem:
            self._workspace.message.emit("warning", str(problem))

    def set_threshold(self, threshold: Threshold) -> None:
        """Colour bases from another share or number of reads on."""
        self.threshold = threshold
        self.repaint()

    def repaint(self) -> None:
        """Have the lane painted anew."""
        self._repaint.wanted.emit()

    def _look(self) -> LaneLook:
        return self._workspace.lanes.look(self.key)

    def _views(self, view: View) -> list[View]:
        """Return a view and those of the other loci on show, at its scale."""
        loci = self._workspace.loci
        if len(loci) < 2:
            return [view]
        others = [one for one in loci if one.contig and not one.overlaps(view.interval)]
        return [view, *(replace(view, interval=one) for one in others)]

    def _scene(self, view: View) -> CoverageScene | None:
        """Return the counts around a view; None where none of them are there.

        It lies on a grid and is wider than the view, so that a drag makes few of them.
        """
        if self.reads.stage(view.interval) in (Stage.IDLE, Stage.TOO_WIDE):
            return None
        step = 1 << max(5, len(view.interval).bit_length() - 1)
        first = view.interval.start // step * step
        stretch = Interval(view.interval.contig, first, first + 3 * step)
        key = (stretch, f"{view.scale:.9g}", self.threshold, self.reads.revision)
        if key not in self._scenes:
            tiles = self.reads.tiles(stretch)
            made = scene_of(tiles, stretch, view.scale, self.threshold)
            _keep(self._scenes, key, made, _SCENES)
        return self._scenes[key]

    def _axis(self, rect: QRectF, view: View) -> Axis:
        top, bottom = _ABOVE * scale_of(), rect.height() - _BELOW * scale_of()
        extent = self._groups.extent(self, view)
        return Axis(ends(extent, self._look()), top, max(bottom, top + 1.0))

    def _has_overview(self, view: View) -> bool:
        density = self.reads.density(view.interval.contig)
        return density is not None and self._workspace.genome is not None

    def _paint_wide(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint where the file has its bytes, and say what to do for depths."""
        density = self.reads.density(view.interval.contig)
        kb = f"{WIDEST // 1000} kb"
        if density is None:
            words = f"No reads on {view.interval.contig}"
            hint(painter, rect, words, view)
            return
        key = (view.interval, view.width, rect.height())
        if key not in self._overviews:
            bars = overview_bars(view, density, rect.height())
            _keep(self._overviews, key, bars, _OVERVIEWS)
        paint_overview(painter, self._overviews[key], view, self._look().colour)
        words = "Size in the file, not depth"
        if not view.printed:
            words += f": zoom in below {kb} for reads"
        paint_words(painter, rect, view, words)


class _Asking(QObject):
    """Asks for what is on screen, a moment after it was painted.

    A drag paints sixty views a second; only where it rests, reads are counted.
    """

    def __init__(self, parent: QObject, track: AlignmentsTrack) -> None:
        super().__init__(parent)
        self._track = track
        self._active = True
        self._views: tuple[Interval, ...] = ()
        self._timer = QTimer(self, singleShot=True, interval=_ASK_MS)
        self._timer.timeout.connect(self._ask)
        # Tiles come in bursts: one picture for all that came meanwhile.
        self._paint = QTimer(self, singleShot=True, interval=_TOGETHER_MS)
        self._paint.timeout.connect(track.repaint)

    def told(self) -> None:
        """Paint in a moment what has arrived."""
        if not self._paint.isActive():
            self._paint.start()

    def soon(self) -> None:
        """Ask in a moment."""
        if not self._timer.isActive() and self._active:
            self._timer.start()

    def set_active(self, active: bool) -> None:
        """Ask, or give up what was asked."""
        self._active = active
        if not active:
            self._timer.stop()
            self._views = ()
            self._track.reads.want(())

    def _ask(self) -> None:
        views = self._track.loci()
        if views != self._views:
            self._views = views
            self._track.reads.want(views)


def _keep(kept: OrderedDict[object, Any], key: object, value: Any, most: int) -> None:
    kept[key] = value
    while len(kept) > most:
        kept.popitem(last=False)


def _make(sources: Sources, file: TrackFile) -> AlignmentsTrack:
    return AlignmentsTrack(sources, file)


FILE_TRACK = FileTrackEntry(TrackKind.ALIGNMENTS, 70, _make)
