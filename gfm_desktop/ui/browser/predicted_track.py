"""What every lane of a predicted track does alike; each paints in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF

from gfm_desktop.ui.browser import curves, signals
from gfm_desktop.ui.browser.predicted_menu import predicted_actions
from gfm_desktop.ui.browser.track import PlainTrack
from gfm_desktop.ui.browser.track_exports import ExportsPrediction
from gfm_desktop.workspace.prediction_state import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.track import TrackAction, View
    from gfm_desktop.workspace.prediction_region import Region
    from gfm_desktop.workspace.predictions import Predictions
    from gfm_desktop.workspace.workspace import Workspace

FOLDED = 30
"""Height of a lane that says one sentence, in pixels at a scale of 100 %."""
_UNASKED = "Not predicted"
_REGIONS_KEPT = 12
"""Some for each locus on show: a drag asks for a new one with each base."""


class PredictedTrack(ExportsPrediction, PlainTrack):
    """A lane that draws what `predictions` has, and asks for nothing itself."""

    def __init__(self, workspace: Workspace, predictions: Predictions) -> None:
        """Keep where the arrays come from."""
        self._workspace = workspace
        self._predictions = predictions
        self._blank = False
        self._regions: dict[tuple[Interval, int], Region] = {}

    def subtitle(self, view: View) -> str:
        """Return the model's name."""
        return self._predictions.model_name if self._drawable(view) else ""

    def actions(self) -> Sequence[TrackAction]:
        """Return the choices of the model and of how it is asked."""
        return predicted_actions(self._predictions, self._workspace)

    def seen(self, *, shown: bool) -> None:
        """Predict only what somebody can see."""
        self._predictions.set_active(shown)

    def stamp(self) -> object:
        """Return the number of the last news: other lanes' news paint nothing here.

        And whether nothing is drawn: in a picture that is wider than the screen there
        may be.
        """
        return self._predictions.revision, self._blank

    def busy(self, view: View) -> bool:
        """Tell whether the prediction of REF or of ALT is under way."""
        states = (
            self._predictions.state(view.interval),
            self._predictions.overlay_state(),
        )
        return any(state.stage is Stage.WAITING for state in states)

    def vacant(self, view: View) -> bool:
        """Tell whether nothing of the view is predicted."""
        return self._says_only(view) or not self._region(view).known.any()

    def shifts(self, view: View) -> bool:
        """Return that a sentence stays where nothing is drawn: nothing else moves."""
        self._blank = self._says_only(view)
        return self._blank

    def paint_pinned(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Say why there is nothing yet."""
        if self._blank:
            self._paint_sentence(painter, rect, view)

    def _says_only(self, view: View) -> bool:
        """Tell whether a view has a sentence and nothing else."""
        return not self._drawable(view)

    def _sentence(self, view: View) -> tuple[str, bool]:
        """Return how the prediction of a view stands, and whether it failed."""
        state = self._predictions.state(view.interval)
        bad = state.stage is Stage.FAILED
        words = f"{state.message} Right-click to try again." if bad else state.message
        return words, bad

    def _paint_sentence(self, painter: QPainter, rect: QRectF, view: View) -> None:
        words, bad = self._sentence(view)
        if view.printed:
            # The lane is there for another pane: blank, this one would say 0.
            curves.paint_gap(painter, rect, "", view, bad=False)
        curves.say(painter, rect, words, view, bad=bad)

    @property
    def _widest(self) -> int:
        """Return the widest view that is drawn, in bp."""
        return self._predictions.card.widest_bp

    def _drawable(self, view: View) -> bool:
        if len(view.interval) > self._widest:
            return False
        stage = self._predictions.state(view.interval).stage
        if stage in (Stage.WAITING, Stage.READY):
            return True
        some = self._predictions.has_some(view.interval)
        return some and bool(self._region(view).known.any())

    def _region(self, view: View) -> Region:
        """Return the arrays of the view: put together once a view, not once a paint."""
        return self._region_of(view.interval)

    def _beside(self, view: View) -> list[Interval]:
        """Return the view and the other loci on show that are narrow enough to draw.

        What they share (strands, parts, scales) is the same in every pane, because the
        labels stand beside the lane once.
        """
        loci = self._workspace.loci
        others = [
            locus
            for locus in loci
            if locus.contig and locus != view.interval and len(locus) <= self._widest
        ]
        return [view.interval, *(others if len(loci) > 1 else ())]

    def _region_of(self, interval: Interval) -> Region:
        key = (interval, self._predictions.revision)
        if key not in self._regions:
            if len(self._regions) >= _REGIONS_KEPT:
                self._regions.pop(next(iter(self._regions)))
            self._regions[key] = self._predictions.region(interval)
        return self._regions[key]

    def _paint_gaps(
        self, painter: QPainter, rect: QRectF, view: View, words: str, *, bad: bool
    ) -> None:
        """Hatch what is not predicted: blank, it would be taken for a prediction of 0.

        Args:
            painter: Where to paint.
            rect: The lane.
            view: What is on screen.
            words: Why it is not there, or whether it comes.
            bad: Whether it could not be made.
        """
        known = self._region(view).known
        asked = np.ones(len(known), np.bool_)
        part = self._predictions.wanted(view.interval)
        if part is not None:
            asked[:] = False
            start = view.interval.start
            asked[part.start - start : part.end - start] = True
        for places, text in ((asked, words), (~asked, _UNASKED)):
            failed = bad and places is asked
            for left, right in signals.gaps(view, known | ~places):
                area = QRectF(left, 8, right - left, rect.height() - 12)
                shown = area.intersected(rect)
                curves.paint_gap(painter, shown, text, view, bad=failed)
