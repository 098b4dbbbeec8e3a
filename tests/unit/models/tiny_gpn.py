"""A GPN checkpoint in the hub's layout, small enough to make in a test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from gfm_desktop.models.gpn_network import GpnSizes, dilations, network

if TYPE_CHECKING:
    from pathlib import Path

    import torch

WIDTH, LAYERS, KERNEL, VOCABULARY = 8, 2, 3, 7
CONFIG: dict[str, Any] = {
    "model_type": "ConvNet",
    "hidden_size": WIDTH,
    "n_layers": LAYERS,
    "kernel_size": KERNEL,
    "vocab_size": VOCABULARY,
}
IDS = {"[PAD]": 0, "[MASK]": 1, "[UNK]": 2, "a": 3, "c": 4, "g": 5, "t": 6}
Kind = Literal["safetensors", "bin", "shards"]


def state(seed: int = 1) -> dict[str, torch.Tensor]:
    """Return random weights."""
    import torch

    sizes = GpnSizes(
        legacy=True,
        vocabulary=VOCABULARY,
        width=WIDTH,
        layers=LAYERS,
        kernels=(KERNEL, KERNEL),
        inner=WIDTH,
        dilations=dilations(LAYERS, base=2, cycle=6, double_every=1, largest=32),
    )
    source = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn(tensor.shape, generator=source) / 3
        for name, tensor in network(sizes).state_dict().items()
    }


def make(folder: Path, kind: Kind = "safetensors", *, seed: int = 1) -> Path:
    """Write a checkpoint and return its folder.

    Args:
        folder: Is made.
        kind: One safetensors file, one pickle, or two pickles with an index.
        seed: Of the random weights.
    """
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    tokenizer = {"model": {"type": "BPE", "vocab": IDS}, "added_tokens": []}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text("{}", encoding="utf-8")
    (folder / "LICENSE").write_text("Do as you like.", encoding="utf-8")
    (folder / "modeling_gpn.py").write_text("raise SystemExit", encoding="utf-8")
    weights = state(seed)
    match kind:
        case "safetensors":
            save_file(weights, folder / "model.safetensors")
        case "bin":
            torch.save(weights, folder / "pytorch_model.bin")
        case "shards":
            names = sorted(weights)
            places: dict[str, str] = {}
            for number, some in enumerate((names[::2], names[1::2]), 1):
                file = f"pytorch_model-{number:05}-of-00002.bin"
                torch.save({name: weights[name] for name in some}, folder / file)
                places |= dict.fromkeys(some, file)
            index = json.dumps({"metadata": {}, "weight_map": places})
            (folder / "pytorch_model.bin.index.json").write_text(index)
    return folder
