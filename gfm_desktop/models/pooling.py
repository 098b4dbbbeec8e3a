"""Many states to one vector: pooled over letters, over pieces, over both alleles.

Pooling looks at the inputs that stand for letters, never at special tokens: their mean,
their maximum, or the mean of those that cover the middle letter. Where a sequence was
read in several pieces, means are weighted by the inputs of each piece, maxima are those
of all pieces, and the middle is that of the piece that has it.

A variant's vector is the change of the pooled state, its absolute value, and the state
of REF, one after another. The change tells the direction; its absolute value lets a
linear model say "anything that changes much"; REF tells where the variant lies, which
alone is often what a label follows: the baselines show whether that is all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from numpy.typing import NDArray

    from gfm_desktop.models.backbone import Backbone, Piece

POOLINGS = ("mean", "max", "centre")
PARTS = 3
"""Vectors of a variant: change, its absolute value, REF."""


def pooled_pieces(
    backbone: Backbone,
    pieces: Sequence[Piece],
    layers: Sequence[int],
    poolings: Sequence[str],
) -> torch.Tensor:
    """Return float32 (pieces, layers, poolings, width) of pieces of one length.

    Args:
        backbone: Runs them together.
        pieces: All of the same number of inputs.
        layers: Ascending, from 1.
        poolings: Of `POOLINGS`. Where a piece has nothing to pool (the middle lies in
            another one), the vector has no meaning; `joined_pieces` leaves it out.
    """
    import torch

    inputs = torch.from_numpy(np.stack([piece.inputs for piece in pieces]))
    counted = torch.from_numpy(np.stack([piece.counted for piece in pieces]))
    centre = torch.from_numpy(np.stack([piece.centre for piece in pieces]))
    counted, centre = counted.to(backbone.device), centre.to(backbone.device)

    def read(states: torch.Tensor, layer: int) -> torch.Tensor:
        rows = states.shape[1]
        # Networks that crop (PhyloGPN) lose as many rows at both ends.
        lost = (counted.shape[1] - rows) // 2
        masks = (counted[:, lost : lost + rows], centre[:, lost : lost + rows])
        return torch.stack([_pooled(states, *masks, kind) for kind in poolings], 1)

    found = backbone.run(inputs.to(backbone.device), layers, read)
    return torch.stack(found, 1)


def _pooled(
    states: torch.Tensor, counted: torch.Tensor, centre: torch.Tensor, kind: str
) -> torch.Tensor:
    """Return float32 (batch, width) of states (batch, rows, width)."""
    values = states.float()
    if kind == "max":
        return values.masked_fill(~counted[..., None], -1e30).amax(1)
    mask = (centre if kind == "centre" else counted).float()
    total = (values * mask[..., None]).sum(1)
    return total / mask.sum(1, keepdim=True).clamp(min=1)


def joined_pieces(
    pieces: Sequence[Piece], vectors: torch.Tensor, poolings: Sequence[str]
) -> torch.Tensor:
    """Return (layers, poolings, width) of the pieces of one sequence.

    Args:
        pieces: All of them.
        vectors: (pieces, layers, poolings, width), as `pooled_pieces` gives them.
        poolings: As for `pooled_pieces`.
    """
    import torch

    if len(pieces) == 1:
        return vectors[0]
    parts = []
    for number, kind in enumerate(poolings):
        mine = vectors[:, :, number]
        if kind == "max":
            parts.append(mine.amax(0))
            continue
        masks = [
            piece.centre if kind == "centre" else piece.counted for piece in pieces
        ]
        weights = torch.tensor([float(mask.sum()) for mask in masks]).to(mine)
        weights = weights / weights.sum().clamp(min=1)
        parts.append((mine * weights[:, None, None]).sum(0))
    return torch.stack(parts, 1)


def variant_vectors(
    ref: NDArray[np.float32], alt: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return (..., 3 width) of the pooled states of REF and ALT, (..., width) each."""
    change = alt - ref
    return np.concatenate([change, np.abs(change), ref], axis=-1)


def variant_tensors(ref: torch.Tensor, alt: torch.Tensor) -> torch.Tensor:
    """Return the same as `variant_vectors`, of tensors and with gradients."""
    import torch

    change = alt - ref
    return torch.cat([change, change.abs(), ref], -1)
