"""Examples as a reader finds them, row by row, before labels are understood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.finetune.label_readers import label_values
from gfm_desktop.finetune.label_readers.given_split import part_of
from gfm_desktop.finetune.labelled import LabelledSet, RefusedRow

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.interval import Interval

STEP = 2_000
"""Rows after which a reader says how far it is."""
_SHOWN = 40


@dataclass(slots=True)
class Draft:
    """Columns of examples; a reader calls `add` or `refuse` once for every row.

    Attributes:
        columns: Names of the label columns.
        rows: 1-based rows of the file.
        sequences: Clean letters.
        alternatives: ALT windows; empty unless labels belong to variants.
        places: Where each lies, or None.
        reverse: Whether each was read on the minus strand.
        genes: Gene of each, or ``""``.
        given: Part of the user's split, or ``""``.
        raw: Label cells of each.
        refused: Rows that cannot be used.
        notes: What must be told.
        changes: What was changed on the way, to number of rows.
    """

    columns: tuple[str, ...]
    rows: list[int] = field(default_factory=list)
    sequences: list[str] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)
    places: list[Interval | None] = field(default_factory=list)
    reverse: list[bool] = field(default_factory=list)
    genes: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    raw: list[tuple[str, ...]] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)

    def refuse(self, row: int, reason: str) -> None:
        """Set a row aside. `reason` has no full stop; words of a sentence."""
        self.refused.append(RefusedRow(row, f"{reason[:1].upper()}{reason[1:]}."))

    def add(
        self,
        row: int,
        sequence: str,
        raw: tuple[str, ...],
        *,
        alternative: str | None = None,
        place: Interval | None = None,
        reverse: bool = False,
        gene: str = "",
        split: str = "",
    ) -> None:
        """Take an example; arguments as the attributes."""
        part = part_of(split)
        if part is None:
            self.refuse(row, f"its split “{split}” is none of train, validation, test")
            return
        self.rows.append(row)
        self.sequences.append(sequence)
        self.raw.append(raw)
        if alternative is not None:
            self.alternatives.append(alternative)
        self.places.append(place)
        self.reverse.append(reverse)
        self.genes.append(gene)
        self.given.append(part)

    def finish(
        self,
        path: Path,
        *,
        task: str,
        sha256: str,
        strands: bool,
        genes: GeneModels | None = None,
    ) -> LabelledSet:
        """Read the labels and return the examples that have one.

        Args:
            path: The file, for messages.
            task: One of `TASKS`, or ``"auto"``.
            sha256: As `LabelledSet.sha256`.
            strands: Whether `reverse` means something.
            genes: Gene models to look up genes in where the file names none.

        Raises:
            InputError: If there is nothing to learn from.
        """
        if not self.rows:
            raise self._nothing(path)
        try:
            labels = label_values.parse(self.raw, self.columns, task)
        except InputError as error:
            where = f"{path}, {error.where}" if error.where else str(path)
            raise InputError(error.what, where=where, todo=error.todo) from error
        for i, reason in labels.refused.items():
            self.refuse(self.rows[i], reason)
        placed = all(place is not None for place in self.places)
        places = tuple(place for place in self.places if place is not None)
        if placed and genes is not None and not any(self.genes):
            turned = [("-" if one else "+") if strands else "" for one in self.reverse]
            self.genes = [
                _gene(genes, place, strand)
                for place, strand in zip(places, turned, strict=True)
            ]
        data = LabelledSet(
            labels.task,
            labels.names,
            tuple(self.sequences),
            labels.values,
            np.array(self.rows, np.int64),
            alternatives=tuple(self.alternatives),
            places=places if placed else (),
            reverse=tuple(self.reverse) if strands else (),
            genes=tuple(self.genes) if any(self.genes) else (),
            given=tuple(self.given) if any(self.given) else (),
            refused=tuple(sorted(self.refused, key=lambda one: one.row)),
            sha256=sha256,
            notes=(*self.notes, *self._changed(), *labels.notes),
        )
        usable = [i for i in range(len(data)) if i not in labels.refused]
        return data.take(np.array(usable, np.int64))

    def _changed(self) -> list[str]:
        return [f"{count:,} rows: {what}." for what, count in self.changes.items()]

    def _nothing(self, path: Path) -> InputError:
        shown = "; ".join(f"row {r.row:,}: {r.reason}" for r in self.refused[:_SHOWN])
        return InputError(
            f"None of {len(self.refused):,} rows can be used. {shown}",
            where=str(path),
            todo="Check which columns were taken for what.",
        )


def _gene(genes: GeneModels, place: Interval, strand: str) -> str:
    """Return the gene over the middle of a place: of its strand if any, first by start.

    Args:
        genes: Gene models.
        place: Where the example lies.
        strand: ``"+"``, ``"-"``, or ``""`` where it is not known.
    """
    found = genes.at(place.contig, (place.start + place.end) // 2)
    found.sort(key=lambda gene: gene.strand != strand)
    return found[0].name if found else ""
