"""The inside of a loaded model, whatever its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import ModelError
from gfm_desktop.models.language_backbone import LanguageBackbone
from gfm_desktop.models.language_model import LanguageModel
from gfm_desktop.models.splice_backbone import SpliceBackbone
from gfm_desktop.models.splice_ensemble import WindowNetworks

if TYPE_CHECKING:
    from gfm_desktop.models.backbone import Backbone
    from gfm_desktop.models.protocols import LoadedModel


def backbone_of(model: LoadedModel) -> Backbone:
    """Return the inside of a loaded model.

    Raises:
        ModelError: If the model is of a kind whose inside cannot be read.
    """
    if isinstance(model, LanguageModel):
        return LanguageBackbone.of(model)
    if isinstance(model, WindowNetworks):
        return SpliceBackbone.of(model)
    raise ModelError(
        f"{model.card.name} cannot be fine-tuned: it is neither a language model nor "
        "an ensemble of splice networks.",
        where="model",
        todo="Choose a foundation model, such as the built-in one.",
    )
