"""The baseline that knows composition and length alone: shortcuts, not biology."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from gfm_desktop.finetune.baselines import linear
from gfm_desktop.finetune.baselines.counts import shares
from gfm_desktop.finetune.method import Tick

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from gfm_desktop.finetune.baselines.linear import LinearModel
    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.method import Predictions

_STEP = 20_000


@dataclass(frozen=True, slots=True)
class FittedGcLength:
    """A linear model of GC share, N share and length."""

    model: LinearModel

    def predict(
        self, data: LabelledSet, chosen: NDArray[np.int64]
    ) -> Generator[Tick, None, Predictions]:
        """Predict some examples, shape (m, outputs)."""
        return linear.in_pieces(
            self.model, partial(features_of, data), data, chosen, step=_STEP
        )


@dataclass(frozen=True, slots=True)
class GcLength:
    """Logistic or ridge regression on GC share, N share and length."""

    name: ClassVar[str] = "gc_length"
    title: ClassVar[str] = "GC and length"

    def fit(
        self,
        data: LabelledSet,
        train: NDArray[np.int64],
        validation: NDArray[np.int64],
        folds: NDArray[np.int64],
        *,
        seed: int,
    ) -> Generator[Tick, None, FittedGcLength]:
        """Learn; nothing is chosen."""
        del validation, folds, seed
        yield Tick("Learning", 0, 1)
        features = features_of(data, train)
        labels = data.labels[train]
        return FittedGcLength(
            linear.fit(data.task, features, labels, data.outputs, strength=1.0)
        )


def features_of(data: LabelledSet, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return GC, its square, N share and log length; for variants ALT minus REF too.

    The square lets an optimum in the middle be told from both ends.
    """
    table = _features([data.sequences[i] for i in chosen])
    if data.alternatives:
        change = _features([data.alternatives[i] for i in chosen]) - table
        table = np.concatenate([table, change], axis=1)
    return table


def _features(sequences: list[str]) -> NDArray[np.float64]:
    gc, unknown, length = shares(sequences).T
    return np.stack([gc, gc**2, unknown, np.log1p(length)], axis=1)
