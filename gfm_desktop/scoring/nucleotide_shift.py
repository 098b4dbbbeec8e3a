"""How much a variant changes what a model expects of the bases around it.

Equation. With p and q the probabilities of A, C, G, T (softmax over these four) that
the model gives to a position of the unmasked window with REF and with ALT::

    KL(x) = sum over bases b of q_x(b) log(q_x(b) / p_x(b))
    score = mean of KL(x) over the positions x at most `distance` from the variant,
            its own base left out

Zero: nothing changes. The larger, the more the context changes.

Source: SpliceBERT (Chen et al. 2024, Briefings in Bioinformatics 25:bbae163), whose
script ``examples/scripts/analyze_vexseq_mfass.py`` computes KL(x) by this formula and
keeps the 100 positions on each side of the variant as ``kl_distance``, each the mean of
both sides. The authors read profiles and known splice sites off these numbers; **the
mean over the profile as one score is ours**. `kl_max` and `kl_max_offset` tell where
the change is greatest.

The model reads transcripts, so the sense strand of the gene is the strand to read
(option strands: gene); the mean of both strands is what can be had without gene models.

Only substitutions keep REF and ALT positions aligned; other variants are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.batches import Question
from gfm_desktop.models.option import Option
from gfm_desktop.scoring.card import Column, ScorerCard, VariantScore
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
    from gfm_desktop.scoring.windows import Window

    Profile = NDArray[np.float64]

_DISTANCE = Option(
    "distance",
    "Distance",
    "How far from the variant the expectations are compared.",
    100,
    minimum=1,
    maximum=4_999,
    unit="bp",
)

SCORER = ScorerCard(
    name="nucleotide-shift",
    title="Change of expected neighbours",
    equation="mean over neighbours of KL(p with ALT || p with REF), window unmasked",
    units="nats; 0 for no change, higher is a bigger change",
    source="SpliceBERT (Chen et al. 2024, Brief Bioinform 25:bbae163) for the "
    "divergence of a position; the mean is ours",
    needs="language",
    background=20,
    columns=(
        *STRAND_COLUMNS,
        Column("kl_max", "float", "Largest divergence of a position, in nats"),
        Column(
            "kl_max_offset",
            "float",
            "Where that is, in bp from the variant along the strand read (mean where "
            "both strands are read)",
        ),
    ),
    options=(_DISTANCE, WINDOW, STRANDS),
    kinds=(VariantKind.SNV, VariantKind.MNV),
    objectives=("masked",),
    tokens=("nucleotide",),
)


def score(
    model: LanguageModel,
    variants: Sequence[Variant],
    *,
    reference: Reference,
    genes: GeneModels | None,
    batch_size: int = 8,
    distance: int = 100,
    window: int = 0,
    strands: str = "auto",
) -> list[VariantScore]:
    """Score variants; every one gets exactly one outcome.

    Args:
        model: A masked language model of single bases.
        variants: Normalised variants, on contigs of the reference or not.
        reference: The genome.
        genes: Gene models; needed for ``strands="gene"`` only.
        batch_size: Most sequences of a forward pass.
        distance: Positions on each side that are compared, in bp.
        window: Bases that the model reads; 0 for its own window.
        strands: Which strands to read: a choice of `language_scoring.STRANDS`.

    Returns:
        One outcome for each variant, in their order.

    Raises:
        OptionError: If an option makes no sense or the model does not fit; never
            because of one variant.
    """
    if distance < 1:
        raise OptionError(
            f"The distance must be at least 1 bp, not {distance}.", where=SCORER.name
        )
    plan = Plan(
        SCORER, model, reference, genes, batch_size, window, strands, together=64
    )
    return plan.score(variants, _Rule(model, distance).ask, model.logits)


class _Rule:
    """The rule with its model and distance."""

    def __init__(self, model: LanguageModel, distance: int) -> None:
        """Keep them."""
        self.model = model
        self.distance = distance

    def ask(self, variant: Variant, window: Window) -> Asked[Profile] | Refusal:
        """Read both haplotypes at the positions around the variant."""
        ref = tokens_of(self.model, window.ref)
        alt = tokens_of(self.model, window.alt)
        if isinstance(ref, Refusal):
            return ref
        if isinstance(alt, Refusal):
            return alt
        first = int(ref.covering(window.changed[0])[0])
        last = int(ref.covering(window.changed[-1])[-1])
        rows = np.flatnonzero(ref.letters)
        near = (rows >= first - self.distance) & (rows <= last + self.distance)
        rows = rows[near & ((rows < first) | (rows > last))]
        if not len(rows):
            reason = f"{variant.contig} has no base beside the variant."
            return Refusal(Status.OUT_OF_RANGE, reason)
        offsets = np.where(rows < first, rows - first, rows - last)

        def told(profiles: list[Profile]) -> dict[str, float]:
            """Return the score of a strand and where the change is greatest."""
            before, after = profiles
            divergence = (np.exp(after) * (after - before)).sum(axis=-1)
            peak = int(divergence.argmax())
            return {
                "score": float(divergence.mean()),
                "kl_max": float(divergence[peak]),
                "kl_max_offset": float(offsets[peak]),
            }

        return Asked([self._question(one.ids, rows) for one in (ref, alt)], told)

    def _question(
        self, ids: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> Question[Profile]:
        bases = list(self.model.tokenizer.base_ids)

        def read(logits: NDArray[np.float32]) -> Profile:
            """Return log-probabilities of the four bases, shape (rows, 4)."""
            return log_softmax(logits[:, bases])

        return Question(ids, rows, read)
