"""The two networks of GPN: dilated convolutions over one-hot bases.

Architecture: Benegas, Batra and Song 2023, PNAS 120(44):e2311219120, and the program
``gpn`` 0.9.0a1 (MIT): its modules ``legacy`` (``model_type`` "ConvNet") and ``model``
("GPN"). The module names below are those of the published checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class GpnSizes:
    """Sizes of a network.

    Attributes:
        legacy: The older layout: norm last, one kernel width, biases.
        vocabulary: Number of tokens.
        width: Channels; tokens are one-hot vectors of this width.
        layers: Residual layers.
        kernels: Kernel width of the first and of the other layers.
        inner: Width inside the feed-forward part (newer layout).
        dilations: Dilation of every layer.
        bias: Whether linear maps and norms have summands (newer layout).
        depthwise: Whether convolutions after the first keep channels apart.
        transform: Whether the head has a layer before the last (newer layout).
    """

    legacy: bool
    vocabulary: int
    width: int
    layers: int
    kernels: tuple[int, int]
    inner: int
    dilations: tuple[int, ...]
    bias: bool = True
    depthwise: bool = False
    transform: bool = True


def dilations(
    layers: int, *, base: int, cycle: int, double_every: int, largest: int
) -> tuple[int, ...]:
    """Return the dilation of every layer: powers of `base` that start anew."""
    return tuple(
        min(largest, base ** ((i % cycle) // double_every)) for i in range(layers)
    )


def network(sizes: GpnSizes) -> torch.nn.Module:
    """Return an untrained network (`language_model.LanguageNetwork`) on no device.

    Its tensors have no memory until a state dict is assigned to them.
    """
    import torch

    with torch.device("meta"):
        made: torch.nn.Module = _classes()(sizes)
    return made.eval()


@cache
def _classes() -> type[torch.nn.Module]:
    """Make the classes on first use: torch is not imported with this module."""
    from torch import nn
    from torch.nn import functional

    class Turned(nn.Module):
        """Swaps the last two axes: convolutions want channels first."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.transpose(1, 2)

    class LegacyLayer(nn.Module):
        """Convolution, GELU, norm, plus its input; then the same with a linear map."""

        def __init__(self, sizes: GpnSizes, place: int) -> None:
            super().__init__()
            width = sizes.width
            self.conv = nn.Sequential(
                Turned(),
                _convolution(sizes, place, bias=True),
                Turned(),
                nn.GELU(),
                nn.LayerNorm(width),
            )
            self.ffn = nn.Sequential(
                nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width)
            )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = x + self.conv(x)
            result: torch.Tensor = x + self.ffn(x)
            return result

    class Layer(nn.Module):
        """Norm, convolution, GELU, linear map; then a feed-forward part."""

        def __init__(self, sizes: GpnSizes, place: int) -> None:
            super().__init__()
            width, bias = sizes.width, sizes.bias
            self.conv = nn.Sequential(
                nn.LayerNorm(width, bias=bias),
                Turned(),
                _convolution(sizes, place, bias=bias),
                Turned(),
                nn.GELU(),
                nn.Linear(width, width, bias=bias),
            )
            self.ffn = nn.Sequential(
                nn.LayerNorm(width, bias=bias),
                nn.Linear(width, sizes.inner, bias=bias),
                nn.GELU(),
                nn.Linear(sizes.inner, width, bias=bias),
            )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = x + self.conv(x)
            result: torch.Tensor = x + self.ffn(x)
            return result

    def _convolution(sizes: GpnSizes, place: int, *, bias: bool) -> nn.Conv1d:
        return nn.Conv1d(
            sizes.width,
            sizes.width,
            sizes.kernels[min(place, 1)],
            padding="same",
            dilation=sizes.dilations[place],
            groups=sizes.width if sizes.depthwise and place else 1,
            bias=bias,
        )

    class Trunk(nn.Module):
        """The layers under the names of the checkpoints."""

        def __init__(self, sizes: GpnSizes) -> None:
            super().__init__()
            kind = LegacyLayer if sizes.legacy else Layer
            layers = nn.Sequential(*(kind(sizes, i) for i in range(sizes.layers)))
            self.encoder: nn.Module = layers
            self.ln_f: nn.Module = nn.Identity()
            if not sizes.legacy:
                self.encoder = nn.Module()
                self.encoder.layer = layers
                self.ln_f = nn.LayerNorm(sizes.width, bias=sizes.bias)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            layers = getattr(self.encoder, "layer", self.encoder)
            result: torch.Tensor = self.ln_f(layers(x))
            return result

    class Head(nn.Module):
        """Logits of every token."""

        def __init__(self, sizes: GpnSizes) -> None:
            super().__init__()
            width, bias = sizes.width, sizes.bias
            last = nn.Linear(width, sizes.vocabulary, bias=bias)
            steps = [
                nn.Linear(width, width, bias=bias),
                nn.GELU(),
                nn.LayerNorm(width, bias=bias),
            ]
            if sizes.legacy:
                self.transform: nn.Module = nn.Identity()
                self.decoder: nn.Module = nn.Sequential(*steps, last)
            else:
                wanted = nn.Sequential(*steps) if sizes.transform else nn.Identity()
                self.transform = wanted
                self.decoder = last

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.decoder(self.transform(x))
            return result

    class Gpn(nn.Module):
        """Trunk and head (`language_model.LanguageNetwork`)."""

        def __init__(self, sizes: GpnSizes) -> None:
            super().__init__()
            self.width = sizes.width
            self.model = Trunk(sizes)
            self.cls = Head(sizes)

        def hidden(self, ids: torch.Tensor) -> torch.Tensor:
            one_hot = functional.one_hot(ids, self.width).float()
            result: torch.Tensor = self.model(one_hot)
            return result

        def head(self, hidden: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.cls(hidden)
            return result

    return Gpn
