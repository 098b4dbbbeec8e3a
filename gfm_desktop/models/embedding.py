"""Sequences to vectors with a frozen network: streamed, sorted, never padded."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.models.pooling import joined_pieces, pooled_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    import torch
    from numpy.typing import NDArray

    from gfm_desktop.models.backbone import Backbone, Piece

GROUP = 64
"""Sequences that are read before their vectors are handed on."""


def embedded(
    backbone: Backbone,
    pieces: Sequence[Sequence[Piece]],
    *,
    layers: Sequence[int],
    poolings: Sequence[str],
    batch_size: int = 8,
    group: int = GROUP,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Yield indices and vectors (n, layers, poolings, width), shortest ones first.

    Args:
        backbone: Its network is not changed.
        pieces: Those of every sequence.
        layers: Ascending, from 1.
        poolings: Of `pooling.POOLINGS`.
        batch_size: Most pieces of a forward pass; only pieces of one length share one.
        group: Sequences between two yields.
    """
    order = sorted(range(len(pieces)), key=lambda i: (_size(pieces[i]), i))
    for first in range(0, len(order), group):
        chosen = order[first : first + group]
        mine = [pieces[i] for i in chosen]
        vectors = _group(backbone, mine, layers, poolings, batch_size)
        yield np.asarray(chosen, np.int64), vectors


def _size(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.inputs) for piece in pieces)


def _group(
    backbone: Backbone,
    pieces: Sequence[Sequence[Piece]],
    layers: Sequence[int],
    poolings: Sequence[str],
    batch_size: int,
) -> NDArray[np.float32]:
    import torch

    with torch.inference_mode(), autocast(backbone.device, backbone.precision):
        vectors = pooled_sequences(backbone, pieces, layers, poolings, batch_size)
    array: NDArray[np.float32] = vectors.float().cpu().numpy()
    return array


def pooled_sequences(
    backbone: Backbone,
    pieces: Sequence[Sequence[Piece]],
    layers: Sequence[int],
    poolings: Sequence[str],
    batch_size: int,
) -> torch.Tensor:
    """Return (sequences, layers, poolings, width), with gradients where they are on.

    Args:
        backbone: Runs the pieces, those of one length together.
        pieces: Those of every sequence; at least one sequence.
        layers: Ascending, from 1.
        poolings: Of `pooling.POOLINGS`.
        batch_size: Most pieces of a forward pass.
    """
    import torch

    lengths: dict[int, list[tuple[int, int]]] = {}
    for number, mine in enumerate(pieces):
        for place, piece in enumerate(mine):
            lengths.setdefault(len(piece.inputs), []).append((number, place))
    found: dict[tuple[int, int], torch.Tensor] = {}
    for length, keys in sorted(lengths.items()):
        size = backbone.together(length, batch_size)
        for first in range(0, len(keys), size):
            some = keys[first : first + size]
            batch = [pieces[number][place] for number, place in some]
            vectors = pooled_pieces(backbone, batch, layers, poolings)
            found.update(zip(some, vectors, strict=True))
    return torch.stack(
        [
            joined_pieces(
                mine,
                torch.stack([found[number, place] for place in range(len(mine))]),
                poolings,
            )
            for number, mine in enumerate(pieces)
        ]
    )


def autocast(device: str, precision: str) -> AbstractContextManager[object]:
    """Return the context in which a network's insides have a number format."""
    import torch

    kinds = {"bf16": torch.bfloat16, "fp16": torch.float16}
    if precision not in kinds:
        return nullcontext()
    return torch.autocast(device.partition(":")[0], dtype=kinds[precision])
