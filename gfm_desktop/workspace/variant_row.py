"""What the window asks of a score table: whole rows, and marks to draw."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gfm_desktop.genome.variant import Variant, VariantKind
from gfm_desktop.workspace.score_columns import (
    KINDS,
    NO_KIND,
    PART_COLUMNS,
    STATUSES,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gfm_desktop.genome.status import Status
    from gfm_desktop.workspace.score_columns import Columns


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One allele of the variant file and what became of it.

    Attributes:
        row: Row of the table, from 0.
        line: Line of the variant file, from 1.
        chrom: Chromosome as the file spells it.
        pos: 1-based position as in the file; None where the line cannot be read.
        id: Identifier; empty where there is none.
        ref: REF as in the file.
        alt: This ALT allele as in the file.
        variant: The normalised allele on the open genome; None where there is none.
        kind: What the allele does; None where it cannot be told.
        status: The record's one status.
        reason: Why there is no score, or a caution.
        fix: What can be done about it.
        gene: Gene of the score.
        score: The score; None where there is none, never 0 for "missing".
        columns: The scorer's own columns; None where a value is missing.
        allele: Index of the ALT allele within its record, from 0.
    """

    row: int
    line: int
    chrom: str
    pos: int | None
    id: str
    ref: str
    alt: str
    variant: Variant | None
    kind: VariantKind | None
    status: Status
    reason: str = ""
    fix: str = ""
    gene: str = ""
    score: float | None = None
    columns: dict[str, float | int | str | None] = field(default_factory=dict)
    allele: int = 0


@dataclass(frozen=True, slots=True)
class VariantMarks:
    """Variants of a stretch, as arrays of one length, ordered by position.

    Attributes:
        row: int64, rows of the score table.
        start: int64, 0-based positions.
        kind: uint8, indexes into `KINDS`, or `NO_KIND`.
        status: uint8, indexes into `STATUSES`.
        score: float64, NaN where there is none.
        total: How many variants lie in the stretch; more than the arrays hold where
            the limit was reached, and then the highest scores are kept.
    """

    row: NDArray[np.int64]
    start: NDArray[np.int64]
    kind: NDArray[np.uint8]
    status: NDArray[np.uint8]
    score: NDArray[np.float64]
    total: int = 0

    def __len__(self) -> int:
        """Return the number of marks."""
        return len(self.row)


def variant_rows(columns: Columns, index: NDArray[np.int64]) -> list[VariantRow]:
    """Return whole rows in the order of `index`."""
    texts = columns.text.take(index).to_pylist()
    scores = _score_rows(columns, index)
    return [
        _row(text, score, columns, int(i))
        for i, text, score in zip(index, texts, scores, strict=True)
    ]


def _score_rows(
    columns: Columns, index: NDArray[np.int64]
) -> list[dict[str, Any] | None]:
    if columns.scores is None:
        return [None] * len(index)
    place = columns.place[index]
    found = columns.scores.take(place[place >= 0]).to_pylist()
    values = iter(found)
    return [next(values) if p >= 0 else None for p in place]


def _row(
    text: dict[str, Any], score: dict[str, Any] | None, columns: Columns, row: int
) -> VariantRow:
    kind = int(columns.kind[row])
    status = STATUSES[int(columns.status[row])]
    own = {} if score is None else score
    return VariantRow(
        row=row,
        line=int(text["line"]),
        chrom=text["chrom"] or "",
        pos=text["pos"],
        id="" if text["id"] in (None, ".") else text["id"],
        ref=text["ref"] or "",
        alt=text["alt"] or "",
        variant=_variant(text),
        kind=None if kind == NO_KIND else KINDS[kind],
        status=status,
        reason=own.get("reason") or (text["reason"] or "" if score is None else ""),
        fix=text["fix"] or "" if score is None else "",
        gene=own.get("gene") or "",
        score=_present(own.get("score")),
        columns={k: _value(v) for k, v in own.items() if k not in PART_COLUMNS},
        allele=int(text["allele"] or 0),
    )


def _variant(text: dict[str, Any]) -> Variant | None:
    if text["contig"] is None or text["start"] is None or not text["norm_ref"]:
        return None
    return Variant(text["contig"], text["start"], text["norm_ref"], text["norm_alt"])


def _present(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _value(value: Any) -> float | int | str | None:
    return _present(value) if isinstance(value, float) else value
