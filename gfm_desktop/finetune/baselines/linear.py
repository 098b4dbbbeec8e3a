"""Linear models of any task on scaled features: logistic regression, or ridge."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from gfm_desktop.finetune.method import Tick

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet, Task
    from gfm_desktop.finetune.method import Predictions

_STEPS = 300
_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A fitted linear model.

    Attributes:
        task: What it predicts.
        weights: (features, outputs) float64, of unscaled features.
        bias: (outputs,).
    """

    task: Task
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def predict(self, features: Any) -> Predictions:
        """Return predictions, shape (m, outputs).

        Args:
            features: (m, features), dense or sparse.
        """
        scores = np.asarray(features @ self.weights) + self.bias
        if self.task == "regression":
            return scores.astype(np.float32)
        if self.task == "multiclass":
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            chances = powers / powers.sum(axis=1, keepdims=True)
            return np.asarray(chances, np.float32)
        chances = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
        return np.asarray(chances, np.float32)


def fit(
    task: Task,
    features: Any,
    labels: NDArray[np.generic],
    outputs: int,
    *,
    strength: float,
) -> LinearModel:
    """Fit a linear model to features that are first brought to one scale.

    Features are divided by their standard deviation: without that the penalty acts on
    rare and common words in different ways, which costs k-mer models most of their
    worth. Those that do not vary get no weight.

    Args:
        task: What to predict.
        features: (m, features), dense or sparse (CSR).
        labels: As `LabelledSet.labels`, of m examples.
        outputs: Columns of a prediction.
        strength: Inverse of the penalty on squared weights (scikit-learn's C).
    """
    # The vectors are small: more threads wait for each other longer than they work.
    with threadpool_limits(limits=1):
        return _fitted(task, features, labels, outputs, strength)


def _fitted(
    task: Task,
    features: Any,
    labels: NDArray[np.generic],
    outputs: int,
    strength: float,
) -> LinearModel:
    scale = 1 / _deviations(features)
    scaled = _times(features, scale)
    if task == "multilabel":
        table = labels.astype(np.float64)
        parts = [_one(scaled, table[:, i], strength) for i in range(outputs)]
        weights = np.stack([part[0] for part in parts], axis=1)
        bias = np.array([part[1] for part in parts])
    elif task == "regression":
        weights, bias = _ridge(scaled, labels.astype(np.float64), strength)
    elif task == "binary":
        column, one_bias = _one(scaled, labels.astype(np.float64), strength)
        weights, bias = column[:, None], np.array([one_bias])
    else:
        weights, bias = _classes(scaled, labels, outputs, strength)
    return LinearModel(task, weights * scale[:, None], bias)


def _deviations(features: Any) -> NDArray[np.float64]:
    """Return the standard deviation of each feature; infinite where it is 0."""
    number = max(1, features.shape[0])
    mean = np.asarray(features.sum(axis=0)).ravel() / number
    squares = features.multiply(features) if _sparse(features) else features**2
    second = np.asarray(squares.sum(axis=0)).ravel() / number
    variance = second - mean**2
    flat = variance <= 1e-10 * np.maximum(second, 1e-300)
    return np.where(flat, np.inf, np.sqrt(np.maximum(variance, 1e-300)))


def _times(features: Any, scale: NDArray[np.float64]) -> Any:
    if _sparse(features):
        return features.multiply(scale[None, :]).tocsr()
    return features * scale


def _sparse(features: Any) -> bool:
    from scipy.sparse import issparse

    return bool(issparse(features))


def _one(
    features: Any, labels: NDArray[np.floating[Any]], strength: float
) -> tuple[NDArray[np.float64], float]:
    """Return weights and bias of one label of 0, 1 and NaN (not known)."""
    known = np.flatnonzero(~np.isnan(labels))
    truth = labels[known] > 0.5
    if not len(known) or truth.all() or not truth.any():
        share = float(truth.mean()) if len(known) else 0.5
        share = min(max(share, _EDGE), 1 - _EDGE)
        return np.zeros(features.shape[1]), float(np.log(share / (1 - share)))
    model = _logistic(features[known], truth, strength)
    return model.coef_[0].astype(np.float64), float(model.intercept_[0])


def _classes(
    features: Any, labels: NDArray[np.generic], outputs: int, strength: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    weights = np.zeros((features.shape[1], outputs))
    # Classes that were never seen get next to no probability.
    bias = np.full(outputs, np.log(_EDGE))
    seen = np.unique(labels).astype(np.int64)
    if len(seen) == 1:
        bias[seen] = 0.0
    elif len(seen) == 2:
        # Two classes are one logit; half of it on either side is the same softmax.
        model = _logistic(features, labels == seen[1], strength)
        weights[:, seen] = np.outer(model.coef_[0], [-0.5, 0.5])
        bias[seen] = model.intercept_[0] * np.array([-0.5, 0.5])
    else:
        model = _logistic(features, labels, strength)
        weights[:, seen], bias[seen] = model.coef_.T, model.intercept_
    return weights, bias


def _logistic(features: Any, labels: NDArray[np.generic], strength: float) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=_STEPS, tol=1e-3)
    with warnings.catch_warnings():
        # A baseline need not be polished to the last digit.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(features, labels)


def _ridge(
    features: Any, labels: NDArray[np.float64], strength: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from sklearn.linear_model import Ridge

    solver = "sparse_cg" if _sparse(features) else "auto"
    model = Ridge(alpha=1 / strength, solver=solver).fit(features, labels)
    return model.coef_[:, None].astype(np.float64), np.array([float(model.intercept_)])


def in_pieces(
    model: LinearModel,
    features_of: Callable[[NDArray[np.int64]], Any],
    data: LabelledSet,
    chosen: NDArray[np.int64],
    *,
    step: int,
) -> Generator[Tick, None, Predictions]:
    """Predict some examples, shape (m, outputs), a piece after another.

    Args:
        model: Fitted.
        features_of: Features of some examples; only those of a piece are held.
        data: All examples.
        chosen: Which to predict.
        step: Examples of a piece.
    """
    found = [np.empty((0, data.outputs), np.float32)]
    for first in range(0, len(chosen), step):
        yield Tick("Predicting", first, len(chosen))
        found.append(model.predict(features_of(chosen[first : first + step])))
    return np.concatenate(found)
