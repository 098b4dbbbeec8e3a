"""500 sequences of 600 bp under a frozen network of 50 million weights.

Prints how long the first probe takes (all embeddings), how long a second one with other
settings (from the cache), and the highest memory of the process. The network has the
shape of the Nucleotide Transformer v2 of 50 million, with random weights: time and
memory do not depend on what they say.

Run: python tests/benchmarks/finetune_probe.py [sequences] [letters]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.finetune.labelled import LabelledSet
from gfm_desktop.finetune.methods import method
from gfm_desktop.models.esm_network import EsmSizes, network
from gfm_desktop.models.kmer_tokens import KmerTokenizer
from gfm_desktop.models.language_model import LanguageModel
from gfm_desktop.models.nucleotide_transformer import CARDS

if TYPE_CHECKING:
    from collections.abc import Generator

SPECIALS = ("<unk>", "<pad>", "<mask>", "<cls>", "<eos>", "<bos>")
WORDS = [*SPECIALS, *map("".join, product("ATCG", repeat=6)), *"ATCGN"]
SIZES = EsmSizes(
    vocabulary=len(WORDS),
    width=512,
    layers=12,
    heads=16,
    inner=2_048,
    positions=0,
    padding=1,
    mask=2,
    epsilon=1e-12,
    rescaled=False,
    normed=False,
    gated=True,
    bias=False,
    tied=False,
)


def backbone() -> LanguageModel:
    """Return a network of this shape with random weights."""
    import torch

    made: Any = network(SIZES).to_empty(device="cpu")
    torch.manual_seed(1)
    half = SIZES.width // SIZES.heads // 2
    for name, tensor in made.state_dict().items():
        if name.endswith("inv_freq"):
            tensor.copy_(10_000.0 ** -(torch.arange(half) / half))
        elif tensor.ndim == 1:
            tensor.fill_(float("orm" in name and name.endswith("weight")))
        else:
            tensor.normal_(0, 0.02)
    made.requires_grad_(False)
    ids = {word: number for number, word in enumerate(WORDS)}
    tokenizer = KmerTokenizer.of(ids, size=len(ids), mask_id=2, before=(3,))
    count = sum(p.numel() for p in made.parameters())
    print(f"{count:,} weights")
    card = next(card for card in CARDS if "v2" in card.id)
    return LanguageModel(
        card, "cpu", "0" * 64, tokenizer, made, "masked", window=600, longest=2_050
    )


def labels(number: int, length: int) -> LabelledSet:
    """Return random sequences with random labels."""
    random = np.random.default_rng(2)
    letters = random.choice(list("ACGT"), (number, length))
    return LabelledSet(
        "binary",
        ("no", "yes"),
        tuple("".join(row) for row in letters),
        random.integers(0, 2, number),
        np.arange(number, dtype=np.int64),
    )


def run(work: Generator[Any, None, Any]) -> Any:
    """Return what a generator returns."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def memory() -> float:
    """Return the highest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def main(number: int, length: int) -> None:
    """Measure, and print."""
    data = labels(number, length)
    model = backbone()
    before = memory()
    train, validation = np.split(np.arange(number), [number * 4 // 5])
    folds = np.arange(number) % 5
    with tempfile.TemporaryDirectory() as folder:
        for words, options in (
            ("first probe, all embeddings", {}),
            ("second probe, other settings", {"class_weights": False, "layer": 6}),
            ("third probe, all choices again", {"class_weights": False}),
        ):
            made = method(
                "probe",
                model,
                options,
                cache=Path(folder) / "cache",
                work=Path(folder) / "work",
                data=data,
            )
            began, cpu = time.perf_counter(), time.process_time()
            fit = run(made.fit(data, train, validation, folds, seed=1))
            run(fit.predict(data, validation))
            print(
                f"{words}: {time.perf_counter() - began:.1f} s "
                f"({time.process_time() - cpu:.1f} s of the processor)"
            )
        kept = sum(p.stat().st_size for p in Path(folder).glob("cache/*/*"))
        print(f"on disk: {kept / 1e6:.0f} MB")
    print(f"highest memory: {memory():.0f} MB, {before:.0f} MB before the first probe")


if __name__ == "__main__":
    main(*(int(text) for text in [*sys.argv[1:], "500", "600"][:2]))
