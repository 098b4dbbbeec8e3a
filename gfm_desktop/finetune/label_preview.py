"""What a wizard shows of a file of labels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnPreview:
    """One column, as a wizard shows it.

    Attributes:
        name: Its name.
        role: One of `roles.ROLES`, or ``""`` for a column that is not read.
        why: Why it was taken for that.
    """

    name: str
    role: str
    why: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file seems to be; JSON can hold it (`dataclasses.asdict`).

    Attributes:
        path: The file.
        kind: What labels belong to; ``""`` where nobody can tell.
        header: Whether the file names its columns.
        sheets: Names of the sheets of a workbook.
        columns: All of them.
        rows: First rows; long cells are shortened.
        roles: (role, column) pairs, as `LabelSource.columns`.
        task: What labels seem to be; ``""`` where nobody can tell.
        task_why: The reason.
        counting: ``"0"`` or ``"1"``: the number of a contig's first base.
        needs_genome: Whether letters must be read from a genome.
        questions: What only a person can know.
        problems: Why the file cannot be used so; empty where it can.
        rows_read: Rows that were looked at.
        complete: Whether these are all rows.
    """

    path: str
    kind: str
    header: bool
    sheets: tuple[str, ...]
    columns: tuple[ColumnPreview, ...]
    rows: tuple[tuple[str, ...], ...]
    roles: tuple[tuple[str, str], ...]
    task: str
    task_why: str
    counting: str
    needs_genome: bool
    questions: tuple[str, ...]
    problems: tuple[str, ...]
    rows_read: int
    complete: bool
