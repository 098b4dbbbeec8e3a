"""The baseline that looks at nothing: how common each label is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from gfm_desktop.finetune.evaluation import truth_table
from gfm_desktop.finetune.method import Tick

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.method import Predictions


@dataclass(frozen=True, slots=True)
class Constant:
    """Predicts the same for everything.

    Attributes:
        values: (outputs,) float32.
    """

    values: NDArray[np.float32]

    def predict(
        self, data: LabelledSet, chosen: NDArray[np.int64]
    ) -> Generator[Tick, None, Predictions]:
        """Predict some examples, shape (m, outputs)."""
        yield Tick("Predicting", len(chosen), len(chosen))
        return np.tile(self.values, (len(chosen), 1))


@dataclass(frozen=True, slots=True)
class Majority:
    """Learns the share of every label, or the mean."""

    name: ClassVar[str] = "majority"
    title: ClassVar[str] = "Most common label"

    def fit(
        self,
        data: LabelledSet,
        train: NDArray[np.int64],
        validation: NDArray[np.int64],
        folds: NDArray[np.int64],
        *,
        seed: int,
    ) -> Generator[Tick, None, Constant]:
        """Count."""
        del validation, folds, seed
        yield Tick("Counting labels", 0, 1)
        labels = data.labels[train]
        if data.task == "regression":
            return Constant(np.array([labels.astype(np.float64).mean()], np.float32))
        known, truth = truth_table(data.task, labels, data.outputs)
        share = (truth & known).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        return Constant(share.astype(np.float32))
