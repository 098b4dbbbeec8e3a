"""Labels of sequences that stand in the table itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.finetune.label_readers.draft import STEP, Draft
from gfm_desktop.finetune.label_readers.letters import read_letters
from gfm_desktop.genome.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.finetune.label_readers.roles import Roles
    from gfm_desktop.finetune.label_readers.table import Row, Table
    from gfm_desktop.genome.reference import Reference


def read_sequence_rows(
    table: Table, roles: Roles, *, reference: Reference | None
) -> Generator[int, None, Draft]:
    """Read one example a row, in steps.

    Coordinates beside the sequence are kept where every row has them and they are as
    long as the sequence; a strand then says how the sequence was read.

    Args:
        table: The open table.
        roles: Which column is what; `sequence` and `labels` are needed.
        reference: The genome whose contig names places get; None keeps the file's.

    Yields:
        Rows read so far.
    """
    draft = Draft(roles.label_names)
    lost = ""
    for done, row in enumerate(table):
        if done % STEP == 0:
            yield done
        if row.problem:
            draft.refuse(row.number, row.problem)
            continue
        letters = read_letters(roles.cell(row, "sequence"))
        if letters.problem:
            draft.refuse(row.number, letters.problem)
            continue
        draft.changes.update(letters.changes)
        found = _place(row, roles, len(letters.sequence), reference)
        if isinstance(found, str) and found:
            lost = lost or f"row {row.number:,}: {found}"
        draft.add(
            row.number,
            letters.sequence,
            roles.labels(row),
            place=None if isinstance(found, str) else found,
            reverse=roles.cell(row, "strand") == "-",
            gene=roles.cell(row, "gene"),
            split=roles.cell(row, "split"),
        )
    if lost:
        draft.notes.append(f"Coordinates are not used ({lost}).")
    return draft


def _place(
    row: Row, roles: Roles, length: int, reference: Reference | None
) -> Interval | str:
    """Return where a sequence lies, or why that is not known."""
    if not roles.has_place:
        return ""
    span = roles.span(row)
    if isinstance(span, str):
        return span
    contig, start, end = span
    if end - start != length:
        return f"they span {end - start:,} bp, the sequence has {length:,}"
    own = reference.resolve(contig) if reference else contig
    if own is None:
        return f"the genome has no contig {contig}"
    return Interval(own, start, end)
