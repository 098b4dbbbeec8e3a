"""What the tests of language scorers share: calls, variants, readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.scoring import registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.scoring.card import VariantScore

    from .toy_language import ToyLanguageModel


def score_all(
    name: str,
    model: ToyLanguageModel,
    reference: Reference,
    variants: Sequence[Variant],
    **options: Any,
) -> list[VariantScore]:
    """Score with the defaults of an absent annotation."""
    options = {"genes": None, "batch_size": 4} | options
    return registry.function_of(name)(model, variants, reference=reference, **options)


def score_one(
    name: str,
    model: ToyLanguageModel,
    reference: Reference,
    variant: Variant,
    **options: Any,
) -> VariantScore:
    """Score one variant, which must succeed."""
    (outcome,) = score_all(name, model, reference, [variant], **options)
    assert outcome.status == Status.SCORED, outcome.reason
    assert outcome.score is not None
    return outcome


def change(
    reference: Reference, start: int, length: int, alt: str, contig: str = "chr1"
) -> Variant:
    """Return the variant that replaces `length` bases from a 0-based start."""
    return Variant(contig, start, reference.fetch(contig, start, start + length), alt)


def snv(reference: Reference, start: int, contig: str = "chr1") -> Variant:
    """Return a substitution at a 0-based position."""
    ref = reference.fetch(contig, start, start + 1)
    return Variant(contig, start, ref, {"A": "C", "C": "T"}.get(ref, "A"))


def log_p(logits: np.ndarray) -> np.ndarray:
    """Return log probabilities over the last axis."""
    values = logits.astype(np.float64)
    return values - np.log(np.exp(values).sum(axis=-1, keepdims=True))


def values_of(outcomes: Sequence[VariantScore]) -> np.ndarray:
    """Return the scores; every variant must have one."""
    assert [one.status for one in outcomes] == [Status.SCORED] * len(outcomes)
    return np.asarray([one.score for one in outcomes], np.float64)
