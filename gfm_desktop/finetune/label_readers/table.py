"""Rows of cells, whatever kind of file they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class Row(NamedTuple):
    """One row of a table.

    Attributes:
        number: 1-based line of the file (its first, where cells hold line ends), or row
            of the sheet.
        cells: As many as the table has columns, without white space around them.
        problem: Why the row cannot be read; empty where it can.
    """

    number: int
    cells: Sequence[str]
    problem: str = ""


class Table(Protocol):
    """A table that can be read several times, from its first row on.

    Attributes:
        path: The file.
        names: Columns; ``"column 2"`` where the file gives no name.
        header: Whether the file names its columns.
        sheets: Names of the sheets of a workbook; empty for text.
    """

    @property
    def path(self) -> Path: ...  # noqa: D102
    @property
    def names(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def header(self) -> bool: ...  # noqa: D102
    @property
    def sheets(self) -> tuple[str, ...]: ...  # noqa: D102

    def __iter__(self) -> Iterator[Row]:
        """Yield every row that is not blank, a comment or the header."""
        ...


def unique_names(cells: Sequence[str], width: int) -> tuple[str, ...]:
    """Return a name of its own for each of `width` columns."""
    names: list[str] = []
    for number in range(1, width + 1):
        name = cells[number - 1].strip() if number <= len(cells) else ""
        name = name or f"column {number}"
        twin, count = name, 2
        while twin in names:
            twin, count = f"{name} ({count})", count + 1
        names.append(twin)
    return tuple(names)


def fitted(number: int, cells: list[str], width: int) -> Row:
    """Return a row of exactly `width` cells, or why it has none.

    Cells missing at the end are empty; filled cells beyond the last column mean that
    columns have moved, so that no cell of the row can be trusted.
    """
    cells = [cell.strip() for cell in cells]
    while len(cells) > width and not cells[-1]:
        cells.pop()
    if len(cells) > width:
        return Row(
            number,
            [],
            f"it has {len(cells)} cells, the table has {width} columns: put cells that "
            "hold the delimiter in quotes",
        )
    return Row(number, [*cells, *[""] * (width - len(cells))])


def looks_like_header(cells: Sequence[str]) -> bool:
    """Tell whether the cells of a first row are names and not values."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and not any(_is_value(cell) for cell in filled)


def _is_value(cell: str) -> bool:
    if len(cell) >= _SHORTEST and set(cell.upper()) <= _LETTERS:
        return True
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return cell.casefold() not in ("nan", "inf", "infinity")


_LETTERS = frozenset("ACGTUN")
_SHORTEST = 8
