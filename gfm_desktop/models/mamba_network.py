"""One Mamba layer, as ``mamba_simple.py`` of state-spaces/mamba computes it.

Architecture: Gu and Dao 2023, https://arxiv.org/abs/2312.00752; the slow path of the
original, which its fast one equals. The names are those of published checkpoints.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol

from gfm_desktop.models.selective_scan import selective_scan

if TYPE_CHECKING:
    import torch


class MambaSizes(Protocol):
    """Sizes of a layer; see `caduceus_network.CaduceusSizes` for their meaning."""

    @property
    def width(self) -> int: ...  # noqa: D102
    @property
    def inner(self) -> int: ...  # noqa: D102
    @property
    def states(self) -> int: ...  # noqa: D102
    @property
    def taps(self) -> int: ...  # noqa: D102
    @property
    def rank(self) -> int: ...  # noqa: D102
    @property
    def convolution_bias(self) -> bool: ...  # noqa: D102
    @property
    def bias(self) -> bool: ...  # noqa: D102


def mamba(sizes: MambaSizes) -> torch.nn.Module:
    """Return an untrained layer; it maps (batch, length, width) to the same."""
    made: torch.nn.Module = _class()(sizes)
    return made


@cache
def _class() -> type[torch.nn.Module]:
    """Make the class on first use: torch is not imported with this module."""
    import torch
    from torch import nn
    from torch.nn import functional

    class Mamba(nn.Module):
        """Short convolution, selective scan, gate."""

        def __init__(self, sizes: MambaSizes) -> None:
            super().__init__()
            inner, states = sizes.inner, sizes.states
            self.parts = (sizes.rank, states, states)
            self.in_proj = nn.Linear(sizes.width, 2 * inner, bias=sizes.bias)
            self.conv1d = nn.Conv1d(
                inner,
                inner,
                sizes.taps,
                padding=sizes.taps - 1,
                groups=inner,
                bias=sizes.convolution_bias,
            )
            self.x_proj = nn.Linear(inner, sum(self.parts), bias=False)
            self.dt_proj = nn.Linear(sizes.rank, inner)
            self.A_log = nn.Parameter(torch.empty(inner, states))
            self.D = nn.Parameter(torch.empty(inner))
            self.out_proj = nn.Linear(inner, sizes.width, bias=sizes.bias)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            length = x.shape[1]
            u, gate = self.in_proj(x).chunk(2, dim=-1)
            # Padded on both sides and cut: position t sees none behind it.
            u = self.conv1d(u.transpose(1, 2))[..., :length].transpose(1, 2)
            u = functional.silu(u)
            width, b, c = self.x_proj(u).split(self.parts, dim=-1)
            delta = functional.softplus(self.dt_proj(width))
            y = selective_scan(u, delta, -torch.exp(self.A_log), b, c)
            y = (y + u * self.D) * functional.silu(gate)
            result: torch.Tensor = self.out_proj(y)
            return result

    return Mamba
