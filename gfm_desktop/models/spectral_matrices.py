"""How a signal is cut for `spectral_convolution`, and the matrices of its transform."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Tiling:
    """How outputs are cut into tiles.

    Attributes:
        number: Tiles.
        length: Rows of the transform, N; even. So many are read where tiles overlap in
            what they read, and given where they overlap in what they give.
        rows: Rows by which tiles are apart, m.
    """

    number: int
    length: int
    rows: int


@lru_cache(64)
def transforms(
    length: int, width: int, dtype: torch.dtype, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the matrices into the frequencies and back.

    Of a real signal's frequencies half are kept; all of them but the first and the last
    stand for two. Reckoned in float64.

    Returns:
        Shape (2 * frequencies, length); (rows, 2 * frequencies) for outputs that read
        nothing beyond the tile; (length, 2 * frequencies) for all outputs that read
        something of a tile of so many rows, from the first one on.
    """
    import torch

    kept = torch.arange(length // 2 + 1, dtype=torch.float64)
    places = torch.arange(length, dtype=torch.float64)
    step = 2 * math.pi / length
    share = torch.full_like(kept, 2 / length)
    share[0] = share[-1] = 1 / length

    def back(at: torch.Tensor) -> torch.Tensor:
        angles = torch.outer(at, kept) * step
        whole = torch.cat([angles.cos() * share, -angles.sin() * share], dim=1)
        return whole.to(device, dtype)

    angles = torch.outer(kept, places) * step
    forward = torch.cat([angles.cos(), -angles.sin()]).to(device, dtype)
    return forward, back(places[: length - width + 1]), back(places - (width - 1))
