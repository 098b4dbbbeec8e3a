"""After the verdict: how many labels are needed, which next, and a map of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.finetune import embedding_map, learning_curve, report, suggestions
from gfm_desktop.finetune import trial as trials
from gfm_desktop.finetune.baselines.kmer_linear import KmerLinear
from gfm_desktop.finetune.evaluation import PRIMARY
from gfm_desktop.jobs.events import Progress
from gfm_desktop.jobs.finetune_desk import TITLES, tried
from gfm_desktop.jobs.finetune_folder import Kept
from gfm_desktop.jobs.finetune_results import MODEL, shown

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from gfm_desktop.finetune.evaluation import Outcome
    from gfm_desktop.finetune.intervals import Measured
    from gfm_desktop.finetune.method import Method
    from gfm_desktop.finetune.suggestions import Pool
    from gfm_desktop.finetune.trial import Fold
    from gfm_desktop.jobs.finetune_desk import Desk, Make
    from gfm_desktop.jobs.finetune_log import Said
    from gfm_desktop.models.finetuned_model import FineTunedModel

_KNOWN = 500
"""Labelled sequences that suggestions are compared with."""
_STEP = 32
_TURNS = len(learning_curve.FRACTIONS) * learning_curve.REPEATS
"""Trainings of one curve, at most."""


def learning(desk: Desk) -> Generator[Said, None, None]:
    """Learn from fewer labels, by the probe and by k-mers, and add it to the report."""
    if not desk.options["learning_curve"]:
        return
    method = "probe" if desk.method != "probe" else desk.method
    mine = yield from _curve(desk, MODEL, _probe(desk))
    kmers = yield from _curve(desk, "kmer_linear", _kmers(desk))
    words, needed = learning_curve.in_words(mine, PRIMARY[desk.data.task])
    if method != desk.method:
        words = (
            f"Measured with the quick probe, not with {TITLES[desk.method]}. {words}"
        )
    by_size = {one.labels: one.measured for one in kmers}
    points = []
    for one in mine:
        k = by_size.get(one.labels)
        points.append(
            report.CurvePoint(
                labels=one.labels,
                value=one.measured.value,
                low=one.measured.low,
                high=one.measured.high,
                kmer=k.value if k else None,
                kmer_low=k.low if k else None,
                kmer_high=k.high if k else None,
            )
        )
    part = report.LearningPart(method=method, words=words, needed=needed)
    yield from shown(desk, learning=part, learning_curve=points)


def _probe(desk: Desk) -> Make:
    """Return what makes a probe; layer and pooling are those that were chosen."""
    found = desk.details[MODEL] if desk.method == "probe" else []
    by_fold = {fold.number: one for fold, one in zip(_folds(desk), found, strict=False)}

    def make(fold: Fold, folder: Path) -> Method:
        chosen = by_fold.get(fold.number, {})
        fixed = {name: chosen[name] for name in ("layer", "pooling") if name in chosen}
        return desk.tuning(folder, method="probe", **fixed)

    return make


def _kmers(desk: Desk) -> Make:
    """Return what makes a k-mer model of the k that was chosen."""
    found = desk.details["kmer_linear"]
    by_fold = {fold.number: one for fold, one in zip(_folds(desk), found, strict=True)}
    return lambda fold, _folder: KmerLinear((int(by_fold[fold.number]["k"]),))


def _folds(desk: Desk) -> list[Fold]:
    return trials.plan(desk.split, stops_early=False)


def _curve(
    desk: Desk, key: str, make: Make
) -> Generator[Said, None, list[learning_curve.Point]]:
    """Return the points of one way of learning, ascending in labels."""
    points = []
    own = key != MODEL or desk.method == "probe"
    for i, fraction in enumerate(learning_curve.FRACTIONS):
        outcomes: list[Outcome] = []
        sizes: list[int] = []
        whole = fraction == 1
        for repeat in range(1 if whole else learning_curve.REPEATS):
            folds = _reduced(desk, fraction, repeat)
            if folds is None:
                continue
            sizes += [len(fold.train) + len(fold.validation) for fold in folds]
            if whole and own:
                outcomes.append(desk.judged[key].outcome)
                continue
            name = f"curve-{key}-{i}-{repeat}"
            turn = (
                i * learning_curve.REPEATS + repeat + (key != MODEL) * _TURNS,
                2 * _TURNS,
            )
            outcomes.append((yield from _outcome(desk, name, key, make, folds, turn)))
        if outcomes:
            found = yield from _measured(desk, f"curve-{key}-{i}", outcomes)
            points.append(learning_curve.Point(round(float(np.mean(sizes))), found))
    return points


def _reduced(desk: Desk, fraction: float, repeat: int) -> list[Fold] | None:
    """Return the trainings with fewer labels; None where one has too few."""
    groups, seed = desk.split.groups, desk.seed + repeat
    found = []
    for fold in _folds(desk):
        one = learning_curve.reduced(desk.data, groups, fold, fraction, seed)
        if one is None:
            return None
        found.append(one)
    return found


def _outcome(
    desk: Desk,
    name: str,
    key: str,
    make: Make,
    folds: list[Fold],
    turn: tuple[int, int],
) -> Generator[Said, None, Outcome]:
    predicted = yield from tried(
        desk,
        name,
        make,
        folds,
        stage="learning_curve",
        title="Learning curve",
        turn=turn,
    )
    balanced = key == MODEL and bool(desk.options["class_weights"])
    # No calibration: a measure of order does not need it.
    return trials.judged(
        desk.data, desk.split, predicted, kind="none", balanced=balanced
    ).outcome


def _measured(
    desk: Desk, name: str, outcomes: list[Outcome]
) -> Generator[Said, None, Measured]:
    from gfm_desktop.finetune.intervals import Measured

    kept = desk.folder.load(f"measures-{name}")
    if kept is None:
        yield Progress(0, None, "measures", "Measuring the learning curve")
        one = learning_curve.measured(outcomes, seed=desk.seed)
        kept = Kept({"value": one.value, "low": one.low, "high": one.high})
        desk.folder.save(f"measures-{name}", kept)
    return Measured(**kept.facts)


def suggested(
    desk: Desk, tuned: FineTunedModel, pool: Pool
) -> Generator[Said, None, None]:
    """Add the sequences to label next to the report.

    Args:
        desk: The desk.
        tuned: The fine-tuned model, as it was read back from its folder.
        pool: What could be labelled.
    """
    data = desk.data
    size = desk.batch_size or _STEP
    tables = [np.empty((0, data.outputs))]
    for first in range(0, len(pool.sequences), _STEP):
        yield Progress(first, len(pool.sequences), "sequences", "Looking for examples")
        here = slice(first, first + _STEP)
        changed = pool.alternatives[here] if pool.alternatives else None
        found = tuned.predict(pool.sequences[here], changed, batch_size=size)
        tables.append(found.astype(np.float64))
    table = np.concatenate(tables)
    known = _known(desk, pool)
    unsure = suggestions.uncertainty(data.task, table)
    chosen = suggestions.choose(pool, unsure, known)
    found_next = [
        report.Suggestion(
            sequence=(pool.alternatives or pool.sequences)[i],
            place=str(pool.places[i]) if pool.places else "",
            row=pool.rows[i] if pool.rows else None,
            prediction=float(table[i, 0]) if data.outputs == 1 else None,
            why=suggestions.reason(data.task, table[i], data.names, far),
        )
        for i, far in chosen
    ]
    yield from shown(desk, next=found_next, next_words=f"Chosen from {pool.words}.")


def _known(desk: Desk, pool: Pool) -> list[str]:
    """Return labelled sequences that suggestions should differ from."""
    if pool.rows and set(pool.rows) <= {int(row) for row in desk.data.rows}:
        # The pool itself is labelled.
        return []
    letters = desk.data.alternatives or desk.data.sequences
    places = np.linspace(0, len(letters) - 1, min(_KNOWN, len(letters)))
    return [letters[int(i)] for i in places]


def mapped(desk: Desk) -> Generator[Said, None, None]:
    """Add the map of embeddings to the report."""
    kept = desk.folder.load("map")
    chosen = embedding_map.shown(desk.split)
    details: dict[str, Any] = {}
    if desk.method == "probe":
        details = desk.details[MODEL][0]
    if kept is None:
        folder = desk.folder.trial("map")
        probe: Any = desk.tuning(folder, method="probe")
        features = probe.features
        both = desk.both_strands
        computing = features.compute(desk.data, chosen, both=both)
        yield from desk.log.driven(computing, "embedding_map", "Map of the examples")
        layer = int(details.get("layer", features.layers[-1]))
        pooling = str(details.get("pooling", "mean"))
        vectors = features.vectors(
            desk.data, chosen, layer=layer, pooling=pooling, both=both
        )
        words = f"layer {layer} of {desk.model.card.name}, pooled by {pooling}"
        found = embedding_map.embedding_map(
            desk.data, desk.split, chosen, vectors, of=words
        )
        kept = Kept(found.model_dump(mode="json"))
        desk.folder.save("map", kept)
    yield from shown(desk, embedding_map=report.EmbeddingMap(**kept.facts))
