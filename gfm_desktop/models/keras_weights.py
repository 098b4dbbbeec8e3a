"""Layers and weights of a Keras 2 model in one HDF5 file, read without Keras.

Layout, as ``Model.save`` of Keras 2 writes it: the attribute ``model_config`` holds the
graph as JSON; below ``model_weights`` every layer has a group whose attribute
``weight_names`` lists its arrays. Nothing of a file is executed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import BinaryIO

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class KerasLayer:
    """One layer.

    Attributes:
        name: Unique in its model.
        kind: Keras class, such as ``"Conv1D"``.
        config: Its settings.
        inputs: Names of the layers that it reads, in order.
        weights: Last part of a weight's name, such as ``"kernel"``, to its values.
    """

    name: str
    kind: str
    config: Mapping[str, Any]
    inputs: tuple[str, ...]
    weights: Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class KerasModel:
    """A graph of layers.

    Attributes:
        path: The file, for messages.
        layers: Name to layer.
        output: Name of the layer whose result is the model's.
    """

    path: Path
    layers: Mapping[str, KerasLayer]
    output: str


def read_keras(path: Path, content: BinaryIO | None = None) -> KerasModel:
    """Read a model.

    Args:
        path: The file.
        content: Its bytes, where it lies inside another file.

    Raises:
        ModelError: If it is missing, truncated or not in Keras 2's layout.
    """
    import h5py

    try:
        with h5py.File(content if content is not None else path, "r") as file:
            return _model(path, file)
    except OSError as error:
        raise unfit(path, f"it is missing or incomplete ({error})") from error
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise unfit(path, f"it is not in Keras 2's layout ({error})") from error


def unfit(path: Path, why: str) -> ModelError:
    """Return the error of a file that cannot be used."""
    return ModelError(
        f"The Keras model cannot be used: {why}.",
        where=str(path),
        todo="Get the file again from where it came.",
    )


def _model(path: Path, file: Any) -> KerasModel:
    config = json.loads(file.attrs["model_config"])["config"]
    stored = file["model_weights"]
    layers = {}
    for layer in config["layers"]:
        name = str(layer["name"])
        layers[name] = KerasLayer(
            name,
            str(layer["class_name"]),
            dict(layer["config"]),
            _inputs(path, layer),
            _weights(path, stored, name),
        )
    known = set(layers)
    if strangers := sorted(set(stored.keys()) - known - {"top_level_model_weights"}):
        raise unfit(path, f"it has weights of an unknown layer “{strangers[0]}”")
    ((output, _, _),) = config["output_layers"]
    if (
        missing := {str(output), *(i for v in layers.values() for i in v.inputs)}
        - known
    ):
        raise unfit(path, f"the layer “{min(missing)}” is missing")
    return KerasModel(path, layers, str(output))


def _inputs(path: Path, layer: Any) -> tuple[str, ...]:
    nodes = layer["inbound_nodes"]
    if len(nodes) > 1:
        raise unfit(path, f"the layer “{layer['name']}” is used twice")
    return tuple(str(edge[0]) for node in nodes for edge in node)


def _weights(path: Path, stored: Any, layer: str) -> dict[str, NDArray[np.float32]]:
    import numpy as np

    if layer not in stored:
        raise unfit(path, f"the weights of the layer “{layer}” are missing")
    group = stored[layer]
    found = {}
    for raw in group.attrs["weight_names"]:
        name = raw.decode() if isinstance(raw, bytes) else str(raw)
        if name not in group:
            raise unfit(path, f"the weight “{name}” is missing")
        short = name.rsplit("/", 1)[-1].split(":")[0]
        found[short] = np.asarray(group[name][()], np.float32)
    return found
