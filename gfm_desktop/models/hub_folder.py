"""A model folder as the model hub lays it out: `config.json`, tokenizer, weights.

Nothing is asked of the folder's own Python files: `auto_map` and other requests for
remote code are ignored, and the files are not even copied.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from gfm_desktop.errors import ModelError
from gfm_desktop.models.weights import (
    check_layout,
    read_layout,
    sha256_of,
    tensor_shapes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch

    from gfm_desktop.models.layout import Layout

CONFIG = "config.json"
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
"""Weights files of one piece, the safer first."""
TOKENIZER_FILES = (
    "vocab.txt",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)
_Value = TypeVar("_Value", int, float, str, bool)


@dataclass(frozen=True, slots=True)
class HubFolder:
    """What a hub folder says of itself; made by `read`, which loads no weights.

    Attributes:
        path: The folder.
        config: `config.json`.
        weights: The files of the checkpoint, in order.
        shapes: Name to shape of every stored tensor.
    """

    path: Path
    config: Mapping[str, Any]
    weights: tuple[Path, ...]
    shapes: Mapping[str, tuple[int, ...]]

    @classmethod
    def read(cls, folder: Path) -> HubFolder:
        """Read the description and the names of the tensors; torch is not imported.

        Raises:
            ModelError: If a file is missing, damaged or dangerous.
        """
        config = read_json(folder / CONFIG)
        weights = _weights_of(folder)
        return cls(folder, config, weights, tensor_shapes(weights))

    @property
    def model_type(self) -> str:
        """Return the architecture that the config names; empty where it names none."""
        return str(self.config.get("model_type", ""))

    @property
    def parameters(self) -> int:
        """Return how many numbers are stored."""
        count = 0
        for shape in self.shapes.values():
            size = 1
            for length in shape:
                size *= length
            count += size
        return count

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the weights; of all hashes where they are several."""
        hashes = [sha256_of(path) for path in self.weights]
        if len(hashes) == 1:
            return hashes[0]
        return hashlib.sha256("".join(hashes).encode()).hexdigest()

    def has(self, name: str) -> bool:
        """Tell whether the folder holds a file, such as ``"vocab.txt"``."""
        return (self.path / name).is_file()

    def number(self, name: str) -> int:
        """Return a whole number that the config must have.

        Raises:
            ModelError: If it is missing or something else.
        """
        if name not in self.config:
            raise self.broken(f"“{name}” is missing")
        return self.value(name, 0)

    def value(self, name: str, default: _Value) -> _Value:
        """Return a field of the config, or the default where the config lacks it.

        Raises:
            ModelError: If it is not of the default's kind, below 0 or infinite, which
                no field of a network is.
        """
        found = self.config.get(name, default)
        if isinstance(default, float) and type(found) is int:
            found = float(found)
        # A bool is an int to Python, but not to a config.
        if type(found) is not type(default) or _is_senseless(found):
            raise self.broken(f"“{name}” is {found!r}")
        return found

    def repeats(self, name: str, default: int | None = None) -> int:
        """Return how often a part with tensors of its own is repeated, such as a layer.

        Args:
            name: Field of the config.
            default: Where the config lacks it; None where it must be there.

        Raises:
            ModelError: If it is missing, below 1, or more than there are tensors: a
                network of a million layers would be built for hours before the
                weights were found not to fit.
        """
        found = self.number(name) if default is None else self.value(name, default)
        if found < 1:
            raise self.broken(f"“{name}” is {found}")
        if found > len(self.shapes):
            raise self.broken(
                f"“{name}” is {found:,}, but the weights are {len(self.shapes):,} "
                "tensors in all"
            )
        return found

    def size(self, tensor: str, axis: int = 0) -> int:
        """Return the length of one axis of a stored tensor.

        Raises:
            ModelError: If the checkpoint lacks it.
        """
        shape = self.shapes.get(tensor)
        if shape is None or len(shape) <= axis:
            raise ModelError(
                f"The weights do not fit the model: “{tensor}” is missing.",
                where=str(self.weights[0]),
                todo="Check that all files of the folder belong to one model.",
            )
        return shape[axis]

    def check(self, layout: Layout) -> None:
        """Check the stored tensors, without torch.

        Raises:
            ModelError: If any is missing, misshapen or not part of the model.
        """
        check_layout(self.weights, layout)

    def state(self, layout: Layout) -> dict[str, torch.Tensor]:
        """Return the tensors of a layout as float32 (whole numbers as they are).

        Raises:
            ModelError: As `check` does.
        """
        found = read_layout(self.weights, layout)
        return {n: t.float() if t.is_floating_point() else t for n, t in found.items()}

    def broken(self, what: str) -> ModelError:
        """Return the error that something in `config.json` is wrong."""
        return ModelError(
            f"The model's {CONFIG} is wrong: {what}.",
            where=str(self.path / CONFIG),
            todo="Get the model folder again from where it came.",
        )


def is_hub_folder(folder: Path) -> bool:
    """Tell whether a folder looks like one of the hub's."""
    return (folder / CONFIG).is_file()


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object of a file.

    Raises:
        ModelError: If it cannot be read or is something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        why = error.strerror or str(error)
        raise _unreadable(path, f"it cannot be read ({why})") from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, f"it is not JSON ({error})") from error
    if not isinstance(content, dict):
        raise _unreadable(path, "it is not a JSON object")
    return content


def _weights_of(folder: Path) -> tuple[Path, ...]:
    for name in WEIGHTS:
        if (folder / name).is_file():
            return (folder / name,)
        index = folder / f"{name}.index.json"
        if index.is_file():
            places = read_json(index).get("weight_map")
            if not isinstance(places, dict) or not places:
                raise _unreadable(index, "“weight_map” is missing")
            files = sorted({str(file) for file in places.values()})
            if odd := [f for f in files if "/" in f or "\\" in f]:
                raise _unreadable(index, f"“{odd[0]}” is not a file of this folder")
            return tuple(folder / file for file in files)
    raise ModelError(
        f"The folder has no weights: neither {' nor '.join(WEIGHTS)} is there.",
        where=str(folder),
        todo="Copy the weights into the folder, or choose another one.",
    )


def _is_senseless(value: object) -> bool:
    """Tell whether a number is below 0, infinite or none."""
    return isinstance(value, int | float) and not 0 <= value < math.inf


def _unreadable(path: Path, why: str) -> ModelError:
    return ModelError(
        f"The model folder cannot be used: {path.name}: {why}.",
        where=str(path),
        todo="Get the folder again from where it came.",
    )
