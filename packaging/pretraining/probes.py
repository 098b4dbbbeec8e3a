"""Few labels: a linear model on embeddings against one on counts of k-mers.

Each task tells two kinds of 300-bp sequences of the held-out part apart. Sequences to
learn from and to test on come from different contigs, or from different halves of the
one held-out chromosome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pretraining import reading
from pretraining.markov import words_of
from pretraining.measures import probe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pretraining.data import Corpus
    from pretraining.variants import Gene

LENGTH = 300
LABELS = (10, 50, 200, 1000)
REPEATS = 5
TESTS = 1000
KMERS = (3, 4, 5, 6)


@dataclass(frozen=True, slots=True)
class Task:
    """Sequences of two kinds.

    Attributes:
        name: What is told apart.
        windows: Codes, shape (n, LENGTH).
        labels: Which kind, shape (n,).
        tests: Which are for the test, shape (n,).
    """

    name: str
    windows: NDArray[np.uint8]
    labels: NDArray[np.bool_]
    tests: NDArray[np.bool_]


def tasks(corpus: Corpus, yeast: Sequence[Gene], human: Sequence[Gene]) -> list[Task]:
    """Return the tasks; every one is balanced."""
    random = np.random.default_rng(77)
    codons = [_start(gene) for gene in yeast if gene.coding]
    introns = [(gene, i) for gene in human for i in range(1, len(gene.exons))]
    donors = [(gene.contig, gene.exons[i - 1][1], False) for gene, i in introns]
    acceptors = [(gene.contig, gene.exons[i][0] - 2, False) for gene, i in introns]
    return [
        _task("yeast start codon or another ATG", corpus, 1, codons, (0, 3, 2), random),
        _task("human donor or another GT", corpus, 0, donors, (2, 3), random),
        _task("human acceptor or another AG", corpus, 0, acceptors, (0, 2), random),
        _coding("yeast coding or intergenic", corpus, 1, yeast, random),
        _coding("human coding exon or intron", corpus, 0, human, random),
    ]


def measured(task: Task, features: NDArray[np.float32]) -> dict[str, Any]:
    """Return labels to mean and standard deviation of the AUROC over repeats."""
    result = {}
    pool = np.flatnonzero(~task.tests)
    tests = np.flatnonzero(task.tests)
    for count in LABELS:
        found = []
        for repeat in range(REPEATS):
            chosen = _balanced(
                task, pool, count, np.random.default_rng((repeat, count))
            )
            if chosen is None:
                break
            found.append(
                probe(
                    features[chosen],
                    task.labels[chosen],
                    features[tests],
                    task.labels[tests],
                )
            )
        if found:
            result[str(count)] = {
                "auroc": round(float(np.mean(found)), 4),
                "spread": round(float(np.std(found)), 4),
            }
    return result


def by_kmers(windows: NDArray[np.uint8], k: int) -> NDArray[np.float32]:
    """Return how often every k-mer occurs in every window."""
    counts = [np.bincount(words_of(codes, k), minlength=4**k) for codes in windows]
    return np.stack(counts).astype(np.float32)


def by_model(model: Any, windows: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return embeddings of every window."""
    return reading.embeddings(model, [reading.text(codes) for codes in windows])


def _balanced(
    task: Task, pool: NDArray[np.int64], count: int, random: np.random.Generator
) -> NDArray[np.int64] | None:
    """Return as many examples of either kind, in random order; None if too few."""
    chosen = []
    for kind in (True, False):
        mine = pool[task.labels[pool] == kind]
        if len(mine) < count // 2:
            return None
        chosen.append(random.choice(mine, count // 2, replace=False))
    return random.permutation(np.concatenate(chosen))


Site = tuple[int, int, bool]
"""Contig, place of the motif's first letter in reading direction, minus strand."""


def _start(gene: Gene) -> Site:
    if gene.reverse:
        return gene.contig, gene.coding[-1][1] - 1, True
    return gene.contig, gene.coding[0][0], False


def _task(
    name: str,
    corpus: Corpus,
    species: int,
    sites: Sequence[Site],
    motif: tuple[int, ...],
    random: np.random.Generator,
) -> Task:
    """Tell true sites from the same letters elsewhere on either strand."""
    held = _held(corpus, species)
    real = {s for s in sites if s[0] in held and _reads(corpus, s, motif)}
    other: set[Site] = set()
    wanted = min(len(real), 2 * TESTS)
    while len(other) < wanted:
        contig = held[random.integers(len(held))]
        place = int(random.integers(LENGTH, corpus.contigs[contig].length - LENGTH))
        site = (contig, place, bool(species) and random.random() < 0.5)
        if site not in real and _reads(corpus, site, motif):
            other.add(site)
    kept = sorted(real)
    chosen = random.choice(len(kept), wanted, replace=False)
    both = [*(kept[i] for i in chosen), *sorted(other)]
    windows = np.stack([_around(corpus, site) for site in both])
    labels = np.arange(len(both)) < wanted
    return Task(name, windows, labels, _tests(corpus, both))


def _coding(
    name: str,
    corpus: Corpus,
    species: int,
    genes: Sequence[Gene],
    random: np.random.Generator,
) -> Task:
    """Tell windows whose middle is coding from windows away from coding letters."""
    held = _held(corpus, species)
    sites: tuple[set[Site], set[Site]] = (set(), set())
    marks = {}
    for contig in held:
        mark = np.zeros(corpus.contigs[contig].length, np.int8)
        for gene in (g for g in genes if g.contig == contig):
            for start, end in gene.exons:
                mark[max(0, start - LENGTH) : end + LENGTH] |= 2
            for start, end in gene.coding:
                mark[start:end] |= 1
        marks[contig] = mark
    while min(map(len, sites)) < 2 * TESTS:
        contig = held[random.integers(len(held))]
        place = int(random.integers(LENGTH, len(marks[contig]) - LENGTH))
        mark = marks[contig][place]
        if mark in (0, 3) and len(sites[int(mark == 0)]) < 2 * TESTS:
            sites[int(mark == 0)].add((contig, place, random.random() < 0.5))
    both = [*sorted(sites[0]), *sorted(sites[1])]
    windows = np.stack([_around(corpus, site) for site in both])
    labels = np.arange(len(both)) < len(sites[0])
    return Task(name, windows, labels, _tests(corpus, both))


def _held(corpus: Corpus, species: int) -> list[int]:
    mine = corpus.numbers(species, "test")
    return [n for n in mine if corpus.contigs[n].length > 3 * LENGTH]


def _reads(corpus: Corpus, site: Site, motif: Sequence[int]) -> bool:
    contig, place, _ = site
    length = corpus.contigs[contig].length
    if not LENGTH <= place < length - LENGTH:
        return False
    middle = _around(corpus, site)[LENGTH // 2 : LENGTH // 2 + len(motif)]
    return middle.tolist() == list(motif)


def _around(corpus: Corpus, site: Site) -> NDArray[np.uint8]:
    """Return the window in reading direction, the site's first letter in the middle."""
    contig, place, minus = site
    codes = corpus.bases(corpus.contigs[contig])
    if minus:
        end = place + 1 + LENGTH // 2
        return reading.reverse(codes[end - LENGTH : end])
    start = place - LENGTH // 2
    return codes[start : start + LENGTH]


def _tests(corpus: Corpus, sites: Sequence[Site]) -> NDArray[np.bool_]:
    """Return which sites are tested on: every other contig, or a chromosome's half."""
    contigs = sorted({contig for contig, _, _ in sites})
    if len(contigs) == 1:
        half = corpus.contigs[contigs[0]].length // 2
        return np.array([place >= half for _, place, _ in sites])
    late = set(contigs[1::2])
    return np.array([contig in late for contig, _, _ in sites])
