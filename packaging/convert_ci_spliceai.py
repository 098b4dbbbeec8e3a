"""Convert the frozen graph of CI-SpliceAI into safetensors, once, for `resources/`.

Run it in an environment that has TensorFlow, which the app itself never needs::

    pip download --no-deps cispliceai==1.2.2
    pip install tensorflow-cpu safetensors
    python packaging/convert_ci_spliceai.py cispliceai-1.2.2-py3-none-any.whl \
        resources/models/ci-spliceai/model.safetensors

The graph holds five replicates one after another. Each convolution is found by its
name; its kernel, its bias and the batch normalisation in front of it are found by
walking the graph, because TensorFlow merged constants that are equal. Nothing is
computed: kernels are only turned from (width, in, out) to PyTorch's (out, in, width).
The same wheel gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from safetensors.numpy import save_file

GRAPH = "cispliceai/data/CI-SpliceAI.pb"
GRAPH_SHA256 = "34330c2fd844f73cbf2f8acef85f519cabc4350016e6f19ac2b935aa53b43d06"
REPLICATES = 5
BLOCKS = 16
BLOCKS_PER_GROUP = 4


class FrozenGraph:
    """The nodes of a frozen graph by name, with the few walks that we need."""

    def __init__(self, content: bytes) -> None:
        """Parse the protobuf."""
        definition = tf.compat.v1.GraphDef()
        definition.ParseFromString(content)
        self.nodes = {node.name: node for node in definition.node}

    def constant(self, name: str) -> np.ndarray[Any, Any]:
        """Return the constant behind `name`, through reads and reshapes."""
        node = self.nodes[name]
        while node.op in {"Identity", "ExpandDims", "ReadVariableOp"}:
            node = self.nodes[node.input[0]]
        if node.op != "Const":
            raise SystemExit(f"{name} ends in {node.op}, not in a constant")
        return tf.make_ndarray(node.attr["value"].tensor)

    def convolution(self, layer: int, suffix: str) -> dict[str, np.ndarray[Any, Any]]:
        """Return weight (out, in, width) and bias of the numbered convolution."""
        kernel_input = self.nodes[f"model_1/conv1d_{layer}/conv1d{suffix}"].input[1]
        kernel = self.constant(kernel_input)
        bias_input = self.nodes[f"model_1/conv1d_{layer}/BiasAdd{suffix}"].input[1]
        return {
            "weight": np.ascontiguousarray(kernel.transpose(2, 1, 0)),
            "bias": self.constant(bias_input),
        }

    def norm(self, layer: int, suffix: str) -> dict[str, np.ndarray[Any, Any]]:
        """Return the four vectors of the numbered batch normalisation.

        Keras writes y = x * m + (beta - mean * m) with m = gamma * rsqrt(var + eps).
        """
        base = f"model_1/batch_normalization_{layer}/batchnorm{suffix}"
        epsilon = float(self.constant(self.nodes[f"{base}/add"].input[1]))
        if abs(epsilon - 1e-3) > 1e-9:
            raise SystemExit(f"{base} has epsilon {epsilon}, expected 0.001")
        return {
            "weight": self.constant(self.nodes[f"{base}/mul"].input[1]),
            "bias": self.constant(self.nodes[f"{base}/sub"].input[0]),
            "mean": self.constant(self.nodes[f"{base}/mul_2"].input[0]),
            "variance": self.constant(self.nodes[f"{base}/add"].input[0]),
        }


def layers() -> list[tuple[str, int]]:
    """Return our name of every convolution and its number in the graph."""
    found = [("first", 1), ("skip_0", 2)]
    number = 3
    for block in range(BLOCKS):
        for half in (1, 2):
            found.append((f"block_{block:02d}.conv_{half}", number))
            number += 1
        if (block + 1) % BLOCKS_PER_GROUP == 0:
            found.append((f"skip_{(block + 1) // BLOCKS_PER_GROUP}", number))
            number += 1
    return [*found, ("last", number)]


def tensors(graph: FrozenGraph) -> dict[str, np.ndarray[Any, Any]]:
    """Return every tensor of all replicates under the names of our module."""
    found: dict[str, np.ndarray[Any, Any]] = {}
    for replicate in range(REPLICATES):
        suffix = f"_{replicate}" if replicate else ""
        for name, number in layers():
            for part, values in graph.convolution(number, suffix).items():
                found[f"replicate_{replicate}.{name}.{part}"] = values
        for block in range(BLOCKS):
            for half in (1, 2):
                vectors = graph.norm(2 * block + half, suffix)
                for part, values in vectors.items():
                    key = f"replicate_{replicate}.block_{block:02d}.norm_{half}.{part}"
                    found[key] = values
    return {key: np.asarray(found[key], np.float32) for key in sorted(found)}


def main() -> None:
    """Read the wheel (or the bare graph) and write the safetensors file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path, help="cispliceai-1.2.2 wheel, or its .pb")
    parser.add_argument("out", type=Path, help="model.safetensors to write")
    arguments = parser.parse_args()
    if zipfile.is_zipfile(arguments.wheel):
        with zipfile.ZipFile(arguments.wheel) as wheel:
            content = wheel.read(GRAPH)
    else:
        content = arguments.wheel.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != GRAPH_SHA256:
        raise SystemExit(f"another graph than that of 1.2.2: {digest}")
    found = tensors(FrozenGraph(content))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    save_file(found, arguments.out)
    size = sum(values.size for values in found.values())
    print(f"{len(found)} tensors, {size:,} numbers")
    print(f"sha256 {hashlib.sha256(arguments.out.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
