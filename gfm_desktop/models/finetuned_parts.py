"""What the description of a fine-tuned model says, read strictly.

The entry ``architecture`` of `gfm_model.json` has the fields of `Parts`. The weights
file beside it holds the head (`readout`) and, by `kind`:

- ``probe``: nothing else;
- ``lora``: for each target the two matrices ``NAME.lora_a`` (rank first) and
  ``NAME.lora_b`` (rank last), whose product times `scale` is added to ``NAME.weight``
  of the base (Hu et al. 2021, arXiv:2106.09685);
- ``last-blocks`` and ``full``: the tensors of the base that changed, by their names.

Its header holds the SHA-256 of the description, so that neither can be exchanged
without the other, and the hash of the file names both in every result.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from gfm_desktop.models import calibration as calibrations
from gfm_desktop.models.pooling import POOLINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("probe", "lora", "last-blocks", "full")
TASKS = ("binary", "multiclass", "multilabel", "regression")
INPUTS = ("sequence", "variant")
STRANDS = ("forward", "both")
A, B = ".lora_a", ".lora_b"
"""Ends of the names of LoRA's matrices."""
DESCRIPTION = "description_sha256"
"""Field of the weights file's header."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The description of a fine-tuned model.

    Attributes:
        kind: One of `KINDS`.
        task: One of `TASKS`.
        names: As `LabelledSet.names`.
        input: One of `INPUTS`.
        length: Letters of the sequences it learnt from (median).
        base: Id or folder of the model underneath.
        base_name: What people call that.
        base_sha256: Hash of its weights.
        base_options: Choices with which it is loaded, such as the vocabulary.
        layer: Layer that is read, from 1.
        pooling: One of `pooling.POOLINGS`.
        strands: One of `STRANDS`.
        features: Length of the vector that the head reads.
        scale: Of the additions of LoRA; 0 otherwise.
        calibration: As `models.calibration` has it.
    """

    kind: str
    task: str
    names: tuple[str, ...]
    input: str
    length: int
    base: str
    base_name: str
    base_sha256: str
    base_options: dict[str, Any]
    layer: int
    pooling: str
    strands: str
    features: int
    scale: float
    calibration: dict[str, Any]

    @property
    def outputs(self) -> int:
        """Return the columns of a prediction."""
        return 1 if self.task in ("binary", "regression") else len(self.names)

    def written(self) -> dict[str, Any]:
        """Return the entry of the description."""
        return {**asdict(self), "names": list(self.names)}


def digest(architecture: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a description's entry."""
    text = json.dumps(architecture, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


_TYPES: dict[str, type | tuple[type, ...]] = {
    "kind": str,
    "task": str,
    "names": list,
    "input": str,
    "length": int,
    "base": str,
    "base_name": str,
    "base_sha256": str,
    "base_options": dict,
    "layer": int,
    "pooling": str,
    "strands": str,
    "features": int,
    "scale": (float, int),
    "calibration": dict,
}


def parse(architecture: Mapping[str, Any]) -> tuple[Parts | None, list[str]]:
    """Return the description, or all that is wrong with it."""
    known = {field.name for field in fields(Parts)}
    problems = [f"“{name}” is unknown" for name in architecture if name not in known]
    for name in sorted(known):
        value = architecture.get(name)
        if not isinstance(value, _TYPES[name]) or isinstance(value, bool):
            problems.append(f"“{name}” is {value!r}")
    if problems:
        return None, problems
    names = architecture["names"]
    if not all(isinstance(name, str) for name in names) or not names:
        return None, [f"“names” is {names!r}"]
    made = Parts(**{**architecture, "names": tuple(names)})
    problems = _odd(made)
    return (None if problems else made), problems


def _odd(parts: Parts) -> list[str]:
    """Return what makes no sense in a description whose types are right."""
    choices = {
        "kind": KINDS,
        "task": TASKS,
        "input": INPUTS,
        "pooling": POOLINGS,
        "strands": STRANDS,
    }
    problems = [
        f"“{name}” is {value!r}, not one of {', '.join(allowed)}"
        for name, allowed in choices.items()
        if (value := getattr(parts, name)) not in allowed
    ]
    for name in ("length", "layer", "features"):
        if getattr(parts, name) < 1:
            problems.append(f"“{name}” is {getattr(parts, name)}")
    counts = {"binary": 2, "regression": 1}
    wanted = counts.get(parts.task)
    if wanted is not None and len(parts.names) != wanted:
        problems.append(f"“names” has {len(parts.names)} entries, not {wanted}")
    for name, value in parts.base_options.items():
        if not isinstance(value, str | int | float):
            problems.append(f"“base_options” has {name!r}: {value!r}")
    if wrong := calibrations.problem(parts.calibration, parts.outputs):
        problems.append(f"“calibration”: {wrong}")
    return problems
