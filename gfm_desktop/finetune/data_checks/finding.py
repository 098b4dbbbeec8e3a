"""What a check of the data says, and what every check looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gfm_desktop.models.sequence import reverse_complement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.finetune.data_checks.sides import Sides
    from gfm_desktop.finetune.homology import Relatives
    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.split import Split

    Whole = NDArray[np.int64]

Level = Literal["ok", "caution", "stop"]
"""The colours of a traffic light: go on; know this; mend this first."""

SHOWN_ROWS = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one check.

    Attributes:
        key: Which check.
        level: How bad it is.
        title: A few words.
        words: What was found and what it means.
        count: Examples concerned, wherever they are.
        leaking: Of these, examples that the measure would flatter: what they resemble
            lies in an earlier part (train, validation, test), or in another fold of a
            cross-validation.
        rows: 1-based rows of the file, the first `SHOWN_ROWS` of those concerned.
        fix: What mends it with one click: a key of `checks.FIXES`, or a setting such as
            ``"split=similarity"``; empty where nothing does.
    """

    key: str
    level: Level
    title: str
    words: str
    count: int = 0
    leaking: int = 0
    rows: tuple[int, ...] = ()
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What checks look at.

    Attributes:
        data: All examples.
        split: Their parts.
        sides: The same, as crossings are counted.
        relatives: Who is related to whom.
        nodes: int64 (n,), equal for examples that a model cannot tell apart: the same
            letters, and of variants the same two haplotypes.
        mates: int64 (number of nodes,), the node of the reverse complement, or -1.
    """

    data: LabelledSet
    split: Split
    sides: Sides
    relatives: Relatives
    nodes: Whole
    mates: Whole

    def rows(self, concerned: NDArray[np.bool_]) -> tuple[int, ...]:
        """Return rows of the file for the first examples of a mask."""
        chosen = np.flatnonzero(concerned)[:SHOWN_ROWS]
        return tuple(int(row) for row in self.data.rows[chosen])


def numbered(data: LabelledSet) -> tuple[Whole, Whole]:
    """Return `nodes` and `mates` of `Inspected`."""
    texts = (
        [f"{a}>{b}" for a, b in zip(data.sequences, data.alternatives, strict=True)]
        if data.alternatives
        else data.sequences
    )
    numbers: dict[str, int] = {}
    nodes = np.array(
        [numbers.setdefault(text, len(numbers)) for text in texts], np.int64
    )
    mates = np.full(len(numbers), -1, np.int64)
    for text, number in numbers.items():
        other = ">".join(reverse_complement(part) for part in text.split(">"))
        mate = numbers.get(other, -1)
        mates[number] = mate if mate != number else -1
    return nodes, mates


def level_of(leaking: int, held: int, *, concerned: int = 0) -> Level:
    """Return how bad a leak is: one held-out example in a hundred is too many."""
    if held and leaking >= max(1, _STOP_SHARE * held):
        return "stop"
    return "caution" if leaking or concerned else "ok"


_STOP_SHARE = 0.01
