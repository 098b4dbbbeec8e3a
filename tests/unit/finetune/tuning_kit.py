"""Labelled sequences with a planted motif, and runs of methods to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.finetune.labelled import LabelledSet

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.finetune.labelled import Task

MOTIF = "TGTAAATA"
LENGTH = 40


def run(work: Generator[Any, None, Any]) -> Any:
    """Return what a generator returns, all its ticks told."""
    return followed(work)[1]


def followed(work: Generator[Any, None, Any]) -> tuple[list[Any], Any]:
    """Return the ticks of a generator and what it returns."""
    ticks = []
    while True:
        try:
            ticks.append(next(work))
        except StopIteration as end:
            return ticks, end.value


def planted(
    number: int, task: Task = "binary", *, seed: int = 1, motif: str = MOTIF
) -> LabelledSet:
    """Return random sequences whose labels tell whether, or where, the motif is."""
    random = np.random.default_rng(seed)
    sequences, found = [], np.zeros(number, np.int64)
    for i in range(number):
        letters = random.choice(list("ACGT"), LENGTH)
        kind = int(random.integers(0, 3 if task == "multiclass" else 2))
        found[i] = kind
        if kind:
            word = motif if kind == 1 else motif[::-1]
            start = int(random.integers(0, LENGTH - len(word)))
            letters[start : start + len(word)] = list(word)
        sequences.append("".join(letters))
    names, labels = _labels(task, found, sequences, random)
    rows = np.arange(2, number + 2, dtype=np.int64)
    return LabelledSet(task, names, tuple(sequences), labels, rows, sha256="1" * 64)


def _labels(
    task: Task, found: Any, sequences: list[str], random: np.random.Generator
) -> tuple[tuple[str, ...], Any]:
    if task == "binary":
        return ("no", "yes"), found
    if task == "multiclass":
        return ("none", "motif", "mirror"), found
    if task == "regression":
        return ("value",), (3.0 + 2.0 * found).astype(np.float32)
    rich = np.array([s.count("G") + s.count("C") > LENGTH / 2 for s in sequences])
    table = np.stack([found, rich], axis=1).astype(np.float32)
    table[random.random(table.shape) < 0.1] = np.nan
    return ("motif", "rich"), table


def variants(number: int, *, seed: int = 1) -> LabelledSet:
    """Return windows whose ALT allele makes a motif (1) or not (0)."""
    random = np.random.default_rng(seed)
    ref, alt = [], []
    labels = random.integers(0, 2, number)
    for label in labels:
        letters = random.choice(list("ACGT"), LENGTH)
        middle = LENGTH // 2
        letters[middle - 2 : middle + 3] = list("TTCTT" if label else "GACCA")
        ref.append("".join(letters))
        letters[middle] = "G"
        alt.append("".join(letters))
    return LabelledSet(
        "binary",
        ("benign", "breaking"),
        tuple(ref),
        labels.astype(np.int64),
        np.arange(1, number + 1, dtype=np.int64),
        alternatives=tuple(alt),
        sha256="2" * 64,
    )


def parts(number: int, folds: int = 4) -> tuple[Any, Any, Any, Any]:
    """Return train, validation and test indices, and the folds of all."""
    order = np.arange(number)
    train = order[: number * 6 // 10]
    validation = order[number * 6 // 10 : number * 8 // 10]
    test = order[number * 8 // 10 :]
    every = np.where(order < number * 8 // 10, order % folds, -1).astype(np.int64)
    return train, validation, test, every
