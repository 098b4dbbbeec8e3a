"""Features of an opened file: packed into rows, in their own colours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.errors import GfmError
from gfm_desktop.ui.browser.bodies import Geometry
from gfm_desktop.ui.browser.contrast import seen_on
from gfm_desktop.ui.browser.density import Density
from gfm_desktop.ui.browser.pile import MINUS, PLUS, Layout, Manner
from gfm_desktop.ui.browser.piled_track import MARGIN, PiledTrack
from gfm_desktop.ui.browser.scale import span_label
from gfm_desktop.ui.browser.track import FileTrackEntry, Hit, TrackAction
from gfm_desktop.ui.browser.track_exports import ExportsFeatures
from gfm_desktop.ui.theme import scale_of
from gfm_desktop.workspace.feature_search import store_at
from gfm_desktop.workspace.opening import Opening
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QPointF, QRectF

    from gfm_desktop.genome.feature_slice import FeatureSlice, SortedSpans
    from gfm_desktop.genome.feature_store import FeatureStore
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.track_files import TrackFile
    from gfm_desktop.workspace.workspace import Workspace

PACKED, DENSE, SQUISHED = "packed", "dense", "squished"
_TALL = Geometry(MARGIN / 2, 16.0, thick=12.0, thin=6.0, alone=10.0)
_FLAT = Geometry(MARGIN / 2, 8.0, thick=6.0, thin=3.0, alone=5.0, chevron=2.0)
_MANNERS = {
    PACKED: Manner(_TALL, named=True, most_named=12, most=24),
    DENSE: Manner(_TALL, named=False, most_named=0, most=1),
    SQUISHED: Manner(_FLAT, named=False, most_named=0, most=60),
}
_MOST_COPIED = 200_000
_NAMED_IN_DENSITY = 8
_SHOWN_FIELDS = 10
_LONGEST_VALUE = 80


@dataclass(frozen=True, slots=True)
class _Stored:
    """A store as `pile.Features`."""

    store: FeatureStore

    @property
    def identity(self) -> object:
        return self.store.folder

    def spans(self, contig: str) -> SortedSpans | None:
        return self.store.spans(contig)

    def columns(self, interval: Interval) -> FeatureSlice:
        return self.store.columns(interval)

    def label(self, number: int) -> str:
        return self.store.label(number)


class FeaturesTrack(ExportsFeatures, PiledTrack):
    """One opened file of features."""

    styles: tuple[str, ...] = (PACKED, DENSE, SQUISHED)

    def __init__(self, workspace: Workspace, runner: Runner, file: TrackFile) -> None:
        """Map the file's store; what is wrong with it is said in the lane.

        Args:
            workspace: What is open.
            runner: Reads the file again, where it shall serve as gene models.
            file: The file.
        """
        super().__init__(workspace)
        self._runner, self._file = runner, file
        self.key = file.key
        self.title = file.title
        self._problem = ""
        self.store: FeatureStore | None = None
        try:
            self.store = store_at(file.store)
        except GfmError as error:
            self._problem = f"{error.what} {error.todo}".strip()

    @property
    def style(self) -> str:
        """Return how the user wants features drawn."""
        chosen = self._workspace.lanes.look(self.key).style
        return chosen if chosen in _MANNERS else PACKED

    def least(self) -> float:
        """Return the height of a row."""
        return _TALL.pitch * scale_of()

    def vacant(self, view: View) -> bool:
        """Tell whether the file cannot be read."""
        return self.store is None

    def nothing(self) -> str:
        """Say why the file cannot be read, or that nothing is here."""
        return self._problem or "No feature here"

    def layout(self, view: View) -> Layout | None:
        """Return the features around the view, in rows or counted; None without any."""
        if self.store is None:
            return None
        return self._piles.of(_Stored(self.store), _MANNERS[self.style], view)

    def data(self, view: View) -> str:
        """Return the features on screen, 1-based inclusive."""
        lines = ["contig\tstart\tend\tname\tscore\tstrand"]
        if self.store is None:
            return lines[0] + "\n"
        found = self.store.columns(view.interval)
        shown = found.number[:_MOST_COPIED].tolist()
        for place, number in enumerate(shown):
            start, end = int(found.start[place]) + 1, int(found.end[place])
            where = f"{view.interval.contig}\t{start}\t{end}"
            name = self.store.label(number) or "."
            score = self.store.score(number)
            value = "." if math.isnan(score) else f"{score:g}"
            sign = _SIGNS[int(found.strand[place])]
            lines.append(f"{where}\t{name}\t{value}\t{sign}")
        left = len(found) - len(shown)
        if left:
            lines.append(f"# {left:,} more: zoom in to copy them")
        return "\n".join(lines) + "\n"

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Return the feature under the mouse."""
        layout, store = self.layout(view), self.store
        if layout is None or store is None:
            return None
        if isinstance(layout, Density):
            return self._hit_counted(layout, store, view.position(point.x()))
        index = layout.at(point.x(), point.y(), view)
        if index is None:
            return None
        number = int(layout.features.number[index])
        strand = int(layout.features.strand[index])
        words = feature_words(store, number, strand)
        return Hit(words, None, store.where(number), store.label(number))

    def actions(self) -> Sequence[TrackAction]:
        """Return the way to score and number exons with these features."""
        return (TrackAction("Use as gene models", self._use_as_genes),)

    def _use_as_genes(self) -> None:
        Opening(self._workspace, self._runner).open_genes(self._file.path)

    def _hit_counted(
        self, density: Density, store: FeatureStore, position: int
    ) -> Hit | None:
        where, count = density.bin_at(position)
        if not count:
            return None
        numbers = store.columns(where).number[:_NAMED_IN_DENSITY].tolist()
        names = ", ".join(dict.fromkeys(filter(None, map(store.label, numbers))))
        more = ", ..." if names and count > _NAMED_IN_DENSITY else ""
        many = f"{count:,} feature{'' if count == 1 else 's'} in {where}"
        told = f"{many}: {names}{more}" if names else many
        return Hit(f"{told}\nZoom in to see them.")

    def tint(self, palette: Palette, role: int) -> str:
        """Return the user's colour, the feature's, or that of its strand."""
        own = self._workspace.lanes.look(self.key).colour
        if own:
            return own
        if role >= 0:
            code = f"#{role:06x}"
            return seen_on(code, palette.surface, palette.text)
        return {PLUS: palette.plus, MINUS: palette.minus}.get(role, palette.ref)


_SIGNS = {1: "+", -1: "-", 0: "."}


def feature_words(store: FeatureStore, number: int, strand: int) -> str:
    """Return what the mouse reads over a feature: name, place, score, fields.

    Args:
        store: Where it lies.
        number: What the store calls it.
        strand: 1, -1, or 0 where none is known.
    """
    where, score = store.where(number), store.score(number)
    sign = f"  ({_SIGNS[strand]} strand)" if strand else ""
    lines = [f"{store.label(number) or 'Feature'}{sign}"]
    lines.append(f"{where}, {span_label(len(where))}")
    if not math.isnan(score):
        lines.append(f"Score {score:g}")
    fields = store.fields(number)
    for name, value in fields[:_SHOWN_FIELDS]:
        cut = (
            value[: _LONGEST_VALUE - 1] + "…" if len(value) > _LONGEST_VALUE else value
        )
        lines.append(f"{name}: {cut}")
    if len(fields) > _SHOWN_FIELDS:
        lines.append(f"and {len(fields) - _SHOWN_FIELDS} more")
    return "\n".join(lines)


FILE_TRACK = FileTrackEntry(
    kind=TrackKind.FEATURES,
    order=25,
    factory=lambda sources, file: FeaturesTrack(
        sources.workspace, sources.runner, file
    ),
)
