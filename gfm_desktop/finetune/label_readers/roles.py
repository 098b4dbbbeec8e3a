"""Which column of a table is what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gfm_desktop.finetune.label_readers.table import Row

ROLES = (
    "sequence",
    "label",
    "split",
    "chrom",
    "start",
    "end",
    "strand",
    "gene",
    "pos",
    "ref",
    "alt",
)
"""What a column can be. ``label`` may be said of several columns."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Places of the columns that are read.

    Attributes:
        places: Role to 0-based column.
        label_places: Columns of labels.
        label_names: Their names.
        counts_from_one: Whether `start` is 1-based and `end` inclusive.
    """

    places: dict[str, int]
    label_places: tuple[int, ...]
    label_names: tuple[str, ...]
    counts_from_one: bool = False

    @property
    def has_place(self) -> bool:
        """Tell whether rows say where they lie."""
        return {"chrom", "start", "end"} <= self.places.keys()

    def cell(self, row: Row, role: str) -> str:
        """Return a row's cell of a role; empty where no column has it."""
        place = self.places.get(role)
        return "" if place is None else row.cells[place]

    def labels(self, row: Row) -> tuple[str, ...]:
        """Return the label cells of a row."""
        return tuple(row.cells[place] for place in self.label_places)

    def span(self, row: Row) -> tuple[str, int, int] | str:
        """Return contig, 0-based start and end (exclusive), or what is wrong."""
        chrom = self.cell(row, "chrom")
        ends = []
        for role in ("start", "end"):
            value = whole_number(self.cell(row, role))
            if value is None:
                return f"its {role} “{self.cell(row, role)}” is no whole number"
            ends.append(value)
        start, end = ends[0] - self.counts_from_one, ends[1]
        if not chrom:
            return "its contig is empty"
        if start < 0:
            return "it starts before the first base"
        if end <= start:
            return f"its end {ends[1]:,} does not lie behind its start {ends[0]:,}"
        return chrom, start, end


def whole_number(text: str) -> int | None:
    """Return a position; spreadsheets like to write 1,000 or 1000.0."""
    text = text.replace(",", "").removesuffix(".0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def chosen_roles(
    names: Sequence[str],
    pairs: Iterable[tuple[str, str]],
    *,
    counts_from_one: bool = False,
) -> Roles:
    """Return where the columns of (role, name) pairs stand.

    Raises:
        InputError: If a role or a column does not exist; all such are told at once.
    """
    places: dict[str, int] = {}
    labels: list[int] = []
    problems = []
    for role, name in pairs:
        place = _place_of(names, name)
        if role not in ROLES:
            problems.append(f"no column can be “{role}” (but {', '.join(ROLES)})")
        elif place is None:
            problems.append(f"there is no column “{name}”")
        elif role == "label":
            labels.append(place)
        else:
            places[role] = place
    if problems:
        raise InputError(
            f"The columns cannot be chosen so: {'; '.join(problems)}.",
            todo=f"The table has the columns {', '.join(names)}.",
        )
    label_names = tuple(names[place] for place in labels)
    return Roles(places, tuple(labels), label_names, counts_from_one)


def _place_of(names: Sequence[str], name: str) -> int | None:
    """Return the column of a name, in any case, or of a 1-based number."""
    if name in names:
        return names.index(name)
    folded = [one.casefold() for one in names]
    if folded.count(name.casefold()) == 1:
        return folded.index(name.casefold())
    if name.isdecimal() and 1 <= int(name) <= len(names):
        return int(name) - 1
    return None
