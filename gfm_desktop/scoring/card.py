"""What a scorer says of itself: forms, headers and help are built from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.status import Status
    from gfm_desktop.genome.variant import Variant, VariantKind
    from gfm_desktop.models.language_model import Objective
    from gfm_desktop.models.option import Option
    from gfm_desktop.models.tokens import TokenKind


@dataclass(frozen=True, slots=True)
class Column:
    """One column that a scorer adds to the score table."""

    name: str
    kind: Literal["float", "int", "str"]
    description: str


@dataclass(frozen=True, slots=True)
class ScorerCard:
    """Facts of one scorer.

    Attributes:
        name: What the command line calls it, such as ``"splice-delta"``.
        title: What the window calls it.
        equation: The formula in one line, as tooltips show it.
        units: Units and range of ``score``.
        source: Paper or program that the rule comes from.
        needs: Kind of model it needs: ``"splice"`` or ``"language"``.
        columns: What it writes beside ``score``.
        options: Its settings.
        thresholds: Published cut-offs, value to meaning; empty where none exist.
        needs_annotation: Whether gene models change the result.
        kinds: Variants that it can score with some model; empty where any kind can be.
        objectives: What a language model must have been trained for; empty for any.
        tokens: How a language model must cut letters; empty for any.
        background: Random sites of each trinucleotide whose substitutions are scored
            to give percentiles, where the user says nothing; 0 where percentiles of
            this score have no meaning.
        background_asked: Whether percentiles are made only where the user asks for
            them, because each score takes seconds.
        low_first: Whether low scores are the notable ones, as those of log-odds are:
            ALT is less expected than REF.
        losses: Columns with the size of a loss, where ``score`` is the size of the
            largest change, gain or loss; see `signed`.
    """

    name: str
    title: str
    equation: str
    units: str
    source: str
    needs: str
    columns: tuple[Column, ...]
    options: tuple[Option, ...] = ()
    thresholds: tuple[tuple[float, str], ...] = ()
    needs_annotation: bool = False
    kinds: tuple[VariantKind, ...] = ()
    objectives: tuple[Objective, ...] = ()
    tokens: tuple[TokenKind, ...] = ()
    background: int = 0
    background_asked: bool = False
    low_first: bool = False
    losses: tuple[str, ...] = ()


def signed(
    score: NDArray[np.floating[Any]], losses: Sequence[NDArray[np.floating[Any]]]
) -> NDArray[np.floating[Any]]:
    """Return scores below 0 where the change that makes them is a loss.

    Args:
        score: Shape (n,), sizes of the largest changes.
        losses: Sizes of the losses, each of shape (n,), with whatever sign: the
            columns that `ScorerCard.losses` names; none leaves the scores as they are.
    """
    lost = np.zeros(score.shape, np.bool_)
    for column in losses:
        lost |= (np.abs(column) == score) & (score > 0)
    return np.where(lost, -score, score)


@dataclass(frozen=True, slots=True)
class VariantScore:
    """The outcome for one variant: a score, or the reason why there is none.

    Attributes:
        variant: What was scored (normalised).
        status: `SCORED` or one of the refusals.
        reason: Why there is no score, or a caution; empty for a plain score.
        score: The number; None unless `SCORED`. Never 0 for "missing".
        gene: Name of the gene that `score` belongs to; empty where there is none.
        columns: Values of the scorer's own columns (absent or None where missing).
    """

    variant: Variant
    status: Status
    reason: str = ""
    score: float | None = None
    gene: str = ""
    columns: dict[str, float | int | str | None] = field(default_factory=dict)
