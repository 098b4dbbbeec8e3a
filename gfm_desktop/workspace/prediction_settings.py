"""How one kind of track is predicted: by whom, with which choices, and unasked or not.

Whatever changes the numbers calls `reset`; whatever changes only what is asked for
calls `refresh`. `workspace.predictions.Predictions` is what answers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from gfm_desktop.tracks import registry
from gfm_desktop.workspace.prediction_model import KnownCards, PredictingModel
from gfm_desktop.workspace.prediction_pace import Pace

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.tracks.card import Browsing
    from gfm_desktop.workspace.prediction_model import Pairs
    from gfm_desktop.workspace.workspace import Workspace


class PredictionSettings(ABC):
    """The choices of one kind of track.

    Attributes:
        card: The kind of track.
        model: Who predicts.
    """

    def __init__(
        self, workspace: Workspace, track: str, cards: KnownCards | None
    ) -> None:
        """Begin with the defaults.

        Args:
            workspace: What is open.
            track: Kind of track.
            cards: What the library says, where several kinds share it.
        """
        self._workspace = workspace
        self.card = registry.module_of(track).TRACK
        self.model = PredictingModel(workspace, self.card, cards or KnownCards())
        self._options: dict[str, OptionValue] = {}
        self._browsing: tuple[object, Browsing] | None = None
        self._paces: dict[object, Pace] = {}
        self._used = self.model.choice
        self._device = "auto"
        # What takes a minute, and slows the other lanes down, is for those who ask.
        self._automatic, self._active = not self.card.substitutions, True

    @abstractmethod
    def reset(self) -> None:
        """Forget every answer and cancel every question: they no longer fit."""

    @abstractmethod
    def refresh(self) -> None:
        """Ask for what is missing and cancel what nobody looks at any more."""

    @property
    def model_name(self) -> str:
        """Return the model's name as its card has it."""
        return self.model.name

    @property
    def options(self) -> dict[str, OptionValue]:
        """Return the choices of the kind of track, defaults filled in."""
        return registry.checked_options(self.card.name, self._options)

    @property
    def browsing(self) -> Browsing:
        """Return in what pieces it is asked for."""
        chosen = tuple(sorted(self._options.items()))
        # Painters ask dozens of times a frame.
        if self._browsing is None or self._browsing[0] != chosen:
            made = registry.module_of(self.card.name).browsing(**self.options)
            self._browsing = chosen, made
        return self._browsing[1]

    @property
    def widest_automatic(self) -> int:
        """Return the widest view, in bp, that is predicted without being asked for."""
        how = self.browsing
        if how.automatic_bp:
            return how.automatic_bp
        limit = how.most_bp or self.card.widest_bp
        return self.pace.widest(self.model.card, self._speed, limit, how.seconds)

    @property
    def rate(self) -> float:
        """Return about how many bases a second are predicted."""
        return self.pace.rate(self.model.card, self._speed)

    @property
    def _speed(self) -> float:
        how, card = self.browsing, self.model.card
        splice = card is not None and card.family.startswith("splice")
        return how.speed * (how.splice_speed if splice else 1.0)

    def on_button(self, region: Interval) -> bool:
        """Tell whether a button for all kinds asks for it.

        What takes minutes it leaves to the lane's own menu.
        """
        most = self.browsing.most_bp
        return not most or len(region) <= most

    @property
    def pace(self) -> Pace:
        """Return how fast this model is with these choices."""
        about = (self.model.choice, tuple(self.options.items()), self._device)
        return self._paces.setdefault(about, Pace())

    @property
    def slow(self) -> bool:
        """Tell whether each tile takes a second or two, so that the order matters."""
        return self.card.by_allele or self.card.substitutions

    @property
    def automatic(self) -> bool:
        """Return whether views up to `widest_automatic` bp are predicted unasked."""
        return self._automatic

    @property
    def active(self) -> bool:
        """Return whether anybody looks at the track."""
        return self._active

    def set_automatic(self, automatic: bool) -> None:
        """Predict while browsing, or only on request."""
        self._automatic = automatic
        self.refresh()

    def set_active(self, active: bool) -> None:
        """Tell whether the track is on show; a hidden one asks for nothing."""
        if active != self._active:
            self._active = active
            self.refresh()

    def set_model(
        self, model: str, *, device: str = "auto", options: Pairs = ()
    ) -> None:
        """Predict with another model; an empty id leaves the choice to the run."""
        before = self.model.choice, self._device
        self.model.choose(model, options)
        self._device = device
        if (self.model.choice, device) != before:
            self.reset()

    def set_option(self, name: str, value: OptionValue) -> None:
        """Choose how the track is predicted.

        Raises:
            OptionError: If there is no such choice.
        """
        options = {**self._options, name: value}
        if registry.checked_options(self.card.name, options) != self.options:
            self._options = options
            self.reset()
