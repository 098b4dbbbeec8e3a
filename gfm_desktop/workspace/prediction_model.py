"""Which model predicts a kind of track: the user's choice, the run's, or the app's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop.errors import GfmError
from gfm_desktop.models import catalogue
from gfm_desktop.tracks import registry
from gfm_desktop.workspace.model_shelf import usable

if TYPE_CHECKING:
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.tracks.card import TrackCard
    from gfm_desktop.workspace.workspace import Workspace

Pairs = tuple[tuple[str, "OptionValue"], ...]
FIRST = "splice-probability"
"""The kind of a run's model that cannot be read: its lane says what is wrong with it,
and no other lane repeats it."""


class KnownCards:
    """What the library says, read from disk once for all lanes until it changes."""

    def __init__(self) -> None:
        """Read nothing yet."""
        self._cards: dict[str, ModelCard | None] = {}
        self._usable: dict[str, ModelCard] | None = None

    def card(self, model: str) -> ModelCard | None:
        """Return the card of an id or folder; None where it cannot be read."""
        if model not in self._cards:
            try:
                self._cards[model] = catalogue.card_of(model)
            except GfmError:
                # Kept as well: this is asked at every paint.
                self._cards[model] = None
        return self._cards[model]

    def usable(self) -> dict[str, ModelCard]:
        """Return id to card of the models that can be loaded."""
        if self._usable is None:
            self._usable = usable()
        return self._usable

    def forget(self) -> None:
        """Read everything anew."""
        self._cards.clear()
        self._usable = None


class PredictingModel:
    """The model of one kind of track, and the choices that it is loaded with.

    Without a choice of the user's it is the one that has scored, with the very choices
    that it has scored with, where it has such a track; else the app's own.
    """

    def __init__(
        self, workspace: Workspace, track: TrackCard, cards: KnownCards
    ) -> None:
        """Follow the workspace's run; nothing is read from disk yet."""
        self._workspace = workspace
        self._track = track
        self._cards = cards
        self._chosen: tuple[str, Pairs] = ("", ())

    @property
    def id(self) -> str:
        """Return the model's id or folder; empty where there is none."""
        return self.choice[0]

    @property
    def options(self) -> Pairs:
        """Return the choices of its family as (name, value) pairs."""
        return self.choice[1]

    @property
    def choice(self) -> tuple[str, Pairs]:
        """Return the model and its choices."""
        if self._chosen[0]:
            return self._chosen
        run = self._workspace.run
        if run is not None and self.predicts(run.model):
            return run.model, tuple(sorted(run.model_options.items()))
        return self._app_s_own(), ()

    @property
    def chosen(self) -> bool:
        """Tell whether the user has chosen it."""
        return bool(self._chosen[0])

    @property
    def card(self) -> ModelCard | None:
        """Return its facts; None where it cannot be read."""
        return self._cards.card(self.id) if self.id else None

    @property
    def name(self) -> str:
        """Return its name: as the library has it, or that of its folder."""
        known = self.card is not None and not Path(self.id).is_absolute()
        return self.card.name if known and self.card else Path(self.id).name

    def choose(self, model: str, options: Pairs = ()) -> None:
        """Take another model; an empty id gives the choice back."""
        self._chosen = (model, options)

    def forget(self) -> None:
        """Read cards anew: the library has changed."""
        self._cards.forget()

    def predicts(self, model: str) -> bool:
        """Tell whether a model has this kind of track."""
        card = self._cards.card(model)
        if card is None:
            return self._track.name == FIRST
        return registry.has(card, self._track)

    @property
    def available(self) -> bool:
        """Tell whether there is any model to choose."""
        return bool(self.id) or bool(self.offered())

    def offered(self) -> dict[str, ModelCard]:
        """Return id to card of the installed models that have this kind of track."""
        every = self._cards.usable().items()
        found = {model: c for model, c in every if registry.has(c, self._track)}
        if self.id and self.id not in found and self.card is not None:
            found[self.id] = self.card
        return found

    def _app_s_own(self) -> str:
        wanted = self._track.default_model
        return wanted if wanted in self._cards.usable() else ""
