"""Hidden bases of the held-out part: the model against Markov chains and a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pretraining import markov, reading
from pretraining.settings import SPECIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gfm_desktop.models.language_model import LanguageModel
    from pretraining.data import Corpus

WINDOW = 512
HIDDEN = 8
"""Bases hidden in one window, one in each eighth: almost as alone as in scoring."""
HIGHEST = 8


def measured(
    load: Callable[[str, str], LanguageModel],
    corpus: Corpus,
    windows: int,
    species: int,
) -> dict[str, Any]:
    """Return perplexity and accuracy of all predictors on the same hidden bases.

    Args:
        load: Vocabulary and species to a model.
        corpus: Its part ``test`` is asked about.
        windows: How many windows.
        species: Index into `settings.SPECIES`.
    """
    random = np.random.default_rng((99, species))
    read, places = sampled(corpus, species, windows, random)
    truth = np.take_along_axis(read, places, axis=1)
    result: dict[str, Any] = {"bases": int(truth.size), "windows": windows}
    result["uniform"] = {"perplexity": 4.0, "accuracy": 0.25}
    for name in (SPECIES[species], "unknown"):
        model = load("nucleotide", name)
        logs = reading.hidden_logs(model, read, places)
        result[f"model, species {name}"] = rated(logs, truth)
    both = reading.hidden_logs(
        load("nucleotide", SPECIES[species]),
        np.stack([reading.reverse(w) for w in read]),
        WINDOW - 1 - places,
    )[..., ::-1]
    one = reading.hidden_logs(load("nucleotide", SPECIES[species]), read, places)
    mean = (one + both) / 2
    mean -= np.logaddexp.reduce(mean, axis=-1, keepdims=True)
    result["model, mean of strands"] = rated(mean, truth)
    parts = [
        [corpus.bases(c) for c in corpus.of(species, part)]
        for part in ("train", "validation")
    ]
    for chain in markov.fitted(parts[0], parts[1], HIGHEST):
        asked = [(w, p) for w, p in zip(read, places, strict=True)]
        ahead = np.stack([chain.next_base(w, p) for w, p in asked])
        around = np.stack([chain.hidden_base(w, p) for w, p in asked])
        result[f"Markov {chain.order}, one side"] = rated(ahead, truth)
        result[f"Markov {chain.order}, both sides"] = rated(around, truth)
    return result


def sampled(
    corpus: Corpus, species: int, count: int, random: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return windows of the test part and places in them, one in each eighth."""
    contigs = [c for c in corpus.of(species, "test") if c.length > WINDOW]
    weights = np.array([c.length for c in contigs], float)
    found = []
    while len(found) < count:
        contig = contigs[random.choice(len(contigs), p=weights / weights.sum())]
        start = int(random.integers(contig.length - WINDOW + 1))
        codes = corpus.bases(contig)[start : start + WINDOW]
        if (codes < 4).all():
            found.append(codes if random.random() < 0.5 else reading.reverse(codes))
    step = WINDOW // HIDDEN
    # Markov chains need their letters on both sides.
    inner = random.integers(HIGHEST, step - HIGHEST, size=(count, HIDDEN))
    return np.stack(found), inner + np.arange(0, WINDOW, step)


def rated(logs: NDArray[np.float64], truth: NDArray[np.uint8]) -> dict[str, float]:
    """Return perplexity and accuracy, with the standard error between windows.

    Args:
        logs: Log chances, shape (windows, places, 4).
        truth: Codes, shape (windows, places).
    """
    nats = -np.take_along_axis(logs, truth[..., None].astype(int), axis=2)[..., 0]
    hits = logs.argmax(axis=2) == truth
    windows = len(truth)
    return {
        "perplexity": round(float(np.exp(nats.mean())), 4),
        "nats": round(float(nats.mean()), 4),
        "nats_error": round(float(nats.mean(axis=1).std() / np.sqrt(windows)), 4),
        "accuracy": round(float(hits.mean()), 4),
        "accuracy_error": round(float(hits.mean(axis=1).std() / np.sqrt(windows)), 4),
    }
