"""Numbers that the evaluation reports, with intervals: AUROC, logistic regression."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS = 1000
PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Ridge penalties that are tried, per example and squared weight."""
FOLDS = 3


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with the 95 % interval of resampled examples.

    Attributes:
        value: The number.
        low: 2.5 % quantile.
        high: 97.5 % quantile.
    """

    value: float
    low: float
    high: float

    def rounded(self) -> dict[str, float]:
        """Return it for a JSON file."""
        return {name: round(float(value), 4) for name, value in asdict(self).items()}


def auroc(cases: NDArray[np.float64], controls: NDArray[np.float64]) -> float:
    """Return how often a case is above a control; ties count half.

    Source: Mann and Whitney 1947, Ann. Math. Stat. 18:50-60.
    """
    values = np.concatenate([cases, controls])
    order = np.argsort(values, kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(1, len(values) + 1)
    _, group, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.bincount(group, ranks) / count)[group]
    first = ranks[: len(cases)].sum() - len(cases) * (len(cases) + 1) / 2
    return float(first / (len(cases) * len(controls)))


def auroc_of_pairs(
    cases: NDArray[np.float64], controls: NDArray[np.float64], seed: int = 0
) -> Estimate:
    """Return the AUROC of matched cases and controls; pairs are drawn together."""
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(DRAWS):
        chosen = random.integers(len(cases), size=len(cases))
        drawn.append(auroc(cases[chosen], controls[chosen]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(auroc(cases, controls), float(low), float(high))


def probe(
    features: NDArray[np.float32],
    labels: NDArray[np.bool_],
    tests: NDArray[np.float32],
    truth: NDArray[np.bool_],
) -> float:
    """Return the AUROC of a logistic regression on other examples.

    Features are standardised by the training examples; the ridge penalty is chosen by
    cross-validation on them alone, the strongest where there are too few.
    """
    middle = features.mean(axis=0)
    spread = features.std(axis=0) + 1e-6
    x, y = (features - middle) / spread, labels.astype(np.float32)
    penalty = max(PENALTIES) if len(x) < 2 * FOLDS * 5 else _chosen(x, y)
    weights = _regression(x, y, penalty)
    scores = ((tests - middle) / spread) @ weights
    return auroc(scores[truth], scores[~truth])


def _chosen(x: NDArray[np.float32], y: NDArray[np.float32]) -> float:
    fold = np.arange(len(x)) % FOLDS
    totals = []
    for penalty in PENALTIES:
        total = 0.0
        for number in range(FOLDS):
            out = fold == number
            scores = x[out] @ _regression(x[~out], y[~out], penalty)
            right = y[out] == 1
            total += auroc(scores[right], scores[~right])
        totals.append(total)
    return PENALTIES[int(np.argmax(totals))]


def _regression(
    x: NDArray[np.float32], y: NDArray[np.float32], penalty: float
) -> NDArray[np.float32]:
    """Return the weights; the intercept does not matter for an AUROC."""
    inputs, targets = torch.from_numpy(x), torch.from_numpy(y)
    weights = torch.zeros(x.shape[1], requires_grad=True)
    intercept = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [weights, intercept], max_iter=100, line_search_fn="strong_wolfe"
    )

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        scores = inputs @ weights + intercept
        fit = torch.nn.functional.binary_cross_entropy_with_logits(scores, targets)
        total = fit + penalty * (weights**2).sum()
        total.backward()
        return total

    optimiser.step(loss)
    found: NDArray[np.float32] = weights.detach().numpy()
    return found
