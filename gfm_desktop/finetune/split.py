"""Which examples are learnt from and which are kept apart to measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TRAIN, VALIDATION, TEST, UNUSED = range(4)
PARTS = ("train", "validation", "test", "unused")
"""Names of the codes above."""

How = Literal["given", "chromosome", "similarity", "random"]


@dataclass(frozen=True, slots=True)
class Split:
    """The part of every example.

    Two designs. *Held out*: parts are train, validation and test. *Cross-validation*
    (`folds` at least 2, for few labels): there is no test part; every fold is predicted
    by a model that learnt from the others, so each example is tested once; the shipped
    model learns from all.

    Attributes:
        parts: uint8 (n,), `TRAIN`, `VALIDATION`, `TEST` or `UNUSED`. In
            cross-validation all are `TRAIN` (or `UNUSED`).
        folds: int64 (n,), fold of every example that is not `TEST` or `UNUSED`, else
            -1. Folds never part a group. In a held-out design they serve choices
            (layer, pooling, strength) within train and validation.
        groups: int64 (n,), examples that must stay together: alike, overlapping, on one
            chromosome. Bootstrap intervals draw whole groups.
        how: What made it.
        cross_validation: Which of the two designs.
        why: In words, for the report.
    """

    parts: NDArray[np.uint8]
    folds: NDArray[np.int64]
    groups: NDArray[np.int64]
    how: How
    cross_validation: bool
    why: str

    def of(self, *parts: int) -> NDArray[np.int64]:
        """Return the indices of the examples of some parts, ascending."""
        return np.flatnonzero(np.isin(self.parts, parts)).astype(np.int64)
