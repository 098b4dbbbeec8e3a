"""The SpliceAI network found in the graph of a Keras file.

The graph is walked from the output back to the input and must be SpliceAI's in every
layer, setting and weight: what is only similar would give plausible wrong numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.models.keras_weights import KerasLayer, KerasModel, unfit
from gfm_desktop.models.splice_network import (
    BASES,
    CLASSES,
    SpliceArchitecture,
    tensor_shapes,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

EPSILON = 1e-3
"""Of every batch normalisation: Keras' default, with which SpliceAI was trained."""
_NORM_PARTS = {
    "weight": "gamma",
    "bias": "beta",
    "mean": "moving_mean",
    "variance": "moving_variance",
}


def replicate(
    model: KerasModel,
) -> tuple[SpliceArchitecture, dict[str, NDArray[np.float32]]]:
    """Return sizes and tensors (named as in `tensor_shapes`) of a SpliceAI file.

    Kernels are turned from Keras' (width, in, out) to (out, in, width).

    Raises:
        ModelError: If the graph is not SpliceAI's, or a weight is missing or misshapen.
    """
    walk = _Walk(model)
    try:
        walk.all()
        architecture = walk.architecture()
    except (KeyError, ValueError, TypeError, IndexError, StopIteration) as error:
        raise unfit(model.path, f"a layer lacks a setting ({error!r})") from error
    tensors = walk.tensors()
    for name, shape in tensor_shapes(architecture).items():
        if tensors[name].shape != shape:
            raise unfit(
                model.path, f"“{name}” has shape {tensors[name].shape}, not {shape}"
            )
    return architecture, tensors


@dataclass(slots=True)
class _Walk:
    """A walk from the output to the input; names every layer by its place."""

    model: KerasModel
    places: dict[str, KerasLayer] = field(default_factory=dict)
    blocks: list[tuple[int, int]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    crop: int = 0
    seen: set[str] = field(default_factory=set)

    def all(self) -> None:
        """Visit every layer once."""
        last = self._conv(self.model.output, "last", width=1, activation="softmax")
        cropping = self._layer(last.inputs[0], "Cropping1D")
        left, right = cropping.config["cropping"]
        self.crop = int(left)
        if left != right:
            raise self._odd(cropping, "it crops the two ends differently")
        skips = self._skips(cropping.inputs[0])
        stream = self._stream(skips[-1])
        if unknown := sorted(set(self.model.layers) - self.seen):
            raise unfit(self.model.path, f"“{unknown[0]}” is no layer of SpliceAI")
        places = [self._source(skip) for skip in skips]
        if places[0] != stream[0] or not set(places) <= set(stream):
            raise unfit(self.model.path, "its skip connections are not SpliceAI's")
        self.ends = [stream.index(place) for place in places]
        for number, skip in enumerate(skips):
            self.places[f"skip_{number}"] = skip

    def architecture(self) -> SpliceArchitecture:
        """Return the sizes; every group must be of one kind of unit."""
        pieces = list(zip(self.ends, self.ends[1:], strict=False))
        units = {end - start for start, end in pieces}
        groups = [set(self.blocks[start:end]) for start, end in pieces]
        if len(units) != 1 or any(len(group) != 1 for group in groups):
            raise unfit(self.model.path, "its residual units are not in equal groups")
        found = SpliceArchitecture(
            channels=self.places["first"].config["filters"],
            groups=tuple(next(iter(group)) for group in groups),
            units=units.pop(),
            norm_epsilon=EPSILON,
        )
        if found.flank != self.crop:
            what = f"it crops {self.crop} positions where its layers see {found.flank}"
            raise unfit(self.model.path, what)
        return found

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        """Return every tensor under our name."""
        found: dict[str, NDArray[np.float32]] = {}
        for place, layer in self.places.items():
            if layer.kind == "Conv1D":
                kernel = self._weight(layer, "kernel")
                if kernel.ndim != 3:
                    raise self._odd(layer, f"its kernel has shape {kernel.shape}")
                turned = np.ascontiguousarray(kernel.transpose(2, 1, 0))
                found[f"{place}.weight"] = turned
                found[f"{place}.bias"] = self._weight(layer, "bias")
            else:
                for part, name in _NORM_PARTS.items():
                    found[f"{place}.{part}"] = self._weight(layer, name)
        return found

    def _skips(self, name: str) -> list[KerasLayer]:
        """Unroll the sum of skip convolutions, first to last."""
        found = []
        while self.model.layers[name].kind == "Add":
            add = self._layer(name, "Add")
            one, two = (self.model.layers[i] for i in add.inputs)
            # The running sum may stand on either side; at its start both are skips,
            # and the one that reads the first convolution is the older.
            older, newer = (one, two) if two.kind == "Conv1D" else (two, one)
            if older.kind == "Conv1D" and self._source(newer) == self._first_name():
                older, newer = newer, older
            found.append(self._conv(newer.name, "", width=1))
            name = older.name
        found.append(self._conv(name, "", width=1))
        return found[::-1]

    def _stream(self, last_skip: KerasLayer) -> list[str]:
        """Walk the residual units back; return the stream's layers, first to last."""
        name = last_skip.inputs[0]
        units = []
        stream = [name]
        while self.model.layers[name].kind == "Add":
            add = self._layer(name, "Add")
            branch, name = self._branch(add)
            units.append(branch)
            stream.append(name)
        first = self._conv(name, "first", width=1)
        self._input(first.inputs[0])
        for number, (conv_1, conv_2, norm_1, norm_2) in enumerate(reversed(units)):
            block = f"block_{number:02d}"
            self.places[f"{block}.conv_1"] = conv_1
            self.places[f"{block}.conv_2"] = conv_2
            self.places[f"{block}.norm_1"] = norm_1
            self.places[f"{block}.norm_2"] = norm_2
            if _size(conv_1) != _size(conv_2):
                raise self._odd(conv_2, "it differs from the first of its unit")
            self.blocks.append(_size(conv_1))
        return stream[::-1]

    def _branch(self, add: KerasLayer) -> tuple[tuple[KerasLayer, ...], str]:
        """Return the layers of a residual unit and the name of its input."""
        branches = [name for name in add.inputs if self._is_branch(name)]
        if len(branches) != 1:
            raise self._odd(add, "it ends no residual unit")
        source = add.inputs[0 if branches[0] == add.inputs[1] else 1]
        conv_2 = self.model.layers[branches[0]]
        norm_2 = self._before(conv_2)
        conv_1 = self.model.layers[norm_2.inputs[0]]
        norm_1 = self._before(conv_1)
        if norm_1.inputs[0] != source:
            raise self._odd(add, "its two inputs do not come from one place")
        for conv in (conv_1, conv_2):
            self._conv(conv.name, "", padding="same")
        return (conv_1, conv_2, self._norm(norm_1), self._norm(norm_2)), source

    def _is_branch(self, name: str) -> bool:
        layer = self.model.layers[name]
        reads = self.model.layers[layer.inputs[0]].kind if layer.inputs else ""
        return layer.kind == "Conv1D" and reads == "Activation"

    def _before(self, conv: KerasLayer) -> KerasLayer:
        """Return the norm in front of a convolution, through a ReLU."""
        relu = self._layer(conv.inputs[0], "Activation")
        if relu.config["activation"] != "relu":
            raise self._odd(relu, f"its activation is {relu.config['activation']}")
        return self._layer(relu.inputs[0], "BatchNormalization")

    def _norm(self, norm: KerasLayer) -> KerasLayer:
        config = norm.config
        right = config["axis"] in (-1, 2, [2]) and config["scale"] and config["center"]
        if not right or abs(config["epsilon"] - EPSILON) > 1e-9:
            raise self._odd(norm, "its settings are not SpliceAI's")
        return norm

    def _conv(
        self,
        name: str,
        place: str,
        *,
        width: int | None = None,
        activation: str = "linear",
        padding: str | None = None,
    ) -> KerasLayer:
        conv = self._layer(name, "Conv1D")
        config = conv.config
        outputs = CLASSES if place == "last" else self._channels()
        right = (
            config["activation"] == activation
            and padding in (None, config["padding"])
            and config["use_bias"]
            and tuple(config.get("strides", (1,))) == (1,)
            and config["filters"] == outputs
            and width in (None, _size(conv)[0])
        )
        if not right:
            raise self._odd(conv, "its settings are not SpliceAI's")
        if place:
            self.places[place] = conv
        return conv

    def _input(self, name: str) -> None:
        shape = self._layer(name, "InputLayer").config["batch_input_shape"]
        if shape[-1] != BASES:
            raise unfit(self.model.path, f"it reads {shape[-1]} channels, not {BASES}")

    def _layer(self, name: str, kind: str) -> KerasLayer:
        layer = self.model.layers[name]
        inputs = {"InputLayer": 0, "Add": 2}.get(kind, 1)
        if layer.kind != kind or len(layer.inputs) != inputs:
            raise self._odd(layer, f"SpliceAI has a layer of the kind {kind} here")
        if name in self.seen:  # Without this a made-up circle would never end.
            raise self._odd(layer, "SpliceAI reads it in one place only")
        self.seen.add(name)
        return layer

    def _first_name(self) -> str:
        (entry,) = [n for n, v in self.model.layers.items() if v.kind == "InputLayer"]
        return next(n for n, v in self.model.layers.items() if v.inputs == (entry,))

    def _channels(self) -> int:
        channels: int = self.model.layers[self._first_name()].config["filters"]
        return channels

    def _source(self, skip: KerasLayer) -> str:
        return skip.inputs[0]

    def _weight(self, layer: KerasLayer, name: str) -> NDArray[np.float32]:
        if name not in layer.weights:
            raise self._odd(layer, f"its {name} is missing")
        return layer.weights[name]

    def _odd(self, layer: KerasLayer, why: str) -> Exception:
        return unfit(self.model.path, f"the layer “{layer.name}” does not fit: {why}")


def _size(conv: KerasLayer) -> tuple[int, int]:
    """Return kernel width and dilation."""
    (width,) = conv.config["kernel_size"]
    (dilation,) = conv.config["dilation_rate"]
    return int(width), int(dilation)
