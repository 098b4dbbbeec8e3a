"""Tiny checkpoints of the BERT house, and its mathematics written out plainly."""

from __future__ import annotations

import json
import math
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.models.bert_network import BertSizes, network

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

Arrays = dict[str, "NDArray[np.float64]"]

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def kmers(k: int, order: str = "ATCG") -> list[str]:
    """Return all k-mers; published files are not in alphabetical order."""
    return ["".join(letters) for letters in product(order, repeat=k)]


def random_state(sizes: BertSizes, *, tied: bool = True, seed: int = 1) -> Arrays:
    """Return tensors by the names of published files, large enough to matter."""
    rng = np.random.default_rng(seed)
    shapes = {n: tuple(t.shape) for n, t in network(sizes).state_dict().items()}
    state = {name: rng.normal(size=shape) * 0.4 for name, shape in shapes.items()}
    for name in state:
        if "norm" in name.lower() or "_ln." in name:
            state[name] += 1.0 if name.endswith("weight") else 0.1
    if sizes.head:
        state["cls.predictions.decoder.bias"] = state["cls.predictions.bias"]
        if tied:
            words = state[f"{sizes.prefix}embeddings.word_embeddings.weight"]
            state["cls.predictions.decoder.weight"] = words
    return state


def config_of(sizes: BertSizes, **changes: Any) -> dict[str, Any]:
    """Return a `config.json`; a field that is changed to None is left out."""
    config = {
        "model_type": "bert",
        "hidden_act": "gelu",
        "vocab_size": sizes.vocabulary,
        "hidden_size": sizes.width,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.inner,
        "max_position_embeddings": sizes.positions or 512,
        "type_vocab_size": sizes.types,
        "layer_norm_eps": sizes.eps,
    } | changes
    return {name: value for name, value in config.items() if value is not None}


def write_folder(
    folder: Path,
    state: Mapping[str, NDArray[np.float64]],
    config: Mapping[str, Any],
    words: Sequence[str] = (),
    *,
    pickled: bool = False,
) -> Path:
    """Write a model folder in the hub's layout and return it."""
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    if words:
        (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    tensors = {n: torch.from_numpy(a.astype(np.float32)) for n, a in state.items()}
    if pickled:
        torch.save(tensors, folder / "pytorch_model.bin")
    else:
        save_file(tensors, folder / "model.safetensors")
    return folder


def byte_pairs(merges: Sequence[str], specials: Sequence[str]) -> dict[str, Any]:
    """Return a `tokenizer.json` of byte pairs over A, C, G, T."""
    words = [*specials, *"ACGT", *(merge.replace(" ", "") for merge in merges)]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": i,
                "content": name,
                "special": True,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
            }
            for i, name in enumerate(specials)
        ],
        "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": "[UNK]",
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "vocab": {word: i for i, word in enumerate(words)},
            "merges": list(merges),
        },
    }


def naive(
    state: Arrays, sizes: BertSizes, ids: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Return last hidden states and logits of one sequence, in 64 bits, with loops."""
    own = {n.removeprefix(sizes.prefix): a for n, a in state.items()}
    x = own["embeddings.word_embeddings.weight"][list(ids)]
    x = x + own["embeddings.token_type_embeddings.weight"][0]
    if sizes.position == "absolute":
        x = x + own["embeddings.position_embeddings.weight"][: len(ids)]
    x = _norm(x, own, "embeddings.LayerNorm", sizes.eps)
    for i in range(sizes.layers):
        layer = {
            n.removeprefix(f"encoder.layer.{i}."): a
            for n, a in own.items()
            if n.startswith(f"encoder.layer.{i}.")
        }
        x = _layer(x, layer, sizes)
    if sizes.final_norm:
        x = _norm(x, own, "encoder.last_layer_ln", sizes.eps)
    if not sizes.head:
        return x, None
    y = _gelu(_linear(x, own, "cls.predictions.transform.dense"))
    y = _norm(y, own, "cls.predictions.transform.LayerNorm", sizes.head_eps)
    return x, _linear(y, own, "cls.predictions.decoder")


def _layer(x: NDArray[np.float64], layer: Arrays, sizes: BertSizes) -> Any:
    pre = sizes.norm == "pre"
    inside = _norm(x, layer, "pre_attention_ln", sizes.eps) if pre else x
    x = x + _linear(_attend(inside, layer, sizes), layer, "attention.output.dense")
    if not pre:
        x = _norm(x, layer, "attention.output.LayerNorm", sizes.eps)
    inside = _norm(x, layer, "post_attention_ln", sizes.eps) if pre else x
    if sizes.mlp == "geglu":
        both = inside @ layer["mlp.gated_layers.weight"].T
        gated = _gelu(both[:, : sizes.inner]) * both[:, sizes.inner :]
        x = x + _linear(gated, layer, "mlp.wo")
        return x if pre else _norm(x, layer, "mlp.layernorm", sizes.eps)
    wide = _gelu(_linear(inside, layer, "intermediate.dense"))
    x = x + _linear(wide, layer, "output.dense")
    return x if pre else _norm(x, layer, "output.LayerNorm", sizes.eps)


def _attend(x: NDArray[np.float64], layer: Arrays, sizes: BertSizes) -> Any:
    length, size = len(x), sizes.width // sizes.heads
    if sizes.qkv == "fused":
        three = np.split(_linear(x, layer, "attention.self.Wqkv"), 3, axis=1)
    else:
        names = ("query", "key", "value")
        three = [_linear(x, layer, f"attention.self.{name}") for name in names]
    result = np.zeros_like(x)
    for head in range(sizes.heads):
        part = slice(head * size, (head + 1) * size)
        query, key, value = (t[:, part] for t in three)
        for i in range(length):
            scores = np.array([query[i] @ key[j] for j in range(length)])
            scores = scores / math.sqrt(size)
            if sizes.position == "alibi":
                fall = SLOPES[sizes.heads][head]
                scores -= fall * np.abs(np.arange(length) - i)
            powers = np.exp(scores - scores.max())
            result[i, part] = (powers / powers.sum()) @ value
    return result


SLOPES = {
    2: [1 / 16, 1 / 256],
    3: [1 / 16, 1 / 256, 1 / 4],
    4: [1 / 4, 1 / 16, 1 / 64, 1 / 256],
    6: [1 / 4, 1 / 16, 1 / 64, 1 / 256, 1 / 2, 1 / 8],
    12: [2.0**-i for i in range(1, 9)] + [2.0**-i for i in (0.5, 1.5, 2.5, 3.5)],
}
"""Written out by hand from the ALiBi paper and the interleaving rule."""


def _linear(x: NDArray[np.float64], arrays: Arrays, name: str) -> Any:
    return x @ arrays[f"{name}.weight"].T + arrays[f"{name}.bias"]


def _norm(x: NDArray[np.float64], arrays: Arrays, name: str, eps: float) -> Any:
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps)
    return centred / spread * arrays[f"{name}.weight"] + arrays[f"{name}.bias"]


def _gelu(x: NDArray[np.float64]) -> Any:
    erf = np.vectorize(math.erf)
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))
