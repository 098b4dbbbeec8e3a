"""Caduceus with the original's own bookkeeping, in float64 and plain loops.

Where strands share weights, the two halves of the channels are kept as the original
keeps them, and the fused path takes them apart as its kernels are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

TRUNK = "caduceus.backbone."


def hidden_and_logits(
    config: Mapping[str, Any],
    state: Mapping[str, torch.Tensor],
    ids: NDArray[np.int64],
) -> tuple[Array, Array]:
    """Return last states and logits of one sequence, shapes (length, n)."""
    return _Naive(config, state).run(ids)


def _turned(x: Array) -> Array:
    return x[::-1, ::-1]


def _silu(x: Array) -> Array:
    return np.asarray(x / (1 + np.exp(-x)))


class _Naive:
    def __init__(
        self, config: Mapping[str, Any], state: Mapping[str, torch.Tensor]
    ) -> None:
        self.config = config
        self.w = {name: t.double().numpy() for name, t in state.items()}
        self.shared = config.get("rcps", False)
        self.fused = config.get("fused_add_norm", True)

    def run(self, ids: NDArray[np.int64]) -> tuple[Array, Array]:
        words = f"{TRUNK}embeddings.word_embeddings"
        if not self.shared:
            table = self.w[f"{words}.weight"]
            x = self.trunk(table[ids])
            return x, x @ self.w.get("lm_head.weight", table).T
        table = self.w[f"{words}.embedding.weight"]
        partner = self.w[f"{words}.complement_map"].astype(int)
        turned = _turned(table[partner[ids[::-1]]])
        x = self.trunk(np.concatenate([table[ids], turned], 1))
        half = x.shape[1] // 2
        logits = x[:, :half] @ table.T + x[:, half:][:, ::-1] @ table[partner].T
        return x, logits

    def trunk(self, x: Array) -> Array:
        residual = np.zeros_like(x)
        for i in range(self.config["n_layer"]):
            layer = f"{TRUNK}layers.{i}."
            x, residual = self.add_norm(x, residual, f"{layer}norm", last=False)
            x = self.mixed(x, f"{layer}mixer.")
        return self.add_norm(x, residual, f"{TRUNK}norm_f", last=True)[0]

    def add_norm(
        self, x: Array, residual: Array, name: str, *, last: bool
    ) -> tuple[Array, Array]:
        total = x + residual
        if not self.shared:
            return self.norm(total, name), total
        half = total.shape[1] // 2
        first, second = total[:, :half], total[:, half:]
        if self.fused and not last:
            first, second = second, first
        name = name if self.fused else f"{name}.submodule"
        normed = [self.norm(first, name), _turned(self.norm(_turned(second), name))]
        return np.concatenate(normed, 1), np.concatenate([first, second], 1)

    def norm(self, x: Array, name: str) -> Array:
        epsilon = self.config.get("norm_epsilon", 1e-5)
        if self.config.get("rms_norm", True):
            scale = np.sqrt((x**2).mean(-1, keepdims=True) + epsilon)
            return np.asarray(x / scale * self.w[f"{name}.weight"])
        centred = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon)
        weight, bias = self.w[f"{name}.weight"], self.w[f"{name}.bias"]
        return np.asarray(centred / scale * weight + bias)

    def mixed(self, x: Array, name: str) -> Array:
        if not self.shared:
            return self.both_ways(x, name)
        half, name = x.shape[1] // 2, f"{name}submodule."
        forward = self.both_ways(x[:, :half], name)
        reverse = _turned(self.both_ways(_turned(x[:, half:]), name))
        return np.concatenate([forward, reverse], 1)

    def both_ways(self, x: Array, name: str) -> Array:
        forward = self.mamba(x, f"{name}mamba_fwd.", f"{name}mamba_fwd.")
        if not self.config.get("bidirectional", True):
            return forward
        tied = self.config.get("bidirectional_weight_tie", True)
        projections = f"{name}mamba_fwd." if tied else f"{name}mamba_rev."
        backward = self.mamba(x[::-1], f"{name}mamba_rev.", projections)[::-1]
        if self.config.get("bidirectional_strategy") == "ew_multiply":
            return forward * backward
        return forward + backward

    def mamba(self, x: Array, name: str, projections: str) -> Array:
        w, length = self.w, len(x)
        u, gate = np.split(self.linear(x, f"{projections}in_proj"), 2, axis=1)
        taps = w[f"{name}conv1d.weight"][:, 0]
        short = np.zeros_like(u) + w.get(f"{name}conv1d.bias", 0.0)
        for t in range(length):
            for back in range(min(t + 1, taps.shape[1])):
                short[t] += taps[:, taps.shape[1] - 1 - back] * u[t - back]
        u = _silu(short)
        a = -np.exp(w[f"{name}A_log"])
        states, rank = a.shape[1], w[f"{name}dt_proj.weight"].shape[1]
        width, b, c = np.split(
            self.linear(u, f"{name}x_proj"), [rank, rank + states], axis=1
        )
        delta = np.log1p(np.exp(self.linear(width, f"{name}dt_proj")))
        state, y = np.zeros_like(a), np.zeros_like(u)
        for t in range(length):
            decay = np.exp(delta[t][:, None] * a)
            state = decay * state + (delta[t] * u[t])[:, None] * b[t]
            y[t] = state @ c[t] + u[t] * w[f"{name}D"]
        return self.linear(y * _silu(gate), f"{projections}out_proj")

    def linear(self, x: Array, name: str) -> Array:
        return np.asarray(
            x @ self.w[f"{name}.weight"].T + self.w.get(f"{name}.bias", 0.0)
        )
