"""Labels of regions: letters come from the genome, numbers perhaps from a bigWig."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.finetune.label_readers.draft import STEP, Draft
from gfm_desktop.finetune.label_readers.letters import SHORTEST
from gfm_desktop.genome.interval import Interval
from gfm_desktop.models.sequence import reverse_complement

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.finetune.label_readers.roles import Roles
    from gfm_desktop.finetune.label_readers.signal import Signal
    from gfm_desktop.finetune.label_readers.table import Row, Table
    from gfm_desktop.genome.reference import Reference


def read_region_rows(
    table: Table,
    roles: Roles,
    *,
    reference: Reference,
    window: int,
    signal: Signal | None,
) -> Generator[int, None, Draft]:
    """Read one example a row, in steps.

    Args:
        table: The open table.
        roles: `chrom`, `start`, `end` are needed, and `labels` without a signal. A
            region whose strand is ``-`` is read as the reverse complement.
        reference: The genome.
        window: Letters around the middle of each region; 0 for the region itself.
        signal: bigWig whose mean over the letters read is the label.

    Yields:
        Rows read so far.
    """
    draft = Draft((signal.name,) if signal else roles.label_names)
    for done, row in enumerate(table):
        if done % STEP == 0:
            yield done
        place = _place(row, roles, reference, window)
        if isinstance(place, str):
            draft.refuse(row.number, place)
            continue
        letters = reference.fetch(place.contig, place.start, place.end)
        if len(letters) - letters.count("N") < max(SHORTEST, len(letters) // 2):
            draft.refuse(row.number, f"the genome is mostly unknown (N) at {place}")
            continue
        raw = roles.labels(row)
        if signal is not None:
            value = signal.mean(place)
            if isinstance(value, str):
                draft.refuse(row.number, value)
                continue
            raw = (repr(value),)
        reverse = roles.cell(row, "strand") == "-"
        draft.add(
            row.number,
            reverse_complement(letters) if reverse else letters,
            raw,
            place=place,
            reverse=reverse,
            gene=roles.cell(row, "gene"),
            split=roles.cell(row, "split"),
        )
    return draft


def _place(row: Row, roles: Roles, reference: Reference, window: int) -> Interval | str:
    """Return the stretch to read, or why there is none."""
    if row.problem:
        return row.problem
    span = roles.span(row)
    if isinstance(span, str):
        return span
    chrom, start, end = span
    contig = reference.resolve(chrom)
    if contig is None:
        return reference.names.explain(chrom)
    length = reference.contigs[contig]
    if end > length:
        return f"it ends at {end:,}, but {contig} ends at {length:,}"
    if window:
        start = (start + end) // 2 - window // 2
        end = start + window
        if start < 0 or end > length:
            return f"a window of {window:,} bp around its middle leaves {contig}"
    if end - start < SHORTEST:
        return f"it has {end - start} bp, at least {SHORTEST} are needed"
    return Interval(contig, start, end)
