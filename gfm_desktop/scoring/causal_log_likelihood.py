"""Log-likelihood of ALT against REF under a model that continues sequences.

Equation. For a haplotype s of tokens t_0 .. t_n, the closing special token included::

    LL(s) = sum over i from 1 to n of log p(t_i | t_0 .. t_(i-1))
    score = LL(ALT) - LL(REF)                                   mean of both strands

p is the softmax over all rows of the logits, padding of the vocabulary included. The
first token has nothing before it and is not counted.

Source: ``run_vep_hyenadna.py`` of songlab-cal/gpn, which divides each LL by n; that is
the column ``mean_difference``. The sum is the score here because a mean compares
haplotypes of unequal lengths unfairly; for substitutions the two differ by a factor n.

Any change of sequence can be scored. On either strand only what follows the variant is
predicted anew, which is why both are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.status import Status
from gfm_desktop.models.batches import Question
from gfm_desktop.scoring.card import Column, ScorerCard, VariantScore
from gfm_desktop.scoring.language_refusals import SEQUENCE_KINDS, frame_shift
from gfm_desktop.scoring.language_scoring import (
    STRAND_COLUMNS,
    STRANDS,
    WINDOW,
    Asked,
    Plan,
    log_softmax,
    tokens_of,
)
from gfm_desktop.scoring.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.language_model import LanguageModel
    from gfm_desktop.models.tokens import Tokens
    from gfm_desktop.scoring.windows import Window

SCORER = ScorerCard(
    name="causal-log-likelihood",
    title="Log-likelihood",
    equation="sum over tokens of log p(token | tokens before it), ALT - REF, mean of "
    "strands",
    units="natural logarithm; negative where ALT is less likely than REF",
    source="songlab-cal/gpn, run_vep_hyenadna.py (there the mean over tokens)",
    needs="language",
    background=20,
    columns=(
        *STRAND_COLUMNS,
        Column(
            "mean_difference",
            "float",
            "Difference of the means over tokens, as the published script reckons it",
        ),
    ),
    options=(WINDOW, STRANDS),
    kinds=SEQUENCE_KINDS,
    objectives=("causal",),
    low_first=True,
)


def score(
    model: LanguageModel,
    variants: Sequence[Variant],
    *,
    reference: Reference,
    genes: GeneModels | None,
    batch_size: int = 8,
    window: int = 0,
    strands: str = "auto",
) -> list[VariantScore]:
    """Score variants; every one gets exactly one outcome.

    Args:
        model: A causal model.
        variants: Normalised variants, on contigs of the reference or not.
        reference: The genome.
        genes: Gene models; needed for ``strands="gene"`` only.
        batch_size: Most sequences of a forward pass.
        window: Bases that the model reads; 0 for its own window.
        strands: Which strands to read: a choice of `STRANDS`.

    Returns:
        One outcome for each variant, in their order.

    Raises:
        OptionError: If an option makes no sense or the model does not fit; never
            because of one variant.
    """
    plan = Plan(SCORER, model, reference, genes, batch_size, window, strands)
    return plan.score(variants, _Rule(model).ask, model.logits)


class _Rule:
    """The rule with its model."""

    def __init__(self, model: LanguageModel) -> None:
        """Keep the model."""
        self.model = model

    def ask(self, variant: Variant, window: Window) -> Asked[float] | Refusal:
        """Read both haplotypes once."""
        if refusal := frame_shift(SCORER, self.model, variant):
            return refusal
        ref = tokens_of(self.model, window.ref)
        alt = tokens_of(self.model, window.alt)
        if isinstance(ref, Refusal):
            return ref
        if isinstance(alt, Refusal):
            return alt
        if min(len(ref), len(alt)) < 2:
            reason = f"{variant.contig} is too short: no token has another before it."
            return Refusal(Status.OUT_OF_RANGE, reason)

        def told(answers: list[float]) -> dict[str, float]:
            ll_ref, ll_alt = answers
            means = ll_alt / (len(alt) - 1) - ll_ref / (len(ref) - 1)
            return {"score": ll_alt - ll_ref, "mean_difference": means}

        return Asked([_question(ref), _question(alt)], told)


def _question(tokens: Tokens) -> Question[float]:
    """Ask for every token's log probability, given those before it."""
    following = tokens.ids[1:]

    def read(logits: NDArray[np.float32]) -> float:
        probabilities = log_softmax(logits)
        return float(probabilities[np.arange(len(following)), following].sum())

    return Question(tokens.ids, np.arange(len(following)), read)
