"""Log-odds of ALT against REF with nothing hidden: fast, and another score.

Equation. With the logits z of one forward pass of a REF window in which every letter is
visible, D the changed bases (or the one k-mer that holds them)::

    score = sum over i in D of z_i(ALT) - z_i(REF)              mean of both strands

One pass answers for all variants of the window, so it is the faster the more of them
lie near each other. It is **not** the number of `masked_log_odds`: the model sees REF
at the place that it is asked about and mostly repeats it. Never compare the two with
each other, nor a cut-off of one with the other.

Source: "wild-type marginals" of Meier et al. 2021, NeurIPS 34 (ESM-1v), for proteins;
with genomes ours.

Windows lie on a grid fixed to the contig (`windows.on_grid`), every variant in the
middle half of one, so that what else is scored changes no number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.batches import Question
from gfm_desktop.scoring.card import ScorerCard, VariantScore
from gfm_desktop.scoring.language_scoring import (
    STRAND_COLUMNS,
    STRANDS,
    WINDOW,
    Asked,
    Plan,
    tokens_of,
)
from gfm_desktop.scoring.refusals import Refusal
from gfm_desktop.scoring.token_places import token_of
from gfm_desktop.scoring.windows import on_grid

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
    name="unmasked-log-odds",
    title="Unmasked log-odds (fast; another score than the masked)",
    equation="log p(ALT) - log p(REF) where the model sees REF, mean of strands",
    units="natural logarithm; lower than masked log-odds and not comparable with them",
    source="Wild-type marginals (Meier et al. 2021, NeurIPS 34); with genomes ours",
    needs="language",
    background=20,
    columns=STRAND_COLUMNS,
    options=(WINDOW, STRANDS),
    kinds=(VariantKind.SNV, VariantKind.MNV),
    objectives=("masked",),
    tokens=("nucleotide", "kmer"),
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
        model: A masked model of single bases, or of k-mers side by side.
        variants: Normalised variants, on contigs of the reference or not; those of one
            call that lie near each other share their windows.
        reference: The genome.
        genes: Gene models; needed for ``strands="gene"`` only.
        batch_size: Most windows of a forward pass.
        window: Bases that the model reads; 0 for its own window.
        strands: Which strands to read: a choice of `STRANDS`.

    Returns:
        One outcome for each variant, in their order.

    Raises:
        OptionError: If an option makes no sense or the model does not fit; never
            because of one variant.
    """
    plan = Plan(SCORER, model, reference, genes, batch_size, window, strands, on_grid)
    return plan.score(variants, _Rule(model).ask, model.logits)


class _Rule:
    """The rule with its model, and the window that was cut last on each strand."""

    def __init__(self, model: LanguageModel) -> None:
        """Keep the model."""
        self.model = model
        self._cut: dict[str, tuple[str, Tokens | Refusal | None]] = {}

    def ask(self, variant: Variant, window: Window) -> Asked[float] | Refusal:
        """Read the changed bases from the visible window."""
        tokens = self._tokens(window)
        if isinstance(tokens, Refusal):
            return tokens
        pairs = self._pairs(variant, window, tokens)
        if isinstance(pairs, Refusal):
            return pairs
        rows = np.asarray([row for row, _, _ in pairs], np.int64)

        def read(logits: NDArray[np.float32]) -> float:
            """Return the score from logits of shape (changed tokens, vocabulary)."""
            changes = [
                float(values[alt]) - float(values[ref])
                for values, (_, ref, alt) in zip(logits, pairs, strict=True)
            ]
            return sum(changes)

        question = Question(tokens.ids, rows, read)
        return Asked([question], lambda answers: {"score": answers[0]})

    def _tokens(self, window: Window) -> Tokens | Refusal:
        """Return the tokens of a window, which neighbouring variants share."""
        letters, tokens = self._cut.get(window.strand, ("", None))
        if tokens is None or letters != window.ref:
            tokens = tokens_of(self.model, window.ref)
            self._cut[window.strand] = window.ref, tokens
        return tokens

    def _pairs(
        self, variant: Variant, window: Window, tokens: Tokens
    ) -> list[tuple[int, int, int]] | Refusal:
        """Return the changed tokens: place, id with REF, id with ALT."""
        if self.model.tokenizer.kind == "nucleotide":
            ids = dict(zip("ACGT", self.model.tokenizer.base_ids, strict=True))
            return [
                (int(tokens.covering(i)[0]), ids[window.ref[i]], ids[window.alt[i]])
                for i in window.changed
            ]
        place = token_of(self.model, SCORER, variant, window, tokens)
        if isinstance(place, Refusal):
            return place
        start, end = tokens.starts[place], tokens.ends[place]
        alone = self.model.tokenizer.tokens(window.alt[start:end], hold_frame=True)
        return [(place, int(tokens.ids[place]), int(alone.ids[alone.covering(0)[0]]))]
