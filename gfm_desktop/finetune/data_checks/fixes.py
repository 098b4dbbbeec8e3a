"""What one click can mend: each takes examples and returns fewer."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune.data_checks.conflicting_labels import (
    conflicting,
    label_numbers,
)
from gfm_desktop.finetune.data_checks.finding import numbered
from gfm_desktop.finetune.labelled import LabelledSet, RefusedRow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]


def drop_duplicates(data: LabelledSet) -> LabelledSet:
    """Keep the first of equal sequences with equal labels."""
    nodes, _ = numbered(data)
    return _first_of_each(data, nodes, "a copy of row {row:,}, with the same label")


def drop_reverse_complements(data: LabelledSet) -> LabelledSet:
    """Keep the first of two opposite strands with equal labels."""
    nodes, mates = numbered(data)
    lower = np.where(mates >= 0, np.minimum(np.arange(len(mates)), mates), -1)
    # Copies on one strand stay: another fix drops those.
    molecule = np.where(mates[nodes] >= 0, lower[nodes], -1)
    labels = label_numbers(data)
    first: dict[tuple[int, int], int] = {}
    dropped: dict[int, str] = {}
    for i in range(len(data)):
        if molecule[i] < 0:
            continue
        kept = first.setdefault((int(molecule[i]), int(labels[i])), i)
        if nodes[kept] != nodes[i]:
            dropped[i] = f"the reverse complement of row {data.rows[kept]:,}"
    return _without(data, dropped, "reverse_complements")


def settle_conflicts(data: LabelledSet) -> LabelledSet:
    """Drop equal sequences with different labels; of numbers keep one, their mean."""
    nodes, _ = numbered(data)
    torn = np.flatnonzero(conflicting(data, nodes))
    if data.task != "regression":
        why = "an equal sequence has another label"
        return _without(data, {int(i): why for i in torn}, "conflicting_labels")
    labels = np.array(data.labels)
    first: dict[int, int] = {}
    dropped = {}
    for i in map(int, torn):
        kept = first.setdefault(int(nodes[i]), i)
        if kept == i:
            labels[i] = np.asarray(data.labels)[nodes == nodes[i]].mean()
        else:
            dropped[i] = f"its label went into the mean of row {data.rows[kept]:,}"
    return _without(replace(data, labels=labels), dropped, "conflicting_labels")


def _first_of_each(data: LabelledSet, nodes: Whole, why: str) -> LabelledSet:
    labels = label_numbers(data)
    first: dict[tuple[int, int], int] = {}
    dropped = {}
    for i in range(len(data)):
        kept = first.setdefault((int(nodes[i]), int(labels[i])), i)
        if kept != i:
            dropped[i] = why.format(row=int(data.rows[kept]))
    return _without(data, dropped, "duplicates")


def _without(data: LabelledSet, dropped: dict[int, str], key: str) -> LabelledSet:
    """Return the other examples; dropped ones are refused, so that no row is lost."""
    if not dropped:
        return data
    kept = np.setdiff1d(np.arange(len(data)), np.fromiter(dropped, np.int64))
    refused = [
        RefusedRow(int(data.rows[i]), f"{why[0].upper()}{why[1:]}.")
        for i, why in dropped.items()
    ]
    refused = sorted([*data.refused, *refused], key=lambda one: one.row)
    sha256 = hashlib.sha256(f"{data.sha256} {key}".encode()).hexdigest()
    return replace(data.take(kept), refused=tuple(refused), sha256=sha256)
