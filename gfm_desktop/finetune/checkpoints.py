"""The state of a training on disk: one file, whole or not there.

A checkpoint is a safetensors file: the learning parameters, both moments of the
optimiser, the best parameters so far; its header has the rest as JSON. Which batch
comes next, and all random numbers, follow from seed and step, so that nothing else is
needed to go on as if nothing had happened.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch

FORMAT = 1
_HEADER = "state"


@dataclass(slots=True)
class TrainingState:
    """Where a training stands.

    Attributes:
        step: Steps done.
        micro: Sequences of a pass; halved where memory ran out.
        best_epoch: The best epoch so far; 0 for the start.
        best_metric: Its metric on the validation examples.
        best_loss: Its loss there.
        epochs: Epochs that were measured.
        history: A line for each: epoch, train_loss, validation_loss, metric.
        losses: Of the steps since.
        done: Whether the training has ended.
        why: Why it ended, in words.
    """

    step: int = 0
    micro: int = 0
    best_epoch: int = 0
    best_metric: float = float("-inf")
    best_loss: float = float("inf")
    epochs: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    done: bool = False
    why: str = ""


def name_of(question: Mapping[str, Any]) -> str:
    """Return the name of the checkpoint of a training, of all that decides it."""
    text = json.dumps({**question, "format": FORMAT}, sort_keys=True, default=str)
    return f"training-{hashlib.sha256(text.encode()).hexdigest()[:16]}.safetensors"


def save(path: Path, state: TrainingState, tensors: Mapping[str, torch.Tensor]) -> None:
    """Write a checkpoint whole and rename it.

    Raises:
        ModelError: If the disk does not take it.
    """
    from safetensors.torch import save_file

    half = path.with_suffix(f".{os.getpid()}.half")
    kept = {name: t.detach().cpu().contiguous() for name, t in tensors.items()}
    try:
        save_file(kept, half, metadata={_HEADER: json.dumps(asdict(state))})
        os.replace(half, path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise ModelError(
            f"The training's state cannot be saved: {error.strerror or error}.",
            where=str(path.parent),
            todo="Check the free space and the rights of the folder; the training goes "
            "on from its last checkpoint.",
        ) from error


def read(path: Path) -> tuple[TrainingState, dict[str, torch.Tensor]] | None:
    """Return a checkpoint; None where there is none or it is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="pt") as file:
            header = json.loads((file.metadata() or {})[_HEADER])
            tensors = {name: file.get_tensor(name) for name in list(file.keys())}
        return TrainingState(**header), tensors
    except (SafetensorError, OSError, KeyError, TypeError, ValueError):
        # A cache of work: what cannot be read is done again.
        return None
