"""How predicted probabilities are brought in line with what is true.

A calibration is a plain dictionary, so that a model's description can hold it:

- ``{"kind": "none"}``;
- ``{"kind": "temperature", "temperature": [t, ...], "bias": [b, ...]}``: a number for
  each output. The log-odds of an output become ``log-odds / t + b``; of classes that
  exclude each other, the logarithms of the probabilities do, and rows sum to 1 again
  (Guo et al. 2017; with the bias, Platt 1999);
- ``{"kind": "isotonic", "given": [[x, ...], ...], "true": [[y, ...], ...]}``: for each
  output the corners of a rising curve (Zadrozny & Elkan 2002).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

EDGE = 1e-6
"""Probabilities are kept this far from 0 and 1, whose log-odds are infinite."""
NONE: dict[str, Any] = {"kind": "none"}


def applied(
    calibration: Mapping[str, Any], task: str, predictions: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return calibrated predictions; those of a regression stay as they are.

    Args:
        calibration: As above.
        task: ``"binary"``, ``"multiclass"``, ``"multilabel"`` or ``"regression"``.
        predictions: (m, outputs) probabilities.

    Raises:
        ModelError: If the calibration does not fit the predictions (`problem`).
    """
    outputs = predictions.shape[1]
    if wrong := problem(calibration, outputs):
        raise ModelError(
            f"The model's calibration cannot be used: {wrong}.",
            todo="Get the model folder again from where it came.",
        )
    kind = calibration["kind"]
    if kind == "none" or task == "regression":
        return predictions
    chances = np.clip(predictions.astype(np.float64), EDGE, 1 - EDGE)
    if kind == "isotonic":
        curves = zip(calibration["given"], calibration["true"], strict=True)
        columns = [np.interp(chances[:, i], x, y) for i, (x, y) in enumerate(curves)]
        found = np.clip(np.stack(columns, axis=1), EDGE, 1 - EDGE)
        if task == "multiclass":
            found /= found.sum(axis=1, keepdims=True)
    else:
        heat = np.asarray(calibration["temperature"], np.float64)
        found = warmed(task, chances, heat, np.asarray(calibration["bias"], np.float64))
    return np.asarray(found, np.float32)


def warmed(
    task: str,
    chances: NDArray[np.float64],
    heat: NDArray[np.float64],
    bias: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return probabilities at a temperature and with a bias, shape (m, outputs).

    Args:
        task: As in `applied`.
        chances: (m, outputs), none 0 or 1.
        heat: (outputs,), above 0.
        bias: (outputs,), in units of log-odds.
    """
    if task == "multiclass":
        logits = np.log(chances) / heat + bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float64)
    odds = (np.log(chances) - np.log1p(-chances)) / heat + bias
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -500, 500))), np.float64)


def problem(calibration: Mapping[str, Any], outputs: int) -> str:
    """Return what is wrong with a calibration; empty where nothing is."""
    match calibration.get("kind"):
        case "none":
            return ""
        case "temperature":
            heat = _numbers(calibration.get("temperature"))
            bias = _numbers(calibration.get("bias"))
            if len(heat) != outputs or len(bias) != outputs:
                return f"“temperature” and “bias” must have {outputs} numbers each"
            return "" if min(heat) > 0 else "“temperature” must be above 0"
        case "isotonic":
            given, true = calibration.get("given"), calibration.get("true")
            if not (isinstance(given, list) and isinstance(true, list)):
                return "“given” and “true” must be lists"
            curves = [(_numbers(x), _numbers(y)) for x, y in zip(given, true)]  # noqa: B905
            sound = all(x and len(x) == len(y) and x == sorted(x) for x, y in curves)
            if sound and len(given) == len(true) == outputs:
                return ""
            return f"“given” and “true” must be {outputs} rising curves"
        case other:
            return f"its kind is {other!r}, not none, temperature or isotonic"


def _numbers(value: object) -> list[float]:
    """Return a list of finite numbers; empty where it is none."""
    if not isinstance(value, list) or not all(
        isinstance(one, int | float) and np.isfinite(one) for one in value
    ):
        return []
    return [float(one) for one in value]
