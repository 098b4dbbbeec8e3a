"""What every way of learning offers: methods on a model, and baselines alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Generator

    import numpy as np
    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet

    Predictions = NDArray[np.float32]
    """(m, outputs): probability of the positive class (binary, one column), of every
    class (multi-class rows sum to 1; multi-label), or the value (regression)."""


@dataclass(frozen=True, slots=True)
class Tick:
    """How far a training is; the job turns it into events and `training.jsonl`.

    Cancel, pause and "stop early" act between two ticks, so a method yields one at
    least every second or so, once every few batches.

    Attributes:
        message: What is being done, in a few words.
        step: Steps done; of `steps`.
        steps: Steps in all.
        epoch: Epochs begun, from 1; 0 where there are none.
        train_loss: Mean loss since the last tick; None where there is none.
        validation_loss: Loss of the validation part, once an epoch.
        metric: Its metric (AUROC, or Pearson's r for regression), once an epoch.
        best: Whether this epoch is the best so far.
    """

    message: str
    step: int = 0
    steps: int = 0
    epoch: int = 0
    train_loss: float | None = None
    validation_loss: float | None = None
    metric: float | None = None
    best: bool = False


class Fitted(Protocol):
    """Something that has learnt."""

    def predict(
        self, data: LabelledSet, chosen: NDArray[np.int64]
    ) -> Generator[Tick, None, Predictions]:
        """Predict some examples, shape (m, outputs); labels are not looked at."""
        ...


class Method(Protocol):
    """A way of learning, with its settings inside.

    Attributes:
        name: Key of the report, such as ``"kmer_linear"``.
        title: What people call it.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102

    def fit(
        self,
        data: LabelledSet,
        train: NDArray[np.int64],
        validation: NDArray[np.int64],
        folds: NDArray[np.int64],
        *,
        seed: int,
    ) -> Generator[Tick, None, Fitted]:
        """Learn from `train`; `validation` only chooses (early stopping, calibration).

        Args:
            data: All examples; those outside the two index arrays are never looked at.
            train: Indices to learn from.
            validation: Indices that choose; may be empty (then `folds` choose).
            folds: int64 (n,), as `Split.folds`: for choices by cross-validation inside
                train and validation.
            seed: Of every random choice.
        """
        ...
