"""The built-in model's family, small enough to learn a motif within seconds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gfm_desktop.models import built_in_model
from gfm_desktop.models.ensemble_network import EnsembleSizes, network
from gfm_desktop.models.ensemble_tokens import words

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.language_model import LanguageModel

PIECES = ["A", "C", "G", "T", "AC", "ACG"]
VOCABULARY = words(("homo_sapiens",), PIECES)


def sizes(**changes: Any) -> EnsembleSizes:
    """Return the sizes of a tiny network."""
    usual: dict[str, Any] = {
        "vocabulary": len(VOCABULARY),
        "width": 16,
        "layers": 3,
        "heads": 2,
        "inner": 24,
        "kernel": 5,
        "attention_every": 2,
        "context": 2,
        "context_width": 8,
        "first_base": VOCABULARY.index("A"),
    }
    return EnsembleSizes(**(usual | changes))


def make(folder: Path, *, seed: int = 0, longest: int = 130, **changes: Any) -> Path:
    """Write a folder with random weights, as the programme exports one."""
    import torch
    from safetensors.torch import save_file
    from tokenizers import Tokenizer
    from tokenizers.models import BPE

    tiny = sizes(**changes)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        state = network(tiny, meta=False).state_dict()
    folder.mkdir(parents=True)
    save_file(
        {n: t.contiguous() for n, t in state.items()}, folder / "model.safetensors"
    )
    windows = {"nucleotide": 64, "kmer": 192, "bpe": 128}
    config = built_in_model.config_of(tiny, windows, longest)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    merges = [("A", "C"), ("AC", "G")]
    pairs = Tokenizer(BPE({p: i for i, p in enumerate(PIECES)}, merges))
    pairs.save(str(folder / "tokenizer.json"))
    return folder


def model(folder: Path, **changes: Any) -> LanguageModel:
    """Return a loaded model of single bases."""
    return built_in_model.load(make(folder, **changes), "cpu")
