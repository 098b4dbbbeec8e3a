"""Which scorers there are, and whether their options make sense."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from gfm_desktop import scoring
from gfm_desktop.discovery import discover
from gfm_desktop.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.scoring.card import (
        Option,
        OptionValue,
        ScorerCard,
        VariantScore,
    )


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


def for_model(card: ModelCard) -> list[ScorerCard]:
    """Return the scorers that fit a model, the recommended one first."""
    known = scorers()
    return [known[name] for name in card.scorers if name in known]


def checked_options(
    name: str, options: Mapping[str, OptionValue]
) -> dict[str, OptionValue]:
    """Return all options of a scorer: what was given, and defaults for the rest.

    Args:
        name: The scorer.
        options: What the user chose.

    Raises:
        OptionError: If the scorer or an option is unknown, or a value has the wrong
            kind or lies outside its limits; all that is wrong is told at once.
    """
    card = card_of(name)
    known = {option.name: option for option in card.options}
    problems = [
        f"{name} has no option “{given}” (it has: {', '.join(known) or 'none'})"
        for given in options
        if given not in known
    ]
    values: dict[str, OptionValue] = {}
    for option in card.options:
        value = options.get(option.name, option.default)
        if problem := _problem(option, value):
            problems.append(problem)
        # A form or a file may well write 1 for 1.0.
        values[option.name] = (
            float(value) if isinstance(option.default, float) and not problem else value
        )
    if problems:
        raise OptionError("; ".join(problems) + ".", where=f"scorer {name}")
    return values


def _problem(option: Option, value: OptionValue) -> str:
    """Return what is wrong with a value; empty where nothing is."""
    kind = type(option.default)
    fits = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
    if kind is float:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits:
        return f"{option.label} must be {_KINDS[kind]}, not {value!r}"
    unit = f" {option.unit}" if option.unit else ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Written so that "not a number" fails too.
        if option.minimum is not None and not value >= option.minimum:
            return f"{option.label} must be at least {option.minimum:,}{unit}"
        if option.maximum is not None and not value <= option.maximum:
            return f"{option.label} must be at most {option.maximum:,}{unit}"
    if option.choices and value not in option.choices:
        return f"{option.label} must be one of {', '.join(option.choices)}"
    return ""


_KINDS: dict[type, str] = {
    bool: "yes or no",
    int: "a whole number",
    float: "a number",
    str: "text",
}


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
