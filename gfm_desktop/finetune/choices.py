"""Choices that validation folds make for a probe: strands, layer, pooling, strength."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune.evaluation import primary_of
from gfm_desktop.finetune.linear import STRENGTHS, fitted, quick_predictions
from gfm_desktop.finetune.method import Tick
from gfm_desktop.models.readout import probabilities

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.finetune.features import Features
    from gfm_desktop.finetune.labelled import LabelledSet

MOST_EXAMPLES = 1_000
"""Examples that choose; more would choose the same, later."""
DEFAULT_STRENGTH = 0.01


@dataclass(frozen=True, slots=True)
class Choice:
    """What a probe reads.

    Attributes:
        layer: From 1.
        pooling: One of `pooling.POOLINGS`.
        both: Whether both strands are averaged.
        strength: Of the fit, as `linear` has it.
        metric: What the folds measured with it; NaN where nothing was compared.
    """

    layer: int
    pooling: str
    both: bool
    strength: float = DEFAULT_STRENGTH
    metric: float = float("nan")


def choose(
    features: Features,
    data: LabelledSet,
    candidates: Sequence[Choice],
    chosen: NDArray[np.int64],
    folds: NDArray[np.int64],
    *,
    balanced: bool,
    seed: int,
) -> Generator[Tick, None, Choice]:
    """Return the candidate that predicts left-out folds best, and its strength.

    Candidates are compared by a ridge regression (`linear.quick_predictions`), the
    strengths of the best one by the model itself. Later candidates win ties.

    Args:
        features: Of all `chosen`, computed.
        data: All examples.
        candidates: At least one.
        chosen: Examples that may choose.
        folds: int64 (m,), fold of each of them; choices need at least two.
        balanced: As `linear.fitted` has it.
        seed: Of the examples that choose, where there are too many.
    """
    usable = folds >= 0
    chosen, folds = chosen[usable], folds[usable]
    if len(chosen) > MOST_EXAMPLES:
        random = np.random.default_rng(seed)
        kept = np.sort(random.permutation(len(chosen))[:MOST_EXAMPLES])
        chosen, folds = chosen[kept], folds[kept]
    if len(np.unique(folds)) < 2:
        return candidates[-1]
    best, highest = candidates[-1], -np.inf
    labels = data.labels[chosen]
    for number, one in enumerate(candidates):
        if len(candidates) == 1:
            break
        yield Tick("Comparing layers and poolings", number, len(candidates))
        vectors = _vectors(features, data, chosen, one)
        tables = quick_predictions(data.task, vectors, labels, folds, data.outputs)
        found = max(_mean_metric(data, labels, folds, table) for table in tables)
        if found >= highest:
            best, highest = one, found
    return (yield from _strongest(features, data, best, chosen, folds, balanced))


def _strongest(
    features: Features,
    data: LabelledSet,
    one: Choice,
    chosen: NDArray[np.int64],
    folds: NDArray[np.int64],
    balanced: bool,
) -> Generator[Tick, None, Choice]:
    """Return the choice with the strength that predicts left-out folds best."""
    vectors = _vectors(features, data, chosen, one)
    labels = data.labels[chosen]
    best, highest = one, -np.inf
    for number, strength in enumerate(STRENGTHS):
        table = np.zeros((len(chosen), data.outputs))
        for fold in np.unique(folds):
            yield Tick("Choosing the strength of the fit", number, len(STRENGTHS))
            away, here = folds != fold, folds == fold
            head = fitted(
                data.task,
                vectors[away],
                labels[away],
                outputs=data.outputs,
                strength=strength,
                balanced=balanced,
            )
            table[here] = probabilities(data.task, head.logits(vectors[here]))
        found = _mean_metric(data, labels, folds, table)
        # Of equals the weakest fit, which comes first.
        if found > highest + 1e-9:
            highest = found
            best = Choice(one.layer, one.pooling, one.both, strength, found)
    return best


def _vectors(
    features: Features, data: LabelledSet, chosen: NDArray[np.int64], one: Choice
) -> NDArray[np.float32]:
    return features.vectors(
        data, chosen, layer=one.layer, pooling=one.pooling, both=one.both
    )


def _mean_metric(
    data: LabelledSet,
    labels: NDArray[np.generic],
    folds: NDArray[np.int64],
    table: NDArray[np.float64],
) -> float:
    """Return the mean over folds of the primary measure, folds without one left out.

    Where no fold has one (a fold of one example, say), all are measured together.
    """
    found = [
        primary_of(data.task, labels[folds == fold], table[folds == fold])
        for fold in np.unique(folds)
    ]
    known = [value for value in found if np.isfinite(value)]
    if known:
        return float(np.mean(known))
    value = primary_of(data.task, labels, table)
    return value if np.isfinite(value) else -1.0
