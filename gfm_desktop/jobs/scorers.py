"""Choose the scorer of a job and check its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import OptionError
from gfm_desktop.scoring import registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.scoring.card import ScorerCard


def choose_scorer(
    model: ModelCard, name: str = "", chosen: Mapping[str, OptionValue] | None = None
) -> ScorerCard:
    """Return the scorer's card; the model's recommended one where `name` is empty.

    Args:
        model: The model's card.
        name: Scorer name.
        chosen: Choices of the model's family; what is left out has its default.

    Raises:
        OptionError: If the model cannot be scored with it.
    """
    fitting = {card.name: card for card in registry.for_model(model, chosen)}
    wanted = name or next(iter(fitting), "")
    if wanted in fitting:
        return fitting[wanted]
    told = ", ".join(f"{option}={value}" for option, value in (chosen or {}).items())
    what = (
        f"{model.name}{f' with {told}' if told else ''} cannot be scored with {name}."
        if name
        else f"{model.name} has no scorer."
    )
    offered = f"Choose one of: {', '.join(fitting)}." if fitting else ""
    raise OptionError(what, where="--scorer", todo=offered)


def checked_options(
    card: ScorerCard, given: Iterable[tuple[str, OptionValue]]
) -> dict[str, OptionValue]:
    """Return all settings of a scorer, defaults filled in.

    Raises:
        OptionError: If any is unknown or out of range; the message has all of them.
    """
    return registry.checked_options(card.name, dict(given))
