"""How a prediction stands, and the sentences that say so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How the prediction of a region, or of the selected variant, stands."""

    IDLE = "idle"
    """Nothing to predict: no genome, no selection, or not asked for."""
    TOO_WIDE = "too wide"
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class State:
    """A stage, and the sentence that the track shows with it."""

    stage: Stage
    message: str = ""


def no_model(noun: str, *, available: bool) -> State:
    """Return the state of a track without a model.

    Args:
        noun: What it would predict.
        available: Whether there is one to choose.
    """
    if available:
        return State(Stage.IDLE, f"Right-click to choose a model of {noun}.")
    text = f"No model of {noun} is installed: the Models panel has some."
    return State(Stage.IDLE, text)


def too_wide(noun: str, limit: int, *, on_request: bool, seconds: float = 0.0) -> State:
    """Return the state of a view that is not predicted unasked.

    Args:
        noun: What would be predicted.
        limit: Widest view that is, in bp.
        on_request: Whether it can be asked for.
        seconds: What it would take then, about; 0 where that need not be said.
    """
    words = f"{limit // 1000} kb" if limit >= 1000 else f"{limit} bp"
    text = f"Zoom in below {words} to predict {noun}"
    if on_request:
        text += ", or press Predict here"
        text += f" (about {_lasting(seconds)})" if seconds else ""
    return State(Stage.TOO_WIDE, f"{text}.")


def _lasting(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
