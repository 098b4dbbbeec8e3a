"""What people write into label columns, as numbers of a task."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.finetune.label_readers.cells import key_of, known, number, shortened
from gfm_desktop.finetune.label_readers.task_guess import (
    LISTS,
    MOST_CLASSES,
    NUMERIC_SHARE,
    guess_task,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import Task

_YES = frozenset({"1", "true", "t", "yes", "y", "+"})
_NO = frozenset({"0", "false", "f", "no", "n", "-"})
_WORDS = (
    "positive pos bound active case peak pathogenic functional open hit enhancer "
    "promoter present target"
)
_POSITIVE = _YES | frozenset(_WORDS.split())


@dataclass(slots=True)
class Labels:
    """Labels of a task.

    Attributes:
        task: The task.
        names: As `LabelledSet.names`.
        values: (n,) or (n, k), as `LabelledSet.labels`; of refused rows anything.
        refused: Index of a row that has no label, to the reason.
        notes: What must be told.
    """

    task: Task
    names: tuple[str, ...]
    values: NDArray[Any]
    refused: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def parse(raw: Sequence[tuple[str, ...]], columns: Sequence[str], task: str) -> Labels:
    """Turn label cells into numbers.

    Args:
        raw: Cells of every row, one for each column.
        columns: Names of the label columns.
        task: One of `TASKS`, or ``"auto"``.

    Raises:
        InputError: If no row has a label, or all have the same.
    """
    chosen = guess_task(raw, columns).task if task == "auto" else task
    match chosen:
        case "regression":
            labels = _numbers(raw, columns)
        case "multilabel":
            labels = (
                _flags(raw, columns) if len(columns) > 1 else _lists(raw, columns[0])
            )
        case "binary" | "multiclass":
            labels = _classes(raw, columns, chosen)
        case _:
            raise InputError(f"There is no task “{task}”.")
    _refuse_sameness(labels, columns, len(raw))
    return labels


def _numbers(raw: Sequence[tuple[str, ...]], columns: Sequence[str]) -> Labels:
    _one_column(columns, "A number is predicted")
    values = np.full(len(raw), np.nan, np.float32)
    refused = {}
    commas = 0
    for i, (text,) in enumerate(raw):
        value = number(text)
        if value is not None:
            values[i] = value
            commas += "," in text
        else:
            refused[i] = (
                f"its label “{shortened(text)}” is no number"
                if known(text)
                else "its label is empty"
            )
    labels = Labels("regression", (columns[0],), values, refused)
    if commas:
        labels.notes.append(f"Commas in {commas:,} labels were read as decimal commas.")
    return labels


def _classes(
    raw: Sequence[tuple[str, ...]], columns: Sequence[str], task: str
) -> Labels:
    _one_column(columns, "One class a row is predicted")
    refused = {
        i: "its label is empty" for i, (text,) in enumerate(raw) if not known(text)
    }
    spelled: dict[str, Counter[str]] = {}
    for i, (text,) in enumerate(raw):
        if i not in refused:
            spelled.setdefault(key_of(text), Counter())[text] += 1
    numeric = {key for key in spelled if number(key) is not None}
    total = sum(map(Counter.total, spelled.values()))
    in_numeric = sum(spelled[key].total() for key in numeric)
    if len(numeric) < len(spelled) and in_numeric >= NUMERIC_SHARE * max(total, 1):
        for i, (text,) in enumerate(raw):
            if i not in refused and key_of(text) not in numeric:
                refused[i] = (
                    f"its label “{shortened(text)}” is no number, as the others are"
                )
        spelled = {key: spelled[key] for key in numeric}
    keys = sorted(spelled, key=_order)
    if task == "binary" and len(keys) > 2:
        raise InputError(
            f"The column “{columns[0]}” has {len(keys):,} different values; two "
            "classes are wanted.",
            todo="Choose the task “multiclass”, or another column.",
        )
    names = tuple(spelled[key].most_common(1)[0][0] for key in keys)
    places = {key: place for place, key in enumerate(keys)}
    values = np.array([places.get(key_of(text), 0) for (text,) in raw], np.int64)
    kind: Task = "binary" if len(keys) == 2 and task == "binary" else "multiclass"
    labels = Labels(kind, names, values, refused)
    if kind == "binary":
        labels.notes.append(
            f"“{names[1]}” counts as positive, “{names[0]}” as negative."
        )
    return labels


def _flags(raw: Sequence[tuple[str, ...]], columns: Sequence[str]) -> Labels:
    values = np.full((len(raw), len(columns)), np.nan, np.float32)
    refused = {}
    for i, cells in enumerate(raw):
        wrong = ""
        for j, text in enumerate(cells):
            key = key_of(text)
            if key in _YES or key in _NO:
                values[i, j] = key in _YES
            elif known(text):
                wrong = (
                    wrong or f"“{columns[j]}” is “{shortened(text)}”, it must be 0 or 1"
                )
        if wrong:
            refused[i] = wrong
        elif np.isnan(values[i]).all():
            refused[i] = "its labels are all empty"
    return Labels("multilabel", tuple(columns), values, refused)


def _lists(raw: Sequence[tuple[str, ...]], column: str) -> Labels:
    texts = Counter(text for (text,) in raw if known(text))
    delimiter = max((*LISTS, ","), key=lambda d: sum(d in text for text in texts))
    split = {
        text: [item.strip() for item in text.split(delimiter) if item.strip()]
        for text in texts
    }
    names: dict[str, str] = {}
    for items in split.values():
        for item in items:
            if key_of(item) != "none":
                names.setdefault(key_of(item), item)
    if len(names) > MOST_CLASSES:
        raise InputError(
            f"The column “{column}” lists {len(names):,} different labels; at most "
            f"{MOST_CLASSES} can be predicted.",
            todo="Choose another label column.",
        )
    keys = sorted(names)
    places = {key: place for place, key in enumerate(keys)}
    values = np.zeros((len(raw), len(keys)), np.float32)
    refused = {}
    for i, (text,) in enumerate(raw):
        if not known(text):
            refused[i] = "its label is empty: write “none” where no label applies"
        for item in split.get(text, ()):
            if key_of(item) in places:
                values[i, places[key_of(item)]] = 1
    return Labels("multilabel", tuple(names[key] for key in keys), values, refused)


def _refuse_sameness(labels: Labels, columns: Sequence[str], rows: int) -> None:
    usable = np.setdiff1d(np.arange(rows), np.fromiter(labels.refused, np.int64))
    values = labels.values[usable]
    where = ", ".join(columns[:5])
    if not len(usable):
        first = next(iter(labels.refused.values()), "there is none")
        raise InputError(
            f"No row has a label that can be used; of the first, {first}.",
            where=where,
            todo="Choose another label column.",
        )
    with_values = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    if len(np.unique(with_values)) < 2:
        raise InputError(
            "All labels are the same: there is nothing to learn.",
            where=where,
            todo="Add examples of what it is not, or choose another column.",
        )


def _one_column(columns: Sequence[str], what: str) -> None:
    if len(columns) != 1:
        raise InputError(
            f"{what}, but {len(columns)} label columns are chosen: "
            f"{', '.join(columns[:5])}.",
            todo="Choose one, or the task “multilabel”.",
        )


def _order(key: str) -> tuple[int, float, str]:
    """Sort numbers by size, and words that mean yes behind all others."""
    value = number(key)
    return (key in _POSITIVE and value is None, value or 0.0, key)
