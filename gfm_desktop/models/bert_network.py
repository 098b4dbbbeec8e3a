"""One network for all encoders of the BERT house, with a switch where they differ.

Architectures: BERT (Devlin et al. 2019, arXiv:1810.04805) as in DNABERT, SpliceBERT and
SpeciesLM; MosaicBERT (Portes et al. 2023, arXiv:2312.17482: one map for query, key and
value, gated GELU, ALiBi) as in DNABERT-2, DNABERT-S and Genomics-FM; BERT with norms in
front (Xiong et al. 2020, arXiv:2002.04745) as in GENA-LM. The module names below are
those of the published checkpoints.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch

Norm = Literal["pre", "post"]
"""Whether norms stand in front of attention and feed-forward part, or behind them."""
Qkv = Literal["separate", "fused"]
"""Three maps to query, key and value, or one."""
Mlp = Literal["gelu", "geglu"]
"""A plain feed-forward part, or one whose first half gates the second."""
Position = Literal["absolute", "alibi"]
"""A table of positions, or a penalty on attention that grows with distance."""


@dataclass(frozen=True, slots=True)
class BertSizes:
    """Sizes and switches of a network.

    Attributes:
        vocabulary: Rows of the word embedding.
        width: Size of a hidden state.
        layers: Number of layers.
        heads: Attention heads of a layer.
        inner: Width inside the feed-forward part.
        positions: Rows of the position table; 0 where the checkpoint has none.
        types: Rows of the token type table; row 0 is added to every token.
        eps: Summand under the root of the norms.
        head_eps: The same of the norm inside the head.
        norm: Where norms stand.
        qkv: How query, key and value are made.
        mlp: Kind of feed-forward part.
        position: How positions are told. With ``"alibi"`` a table is not used.
        final_norm: Whether a norm follows the last layer.
        head: Whether there is a head that predicts tokens.
        prefix: What the names of all tensors but the head's begin with.
    """

    vocabulary: int
    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    types: int
    eps: float
    head_eps: float
    norm: Norm = "post"
    qkv: Qkv = "separate"
    mlp: Mlp = "gelu"
    position: Position = "absolute"
    final_norm: bool = False
    head: bool = True
    prefix: Literal["bert.", ""] = "bert."


def slopes(heads: int) -> list[float]:
    """Return how fast attention falls with distance, for every head.

    Press, Smith and Lewis 2022 (arXiv:2108.12409) give the series for powers of two;
    other numbers of heads take the rest from every other member of the next power's
    series, as the authors' program and MosaicBERT do.
    """
    power = 2 ** math.floor(math.log2(heads))
    series = [2.0 ** (-8 * (i + 1) / power) for i in range(power)]
    between = [2.0 ** (-8 * (i + 1) / (2 * power)) for i in range(0, 2 * power, 2)]
    return series + between[: heads - power]


def alibi(
    heads: int, length: int, *, device: torch.device, dtype: torch.dtype
) -> torch.Tensor:
    """Return what is added to attention, shape (heads, length, length).

    It is made for the length at hand: a table of fixed size would end somewhere.
    """
    import torch

    places = torch.arange(length, device=device)
    distance = (places[None, :] - places[:, None]).abs()
    fall = torch.tensor(slopes(heads), device=device)
    return (-fall[:, None, None] * distance).to(dtype)


def network(sizes: BertSizes) -> torch.nn.Module:
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

    class Embeddings(nn.Module):
        """Words, token type 0 and, where they count, positions; then a norm."""

        def __init__(self, sizes: BertSizes) -> None:
            super().__init__()
            self.absolute = sizes.position == "absolute"
            self.word_embeddings = nn.Embedding(sizes.vocabulary, sizes.width)
            self.token_type_embeddings = nn.Embedding(sizes.types, sizes.width)
            if sizes.positions:
                self.position_embeddings = nn.Embedding(sizes.positions, sizes.width)
            self.LayerNorm = nn.LayerNorm(sizes.width, eps=sizes.eps)

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            x = self.word_embeddings(ids) + self.token_type_embeddings.weight[0]
            if self.absolute:
                x = x + self.position_embeddings.weight[: ids.shape[1]]
            result: torch.Tensor = self.LayerNorm(x)
            return result

    def output(sizes: BertSizes, width: int) -> nn.ModuleDict:
        """Return the map back to hidden states, with a norm where norms are last."""
        parts: dict[str, nn.Module] = {"dense": nn.Linear(width, sizes.width)}
        if sizes.norm == "post":
            parts["LayerNorm"] = nn.LayerNorm(sizes.width, eps=sizes.eps)
        return nn.ModuleDict(parts)

    class Layer(nn.Module):
        """Attention and a feed-forward part, each with its input added."""

        def __init__(self, sizes: BertSizes) -> None:
            super().__init__()
            width, self.heads = sizes.width, sizes.heads
            self.fused = sizes.qkv == "fused"
            self.pre = sizes.norm == "pre"
            self.gated = sizes.mlp == "geglu"
            if self.pre:
                self.pre_attention_ln = nn.LayerNorm(width, eps=sizes.eps)
                self.post_attention_ln = nn.LayerNorm(width, eps=sizes.eps)
            maps = {"query": 1, "key": 1, "value": 1}
            inside = {
                name: nn.Linear(width, times * width)
                for name, times in ({"Wqkv": 3} if self.fused else maps).items()
            }
            self.attention = nn.ModuleDict(
                {"self": nn.ModuleDict(inside), "output": output(sizes, width)}
            )
            if self.gated:
                self.mlp = nn.ModuleDict(_gated(sizes))
            else:
                self.intermediate = nn.ModuleDict(
                    {"dense": nn.Linear(width, sizes.inner)}
                )
                self.output = output(sizes, sizes.inner)

        def forward(self, x: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
            if self.pre:
                x = x + self.attended(self.pre_attention_ln(x), bias)
                result: torch.Tensor = x + self.fed(self.post_attention_ln(x))
                return result
            x = self.part("attention.output.LayerNorm")(x + self.attended(x, bias))
            last = "mlp.layernorm" if self.gated else "output.LayerNorm"
            result = self.part(last)(x + self.fed(x))
            return result

        def part(self, name: str) -> nn.Module:
            """Return a part by the name that it has in the files."""
            return self.get_submodule(name)

        def attended(self, x: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
            """Return the result of attention, shape (batch, tokens, width)."""
            batch, length, width = x.shape
            if self.fused:
                three = self.part("attention.self.Wqkv")(x).chunk(3, dim=-1)
            else:
                names = ("query", "key", "value")
                three = [self.part(f"attention.self.{name}")(x) for name in names]
            query, key, value = (
                t.view(batch, length, self.heads, -1).transpose(1, 2) for t in three
            )
            mixed = functional.scaled_dot_product_attention(
                query, key, value, attn_mask=bias
            )
            joined = mixed.transpose(1, 2).reshape(batch, length, width)
            result: torch.Tensor = self.part("attention.output.dense")(joined)
            return result

        def fed(self, x: torch.Tensor) -> torch.Tensor:
            """Return the result of the feed-forward part, before any norm."""
            if self.gated:
                gate, rest = self.part("mlp.gated_layers")(x).chunk(2, dim=-1)
                inside = functional.gelu(gate) * rest
            else:
                inside = functional.gelu(self.part("intermediate.dense")(x))
            out = self.part("mlp.wo" if self.gated else "output.dense")
            result: torch.Tensor = out(inside)
            return result

    def _gated(sizes: BertSizes) -> dict[str, nn.Module]:
        parts: dict[str, nn.Module] = {
            "gated_layers": nn.Linear(sizes.width, 2 * sizes.inner, bias=False),
            "wo": nn.Linear(sizes.inner, sizes.width),
        }
        if sizes.norm == "post":
            parts["layernorm"] = nn.LayerNorm(sizes.width, eps=sizes.eps)
        return parts

    class Encoder(nn.Module):
        """The layers, and what is common to them."""

        def __init__(self, sizes: BertSizes) -> None:
            super().__init__()
            self.heads = sizes.heads
            self.penalised = sizes.position == "alibi"
            self.layer = nn.ModuleList(Layer(sizes) for _ in range(sizes.layers))
            if sizes.final_norm:
                self.last_layer_ln = nn.LayerNorm(sizes.width, eps=sizes.eps)
            self.final_norm = sizes.final_norm

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            bias = None
            if self.penalised:
                # Attention wants the penalty in the format of its queries.
                kind = x.dtype
                if torch.is_autocast_enabled(x.device.type):
                    kind = torch.get_autocast_dtype(x.device.type)
                bias = alibi(self.heads, x.shape[1], device=x.device, dtype=kind)[None]
            for layer in self.layer:
                x = layer(x, bias)
            return self.last_layer_ln(x) if self.final_norm else x

    class Predictions(nn.Module):
        """Logits of every token; the map's bias has two names, as in the files."""

        def __init__(self, sizes: BertSizes) -> None:
            super().__init__()
            norm = nn.LayerNorm(sizes.width, eps=sizes.head_eps)
            self.transform = nn.ModuleDict(
                {"dense": nn.Linear(sizes.width, sizes.width), "LayerNorm": norm}
            )
            self.decoder = nn.Linear(sizes.width, sizes.vocabulary)
            self.bias = self.decoder.bias

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = functional.gelu(self.transform["dense"](x))
            result: torch.Tensor = self.decoder(self.transform["LayerNorm"](x))
            return result

    class Bert(nn.Module):
        """Encoder and head (`language_model.LanguageNetwork`)."""

        def __init__(self, sizes: BertSizes) -> None:
            super().__init__()
            trunk = nn.Module() if sizes.prefix else self
            trunk.embeddings = Embeddings(sizes)
            trunk.encoder = Encoder(sizes)
            if sizes.prefix:
                self.bert = trunk
            self.prefixed = bool(sizes.prefix)
            self.headed = sizes.head
            if sizes.head:
                self.cls = nn.ModuleDict({"predictions": Predictions(sizes)})

        def hidden(self, ids: torch.Tensor) -> torch.Tensor:
            trunk = self.get_submodule("bert" if self.prefixed else "")
            embedded = trunk.get_submodule("embeddings")(ids)
            result: torch.Tensor = trunk.get_submodule("encoder")(embedded)
            return result

        def head(self, hidden: torch.Tensor) -> torch.Tensor:
            if not self.headed:
                raise NotImplementedError("this checkpoint has no head")
            result: torch.Tensor = self.cls["predictions"](hidden)
            return result

    return Bert
