"""The trunk of an ensemble of splice networks (`backbone.Backbone`).

A sequence of n letters is read with the networks' flank of unknown letters (zero
columns) on either side, and gives n rows: for each replicate the 32 channels in front
of its last convolution, side by side. Layers are the residual units; the last layer is
the sum of the skips that the last convolution reads. What lies beyond the sequence is
unknown to the network, which was trained with such gaps at the ends of transcripts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import ModelError
from gfm_desktop.models.backbone import Piece
from gfm_desktop.models.blocks import watched
from gfm_desktop.models.sequence import base_codes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import torch

    from gfm_desktop.models.backbone import Read
    from gfm_desktop.models.splice_ensemble import WindowNetworks

_UNKNOWN = 4
_LONGEST = 50_000
"""Letters that are read at once; longer sequences are read in pieces."""


@dataclass(frozen=True, slots=True)
class SpliceBackbone:
    """The replicates of a splice model up to their last convolutions."""

    name: str
    device: str
    sha256: str
    module: torch.nn.Module
    layers: int
    width: int
    flank: int
    precision: str = "fp32"

    @classmethod
    def of(cls, model: WindowNetworks) -> SpliceBackbone:
        """Return the trunks of a loaded model."""
        import torch

        replicates: list[Any] = list(model.replicates)
        first = replicates[0]
        return cls(
            model.card.name,
            model.device,
            model.weights_sha256,
            torch.nn.ModuleList(replicates),
            len(first.blocks),
            len(replicates) * first.first.out_channels,
            model.flank,
            model.precision,
        )

    @property
    def replicates(self) -> list[Any]:
        """Return the networks."""
        return list(self.module.children())

    @property
    def blocks(self) -> Mapping[str, Sequence[torch.nn.Module]]:
        """Return the residual units of every replicate, by its number."""
        return {str(i): net.blocks for i, net in enumerate(self.replicates)}

    def over(self, module: torch.nn.Module) -> SpliceBackbone:
        """Return the same with other networks of the same structure."""
        return replace(self, module=module)

    def together(self, length: int, batch_size: int) -> int:
        """Return 1 on a CPU, where one sequence by itself is fastest."""
        return 1 if self.device.startswith("cpu") else batch_size

    def pieces(self, sequence: str) -> list[Piece]:
        """Cut a sequence into pieces of at most `_LONGEST` letters.

        Raises:
            ModelError: If it is empty.
        """
        codes = base_codes(sequence).astype(np.int64)
        if not len(codes):
            raise ModelError("An empty sequence cannot be read.", where="sequence")
        step = -(-len(codes) // -(-len(codes) // _LONGEST))
        around = np.full(self.flank, _UNKNOWN, np.int64)
        found = []
        for start in range(0, len(codes), step):
            mine = codes[start : start + step]
            inputs = np.concatenate([around, mine, around])
            counted = np.zeros(len(inputs), bool)
            counted[self.flank : self.flank + len(mine)] = True
            centre = np.zeros(len(inputs), bool)
            middle = len(codes) // 2 - start
            if 0 <= middle < len(mine):
                centre[self.flank + middle] = True
            found.append(Piece(inputs, counted, centre))
        return found

    def run(
        self, inputs: torch.Tensor, layers: Sequence[int], read: Read
    ) -> list[torch.Tensor]:
        """Return what `read` makes of some layers' states of all replicates."""
        import torch
        from torch.nn import functional

        window = functional.one_hot(inputs, _UNKNOWN + 1)[..., :_UNKNOWN].float()
        window = window.permute(0, 2, 1).unsqueeze(2)
        length = inputs.shape[1] - 2 * self.flank
        parts: dict[int, list[torch.Tensor]] = {number: [] for number in layers}

        def told(number: int, states: torch.Tensor) -> None:
            cut = states.narrow(3, (states.shape[3] - length) // 2, length)
            # Later layers change what they get in place.
            parts[number].append(cut.squeeze(2).transpose(1, 2).clone())

        for network in self.replicates:
            inner = {n: network.blocks[n - 1] for n in layers if n < self.layers}
            with watched(inner, network, told):
                total = network.trunk(window)
            if self.layers in parts:
                told(self.layers, total)
        return [read(torch.cat(parts[number], -1), number) for number in layers]
