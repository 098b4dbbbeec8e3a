"""Cards of models and scorers as the panels need them: absent ones are no error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import GfmError
from gfm_desktop.jobs.percentiles import with_percentiles

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
    """Return a scorer's card, the model's recommended one where it is not named.

    Its columns are those of a run: percentiles are among them.
    """
    from gfm_desktop.scoring import registry

    if scorer:
        found = registry.scorers().get(scorer)
    else:
        card = model_of(model)
        found = next(iter(registry.for_model(card) if card is not None else ()), None)
    return None if found is None else with_percentiles(found)
