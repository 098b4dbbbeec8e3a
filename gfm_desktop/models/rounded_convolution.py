"""Dilated convolutions of differences along a sequence in a fast number format.

Rows come and go in float32; inside they are bf16, whose eight bits make each result
uncertain by about 0.4 % of its size, with sums in float32. Processors with matrix units
for bf16 are four to ten times as fast in it as in float32, so nothing is gained by
`spectral_convolution`, whose detour would round a second time.

Only differences of alleles go through it: an error is a share of the difference. REF,
and all that is no convolution, stays in float32. On the processor where this was
measured deltas of SpliceAI and CI-SpliceAI beside exons were off by at most 0.0016;
with the convolutions of REF in bf16 as well by 0.008, and all in bf16 by 0.009.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


class RoundedConvolution:
    """A convolution over (positions, channels), as `DilatedConvolution` without bias.

    Attributes:
        reach: Positions that an output sees on each side.
    """

    def __init__(
        self,
        weight: torch.Tensor,
        *,
        dilation: int,
        kind: torch.dtype,
    ) -> None:
        """Keep a kernel.

        Args:
            weight: Shape (out, in, 1, width).
            dilation: Distance between two positions of the kernel.
            kind: The number format inside.
        """
        import torch

        self.reach = (int(weight.shape[3]) - 1) * dilation // 2
        self._dilation = dilation
        self._weight = weight.to(kind, memory_format=torch.channels_last)

    def room(self, positions: int) -> int:
        """Return rows that `linear` and `spread` read for so many that count."""
        return positions

    def linear(
        self, positions: torch.Tensor, outputs: int, *, beside: int = 1
    ) -> torch.Tensor:
        """Convolve without the bias, as differences of positions are."""
        read = (outputs + 2 * self.reach) * beside
        return self._convolved(positions[:read], 0, beside)

    def spread(
        self, positions: torch.Tensor, length: int, *, beside: int = 1
    ) -> torch.Tensor:
        """Convolve without the bias what has nothing but zeros around it.

        Returns:
            Shape ((length + 2 * reach) * beside, channels).
        """
        edge = 2 * self.reach * beside
        return self._convolved(positions[: length * beside], edge, beside)

    def _convolved(
        self, positions: torch.Tensor, zeros: int, beside: int
    ) -> torch.Tensor:
        import torch

        rows = positions.to(self._weight.dtype)
        # (1, channels, 1, length) in channels-last order: no byte is moved.
        image = rows.view(1, 1, *rows.shape).permute(0, 3, 1, 2)
        dilation = (1, self._dilation * beside)
        found = torch.nn.functional.conv2d(
            image, self._weight, padding=(0, zeros), dilation=dilation
        )
        return found.permute(0, 2, 3, 1)[0, 0].to(positions.dtype)
