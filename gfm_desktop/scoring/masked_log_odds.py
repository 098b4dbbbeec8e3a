"""Log-odds of ALT against REF at a hidden base, for models that read single bases.

Equation. With the logits z of one forward pass of the REF window in which the changed
bases D are hidden::

    score = sum over i in D of z_i(ALT base) - z_i(REF base)    mean of both strands

which is ``log p(ALT) - log p(REF)``, whatever else is in the vocabulary. Negative: the
model finds ALT less likely than REF.

Source: ``gpn/ss/run_vep.py`` of songlab-cal/gpn (GPN, Benegas et al. 2023, PNAS 120:
e2311219120) for substitutions of one base; ``zero_shot_score.py`` of PlantCaduceus is
the forward strand of the same. REF and ALT are read from one pass, because the hidden
window is the same for both.

Beyond the published rule: an MNV is scored with all its changed bases hidden together,
as if they were independent given the rest; unchanged bases between them stay visible.
``p_ref`` and ``p_alt`` are probabilities over the whole vocabulary at the hidden base
(SpliceBERT's examples use them; of several bases the product).

Limits: insertions and deletions have no column of their own in such a model; the
pseudo-log-likelihood compares whole windows instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.batches import Question
from gfm_desktop.scoring.card import Column, ScorerCard, VariantScore
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
    from gfm_desktop.scoring.windows import Window

SCORER = ScorerCard(
    name="masked-log-odds",
    title="Masked log-odds",
    equation="log p(ALT) - log p(REF) where the base is hidden, mean of strands",
    units="natural logarithm; negative where ALT is less likely than REF",
    source="GPN (Benegas et al. 2023, PNAS 120:e2311219120), gpn/ss/run_vep.py",
    needs="language",
    background=20,
    columns=(
        *STRAND_COLUMNS,
        Column("p_ref", "float", "Probability of REF, over the whole vocabulary"),
        Column("p_alt", "float", "Probability of ALT, over the whole vocabulary"),
    ),
    options=(WINDOW, STRANDS),
    kinds=(VariantKind.SNV, VariantKind.MNV),
    objectives=("masked",),
    tokens=("nucleotide",),
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
        model: A masked model of single bases.
        variants: Normalised variants, on contigs of the reference or not.
        reference: The genome.
        genes: Gene models; needed for ``strands="gene"`` only.
        batch_size: Most windows of a forward pass.
        window: Bases that the model reads; 0 for its own window.
        strands: Which strands to read: a choice of `STRANDS`.

    Returns:
        One outcome for each variant, in their order. `p_ref` and `p_alt` are means of
        the strands that were read.

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

    def ask(
        self, variant: Variant, window: Window
    ) -> Asked[NDArray[np.float64]] | Refusal:
        """Hide the changed bases."""
        tokens = tokens_of(self.model, window.ref)
        if isinstance(tokens, Refusal):
            return tokens
        places = window.changed
        rows = np.concatenate([tokens.covering(place) for place in places])
        ids = masked(self.model, tokens.ids, rows)
        bases = dict(zip("ACGT", self.model.tokenizer.base_ids, strict=True))
        pairs = [(bases[window.ref[i]], bases[window.alt[i]]) for i in places]

        def read(logits: NDArray[np.float32]) -> NDArray[np.float64]:
            """Return log p of REF and ALT, shape (bases, 2)."""
            probabilities = log_softmax(logits)
            return np.take_along_axis(probabilities, np.asarray(pairs), axis=1)

        return Asked([Question(ids, rows, read)], _told)


def _told(answers: list[NDArray[np.float64]]) -> dict[str, float]:
    ref, alt = answers[0].sum(axis=0)
    return {
        "score": float(alt - ref),
        "p_ref": float(np.exp(ref)),
        "p_alt": float(np.exp(alt)),
    }
