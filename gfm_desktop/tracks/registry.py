"""Which kinds of predicted tracks there are, and which of them a model has."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, cast

from gfm_desktop import tracks
from gfm_desktop.discovery import discover
from gfm_desktop.errors import OptionError
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.option import checked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.tracks.card import Browsing, TrackCard
    from gfm_desktop.tracks.prediction import TrackPrediction


class TrackModule(Protocol):
    """What the file of a kind of track offers."""

    TRACK: TrackCard

    def predict(
        self,
        model: Any,
        interval: Interval,
        *,
        reference: Reference,
        genes: GeneModels | None,
        variant: Variant | None = None,
        batch_size: int = 8,
        **options: Any,
    ) -> TrackPrediction:
        """Predict a region of the genome, with REF and with ALT of a variant.

        `options` are those of the card; ``known``, the prediction of REF for the same
        interval, where the card says `TrackCard.by_allele`; ``score`` and ``part``
        where it says `TrackCard.substitutions`.

        Raises:
            OptionError: If the model, the interval, the variant or an option does not
                fit.
        """
        ...

    def piece(self, model: Any, **options: Any) -> int:
        """Return the bp that are predicted between two chances to cancel.

        Pieces begin at multiples of it, counted from the start of the contig.
        """
        ...

    def browsing(self, **options: Any) -> Browsing:
        """Return how it is asked for in the browser, with these options of the card."""
        ...


def tracks_known() -> dict[str, TrackCard]:
    """Return name to card of every kind of track."""
    return {card.name: card for card in _cards().values()}


def module_of(name: str) -> TrackModule:
    """Return the module of a kind of track.

    Raises:
        OptionError: If there is no such kind.
    """
    for module, card in _cards().items():
        if card.name == name:
            found = importlib.import_module(f"{tracks.__name__}.{module}")
            return cast("TrackModule", found)
    raise OptionError(
        f"There is no predicted track “{name}”.",
        where="track",
        todo=f"Choose one of: {', '.join(tracks_known())}.",
    )


def for_model(card: ModelCard) -> list[TrackCard]:
    """Return the kinds of tracks that a model has, the first one its own choice."""
    known = tracks_known()
    own = [known[name] for name in card.tracks if name in known]
    return own + [one for one in known.values() if one not in own and has(card, one)]


def track_names(card: ModelCard) -> list[str]:
    """Return the names of the kinds of tracks that a model has."""
    return [track.name for track in for_model(card)]


def has(model: ModelCard, track: TrackCard) -> bool:
    """Tell whether a model has a kind of track."""
    if track.substitutions:
        return bool(model.scorers) and VariantKind.SNV in model.scores
    return track.name in model.tracks


def choose(model: ModelCard, name: str = "") -> TrackCard:
    """Return the card of a kind; the model's first one where `name` is empty.

    Raises:
        OptionError: If the model has no such track, or none at all.
    """
    fitting = {card.name: card for card in for_model(model)}
    wanted = name or next((own for own in fitting if own in model.tracks), "")
    if wanted in fitting:
        return fitting[wanted]
    if name:
        module_of(name)
    what = f"the track “{name}”" if name else "any track"
    raise OptionError(
        f"{model.name} does not predict {what} along a region.",
        where="--model",
        todo=f"Choose one of: {', '.join(fitting)}."
        if fitting
        else "Choose another model: `gfm models show` names the tracks of each.",
    )


def browsing_of(model: ModelCard) -> Browsing:
    """Return how the first track of a model is asked for in the browser.

    Raises:
        OptionError: If it has none.
    """
    return module_of(choose(model).name).browsing()


def checked_options(
    name: str, options: Mapping[str, OptionValue]
) -> dict[str, OptionValue]:
    """Return all options of a kind: what was given, and defaults for the rest.

    Raises:
        OptionError: As `models.option.checked` does.
    """
    return checked(module_of(name).TRACK.options, options, owner=name)


@cache
def _cards() -> dict[str, TrackCard]:
    """Return module name to card."""
    return discover(tracks, "TRACK")
