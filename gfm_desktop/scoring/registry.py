"""Which scorers there are, and whether their options make sense."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from gfm_desktop import scoring
from gfm_desktop.discovery import discover
from gfm_desktop.errors import OptionError
from gfm_desktop.models.option import checked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.scoring.card import ScorerCard, VariantScore


class ScoreFunction(Protocol):
    """What every scorer's module offers as `score`, beside its `SCORER`."""

    def __call__(
        self,
        model: Any,
        variants: Sequence[Variant],
        *,
        reference: Reference,
        genes: GeneModels | None,
        batch_size: int = 8,
        **options: Any,
    ) -> list[VariantScore]:
        """Score variants: one outcome for each, in their order."""
        ...


def scorers() -> dict[str, ScorerCard]:
    """Return name to card of every scorer."""
    return {card.name: card for card in _cards().values()}


def card_of(name: str) -> ScorerCard:
    """Return the card of a scorer.

    Raises:
        OptionError: If there is no such scorer.
    """
    return _cards()[_module(name)]


def function_of(name: str) -> ScoreFunction:
    """Return the function of a scorer.

    Raises:
        OptionError: If there is no such scorer.
    """
    module = importlib.import_module(f"{scoring.__name__}.{_module(name)}")
    function: ScoreFunction = module.score
    return function


def for_model(
    card: ModelCard, chosen: Mapping[str, OptionValue] | None = None
) -> list[ScorerCard]:
    """Return the scorers that fit a model, the recommended one first.

    Args:
        card: The model's.
        chosen: Choices of its family; what is left out has its default.
    """
    known = scorers()
    return [known[name] for name in card.scorers_with(chosen or {}) if name in known]


def checked_options(
    name: str, options: Mapping[str, OptionValue]
) -> dict[str, OptionValue]:
    """Return all options of a scorer: what was given, and defaults for the rest.

    Raises:
        OptionError: As `models.option.checked` does.
    """
    return checked(card_of(name).options, options, owner=name)


@cache
def _cards() -> dict[str, ScorerCard]:
    """Return module name to card."""
    return discover(scoring, "SCORER")


def _module(name: str) -> str:
    for module, card in _cards().items():
        if card.name == name:
            return module
    raise OptionError(
        f"There is no scorer “{name}”.",
        where="scorer",
        todo=f"Choose one of: {', '.join(scorers())}.",
    )
