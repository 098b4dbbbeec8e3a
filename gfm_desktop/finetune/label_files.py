"""Files of labels: what is in them, and their examples."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gfm_desktop.errors import InputError
from gfm_desktop.finetune.checks import apply_fixes
from gfm_desktop.finetune.guessing import Kind, TableGuess, guess_columns
from gfm_desktop.finetune.label_preview import ColumnPreview, Preview
from gfm_desktop.finetune.label_readers.opening import open_table
from gfm_desktop.finetune.label_readers.region_rows import read_region_rows
from gfm_desktop.finetune.label_readers.roles import chosen_roles
from gfm_desktop.finetune.label_readers.sequence_rows import read_sequence_rows
from gfm_desktop.finetune.label_readers.signal import Signal
from gfm_desktop.finetune.label_readers.task_guess import guess_task
from gfm_desktop.finetune.label_readers.variant_rows import read_variant_rows
from gfm_desktop.finetune.label_readers.vcf_table import VcfTable
from gfm_desktop.genome.fingerprint import content_hash

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.finetune.label_readers.draft import Draft
    from gfm_desktop.finetune.label_readers.roles import Roles
    from gfm_desktop.finetune.label_readers.table import Table
    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference

VARIANT_WINDOW = 512
"""Letters around a variant where the user says nothing."""
_GUESSED_ROWS = 20_000
_SHOWN_ROWS = 20
_SHOWN_LETTERS = 80


@dataclass(frozen=True, slots=True)
class LabelSource:
    """A file of labels and all that a person said about it.

    Attributes:
        path: CSV, TSV, BED, any text with a delimiter, Excel, VCF or BCF.
        kind: What labels belong to; ``"auto"`` looks.
        columns: (role, column) pairs, with roles of `roles.ROLES`; a column is a name
            or a 1-based number. Roles that are not named are guessed. Four more say
            something about the file: ``("counting", "0" or "1")``, the number of a
            contig's first base; ``("sheet", name)``, as `sheet`; ``("fix", key)``, one
            of `checks.FIXES` to be applied to what was read; ``("ignore", name)``, a
            column that is not used, whatever it looks like.
        task: One of `TASKS`, or ``"auto"``.
        window: Letters read around the middle of a region, or around a variant; 0 reads
            regions as they are, and `VARIANT_WINDOW` letters around variants.
        signal: bigWig file whose mean over each region is the label.
        sheet: Sheet of a workbook; its first by default.
    """

    path: str
    kind: Literal["auto", "sequences", "regions", "variants"] = "auto"
    columns: tuple[tuple[str, str], ...] = ()
    task: str = "auto"
    window: int = 0
    signal: str = ""
    sheet: str = ""


def preview(
    path: Path | str, *, genome: str | None = None, source: LabelSource | None = None
) -> Preview:
    """Look at the first rows of a file and guess what they are.

    Args:
        path: The file.
        genome: The open genome, or None: then regions and variants are a problem.
        source: What a person said so far; wins over every guess.

    Raises:
        InputError: If the file is missing, empty, damaged or no table.
    """
    source = source or LabelSource(str(path))
    look = _look(source, rows=_GUESSED_ROWS)
    task, why, problems = "", "", list(look.guess.problems)
    questions = list(look.guess.questions)
    names = tuple(name for role, name in look.pairs if role == "label")
    if source.signal:
        task, why = "regression", "the mean of the bigWig over each region is predicted"
    elif source.task != "auto":
        task, why = source.task, "it was chosen"
    elif names:
        places = [look.table.names.index(name) for name in names]
        raw = [tuple(cells[place] for place in places) for cells in look.rows]
        try:
            found = guess_task(raw, names)
            task, why = found.task, found.why
            questions += [found.question] if found.question else []
        except InputError as error:
            problems.append(str(error))
    kind = look.kind or ""
    if kind in ("regions", "variants") and not genome:
        problems.append(f"Letters of {kind} are read from a genome: open it first.")
    by_column = {name: role for role, name in look.pairs}
    return Preview(
        path=str(path),
        kind=kind,
        header=look.table.header,
        sheets=look.table.sheets,
        columns=tuple(
            ColumnPreview(
                column.name,
                by_column.get(column.name, ""),
                column.why
                if by_column.get(column.name, "") == column.role
                else "it was chosen",
            )
            for column in look.guess.columns
        ),
        rows=tuple(tuple(map(_short, cells)) for cells in look.rows[:_SHOWN_ROWS]),
        roles=look.pairs,
        task=task,
        task_why=why,
        counting="1" if look.counts_from_one else "0",
        needs_genome=kind in ("regions", "variants"),
        questions=tuple(questions),
        problems=tuple(problems),
        rows_read=len(look.rows),
        complete=look.complete,
    )


def read(
    source: LabelSource,
    *,
    reference: Reference | None = None,
    genes: GeneModels | None = None,
) -> LabelledSet:
    """Return all examples, as `reading` does, without saying how far it is."""
    steps = reading(source, reference=reference, genes=genes)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: LabelledSet = end.value
            return found


def reading(
    source: LabelSource,
    *,
    reference: Reference | None = None,
    genes: GeneModels | None = None,
) -> Generator[int, None, LabelledSet]:
    """Read all examples; every row ends as one, or in `LabelledSet.refused`.

    Args:
        source: The file and what is known about it.
        reference: The open genome; regions and variants need it.
        genes: Gene models, to tell which gene each place lies in.

    Yields:
        Rows read so far.

    Raises:
        InputError: If the file cannot be read, a column is missing, or no row can be
            used; the message lists what is wrong.
    """
    look = _look(source, rows=_GUESSED_ROWS)
    kind = look.kind
    if kind is None:
        raise InputError(
            " ".join(look.guess.problems),
            where=source.path,
            todo=f"Say which column is which; there are {', '.join(look.table.names)}.",
        )
    roles = chosen_roles(
        look.table.names, look.pairs, counts_from_one=look.counts_from_one
    )
    _check_complete(source, kind, roles, look.table.names)
    draft = yield from _rows(source, look.table, kind, roles, reference)
    data = draft.finish(
        Path(source.path),
        task="regression" if source.signal else source.task,
        sha256=_hash(source, kind, look, reference, genes),
        strands="strand" in roles.places,
        genes=genes,
    )
    return apply_fixes((key for role, key in source.columns if role == "fix"), data)


@dataclass(frozen=True, slots=True)
class _Look:
    """First rows of a file, and what a person or a guess makes of them."""

    table: Table
    guess: TableGuess
    kind: Kind | None
    pairs: tuple[tuple[str, str], ...]
    counts_from_one: bool
    rows: list[tuple[str, ...]]
    complete: bool


def _look(source: LabelSource, *, rows: int) -> _Look:
    path = Path(source.path)
    said = {role: name for role, name in source.columns if role in _ABOUT_FILE}
    table = open_table(path, sheet=said.get("sheet", source.sheet))
    first: list[tuple[str, ...]] = []
    complete = True
    for row in table:
        if len(first) == rows:
            complete = False
            break
        if not row.problem:
            first.append(tuple(row.cells))
    guess = guess_columns(
        table.names,
        first,
        header=table.header,
        bed=".bed" in path.suffixes,
        labels_needed=not source.signal,
    )
    chosen = tuple(pair for pair in source.columns if pair[0] not in _ABOUT_FILE)
    places = chosen_roles(table.names, chosen).places
    named = {role for role, _ in chosen}
    taken = {table.names[place] for place in places.values()}
    ignored = {name for role, name in source.columns if role == "ignore"}
    labels = chosen_roles(table.names, chosen).label_names
    pairs = (
        *((role, table.names[place]) for role, place in places.items()),
        *(("label", name) for name in labels),
        *(
            (role, name)
            for role, name in guess.pairs
            if role not in named and name not in {*taken, *labels, *ignored}
        ),
    )
    counting = said.get("counting")
    if counting not in (None, "0", "1"):
        raise InputError(f"Positions count from 0 or from 1, not from “{counting}”.")
    one = guess.counts_from_one if counting is None else counting == "1"
    kind = guess.kind if source.kind == "auto" else source.kind
    if source.kind == "auto" and kind is None:
        kind = _kind_of({role for role, _ in pairs})
    return _Look(table, guess, kind, pairs, one, first, complete)


_ABOUT_FILE = ("counting", "sheet", "fix", "ignore")
_NEEDED: dict[str, tuple[str, ...]] = {
    "sequences": ("sequence",),
    "regions": ("chrom", "start", "end"),
    "variants": ("chrom", "pos", "ref", "alt"),
}


def _kind_of(roles: set[str]) -> Kind | None:
    kinds: tuple[Kind, ...] = ("sequences", "variants", "regions")
    return next((kind for kind in kinds if roles >= {*_NEEDED[kind]}), None)


def _check_complete(
    source: LabelSource, kind: Kind, roles: Roles, names: tuple[str, ...]
) -> None:
    missing = [role for role in _NEEDED[kind] if role not in roles.places]
    if not roles.label_places and not source.signal:
        missing.append("label")
    if missing:
        raise InputError(
            f"Labels of {kind} need columns that were not found: {', '.join(missing)}.",
            where=source.path,
            todo=f"Say which column is which; there are {', '.join(names)}.",
        )
    if source.signal and kind != "regions":
        raise InputError(
            f"A bigWig gives labels to regions; this file holds {kind}.",
            where=source.path,
            todo="Choose a BED file or a table with contig, start and end.",
        )


def _rows(
    source: LabelSource,
    table: Table,
    kind: Kind,
    roles: Roles,
    reference: Reference | None,
) -> Generator[int, None, Draft]:
    if kind == "sequences":
        return (yield from read_sequence_rows(table, roles, reference=reference))
    if reference is None:
        raise InputError(
            f"Letters of {kind} are read from a genome, and none is open.",
            where=source.path,
            todo="Open the genome that the coordinates belong to.",
        )
    if kind == "variants":
        lengths = table.contig_lengths if isinstance(table, VcfTable) else {}
        window = source.window or VARIANT_WINDOW
        return (
            yield from read_variant_rows(
                table, roles, reference=reference, window=window, lengths=lengths
            )
        )
    signal = Signal(Path(source.signal)) if source.signal else None
    try:
        return (
            yield from read_region_rows(
                table, roles, reference=reference, window=source.window, signal=signal
            )
        )
    finally:
        if signal is not None:
            signal.close()


def _hash(
    source: LabelSource,
    kind: Kind,
    look: _Look,
    reference: Reference | None,
    genes: GeneModels | None,
) -> str:
    """Return the hash of all that decides the examples."""
    facts = [
        content_hash(Path(source.path)),
        kind,
        look.pairs,
        look.counts_from_one,
        source.task,
        source.window,
        source.sheet,
        content_hash(Path(source.signal)) if source.signal else "",
        reference.fingerprint if reference and kind != "sequences" else "",
        genes.fingerprint if genes else "",
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _short(cell: str) -> str:
    if len(cell) <= _SHOWN_LETTERS:
        return cell
    return f"{cell[: _SHOWN_LETTERS - 20]}... ({len(cell):,} letters)"
