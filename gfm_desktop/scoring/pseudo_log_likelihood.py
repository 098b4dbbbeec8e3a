"""Pseudo-log-likelihood of ALT against REF: every token hidden in turn.

Equation. For a haplotype s, with t over its tokens that stand for letters::

    PLL(s) = sum over t of log p(token t | s with token t hidden)
    score  = PLL(ALT) - PLL(REF)                                mean of both strands

p is the softmax over the whole vocabulary. ALT has the same genomic flanks as REF with
the alternative allele between them, so any change of sequence can be scored: changing
one base may cut many byte pairs anew, and all of them count. Where tokens overlap, all
that share a letter with t are hidden with it, because any of them would give it away;
for all other models that is t alone.

Source: Salazar et al. 2020, "Masked language model scoring", 2020.acl-main.240; as a
variant score ours: the authors of DNABERT-2 and GENA-LM publish none.

Cost: one forward pass for each token, allele and strand, so a window of n tokens costs
about 4 n of them (2 n on one strand), against 2 of the masked log-odds. Equal inputs
run once. A smaller window (option `window`) has fewer tokens.

Limits: models of k-mers side by side read all letters behind an indel in another frame,
which moves the sum for no biological reason: indels whose length k does not divide are
refused there.
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
    masked,
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
    name="pseudo-log-likelihood",
    title="Pseudo-log-likelihood",
    equation="sum over tokens of log p(token with it hidden), ALT - REF, mean of "
    "strands",
    units="natural logarithm; negative where ALT is less likely than REF",
    source="Salazar et al. 2020 (2020.acl-main.240); as a variant score ours",
    needs="language",
    background=12,
    background_asked=True,
    columns=(
        *STRAND_COLUMNS,
        Column("pll_ref", "float", "Pseudo-log-likelihood of the window with REF"),
        Column("pll_alt", "float", "Pseudo-log-likelihood of the window with ALT"),
    ),
    options=(WINDOW, STRANDS),
    kinds=SEQUENCE_KINDS,
    objectives=("masked",),
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
        model: A masked model, however it cuts letters.
        variants: Normalised variants, on contigs of the reference or not.
        reference: The genome.
        genes: Gene models; needed for ``strands="gene"`` only.
        batch_size: Most sequences of a forward pass.
        window: Bases that the model reads; 0 for its own window.
        strands: Which strands to read: a choice of `STRANDS`.

    Returns:
        One outcome for each variant, in their order. `pll_ref` and `pll_alt` are means
        of the strands that were read.

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
        """Hide every token of either haplotype in turn."""
        if refusal := frame_shift(SCORER, self.model, variant):
            return refusal
        ref = tokens_of(self.model, window.ref)
        alt = tokens_of(self.model, window.alt)
        if isinstance(ref, Refusal):
            return ref
        if isinstance(alt, Refusal):
            return alt
        before, after = self._questions(ref), self._questions(alt)
        if not (before and after):
            reason = (
                f"{variant.contig} is too short for a token of {self.model.card.name}."
            )
            return Refusal(Status.OUT_OF_RANGE, reason)

        def told(answers: list[float]) -> dict[str, float]:
            pll_ref = sum(answers[: len(before)])
            pll_alt = sum(answers[len(before) :])
            return {"score": pll_alt - pll_ref, "pll_ref": pll_ref, "pll_alt": pll_alt}

        return Asked(before + after, told)

    def _questions(self, tokens: Tokens) -> list[Question[float]]:
        """Return one question for each token that stands for letters."""
        return [
            Question(
                masked(self.model, tokens.ids, _sharing(tokens, int(place))),
                np.asarray([place]),
                _Reader(int(tokens.ids[place])),
            )
            for place in np.flatnonzero(tokens.letters)
        ]


class _Reader:
    """Reads the log probability of one token."""

    def __init__(self, token: int) -> None:
        """Keep the token."""
        self.token = token

    def __call__(self, logits: NDArray[np.float32]) -> float:
        """Return log p of the token, from logits of shape (1, vocabulary)."""
        return float(log_softmax(logits)[0, self.token])


def _sharing(tokens: Tokens, place: int) -> NDArray[np.int64]:
    """Return the tokens that share a letter with one of them, itself included."""
    start, end = tokens.starts[place], tokens.ends[place]
    shared = (tokens.starts < end) & (start < tokens.ends) & tokens.letters
    return np.flatnonzero(shared)
