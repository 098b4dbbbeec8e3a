"""Find a scorer, and check its settings, all errors at once."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Protocol, cast

from gfm_desktop import scoring
from gfm_desktop.discovery import discover
from gfm_desktop.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.protocols import LoadedModel
    from gfm_desktop.scoring.card import (
        Option,
        OptionValue,
        ScorerCard,
        VariantScore,
    )


class Scorer(Protocol):
    """The function that a scorer's file offers as ``score``."""

    def __call__(
        self,
        model: LoadedModel,
        variants: Sequence[Variant],
        *,
        reference: Reference,
        genes: GeneModels | None,
        batch_size: int,
        **options: OptionValue,
    ) -> list[VariantScore]:
        """Score variants: one result for each, in the same order."""
        ...


def scorer_cards() -> dict[str, ScorerCard]:
    """Return every scorer's card by the scorer's name."""
    cards = discover(scoring, "SCORER").values()
    return {card.name: card for card in cards}


def scorer_function(name: str) -> Scorer:
    """Return the ``score`` function of a scorer that `scorer_cards` lists."""
    for module, card in discover(scoring, "SCORER").items():
        if card.name == name:
            found = importlib.import_module(f"{scoring.__name__}.{module}")
            return cast("Scorer", found.score)
    raise OptionError(f"There is no scorer {name}.", where="--scorer")


def choose_scorer(model: ModelCard, name: str = "") -> ScorerCard:
    """Return the scorer's card; the model's recommended one where `name` is empty.

    Raises:
        OptionError: If the model cannot be scored with it.
    """
    known = scorer_cards()
    fitting = [scorer for scorer in model.scorers if scorer in known]
    wanted = name or (fitting[0] if fitting else "")
    if wanted in fitting:
        return known[wanted]
    offered = f"Choose one of: {', '.join(fitting)}." if fitting else ""
    what = (
        f"{model.name} cannot be scored with {name}."
        if name
        else f"{model.name} has no scorer."
    )
    raise OptionError(what, where="--scorer", todo=offered)


def checked_options(
    card: ScorerCard, given: Iterable[tuple[str, OptionValue]]
) -> dict[str, OptionValue]:
    """Return all settings of a scorer, defaults filled in.

    Raises:
        OptionError: If any is unknown or out of range; the message has all of them.
    """
    options = {option.name: option for option in card.options}
    values = {option.name: option.default for option in card.options}
    wrong: list[str] = []
    for name, value in given:
        if name not in options:
            offered = ", ".join(options) or "none"
            wrong.append(f"{card.name} has no option {name} (it has: {offered}).")
            continue
        complaint = _complaint(options[name], value)
        if complaint:
            wrong.append(complaint)
        else:
            values[name] = type(options[name].default)(value)
    if wrong:
        raise OptionError(" ".join(wrong), where=f"options of {card.name}")
    return values


def _complaint(option: Option, value: OptionValue) -> str:
    """Return what is wrong with a value, or nothing."""
    label = f"{option.label} ({option.name})"
    if not _right_type(option.default, value):
        kinds = {bool: "yes or no", int: "a whole number", float: "a number"}
        wanted = kinds.get(type(option.default), "text")
        return f"{label} must be {wanted}, not {value!r}."
    if option.choices and value not in option.choices:
        return f"{label} must be one of {', '.join(option.choices)}, not {value}."
    if isinstance(value, str) or isinstance(option.default, bool):
        return ""
    unit = f" {option.unit}" if option.unit else ""
    if option.minimum is not None and not value >= option.minimum:
        return f"{label} must be at least {option.minimum:g}{unit}, not {value:g}."
    if option.maximum is not None and not value <= option.maximum:
        return f"{label} must be at most {option.maximum:g}{unit}, not {value:g}."
    return ""


def _right_type(default: OptionValue, value: OptionValue) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))
