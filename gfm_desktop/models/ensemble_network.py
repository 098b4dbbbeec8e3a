"""The network of the built-in model: a small encoder over words of a union vocabulary.

Parts and where they are described: pre-norm with root-mean-square norms (Zhang and
Sennrich 2019, arXiv:1910.07467), rotary positions (Su et al. 2021, arXiv:2104.09864),
gated feed-forward layers (SwiGLU; Shazeer 2020, arXiv:2002.05202), scaled-dot-product
attention (Vaswani et al. 2017), and a depthwise convolution in front of each layer
(as in ConvNeXt, Liu et al. 2022, arXiv:2201.03545), because neighbouring bases matter
most and a convolution learns that at once. Tables of the letters around each base are
added to its vector (n-gram embeddings, as Huang et al. 2025, arXiv:2501.16975, for
text): what a Markov chain knows costs a look-up, and the layers learn the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


_LONGEST = 10
"""Longest context on one side: its table has a million rows."""


@dataclass(frozen=True, slots=True)
class EnsembleSizes:
    """Sizes of a network.

    Attributes:
        vocabulary: Words of the union vocabulary.
        width: Length of a token's vector.
        layers: Number of layers.
        heads: Attention heads; ``width / heads`` must be even.
        inner: Width inside the gated feed-forward part.
        kernel: Tokens that a depthwise convolution sees, an odd number; 0 for none.
        dilations: Steps between those tokens, used in turn by the layers.
        attention_every: Every how many layers attend; the last of each group does.
        theta: Base of the wavelengths of the rotary positions, in tokens.
        tied: Whether embedding and head share one table.
        context: Letters on either side of a base that are looked up, an even number;
            0 for no tables. A table has a row for every context of up to so many
            letters, so that a hidden or unknown base nearby only shortens it.
        context_width: Length of a looked-up vector.
        first_base: Token of A; those of C, G and T follow it.
    """

    vocabulary: int
    width: int
    layers: int
    heads: int
    inner: int
    kernel: int = 9
    dilations: tuple[int, ...] = (1,)
    attention_every: int = 1
    theta: float = 10_000.0
    tied: bool = False
    context: int = 0
    context_width: int = 16
    first_base: int = 0

    def attends(self, layer: int) -> bool:
        """Tell whether the layer of this number, from 0, has attention."""
        return (layer + 1) % self.attention_every == 0

    def problem(self) -> str:
        """Return why no network has these sizes; empty where one has."""
        whole = (self.vocabulary, self.width, self.layers, self.heads, self.inner)
        if min(*whole, self.attention_every) < 1:
            return "a size is below 1"
        if self.width % (2 * self.heads):
            return f"width {self.width} is no even multiple of {self.heads} heads"
        if self.kernel < 0 or (self.kernel and self.kernel % 2 == 0):
            return f"kernel {self.kernel} is not an odd number"
        if not self.dilations or min(self.dilations) < 1:
            return "a dilation is below 1"
        if not 0 <= self.context <= _LONGEST or self.context % 2:
            return f"context {self.context} is no even number up to {_LONGEST}"
        if self.context_width < 1 or self.first_base < 0:
            return "a size is below 1"
        return "" if self.theta > 1 else f"theta {self.theta} is not above 1"


def network(sizes: EnsembleSizes, *, meta: bool = True) -> torch.nn.Module:
    """Return an untrained network (`language_model.LanguageNetwork`).

    Args:
        sizes: Its sizes, without a `EnsembleSizes.problem`.
        meta: Whether its tensors have no memory until a state dict is assigned to
            them; the pre-training programme wants them filled.
    """
    import torch

    with torch.device("meta" if meta else "cpu"):
        made: torch.nn.Module = _classes()(sizes)
    return made.eval()


def rotations(
    length: int, size: int, theta: float, like: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return cosine and sine of every place's angles, each of shape (length, size / 2).

    Args:
        length: Number of tokens.
        size: Width of a head; pair i of it turns by ``place * theta ** (-2 i / size)``.
        theta: Base of the wavelengths.
        like: A tensor on the wanted device.
    """
    import torch

    places = torch.arange(length, device=like.device, dtype=torch.float32)
    pairs = torch.arange(0, size, 2, device=like.device, dtype=torch.float32)
    angles = places[:, None] * theta ** (-pairs / size)[None, :]
    return angles.cos(), angles.sin()


def rotated(x: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Return vectors turned by their places' angles.

    Args:
        x: (..., length, size); number i and number i + size / 2 are one pair.
        turn: What `rotations` gives.
    """
    import torch

    cosine, sine = (part.to(x.dtype) for part in turn)
    first, second = x.chunk(2, dim=-1)
    return torch.cat(
        (first * cosine - second * sine, second * cosine + first * sine), dim=-1
    )


def context_rows(
    ids: torch.Tensor, sizes: EnsembleSizes
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return each place's rows of the tables left, right and middle.

    A context of n letters is numbered by the letters (A 0, C 1, G 2, T 3), the nearest
    being the last digit to base 4; contexts of n letters stand behind all shorter ones.
    The middle table has as many letters on either side, the left ones first.

    Args:
        ids: (batch, tokens) int64.
        sizes: The network's.

    Returns:
        Three tensors of the shape of `ids`: the longest context without a token that
        is no base.
    """
    import torch
    from torch.nn import functional

    codes = ids - sizes.first_base
    codes = torch.where((codes >= 0) & (codes < 4), codes, -1)
    reach, length = sizes.context, ids.shape[1]
    padded = functional.pad(codes, (reach, reach), value=-1)
    zero = torch.zeros_like(ids)
    rows, numbers, clear = [zero, zero], [zero, zero], [codes < 4, codes < 4]
    middle, before = zero, 0
    for step in range(1, reach + 1):
        before += 4 ** (step - 1)
        for side, shift in enumerate((-step, step)):
            letter = padded[:, reach + shift : reach + shift + length]
            clear[side] = clear[side] & (letter >= 0)
            numbers[side] = numbers[side] + letter * 4 ** (step - 1)
            rows[side] = torch.where(clear[side], before + numbers[side], rows[side])
        if 2 * step <= reach:
            number = numbers[0] * 4**step + numbers[1]
            number = number + (16**step - 1) // 15
            middle = torch.where(clear[0] & clear[1], number, middle)
    return rows[0], rows[1], middle


@cache
def _classes() -> type[torch.nn.Module]:
    """Make the classes on first use: torch is not imported with this module."""
    from torch import nn
    from torch.nn import functional

    class Norm(nn.Module):
        """Divides by the root mean square and scales."""

        def __init__(self, width: int) -> None:
            super().__init__()
            self.weight = nn.Parameter(_ones(width))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return functional.rms_norm(x, self.weight.shape, self.weight, 1e-6)

    class Attention(nn.Module):
        """Every token looks at every other; places enter by rotation."""

        def __init__(self, sizes: EnsembleSizes) -> None:
            super().__init__()
            self.heads = sizes.heads
            self.qkv = nn.Linear(sizes.width, 3 * sizes.width, bias=False)
            self.out = nn.Linear(sizes.width, sizes.width, bias=False)

        def forward(
            self, x: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor]
        ) -> torch.Tensor:
            batch, length, width = x.shape
            parts = self.qkv(x).view(batch, length, 3, self.heads, -1)
            query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
            seen = functional.scaled_dot_product_attention(
                rotated(query, turn), rotated(key, turn), value
            )
            result: torch.Tensor = self.out(
                seen.transpose(1, 2).reshape(batch, length, width)
            )
            return result

    class Gated(nn.Module):
        """Feed-forward part: one half opens the gate for the other."""

        def __init__(self, sizes: EnsembleSizes) -> None:
            super().__init__()
            self.up = nn.Linear(sizes.width, 2 * sizes.inner, bias=False)
            self.down = nn.Linear(sizes.inner, sizes.width, bias=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            gate, value = self.up(x).chunk(2, dim=-1)
            result: torch.Tensor = self.down(functional.silu(gate) * value)
            return result

    class Neighbours(nn.Module):
        """Depthwise convolution over the tokens nearby."""

        def __init__(self, sizes: EnsembleSizes, place: int) -> None:
            super().__init__()
            self.conv = nn.Conv1d(
                sizes.width,
                sizes.width,
                sizes.kernel,
                padding="same",
                dilation=sizes.dilations[place % len(sizes.dilations)],
                groups=sizes.width,
            )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if self.training:
                return self._shifted(x)
            result: torch.Tensor = self.conv(x.transpose(1, 2)).transpose(1, 2)
            return result

        def _shifted(self, x: torch.Tensor) -> torch.Tensor:
            """Return the same as a sum of shifted products.

            On a CPU the gradient of a depthwise convolution takes half of a training
            step (torch 2.13); a compiler makes one loop of this.
            """
            step = self.conv.dilation[0]
            taps = self.conv.weight[:, 0].unbind(1)
            reach = step * (len(taps) // 2)
            padded = functional.pad(x, (0, 0, reach, reach))
            result: torch.Tensor = self.conv.bias  # type: ignore[assignment]
            for place, tap in enumerate(taps):
                start = place * step
                result = result + padded[:, start : start + x.shape[1]] * tap
            return result

    class Contexts(nn.Module):
        """What the letters on the left, on the right and on both sides foretell."""

        def __init__(self, sizes: EnsembleSizes) -> None:
            super().__init__()
            self.sizes = sizes
            width = sizes.context_width
            one_side = (4 ** (sizes.context + 1) - 1) // 3
            both = (16 ** (sizes.context // 2 + 1) - 1) // 15
            self.left = nn.Embedding(one_side, width)
            self.right = nn.Embedding(one_side, width)
            self.middle = nn.Embedding(both, width)
            self.mix = nn.Linear(3 * width, sizes.width, bias=False)

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            left, right, middle = context_rows(ids, self.sizes)
            found = (self.left(left), self.right(right), self.middle(middle))
            result: torch.Tensor = self.mix(joined(found))
            return result

    class Layer(nn.Module):
        """Neighbours, attention, feed-forward: each adds to its input."""

        def __init__(self, sizes: EnsembleSizes, place: int) -> None:
            super().__init__()
            width = sizes.width
            self.near: nn.Module | None = None
            self.attention: nn.Module | None = None
            if sizes.kernel:
                self.near_norm = Norm(width)
                self.near = Neighbours(sizes, place)
            if sizes.attends(place):
                self.attention_norm = Norm(width)
                self.attention = Attention(sizes)
            self.gated_norm = Norm(width)
            self.gated = Gated(sizes)

        def forward(
            self, x: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor]
        ) -> torch.Tensor:
            if self.near is not None:
                x = x + self.near(self.near_norm(x))
            if self.attention is not None:
                x = x + self.attention(self.attention_norm(x), turn)
            result: torch.Tensor = x + self.gated(self.gated_norm(x))
            return result

    class Ensemble(nn.Module):
        """Embedding, layers, norm and head (`language_model.LanguageNetwork`)."""

        def __init__(self, sizes: EnsembleSizes) -> None:
            super().__init__()
            self.sizes = sizes
            self.embedding = nn.Embedding(sizes.vocabulary, sizes.width)
            self.contexts = Contexts(sizes) if sizes.context else None
            self.layers = nn.ModuleList(Layer(sizes, i) for i in range(sizes.layers))
            self.norm = Norm(sizes.width)
            self.decoder = nn.Linear(sizes.width, sizes.vocabulary)
            if sizes.tied:
                self.decoder.weight = self.embedding.weight

        def hidden(self, ids: torch.Tensor) -> torch.Tensor:
            """Return states (batch, tokens, width) of ids (batch, tokens)."""
            sizes = self.sizes
            x = self.embedding(ids)
            if self.contexts is not None:
                x = x + self.contexts(ids)
            turn = rotations(ids.shape[1], sizes.width // sizes.heads, sizes.theta, x)
            for layer in self.layers:
                x = layer(x, turn)
            result: torch.Tensor = self.norm(x)
            return result

        def head(self, hidden: torch.Tensor) -> torch.Tensor:
            """Return logits (..., vocabulary) of states (..., width)."""
            result: torch.Tensor = self.decoder(hidden)
            return result

        forward = hidden

    def joined(parts: tuple[torch.Tensor, ...]) -> torch.Tensor:
        import torch

        return torch.cat(parts, dim=-1)

    def _ones(width: int) -> torch.Tensor:
        import torch

        return torch.ones(width)

    return Ensemble
