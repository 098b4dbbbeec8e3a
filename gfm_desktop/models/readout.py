"""What stands on top of pooled states: a standardised linear map and its meaning.

For the vector f of a sequence, the mean of both strands' where both are read::

    z = (f - centre) / scale        logits = z W^T + bias

and the prediction is the logistic function of the logit (two classes, several labels),
their softmax (one of several classes), or the logit itself (a number). As the map is
linear, the mean of the strands' vectors gives the mean of their logits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

TENSORS = ("head.centre", "head.scale", "head.weight", "head.bias")
"""Names in a file of weights, in the order of the fields of `Head`."""


@dataclass(frozen=True, slots=True)
class Head:
    """The linear map.

    Attributes:
        centre: (features,), subtracted.
        scale: (features,), divided by; above 0.
        weight: (outputs, features).
        bias: (outputs,).
    """

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return (m, outputs) of (m, features)."""
        standard = (features.astype(np.float64) - self.centre) / self.scale
        return np.asarray(standard @ self.weight.T.astype(np.float64) + self.bias)

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """Return name to values, for a file of weights."""
        values = (self.centre, self.scale, self.weight, self.bias)
        return {
            name: np.ascontiguousarray(value, np.float32)
            for name, value in zip(TENSORS, values, strict=True)
        }

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[np.float32]]) -> Head:
        """Return the map of a file of weights, which has all `TENSORS`."""
        return cls(*(np.asarray(tensors[name], np.float32) for name in TENSORS))


def head_shapes(outputs: int, features: int) -> dict[str, tuple[int, ...]]:
    """Return name to shape of the tensors of a head."""
    shapes = ((features,), (features,), (outputs, features), (outputs,))
    return dict(zip(TENSORS, shapes, strict=True))


def probabilities(task: str, logits: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return predictions (m, outputs) of logits, before any calibration.

    Args:
        task: ``"binary"``, ``"multiclass"``, ``"multilabel"`` or ``"regression"``.
        logits: (m, outputs).
    """
    if task == "regression":
        return logits.astype(np.float32)
    if task == "multiclass":
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -500, 500))), np.float32)
