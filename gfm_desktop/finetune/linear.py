"""Linear models on vectors: logistic or ridge regression, and a fast stand-in.

The penalty is that of scikit-learn: with standardised features z, a logistic regression
of strength C minimises ``|w|^2 / 2 + C sum(loss)``, a ridge regression of strength C
``|w|^2 / C + sum(squares)``. The optimum of either lies in the space of the examples,
so that with fewer examples than features both are solved in the examples' own
coordinates (a rotation, which changes no result).
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.models.readout import Head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import Task

    Floats = NDArray[np.float64]

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
"""Weakest fit first; 1 is scikit-learn's default of a logistic regression."""
_QUICK = (0.01, 0.1, 1.0)
"""Ridge penalties of the stand-in, in units of features."""
_ABSENT = 20.0
"""How far the log-odds of a class that was never seen lie below the rarest one's."""


def standard(features: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Return mean and spread of every feature; a spread of 0 becomes 1."""
    values = features.astype(np.float64)
    centre = values.mean(axis=0)
    scale = values.std(axis=0)
    # Beside a large mean, rounding looks like a tiny spread.
    scale[scale <= 1e-6 * np.maximum(1e-6, np.abs(centre))] = 1.0
    return centre, scale


def fitted(
    task: Task,
    features: NDArray[np.float32],
    labels: NDArray[np.generic],
    *,
    outputs: int,
    strength: float,
    balanced: bool,
) -> Head:
    """Return the linear map that fits examples best.

    Args:
        task: Binary and multi-label: a logistic regression for each output;
            multi-class: one of all classes; regression: ridge.
        features: (m, features), m at least 1.
        labels: As `LabelledSet.labels`, of these examples. Unknown labels of a
            multi-label task are left out, label by label.
        outputs: Columns of a prediction.
        strength: C, as above.
        balanced: Whether each class weighs the same (``class_weight="balanced"``).
    """
    centre, scale = standard(features)
    scaled = (features - centre) / scale
    coordinates, axes = _rotated(scaled)
    weight = np.zeros((outputs, coordinates.shape[1]))
    bias = np.zeros(outputs)
    if task == "regression":
        weight[0], bias[0] = _ridge(coordinates, labels.astype(np.float64), strength)
    elif task == "multiclass":
        weight, bias = _classes(coordinates, labels, outputs, strength, balanced)
    else:
        table = labels.astype(np.float64).reshape(len(labels), -1)
        for i in range(outputs):
            known = ~np.isnan(table[:, i])
            weight[i], bias[i] = _logistic(
                coordinates[known], table[known, i] > 0.5, strength, balanced
            )
    if axes is not None:
        weight = weight @ axes
    arrays = (centre, scale, weight, bias)
    return Head(*(np.asarray(one, np.float32) for one in arrays))


def _rotated(scaled: Floats) -> tuple[Floats, Floats | None]:
    """Return coordinates in the examples' space, and its axes as rows."""
    rows, columns = scaled.shape
    if rows >= columns:
        return scaled, None
    # Through the small matrix of products: much faster than of the wide one.
    values, vectors = np.linalg.eigh(scaled @ scaled.T)
    kept = values > 1e-10 * max(float(values[-1]), 1e-300)
    if not kept.any():
        return np.zeros((rows, 1)), np.zeros((1, columns))
    lengths = np.sqrt(values[kept])
    axes = (vectors[:, kept] / lengths).T @ scaled
    return vectors[:, kept] * lengths, axes


def _ridge(x: Floats, y: Floats, strength: float) -> tuple[Floats, float]:
    """Return weights and bias; the label is brought to spread 1 for the penalty."""
    mean, spread = float(y.mean()), float(y.std()) or 1.0
    middle = x.mean(axis=0)
    centred, target = x - middle, (y - mean) / spread
    gram = centred.T @ centred
    gram[np.diag_indices_from(gram)] += 1 / strength
    weight = np.linalg.solve(gram, centred.T @ target) * spread
    return weight, mean - float(middle @ weight)


def _logistic(
    x: Floats, y: NDArray[np.bool_], strength: float, balanced: bool
) -> tuple[Floats, float]:
    """Return weights and bias of one output; a constant where all labels are equal."""
    positive, number = int(y.sum()), len(y)
    if positive in (0, number):
        odds = (positive + 0.5) / (number - positive + 0.5)
        return np.zeros(x.shape[1]), float(np.log(odds))
    made = _regression(strength, balanced)
    with warnings.catch_warnings():
        # Separable labels with a weak penalty end at the last step: good enough.
        warnings.simplefilter("ignore")
        made.fit(x, y.astype(np.int64))
    return np.asarray(made.coef_[0], np.float64), float(made.intercept_[0])


def _classes(
    x: Floats,
    labels: NDArray[np.generic],
    outputs: int,
    strength: float,
    balanced: bool,
) -> tuple[Floats, Floats]:
    """Return weights and biases of classes that exclude each other."""
    weight, bias = np.zeros((outputs, x.shape[1])), np.zeros(outputs)
    codes = labels.astype(np.int64)
    present = np.unique(codes)
    if len(present) == 1:
        bias[:] = -_ABSENT
        bias[present] = 0.0
        return weight, bias
    made = _regression(strength, balanced)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.fit(x, codes)
    if len(present) == 2:
        # Two classes have one row: that of the second against the first.
        weight[present[1]], bias[present[1]] = made.coef_[0], made.intercept_[0]
    else:
        weight[present], bias[present] = made.coef_, made.intercept_
    absent = np.setdiff1d(np.arange(outputs), present)
    bias[absent] = bias[present].min() - _ABSENT
    return weight, bias


def _regression(strength: float, balanced: bool) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(
        C=strength, class_weight="balanced" if balanced else None, max_iter=1_000
    )


def quick_predictions(
    task: Task,
    features: NDArray[np.float32],
    labels: NDArray[np.generic],
    folds: NDArray[np.int64],
    outputs: int,
) -> list[Floats]:
    """Return what each fold is given by a ridge regression that learnt from the others.

    It stands in for the logistic regression where layers and poolings are compared:
    least squares on +1 and -1 rank examples much alike, and need no steps.

    Args:
        task: Any.
        features: (m, features).
        labels: As `LabelledSet.labels`; an unknown label counts as the label's mean.
        folds: int64 (m,), at least two different ones.
        outputs: Columns of a prediction.

    Returns:
        (m, outputs) for each of a few penalties.
    """
    centre, scale = standard(features)
    scaled = (features - centre) / scale
    kernel = scaled @ scaled.T / scaled.shape[1]
    targets = _targets(task, labels, outputs)
    found = [np.zeros((len(labels), outputs)) for _ in _QUICK]
    for fold in np.unique(folds):
        away, here = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        mean = targets[away].mean(axis=0)
        inner = kernel[np.ix_(away, away)]
        across = kernel[np.ix_(here, away)]
        for table, penalty in zip(found, _QUICK, strict=True):
            padded = inner.copy()
            # Constant in all directions, so that the bias is not pulled.
            padded += 1.0
            padded[np.diag_indices_from(padded)] += penalty
            dual = np.linalg.solve(padded, targets[away] - mean)
            table[here] = (across + 1.0) @ dual + mean
    return found


def _targets(task: Task, labels: NDArray[np.generic], outputs: int) -> Floats:
    if task == "regression":
        return labels.astype(np.float64)[:, None]
    if task == "multilabel":
        table = labels.astype(np.float64)
        known = ~np.isnan(table)
        means = np.where(known, table, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        return np.where(known, table, means)
    classes: Sequence[int] = [1] if task == "binary" else range(outputs)
    same = labels.astype(np.int64)[:, None] == np.asarray(classes)
    return np.asarray(same, np.float64)
