"""Log-odds of the ALT k-mer against the REF k-mer at hidden tokens.

Equation. With the logits z of one forward pass of the REF window with hidden tokens::

    score = z_t(k-mer with ALT) - z_t(k-mer with REF)           mean of both strands

k-mers side by side (Nucleotide Transformer, AgroNT): t is the one token that holds the
variant, and it is hidden. Source: ``run_vep_llr_nucleotide_transformer.py`` of
songlab-cal/gpn, including its way with N: a k-mer that has one is a single N token, so
that the frame of all others holds. The reverse complement is cut from its own start.

Overlapping k-mers (DNABERT, SpeciesLM): all k tokens that hold the base are hidden,
because any of them would give it away; t is the one that starts ``(k - 1) // 2`` bases
before the variant on the forward strand and ``k // 2`` before it on the reverse strand,
which is the same k-mer of the genome. Source: ``run_vep_llr_specieslm.py`` of
songlab-cal/gpn (2 and 3 bases for k = 6); the general k is ours, as is the nearest
k-mer that there is where a contig ends.

Limits. Indels shift the frame of all k-mers behind them. An MNV must lie inside one
token (ours; the scripts read SNVs only), and overlapping k-mers take none. The last
letters of a window that fill no k-mer are single-base tokens, which a model has seldom
seen: a variant there is refused. So is one whose k-mer has an N.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.batches import Question
from gfm_desktop.scoring.card import ScorerCard, VariantScore
from gfm_desktop.scoring.language_refusals import instead
from gfm_desktop.scoring.language_scoring import (
    STRAND_COLUMNS,
    STRANDS,
    WINDOW,
    Asked,
    Plan,
    masked,
    tokens_of,
)
from gfm_desktop.scoring.refusals import Refusal
from gfm_desktop.scoring.token_places import token_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.language_model import LanguageModel
    from gfm_desktop.scoring.windows import Window

SCORER = ScorerCard(
    name="kmer-log-odds",
    title="K-mer log-odds",
    equation="log p(k-mer with ALT) - log p(k-mer with REF), tokens hidden, mean of "
    "strands",
    units="natural logarithm; negative where ALT is less likely than REF",
    source="songlab-cal/gpn, run_vep_llr_nucleotide_transformer.py and "
    "run_vep_llr_specieslm.py",
    needs="language",
    background=20,
    columns=STRAND_COLUMNS,
    options=(WINDOW, STRANDS),
    kinds=(VariantKind.SNV, VariantKind.MNV),
    objectives=("masked",),
    tokens=("kmer", "overlapping"),
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
        model: A masked model of k-mers.
        variants: Normalised variants, on contigs of the reference or not.
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
    plan = Plan(SCORER, model, reference, genes, batch_size, window, strands)
    rule = _Rule(model)
    ask = rule.overlapping if model.tokenizer.kind == "overlapping" else rule.beside
    return plan.score(variants, ask, model.logits)


class _Rule:
    """The rules with their model."""

    def __init__(self, model: LanguageModel) -> None:
        """Keep the model."""
        self.model = model

    def beside(self, variant: Variant, window: Window) -> Asked[float] | Refusal:
        """Hide the one token that holds the variant."""
        tokens = tokens_of(self.model, window.ref)
        if isinstance(tokens, Refusal):
            return tokens
        place = token_of(self.model, SCORER, variant, window, tokens)
        if isinstance(place, Refusal):
            return place
        return self._asked(window, tokens.ids, np.asarray([place]), place)

    def overlapping(self, variant: Variant, window: Window) -> Asked[float] | Refusal:
        """Hide all tokens that hold the base."""
        if variant.kind != VariantKind.SNV:
            return Refusal(
                Status.UNSUPPORTED_BY_MODEL,
                f"{self.model.card.name} reads overlapping groups of bases, and "
                f"{SCORER.name} can score one changed base in them, not several. "
                f"{instead(SCORER, self.model, variant)}",
            )
        tokens = tokens_of(self.model, window.ref)
        if isinstance(tokens, Refusal):
            return tokens
        hidden = tokens.covering(window.start)
        if not len(hidden):
            return _unheld(self.model, variant)
        k = self.model.tokenizer.k
        before = (k - 1) // 2 if window.strand == "+" else k // 2
        starts = tokens.starts[hidden]
        nearest = int(np.abs(starts - (window.start - before)).argmin())
        start = int(starts[nearest])
        if "N" in window.ref[start : start + k]:
            return Refusal(
                Status.UNSUPPORTED_BY_MODEL,
                f"The {k} bases around the variant hold an unknown base (N) of the "
                "genome, and such a group has no meaning for "
                f"{self.model.card.name}.",
            )
        return self._asked(window, tokens.ids, hidden, int(hidden[nearest]))

    def _asked(
        self,
        window: Window,
        ids: NDArray[np.int64],
        hidden: NDArray[np.int64],
        place: int,
    ) -> Asked[float] | Refusal:
        changed = tokens_of(self.model, window.alt)
        if isinstance(changed, Refusal):
            return changed
        ref, alt = int(ids[place]), int(changed.ids[place])

        def read(logits: NDArray[np.float32]) -> float:
            return float(logits[0, alt]) - float(logits[0, ref])

        question = Question(masked(self.model, ids, hidden), np.asarray([place]), read)
        return Asked([question], lambda answers: {"score": answers[0]})


def _unheld(model: LanguageModel, variant: Variant) -> Refusal:
    return Refusal(
        Status.OUT_OF_RANGE,
        f"{variant.contig} is too short: {model.card.name} makes no token of the base.",
    )
