"""The network of HyenaDNA: long convolutions whose filters a small network computes.

Architecture: Nguyen et al. 2023, NeurIPS (HyenaDNA) and Poli et al. 2023, ICML (Hyena),
as the authors' ``modeling_hyena.py`` of LongSafari/hyenadna-*-hf computes it. The
module names below are those of the published checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class HyenaSizes:
    """Sizes of a network.

    Attributes:
        vocabulary: Rows of the embedding.
        width: Channels.
        inner: Width inside the feed-forward part.
        layers: Blocks.
        longest: Most tokens; the length of the stored filter positions.
        positions: Numbers that describe a position to the filter network.
        filter_width: Width of the filter network.
        filter_layers: Its hidden layers after the first.
        short: Taps of the short convolution, at most three.
        frequency: Of the filter network's sine where it is not stored; None where
            it is.
        epsilon: Of the last norm; the others have PyTorch's own.
    """

    vocabulary: int
    width: int
    inner: int
    layers: int
    longest: int
    positions: int
    filter_width: int
    filter_layers: int
    short: int
    frequency: float | None
    epsilon: float


def shared_frequencies(sizes: HyenaSizes) -> dict[str, str]:
    """Return alias to owner of the sine frequencies: one for a whole filter network."""
    if sizes.frequency is not None:
        return {}
    name = "hyena.backbone.layers.{}.mixer.filter_fn.implicit_filter.{}.freq".format
    return {
        name(layer, 2 * i + 3): name(layer, 1)
        for layer in range(sizes.layers)
        for i in range(sizes.filter_layers)
    }


def network(sizes: HyenaSizes) -> torch.nn.Module:
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
    import torch
    from torch import nn
    from torch.nn import functional

    class Sine(nn.Module):
        """Sine of the input times a frequency of each channel."""

        def __init__(self, sizes: HyenaSizes) -> None:
            super().__init__()
            self.fixed = sizes.frequency
            if sizes.frequency is None:
                self.freq = nn.Parameter(torch.empty(1, sizes.filter_width))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.sin((self.freq if self.fixed is None else self.fixed) * x)

    class Positions(nn.Module):
        """Positions as the checkpoint stores them: made anew they would differ.

        They depend on the longest input of training, not on the length at hand.
        """

        z: torch.Tensor
        t: torch.Tensor

        def __init__(self, sizes: HyenaSizes) -> None:
            super().__init__()
            self.register_buffer("z", torch.empty(1, sizes.longest, sizes.positions))
            self.register_buffer("t", torch.empty(1, sizes.longest, 1))

    class Modulation(nn.Module):
        """Decay of the filters with distance; 0.05 of them does not decay."""

        floor = 0.05

        deltas: torch.Tensor

        def __init__(self, sizes: HyenaSizes) -> None:
            super().__init__()
            self.register_buffer("deltas", torch.empty(1, 1, sizes.width))

        def forward(self, t: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
            return x * (torch.exp(-t * self.deltas.abs()) + self.floor)

    class Filter(nn.Module):
        """The long filters, and the convolution with them."""

        def __init__(self, sizes: HyenaSizes) -> None:
            super().__init__()
            self.bias = nn.Parameter(torch.empty(sizes.width))
            self.pos_emb = Positions(sizes)
            inner = sizes.filter_width
            steps: list[nn.Module] = [nn.Linear(sizes.positions, inner), Sine(sizes)]
            for _ in range(sizes.filter_layers):
                steps += [nn.Linear(inner, inner), Sine(sizes)]
            steps.append(nn.Linear(inner, sizes.width, bias=False))
            self.implicit_filter = nn.Sequential(*steps)
            self.modulation = Modulation(sizes)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            """Convolve causally; shape (batch, channels, length)."""
            length = x.shape[-1]
            z, t = self.pos_emb.z[:, :length], self.pos_emb.t[:, :length]
            filters = self.modulation(t, self.implicit_filter(z))[0].transpose(0, 1)
            # Twice the length, so that the end does not wrap around to the start.
            # Fourier transforms in half precision are too coarse.
            size = 2 * length
            product = torch.fft.rfft(x.float(), n=size) * torch.fft.rfft(
                filters.float(), n=size
            )
            long: torch.Tensor = torch.fft.irfft(product, n=size)[..., :length]
            return long.to(x.dtype) + x * self.bias[:, None]

    class Mixer(nn.Module):
        """The Hyena operator of order 2: gate, long convolution, gate."""

        def __init__(self, sizes: HyenaSizes) -> None:
            super().__init__()
            width = sizes.width
            self.in_proj = nn.Linear(width, 3 * width)
            self.out_proj = nn.Linear(width, width)
            self.short_filter = nn.Conv1d(
                3 * width, 3 * width, sizes.short, padding=2, groups=3 * width
            )
            self.filter_fn = Filter(sizes)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            length = x.shape[1]
            x = self.short_filter(self.in_proj(x).transpose(1, 2))[..., :length]
            last_gate, first_gate, value = x.chunk(3, dim=1)
            value = self.filter_fn(value * first_gate) * last_gate
            result: torch.Tensor = self.out_proj(value.transpose(1, 2))
            return result

    class Mlp(nn.Module):
        """Feed-forward part; the GELU is the tanh approximation."""

        def __init__(self, sizes: HyenaSizes) -> None:
            super().__init__()
            self.fc1 = nn.Linear(sizes.width, sizes.inner)
            self.fc2 = nn.Linear(sizes.inner, sizes.width)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            inner = functional.gelu(self.fc1(x), approximate="tanh")
            result: torch.Tensor = self.fc2(inner)
            return result

    class Block(nn.Module):
        """Norm before either part; both are added to their input."""

        def __init__(self, sizes: HyenaSizes) -> None:
            super().__init__()
            self.mixer = Mixer(sizes)
            self.norm1 = nn.LayerNorm(sizes.width)
            self.mlp = Mlp(sizes)
            self.norm2 = nn.LayerNorm(sizes.width)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = x + self.mixer(self.norm1(x))
            result: torch.Tensor = x + self.mlp(self.norm2(x))
            return result

    class Embeddings(nn.Module):
        """Token embeddings, without positions: the filters know those."""

        def __init__(self, sizes: HyenaSizes) -> None:
            super().__init__()
            self.word_embeddings = nn.Embedding(sizes.vocabulary, sizes.width)

    class Backbone(nn.Module):
        """Embeddings, blocks, last norm."""

        def __init__(self, sizes: HyenaSizes) -> None:
            super().__init__()
            self.embeddings = Embeddings(sizes)
            self.layers = nn.ModuleList(Block(sizes) for _ in range(sizes.layers))
            self.ln_f = nn.LayerNorm(sizes.width, eps=sizes.epsilon)

    class Trunk(nn.Module):
        """The backbone under the name that checkpoints give it."""

        def __init__(self, sizes: HyenaSizes) -> None:
            super().__init__()
            self.backbone = Backbone(sizes)

    class Hyena(nn.Module):
        """Trunk and head (`language_model.LanguageNetwork`)."""

        def __init__(self, sizes: HyenaSizes) -> None:
            super().__init__()
            self.hyena = Trunk(sizes)
            self.lm_head = nn.Linear(sizes.width, sizes.vocabulary, bias=False)

        def hidden(self, ids: torch.Tensor) -> torch.Tensor:
            backbone = self.hyena.backbone
            x = backbone.embeddings.word_embeddings(ids)
            for layer in backbone.layers:
                x = layer(x)
            result: torch.Tensor = backbone.ln_f(x)
            return result

        def head(self, hidden: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.lm_head(hidden)
            return result

    return Hyena
