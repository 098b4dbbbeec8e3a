"""The usual way to score: two whole forward passes a variant, one sequence at a time.

The Nucleotide Transformer is `transformers`' own ``EsmForMaskedLM`` with eager
attention, its feed-forward part replaced by the gated one of v2, where that package can
be imported; otherwise the same arithmetic written here. GPN's layers are plain torch in
its own program too, and so they are here. All logits of all tokens are made.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch  # noqa: TID253
from torch import nn  # noqa: TID253
from torch.nn import functional  # noqa: TID253

if TYPE_CHECKING:
    from collections.abc import Callable

State = dict[str, torch.Tensor]


def esm(config: dict[str, int], state: State) -> tuple[str, Callable]:
    """Return what runs it, and ids of shape (1, tokens) to logits."""
    try:
        import transformers
    except ImportError:
        return "plain torch", lambda ids: _plain_esm(ids, config, state)
    model = _transformers_esm(config, state)
    name = f"transformers {transformers.__version__}, eager attention"
    return name, lambda ids: model(input_ids=ids).logits


def _transformers_esm(config: dict[str, int], state: State) -> nn.Module:
    from transformers import EsmConfig, EsmForMaskedLM

    class Gated(nn.Module):
        """The feed-forward part of v2."""

        def __init__(self, weight: torch.Tensor) -> None:
            super().__init__()
            self.dense = nn.Linear(weight.shape[1], weight.shape[0], bias=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            gate, inner = self.dense(x).chunk(2, dim=-1)
            return functional.silu(gate) * inner

    class Out(nn.Module):
        def __init__(self, weight: torch.Tensor) -> None:
            super().__init__()
            self.dense = nn.Linear(weight.shape[1], weight.shape[0], bias=False)

        def forward(self, x: torch.Tensor, residual: torch.Tensor) -> torch.Tensor:
            return self.dense(x) + residual

    fields = {name: value for name, value in config.items() if name != "architectures"}
    made = EsmConfig(**fields, attn_implementation="eager")
    model = EsmForMaskedLM(made)
    for i, layer in enumerate(model.esm.encoder.layer):
        name = f"esm.encoder.layer.{i}"
        layer.intermediate = Gated(state[f"{name}.intermediate.dense.weight"])
        layer.output = Out(state[f"{name}.output.dense.weight"])
    missing, unexpected = model.load_state_dict(state, strict=False)
    lost = [key for key in missing if "inv_freq" not in key and "position" not in key]
    lost = [key for key in lost if "contact_head" not in key]
    odd = [key for key in unexpected if "inv_freq" not in key]
    if lost or odd:
        raise RuntimeError(f"{lost[:3]} missing, {odd[:3]} unexpected")
    return model.eval()


def _plain_esm(ids: torch.Tensor, config: dict[str, int], state: State) -> torch.Tensor:
    """Return logits, attention written out."""
    heads, width = config["num_attention_heads"], config["hidden_size"]

    def linear(x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(x, state[f"{name}.weight"], state.get(f"{name}.bias"))

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
        return functional.layer_norm(x, (width,), weight, bias, 1e-12)

    x = functional.embedding(ids, state["esm.embeddings.word_embeddings.weight"])
    for i in range(config["num_hidden_layers"]):
        layer = f"esm.encoder.layer.{i}"
        inner = norm(x, f"{layer}.attention.LayerNorm")
        q, k, v = (
            linear(inner, f"{layer}.attention.self.{part}")
            .view(1, -1, heads, width // heads)
            .transpose(1, 2)
            for part in ("query", "key", "value")
        )
        frequencies = state[f"{layer}.attention.self.rotary_embeddings.inv_freq"]
        q, k = _turned(q, frequencies), _turned(k, frequencies)
        scores = q @ k.transpose(-1, -2) / math.sqrt(width // heads)
        seen = (scores.softmax(-1) @ v).transpose(1, 2).reshape(1, -1, width)
        x = x + linear(seen, f"{layer}.attention.output.dense")
        inner = linear(norm(x, f"{layer}.LayerNorm"), f"{layer}.intermediate.dense")
        gate, inner = inner.chunk(2, dim=-1)
        x = x + linear(functional.silu(gate) * inner, f"{layer}.output.dense")
    x = norm(x, "esm.encoder.emb_layer_norm_after")
    x = norm(functional.gelu(linear(x, "lm_head.dense")), "lm_head.layer_norm")
    return functional.linear(x, state["lm_head.decoder.weight"], state["lm_head.bias"])


def _turned(x: torch.Tensor, frequencies: torch.Tensor) -> torch.Tensor:
    places = torch.arange(x.shape[-2], dtype=torch.float32)
    angles = torch.outer(places, frequencies)
    angles = torch.cat((angles, angles), dim=-1)
    first, second = x.chunk(2, dim=-1)
    return x * angles.cos() + torch.cat((-second, first), dim=-1) * angles.sin()


def gpn(config: dict[str, int], state: State) -> tuple[str, Callable]:
    """Return what runs it, and ids of shape (1, tokens) to logits."""
    width = config["hidden_size"]

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
        return functional.layer_norm(x, (width,), weight, bias)

    def linear(x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(x, state[f"{name}.weight"], state[f"{name}.bias"])

    def logits(ids: torch.Tensor) -> torch.Tensor:
        x = functional.one_hot(ids, width).float()
        for i in range(config["n_layers"]):
            layer = f"model.encoder.{i}"
            inner = functional.conv1d(
                x.transpose(1, 2),
                state[f"{layer}.conv.1.weight"],
                state[f"{layer}.conv.1.bias"],
                padding="same",
                dilation=min(32, 2 ** (i % 6)),
            )
            inner = functional.gelu(inner.transpose(1, 2))
            x = x + norm(inner, f"{layer}.conv.4")
            inner = functional.gelu(linear(x, f"{layer}.ffn.0"))
            x = x + norm(inner, f"{layer}.ffn.2")
        inner = functional.gelu(linear(x, "cls.decoder.0"))
        return linear(norm(inner, "cls.decoder.2"), "cls.decoder.3")

    return "plain torch, as in its own program", logits
