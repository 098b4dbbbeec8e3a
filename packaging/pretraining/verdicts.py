"""What the measurements say, in sentences; the card and the app's library quote them.

Every sentence that compares is made from the numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pretraining.settings import VOCABULARIES

if TYPE_CHECKING:
    from collections.abc import Mapping

LATIN = {
    "homo_sapiens": "Homo sapiens",
    "saccharomyces_cerevisiae": "Saccharomyces cerevisiae",
}
KMER = "model, kmer"
CHAINS = ("Markov 2", "Markov 5", "Markov 8")
_LISTED = 3
"""Most comparisons that the library names one by one."""


def interval(value: Mapping[str, float]) -> str:
    """Return a value with its interval."""
    return f"{value['value']:.3f} ({value['low']:.3f} to {value['high']:.3f})"


def verdicts(result: Mapping[str, Any]) -> list[str]:
    """Return in words where the model beats its baselines and where it does not."""
    found = []
    for species, row in result["hidden_bases"].items():
        model = row[f"model, species {species}"]
        one, both = row["Markov 8, one side"], row["Markov 8, both sides"]
        best = min(
            (value["perplexity"], name)
            for name, value in row.items()
            if name.startswith("Markov")
        )
        found.append(
            f"{LATIN[species]}, hidden bases: perplexity {model['perplexity']:.3f}, "
            f"{_against(one['perplexity'] - model['perplexity'])} the order-8 chain of "
            f"one side ({one['perplexity']:.3f}) and "
            f"{_against(both['perplexity'] - model['perplexity'])} that of both sides "
            f"({both['perplexity']:.3f}); best chain: {best[1]} ({best[0]:.3f})."
        )
    for species, rows in result["zero_shot"].items():
        for name, row in rows.items():
            found.append(f"{LATIN[species]}, {name}: {_zero_shot_verdict(row)}")
    for name, row in result["probe"].items():
        found.append(f"Few labels, {name}: {_probe_verdict(row)}")
    return found


def _against(gain: float) -> str:
    if abs(gain) < 0.005:
        return "no better than"
    return "better than" if gain > 0 else "worse than"


def _zero_shot_verdict(row: Mapping[str, Any]) -> str:
    model = row["model"]
    chain = max(CHAINS, key=lambda name: row[name]["value"])
    known = (
        "told apart"
        if model["low"] > 0.5
        else "ranked the wrong way round"
        if model["high"] < 0.5
        else "not told apart"
    )
    better = "better than" if model["low"] > row[chain]["value"] else "not better than"
    return (
        f"{known} (AUROC {interval(model)}, {row['pairs']} pairs); {better} the best "
        f"Markov chain ({chain}: {row[chain]['value']:.3f})."
    )


def _probe_verdict(row: Mapping[str, Any]) -> str:
    said = []
    for labels in ("10", "50", "200", "1000"):
        ours = [(row[n][labels]["auroc"], n) for n in _names(row, "embedding", labels)]
        theirs = [(row[n][labels]["auroc"], n) for n in _names(row, "counts", labels)]
        if ours and theirs:
            (value, name), (other, rival) = max(ours), max(theirs)
            word = "above" if value > other + 0.005 else "not above"
            said.append(
                f"{labels} labels: {name} {value:.3f}, {word} {rival} {other:.3f}"
            )
    return "; ".join(said) + "."


def _names(row: Mapping[str, Any], word: str, labels: str) -> list[str]:
    return [n for n, v in row.items() if word in n and labels in v]


def vocabulary_words(result: Mapping[str, Any]) -> list[str]:
    """Return in words which vocabulary did best at what."""
    rows = [row for rows in result["zero_shot"].values() for row in rows.values()]
    means = {
        words: sum(row[key]["value"] for row in rows) / len(rows)
        for words, key in (("single bases", "model"), ("6-mers", KMER))
    }
    best, other = sorted(means, key=lambda words: means[words], reverse=True)
    found = [
        f"Scores of substitutions: {best} (mean AUROC {means[best]:.3f} over "
        f"{len(rows)} comparisons, {other} {means[other]:.3f}). With byte pairs a "
        "substitution changes several words: not compared."
    ]
    for labels in ("10", "50", "200", "1000"):
        values = {
            vocabulary: [
                row[name][labels]["auroc"]
                for row in result["probe"].values()
                if (name := f"embedding, {vocabulary}") in row and labels in row[name]
            ]
            for vocabulary in VOCABULARIES
        }
        tasks = max(map(len, values.values()))
        means = {v: sum(x) / tasks for v, x in values.items() if x and len(x) == tasks}
        if means:
            ranked = sorted(means, key=lambda name: means[name], reverse=True)
            told = ", ".join(f"{name} {means[name]:.3f}" for name in ranked)
            found.append(
                f"A linear model on {labels} labels: {ranked[0]} (mean AUROC over "
                f"{tasks} tasks: {told})."
            )
    return found


def limits(result: Mapping[str, Any]) -> str:
    """Return what a user must know, for the library."""
    every = [
        (f"{name} ({LATIN[species]})", row)
        for species, rows in result["zero_shot"].items()
        for name, row in rows.items()
    ]
    weak = [name for name, row in every if not _beats(row, "model")]
    strong = [name for name, row in every if _beats(row, KMER)]
    said = [
        "For research. A small model of human disease-gene regions and the yeast "
        "genome, trained for a short time: other species are unknown to it. Indels are "
        "not scored with single bases."
    ]
    if weak:
        listed = f": {', '.join(weak)}" if len(weak) <= _LISTED else ""
        said.append(
            "On held-out sequences its scores of substitutions were no better than "
            f"counting short words in {len(weak)} of {len(every)} comparisons{listed}."
        )
    if strong:
        said.append(f"With 6-mers they were better at: {', '.join(strong)}.")
    tasks = [row for row in result["probe"].values() if _names(row, "counts", "50")]
    if tasks:
        above = sum(_best(row, "embedding") > _best(row, "counts") for row in tasks)
        said.append(
            "Its embeddings are its strength: with 50 labels they did better than "
            f"counts of k-mers in {above} of {len(tasks)} tasks."
            if 2 * above > len(tasks)
            else "With 50 labels its embeddings did better than counts of k-mers in "
            f"{above} of {len(tasks)} tasks only."
        )
    return " ".join([*said, "MODEL_CARD.md in its folder has all measurements."])


def _beats(row: Mapping[str, Any], key: str) -> bool:
    best: float = max(row[chain]["value"] for chain in CHAINS)
    low: float = row[key]["low"]
    return low > best


def _best(row: Mapping[str, Any], word: str) -> float:
    names = _names(row, word, "50")
    return max((float(row[name]["50"]["auroc"]) for name in names), default=0.0)
