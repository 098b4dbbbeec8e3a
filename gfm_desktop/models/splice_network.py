"""The SpliceAI network: dilated residual convolutions over up to 10 kb of sequence.

Architecture: Jaganathan et al. 2019, Cell 176:535-548, figure 1 (SpliceAI-10k).
Every unit is norm, ReLU, convolution, norm, ReLU, convolution, plus its own input.
OpenSpliceAI (Chao et al. 2025) puts a leaky ReLU in its place and has smaller siblings;
Pangolin (Zeng and Li 2022) has more outputs on the same trunk.

Three things differ from the original programs, none of them in what is computed:

* Convolutions are *valid*: each layer computes only what later layers still read. The
  originals pad every layer and throw 5,000 positions away on each side at the end.
* The second norm of a unit is folded into the convolution in front of it, and the
  first one into a factor and a summand, in double precision.
* Convolutions are `conv2d` in channels-last memory with the sequence along the width:
  on the two cores where this was measured 148 ms for 10,101 bases and five replicates,
  against 369 ms for `conv1d` in PyTorch's default memory layout, 156 ms for the five
  replicates as groups of one convolution, and 195 ms with the sequence along the
  height.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

BASES = 4
CLASSES = 3
"""Outputs: neither, acceptor, donor."""


@dataclass(frozen=True, slots=True)
class SpliceArchitecture:
    """Sizes of one replicate.

    Attributes:
        channels: Width of every hidden layer.
        groups: (kernel width, dilation) of each group of residual units.
        units: Residual units in each group; a skip convolution follows every group.
        norm_epsilon: Summand under the root of the batch normalisation.
        slope: Of the activation below 0: 0 is ReLU, another value the leaky ReLU.
        outputs: Channels of the last convolution.
    """

    channels: int = 32
    groups: tuple[tuple[int, int], ...] = ((11, 1), (11, 4), (21, 10), (41, 25))
    units: int = 4
    norm_epsilon: float = 1e-3
    slope: float = 0.0
    outputs: int = CLASSES

    @property
    def flank(self) -> int:
        """Return the bases that one output sees on each side."""
        return sum((w - 1) * d * self.units for w, d in self.groups)

    @property
    def blocks(self) -> tuple[tuple[int, int], ...]:
        """Return (kernel width, dilation) of every residual unit in order."""
        return tuple(group for group in self.groups for _ in range(self.units))


SPLICEAI_10K = SpliceArchitecture()
"""32 channels, 16 units, 5,000 bases on each side."""


def tensor_shapes(architecture: SpliceArchitecture) -> dict[str, tuple[int, ...]]:
    """Return name and shape of every stored tensor of one replicate.

    Kernels are (out, in, width); norms are kept as trained (weight, bias, mean,
    variance) and folded when they are loaded.
    """
    channels = architecture.channels
    kernels = {
        "first": (channels, BASES, 1),
        "last": (architecture.outputs, channels, 1),
    }
    for number in range(len(architecture.groups) + 1):
        kernels[f"skip_{number}"] = (channels, channels, 1)
    norms = []
    for number, (width, _) in enumerate(architecture.blocks):
        for half in (1, 2):
            kernels[f"block_{number:02d}.conv_{half}"] = (channels, channels, width)
            norms.append(f"block_{number:02d}.norm_{half}")
    shapes: dict[str, tuple[int, ...]] = {}
    for name, shape in kernels.items():
        shapes[f"{name}.weight"] = shape
        shapes[f"{name}.bias"] = shape[:1]
    for name in norms:
        for part in ("weight", "bias", "mean", "variance"):
            shapes[f"{name}.{part}"] = (channels,)
    return shapes


def folded(
    tensors: dict[str, torch.Tensor], architecture: SpliceArchitecture
) -> dict[str, torch.Tensor]:
    """Turn stored tensors into the state of `replicate_class`, in double precision.

    With s = weight / sqrt(variance + epsilon) and t = bias - mean * s a norm is
    x * s + t; behind a convolution it becomes kernel * s and bias * s + t.

    Args:
        tensors: Exactly the names of `tensor_shapes`.
        architecture: Sizes.

    Returns:
        A state for ``load_state_dict(strict=True)``, float32.
    """
    import torch

    exact = {name: tensor.double() for name, tensor in tensors.items()}

    def norm(name: str) -> tuple[torch.Tensor, torch.Tensor]:
        variance = exact.pop(f"{name}.variance") + architecture.norm_epsilon
        scale = exact.pop(f"{name}.weight") / torch.sqrt(variance)
        return scale, exact.pop(f"{name}.bias") - exact.pop(f"{name}.mean") * scale

    for number in range(len(architecture.blocks)):
        block = f"block_{number:02d}"
        scale, shift = norm(f"{block}.norm_1")
        exact[f"{block}.scale"] = scale[None, :, None, None]
        exact[f"{block}.shift"] = shift[None, :, None, None]
        scale, shift = norm(f"{block}.norm_2")
        convolution = f"{block}.conv_1"
        exact[f"{convolution}.weight"] *= scale[:, None, None]
        exact[f"{convolution}.bias"] = exact[f"{convolution}.bias"] * scale + shift
    return {
        name: (tensor.unsqueeze(2) if tensor.ndim == 3 else tensor).float()
        for name, tensor in exact.items()
    }


@cache
def replicate_class() -> type[torch.nn.Module]:
    """Return the module of one replicate (torch is imported here, not above).

    Its input is (batch, 4, 1, n + 2 * flank), its output the probabilities
    (batch, outputs, n); ``logits`` gives them before the softmax.
    """
    import torch

    unit = _unit_class()

    class SpliceReplicate(torch.nn.Module):
        def __init__(self, architecture: SpliceArchitecture) -> None:
            super().__init__()
            channels = architecture.channels
            self.architecture = architecture
            self.flank = architecture.flank
            self.units = architecture.units
            self.first = torch.nn.Conv2d(BASES, channels, 1)
            self.blocks = []
            for number, (width, dilation) in enumerate(architecture.blocks):
                block = unit(channels, width, dilation, architecture.slope)
                self.add_module(f"block_{number:02d}", block)
                self.blocks.append(block)
            self.skips = []
            for number in range(len(architecture.groups) + 1):
                skip = torch.nn.Conv2d(channels, channels, 1)
                self.add_module(f"skip_{number}", skip)
                self.skips.append(skip)
            self.last = torch.nn.Conv2d(channels, architecture.outputs, 1)

        def trunk(self, one_hot: torch.Tensor) -> torch.Tensor:
            """Return what the last convolution reads: (batch, channels, 1, n)."""
            length = one_hot.shape[3] - 2 * self.flank
            hidden = self.first(one_hot)
            total: torch.Tensor = self.skips[0](_middle(hidden, length))
            for number, block in enumerate(self.blocks, start=1):
                hidden = block(hidden)
                group, within = divmod(number, self.units)
                if within == 0:
                    total += self.skips[group](_middle(hidden, length))
            return total

        def logits(self, one_hot: torch.Tensor) -> torch.Tensor:
            outputs: torch.Tensor = self.last(self.trunk(one_hot)).squeeze(2)
            return outputs

        def head(self, logits: torch.Tensor) -> torch.Tensor:
            return logits.softmax(dim=1)

        def forward(self, one_hot: torch.Tensor) -> torch.Tensor:
            return self.head(self.logits(one_hot))

    return SpliceReplicate


@cache
def _unit_class() -> type[torch.nn.Module]:
    """Return the module of one residual unit, with its first norm folded."""
    import torch

    class ResidualUnit(torch.nn.Module):
        scale: torch.Tensor
        shift: torch.Tensor

        def __init__(
            self, channels: int, width: int, dilation: int, slope: float
        ) -> None:
            super().__init__()
            self.slope = slope
            self.register_buffer("scale", torch.empty(1, channels, 1, 1))
            self.register_buffer("shift", torch.empty(1, channels, 1, 1))
            size, step = (1, width), (1, dilation)
            self.conv_1 = torch.nn.Conv2d(channels, channels, size, dilation=step)
            self.conv_2 = torch.nn.Conv2d(channels, channels, size, dilation=step)

        def forward(self, hidden: torch.Tensor) -> torch.Tensor:
            # In place wherever the tensor is our own: memory traffic is what is left.
            inner = self.active(torch.addcmul(self.shift, hidden, self.scale))
            inner = self.active(self.conv_1(inner))
            inner = self.conv_2(inner)
            total: torch.Tensor = inner.add_(_middle(hidden, inner.shape[3]))
            return total

        def active(self, hidden: torch.Tensor) -> torch.Tensor:
            if self.slope == 0:
                return hidden.relu_()
            return torch.nn.functional.leaky_relu_(hidden, self.slope)

    return ResidualUnit


def _middle(hidden: torch.Tensor, length: int) -> torch.Tensor:
    """Return the middle `length` positions."""
    return hidden.narrow(3, (hidden.shape[3] - length) // 2, length)
