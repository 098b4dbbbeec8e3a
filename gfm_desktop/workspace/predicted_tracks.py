"""Every kind of predicted track at once: one `Predictions` a kind, made when needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.errors import GfmError
from gfm_desktop.workspace.prediction_model import KnownCards
from gfm_desktop.workspace.predictions import Predictions

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.workspace import Workspace


class PredictedTracks:
    """What the browser asks for: all kinds that have a lane.

    Attributes:
        changed: Emitted when anything of any kind may differ from before.
        stale: Emitted when all answers of a kind were forgotten.
    """

    changed = Signal()
    stale = Signal()

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        """Begin without any kind."""
        self._workspace = workspace
        self._runner = runner
        self._kinds: dict[str, Predictions] = {}
        self._cards = KnownCards()

    def of(self, track: str) -> Predictions:
        """Return the predictions of a kind of track.

        Raises:
            OptionError: If there is no such kind.
        """
        if track not in self._kinds:
            made = Predictions(self._workspace, self._runner, track, self._cards)
            made.changed.connect(self.changed.emit)
            made.stale.connect(self.stale.emit)
            self._kinds[track] = made
        return self._kinds[track]

    @property
    def automatic(self) -> bool:
        """Return whether views are predicted unasked by every kind that usually is."""
        kinds = self._kinds.values()
        return all(one.automatic for one in kinds if not one.card.substitutions)

    def set_automatic(self, automatic: bool) -> None:
        """Predict while browsing, or only on request.

        What is on request by itself is never switched on from here.
        """
        for one in self._kinds.values():
            if not (automatic and one.card.substitutions):
                one.set_automatic(automatic)

    def show(self, view: Interval) -> None:
        """Tell what is on screen."""
        for one in self._kinds.values():
            one.show(view)

    def predict_here(self, region: Interval) -> None:
        """Predict a region on request, with every kind that is on show and can.

        Kinds that would take minutes are left to their own lane's menu.

        Raises:
            GfmError: If none can, because it is too wide.
        """
        shown = [
            one
            for one in self._kinds.values()
            if one.active and one.model.id and one.on_button(region)
        ]
        refused: list[GfmError] = []
        for one in shown:
            try:
                one.predict_here(region)
            except GfmError as problem:
                refused.append(problem)
        if refused and len(refused) == len(shown):
            raise refused[0]
