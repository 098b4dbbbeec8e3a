"""How good predictions are: every measure for many weightings of the examples at once.

All functions take `weights` of shape (draws, m) and return shape (draws,): a row of
ones is the plain measure, a row of counts is a bootstrap draw that took each example so
often (`finetune.intervals`). What is not defined in a draw, such as an AUROC without a
positive example, is NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Codes = NDArray[np.int64]

BINS = 10
"""Bins of equal width of the expected calibration error and the reliability curve."""
SMALLEST = 1e-6
"""Probabilities are kept this far from 0 and 1 in the log loss, which a single certain
mistake would make infinite."""


def auroc(
    truth: Flags, scores: Floats, weights: Floats, strata: Codes | None = None
) -> Floats:
    """Return the area under the ROC curve: P(positive scores higher), ties half.

    Bradley 1997, Pattern Recognition 30:1145 (the Mann-Whitney statistic). With strata
    only pairs of one stratum are compared: the folds of a cross-validation are
    predicted by different models, whose scores have no common scale.

    Args:
        truth: (m,), which are positive.
        scores: (m,), higher for positive.
        weights: (draws, m).
        strata: (m,), fold of each example; None for one stratum.
    """
    area, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for chosen in _strata(strata, len(truth)):
        order, starts = _ascending(scores[chosen])
        sorted_weights = weights[:, chosen[order]]
        positive = sorted_weights * truth[chosen[order]]
        more = np.add.reduceat(positive, starts, axis=1)
        less = np.add.reduceat(sorted_weights - positive, starts, axis=1)
        below = np.cumsum(less, axis=1) - less
        area += (more * (below + less / 2)).sum(axis=1)
        pairs += more.sum(axis=1) * less.sum(axis=1)
    return ratio(area, pairs)


def average_precision(truth: Flags, scores: Floats, weights: Floats) -> Floats:
    """Return the area under the precision-recall curve, as its step-wise sum.

    Sum over thresholds of precision times the gain of recall (no interpolation, which
    flatters: Davis & Goadrich 2006). A guess gets the share of positives.
    """
    order, starts = _ascending(-scores)
    sorted_weights = weights[:, order]
    all_of_it = np.add.reduceat(sorted_weights, starts, axis=1)
    hits = np.add.reduceat(sorted_weights * truth[order], starts, axis=1)
    precision = ratio(np.cumsum(hits, axis=1), np.cumsum(all_of_it, axis=1))
    gained = np.where(hits > 0, hits * precision, 0.0).sum(axis=1)
    return ratio(gained, hits.sum(axis=1))


def matthews(truth: Codes, decided: Codes, classes: int, weights: Floats) -> Floats:
    """Return Matthews' correlation; Gorodkin's R_K for several classes.

    Gorodkin 2004, Comput. Biol. Chem. 28:367. 0 where all examples, or all decisions,
    are of one class.

    Args:
        truth: (m,) class of each example.
        decided: (m,) class that was decided for.
        classes: Number of classes.
        weights: (draws, m).
    """
    kinds = np.arange(classes)
    total = weights.sum(axis=1)
    right = weights @ (truth == decided).astype(float)
    real = weights @ (truth[:, None] == kinds).astype(float)
    said = weights @ (decided[:, None] == kinds).astype(float)
    covariance = right * total - (real * said).sum(axis=1)
    spread = (total**2 - (real**2).sum(axis=1)) * (total**2 - (said**2).sum(axis=1))
    found = np.zeros(len(weights))
    np.divide(covariance, np.sqrt(np.maximum(spread, 0)), out=found, where=spread > 0)
    return np.where(total > 0, found, np.nan)


def accuracy(truth: Codes, decided: Codes, weights: Floats) -> Floats:
    """Return the share of right decisions."""
    return mean((truth == decided).astype(float), weights)


def brier(truth: Floats, chances: Floats, weights: Floats) -> Floats:
    """Return the mean squared error of probabilities (Brier 1950); 0 is best.

    Args:
        truth: (m, k) of 0 and 1.
        chances: (m, k) probabilities; the errors of all columns are added up.
        weights: (draws, m).
    """
    return mean(((chances - truth) ** 2).sum(axis=1), weights)


def calibration_error(hit: Flags, chance: Floats, weights: Floats) -> Floats:
    """Return the expected calibration error over ten bins of equal width; 0 is best.

    Naeini et al. 2015 (AAAI): the mean, over examples, of how far the mean probability
    of their bin lies from the share that came true. With few examples it is too large
    even for perfect probabilities.

    Args:
        hit: (m,), what came true.
        chance: (m,), the probability given to it.
        weights: (draws, m).
    """
    apart = np.zeros((len(hit), BINS))
    apart[np.arange(len(hit)), bins_of(chance)] = chance - hit
    return ratio(np.abs(weights @ apart).sum(axis=1), weights.sum(axis=1))


def log_loss(truth: Floats, chances: Floats, weights: Floats) -> Floats:
    """Return the mean negative log-likelihood, in nats; 0 is best.

    Args:
        truth: (m, k) of 0 and 1, one 1 a row.
        chances: (m, k) probabilities of the classes.
        weights: (draws, m).
    """
    said = (truth * chances).sum(axis=1)
    return mean(-np.log(np.clip(said, SMALLEST, 1 - SMALLEST)), weights)


def pearson(
    truth: Floats, guess: Floats, weights: Floats, strata: Codes | None = None
) -> Floats:
    """Return Pearson's correlation; 0 where the predictions do not vary.

    With strata, deviations are taken from the mean of each stratum, so that the folds'
    own offsets count neither for nor against.
    """
    sums = [np.zeros(len(weights)) for _ in range(3)]
    x, y = _standard(truth), _standard(guess)
    for chosen in _strata(strata, len(truth)):
        a, b = x[chosen], y[chosen]
        columns = np.stack([np.ones_like(a), a, b, a * a, b * b, a * b], axis=1)
        n, sa, sb, saa, sbb, sab = (weights[:, chosen] @ columns).T
        some = np.maximum(n, 1e-12)
        sums[0] += saa - sa**2 / some
        sums[1] += sbb - sb**2 / some
        sums[2] += sab - sa * sb / some
    return _correlation(sums, weights)


def spearman(truth: Floats, guess: Floats, weights: Floats) -> Floats:
    """Return the correlation of the ranks, ties sharing their mean rank."""
    a, b = _ranks(truth, weights), _ranks(guess, weights)
    total = np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    a -= (weights * a).sum(axis=1, keepdims=True) / total
    b -= (weights * b).sum(axis=1, keepdims=True) / total
    sums = [(weights * one).sum(axis=1) for one in (a * a, b * b, a * b)]
    return _correlation(sums, weights)


def determination(truth: Floats, guess: Floats, weights: Floats) -> Floats:
    """Return R2, the share of the variance that is explained; below 0 worse than none.

    1 - sum of squared errors / sum of squared deviations from the mean.
    """
    y = truth - truth.mean()
    columns = np.stack([np.ones_like(y), y, y * y, (truth - guess) ** 2], axis=1)
    n, sy, syy, errors = (weights @ columns).T
    return 1 - ratio(errors, syy - sy**2 / np.maximum(n, 1e-12))


def absolute_error(truth: Floats, guess: Floats, weights: Floats) -> Floats:
    """Return the mean absolute error, in the labels' unit."""
    return mean(np.abs(truth - guess), weights)


def mean(values: Floats, weights: Floats) -> Floats:
    """Return the weighted mean."""
    return ratio(weights @ values, weights.sum(axis=1))


def macro(columns: Sequence[Floats]) -> Floats:
    """Return the mean over classes or labels, leaving out where it is not defined."""
    table = np.stack(columns)
    defined = ~np.isnan(table)
    return ratio(np.where(defined, table, 0.0).sum(axis=0), defined.sum(axis=0))


def ratio(above: Floats, below: NDArray[np.generic]) -> Floats:
    """Return the quotient, NaN where the divisor is not above 0."""
    found = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=found, where=np.asarray(below) > 0)
    return found


def bins_of(chances: Floats) -> Codes:
    """Return the bin of each probability, 0 to `BINS` - 1."""
    return np.minimum((chances * BINS).astype(np.int64), BINS - 1)


def _strata(strata: Codes | None, number: int) -> list[Codes]:
    if strata is None:
        return [np.arange(number)]
    return [np.flatnonzero(strata == one) for one in np.unique(strata)]


def _ascending(values: Floats) -> tuple[Codes, Codes]:
    """Return the order of values and where each run of equal ones begins."""
    order = np.argsort(values, kind="stable")
    changes = np.diff(values[order]) != 0
    return order, np.flatnonzero(np.concatenate([[True], changes]))


def _ranks(values: Floats, weights: Floats) -> Floats:
    """Return ranks, shape (draws, m), as if every example stood there so often."""
    order, starts = _ascending(values)
    runs = np.add.reduceat(weights[:, order], starts, axis=1)
    middle = np.cumsum(runs, axis=1) - runs + (runs + 1) / 2
    lengths = np.diff(np.append(starts, len(values)))
    ranks = np.empty_like(weights)
    ranks[:, order] = np.repeat(middle, lengths, axis=1)
    return ranks


def _standard(values: Floats) -> Floats:
    """Return values with mean 0 and variance 1; zeros where they do not vary.

    Sums of squares of large numbers would lose their digits otherwise.
    """
    apart = values - values.mean()
    spread = float(np.sqrt(np.mean(apart**2)))
    flat = spread <= _FLAT * float(np.abs(values).max(initial=0))
    return np.zeros_like(apart) if flat else apart / spread


def _correlation(sums: Sequence[Floats], weights: Floats) -> Floats:
    """Return xy / sqrt(xx yy) of sums xx, yy, xy; 0 where one does not vary."""
    xx, yy, xy = sums
    varies = (xx > _FLAT) & (yy > _FLAT)
    found = np.zeros(len(xx))
    np.divide(xy, np.sqrt(np.maximum(xx * yy, 0)), out=found, where=varies)
    return np.where(weights.sum(axis=1) > 0, np.clip(found, -1, 1), np.nan)


_FLAT = 1e-9
