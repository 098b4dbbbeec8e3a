"""Which language models can tell the bases that they expect, and which cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import OptionError
from gfm_desktop.models.language_model import LanguageModel

if TYPE_CHECKING:
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.protocols import LoadedModel

WHERE = "base-probability"
"""Name of the track, for messages."""
_CANNOT = {
    "causal": "it was trained to continue a sequence and knows the bases on the left "
    "alone, so what it expects at a place is no answer of both sides",
    "embedding": "it compares sequences and predicts no letters",
}


def refuse(
    model: LoadedModel,
    *,
    mode: str,
    strands: str,
    genes: GeneModels | None,
    variant: Variant | None,
) -> LanguageModel:
    """Return the model as one that can be asked for bases.

    Raises:
        OptionError: If it cannot, or not in this way; the message says why.
    """
    if not isinstance(model, LanguageModel):
        raise OptionError(
            f"{model.card.name} is not a language model: it expects no bases.",
            where="--model",
        )
    if problem := _cannot(model):
        raise OptionError(
            f"{model.card.name} cannot tell which bases it expects: {problem}.",
            where="--model",
            todo="Another vocabulary of the model may (option vocabulary)."
            if any(o.name == "vocabulary" for o in model.card.options)
            else "",
        )
    problems = [
        *_wrong_mode(model, mode),
        *_wrong_strands(strands, genes),
        *_moved_frame(model, variant),
    ]
    if problems:
        raise OptionError(" ".join(problems), where=WHERE)
    return model


def _cannot(model: LanguageModel) -> str:
    if model.objective in _CANNOT:
        return _CANNOT[model.objective]
    if model.tokenizer.kind == "bpe":
        return (
            "it reads pieces of varying length (byte pairs), and a hidden piece tells "
            "neither how long it is nor which base stands where"
        )
    if model.objective == "masked" and model.tokenizer.mask_id is None:
        return "it has no token that hides another"
    return ""


def _wrong_mode(model: LanguageModel, mode: str) -> list[str]:
    if mode == "spaced" and model.objective == "column":
        return [f"{model.card.name} hides nothing: choose mode each or visible."]
    if mode != "each" and model.tokenizer.kind == "overlapping":
        return [
            f"{model.card.name} reads overlapping groups of bases, of which all over a "
            "base must be hidden together: choose mode each."
        ]
    return []


def _wrong_strands(strands: str, genes: GeneModels | None) -> list[str]:
    if strands == "gene" and genes is None:
        return ["The sense strand is known only where gene models are open."]
    return []


def _moved_frame(model: LanguageModel, variant: Variant | None) -> list[str]:
    if variant is None or model.tokenizer.kind != "kmer":
        return []
    k, change = model.tokenizer.k, len(variant.alt) - len(variant.ref)
    if change % k == 0:
        return []
    return [
        f"{model.card.name} reads groups of {k} bases side by side; a change of length "
        f"by {abs(change):,} moves all groups behind it, and that alone would change "
        f"what it expects. It needs a multiple of {k}."
    ]
