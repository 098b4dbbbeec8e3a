"""All evaluations of the card, on the held-out part, of the exported model folder.

Writes ``evaluation.json`` beside the checkpoint. Nothing here is trained but the linear
models of the probe.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from gfm_desktop.models import built_in_model
from pretraining import perplexity, probes, variants, zero_shot
from pretraining.settings import SPECIES, VOCABULARIES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gfm_desktop.models.language_model import LanguageModel
    from pretraining.data import Corpus
    from pretraining.settings import EvaluationSettings, Settings

RESULT = "evaluation.json"


def evaluated(
    settings: Settings, corpus: Corpus, data: Path, folder: Path, device: str
) -> dict[str, Any]:
    """Return every measurement of a model folder.

    Args:
        settings: How much is measured, and where the annotation lies.
        corpus: Its part ``test``.
        data: Folder of the data, for the annotation.
        folder: What `export.weights` wrote.
        device: Where to run the model.
    """
    sizes = settings.evaluation

    def load(vocabulary: str, species: str) -> LanguageModel:
        return built_in_model.load(
            folder, device, vocabulary=vocabulary, species=species
        )

    yeast = variants.yeast_genes(data / settings.data.yeast_genes, corpus.contigs)
    human = variants.human_genes(data / settings.data.human_genes, corpus.contigs)
    result: dict[str, Any] = {"weights_sha256": load("kmer", "unknown").weights_sha256}
    result["hidden_bases"] = {
        name: perplexity.measured(load, corpus, sizes.windows, number)
        for number, name in enumerate(SPECIES)
    }
    told("hidden bases", result["hidden_bases"])
    result["zero_shot"] = _zero_shot(load, corpus, yeast, human, sizes)
    told("zero-shot", result["zero_shot"])
    result["probe"] = _probes(load, corpus, yeast, human)
    told("probe", result["probe"])
    result["speed"] = speed(load("nucleotide", "unknown"))
    told("speed", result["speed"])
    return result


def _zero_shot(
    load: Callable[[str, str], LanguageModel],
    corpus: Corpus,
    yeast: list[variants.Gene],
    human: list[variants.Gene],
    sizes: EvaluationSettings,
) -> dict[str, Any]:
    found = {}
    for number, pairs in (
        (1, zero_shot.yeast(corpus, yeast, sizes.pairs)),
        (0, zero_shot.human(corpus, human, sizes.pairs)),
    ):
        name = SPECIES[number]
        scores = {
            "model": zero_shot.by_model(load("nucleotide", name), corpus),
            "model, kmer": zero_shot.by_kmers(load("kmer", name), corpus),
        }
        for label, chain in zero_shot.chains(corpus, number).items():
            scores[label] = zero_shot.by_chain(chain, corpus)
        found[name] = zero_shot.measured(pairs, scores)
    return found


def _probes(
    load: Callable[[str, str], LanguageModel],
    corpus: Corpus,
    yeast: list[variants.Gene],
    human: list[variants.Gene],
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for task in probes.tasks(corpus, yeast, human):
        species = SPECIES[0 if task.name.startswith("human") else 1]
        row = found[task.name] = {
            "sequences": len(task.labels),
            "tests": int(task.tests.sum()),
        }
        for vocabulary in VOCABULARIES:
            features = probes.by_model(load(vocabulary, species), task.windows)
            row[f"embedding, {vocabulary}"] = probes.measured(task, features)
        for k in probes.KMERS:
            row[f"{k}-mer counts"] = probes.measured(
                task, probes.by_kmers(task.windows, k)
            )
        told(task.name, row)
    return found


def speed(model: LanguageModel, seconds: float = 5.0) -> dict[str, float]:
    """Return how many windows a second the model reads here."""
    import numpy as np
    import torch

    ids = np.stack([model.tokens("ACGT" * 128).ids] * 16)
    model.hidden(ids)
    begun, done = time.monotonic(), 0
    while time.monotonic() - begun < seconds:
        model.logits(ids, np.full((16, 1), 258))
        done += len(ids)
    spent = time.monotonic() - begun
    return {
        "windows_of_512_a_second": round(done / spent, 1),
        "threads": torch.get_num_threads(),
    }


def told(name: str, value: object) -> None:
    """Print a result as soon as it is there."""
    print(f"-- {name}: {json.dumps(value)}", flush=True)


def run(
    settings: Settings, corpus: Corpus, data: Path, folder: Path, out: Path, device: str
) -> None:
    """Evaluate and write the result."""
    result = evaluated(settings, corpus, data, folder, device)
    text = json.dumps(result, indent=1)
    (out / RESULT).write_text(text, encoding="utf-8")
