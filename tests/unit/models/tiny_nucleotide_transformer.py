"""Nucleotide Transformers of both generations, small enough to make in a test."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

K, WIDTH, LAYERS, HEADS, INNER, POSITIONS = 3, 12, 2, 2, 10, 40
# In the published files' order, which is not the alphabet's.
KMERS = ["".join(letters) for letters in product("ATCG", repeat=K)]
V1_WORDS = ["<unk>", "<pad>", "<mask>", "<cls>", *KMERS, *"ATCGN"]
V2_WORDS = ["<unk>", "<pad>", "<mask>", "<cls>", "<eos>", "<bos>", *KMERS, *"ATCGN"]
Weights = dict[str, "NDArray[np.float32]"]


def config(*, second: bool, **changes: Any) -> dict[str, Any]:
    """Return the config of a generation; v2's names no type, as the published ones."""
    found: dict[str, Any] = {
        "architectures": ["EsmForMaskedLM"],
        "vocab_size": len(V2_WORDS if second else V1_WORDS),
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "max_position_embeddings": POSITIONS,
        "pad_token_id": 1,
        "mask_token_id": 2,
        "layer_norm_eps": 1e-12,
        "position_embedding_type": "rotary" if second else "absolute",
        "token_dropout": not second,
        "emb_layer_norm_before": False,
        "tie_word_embeddings": False,
        "is_folding_model": False,
    }
    found |= {"add_bias_fnn": False} if second else {"model_type": "esm"}
    return found | changes


def weights(config: dict[str, Any], *, second: bool, seed: int = 1) -> Weights:
    """Return random weights under the names of the published files."""
    words, width = config["vocab_size"], config["hidden_size"]
    inner = config["intermediate_size"]
    shapes: dict[str, tuple[int, ...]] = {
        "esm.embeddings.word_embeddings.weight": (words, width),
        "esm.embeddings.position_embeddings.weight": (
            config["max_position_embeddings"],
            width,
        ),
        "esm.contact_head.regression.weight": (1, LAYERS * HEADS),
        "esm.contact_head.regression.bias": (1,),
        "lm_head.bias": (words,),
        "lm_head.decoder.weight": (words, width),
    }
    shapes |= _linear("lm_head.dense", width, width)
    norms = ["lm_head.layer_norm", "esm.encoder.emb_layer_norm_after"]
    if config["emb_layer_norm_before"]:
        norms.append("esm.embeddings.layer_norm")
    for i in range(config["num_hidden_layers"]):
        layer = f"esm.encoder.layer.{i}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            shapes |= _linear(f"{layer}.attention.{part}", width, width)
        norms += [f"{layer}.attention.LayerNorm", f"{layer}.LayerNorm"]
        wide = 2 * inner if second else inner
        for name, rows, columns in (
            (f"{layer}.intermediate.dense", wide, width),
            (f"{layer}.output.dense", width, inner),
        ):
            both = _linear(name, rows, columns)
            if second and not config["add_bias_fnn"]:
                del both[f"{name}.bias"]
            shapes |= both
    for norm in norms:
        shapes |= {f"{norm}.weight": (width,), f"{norm}.bias": (width,)}
    random = np.random.default_rng(seed)
    found = {
        name: (random.normal(size=shape) / 3 + name.endswith("orm.weight")).astype("f4")
        for name, shape in shapes.items()
    }
    if second:
        half = width // config["num_attention_heads"] // 2
        for i in range(config["num_hidden_layers"]):
            name = f"esm.encoder.layer.{i}.attention.self.rotary_embeddings.inv_freq"
            found[name] = (10_000.0 ** -(np.arange(half) / half)).astype("f4")
    return found


def _linear(name: str, rows: int, columns: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (rows, columns), f"{name}.bias": (rows,)}


def write(
    folder: Path,
    config: dict[str, Any],
    tensors: Weights,
    words: list[str],
    *,
    pickled: bool = False,
    tokenizer: dict[str, Any] | None = None,
) -> Path:
    """Write a checkpoint and return its folder, which is made."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    if tokenizer is not None:
        text = json.dumps(tokenizer)
        (folder / "tokenizer_config.json").write_text(text, encoding="utf-8")
    if pickled:
        import torch

        state = {name: torch.from_numpy(array) for name, array in tensors.items()}
        torch.save(state, folder / "pytorch_model.bin")
    else:
        from safetensors.numpy import save_file

        save_file(tensors, folder / "model.safetensors")
    return folder


def make(folder: Path, *, second: bool, seed: int = 1, **changes: Any) -> Path:
    """Write a checkpoint of a generation with some fields of its config changed."""
    chosen = config(second=second, **changes)
    tensors = weights(chosen, second=second, seed=seed)
    words = V2_WORDS if second else V1_WORDS
    return write(folder, chosen, tensors, words, tokenizer={"eos_token": None})
