"""A tiny network of every family, loaded, for what must work with all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.models import (
    caduceus,
    catalogue,
    gpn,
    hyenadna,
    nucleotide_transformer,
    phylogpn,
)
from gfm_desktop.models.ci_spliceai import CARD
from gfm_desktop.models.splice_ensemble import SpliceEnsemble
from gfm_desktop.models.splice_network import SpliceArchitecture, replicate_class

from . import (
    test_bert_gena_lm,
    test_bert_genomics_fm,
    test_bert_kmers,
    test_bert_mosaic,
    test_caduceus,
    test_gpn,
    test_hyenadna,
    test_phylogpn,
    tiny_ensemble,
    tiny_nucleotide_transformer,
)
from .tiny_hub import random_state, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _caduceus(folder: Path, **changed: Any) -> Any:
    return caduceus.load(write(folder, *test_caduceus.checkpoint(**changed)), "cpu")


def _gpn(folder: Path, config: dict[str, Any]) -> Any:
    state = random_state(test_gpn.shapes(config))
    return gpn.load(write(folder, config, state, test_gpn.TOKENIZER), "cpu")


def _hyena(folder: Path) -> Any:
    state = random_state(test_hyenadna.shapes())
    return hyenadna.load(write(folder, test_hyenadna.CONFIG, state), "cpu")


def _phylogpn(folder: Path) -> Any:
    state = random_state(test_phylogpn.shapes())
    return phylogpn.load(write(folder, test_phylogpn.CONFIG, state), "cpu")


def _transformer(folder: Path, *, second: bool) -> Any:
    made = tiny_nucleotide_transformer.make(folder, second=second)
    return nucleotide_transformer.load(made, "cpu")


def splice(replicates: int = 2, seed: int = 3) -> SpliceEnsemble:
    """Return an ensemble of random splice networks with a flank of 20."""
    import torch

    sizes = SpliceArchitecture(channels=4, groups=((3, 1), (5, 2)), units=2)
    source = torch.Generator().manual_seed(seed)
    made = []
    for _ in range(replicates):
        network: Any = replicate_class()(sizes)
        state = {
            name: torch.randn(t.shape, generator=source) * 0.4
            for name, t in network.state_dict().items()
        }
        network.load_state_dict(state)
        made.append(network.eval().requires_grad_(False))
    return SpliceEnsemble(
        CARD, made, flank=sizes.flank, device="cpu", weights_sha256="5" * 64
    )


FAMILIES: dict[str, Callable[[Path], Any]] = {
    "ensemble": tiny_ensemble.model,
    "ensemble-kmer": lambda folder: catalogue.load(
        str(tiny_ensemble.make(folder)), device="cpu", options={"vocabulary": "kmer"}
    ),
    "ensemble-bpe": lambda folder: catalogue.load(
        str(tiny_ensemble.make(folder)), device="cpu", options={"vocabulary": "bpe"}
    ),
    "gpn": lambda folder: _gpn(folder, test_gpn.LEGACY),
    "gpn-new": lambda folder: _gpn(folder, test_gpn.NEWER),
    "gpn-depthwise": lambda folder: _gpn(folder, {**test_gpn.NEWER, "depthwise": True}),
    "nt-1": lambda folder: _transformer(folder, second=False),
    "nt-2": lambda folder: _transformer(folder, second=True),
    "caduceus-ph": _caduceus,
    "caduceus-ps": lambda folder: _caduceus(folder, **test_caduceus.PS),
    "caduceus-unfused": lambda folder: _caduceus(folder, **test_caduceus.UNFUSED),
    "hyenadna": _hyena,
    "phylogpn": _phylogpn,
    "dnabert": lambda f: test_bert_kmers.load(test_bert_kmers.write(f, "dnabert")),
    "splicebert": lambda f: test_bert_kmers.load(
        test_bert_kmers.write(f, "splicebert")
    ),
    "specieslm": lambda f: test_bert_kmers.load(test_bert_kmers.write(f, "specieslm")),
    "dnabert2": lambda f: test_bert_mosaic.load(test_bert_mosaic.write(f, "dnabert2")),
    "dnabert-s": lambda f: test_bert_mosaic.load(
        test_bert_mosaic.write(f, "dnabert_s")
    ),
    "gena-lm": lambda folder: catalogue.load(
        str(test_bert_gena_lm.write(folder)), device="cpu"
    ),
    "genomics-fm": lambda f: test_bert_genomics_fm.load(test_bert_genomics_fm.write(f)),
    "splice": lambda folder: splice(),
}


def letters(count: int, seed: int = 1) -> str:
    """Return random bases."""
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), count))
