"""How far apart a model's states of REF and ALT lie.

Equation. For the last hidden states h of every token, m their mean over tokens::

    cosine         score = 1 - cos(m_REF, m_ALT)                0 to 2
    l2             score = ||m_REF - m_ALT||                    0 and more
    inner_product  score = - sum over tokens of h_REF . h_ALT   mean of both strands

In all three a **higher score means a bigger change**; the column `similarity` has the
cosine or the inner product itself, where higher means more alike. The distances of
neighbouring variants lie close together (cosines of whole windows above 0.999 are the
rule): rank them, and do not read anything into one value.

Sources: cosine and L2 between whole-window embeddings, Dalla-Torre et al. 2025, Nature
Methods 22:287 (Nucleotide Transformer); inner product,
``run_vep_inner_products_nucleotide_transformer.py`` of songlab-cal/gpn, which keeps one
sum for each hidden dimension: this is their sum over dimensions.

The mean is over all tokens, special ones included, or over letters only (`pooling`);
the inner product is a sum over all the same tokens. Networks that give fewer rows than
they take tokens (PhyloGPN) are averaged over what they give. The two halves of
Caduceus-PS states (forward, and reverse complement) are compared as one vector.

Any change of sequence can be scored; the inner product needs REF and ALT with the same
number of tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.models.batches import Question
from gfm_desktop.models.option import Option
from gfm_desktop.scoring.card import Column, ScorerCard, VariantScore
from gfm_desktop.scoring.language_refusals import SEQUENCE_KINDS, reads
from gfm_desktop.scoring.language_scoring import (
    STRAND_COLUMNS,
    STRANDS,
    WINDOW,
    Asked,
    Plan,
    tokens_of,
)
from gfm_desktop.scoring.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.batches import Ids
    from gfm_desktop.models.language_model import LanguageModel
    from gfm_desktop.models.tokens import Tokens
    from gfm_desktop.scoring.windows import Window

    Vector = NDArray[np.float64]

MEASURE = Option(
    "measure",
    "Measure",
    "How two embeddings are compared: cosine distance, Euclidean distance (l2), or the "
    "inner product of all tokens with its sign turned.",
    "cosine",
    choices=("cosine", "l2", "inner_product"),
)
POOLING = Option(
    "pooling",
    "Pooling",
    "Tokens that count: all of them, as the authors' scripts do, or letters only.",
    "all",
    choices=("all", "letters"),
)

SCORER = ScorerCard(
    name="embedding-distance",
    title="Embedding distance",
    equation="distance of the hidden states with REF and with ALT, mean of strands",
    units="1 - cosine, Euclidean distance, or minus the inner product; higher is a "
    "bigger change",
    source="Nucleotide Transformer (Dalla-Torre et al. 2025, Nature Methods 22:287); "
    "songlab-cal/gpn for the inner product",
    needs="language",
    background=20,
    columns=(
        *STRAND_COLUMNS,
        Column(
            "similarity",
            "float",
            "Cosine, or inner product: higher is more alike; missing for l2",
        ),
    ),
    options=(MEASURE, POOLING, WINDOW, STRANDS),
    kinds=SEQUENCE_KINDS,
)


def score(
    model: LanguageModel,
    variants: Sequence[Variant],
    *,
    reference: Reference,
    genes: GeneModels | None,
    batch_size: int = 8,
    measure: str = "cosine",
    pooling: str = "all",
    window: int = 0,
    strands: str = "auto",
) -> list[VariantScore]:
    """Score variants; every one gets exactly one outcome.

    Args:
        model: Any language model.
        variants: Normalised variants, on contigs of the reference or not.
        reference: The genome.
        genes: Gene models; needed for ``strands="gene"`` only.
        batch_size: Most sequences of a forward pass.
        measure: A choice of `MEASURE`.
        pooling: A choice of `POOLING`.
        window: Bases that the model reads; 0 for its own window.
        strands: Which strands to read: a choice of `STRANDS`.

    Returns:
        One outcome for each variant, in their order.

    Raises:
        OptionError: If an option makes no sense or the model does not fit; never
            because of one variant.
    """
    for option, value in ((MEASURE, measure), (POOLING, pooling)):
        if value not in option.choices:
            raise OptionError(
                f"{option.label} must be one of {', '.join(option.choices)}.",
                where=SCORER.name,
            )
    plan = Plan(
        SCORER,
        model,
        reference,
        genes,
        batch_size,
        window,
        strands,
        # All states of a window may be megabytes: few of them wait for each other.
        together=4 * max(1, batch_size),
    )

    def states(ids: Ids, rows: Ids | None) -> NDArray[np.float32]:
        return model.hidden(ids)

    return plan.score(variants, _Rule(model, measure, pooling).ask, states)


class _Rule:
    """The rule with its model and options."""

    def __init__(self, model: LanguageModel, measure: str, pooling: str) -> None:
        """Keep them."""
        self.model = model
        self.measure = measure
        self.pooling = pooling

    def ask(self, variant: Variant, window: Window) -> Asked[Vector] | Refusal:
        """Read both haplotypes once."""
        ref = tokens_of(self.model, window.ref)
        alt = tokens_of(self.model, window.alt)
        if isinstance(ref, Refusal):
            return ref
        if isinstance(alt, Refusal):
            return alt
        if self.measure == "inner_product" and len(ref) != len(alt):
            return Refusal(
                Status.UNSUPPORTED_BY_MODEL,
                f"REF is {len(ref):,} tokens and ALT {len(alt):,}, and the inner "
                "product compares token by token; the measures cosine and l2 do not.",
            )
        if not (self._counted(ref).any() and self._counted(alt).any()):
            reason = (
                f"{variant.contig} is too short for a token of {self.model.card.name}."
            )
            return Refusal(Status.OUT_OF_RANGE, reason)
        questions = [self._question(ref), self._question(alt)]
        return Asked(questions, self._told, self._caution(variant))

    def _counted(self, tokens: Tokens) -> NDArray[np.bool_]:
        if self.pooling == "letters":
            return tokens.letters
        return np.ones(len(tokens), bool)

    def _question(self, tokens: Tokens) -> Question[Vector]:
        counted = self._counted(tokens)

        def read(states: NDArray[np.float32]) -> Vector:
            """Return the mean state, or all states one after another."""
            whole = len(states) == len(counted)
            values = (states[counted] if whole else states).astype(np.float64)
            return (
                values.ravel()
                if self.measure == "inner_product"
                else values.mean(axis=0)
            )

        return Question(tokens.ids, None, read)

    def _told(self, answers: list[Vector]) -> dict[str, float]:
        ref, alt = answers
        if self.measure == "l2":
            return {"score": float(np.linalg.norm(ref - alt))}
        if self.measure == "inner_product":
            product = float(ref @ alt)
            return {"score": -product, "similarity": product}
        # 1 - cos through the difference of unit vectors: no digits are lost near 1.
        gap = ref / np.linalg.norm(ref) - alt / np.linalg.norm(alt)
        distance = float(gap @ gap) / 2
        return {"score": distance, "similarity": 1 - distance}

    def _caution(self, variant: Variant) -> str:
        change = len(variant.alt) - len(variant.ref)
        if self.model.tokenizer.kind != "kmer" or change % self.model.tokenizer.k == 0:
            return ""
        return (
            f"Caution: {self.model.card.name} reads {reads(self.model)}; this change "
            "of length moves all groups behind it, which adds to the distance."
        )
