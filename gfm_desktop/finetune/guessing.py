"""What the columns of a table are, from their names and their cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from gfm_desktop.finetune.label_readers.cells import known, number
from gfm_desktop.finetune.label_readers.given_split import part_of
from gfm_desktop.finetune.label_readers.roles import whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Kind = Literal["sequences", "regions", "variants"]

_NAMES = {
    "sequence": "sequence seq dna rna dnasequence dnaseq rnasequence sequences oligo "
    "insert fragment nucleotides",
    "split": "split set partition subset fold part dataset phase",
    "chrom": "chrom chr chromosome contig seqname seqnames seqid chromosomename",
    "start": "start chromstart begin from regionstart",
    "end": "end chromend stop to regionend",
    "strand": "strand",
    "gene": "gene genename genesymbol symbol geneid hgnc hgncsymbol",
    "pos": "pos position bp site hg19pos hg38pos",
    "ref": "ref reference refallele allele1 a1 referenceallele",
    "alt": "alt alternate alternative altallele allele2 a2 alternateallele",
    "label": "label labels y target targets class classes category outcome truth",
}
_BY_NAME = {name: role for role, names in _NAMES.items() for name in names.split()}
_LETTERS = frozenset("ACGTURYSWKMBDHVN")
_BASES = frozenset("ACGTN")
_SHARE = 0.75
"""Cells that must look right: a small table may have several bad rows."""
_LONG = 8
_SHOWN = 6


@dataclass(slots=True)
class ColumnGuess:
    """One column.

    Attributes:
        name: Its name.
        role: One of `roles.ROLES`, or ``""`` for a column that is not read.
        why: The reason, in words.
        cells: Its first cells.
    """

    name: str
    role: str = ""
    why: str = "not needed"
    cells: list[str] = field(default_factory=list)

    @property
    def filled(self) -> list[str]:
        """Return the cells that say something."""
        return [cell for cell in self.cells if known(cell)]


@dataclass(slots=True)
class TableGuess:
    """All columns, and what they are together.

    Attributes:
        kind: What the labels belong to; None where nobody can tell.
        columns: All of them.
        questions: What only a person can know.
        problems: What is missing.
        counts_from_one: Whether starts are 1-based and ends inclusive.
    """

    kind: Kind | None
    columns: list[ColumnGuess]
    questions: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    counts_from_one: bool = False

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return (role, column) of every column that is read."""
        return tuple((one.role, one.name) for one in self.columns if one.role)


def guess_columns(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    header: bool,
    bed: bool = False,
    labels_needed: bool = True,
) -> TableGuess:
    """Guess every column's role.

    Args:
        names: Columns.
        rows: First rows, as many cells each.
        header: Whether the file itself names its columns.
        bed: Whether the file's name says that it is BED.
        labels_needed: False where a bigWig gives the labels.
    """
    columns = [
        ColumnGuess(name, cells=[row[place] for row in rows])
        for place, name in enumerate(names)
    ]
    for role, fits in _FITS.items():
        _assign(columns, role, fits, by_content=role in ("sequence", "split", "strand"))
    if not header and not _has(columns, "sequence"):
        _bed_or_variants(columns)
    guess = TableGuess(_kind(columns), columns)
    if guess.kind is None:
        guess.problems.append(
            "There is neither a column of sequences, nor of contig, start and end, nor "
            "of contig, position, REF and ALT."
        )
    if labels_needed:
        _labels(guess)
    if guess.kind == "regions" or _has(columns, "start"):
        _counting(guess, header=header, bed=bed)
    return guess


def _is_sequence(cells: list[str]) -> bool:
    """Most cells are long words of DNA letters."""
    good = sum(
        len(cell) >= _LONG and frozenset(cell.upper()) <= _LETTERS for cell in cells
    )
    return bool(cells) and good >= _SHARE * len(cells)


def _is_named_sequence(cells: list[str]) -> bool:
    """Under the right name, half of the cells may be damaged: each will be told."""
    good = sum(frozenset(cell.upper()) <= _LETTERS for cell in cells)
    return bool(cells) and good >= len(cells) / 2


def _is_split(cells: list[str]) -> bool:
    good = sum(part_of(cell) not in (None, "") for cell in cells)
    return bool(cells) and good >= _SHARE * len(cells)


def _is_whole(cells: list[str]) -> bool:
    good = sum(whole_number(cell) is not None for cell in cells)
    return bool(cells) and good >= _SHARE * len(cells)


def _is_strand(cells: list[str]) -> bool:
    return bool(cells) and frozenset(cells) <= {"+", "-", "*"}


def _is_allele(cells: list[str]) -> bool:
    good = sum(frozenset(cell.upper()) <= _BASES for cell in cells)
    return bool(cells) and good >= _SHARE * len(cells)


def _is_anything(cells: list[str]) -> bool:
    return bool(cells)


_FITS: dict[str, Callable[[list[str]], bool]] = {
    "sequence": _is_sequence,
    "split": _is_split,
    "chrom": _is_anything,
    "start": _is_whole,
    "end": _is_whole,
    "pos": _is_whole,
    "ref": _is_allele,
    "alt": _is_anything,
    "strand": _is_strand,
    "gene": _is_anything,
}
"""Role to what its cells must look like; earlier roles take their column first."""


def _assign(
    columns: list[ColumnGuess],
    role: str,
    fits: Callable[[list[str]], bool],
    *,
    by_content: bool,
) -> None:
    """Give a role to the column of that name, or else to the one that looks like it."""
    if role == "sequence":
        named = [c for c in columns if _word(c.name) in _NAMES[role].split()]
        fitting = [c for c in named if _is_named_sequence(c.filled)]
    else:
        fitting = [
            c
            for c in columns
            if not c.role and _BY_NAME.get(_word(c.name)) == role and fits(c.filled)
        ]
    if fitting:
        fitting[0].role, fitting[0].why = role, "its name says so"
        return
    if by_content:
        looking = [c for c in columns if not c.role and fits(c.filled)]
        if looking:
            looking[0].role, looking[0].why = role, _LOOKS[role]


_LOOKS = {
    "sequence": "its cells are DNA letters",
    "split": "its cells are parts of a split",
    "strand": "its cells are strands",
}


def _bed_or_variants(columns: list[ColumnGuess]) -> None:
    """Recognise files without a header: BED, or contig, position, REF, ALT."""
    if len(columns) < 3 or not _is_whole(columns[1].filled):
        return
    roles: tuple[str, ...] = ()
    if _is_whole(columns[2].filled) and _rising(columns[1], columns[2]):
        roles = ("chrom", "start", "end")
    elif (
        len(columns) >= 5
        and _is_allele(columns[2].filled)
        and _is_allele(columns[3].filled)
    ):
        roles = ("chrom", "pos", "ref", "alt")
    for column, role in zip(columns, roles, strict=False):
        column.role, column.why = role, "its place and its cells say so"


def _rising(starts: ColumnGuess, ends: ColumnGuess) -> bool:
    pairs = zip(starts.cells, ends.cells, strict=True)
    spans = [(whole_number(a), whole_number(b)) for a, b in pairs]
    good = sum(a is not None and b is not None and a <= b for a, b in spans)
    return good >= _SHARE * len(spans)


def _kind(columns: list[ColumnGuess]) -> Kind | None:
    roles = {column.role for column in columns}
    if "sequence" in roles:
        return "sequences"
    if {"chrom", "pos", "ref", "alt"} <= roles:
        return "variants"
    if {"chrom", "start", "end"} <= roles:
        return "regions"
    return None


def _labels(guess: TableGuess) -> None:
    """Find the label column, or those of a multi-label task."""
    free = [c for c in guess.columns if not c.role and _says_something(c)]
    named = [c for c in free if _BY_NAME.get(_word(c.name)) == "label"]
    numbered = [
        c for c in free if re.match(r"(label|class|target)[ _.-]?\w", c.name, re.I)
    ]
    flags = [c for c in free if frozenset(c.filled) <= {"0", "1", "0.0", "1.0"}]
    if named:
        named[0].role, named[0].why = "label", "its name says so"
        return
    if len(numbered) > 1 and all(c in flags for c in numbered):
        flags = numbered
    if len(flags) > 1:
        for column in flags:
            column.role, column.why = "label", "its cells are 0 and 1"
        guess.questions.append(
            f"{len(flags)} columns hold 0 and 1 ({_listed(flags)}). Are all of them "
            "labels, which may be true together, or only one?"
        )
        return
    fitting = sorted((c for c in free if _rank(c) < _UNFIT), key=_rank)
    if not fitting:
        guess.problems.append("There is no column that could be the label.")
        return
    fitting[0].role = "label"
    fitting[0].why = "it is the only column left that can be"
    if len(fitting) > 1:
        fitting[0].why = "its cells look most like labels"
        guess.questions.append(
            f"Which column is the label? “{fitting[0].name}” was taken; others that "
            f"could be: {_listed(fitting[1:])}."
        )


_UNFIT = 4


def _rank(column: ColumnGuess) -> int:
    """Return how little a column looks like labels: 0 for two values."""
    cells = column.filled
    values = {cell.casefold() for cell in cells}
    if len(values) == 2:
        return 0
    numbers = sum(number(cell) is not None for cell in cells)
    if numbers >= _SHARE * len(cells):
        return 1 if not column.name.startswith("column ") else 2
    return 3 if len(values) <= max(2, len(cells) // 5) else _UNFIT


def _says_something(column: ColumnGuess) -> bool:
    return len({cell.casefold() for cell in column.filled}) > 1


def _counting(guess: TableGuess, *, header: bool, bed: bool) -> None:
    """Find out whether starts count from 0 (BED) or from 1 (most tables of people)."""
    by_role = {column.role: column for column in guess.columns}
    if not {"chrom", "start", "end"} <= by_role.keys():
        return
    pairs = zip(by_role["start"].cells, by_role["end"].cells, strict=True)
    spans = [
        (a, b)
        for first, last in pairs
        if (a := whole_number(first)) is not None
        and (b := whole_number(last)) is not None
    ]
    zero_based = any(a == 0 for a, _ in spans)
    one_based = any(a == b for a, b in spans)
    if zero_based or bed or not header or _word(by_role["start"].name) == "chromstart":
        return
    if one_based or by_role["chrom"].name.casefold() == "seqnames":
        guess.counts_from_one = True
        return
    if guess.kind == "sequences":
        lengths = [len(cell) for cell in by_role["sequence"].cells]
        steps = [b - a for a, b in spans]
        if len(lengths) == len(steps):
            guess.counts_from_one = [n - 1 for n in lengths] == steps
            return
    guess.questions.append(
        "Do the starts count from 0 (as in BED; this was supposed) or from 1 (as in "
        "GFF and on genome browsers)?"
    )


def _has(columns: list[ColumnGuess], role: str) -> bool:
    return any(column.role == role for column in columns)


def _word(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _listed(columns: list[ColumnGuess]) -> str:
    names = ", ".join(f"“{column.name}”" for column in columns[:_SHOWN])
    return names + (", ..." if len(columns) > _SHOWN else "")
