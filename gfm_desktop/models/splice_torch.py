"""PyTorch files of published splice networks, under the names of our own module."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import ModelError
from gfm_desktop.models.layout import Layout
from gfm_desktop.models.pickle_header import pickled_shapes
from gfm_desktop.models.splice_description import groups_of
from gfm_desktop.models.splice_network import SpliceArchitecture, tensor_shapes
from gfm_desktop.models.weights import read_layout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

NORM_EPSILON = 1e-5
"""PyTorch's default, with which OpenSpliceAI and Pangolin were trained."""
_PARTS = {"mean": "running_mean", "variance": "running_var"}
_UNUSED = (r".*\.num_batches_tracked",)
"""A counter of training steps, in every batch normalisation of PyTorch."""


def sizes(
    path: Path, *, first: str, kernels: str, slope: float, outputs: int
) -> SpliceArchitecture:
    """Return the sizes of a network, from the header of its file.

    Neither torch nor any code of the file is run.

    Args:
        path: The file.
        first: Name of the first convolution's weight.
        kernels: Pattern of the names of each unit's first convolution, with the place
            of the unit as its only group.
        slope: Of the activation below 0.
        outputs: Channels of the last convolution.

    Raises:
        ModelError: If the file cannot be read, holds code, or is another network's.
    """
    shapes = pickled_shapes(path)
    places = {int(m[1]): n for n in shapes if (m := re.fullmatch(kernels, n))}
    units = [shapes[places[place]] for place in sorted(places)]
    start = shapes.get(first, ())
    if len(start) != 3 or any(len(shape) != 3 for shape in units):
        raise ModelError(
            f"The weights do not fit the model: “{first}” or a residual unit's "
            "convolution is missing or misshapen.",
            where=str(path),
            todo="Get the file again from where it came.",
        )
    return SpliceArchitecture(
        channels=start[0],
        groups=groups_of([shape[2] for shape in units], path),
        norm_epsilon=NORM_EPSILON,
        slope=slope,
        outputs=outputs,
    )


def read_state(
    path: Path,
    architecture: SpliceArchitecture,
    layers: Mapping[str, str],
    *,
    heads: tuple[tuple[str, int], ...],
) -> dict[str, NDArray[np.float32]]:
    """Read one file, strictly, with ``weights_only=True``.

    Args:
        path: The file.
        architecture: Its sizes.
        layers: Our name of every layer but the last to the file's.
        heads: The file's names of the layers that make our last one, and the outputs
            of each, in order.

    Returns:
        Every name of `tensor_shapes` to its values.

    Raises:
        ModelError: If a tensor is missing, extra or misshapen.
    """
    ours = tensor_shapes(architecture)
    theirs = {}
    for name in ours:
        layer, _, part = name.rpartition(".")
        if layer in layers:
            theirs[name] = f"{layers[layer]}.{_PARTS.get(part, part)}"
    shapes = {file_name: ours[name] for name, file_name in theirs.items()}
    for head, outputs in heads:
        shapes[f"{head}.weight"] = (outputs, *ours["last.weight"][1:])
        shapes[f"{head}.bias"] = (outputs,)
    read = read_layout([path], Layout(shapes, ignored=_UNUSED))
    values = {name: tensor.float().numpy() for name, tensor in read.items()}
    found = {name: values[file_name] for name, file_name in theirs.items()}
    for part in ("weight", "bias"):
        stacked = [values[f"{head}.{part}"] for head, _ in heads]
        found[f"last.{part}"] = np.concatenate(stacked)
    return found
