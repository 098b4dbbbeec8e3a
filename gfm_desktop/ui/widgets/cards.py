"""Cards of models and scorers as the panels need them: absent ones are no error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import GfmError

if TYPE_CHECKING:
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.scoring.card import ScorerCard


def model_of(model: str) -> ModelCard | None:
    """Return a model's card; None where it is no longer in the library."""
    from gfm_desktop.models import catalogue

    try:
        return catalogue.card_of(model)
    except GfmError:
        return None


def scorer_of(model: str, scorer: str) -> ScorerCard | None:
    """Return a scorer's card, the model's recommended one where it is not named."""
    from gfm_desktop.scoring import registry

    if scorer:
        return registry.scorers().get(scorer)
    card = model_of(model)
    fitting = [] if card is None else registry.for_model(card)
    return fitting[0] if fitting else None
