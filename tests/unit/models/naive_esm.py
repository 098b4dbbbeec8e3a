"""ESM's arithmetic written out plainly in float64, one head and one row at a time.

It follows the equations of the papers and shares no code with the app: attention is a
loop over queries, rotary positions are products of complex numbers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def logits_and_states(
    ids: NDArray[np.int64], config: dict[str, Any], weights: dict[str, Any]
) -> tuple[Array, Array]:
    """Return logits and last hidden states of one sequence of tokens."""
    w = {name: np.asarray(array, np.float64) for name, array in weights.items()}
    epsilon = config["layer_norm_eps"]
    rotary = config["position_embedding_type"] == "rotary"
    x = _embedded(ids, config, w, rotary=rotary)
    for i in range(config["num_hidden_layers"]):
        layer = f"esm.encoder.layer.{i}"
        seen = _norm(x, w, f"{layer}.attention.LayerNorm", epsilon)
        seen = _attended(seen, w, f"{layer}.attention.self", config, rotary=rotary)
        x = x + _linear(seen, w, f"{layer}.attention.output.dense")
        inner = _linear(
            _norm(x, w, f"{layer}.LayerNorm", epsilon), w, f"{layer}.intermediate.dense"
        )
        if "add_bias_fnn" in config:
            half = config["intermediate_size"]
            gate = inner[:, :half]
            inner = gate / (1 + np.exp(-gate)) * inner[:, half:]
        else:
            inner = _gelu(inner)
        x = x + _linear(inner, w, f"{layer}.output.dense")
    states = _norm(x, w, "esm.encoder.emb_layer_norm_after", epsilon)
    x = _gelu(_linear(states, w, "lm_head.dense"))
    x = _norm(x, w, "lm_head.layer_norm", epsilon)
    return x @ w["lm_head.decoder.weight"].T + w["lm_head.bias"], states


def _embedded(
    ids: NDArray[np.int64], config: dict[str, Any], w: dict[str, Array], *, rotary: bool
) -> Array:
    x = w["esm.embeddings.word_embeddings.weight"][ids]
    if config["token_dropout"]:
        masked = [token == config["mask_token_id"] for token in ids]
        x[masked] = 0.0
        x = x * (1 - 0.15 * 0.8) / (1 - sum(masked) / len(ids))
    if not rotary:
        first = config["pad_token_id"] + 1
        table = w["esm.embeddings.position_embeddings.weight"]
        x = x + table[first : first + len(ids)]
    if config["emb_layer_norm_before"]:
        x = _norm(x, w, "esm.embeddings.layer_norm", config["layer_norm_eps"])
    return x


def _attended(
    x: Array, w: dict[str, Array], name: str, config: dict[str, Any], *, rotary: bool
) -> Array:
    q, k, v = (_linear(x, w, f"{name}.{part}") for part in ("query", "key", "value"))
    size = config["hidden_size"] // config["num_attention_heads"]
    result = np.zeros_like(x)
    for start in range(0, config["hidden_size"], size):
        head = slice(start, start + size)
        queries, keys = q[:, head], k[:, head]
        if rotary:
            frequencies = w[f"{name}.rotary_embeddings.inv_freq"]
            queries, keys = (_turned(a, frequencies) for a in (queries, keys))
        for i, query in enumerate(queries):
            strengths = np.exp(keys @ query / math.sqrt(size))
            result[i, head] = strengths / strengths.sum() @ v[:, head]
    return result


def _turned(x: Array, frequencies: Array) -> Array:
    """Turn the pairs (i, i + half) by position times frequency."""
    half = len(frequencies)
    pairs = x[:, :half] + 1j * x[:, half:]
    pairs = pairs * np.exp(1j * np.outer(np.arange(len(x)), frequencies))
    return np.hstack([pairs.real, pairs.imag])


def _linear(x: Array, w: dict[str, Array], name: str) -> Array:
    result: Array = x @ w[f"{name}.weight"].T + w.get(f"{name}.bias", np.zeros(1))
    return result


def _norm(x: Array, w: dict[str, Array], name: str, epsilon: float) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    variance = (centred**2).mean(-1, keepdims=True)
    result: Array = centred / np.sqrt(variance + epsilon)
    return result * w[f"{name}.weight"] + w[f"{name}.bias"]


def _gelu(x: Array) -> Array:
    result: Array = x / 2 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))
    return result
