"""Rows of a file of labels whose label is still empty: what could be labelled next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.finetune.label_files import VARIANT_WINDOW, preview
from gfm_desktop.finetune.label_readers.cells import known
from gfm_desktop.finetune.label_readers.opening import open_table
from gfm_desktop.finetune.label_readers.region_rows import read_region_rows
from gfm_desktop.finetune.label_readers.roles import chosen_roles
from gfm_desktop.finetune.label_readers.sequence_rows import read_sequence_rows
from gfm_desktop.finetune.label_readers.variant_rows import read_variant_rows
from gfm_desktop.finetune.label_readers.vcf_table import VcfTable
from gfm_desktop.finetune.suggestions import MOST, Pool

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from gfm_desktop.finetune.label_files import LabelSource
    from gfm_desktop.finetune.label_readers.draft import Draft
    from gfm_desktop.genome.reference import Reference


def of_file(
    source: LabelSource, path: Path, reference: Reference | None
) -> Generator[int, None, Pool | None]:
    """Return the rows that have no label yet; None where all have one.

    With a bigWig every row has a label.

    Args:
        source: The file, as it was read for its labels.
        path: The same.
        reference: The open genome, where it was needed.

    Yields:
        Rows read so far.

    Raises:
        InputError: If the file cannot be read any more.
    """
    if source.signal:
        return None
    draft = yield from _draft(source, path, reference)
    chosen = [i for i, raw in enumerate(draft.raw) if not any(map(known, raw))]
    if not chosen:
        return None
    words = f"{len(chosen):,} rows of the file that have no label"
    chosen = chosen[:MOST]
    places = tuple(p for i in chosen if (p := draft.places[i]) is not None)
    return Pool(
        words,
        tuple(draft.sequences[i] for i in chosen),
        tuple(draft.alternatives[i] for i in chosen if draft.alternatives),
        places if len(places) == len(chosen) else (),
        tuple(draft.rows[i] for i in chosen),
    )


def _draft(
    source: LabelSource, path: Path, reference: Reference | None
) -> Generator[int, None, Draft]:
    genome = "open" if reference is not None else None
    seen = preview(path, genome=genome, source=source)
    said = {role: name for role, name in source.columns if role == "sheet"}
    table = open_table(path, sheet=said.get("sheet", source.sheet))
    one = seen.counting == "1"
    roles = chosen_roles(table.names, seen.roles, counts_from_one=one)
    if seen.kind == "sequences" or reference is None:
        return (yield from read_sequence_rows(table, roles, reference=reference))
    if seen.kind == "variants":
        return (
            yield from read_variant_rows(
                table,
                roles,
                reference=reference,
                window=source.window or VARIANT_WINDOW,
                lengths=table.contig_lengths if isinstance(table, VcfTable) else {},
            )
        )
    return (
        yield from read_region_rows(
            table, roles, reference=reference, window=source.window, signal=None
        )
    )
