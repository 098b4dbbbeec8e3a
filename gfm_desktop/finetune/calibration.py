"""Find how probabilities must be changed to come true as often as they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.finetune import metrics
from gfm_desktop.finetune.evaluation import truth_table
from gfm_desktop.models.calibration import EDGE, NONE, applied, warmed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import Task
    from gfm_desktop.finetune.metrics import Flags, Floats

ISOTONIC_FROM = 200
"""Labels from which a rising curve is not merely noise (Niculescu-Mizil & Caruana 2005
found it worse than Platt's below about 1,000)."""
_PULL = 2.0
"""Pull towards no change, a normal prior of standard deviation 1/2 on the logarithm of
the temperature and on the bias: with few labels, or perfectly separated ones, both
would run away."""
_PARTS = 5
_CLEARLY = 0.002
"""Log loss by which the curve must win: it makes equals of what was ranked."""


@dataclass(frozen=True, slots=True)
class Bin:
    """One point of a reliability curve.

    Attributes:
        predicted: Mean probability of its predictions.
        observed: Share of them that came true.
        low: Lower end of the share's 95 % interval.
        high: Upper end.
        count: Number of predictions.
    """

    predicted: float
    observed: float
    low: float
    high: float
    count: int


def fit(
    task: Task,
    labels: NDArray[np.generic],
    predictions: NDArray[np.float32],
    *,
    kind: str,
    prior: Floats | None = None,
) -> dict[str, Any]:
    """Return the calibration (`models.calibration`) that fits these examples best.

    They must not be those that were learnt from. After a training with class weights,
    `prior` is where the bias starts: the log-odds by which rare classes were lifted
    (Saerens et al. 2002, Neural Comput. 14:21).

    Args:
        task: What was predicted.
        labels: As `LabelledSet.labels`, of m examples.
        predictions: (m, outputs) probabilities.
        kind: ``"auto"``, ``"none"``, ``"temperature"`` or ``"isotonic"``; a curve with
            fewer than `ISOTONIC_FROM` examples becomes a temperature.
        prior: (outputs,) bias that is expected; None for 0.
    """
    if task == "regression" or kind == "none":
        return dict(NONE)
    bias = np.zeros(predictions.shape[1]) if prior is None else prior
    if len(labels) < ISOTONIC_FROM or kind == "temperature":
        return _temperature(task, labels, predictions, bias)
    if kind == "isotonic":
        return _isotonic(task, labels, predictions)
    heat = _loss_elsewhere(task, labels, predictions, bias, curve=False)
    curve = _loss_elsewhere(task, labels, predictions, bias, curve=True)
    if curve < heat - _CLEARLY:
        return _isotonic(task, labels, predictions)
    return _temperature(task, labels, predictions, bias)


def prior_shift(task: Task, labels: NDArray[np.generic], outputs: int) -> Floats:
    """Return the log-odds that class weights lifted each output by, to be taken back.

    Balanced weights make all classes look equally common, so that the learnt log-odds
    are too high by minus the log-odds of the true share.

    Args:
        task: What was learnt.
        labels: Those that were learnt from.
        outputs: Columns of a prediction.
    """
    if task == "regression":
        return np.zeros(outputs)
    known, truth = truth_table(task, labels, outputs)
    share = (truth & known).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    share = np.clip(share, EDGE, 1 - EDGE)
    if task == "multiclass":
        return np.asarray(np.log(share * outputs), np.float64)
    return np.asarray(np.log(share) - np.log1p(-share), np.float64)


def reliability(
    task: Task, labels: NDArray[np.generic], predictions: Floats
) -> list[Bin]:
    """Return the reliability curve: how often predictions of each size came true.

    The outputs of several classes or labels are taken together. Intervals are
    Wilson's (1927).
    """
    known, truth = truth_table(task, labels, predictions.shape[1])
    chance, hit = predictions[known], truth[known]
    where = metrics.bins_of(chance)
    found = []
    for one in np.unique(where):
        mine = where == one
        count, share = int(mine.sum()), float(hit[mine].mean())
        low, high = _wilson(share, count)
        found.append(Bin(float(chance[mine].mean()), share, low, high, count))
    return found


def _temperature(
    task: Task,
    labels: NDArray[np.generic],
    predictions: NDArray[np.float32],
    prior: Floats,
) -> dict[str, Any]:
    from scipy.optimize import minimize

    known, truth = truth_table(task, labels, predictions.shape[1])
    chances = np.clip(predictions.astype(np.float64), EDGE, 1 - EDGE)
    outputs = len(prior)
    heat, bias = np.ones(outputs), prior.copy()
    if task == "multiclass":

        def loss_of_all(x: Floats) -> float:
            one = warmed(task, chances, np.exp(np.full(outputs, x[0])), x[1:])
            pulled = x[0] ** 2 + ((x[1:] - prior) ** 2).sum()
            said = np.clip((one * truth).sum(axis=1), EDGE, None)
            return float(-np.log(said).sum() + _PULL * pulled)

        best = minimize(loss_of_all, np.concatenate([[0.0], prior]), method="L-BFGS-B")
        heat, bias = np.exp(np.full(outputs, best.x[0])), best.x[1:]
    else:
        for i in range(outputs):
            mine = known[:, i]
            heat[i], bias[i] = _of_label(truth[mine, i], chances[mine, i], prior[i])
    return {
        "kind": "temperature",
        "temperature": [float(x) for x in heat],
        "bias": [float(x) for x in bias],
    }


def _of_label(truth: Flags, chance: Floats, prior: float) -> tuple[float, float]:
    """Return temperature and bias of one output; no change where one class is seen."""
    from scipy.optimize import minimize

    if truth.all() or not truth.any():
        return 1.0, float(prior)
    column = chance[:, None]

    def loss(x: Floats) -> float:
        one = warmed("binary", column, np.exp(x[:1]), x[1:])[:, 0]
        one = np.clip(one, EDGE, 1 - EDGE)
        said = np.where(truth, one, 1 - one)
        pulled = x[0] ** 2 + (x[1] - prior) ** 2
        return float(-np.log(said).sum() + _PULL * pulled)

    best = minimize(loss, np.array([0.0, prior]), method="L-BFGS-B")
    return float(np.exp(best.x[0])), float(best.x[1])


def _isotonic(
    task: Task, labels: NDArray[np.generic], predictions: NDArray[np.float32]
) -> dict[str, Any]:
    known, truth = truth_table(task, labels, predictions.shape[1])
    given, true = [], []
    for i in range(predictions.shape[1]):
        mine = known[:, i]
        x, y = _rising(predictions[mine, i].astype(np.float64), truth[mine, i])
        given.append(x)
        true.append(y)
    return {"kind": "isotonic", "given": given, "true": true}


def _rising(chance: Floats, truth: Flags) -> tuple[list[float], list[float]]:
    """Return the corners of the best rising curve.

    The steps of the isotonic fit are joined at their middles: a straight line between
    two of them keeps the order of what they would make equal. A share of 0 or 1 of a
    step becomes (hits + 1/2) / (number + 1): few examples cannot be certain.
    """
    from sklearn.isotonic import IsotonicRegression

    order = np.argsort(chance, kind="stable")
    x, hit = chance[order], truth[order].astype(np.float64)
    level = IsotonicRegression(y_min=0, y_max=1).fit_transform(x, hit)
    starts = np.flatnonzero(np.concatenate([[True], np.diff(level) > 0]))
    counts = np.diff(np.append(starts, len(x)))
    middles = np.add.reduceat(x, starts) / counts
    shares = (np.add.reduceat(hit, starts) + 0.5) / (counts + 1)
    return middles.tolist(), np.maximum.accumulate(shares).tolist()


def _loss_elsewhere(
    task: Task,
    labels: NDArray[np.generic],
    predictions: NDArray[np.float32],
    prior: Floats,
    *,
    curve: bool,
) -> float:
    """Return the mean log loss on parts that a calibration was not fitted to."""
    part = np.arange(len(labels)) % _PARTS
    known, truth = truth_table(task, labels, predictions.shape[1])
    losses = []
    for one in range(_PARTS):
        learn, judge = part != one, part == one
        if curve:
            found = _isotonic(task, labels[learn], predictions[learn])
        else:
            found = _temperature(task, labels[learn], predictions[learn], prior)
        chances = applied(found, task, predictions[judge]).astype(np.float64)
        chances = np.clip(chances, EDGE, 1 - EDGE)
        if task == "multiclass":
            losses.append(-np.log(chances[truth[judge]]))
        else:
            said = np.where(truth[judge], chances, 1 - chances)
            losses.append(-np.log(said[known[judge]]))
    return float(np.concatenate(losses).mean())


def _wilson(share: float, count: int) -> tuple[float, float]:
    z2 = 1.959963984540054**2
    centre = (share + z2 / (2 * count)) / (1 + z2 / count)
    spread = np.sqrt(z2 * (share * (1 - share) / count + z2 / (4 * count**2)))
    reach = float(spread) / (1 + z2 / count)
    return max(0.0, centre - reach), min(1.0, centre + reach)
