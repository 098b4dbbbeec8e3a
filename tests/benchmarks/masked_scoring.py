"""Compares scorers of language models with the plain loop, on the same random weights.

    python tests/benchmarks/masked_scoring.py [--shape nt|gpn] [--repeats 5]

Shapes: Nucleotide Transformer v2 50M (12 x 512, 16 heads, windows of 6 kb, forward
strand) and GPN (25 x 512, windows of 512 bp, both strands). Every round times all ways
one after another, so that a busy machine slows them alike; what counts is the median of
the rounds' ratios, and on a shared machine that of CPU times. Prints; asserts nothing.
Compare figures of one run only.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

# Before torch: threads that spin beside a busy core are twice as slow.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import plain_loops
import torch  # noqa: TID253
from safetensors.torch import load_file, save_file

from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models import catalogue
from gfm_desktop.models.esm_network import EsmSizes
from gfm_desktop.models.esm_network import network as esm_network
from gfm_desktop.models.gpn_network import GpnSizes, dilations
from gfm_desktop.models.gpn_network import network as gpn_network
from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.scoring import registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.models.language_model import LanguageModel

CONTIG = 60_000


@dataclass(frozen=True)
class Case:
    """One shape: its folder, how it is scored, and what the issue asks for."""

    title: str
    folder: Path
    scorer: str
    strands: str
    variants: int
    plain: Callable
    bars: dict[str, float]


def nucleotide_transformer(folder: Path) -> Case:
    """Write an NT-v2-50M of random weights."""
    words = ["<unk>", "<pad>", "<mask>", "<cls>", "<eos>", "<bos>"]
    words += ["".join(letters) for letters in product("ATCG", repeat=6)] + list("ATCGN")
    config = {
        "vocab_size": len(words),
        "hidden_size": 512,
        "num_hidden_layers": 12,
        "num_attention_heads": 16,
        "intermediate_size": 2048,
        "max_position_embeddings": 2050,
        "pad_token_id": 1,
        "mask_token_id": 2,
        "layer_norm_eps": 1e-12,
        "position_embedding_type": "rotary",
        "token_dropout": False,
        "emb_layer_norm_before": False,
        "tie_word_embeddings": False,
        "is_folding_model": False,
        "add_bias_fnn": False,
    }
    sizes = EsmSizes(
        len(words), 512, 12, 16, 2048, 0, 1, -1, 1e-12, False, False, True, False, False
    )
    write(folder, config, esm_network(sizes))
    (folder / "vocab.txt").write_text("\n".join(words))
    (folder / "tokenizer_config.json").write_text('{"eos_token": null}')
    name, plain = plain_loops.esm(config, load_file(folder / "model.safetensors"))
    bars = {"fp32": 2.0, "bf16": 4.5, "fast": 20.0}
    title = f"NT-v2-50M, 6-kb windows, forward strand (loop: {name})"
    return Case(title, folder, "kmer-log-odds", "forward", 10, plain, bars)


def gpn(folder: Path) -> Case:
    """Write a GPN of the legacy layout with random weights."""
    config = {"model_type": "ConvNet", "hidden_size": 512, "n_layers": 25}
    config |= {"vocab_size": 7}
    steps = dilations(25, base=2, cycle=6, double_every=1, largest=32)
    write(folder, config, gpn_network(GpnSizes(True, 7, 512, 25, (9, 9), 2048, steps)))
    words = ["[PAD]", "[MASK]", "[UNK]", *"acgt"]
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = {"model": {"type": "WordLevel", "vocab": vocabulary}}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    name, plain = plain_loops.gpn(config, load_file(folder / "model.safetensors"))
    bars = {"fp32": 2.0, "bf16": 2.4, "fast": 20.0}
    title = f"GPN 25 x 512, 512-bp windows, both strands (loop: {name})"
    return Case(title, folder, "masked-log-odds", "both", 10, plain, bars)


def write(folder: Path, config: dict, network: torch.nn.Module) -> None:
    """Write config and random weights that keep every layer's scale."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    generator = torch.Generator().manual_seed(1)
    state = {}
    for name, tensor in network.state_dict().items():
        values = torch.randn(tensor.shape, generator=generator)
        if name.endswith("inv_freq"):
            half = len(values)
            values = 10_000.0 ** -(torch.arange(half) / half)
        elif values.ndim > 1 and "embeddings" not in name:
            values = values / values[0].numel() ** 0.5
        elif values.ndim == 1:
            values = 0.1 * values + float(name.endswith("weight"))
        state[name] = values.contiguous()
    save_file(state, folder / "model.safetensors")


def loop(
    case: Case, model: LanguageModel, reference: Reference, variants: list
) -> list:
    """Score as a script would: a forward pass for REF and one for ALT, each whole."""
    scores = []
    for variant in variants:
        start = variant.start - model.window // 2
        letters = reference.fetch(variant.contig, start, start + model.window)
        place = model.window // 2
        changed = letters[:place] + variant.alt + letters[place + 1 :]
        strands = [(letters, changed, place)]
        if case.strands == "both":
            pair = (reverse_complement(letters), reverse_complement(changed))
            strands.append((*pair, model.window - 1 - place))
        each = []
        for ref, alt, base in strands:
            found = []
            for text in (ref, alt):
                ids = model.tokens(text).ids.copy()
                (token,) = model.tokens(text).covering(base)
                wanted, ids[token] = ids[token], model.tokenizer.mask_id
                with torch.inference_mode():
                    logits = case.plain(torch.from_numpy(ids)[None])
                found.append(float(logits[0, token, wanted]))
            each.append(found[1] - found[0])
        scores.append(float(np.mean(each)))
    return scores


def compare(case: Case, repeats: int, scratch: Path) -> None:
    """Time every way in every round, and print medians."""
    exact = catalogue.load(str(case.folder), device="cpu")
    half = catalogue.load(str(case.folder), device="cpu", options={"precision": "bf16"})
    fasta = scratch / "genome.fa"
    random = np.random.default_rng(3)
    fasta.write_text(">c\n" + "".join(random.choice(list("ACGT"), CONTIG)) + "\n")
    reference = Reference.open(fasta, cache=scratch / "cache")
    # Ten variants that lie within one window of the fast mode's grid.
    first = CONTIG // 2 // (exact.window // 2) * (exact.window // 2)
    places = first + np.sort(
        random.choice(exact.window // 2, case.variants, replace=False)
    )
    variants = []
    for place in places.tolist():
        ref = reference.fetch("c", place, place + 1)
        other = "ACGT"[("ACGT".index(ref) + 1) % 4]
        variants.append(Variant("c", place, ref, other))

    def scorer(name: str, model: LanguageModel, batch: int) -> list:
        outcomes = registry.function_of(name)(
            model,
            variants,
            reference=reference,
            genes=None,
            batch_size=batch,
            strands=case.strands,
        )
        return [outcome.score for outcome in outcomes]

    ways = {
        "loop": lambda: loop(case, exact, reference, variants),
        "fp32": lambda: scorer(case.scorer, exact, 8),
        "fp32, batch 1": lambda: scorer(case.scorer, exact, 1),
        "bf16": lambda: scorer(case.scorer, half, 8),
        "bf16, batch 1": lambda: scorer(case.scorer, half, 1),
        "fast": lambda: scorer("unmasked-log-odds", exact, 8),
        "fast, bf16": lambda: scorer("unmasked-log-odds", half, 8),
    }
    scores = {name: np.asarray(way()) for name, way in ways.items()}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    busy: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            began, used = time.perf_counter(), time.process_time()
            way()
            seconds[name].append(time.perf_counter() - began)
            busy[name].append(time.process_time() - used)
    reference.close()
    report(case, scores, seconds, busy)


def report(
    case: Case,
    scores: dict[str, np.ndarray],
    seconds: dict[str, list[float]],
    busy: dict[str, list[float]],
) -> None:
    """Print what was measured."""
    print(
        f"\n{case.title}; {case.variants} variants, {torch.get_num_threads()} threads"
    )
    for name, times in seconds.items():
        rates = [case.variants / one for one in times]
        ratios = [a / b for a, b in zip(seconds["loop"], times, strict=True)]
        cpu = statistics.median(
            a / b for a, b in zip(busy["loop"], busy[name], strict=True)
        )
        bar = case.bars.get(name)
        print(
            f"  {name:14} {statistics.median(rates):7.2f} variants/s "
            f"({min(rates):.2f} to {max(rates):.2f}), {statistics.median(ratios):5.2f} "
            f"times the loop ({min(ratios):.2f} to {max(ratios):.2f}; by CPU time "
            f"{cpu:.2f})" + (f", wanted {bar}" if bar else "")
        )
    exact, half = scores["fp32"], scores["bf16"]
    rms = float(np.sqrt(np.mean((half - exact) ** 2)))
    print(
        f"  fp32 against the loop: {np.abs(exact - scores['loop']).max():.1e} at most"
    )
    print(f"  bf16 against fp32: rms {rms:.4f}, spread of the scores {exact.std():.3f}")
    for kind in ("fp32", "bf16"):
        gains = [
            statistics.median(
                single / batch
                for single, batch in zip(
                    times[f"{kind}, batch 1"], times[kind], strict=True
                )
            )
            for times in (seconds, busy)
        ]
        print(
            f"  {kind}: batch 8 is {gains[0]:.2f} times as fast as batch 1 "
            f"(by CPU time {gains[1]:.2f})"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=("nt", "gpn", "both"), default="both")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--variants", type=int, default=10)
    options = parser.parse_args()
    shapes = {"nt": nucleotide_transformer, "gpn": gpn}
    with tempfile.TemporaryDirectory() as name:
        for key, make in shapes.items():
            if options.shape in (key, "both"):
                scratch = Path(name) / key
                scratch.mkdir()
                case = replace(make(scratch / "model"), variants=options.variants)
                compare(case, options.repeats, scratch)


if __name__ == "__main__":
    main()
