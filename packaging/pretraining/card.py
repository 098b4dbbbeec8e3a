"""``MODEL_CARD.md`` and the facts of ``gfm_model.json``, from what was measured.

Sentences that compare are made from the numbers, so that the card cannot praise what
the evaluation does not show.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gfm_desktop.models.weights import sha256_of
from pretraining.data import LIST
from pretraining.evaluate import RESULT
from pretraining.export import WEIGHTS
from pretraining.settings import SPECIES, VOCABULARIES
from pretraining.train import CURVE
from pretraining.verdicts import (
    CHAINS,
    KMER,
    LATIN,
    interval,
    limits,
    verdicts,
    vocabulary_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pretraining.settings import Settings

CARD = "MODEL_CARD.md"


@dataclass(frozen=True, slots=True)
class Measured:
    """What the stages before left.

    Attributes:
        settings: The configuration.
        data: ``data.json``.
        curve: Lines of the learning curve.
        result: ``evaluation.json``.
        parameters: Numbers of the network.
        sha256: Hash of the weights.
    """

    settings: Settings
    data: Mapping[str, Any]
    curve: Sequence[Mapping[str, Any]]
    result: Mapping[str, Any]
    parameters: int
    sha256: str


def write(settings: Settings, out: Path, folder: Path) -> dict[str, Any]:
    """Write the card and return the facts for the app's library.

    Raises:
        SystemExit: If the evaluation is of other weights than those of the folder.
    """
    from gfm_desktop.models.hub_folder import HubFolder

    result = json.loads((out / RESULT).read_text(encoding="utf-8"))
    sha256 = sha256_of(folder / WEIGHTS)
    if result["weights_sha256"] != sha256:
        raise SystemExit(f"{RESULT} measured other weights: run “evaluate” again")
    lines = (out / CURVE).read_text(encoding="utf-8").splitlines()
    measured = Measured(
        settings,
        json.loads((out / LIST).read_text(encoding="utf-8")),
        [json.loads(line) for line in lines],
        result,
        HubFolder.read(folder).parameters,
        sha256,
    )
    (folder / CARD).write_text(text(measured), encoding="utf-8")
    return {"limits": limits(result)}


def text(measured: Measured) -> str:
    """Return the card."""
    settings = measured.settings
    parts = [
        "# GFM Ensemble, the built-in language model of GFM Desktop",
        "A masked language model of DNA with one network and three vocabularies: "
        "single bases, 6-mers side by side and byte pairs. The first token says which "
        "is in use, the second names the species. It was trained from nothing by "
        "`packaging/pretraining`; the idea of pre-training on several genomic "
        "vocabularies at once is that of Genomics-FM, whose code and weights were not "
        "used.",
        facts_table(measured),
        "## What it was measured to do",
        "All numbers are of held-out sequences, by the stage `evaluate` of "
        "`packaging/pretraining/run.py`. Intervals are 95 % bootstrap intervals over "
        "pairs.",
        *(f"- {sentence}" for sentence in verdicts(measured.result)),
        "### Which vocabulary for what",
        *(f"- {sentence}" for sentence in vocabulary_words(measured.result)),
        "### Hidden bases",
        "Eight bases of each 512-bp window are hidden. A Markov chain of order k knows "
        "either the k bases in front (one side), or all bases nearby (both sides: the "
        "exact chance of the hidden base under the chain). The network's look-up "
        "tables begin with counts of the training part, which is what the chains are "
        "made of too.",
        *(hidden_table(measured.result, species) for species in SPECIES),
        "### Substitutions without training (zero-shot)",
        "Score: log p(REF) - log p(ALT) with the base hidden, mean of both strands. "
        "“6-mers”: the same with the 6-mer hidden that holds the base. AUROC of cases "
        "above controls; every control has the same trinucleotide and the same change "
        "as its case.",
        *(zero_shot_table(measured.result, species) for species in SPECIES),
        "### Few labels",
        "AUROC of a logistic regression on mean embeddings of 300-bp sequences, and of "
        "the same on counts of k-mers; mean of five draws of the labels.",
        *(probe_table(name, row) for name, row in measured.result["probe"].items()),
        "## Learning curve",
        "Nats a hidden word of the validation part (15 % hidden), by words read.",
        curve_table(measured.curve),
        "## Data",
        data_text(measured),
        "## Configuration",
        "```json\n" + json.dumps(settings.plain(), indent=1) + "\n```",
    ]
    return "\n\n".join(parts) + "\n"


def facts_table(measured: Measured) -> str:
    """Return what the library shows."""
    last = measured.curve[-1]
    speed = measured.result["speed"]
    rows = [
        ("Parameters", f"{measured.parameters:,}"),
        ("Read in training", f"{last['words']:,} words, {last['step']:,} steps"),
        ("of which single bases", f"{last['bases']:,}"),
        ("Time", f"{last['seconds'] / 3600:.1f} h"),
        (
            "Speed",
            f"{speed['windows_of_512_a_second']} windows of 512 bp a second on "
            f"{speed['threads']} CPU threads",
        ),
        ("Licence", "Apache-2.0"),
        ("SHA-256 of the weights", f"`{measured.sha256}`"),
    ]
    return table(("", ""), rows)


def hidden_table(result: Mapping[str, Any], species: str) -> str:
    """Return perplexity and accuracy of all predictors."""
    row = result["hidden_bases"][species]
    lines = [
        (name, f"{value['perplexity']:.3f}", f"{100 * value['accuracy']:.1f} %")
        for name, value in row.items()
        if isinstance(value, dict)
    ]
    head = (f"{LATIN[species]}, {row['bases']:,} bases", "perplexity", "accuracy")
    return table(head, lines)


def zero_shot_table(result: Mapping[str, Any], species: str) -> str:
    """Return AUROC of the model and of Markov chains."""
    lines = [
        (
            name,
            str(row["pairs"]),
            interval(row["model"]),
            interval(row[KMER]),
            *(f"{row[chain]['value']:.3f}" for chain in CHAINS),
        )
        for name, row in result["zero_shot"][species].items()
    ]
    return table((LATIN[species], "pairs", "model", "6-mers", *CHAINS), lines)


def probe_table(name: str, row: Mapping[str, Any]) -> str:
    """Return AUROC by number of labels."""
    labels = ("10", "50", "200", "1000")
    lines = []
    for features, values in row.items():
        if isinstance(values, dict):
            cells = [
                f"{values[n]['auroc']:.3f} ± {values[n]['spread']:.3f}"
                if n in values
                else "too few"
                for n in labels
            ]
            lines.append((features, *cells))
    return table((name, *(f"{n} labels" for n in labels)), lines)


def curve_table(curve: Sequence[Mapping[str, Any]]) -> str:
    """Return at most 25 lines of the learning curve, the last among them."""
    names = [f"{v}/{s}" for v in VOCABULARIES for s in SPECIES]
    step = -(-len(curve) // 25)
    shown = curve[::-1][::step][::-1]
    head = ("words", "step", *(n.replace("/", " ").replace("_", " ") for n in names))
    lines = [
        (
            f"{line['words']:,}",
            f"{line['step']:,}",
            *(
                f"{line['validation'][n]['nats']:.3f}"
                if n in line["validation"]
                else ""
                for n in names
            ),
        )
        for line in shown
    ]
    return table(head, lines)


def data_text(measured: Measured) -> str:
    """Return what was read, what was held out, and what is not controlled."""
    rows = []
    for species, parts in measured.data["parts"].items():
        for part, value in parts.items():
            rows.append(
                (LATIN[species], part, f"{value['bases']:,}", str(value["sequences"]))
            )
    hashes = [(f"`{n}`", f"`{h}`") for n, h in measured.data["sha256"].items()]
    held = [
        f"- {LATIN[species]}, {part}: {', '.join(parts[part]['names'])}"
        for species, parts in measured.data["parts"].items()
        for part in ("validation", "test")
    ]
    return "\n\n".join(
        [
            table(("species", "part", "bases", "sequences"), rows),
            table(("file", "SHA-256"), hashes),
            "Human regions are held out whole; regions that overlap on the genome go "
            "together. Yeast chromosomes are held out whole. Not controlled: "
            "paralogous genes, repeats (Alu, LINE, Ty) and duplicated segments have "
            "relatives on both sides of the split. Of the human training windows, "
            f"{measured.settings.training.exon_share:.0%} lie around ends of annotated "
            "exons.",
            "Held out:\n\n" + "\n".join(held),
        ]
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
