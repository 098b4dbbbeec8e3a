"""The network of ESM as the Nucleotide Transformers use it, in both its generations.

Architecture: Dalla-Torre et al. 2025, Nature Methods 22:287 (v1: learned positions,
GELU; v2: rotary positions, gated SiLU), in the layout of ``transformers``' ``esm``
(Apache-2.0), which the numbers follow. The module names below are those of the
published checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_MASKED_IN_TRAINING = 0.15 * 0.8
"""Share of tokens that training hid behind ``<mask>``."""


@dataclass(frozen=True, slots=True)
class EsmSizes:
    """Sizes and switches of a network.

    Attributes:
        vocabulary: Rows of the embedding.
        width: Length of a token's vector.
        layers: Number of layers.
        heads: Attention heads a layer.
        inner: Width inside the feed-forward part.
        positions: Rows of the table of positions; 0 for rotary ones.
        padding: Id of ``<pad>``; the first token has the position behind it.
        mask: Id of ``<mask>``.
        epsilon: Summand under the root of all norms.
        rescaled: Whether masked tokens are zeroed and the others scaled to make up
            for them (``token_dropout``).
        normed: Whether there is a norm behind the embedding.
        gated: Whether the feed-forward part is a gated SiLU instead of a GELU.
        bias: Whether the feed-forward part has summands.
        tied: Whether the last map of the head is the embedding.
    """

    vocabulary: int
    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    padding: int
    mask: int
    epsilon: float
    rescaled: bool
    normed: bool
    gated: bool
    bias: bool
    tied: bool


def network(sizes: EsmSizes) -> torch.nn.Module:
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

    def named(**modules: nn.Module) -> nn.Module:
        """Return a module that only gives its parts the names of the checkpoints."""
        module = nn.Module()
        for name, part in modules.items():
            setattr(module, name, part)
        return module

    class Embeddings(nn.Module):
        """A vector a token, and one a position where positions are learned."""

        def __init__(self, sizes: EsmSizes) -> None:
            super().__init__()
            self.sizes = sizes
            self.word_embeddings = nn.Embedding(sizes.vocabulary, sizes.width)
            if sizes.positions:
                self.position_embeddings = nn.Embedding(sizes.positions, sizes.width)
            if sizes.normed:
                self.layer_norm = nn.LayerNorm(sizes.width, eps=sizes.epsilon)

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            x: torch.Tensor = self.word_embeddings(ids)
            if self.sizes.rescaled:
                hidden = ids == self.sizes.mask
                share = hidden.sum(-1).float() / ids.shape[1]
                x = x.masked_fill(hidden[..., None], 0.0)
                x = x * (1 - _MASKED_IN_TRAINING) / (1 - share)[:, None, None]
            if self.sizes.positions:
                # There is no padding, so positions simply count on from the pad's.
                places = torch.arange(ids.shape[1], device=ids.device)
                x = x + self.position_embeddings(places + self.sizes.padding + 1)
            return self.layer_norm(x) if self.sizes.normed else x

    class Rotary(nn.Module):
        """Turns queries and keys by angles that grow with the position."""

        inv_freq: torch.Tensor

        def __init__(self, half: int) -> None:
            super().__init__()
            # Stored, because a checkpoint may hold values rounded to half precision.
            self.register_buffer("inv_freq", torch.empty(half))

        def forward(
            self, q: torch.Tensor, k: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor]:
            places = torch.arange(q.shape[-2], device=q.device, dtype=torch.float32)
            angles = (places[:, None] * self.inv_freq).repeat(1, 2)
            cosine, sine = angles.cos(), angles.sin()
            return turned(q, cosine, sine), turned(k, cosine, sine)

    def turned(
        x: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor
    ) -> torch.Tensor:
        first, second = x.chunk(2, dim=-1)
        crossed = torch.cat((-second, first), dim=-1)
        # Angles stay float32 under autocast; attention wants one format for all.
        return (x * cosine + crossed * sine).to(x.dtype)

    class Projections(nn.Module):
        """Attention of every token to every other."""

        def __init__(self, sizes: EsmSizes) -> None:
            super().__init__()
            self.heads = sizes.heads
            self.query = nn.Linear(sizes.width, sizes.width)
            self.key = nn.Linear(sizes.width, sizes.width)
            self.value = nn.Linear(sizes.width, sizes.width)
            if not sizes.positions:
                self.rotary_embeddings = Rotary(sizes.width // sizes.heads // 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            q, k, v = (
                part(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
                for part in (self.query, self.key, self.value)
            )
            if hasattr(self, "rotary_embeddings"):
                q, k = self.rotary_embeddings(q, k)
            found = functional.scaled_dot_product_attention(q, k, v)
            return found.transpose(1, 2).flatten(2)

    class Layer(nn.Module):
        """Norm and attention, then norm and feed-forward part, each added to x."""

        attention: Any
        intermediate: Any
        output: Any

        def __init__(self, sizes: EsmSizes) -> None:
            super().__init__()
            width, inner = sizes.width, sizes.inner
            self.gated = sizes.gated
            into = nn.Linear(width, 2 * inner if sizes.gated else inner, sizes.bias)
            self.attention = named(
                self=Projections(sizes),
                output=named(dense=nn.Linear(width, width)),
                LayerNorm=nn.LayerNorm(width, eps=sizes.epsilon),
            )
            self.intermediate = named(dense=into)
            self.output = named(dense=nn.Linear(inner, width, sizes.bias))
            self.LayerNorm = nn.LayerNorm(width, eps=sizes.epsilon)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            attention = self.attention
            seen = attention.self(attention.LayerNorm(x))
            x = x + attention.output.dense(seen)
            inner = self.intermediate.dense(self.LayerNorm(x))
            if self.gated:
                gate, inner = inner.chunk(2, dim=-1)
                inner = functional.silu(gate) * inner
            else:
                inner = functional.gelu(inner)
            result: torch.Tensor = x + self.output.dense(inner)
            return result

    class Head(nn.Module):
        """Logits of every token."""

        def __init__(self, sizes: EsmSizes) -> None:
            super().__init__()
            self.dense = nn.Linear(sizes.width, sizes.width)
            self.layer_norm = nn.LayerNorm(sizes.width, eps=sizes.epsilon)
            self.decoder = nn.Linear(sizes.width, sizes.vocabulary, bias=False)
            self.bias = nn.Parameter(torch.empty(sizes.vocabulary))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.layer_norm(functional.gelu(self.dense(x)))
            return functional.linear(x, self.decoder.weight, self.bias)

    class Esm(nn.Module):
        """Trunk and head (`language_model.LanguageNetwork`)."""

        esm: Any

        def __init__(self, sizes: EsmSizes) -> None:
            super().__init__()
            layers = nn.ModuleList(Layer(sizes) for _ in range(sizes.layers))
            last = nn.LayerNorm(sizes.width, eps=sizes.epsilon)
            self.esm = named(
                embeddings=Embeddings(sizes),
                encoder=named(layer=layers, emb_layer_norm_after=last),
            )
            self.lm_head = Head(sizes)

        def hidden(self, ids: torch.Tensor) -> torch.Tensor:
            x = self.esm.embeddings(ids)
            for layer in self.esm.encoder.layer:
                x = layer(x)
            result: torch.Tensor = self.esm.encoder.emb_layer_norm_after(x)
            return result

        def head(self, hidden: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.lm_head(hidden)
            return result

    return Esm
