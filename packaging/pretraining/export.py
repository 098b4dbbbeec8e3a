"""From a checkpoint to a model folder that the app reads.

`weights` writes everything that decides numbers: ``config.json``,
``model.safetensors``, ``vocab.txt``, ``tokenizer.json``. `finish` adds the description
``gfm_model.json`` and the licence once the model was measured; `report` writes
``MODEL_CARD.md``.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import save_file

from gfm_desktop.models import built_in_model, manifest
from gfm_desktop.models.ensemble_tokens import K
from gfm_desktop.models.vocabulary import read_vocabulary
from gfm_desktop.models.weights import sha256_of
from pretraining.train import CHECKPOINT
from pretraining.vocabularies import PAIRS, WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pretraining.settings import Settings

ID = "gfm-ensemble"
RECORDED = "self_test.json"
WEIGHTS = "model.safetensors"
MOST_BYTES = 40_000_000
"""What the project allows a built-in model to weigh."""
BASES_A_PIECE = 4
"""Bases of a byte pair, rounded down, for the size of a scoring window."""


def weights(settings: Settings, out: Path, folder: Path) -> None:
    """Write configuration, weights (half precision) and vocabularies.

    Raises:
        SystemExit: If there is no checkpoint, or the weights are too large.
    """
    if not (out / CHECKPOINT).is_file():
        raise SystemExit(f"{out / CHECKPOINT} is missing: train first")
    folder.mkdir(parents=True, exist_ok=True)
    state = torch.load(out / CHECKPOINT, "cpu", weights_only=True)["network"]
    rows = state["embedding.weight"].shape[0]
    first_base = read_vocabulary(out / WORDS)["A"]
    sizes = settings.sizes(rows, first_base)
    if sizes.tied:
        del state["decoder.weight"]
    halves = {name: tensor.half().contiguous() for name, tensor in state.items()}
    odd = [name for name, tensor in halves.items() if not tensor.isfinite().all()]
    if odd:
        raise SystemExit(f"not finite in half precision: {', '.join(odd)}")
    save_file(halves, folder / WEIGHTS)
    if (size := (folder / WEIGHTS).stat().st_size) > MOST_BYTES:
        raise SystemExit(f"{size:,} bytes of weights; {MOST_BYTES:,} are allowed")
    words = {n: settings.training.batch(n).words for n in ("nucleotide", "kmer", "bpe")}
    windows = {
        "nucleotide": words["nucleotide"],
        "kmer": words["kmer"] * K,
        "bpe": words["bpe"] * BASES_A_PIECE,
    }
    config = built_in_model.config_of(sizes, windows, max(words.values()) + 2)
    written(folder / "config.json", config)
    for name in (WORDS, PAIRS):
        shutil.copyfile(out / name, folder / name)


def record(folder: Path, sequence: str) -> None:
    """Write the chances of hidden bases, for the self-test of every installation.

    The network computes in double precision here, the app in single precision.

    Args:
        folder: A folder that `weights` wrote.
        sequence: Letters of a held-out window.
    """
    import numpy as np

    options = {"vocabulary": "nucleotide", "species": "homo_sapiens"}
    model = built_in_model.load(folder, "cpu", **options)
    hidden = list(range(20, len(sequence), 60))
    tokens = model.tokens(sequence)
    rows = np.flatnonzero(tokens.letters)[hidden]
    ids = tokens.ids.copy()
    ids[rows] = model.tokenizer.mask_id
    network = model.network.double()  # type: ignore[attr-defined]
    with torch.inference_mode():
        states = network.hidden(torch.from_numpy(ids[None]))[0, rows]
        logits = network.head(states)[:, list(model.tokenizer.base_ids)]
    chances = logits.softmax(-1).tolist()
    content = {
        "options": options,
        "sequence": sequence,
        "hidden": hidden,
        "chances": [[round(value, 9) for value in row] for row in chances],
    }
    written(folder / RECORDED, content)


def finish(folder: Path, licence: Path, facts: Mapping[str, Any]) -> None:
    """Write ``gfm_model.json`` and the licence; then the app knows the model.

    Args:
        folder: A folder that `weights` wrote.
        licence: The licence's text.
        facts: Fields of the card, such as ``limits``, as the evaluation found them.
    """
    shutil.copyfile(licence, folder / "LICENSE")
    content = {
        "format": manifest.FORMAT,
        "id": ID,
        "loader": "built_in_model",
        "weights": {WEIGHTS: sha256_of(folder / WEIGHTS)},
        "card": dict(facts),
    }
    written(folder / manifest.FILE_NAME, content)


def written(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file as people read it."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")
