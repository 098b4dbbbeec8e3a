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


def on_click(noun: str, size: int, widest: int, seconds: float) -> State:
    """Return the state of a view that is predicted only where somebody asks for it.

    Args:
        noun: What would be predicted.
        size: bp of the view.
        widest: Widest view that can be asked for, in bp.
        seconds: What it would take, about.
    """
    if size > widest:
        text = f"Zoom in below {_span(widest)} to predict {noun}, or saturate a gene."
        return State(Stage.TOO_WIDE, text)
    about = _lasting(seconds)
    return State(Stage.IDLE, f"Click here to predict {noun} (about {about}).")


def too_wide(noun: str, limit: int, *, on_request: bool, seconds: float = 0.0) -> State:
    """Return the state of a view that is not predicted unasked.

    Args:
        noun: What would be predicted.
        limit: Widest view that is, in bp.
        on_request: Whether it can be asked for.
        seconds: What it would take then, about; 0 where that need not be said.
    """
    text = f"Zoom in below {_span(limit)} to predict {noun}"
    if on_request:
        text += ", or press Predict here"
        text += f" (about {_lasting(seconds)})" if seconds else ""
    return State(Stage.TOO_WIDE, f"{text}.")


def _span(bases: int) -> str:
    return f"{bases // 1000} kb" if bases >= 1000 else f"{bases} bp"


def _lasting(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
