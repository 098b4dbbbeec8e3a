"""Labelled sequences: what every part of fine-tuning reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gfm_desktop.genome.interval import Interval

Task = Literal["binary", "multiclass", "multilabel", "regression"]
"""Two classes; one of several classes; any of several classes; a number."""

TASKS: tuple[Task, ...] = ("binary", "multiclass", "multilabel", "regression")


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be used; nothing is skipped without one.

    Attributes:
        row: 1-based line of a text file, row of a sheet, or record of a VCF.
        reason: Why, in words that tell what to mend.
    """

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Sequences with labels; all of one task.

    Attributes:
        task: What is predicted.
        names: The classes (binary: the negative one, then the positive one), the label
            columns of a multi-label task, or the one column of a regression.
        sequences: Letters A, C, G, T, N, as `models.tokens.clean` leaves them; in the
            reading direction of the label. With `alternatives`, the REF window.
        labels: int64 (n,) numbers of classes; float32 (n, k) of 0, 1 and NaN (not
            known) for multi-label; float32 (n,) for regression.
        rows: int64 (n,), the rows of the file that the examples came from, 1-based.
        alternatives: The ALT window of every variant, of any length; empty where the
            labels belong to sequences.
        places: Where each sequence lies on a genome (0-based half-open); empty where
            that is not known for all.
        reverse: bool (n,), whether each was read on the minus strand; empty where
            strands are not known.
        genes: Gene of each example, ``""`` where it has none; empty where not known.
        given: The user's own split, ``"train"``, ``"validation"``, ``"test"`` or ``""``
            for every example; empty where the file has no such column.
        refused: Rows that cannot be used.
        sha256: Hash of what was read: the file, its columns, the genome.
        notes: What was done to rows on the way and must be told, such as U read as T.
    """

    task: Task
    names: tuple[str, ...]
    sequences: tuple[str, ...]
    labels: NDArray[np.generic]
    rows: NDArray[np.int64]
    alternatives: tuple[str, ...] = ()
    places: tuple[Interval, ...] = ()
    reverse: tuple[bool, ...] = ()
    genes: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    sha256: str = ""
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.sequences)

    @property
    def outputs(self) -> int:
        """Return the columns of a prediction: 1 for binary tasks and regression."""
        return 1 if self.task in ("binary", "regression") else len(self.names)

    def take(self, chosen: NDArray[np.int64]) -> LabelledSet:
        """Return some of the examples, in the order given; `refused` stays."""
        columns: dict[str, Any] = {
            name: tuple(column[i] for i in chosen)
            for name in _COLUMNS
            if (column := getattr(self, name))
        }
        return replace(
            self, labels=self.labels[chosen], rows=self.rows[chosen], **columns
        )


_COLUMNS = (
    "sequences",
    "alternatives",
    "places",
    "reverse",
    "genes",
    "given",
)
