"""Which sequences to label next: the model is unsure of them, and they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune.baselines.counts import of_sequences
from gfm_desktop.genome.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet, Task
    from gfm_desktop.finetune.metrics import Floats
    from gfm_desktop.genome.reference import Reference

NUMBER = 20
MOST = 2_000
"""Sequences of a pool that are looked at."""
_CANDIDATES = 200
_K = 4
_TRIES = 20
_TELL = 200
"""Windows drawn between two chances to cancel."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Sequences that could be labelled next.

    Attributes:
        words: Where they come from, for the report.
        sequences: Clean letters; REF windows of variants.
        alternatives: ALT windows; empty for sequences.
        places: Where they lie; empty where that is not known.
        rows: Rows of the file; empty where they come from none.
    """

    words: str
    sequences: tuple[str, ...]
    alternatives: tuple[str, ...] = ()
    places: tuple[Interval, ...] = ()
    rows: tuple[int, ...] = ()


def of_genome(
    data: LabelledSet, reference: Reference, *, seed: int
) -> Generator[int, None, Pool | None]:
    """Return random windows of the contigs that the labels lie on; None for none.

    They are as long as the labelled ones (median) and overlap none of them. Variants
    have no such pool: any base could be changed.

    Args:
        data: The examples; with places.
        reference: Their genome.
        seed: Of the places.

    Yields:
        Windows found so far, now and then: most of a genome may be N.
    """
    if not data.places or data.alternatives:
        return None
    length = int(np.median([len(place) for place in data.places]))
    contigs = sorted({place.contig for place in data.places})
    sizes = np.array([max(0, reference.contigs[c] - length) for c in contigs], float)
    if not sizes.sum():
        return None
    taken = _by_contig(data.places)
    generator = np.random.default_rng(seed)
    places: list[Interval] = []
    letters: list[str] = []
    for tried in range(_TRIES * MOST):
        if tried % _TELL == 0:
            yield len(places)
        contig = contigs[generator.choice(len(contigs), p=sizes / sizes.sum())]
        start = int(generator.integers(0, reference.contigs[contig] - length + 1))
        place = Interval(contig, start, start + length)
        if _overlaps(taken, place):
            continue
        found = reference.fetch(contig, start, place.end)
        if found.count("N") * 2 <= length:
            places.append(place)
            letters.append(found)
        if len(places) == MOST:
            break
    if len(places) < NUMBER:
        return None
    words = (
        f"{len(places):,} random windows of {', '.join(contigs[:5])}"
        f"{' and others' if len(contigs) > 5 else ''} that overlap no label"
    )
    return Pool(words, tuple(letters), places=tuple(places))


def of_labelled(data: LabelledSet, chosen: NDArray[np.int64]) -> Pool:
    """Return examples that have a label, where nothing else is known: a second look.

    Args:
        data: All examples.
        chosen: Those that the model was tested on.
    """
    part = data.take(chosen[:MOST])
    return Pool(
        "tested examples that the model is least sure of, because the file has no "
        "rows without a label: check their labels, and label more like them",
        part.sequences,
        part.alternatives,
        part.places,
        tuple(int(row) for row in part.rows),
    )


def uncertainty(task: Task, predictions: Floats) -> Floats:
    """Return how unsure predictions are, 0 to 1, shape (m,); all 1 for a regression.

    The entropy of the prediction, as a share of the largest possible (Lewis & Gale
    1994); the mean over labels of a multi-label task. A number says nothing of its own
    sureness: there, only novelty counts (`choose`).
    """
    if task == "regression":
        return np.ones(len(predictions))
    p = np.clip(predictions, 1e-9, 1 - 1e-9)
    if task == "multiclass":
        return np.asarray(-(p * np.log(p)).sum(axis=1) / np.log(p.shape[1]))
    both = -(p * np.log(p) + (1 - p) * np.log1p(-p)) / np.log(2)
    return np.asarray(both.mean(axis=1))


def choose(
    pool: Pool, unsure: Floats, known: Sequence[str], *, number: int = NUMBER
) -> list[tuple[int, float]]:
    """Return places in the pool, the best first, with how unlike the others each is.

    Greedy: each next one has the largest product of its uncertainty and its distance
    (1 - cosine of 4-mer counts) from what is labelled or chosen already, so that
    twenty copies of one puzzle are not labelled.

    Args:
        pool: What could be labelled.
        unsure: (m,), `uncertainty` of each.
        known: Labelled sequences; some hundreds are enough.
        number: How many are wanted.
    """
    few = np.argsort(-unsure, kind="stable")[:_CANDIDATES]
    letters = pool.alternatives or pool.sequences
    table = _profiles([letters[i] for i in few])
    distance = np.ones(len(few))
    if len(known):
        distance = 1 - (table @ _profiles(known).T).max(axis=1)
    found: list[tuple[int, float]] = []
    # Novelty that rounding made negative would turn the order around.
    distance = np.maximum(distance, 1e-6)
    left = np.ones(len(few), bool)
    while left.any() and len(found) < number:
        score = np.where(left, unsure[few] * distance, -1.0)
        best = int(np.argmax(score))
        found.append((int(few[best]), float(distance[best])))
        left[best] = False
        near = 1 - table @ table[best]
        distance = np.maximum(np.minimum(distance, near), 1e-6)
    return found


def reason(task: Task, predictions: Floats, names: tuple[str, ...], far: float) -> str:
    """Return why a sequence is suggested, in words.

    Args:
        task: What is predicted.
        predictions: (outputs,), of this sequence.
        names: As `LabelledSet.names`.
        far: Distance from what is labelled or chosen.
    """
    unlike = "unlike what is labelled" if far > 0.5 else "different from the others"
    if task == "regression":
        return f"predicted {predictions[0]:.3g}; {unlike}"
    if task == "binary":
        return f"{100 * predictions[0]:.0f} % {names[1]}; {unlike}"
    if task == "multiclass":
        first, second = np.argsort(-predictions)[:2]
        return (
            f"{names[first]} ({100 * predictions[first]:.0f} %) or {names[second]} "
            f"({100 * predictions[second]:.0f} %); {unlike}"
        )
    close = int(np.argmin(np.abs(predictions - 0.5)))
    return f"{100 * predictions[close]:.0f} % {names[close]}; {unlike}"


def _profiles(sequences: Sequence[str]) -> NDArray[np.float64]:
    """Return k-mer counts of length 1, so that products are cosines."""
    table = of_sequences(sequences, _K, collapse=True).toarray().astype(np.float64)
    length = np.sqrt((table**2).sum(axis=1, keepdims=True))
    return np.asarray(table / np.maximum(length, 1e-12))


def _by_contig(
    places: Sequence[Interval],
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return sorted starts and the largest end so far, by contig."""
    found: dict[str, list[tuple[int, int]]] = {}
    for place in places:
        found.setdefault(place.contig, []).append((place.start, place.end))
    table = {name: np.array(sorted(spans)) for name, spans in found.items()}
    return {n: (t[:, 0], np.maximum.accumulate(t[:, 1])) for n, t in table.items()}


def _overlaps(
    taken: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]], place: Interval
) -> bool:
    starts, ends = taken[place.contig]
    before = int(np.searchsorted(starts, place.end)) - 1
    return before >= 0 and int(ends[before]) > place.start
