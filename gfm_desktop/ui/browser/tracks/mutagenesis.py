"""In-silico mutagenesis of what is on screen: what each substitution would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication

from gfm_desktop.errors import GfmError
from gfm_desktop.tracks import mutagenesis
from gfm_desktop.ui.browser import curves, heatmap_geometry
from gfm_desktop.ui.browser.heatmap_geometry import Effects
from gfm_desktop.ui.browser.heatmap_lane import HeatmapLane, Made, short_units
from gfm_desktop.ui.browser.heatmap_scene import Scales, Scenes, scales_of
from gfm_desktop.ui.browser.predicted_track import FOLDED, PredictedTrack
from gfm_desktop.ui.browser.track import Hit, TrackAction, TrackEntry
from gfm_desktop.ui.theme import scale_of
from gfm_desktop.workspace.prediction_state import Stage
from gfm_desktop.workspace.shown_prediction import predict_command

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.workspace.predictions import Predictions
    from gfm_desktop.workspace.workspace import Workspace

_STRETCH = 90


class MutagenesisTrack(HeatmapLane, PredictedTrack):
    """A heatmap of substitutions that fills coarse to fine, under a logo."""

    key = "mutagenesis"
    title = "Mutagenesis"

    def __init__(self, workspace: Workspace, predictions: Predictions) -> None:
        """Draw what `predictions` has; nothing is asked for here."""
        PredictedTrack.__init__(self, workspace, predictions)
        self.stretch = _STRETCH
        self._scenes = Scenes()

    def height(self, view: View) -> int:
        """Return room for the parts, or for a sentence where nothing is drawn."""
        folded = len(view.interval) > self._asked or not self._drawable(view)
        self.stretch = 0 if folded else _STRETCH
        if folded:
            return round(FOLDED * scale_of())
        return heatmap_geometry.height_of(view)

    def shifts(self, view: View) -> bool:
        """Tell that nothing but the legend stays, once all is there, or a sentence."""
        self._blank = self._says_only(view)
        return self._blank or not self._waits

    def paint_pinned(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint the legend, or why there is nothing yet."""
        if self._blank:
            self._paint_sentence(painter, rect, view)
        else:
            self.paint_legend(painter, rect, view)

    def _says_only(self, view: View) -> bool:
        return len(view.interval) > self._asked or not self._drawable(view)

    def scales(self, effects: Effects, *, near: bool) -> Scales:
        """Return the scales of the view that has come to rest: a drag keeps them."""
        rest = self._predictions.view
        whole = effects if rest is None else self._effects(rest)
        return scales_of(whole if len(whole) else effects, near=near)

    def effects(self, view: View) -> Effects | None:
        """Return the effects on screen, as far as they are there."""
        return self._effects(view.interval) if self._drawable(view) else None

    def _effects(self, view: Interval) -> Effects:
        region = self._predictions.region(view)
        shown = region.known.copy()
        wanted = self._predictions.wanted(view)
        if wanted is not None:
            first = wanted.start - view.start
            shown[max(0, first) : first + len(wanted)] = True
        at = np.flatnonzero(shown)
        letters = region.letters or "N" * len(shown)
        return Effects.of(
            view.contig,
            view.start + at,
            {key: values[at] for key, values in region.ref.items()},
            known=region.known[at],
            letters="".join(letters[i] for i in at.tolist()),
        )

    def revision(self) -> Hashable:
        """Return the state of the answers, and whether nothing is drawn."""
        return self._predictions.revision, self._blank

    def made(self, view: View) -> Made:
        """Return scorer and units, and how far the work is."""
        region = self._region(view)
        done = float(region.known.mean()) if len(region.known) else 1.0
        waiting = self._predictions.state(view.interval).stage is Stage.WAITING
        return Made(
            self._predictions.model_name,
            region.how,
            short_units(region.units),
            f"{done:.0%} done" if waiting else "",
        )

    def reason(self, position: int, view: View) -> str:
        """Return what the prediction says."""
        return self._region(view).reason(position)

    def actions(self) -> Sequence[TrackAction]:
        """Return the model's choices, and to compute what is on screen."""
        view = self._predictions.view
        ask = TrackAction(
            f"Compute here (up to {self._asked:,} bp)",
            lambda: None if view is None else self._compute(view),
            enabled=view is not None and len(view) <= self._asked,
        )
        copy = TrackAction(
            "Copy the command",
            lambda: None if view is None else self._copy(view),
            enabled=ask.enabled and bool(self._predictions.model.id),
        )
        return [ask, copy, *self.scale_actions(), *PredictedTrack.actions(self)]

    def _copy(self, view: Interval) -> None:
        out = f"{view.contig}_{view.start + 1}_{view.end}.tsv"
        found = self._predictions
        text = predict_command(self._workspace, found, view, None, out)
        QGuiApplication.clipboard().setText(text)
        self._workspace.message.emit("info", "The command for this view is copied.")

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint the heatmap, or in words why there is nothing yet."""
        if self._blank or not self._drawable(view):
            return  # The sentence is held on screen: see `paint_pinned`.
        words, bad = self._sentence(view)
        if _is_folded(rect):
            self._paint_sentence(painter, rect, view)
            return
        self.paint_scene(painter, rect, view)
        if self._waits:
            self.paint_legend(painter, rect, view)
        known = self._region(view).known
        waits = self._predictions.state(view.interval).stage is Stage.WAITING
        if bad or (waits and not known.any()):
            box = QRectF(rect.left(), rect.height() * 0.3, rect.width(), 20)
            curves.say(painter, box, words, view, bad=bad)

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Read the heatmap; where nothing is, a click asks for it."""
        if self._drawable(view) and not _is_folded(rect):
            hit = HeatmapLane.hit(self, point, rect, view)
            if hit is not None or self._comes(view.position(point.x()), view):
                return hit
        elif self._predictions.state(view.interval).stage is not Stage.IDLE:
            return None
        if not self._predictions.model.id or not view.interval.contig:
            return None
        return Hit(_OFFER, chosen=lambda: self._compute(view.interval))

    def _comes(self, position: int, view: View) -> bool:
        """Tell whether a position has been asked about, or will be."""
        at = position - view.interval.start
        known = self._region(view).known
        if 0 <= at < len(known) and known[at]:
            return True
        wanted = self._predictions.wanted(view.interval)
        return wanted is not None and wanted.start <= position < wanted.end

    @property
    def _widest(self) -> int:
        """Return the widest stretch that is drawn: more than is ever on screen."""
        return 4 * self._asked

    @property
    def _asked(self) -> int:
        """Return the widest view that can be asked for, in bp."""
        return self._predictions.card.widest_bp

    @property
    def _waits(self) -> bool:
        """Tell whether the view that has come to rest is not complete."""
        rest = self._predictions.view
        if rest is None:
            return True
        return self._predictions.state(rest).stage in (Stage.WAITING, Stage.FAILED)

    def _compute(self, region: Interval) -> None:
        try:
            self._predictions.predict_here(region)
        except GfmError as problem:
            self._workspace.message.emit("warning", str(problem))
        self._workspace.lanes.show(self.key)


def _is_folded(rect: QRectF) -> bool:
    """Tell whether a lane has room for a sentence only."""
    return rect.height() < 2 * FOLDED * scale_of()


_OFFER = (
    "Score every substitution of every base on screen.\n"
    "The first picture comes after an eighth of the time; scrolling away stops it."
)

TRACK = TrackEntry(
    key=MutagenesisTrack.key,
    title=MutagenesisTrack.title,
    order=55,
    factory=lambda sources: MutagenesisTrack(
        sources.workspace, sources.predicted.of(mutagenesis.TRACK.name)
    ),
)
