"""All substitutions of a gene: a heatmap over it, and extremes of pixels far out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QGuiApplication

from gfm_desktop.tracks.mutagenesis import signals_of
from gfm_desktop.ui.browser import curves, heatmap_geometry
from gfm_desktop.ui.browser.heatmap_geometry import Effects
from gfm_desktop.ui.browser.heatmap_lane import HeatmapLane, Made, short_units
from gfm_desktop.ui.browser.heatmap_scene import Scales, Scenes, scales_of
from gfm_desktop.ui.browser.predicted_track import FOLDED
from gfm_desktop.ui.browser.track import TrackAction, TrackEntry
from gfm_desktop.ui.browser.track_exports import ExportsSaturation
from gfm_desktop.ui.theme import scale_of
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.workspace.saturation import LANE, Saturation

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.track import Sources, View
    from gfm_desktop.workspace.saturation_numbers import SaturationNumbers
    from gfm_desktop.workspace.workspace import Workspace

_STRETCH = 60


@dataclass(frozen=True, slots=True)
class _Whole:
    """A gene as it is drawn: put together once for each part that comes.

    Attributes:
        of: Its numbers.
        revision: How many parts they had.
        effects: The same, to be drawn.
        near: Scales where every cell is drawn.
        far: Scales where pixels are.
    """

    of: SaturationNumbers
    revision: int
    effects: Effects
    near: Scales
    far: Scales


class SaturationTrack(ExportsSaturation, HeatmapLane):
    """What each substitution of a gene's exons changes; no lane without such a gene."""

    key = LANE
    title = "Saturation"

    def __init__(self, workspace: Workspace, saturation: Saturation) -> None:
        """Draw what `saturation` has."""
        self._workspace = workspace
        self.saturation = saturation
        self.stretch = 0
        self._scenes = Scenes()
        self._whole: _Whole | None = None

    def height(self, view: View) -> int:
        """Return room for the parts; none where no gene on screen is saturated."""
        if self._numbers(view) is not None:
            self.stretch = _STRETCH
            return heatmap_geometry.height_of(view)
        self.stretch = 0
        return round(FOLDED * scale_of()) if self._waits(view) else 0

    def subtitle(self, view: View) -> str:
        """Return the gene's name."""
        found = self._named(view)
        return "" if found is None else found[0]

    def effects(self, view: View) -> Effects | None:
        """Return the effects on screen."""
        numbers = self._numbers(view)
        return None if numbers is None else self._all(numbers).part(view.interval)

    def scales(self, effects: Effects, *, near: bool) -> Scales:
        """Return those of the whole gene, wherever one looks."""
        if self._whole is None:
            return scales_of(effects, near=near)
        return self._whole.near if near else self._whole.far

    def revision(self) -> Hashable:
        """Return how many parts have come, gene by gene, and what is under way."""
        genes = self.saturation.genes.items()
        parts = tuple((name, id(one), one.revision) for name, one in genes)
        return parts, self.saturation.now

    def shifts(self, view: View) -> bool:
        """Tell that nothing but the legend stays while bases move."""
        return self._numbers(view) is not None

    def paint_pinned(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint the legend."""
        self.paint_legend(painter, rect, view)

    def made(self, view: View) -> Made:
        """Return scorer and units, and how far the work is."""
        found = self._named(view)
        if found is None:
            return Made("", "", "")
        name, numbers = found
        now, progress = self.saturation.now, ""
        if now is not None and now.gene == name and now.total:
            progress = f"{now.done / now.total:.0%} done"
        scorer = numbers.scorer
        units = short_units(scorer.units)
        return Made(numbers.model_name, scorer.title, units, progress)

    @property
    def named(self) -> bool:
        """Tell that the label names the gene, and the legend the model."""
        return False

    def reason(self, position: int, view: View) -> str:
        """Return what the run says of a place."""
        numbers = self._numbers(view)
        return "" if numbers is None else numbers.reasons.get(position, "")

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint the heatmap, or that it is on its way."""
        if self._numbers(view) is not None:
            self.paint_scene(painter, rect, view)
            return
        now = self.saturation.now
        if now is not None:
            words = f"Saturating {now.gene}: {now.message}"
            curves.say(painter, rect, words, view, bad=False)

    def vacant(self, view: View) -> bool:
        """Tell whether no gene on screen has a number yet."""
        return self._numbers(view) is None

    def busy(self, view: View) -> bool:
        """Tell whether more is on its way."""
        return self._waits(view)

    def actions(self) -> Sequence[TrackAction]:
        """Return what can be done with the genes that are saturated."""
        saturation, workspace = self.saturation, self._workspace
        wanted = workspace.saturation_wanted
        found = [
            TrackAction("Saturate the gene in view", lambda: wanted.emit("")),
            TrackAction("Stop", saturation.stop, enabled=saturation.now is not None),
            *self.scale_actions(),
        ]
        for name in saturation.genes:
            found += [
                TrackAction(
                    f"Copy the command for {name}",
                    lambda name=name: self._copy(name),  # type: ignore[misc]
                ),
                TrackAction(
                    f"Remove {name}",
                    lambda name=name: saturation.remove(name),  # type: ignore[misc]
                ),
            ]
        return found

    def _copy(self, name: str) -> None:
        QGuiApplication.clipboard().setText(self.saturation.command(name))
        self._workspace.message.emit("info", f"The command for {name} is copied.")

    def _named(self, view: View) -> tuple[str, SaturationNumbers] | None:
        return next(iter(self.saturation.over(view.interval)), None)

    def _numbers(self, view: View) -> SaturationNumbers | None:
        found = self._named(view)
        return None if found is None else found[1]

    def _waits(self, view: View) -> bool:
        now, models = self.saturation.now, self._workspace.annotation
        gene = None if now is None or models is None else models.find(now.gene)
        if gene is None or gene.contig != view.interval.contig:
            return False
        return gene.start < view.interval.end and gene.end > view.interval.start

    def _all(self, numbers: SaturationNumbers) -> Effects:
        """Return the effects of a whole gene: put together once for each part."""
        known = self._whole
        if known and known.of is numbers and known.revision == numbers.revision:
            return known.effects
        whole = Effects.of(
            numbers.contig,
            numbers.places,
            signals_of(numbers.values.astype(np.float64)),
            known=numbers.known.copy(),
            letters=numbers.letters,
        )
        self._whole = _Whole(
            numbers,
            numbers.revision,
            whole,
            scales_of(whole, near=True),
            scales_of(whole, near=False),
        )
        return whole


def _made(sources: Sources) -> SaturationTrack:
    saturation = Saturation(sources.workspace, sources.runner)
    listen(sources.repaint, saturation.changed, sources.repaint.wanted.emit)
    return SaturationTrack(sources.workspace, saturation)


TRACK = TrackEntry(
    key=SaturationTrack.key,
    title=SaturationTrack.title,
    order=56,
    factory=_made,
)
