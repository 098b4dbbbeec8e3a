"""Log-odds of ALT against REF in a predicted alignment column.

Equation. With the logits z of the REF window around the variant, the base visible::

    score = z(ALT) - z(REF) = log p(ALT) - log p(REF)           mean of both strands

p are the base frequencies that the model expects in the alignment column of related
species at this place; it was trained to predict the column from a sequence that shows
the base, so nothing is hidden.

Source: PhyloGPN (songlab-cal/phylogpn). The window is as wide as the model's receptive
field and centred on the variant, without padding: the network normalises over the whole
input, so that any other width would change the numbers.

At the end of a contig the missing letters are the model's gaps (``-``), as its authors
fill them, and the score says so. Only substitutions of one base can be scored: a column
is one base wide, and the neighbours of an MNV show REF.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.batches import Question
from gfm_desktop.scoring.card import Column, ScorerCard, VariantScore
from gfm_desktop.scoring.language_scoring import (
    STRAND_COLUMNS,
    STRANDS,
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
    from gfm_desktop.scoring.windows import Window

SCORER = ScorerCard(
    name="column-log-odds",
    title="Column log-odds",
    equation="log p(ALT) - log p(REF) in the predicted alignment column, mean of "
    "strands",
    units="natural logarithm; negative where ALT is rarer than REF in related species",
    source="PhyloGPN, songlab-cal/phylogpn",
    needs="language",
    background=20,
    columns=(
        *STRAND_COLUMNS,
        Column("p_ref", "float", "Expected frequency of REF in the column"),
        Column("p_alt", "float", "Expected frequency of ALT in the column"),
    ),
    options=(STRANDS,),
    kinds=(VariantKind.SNV,),
    objectives=("column",),
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
    strands: str = "auto",
) -> list[VariantScore]:
    """Score variants; every one gets exactly one outcome.

    Args:
        model: A model of alignment columns, whose window is its receptive field.
        variants: Normalised variants, on contigs of the reference or not.
        reference: The genome.
        genes: Gene models; needed for ``strands="gene"`` only.
        batch_size: Most windows of a forward pass.
        strands: Which strands to read: a choice of `STRANDS`.

    Returns:
        One outcome for each variant, in their order. `p_ref` and `p_alt` are means of
        the strands that were read.

    Raises:
        OptionError: If an option makes no sense or the model does not fit; never
            because of one variant.
    """
    plan = Plan(SCORER, model, reference, genes, batch_size, 0, strands)
    return plan.score(variants, _Rule(model).ask, model.logits)


class _Rule:
    """The rule with its model."""

    def __init__(self, model: LanguageModel) -> None:
        """Keep the model."""
        self.model = model

    def ask(
        self, variant: Variant, window: Window
    ) -> Asked[NDArray[np.float64]] | Refusal:
        """Read the column of the variant from a window that it is the centre of."""
        tokens = tokens_of(self.model, window.ref)
        if isinstance(tokens, Refusal):
            return tokens
        flank = self.model.window // 2
        place = int(tokens.covering(window.start)[0])
        first, end = place - flank, place + flank + 1
        if first < 0 or end > len(tokens):
            return Refusal(
                Status.OUT_OF_RANGE,
                f"The model needs {flank:,} bases on each side, and the contig ends "
                "nearer than that.",
            )
        bases = ["ACGT".index(letters[window.start]) for letters in _both(window)]

        def read(logits: NDArray[np.float32]) -> NDArray[np.float64]:
            """Return log p of REF and ALT, from logits of shape (rows, 4)."""
            return log_softmax(logits[len(logits) // 2, :4])[bases]

        gaps = not tokens.letters[first:end].all()
        caution = (
            "Caution: the contig ends inside the window; the model sees gaps there."
        )
        question = Question(tokens.ids[first:end], None, read)
        return Asked([question], _told, caution if gaps else "")


def _both(window: Window) -> tuple[str, str]:
    return window.ref, window.alt


def _told(answers: list[NDArray[np.float64]]) -> dict[str, float]:
    ref, alt = answers[0]
    return {
        "score": float(alt - ref),
        "p_ref": float(np.exp(ref)),
        "p_alt": float(np.exp(alt)),
    }
