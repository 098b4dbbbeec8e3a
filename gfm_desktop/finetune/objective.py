"""What a training makes small, with weights for rare classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import Task


@dataclass(frozen=True, slots=True)
class Objective:
    """The loss of a task on standardised outputs.

    Cross-entropy for classes and labels, squares for numbers. Balanced weights are
    those of scikit-learn: number / (classes * number of the class), counted on the
    training examples; a label that is not known weighs nothing.

    Attributes:
        task: What is learnt.
        weights: (outputs, 2) weights of no and yes (binary, multi-label); (classes, 1)
            of each class; ones for regression.
        centre: Mean of the training values (regression), else 0.
        scale: Their spread, else 1.
    """

    task: Task
    weights: NDArray[np.float32]
    centre: float = 0.0
    scale: float = 1.0

    @classmethod
    def of(
        cls, task: Task, labels: NDArray[np.generic], outputs: int, *, balanced: bool
    ) -> Objective:
        """Return the objective of a task, its weights from the training labels."""
        if task == "regression":
            values = labels.astype(np.float64)
            spread = float(values.std()) or 1.0
            return cls(task, np.ones((1, 2), np.float32), float(values.mean()), spread)
        if task == "multiclass":
            counts = np.bincount(labels.astype(np.int64), minlength=outputs)[:, None]
        else:
            table = labels.astype(np.float64).reshape(len(labels), -1)
            counts = np.stack([(table == 0).sum(0), (table == 1).sum(0)], axis=1)
        if not balanced:
            return cls(task, np.ones(counts.shape, np.float32))
        total = counts.sum() if task == "multiclass" else counts.sum(1, keepdims=True)
        classes = outputs if task == "multiclass" else 2
        weights = total / (classes * np.maximum(counts, 1))
        return cls(task, weights.astype(np.float32))

    def targets(self, labels: NDArray[np.generic]) -> NDArray[np.float32]:
        """Return float32 (m, outputs or 1) of some labels; regression standardised."""
        if self.task == "regression":
            values = (labels.astype(np.float64) - self.centre) / self.scale
            return values.astype(np.float32)[:, None]
        return np.asarray(labels, np.float32).reshape(len(labels), -1)

    def total(
        self, logits: torch.Tensor, targets: torch.Tensor
    ) -> tuple[torch.Tensor, float]:
        """Return the weighted sum of losses, and the sum of the weights.

        Args:
            logits: (m, outputs) float32.
            targets: As `targets` gives them.
        """
        import torch
        from torch.nn import functional

        weights = torch.from_numpy(self.weights).to(logits.device)
        if self.task == "regression":
            return functional.mse_loss(logits, targets, reduction="sum"), len(logits)
        if self.task == "multiclass":
            codes = targets[:, 0].long()
            mine = weights[codes, 0]
            each = functional.cross_entropy(logits, codes, reduction="none")
            return (each * mine).sum(), float(mine.sum())
        known = ~torch.isnan(targets)
        truth = torch.where(known, targets, 0.0)
        mine = torch.where(truth > 0.5, weights[:, 1], weights[:, 0]) * known
        each = functional.binary_cross_entropy_with_logits(
            logits, truth, reduction="none"
        )
        return (each * mine).sum(), float(mine.sum())
