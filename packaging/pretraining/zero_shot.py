"""Scores of substitutions without any training on them: the model against Markov."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.models.ensemble_tokens import K
from pretraining import markov, reading, variants
from pretraining.measures import auroc_of_pairs
from pretraining.perplexity import HIGHEST, WINDOW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.models.language_model import LanguageModel
    from pretraining.data import Corpus
    from pretraining.variants import Change


def yeast(
    corpus: Corpus, genes: Sequence[variants.Gene], most: int
) -> dict[str, tuple[list[Change], list[Change], int]]:
    """Return name to cases, controls and cases without a control, of held-out yeast."""
    random = np.random.default_rng(31)
    held = corpus.numbers(1, "test")
    coding = variants.coding_changes(corpus, [g for g in genes if g.contig in held])
    outside = variants.outside_changes(
        corpus, genes, held, within=False, random=random, count=100_000
    )
    pools = {"intergenic": outside, "synonymous": coding["synonymous"]}
    pairs = {}
    for case, control in (
        ("start", "intergenic"),
        ("start", "synonymous"),
        ("stop", "intergenic"),
        ("stop", "synonymous"),
        ("synonymous", "intergenic"),
    ):
        pairs[f"{case} against {control}"] = variants.matched(
            corpus, coding[case], pools[control], random=random, most=most
        )
    return pairs


def human(
    corpus: Corpus, genes: Sequence[variants.Gene], most: int
) -> dict[str, tuple[list[Change], list[Change], int]]:
    """Return name to cases, controls and cases without one, of held-out regions."""
    random = np.random.default_rng(32)
    held = corpus.numbers(0, "test")
    mine = [g for g in genes if g.contig in held]
    coding = variants.coding_changes(corpus, mine)
    introns = variants.outside_changes(
        corpus, genes, held, within=True, random=random, count=200_000
    )
    pairs = {}
    for name, cases, controls in (
        ("splice site against intron", variants.splice_changes(corpus, mine), introns),
        ("start against intron", coding["start"], introns),
        ("start against synonymous", coding["start"], coding["synonymous"]),
        ("stop against synonymous", coding["stop"], coding["synonymous"]),
    ):
        pairs[name] = variants.matched(
            corpus, cases, controls, random=random, most=most
        )
    return pairs


def measured(
    pairs: Mapping[str, tuple[list[Change], list[Change], int]],
    scores: Mapping[str, Any],
) -> dict[str, Any]:
    """Return AUROC of every score on every comparison; higher is more harmful.

    Args:
        pairs: What `yeast` or `human` gives.
        scores: Name to function of changes.
    """
    result: dict[str, Any] = {}
    for name, (cases, controls, without) in pairs.items():
        row: dict[str, Any] = {"pairs": len(cases), "cases_without_control": without}
        for label, score in scores.items():
            both = score([*cases, *controls])
            found = auroc_of_pairs(both[: len(cases)], both[len(cases) :])
            row[label] = found.rounded()
        result[name] = row
    return result


def by_model(model: LanguageModel, corpus: Corpus) -> Any:
    """Return the score log p(REF) - log p(ALT), base hidden, mean of both strands."""

    def score(changes: Sequence[Change]) -> NDArray[np.float64]:
        cut = [_window(corpus, change) for change in changes]
        windows = np.stack([codes for codes, _ in cut])
        places = np.array([[place] for _, place in cut])
        plus = reading.hidden_logs(model, windows, places)[:, 0]
        back = np.stack([reading.reverse(codes) for codes in windows])
        minus = reading.hidden_logs(model, back, WINDOW - 1 - places)[:, 0, ::-1]
        return _difference((plus + minus) / 2, changes)

    return score


def by_kmers(model: LanguageModel, corpus: Corpus) -> Any:
    """Return log p(REF) - log p(ALT) of the hidden 6-mer that holds the base.

    Both strands read the same window; their frames differ, their scores are averaged.
    """

    def score(changes: Sequence[Change]) -> NDArray[np.float64]:
        total = np.zeros(len(changes))
        for back in (False, True):
            windows, place, words = [], WINDOW // 2, []
            for change in changes:
                codes, _ = _window(corpus, change)
                other = codes.copy()
                other[place] = change.alt
                pair = [reading.reverse(c) if back else c for c in (codes, other)]
                where = WINDOW - 1 - place if back else place
                start = where // K * K
                windows.append(pair[0])
                words.append([reading.text(c[start : start + K]) for c in pair])
            token = (WINDOW - 1 - place if back else place) // K
            logs = reading.hidden_words(model, np.stack(windows), token, words)
            total += (logs[:, 0] - logs[:, 1]) / 2
        return total

    return score


def by_chain(chain: markov.Markov, corpus: Corpus) -> Any:
    """Return the same score of a Markov chain that sees both sides."""

    def score(changes: Sequence[Change]) -> NDArray[np.float64]:
        cut = [_window(corpus, change) for change in changes]
        logs = [chain.hidden_base(codes, np.array([place]))[0] for codes, place in cut]
        return _difference(np.stack(logs), changes)

    return score


def chains(corpus: Corpus, species: int) -> dict[str, markov.Markov]:
    """Return the Markov models that scores are compared with."""
    parts = [
        [corpus.bases(c) for c in corpus.of(species, part)]
        for part in ("train", "validation")
    ]
    made = markov.fitted(parts[0], parts[1], HIGHEST)
    return {f"Markov {k}": made[k] for k in (2, 5, 8)}


def _difference(
    logs: NDArray[np.float64], changes: Sequence[Change]
) -> NDArray[np.float64]:
    rows = np.arange(len(changes))
    ref = np.array([change.ref for change in changes])
    alt = np.array([change.alt for change in changes])
    found: NDArray[np.float64] = logs[rows, ref] - logs[rows, alt]
    return found


def _window(corpus: Corpus, change: Change) -> tuple[NDArray[np.uint8], int]:
    codes = corpus.bases(corpus.contigs[change.contig])
    start = change.place - WINDOW // 2
    return codes[start : start + WINDOW], WINDOW // 2
