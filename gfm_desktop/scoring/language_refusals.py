"""Why a language model gives a variant no score, and what could score it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.scoring import registry
from gfm_desktop.scoring.refusals import Refusal

if TYPE_CHECKING:
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.language_model import LanguageModel, Objective
    from gfm_desktop.models.tokens import TokenKind
    from gfm_desktop.scoring.card import ScorerCard

SEQUENCE_KINDS = tuple(kind for kind in VariantKind if kind != VariantKind.SYMBOLIC)
"""Variants that change one known sequence into another."""

_PLURALS = {
    VariantKind.SNV: "substitutions of one base",
    VariantKind.MNV: "substitutions of several bases",
    VariantKind.INSERTION: "insertions",
    VariantKind.DELETION: "deletions",
    VariantKind.DELINS: "replacements by another number of bases",
    VariantKind.SYMBOLIC: "symbolic alleles",
}
_READS: dict[TokenKind, str] = {
    "nucleotide": "single bases",
    "kmer": "groups of {k} bases side by side",
    "overlapping": "overlapping groups of {k} bases",
    "bpe": "pieces of varying length (byte pairs)",
}
_LEARNED: dict[Objective, str] = {
    "masked": "to fill in hidden letters",
    "causal": "to continue a sequence",
    "column": "to predict alignment columns",
    "embedding": "to compare sequences, without predicting letters",
}


def reads(model: LanguageModel) -> str:
    """Return how a model cuts letters, such as ``"single bases"``."""
    return _READS[model.tokenizer.kind].format(k=model.tokenizer.k)


def check_fit(card: ScorerCard, model: LanguageModel) -> None:
    """Refuse a model that a scorer can do nothing with.

    Raises:
        OptionError: With the scorers that fit the model.
    """
    if problem := _misfit(card, model):
        names = ", ".join(other.name for other in _others(card, model))
        raise OptionError(
            f"{problem}, so {card.name} cannot score with it.",
            where="--scorer",
            todo=f"Choose one of: {names}." if names else "",
        )


def _misfit(card: ScorerCard, model: LanguageModel) -> str:
    """Return why a scorer can do nothing with a model; empty where it can."""
    name = model.card.name
    if getattr(model, "tokenizer", None) is None:
        return f"{name} is not a language model"
    if card.objectives and model.objective not in card.objectives:
        return f"{name} was trained {_LEARNED[model.objective]}"
    if card.tokens and model.tokenizer.kind not in card.tokens:
        return f"{name} reads {reads(model)}"
    if "masked" in card.objectives and model.tokenizer.mask_id is None:
        return f"The tokenizer of {name} has no token that hides another"
    return ""


def _others(card: ScorerCard, model: LanguageModel) -> list[ScorerCard]:
    """Return the other scorers that the model's card names and that fit it."""
    named = registry.for_model(model.card)
    return [one for one in named if one != card and not _misfit(one, model)]


def unscorable(
    card: ScorerCard, model: LanguageModel, variant: Variant
) -> Refusal | None:
    """Return why a scorer does not take a kind of variant, or None where it does."""
    if variant.kind in card.kinds:
        return None
    return Refusal(
        Status.UNSUPPORTED_BY_MODEL,
        f"{model.card.name} reads {reads(model)}, and {card.name} cannot score "
        f"{_PLURALS[variant.kind]}. {instead(card, model, variant)}".rstrip(),
    )


def instead(card: ScorerCard, model: LanguageModel, variant: Variant) -> str:
    """Return which other scorers of the model take such a variant, as a sentence."""
    fitting = [
        one.name
        for one in _others(card, model)
        if not one.kinds or variant.kind in one.kinds
    ]
    if fitting:
        return f"{' or '.join(fitting)} can."
    return "No scorer of this model can."


def frame_shift(
    card: ScorerCard, model: LanguageModel, variant: Variant
) -> Refusal | None:
    """Return the refusal of an indel that moves the frame of k-mers side by side."""
    k, change = model.tokenizer.k, len(variant.alt) - len(variant.ref)
    if model.tokenizer.kind != "kmer" or change % k == 0:
        return None
    return Refusal(
        Status.UNSUPPORTED_BY_MODEL,
        f"{model.card.name} reads {reads(model)}; a change of length by "
        f"{abs(change):,} moves all groups behind it, and that alone would change the "
        f"score. {card.name} needs a multiple of {k}.",
    )


def senseless(variant: Variant, genes: GeneModels) -> Refusal | None:
    """Return why there is no sense strand, or None where a gene has one."""
    if genes.at(variant.contig, variant.start):
        return None
    return Refusal(
        Status.NOT_IN_GENE,
        "No gene of the annotation holds this position, so there is no sense strand; "
        "both strands can be read instead (strands: both).",
    )
