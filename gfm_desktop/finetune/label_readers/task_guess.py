"""What kind of thing labels are, read off their cells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.errors import InputError
from gfm_desktop.finetune.label_readers.cells import key_of, known, number, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gfm_desktop.finetune.labelled import Task

LISTS = ";|"
"""What separates the labels of a cell that lists several."""
MOST_CLASSES = 100
"""More different texts are no classes."""
NUMERIC_SHARE = 0.9
_MOST_LEVELS = 10
"""Whole numbers from 0 or 1 up to here may be classes."""
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
    if numbers.total() >= NUMERIC_SHARE * total:
        return _guess_numeric(named, numbers)
    classes = Counter[str]()
    for text, count in counts.items():
        classes[key_of(text)] += count
    if len(classes) <= 2:
        return TaskGuess("binary", f"{named} has two values: {_shown(counts)}")
    if len(classes) > min(MOST_CLASSES, total // 2):
        raise InputError(
            f"{named} has {len(classes):,} different texts in {total:,} rows: these "
            "are no classes.",
            todo="Choose another label column.",
        )
    return TaskGuess("multiclass", f"{named} has {len(classes)} classes")


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
    for delimiter in LISTS:
        lists = [text for text in counts if delimiter in text]
        items = {key_of(item) for text in counts for item in text.split(delimiter)}
        items -= {"", "none"}
        uses = sum(
            count * (text.count(delimiter) + 1) for text, count in counts.items()
        )
        if lists and len(items) <= min(MOST_CLASSES, _REUSED * uses):
            return f"“{lists[0]}”"
    return ""


def _shown(counts: Counter[str]) -> str:
    return " and ".join(f"“{shortened(text)}”" for text, _ in counts.most_common(2))
