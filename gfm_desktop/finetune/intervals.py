"""How sure a measure is: intervals from drawing groups of examples again and again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune import evaluation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gfm_desktop.finetune.evaluation import Outcome
    from gfm_desktop.finetune.metrics import Codes, Floats

DRAWS = 1_000
LEVEL = 0.95
FEWEST_GROUPS = 10
"""Groups below which examples are drawn instead: three chromosomes, drawn again, say
little about how sure a number is."""
_CELLS = 4_000_000
"""Weights that are in memory at once."""
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Measured:
    """A number with its interval.

    Attributes:
        value: The number; None where it is not defined.
        low: Lower end of the 95 % interval; None where there is none.
        high: Upper end.
    """

    value: float | None
    low: float | None
    high: float | None


def unit_of(groups: Codes) -> str:
    """Return what is drawn: ``"groups"``, or ``"examples"`` where groups are few."""
    return "groups" if len(np.unique(groups)) >= FEWEST_GROUPS else "examples"


def draws(groups: Codes, *, seed: int, number: int = DRAWS) -> Iterator[Floats]:
    """Yield bootstrap weights, shape (some draws, m); `number` draws in all.

    A draw takes as many groups as there are, with replacement, and all examples of
    each (Field & Welsh 2007, J. R. Stat. Soc. B 69:369): relatives are not independent
    evidence.

    Args:
        groups: int64 (m,).
        seed: The same seed gives the same draws, whatever is measured on them.
        number: Draws in all.
    """
    if unit_of(groups) == "examples":
        groups = np.arange(len(groups))
    names, places = np.unique(groups, return_inverse=True)
    generator = np.random.default_rng(seed)
    step = max(1, _CELLS // max(1, len(groups)))
    for first in range(0, number, step):
        some = min(step, number - first)
        equal = np.full(len(names), 1 / len(names))
        counts = generator.multinomial(len(names), equal, size=some)
        yield counts[:, places].astype(np.float64)


def intervals(outcome: Outcome, *, seed: int) -> dict[str, Measured]:
    """Return every measure of a task with its 95 % interval.

    Percentiles of the bootstrap (Efron 1979). The AUROC's interval is never narrower
    than Newcombe's (`newcombe`): where all examples are ranked right every draw says
    1, which ten examples cannot know.

    Args:
        outcome: Predictions and truth.
        seed: Of the draws.
    """
    found = [evaluation.measured(outcome, w) for w in draws(outcome.groups, seed=seed)]
    points = evaluation.values(outcome)
    ends = {
        name: between(np.concatenate([one[name] for one in found])) for name in points
    }
    if outcome.task == "binary":
        ends["auroc"] = _wide(outcome, points["auroc"], ends["auroc"])
    return {name: _measured(points[name], *ends[name]) for name in points}


def difference(one: Outcome, other: Outcome, *, seed: int) -> Measured:
    """Return the primary measure of `one` minus that of `other`, on the same examples.

    Both are measured on each draw, so that what is hard for both cancels out.
    """
    found = [
        evaluation.primary(one, w) - evaluation.primary(other, w)
        for w in draws(one.groups, seed=seed)
    ]
    value = float((evaluation.primary(one) - evaluation.primary(other))[0])
    return _measured(value, *between(np.concatenate(found)))


def over_folds(found: Sequence[float]) -> Measured:
    """Return the mean over folds with a Student interval.

    The folds share examples to learn from, so the interval is somewhat too narrow
    (Nadeau & Bengio 2003); theirs is the corrected variance that is used here:
    (1 / k + 1 / (k - 1)) times the folds' variance, for k folds.
    """
    known = np.array([value for value in found if not math.isnan(value)])
    if not len(known):
        return Measured(None, None, None)
    value = float(known.mean())
    if len(known) < 2:
        return Measured(value, None, None)
    from scipy.special import stdtrit

    k = len(known)
    spread = math.sqrt((1 / k + 1 / (k - 1)) * float(known.var(ddof=1)))
    reach = float(stdtrit(k - 1, (1 + LEVEL) / 2)) * spread
    return Measured(value, value - reach, value + reach)


def between(found: Floats) -> tuple[float, float]:
    """Return the ends of the middle 95 %, leaving out undefined draws."""
    known = found[~np.isnan(found)]
    # Where a measure is mostly undefined, the rest is a biased choice of draws.
    if len(known) * 2 < len(found) or not len(known):
        return math.nan, math.nan
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def newcombe(area: float, positives: float, negatives: float) -> tuple[float, float]:
    """Return a 95 % interval of an AUROC that holds for few examples, too.

    Method 5 of Newcombe 2006 (Stat. Med. 25:559): all areas whose distance is within
    1.96 of their own standard errors, by Hanley & McNeil's variance with both sample
    sizes replaced by their mean.

    Args:
        area: The AUROC measured.
        positives: Independent positive examples.
        negatives: Independent negative examples.
    """
    grid = np.linspace(0.0, 1.0, 20_001)
    more = (positives + negatives) / 2 - 1
    inner = 1 + more * (1 - grid) / (2 - grid) + more * grid / (1 + grid)
    variance = grid * (1 - grid) * inner / (positives * negatives)
    inside = (grid - area) ** 2 <= _Z**2 * variance + 1e-12
    return float(grid[inside].min()), float(grid[inside].max())


def _wide(
    outcome: Outcome, area: float, ends: tuple[float, float]
) -> tuple[float, float]:
    truth = np.asarray(outcome.labels == 1)
    positives, negatives = float(truth.sum()), float((~truth).sum())
    if math.isnan(area) or not positives or not negatives:
        return ends
    # Relatives count as one.
    share = 1.0
    if unit_of(outcome.groups) == "groups":
        share = len(np.unique(outcome.groups)) / len(outcome)
    low, high = newcombe(area, max(1, positives * share), max(1, negatives * share))
    if any(map(math.isnan, ends)):
        return low, high
    return min(low, ends[0]), max(high, ends[1])


def _measured(value: float, low: float, high: float) -> Measured:
    known = [None if math.isnan(x) else float(x) for x in (value, low, high)]
    return Measured(*known)
