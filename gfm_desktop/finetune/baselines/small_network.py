"""The network of the CNN baseline: sees all of its input, is made in a moment."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.models.sequence import one_hot

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

WIDTH = 48
_FIRST, _KERNEL = 11, 3
_LONG = 256
"""Bases from which the first layer's output is thinned by `_THIN`."""
_THIN = 4


def dilations(length: int) -> tuple[int, ...]:
    """Return the dilations whose receptive field covers `length` bases.

    A first kernel of 11 sees 11 bases; each block of kernel 3 and dilation d sees
    2 d positions more.
    """
    found: list[int] = []
    while receptive_field(tuple(found), length) < length:
        found.append(2 ** len(found))
    return tuple(found) or (1,)


def receptive_field(dilated: Sequence[int], length: int) -> int:
    """Return how many bases a position before the pooling sees."""
    thin = _THIN if length > _LONG else 1
    return _FIRST + thin * (_KERNEL - 1) * sum(dilated) + thin - 1


def network(length: int, outputs: int, *, pairs: bool, seed: int) -> Any:
    """Return the untrained network, in training mode.

    Args:
        length: Bases of the longest input.
        outputs: Numbers that it returns for each.
        pairs: Whether inputs come in pairs, REF and ALT, whose difference is read.
        seed: Of the first weights; the state of torch's generator is left as it was.
    """
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = _network_class()(length, outputs, pairs=pairs)
    return made


def encoded(sequences: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return one-hot letters (batch, 4, longest), and which are letters at all.

    Shorter sequences are followed by zeros; the mask (batch, 1, longest) keeps them
    out of every layer, so that a prediction does not depend on its neighbours.
    """
    import torch

    longest = max(len(sequence) for sequence in sequences)
    letters = np.zeros((len(sequences), 4, longest), np.float32)
    mask = np.zeros((len(sequences), 1, longest), np.float32)
    for i, sequence in enumerate(sequences):
        letters[i, :, : len(sequence)] = one_hot(sequence).T
        mask[i, :, : len(sequence)] = 1
    return torch.from_numpy(letters), torch.from_numpy(mask)


@functools.cache
def _network_class() -> Any:
    import torch
    from torch import nn
    from torch.nn import functional

    class SmallNetwork(nn.Module):
        """Motifs, dilated residual blocks, mean and maximum, one linear layer."""

        def __init__(self, length: int, outputs: int, *, pairs: bool) -> None:
            super().__init__()
            self.thin = _THIN if length > _LONG else 1
            self.pairs = pairs
            self.first = nn.Conv1d(4, WIDTH, _FIRST, padding=_FIRST // 2)
            self.blocks = nn.ModuleList(
                nn.Conv1d(WIDTH, WIDTH, _KERNEL, padding=d, dilation=d)
                for d in dilations(length)
            )
            self.head = nn.Linear(2 * WIDTH, outputs)

        def pooled(self, letters: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            """Return (batch, 2 * width)."""
            states = functional.relu(self.first(letters)) * mask
            if self.thin > 1:
                states = functional.max_pool1d(states, self.thin, ceil_mode=True)
                mask = functional.max_pool1d(mask, self.thin, ceil_mode=True)
            for block in self.blocks:
                states = (states + functional.relu(block(states))) * mask
            mean = states.sum(dim=2) / mask.sum(dim=2).clamp(min=1)
            # All states are 0 or more, as is the padding.
            return torch.cat([mean, states.amax(dim=2)], dim=1)

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            """Return (batch, outputs) from letters and mask, twice for pairs."""
            states = self.pooled(*inputs[:2])
            if self.pairs:
                states = self.pooled(*inputs[2:]) - states
            result: torch.Tensor = self.head(states)
            return result

    return SmallNetwork
