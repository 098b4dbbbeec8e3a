"""Random checkpoints in the hub's layout, small enough to make in a test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import torch


def random_state(
    shapes: Mapping[str, tuple[int, ...]], seed: int = 1
) -> dict[str, torch.Tensor]:
    """Return random weights of the given names and shapes."""
    import torch

    source = torch.Generator().manual_seed(seed)
    return {n: torch.randn(s, generator=source) / 2 for n, s in shapes.items()}


def write(
    folder: Path,
    config: Mapping[str, Any],
    state: Mapping[str, torch.Tensor],
    files: Iterable[tuple[str, Mapping[str, Any]]] = (),
) -> Path:
    """Write a checkpoint, with JSON files beside, and return its folder."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("config.json", config), *files):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    tensors = {name: tensor.clone().contiguous() for name, tensor in state.items()}
    save_file(tensors, folder / "model.safetensors")
    return folder
