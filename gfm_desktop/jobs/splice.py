"""Ask a model for splice sites, or say that it has none to give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import OptionError
from gfm_desktop.models.protocols import SpliceModel

if TYPE_CHECKING:
    from gfm_desktop.models.protocols import LoadedModel


def splice_model(model: LoadedModel) -> SpliceModel:
    """Return the model as one that predicts acceptors and donors.

    Raises:
        OptionError: If it predicts something else.
    """
    if isinstance(model, SpliceModel):
        return model
    raise OptionError(
        f"{model.card.name} does not predict splice sites.",
        where="--model",
        todo="Choose a model of the family splice.",
    )


def padded(sequence: str, flank: int) -> str:
    """Return the sequence with `flank` N on each side: unknown neighbourhood."""
    return f"{'N' * flank}{sequence}{'N' * flank}"
