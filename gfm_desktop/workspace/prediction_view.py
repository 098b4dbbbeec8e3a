"""What of the screen is to be predicted: unasked, or because somebody asked for it."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from gfm_desktop.errors import GfmError
from gfm_desktop.workspace.prediction_questions import shared
from gfm_desktop.workspace.prediction_settings import PredictionSettings

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.workspace.prediction_model import KnownCards
    from gfm_desktop.workspace.workspace import Workspace


class PredictionView(PredictionSettings):
    """One kind of track with what is on screen and what was asked for."""

    def __init__(
        self, workspace: Workspace, track: str, cards: KnownCards | None
    ) -> None:
        """Begin with nothing on screen; the arguments are `PredictionSettings`'s."""
        super().__init__(workspace, track, cards)
        self._view: Interval | None = None
        self._granted: Interval | None = None
        self._asked: Interval | None = None

    @abstractmethod
    def retry(self) -> None:
        """Ask again for what failed or was cancelled."""

    @property
    def view(self) -> Interval | None:
        """Return what is on screen, as far as `show` has told; None for nothing."""
        return self._view

    def show(self, view: Interval) -> None:
        """Tell what is on screen; asks for the tiles that are missing.

        A view that was narrow enough to begin with is finished, also where the model
        proves slower than it was taken for.
        """
        self._view = view
        self._granted = view if len(view) <= self.widest_automatic else None
        self.refresh()

    def predict_here(self, region: Interval) -> None:
        """Predict a region on request, also where it is too wide to be done unasked.

        Raises:
            GfmError: If it is wider than the kind of track allows.
        """
        widest = self.card.widest_bp
        if len(region) > widest:
            raise GfmError(
                f"{len(region):,} bp are too many to predict {self.card.noun} at once.",
                where=str(region),
                todo=f"Zoom in below {widest:,} bp.",
            )
        self._asked = region
        self.retry()

    def wanted(self, view: Interval) -> Interval | None:
        """Return the part of a view that is to be predicted, or None for nothing."""
        if not view.contig or not len(view) or not self.model.id or not self._active:
            return None
        narrow = len(view) <= self.widest_automatic or view == self._granted
        if self._automatic and narrow:
            return view
        return None if self._asked is None else shared(view, self._asked)
