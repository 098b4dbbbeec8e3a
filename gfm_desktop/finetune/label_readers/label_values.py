"""What people write into label columns, as numbers of a task."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import Task

UNKNOWN = frozenset({"", "na", "n/a", "#n/a", "nan", "null", ".", "?"})
"""What stands for "not known", in any case."""

_YES = frozenset({"1", "true", "t", "yes", "y", "+"})
_NO = frozenset({"0", "false", "f", "no", "n", "-"})
_WORDS = (
    "positive pos bound active case peak pathogenic functional open hit enhancer "
    "promoter present target"
)
_POSITIVE = _YES | frozenset(_WORDS.split())
_LISTS = ";|"
_NUMERIC_SHARE = 0.9
_MOST_LEVELS = 10
"""Whole numbers from 0 or 1 up to here may be classes."""
_MOST_CLASSES = 100
_LEAST_EACH = 5
_REUSED = 0.6
"""Lists of labels have fewer different items than this share of all that is listed."""


@dataclass(frozen=True, slots=True)
class TaskGuess:
    """What labels seem to be.

    Attributes:
        task: The task.
        why: The reason, in words.
        question: What only a person can know; empty where nothing is open.
    """

    task: Task
    why: str
    question: str = ""


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


def number(text: str) -> float | None:
    """Return the number that a cell holds, decimal comma or point, or None."""
    try:
        value = float(text)
    except ValueError:
        head, comma, tail = text.partition(",")
        if not (comma and tail.isdecimal() and head.lstrip("+-").isdecimal()):
            return None
        value = float(f"{head}.{tail}")
    return value if np.isfinite(value) else None


def known(text: str) -> bool:
    """Tell whether a cell says anything."""
    return text.casefold() not in UNKNOWN


def guess_task(raw: Iterable[tuple[str, ...]], columns: Sequence[str]) -> TaskGuess:
    """Guess the task from label cells, one tuple a row with a cell for each column.

    Raises:
        InputError: If the cells fit no task.
    """
    if len(columns) > 1:
        return TaskGuess(
            "multilabel", f"{len(columns)} columns say for each property yes or no"
        )
    counts = Counter(row[0] for row in raw if known(row[0]))
    total = sum(counts.values())
    named = f"The column “{columns[0]}”"
    if not counts:
        raise InputError(
            f"{named} is empty in every row.", todo="Choose another label column."
        )
    if listed := _as_lists(counts):
        return TaskGuess("multilabel", f"{named} lists several labels a row: {listed}")
    numbers = Counter[float]()
    for text, count in counts.items():
        if (value := number(text)) is not None:
            numbers[value] += count
    if numbers.total() >= _NUMERIC_SHARE * total:
        return _guess_numeric(named, numbers)
    classes = Counter[str]()
    for text, count in counts.items():
        classes[_key(text)] += count
    if len(classes) <= 2:
        return TaskGuess("binary", f"{named} has two values: {_shown(counts)}")
    if len(classes) > min(_MOST_CLASSES, total // 2):
        raise InputError(
            f"{named} has {len(classes):,} different texts in {total:,} rows: these "
            "are no classes.",
            todo="Choose another label column.",
        )
    return TaskGuess("multiclass", f"{named} has {len(classes)} classes")


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


def _guess_numeric(named: str, numbers: Counter[float]) -> TaskGuess:
    values = sorted(numbers)
    if len(values) <= 2:
        shown = " and ".join(f"{value:g}" for value in values)
        return TaskGuess("binary", f"{named} has two values: {shown}")
    whole = all(value == int(value) for value in values)
    contiguous = whole and values[0] in (0, 1) and values[-1] < _MOST_LEVELS + 1
    if contiguous and min(numbers.values()) >= _LEAST_EACH:
        return TaskGuess(
            "multiclass",
            f"{named} has the whole numbers {values[0]:g} to {values[-1]:g} only, like "
            "numbers of classes",
            "Are these numbers names of classes, or amounts (then the task is "
            "regression)?",
        )
    return TaskGuess(
        "regression",
        f"{named} has {len(values):,} different numbers, from {values[0]:g} to "
        f"{values[-1]:g}",
    )


def _as_lists(counts: Counter[str]) -> str:
    """Return an example where cells are lists of labels that come again and again."""
    for delimiter in _LISTS:
        lists = [text for text in counts if delimiter in text]
        items = {_key(item) for text in counts for item in text.split(delimiter)}
        items -= {"", "none"}
        uses = sum(
            count * (text.count(delimiter) + 1) for text, count in counts.items()
        )
        if lists and len(items) <= min(_MOST_CLASSES, _REUSED * uses):
            return f"“{lists[0]}”"
    return ""


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
                f"its label “{_short(text)}” is no number"
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
            spelled.setdefault(_key(text), Counter())[text] += 1
    numeric = {key for key in spelled if number(key) is not None}
    total = sum(map(Counter.total, spelled.values()))
    in_numeric = sum(spelled[key].total() for key in numeric)
    if len(numeric) < len(spelled) and in_numeric >= _NUMERIC_SHARE * max(total, 1):
        for i, (text,) in enumerate(raw):
            if i not in refused and _key(text) not in numeric:
                refused[i] = (
                    f"its label “{_short(text)}” is no number, as the others are"
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
    values = np.array([places.get(_key(text), 0) for (text,) in raw], np.int64)
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
            key = _key(text)
            if key in _YES or key in _NO:
                values[i, j] = key in _YES
            elif known(text):
                wrong = (
                    wrong or f"“{columns[j]}” is “{_short(text)}”, it must be 0 or 1"
                )
        if wrong:
            refused[i] = wrong
        elif np.isnan(values[i]).all():
            refused[i] = "its labels are all empty"
    return Labels("multilabel", tuple(columns), values, refused)


def _lists(raw: Sequence[tuple[str, ...]], column: str) -> Labels:
    texts = Counter(text for (text,) in raw if known(text))
    delimiter = max((*_LISTS, ","), key=lambda d: sum(d in text for text in texts))
    split = {
        text: [item.strip() for item in text.split(delimiter) if item.strip()]
        for text in texts
    }
    names: dict[str, str] = {}
    for items in split.values():
        for item in items:
            if _key(item) != "none":
                names.setdefault(_key(item), item)
    if len(names) > _MOST_CLASSES:
        raise InputError(
            f"The column “{column}” lists {len(names):,} different labels; at most "
            f"{_MOST_CLASSES} can be predicted.",
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
            if _key(item) in places:
                values[i, places[_key(item)]] = 1
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


def _key(text: str) -> str:
    """Return one spelling: 1, 1.0 and 01 are one class, and so are Yes and yes."""
    value = number(text)
    return text.strip().casefold() if value is None else f"{value:.12g}"


def _order(key: str) -> tuple[int, float, str]:
    """Sort numbers by size, and words that mean yes behind all others."""
    value = number(key)
    return (key in _POSITIVE and value is None, value or 0.0, key)


def _shown(counts: Counter[str]) -> str:
    return " and ".join(f"“{_short(text)}”" for text, _ in counts.most_common(2))


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:20]}..."
