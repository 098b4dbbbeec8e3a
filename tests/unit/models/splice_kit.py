"""Tiny files in the layouts of published splice programs, and slow readings of them."""

from __future__ import annotations

import io
import json
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop import models
from gfm_desktop.discovery import discover
from gfm_desktop.models.importing import Origin, write_folder
from gfm_desktop.models.sequence import one_hot

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from numpy.typing import NDArray


def recognises(path: Path) -> bool:
    """Tell whether an importer knows a path."""
    return any(finds(path) for finds in discover(models, "finds").values())


def convert(path: Path, target: Path) -> None:
    """Write a model folder and check it, as `gfm models add` does."""
    write_folder(path, target, "", Origin())()


GROUPS = ((3, 1), (5, 2))
UNITS = 2
FLANK = 20
CHANNELS = 4


def letters(count: int, seed: int = 6) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGTN"), count))


class Keras:
    """A SpliceAI graph as ``Model.save`` of Keras 2 describes it."""

    def __init__(self, seed: int) -> None:
        self.layers: list[dict[str, Any]] = []
        self.weights: dict[str, dict[str, NDArray[np.float32]]] = {}
        self._rng = np.random.default_rng(seed)
        self._counts: dict[str, int] = {}
        self.output = self._build()

    def layer(self, name: str) -> dict[str, Any]:
        """Return the settings of a layer, to change them."""
        (found,) = [layer for layer in self.layers if layer["name"] == name]
        config: dict[str, Any] = found["config"]
        return config

    def _add(self, kind: str, inputs: list[str], **config: Any) -> str:
        stem = {"BatchNormalization": "batch_normalization", "InputLayer": "input"}
        base = stem.get(kind, kind.lower())
        self._counts[base] = self._counts.get(base, 0) + 1
        name = f"{base}_{self._counts[base]}"
        nodes = [[[i, 0, 0, {}] for i in inputs]] if inputs else []
        self.layers.append(
            {
                "class_name": kind,
                "name": name,
                "config": {"name": name, **config},
                "inbound_nodes": nodes,
            }
        )
        self.weights[name] = {}
        return name

    def _random(self, *shape: int) -> NDArray[np.float32]:
        return self._rng.normal(size=shape).astype(np.float32) / 2

    def _conv(
        self,
        x: str,
        width: int,
        dilation: int = 1,
        *,
        inputs: int = CHANNELS,
        filters: int = CHANNELS,
        activation: str = "linear",
    ) -> str:
        name = self._add(
            "Conv1D",
            [x],
            filters=filters,
            kernel_size=[width],
            strides=[1],
            dilation_rate=[dilation],
            padding="valid" if width == 1 else "same",
            activation=activation,
            use_bias=True,
        )
        kernel = self._random(width, inputs, filters)
        self.weights[name] = {"kernel": kernel, "bias": self._random(filters)}
        return name

    def _norm(self, x: str) -> str:
        name = self._add(
            "BatchNormalization", [x], axis=-1, epsilon=1e-3, scale=True, center=True
        )
        self.weights[name] = {
            "gamma": self._random(CHANNELS),
            "beta": self._random(CHANNELS),
            "moving_mean": self._random(CHANNELS),
            "moving_variance": np.abs(self._random(CHANNELS)) + np.float32(0.1),
        }
        return name

    def _build(self) -> str:
        entry = self._add("InputLayer", [], batch_input_shape=[None, None, 4])
        x = self._conv(entry, 1, inputs=4)
        total = self._conv(x, 1)
        for number, (width, dilation) in enumerate(GROUPS):
            for _ in range(UNITS):
                inner = x
                for _half in range(2):
                    relu = self._norm(inner)
                    relu = self._add("Activation", [relu], activation="relu")
                    inner = self._conv(relu, width, dilation)
                x = self._add("Add", [inner, x])
            skip = self._conv(x, 1)
            # The published files have the sum on either side.
            total = self._add("Add", [total, skip] if number % 2 else [skip, total])
        crop = self._add("Cropping1D", [total], cropping=[FLANK, FLANK])
        return self._conv(crop, 1, filters=3, activation="softmax")

    def write(self, path: Path) -> None:
        import h5py

        config = {
            "class_name": "Model",
            "config": {
                "layers": self.layers,
                "input_layers": [["input_1", 0, 0]],
                "output_layers": [[self.output, 0, 0]],
            },
        }
        with h5py.File(path, "w") as file:
            file.attrs["model_config"] = json.dumps(config)
            root = file.create_group("model_weights")
            for layer, values in self.weights.items():
                group = root.create_group(layer)
                names = [f"{layer}/{name}:0" for name in values]
                group.attrs["weight_names"] = np.array(names, dtype="S")
                for name, array in values.items():
                    group[f"{layer}/{name}:0"] = array

    def predict(self, sequence: str) -> NDArray[np.float64]:
        """Evaluate the graph node by node, padded as Keras does: shape (n, 3)."""
        kinds = {layer["name"]: layer for layer in self.layers}

        def value(name: str) -> NDArray[np.float64]:
            layer = kinds[name]
            nodes = layer["inbound_nodes"]
            reads = [value(edge[0]) for edge in nodes[0]] if nodes else []
            return evaluated(layer, self.weights[name], reads, sequence)

        return value(self.output)


def evaluated(
    layer: dict[str, Any],
    weights: dict[str, NDArray[np.float32]],
    reads: list[NDArray[np.float64]],
    sequence: str,
) -> NDArray[np.float64]:
    """Return what one layer makes of its inputs, shape (length, channels)."""
    config = layer["config"]
    match layer["class_name"]:
        case "InputLayer":
            return one_hot(sequence).astype(np.float64)
        case "Activation":
            return np.maximum(reads[0], 0)
        case "Add":
            return reads[0] + reads[1]
        case "Cropping1D":
            left, right = config["cropping"]
            return reads[0][left : len(reads[0]) - right]
        case "BatchNormalization":
            centred = reads[0] - weights["moving_mean"]
            scaled = centred / np.sqrt(weights["moving_variance"] + config["epsilon"])
            return np.asarray(scaled * weights["gamma"] + weights["beta"])
    kernel = weights["kernel"].astype(np.float64)
    width, dilation = config["kernel_size"][0], config["dilation_rate"][0]
    reach = (width - 1) * dilation // 2
    padded = np.pad(reads[0], ((reach, reach), (0, 0)))
    length = len(reads[0])
    out = np.zeros((length, kernel.shape[2])) + weights["bias"]
    for tap in range(width):
        out += padded[tap * dilation : tap * dilation + length] @ kernel[tap]
    if config["activation"] == "softmax":
        powers = np.exp(out - out.max(axis=1, keepdims=True))
        out = powers / powers.sum(axis=1, keepdims=True)
    return out


def write_spliceai(folder: Path) -> list[Keras]:
    """Write spliceai1.h5 to spliceai5.h5."""
    found = [Keras(seed) for seed in range(1, 6)]
    for number, model in enumerate(found, start=1):
        model.write(folder / f"spliceai{number}.h5")
    return found


PUBLISHED = ((11, 1), (11, 4), (21, 10), (41, 25))


def torch_state(
    seed: int, names: dict[str, str], groups: int, channels: int
) -> OrderedDict[str, torch.Tensor]:
    """Return random tensors in the order and under the names of a program.

    Args:
        seed: Of the random numbers.
        names: The program's names of ``first``, ``skip_0``, ``block_conv``,
            ``block_norm`` and ``skip``, with places for block or skip and half.
        groups: How many groups of four units there are.
        channels: Width.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    found: OrderedDict[str, torch.Tensor] = OrderedDict()

    def conv(name: str, outputs: int, inputs: int, width: int) -> None:
        shape = (outputs, inputs, width)
        # Scaled so that sixteen units do not drive float32 to its limits.
        scale = 0.7 / (inputs * width) ** 0.5
        found[f"{name}.weight"] = torch.randn(shape, generator=generator) * scale
        found[f"{name}.bias"] = torch.randn(outputs, generator=generator) / 3

    conv(names["first"], channels, 4, 1)
    conv(names["skip_0"], channels, channels, 1)
    for block in range(4 * groups):
        width = PUBLISHED[block // 4][0]
        for half in (1, 2):
            conv(
                names["block_conv"].format(*place(names, block), half),
                *[channels] * 2,
                width,
            )
            norm = names["block_norm"].format(*place(names, block), half)
            for part in ("weight", "bias", "running_mean", "running_var"):
                values = torch.randn(channels, generator=generator) / 2
                found[f"{norm}.{part}"] = (
                    values.abs() + 0.1 if part == "running_var" else values
                )
            found[f"{norm}.num_batches_tracked"] = torch.tensor(7)
        if block % 4 == 3:
            conv(names["skip"].format(skip_place(names, block)), channels, channels, 1)
    for head, outputs in heads(names):
        conv(head, outputs, channels, 1)
    return found


def place(names: dict[str, str], block: int) -> tuple[int]:
    """Return a unit's place in the program's list, which may hold skips as well."""
    return (block + block // 4 if "in one list" in names else block,)


def skip_place(names: dict[str, str], block: int) -> int:
    """Return the place of the skip behind a block."""
    return block + block // 4 + 1 if "in one list" in names else block // 4


def heads(names: dict[str, str]) -> list[tuple[str, int]]:
    """Return the program's last layers and their outputs."""
    if names["last"] == "final_conv":
        return [("final_conv", 3)]
    return [(f"conv_last{n}", 2 if n % 2 else 1) for n in range(1, 9)]


OPENSPLICEAI = {
    "first": "initial_conv",
    "skip_0": "initial_skip.conv",
    "block_conv": "residual_units.{}.conv{}",
    "block_norm": "residual_units.{}.batchnorm{}",
    "skip": "residual_units.{}.conv",
    "last": "final_conv",
    "in one list": "yes",
}
PANGOLIN = {
    "first": "conv1",
    "skip_0": "skip",
    "block_conv": "resblocks.{}.conv{}",
    "block_norm": "resblocks.{}.bn{}",
    "skip": "convs.{}",
    "last": "conv_last",
}


def torch_slowly(
    state: dict[str, torch.Tensor],
    names: dict[str, str],
    groups: int,
    slope: float,
    sequence: str,
) -> NDArray[np.float64]:
    """Return the last layers' values before any softmax, shape (outputs, n).

    Written as the programs are: every layer padded, one crop at the end.
    """
    import torch
    from torch.nn import functional

    def conv(name: str, x: torch.Tensor, dilation: int = 1) -> torch.Tensor:
        kernel, bias = state[f"{name}.weight"].double(), state[f"{name}.bias"].double()
        return functional.conv1d(x, kernel, bias, dilation=dilation, padding="same")

    x = conv(
        names["first"], torch.from_numpy(one_hot(sequence).T.copy()).double()[None]
    )
    total = conv(names["skip_0"], x)
    for block in range(4 * groups):
        inner = x
        for half in (1, 2):
            norm = names["block_norm"].format(*place(names, block), half)
            parts = ("running_mean", "running_var", "weight", "bias")
            vectors = [state[f"{norm}.{part}"].double() for part in parts]
            inner = functional.batch_norm(inner, *vectors, eps=1e-5)
            inner = functional.leaky_relu(inner, slope)
            name = names["block_conv"].format(*place(names, block), half)
            inner = conv(name, inner, PUBLISHED[block // 4][1])
        x = x + inner
        if block % 4 == 3:
            total = total + conv(names["skip"].format(skip_place(names, block)), x)
    told = torch.cat([conv(name, total) for name, _ in heads(names)], dim=1)
    flank = sum(4 * (width - 1) * rate for width, rate in PUBLISHED[:groups])
    return told[0, :, flank:-flank].numpy()


class Code:
    """What no weights file may hold."""

    def __reduce__(self) -> tuple[object, ...]:
        return print, ("run",)


def pickled_code() -> bytes:
    """Return a PyTorch file whose table calls a function when it is unpickled."""
    import torch

    content = io.BytesIO()
    torch.save({"conv1.weight": Code()}, content)
    return content.getvalue()
