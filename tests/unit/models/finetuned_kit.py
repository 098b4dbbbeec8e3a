"""Fine-tuned models with random heads on a tiny network, in memory and in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.models import catalogue, finetuned
from gfm_desktop.models.backbones import backbone_of
from gfm_desktop.models.finetuned_model import FineTunedModel, features_of
from gfm_desktop.models.finetuned_parts import Parts
from gfm_desktop.models.readout import Head

from . import tiny_ensemble

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {
    "binary": ("no", "yes"),
    "multiclass": ("a", "b", "c"),
    "multilabel": ("x", "y"),
    "regression": ("value",),
}
LENGTH = 30


def outputs_of(task: str) -> int:
    """Return the columns of a prediction."""
    return 1 if task in ("binary", "regression") else len(NAMES[task])


def head_of(outputs: int, features: int, seed: int = 1) -> Head:
    """Return a random head."""
    random = np.random.default_rng(seed)
    return Head(
        random.normal(size=features).astype(np.float32),
        random.uniform(0.5, 2, size=features).astype(np.float32),
        random.normal(size=(outputs, features)).astype(np.float32) / 4,
        random.normal(size=outputs).astype(np.float32),
    )


def in_memory(folder: Path, task: str = "binary", **changes: Any) -> FineTunedModel:
    """Return a model with a random head; `changes` are fields of its description."""
    under = tiny_ensemble.model(folder)
    backbone = backbone_of(under)
    features = features_of(backbone.width, changes.get("input", "sequence"))
    usual: dict[str, Any] = {
        "kind": "probe",
        "task": task,
        "names": NAMES[task],
        "input": "sequence",
        "length": LENGTH,
        "base": "tiny",
        "base_name": "Tiny",
        "base_sha256": under.weights_sha256,
        "base_options": {},
        "layer": 2,
        "pooling": "mean",
        "strands": "both",
        "features": features,
        "scale": 0.0,
        "calibration": {"kind": "none"},
    }
    parts = Parts(**(usual | changes))
    head = head_of(outputs_of(task), features)
    return FineTunedModel(finetuned.TEMPLATE, "cpu", "7" * 64, parts, backbone, head)


def make(folder: Path, base: str, task: str = "binary", **changes: Any) -> Path:
    """Write a probe's folder; `tensors` are added to its weights."""
    from safetensors.numpy import save_file

    folder.mkdir()
    variant = changes.get("input") == "variant"
    features = features_of(16, "variant" if variant else "sequence")
    tensors = head_of(outputs_of(task), features).tensors() | changes.pop("tensors", {})
    save_file(tensors, folder / finetuned.WEIGHTS)
    architecture = {
        "kind": "probe",
        "layer": 2,
        "pooling": "mean",
        "strands": "both",
        "features": features,
        "scale": 0.0,
    } | changes.pop("architecture", {})
    usual = {
        "id": "my-model",
        "name": "My model",
        "base": base,
        "base_sha256": catalogue.load(base, device="cpu").weights_sha256,
        "task": task,
        "names": NAMES[task],
        "input": "sequence",
        "length": 30,
        "calibration": {"kind": "none"},
        "facts": {"summary": "Beats 6-mer counts."},
    }
    finetuned.write_folder(folder, architecture=architecture, **(usual | changes))
    return folder
