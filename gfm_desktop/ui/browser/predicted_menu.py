"""What a predicted track's menu offers: the model, its choices, how it is asked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gfm_desktop.ui.browser.track import TrackAction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gfm_desktop.models.option import Option, OptionValue
    from gfm_desktop.workspace.predictions import Predictions
    from gfm_desktop.workspace.workspace import Workspace

_MOST_CHOICES = 20
"""A model may know a thousand species: then the scoring form is the place to choose."""


def predicted_actions(
    predictions: Predictions, workspace: Workspace
) -> list[TrackAction]:
    """Return the entries for a predicted track."""
    automatic = predictions.automatic
    return [
        *_models(predictions, workspace),
        *_model_options(predictions),
        *_track_options(predictions),
        TrackAction(
            "Predict while browsing",
            lambda: predictions.set_automatic(not automatic),
            checked=automatic,
        ),
        TrackAction("Try again", predictions.retry),
    ]


def _models(predictions: Predictions, workspace: Workspace) -> Iterator[TrackAction]:
    model, run = predictions.model, workspace.run
    yield TrackAction(
        "As scored, else the app's own",
        partial(predictions.set_model, ""),
        checked=not model.chosen,
        menu="Model",
    )
    for found, card in model.offered().items():
        same = run is not None and run.model == found
        options = tuple(sorted(run.model_options.items())) if same and run else ()
        yield TrackAction(
            card.name,
            partial(predictions.set_model, found, options=options),
            checked=model.chosen and model.id == found,
            menu="Model",
        )


def _model_options(predictions: Predictions) -> Iterator[TrackAction]:
    model = predictions.model
    given = dict(model.options)

    def choose(name: str, value: str) -> None:
        chosen = tuple(sorted({**given, name: value}.items()))
        predictions.set_model(model.id, options=chosen)

    for option in () if model.card is None else model.card.options:
        now = given.get(option.name, option.default)
        yield from _choices(option, now, partial(choose, option.name))


def _track_options(predictions: Predictions) -> Iterator[TrackAction]:
    now = predictions.options
    for option in predictions.card.options:
        choose = partial(predictions.set_option, option.name)
        yield from _choices(option, now[option.name], choose)


def _choices(
    option: Option, now: OptionValue, choose: Callable[[str], None]
) -> Iterator[TrackAction]:
    """Yield an entry for each choice of an option, in a menu of its name."""
    if len(option.choices) > _MOST_CHOICES:
        return
    for choice in option.choices:
        yield TrackAction(
            _WORDS.get((option.name, choice), choice.replace("_", " ")),
            partial(choose, choice),
            checked=choice == now,
            menu=option.label,
        )


_WORDS = {
    ("mode", "each"): "Each base in turn (exact)",
    ("mode", "spaced"): "Every 16th at once (faster, a little different)",
    ("mode", "visible"): "Nothing (fastest; the model sees the base)",
}
