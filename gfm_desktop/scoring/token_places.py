"""Which token of a model of k-mers side by side holds a variant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.genome.status import Status
from gfm_desktop.scoring.language_refusals import instead
from gfm_desktop.scoring.refusals import Refusal

if TYPE_CHECKING:
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.language_model import LanguageModel
    from gfm_desktop.models.tokens import Tokens
    from gfm_desktop.scoring.card import ScorerCard
    from gfm_desktop.scoring.windows import Window


def token_of(
    model: LanguageModel,
    card: ScorerCard,
    variant: Variant,
    window: Window,
    tokens: Tokens,
) -> int | Refusal:
    """Return the index of the k-mer that holds all changed bases, or why none does.

    Args:
        model: Reads k-mers side by side.
        card: The scorer that asks, for the reason.
        variant: A substitution.
        window: What the model reads.
        tokens: The tokens of ``window.ref``.
    """
    name, k = model.card.name, model.tokenizer.k
    strand = "forward" if window.strand == "+" else "reverse"
    first, last = window.changed[0], window.changed[-1]
    place = int(tokens.covering(first)[0])
    if int(tokens.covering(last)[0]) != place:
        return Refusal(
            Status.UNSUPPORTED_BY_MODEL,
            f"{name} reads groups of {k} bases, and the variant spans two of them on "
            f"the {strand} strand: {card.name} can compare one group only. "
            f"{instead(card, model, variant)}",
        )
    start, end = int(tokens.starts[place]), int(tokens.ends[place])
    if "N" in window.ref[start:end]:
        return Refusal(
            Status.UNSUPPORTED_BY_MODEL,
            f"The group of {k} bases that holds the variant has an unknown base (N) of "
            f"the genome, so {name} knows nothing of the variant.",
        )
    if end - start != k:
        return Refusal(
            Status.UNSUPPORTED_BY_MODEL,
            f"The contig ends here: on the {strand} strand the variant lies behind the "
            f"last whole group of {k} bases, where {name} reads single bases that it "
            f"has seldom seen. {instead(card, model, variant)}",
        )
    return place
