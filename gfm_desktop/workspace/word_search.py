"""Rows that a word of the search box matches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.workspace.score_columns import Columns

_RANGE = re.compile(r"(?P<chrom>\S+):(?P<start>\d+)(?:-|\.\.)(?P<end>\d+)")
_NUMBER = re.compile(r"\d{1,3}(,\d{3})+|\d+")


def matching(columns: Columns, word: str) -> NDArray[np.bool_]:
    """Return (n,) True where a word matches, as `RowFilter.text` says.

    Args:
        columns: The table.
        word: Text without blanks.
    """
    plain = word.replace(",", "")
    if found := _RANGE.fullmatch(plain):
        name, start, end = found["chrom"], int(found["start"]), int(found["end"])
        return _named(columns, name) & (columns.pos >= start) & (columns.pos <= end)
    keep = columns.index.containing(word)
    genes = [i for i, name in enumerate(columns.genes) if word.lower() in name.lower()]
    if genes:
        keep = keep | is_one_of(columns.gene, genes)
    if _NUMBER.fullmatch(word):
        return keep | _begins(columns.pos, plain)
    if ":" in plain:
        return keep | _at_place(columns, plain.lower())
    for mark in re.finditer(">", plain):
        ref, alt = plain[: mark.start()].upper(), plain[mark.end() :].upper()
        keep = keep | columns.index.change(ref, alt)
    return keep


def is_one_of(
    codes: NDArray[np.integer[Any]], wanted: Iterable[int]
) -> NDArray[np.bool_]:
    """Return (n,) True where a code, of -1 or more, is one of those wanted."""
    table = np.zeros(int(codes.max(initial=0)) + 2, np.bool_)
    table[[code for code in wanted if code < len(table) - 1]] = True
    return np.asarray(table[codes], np.bool_)


def _begins(pos: NDArray[np.int64], digits: str) -> NDArray[np.bool_]:
    """Return where the decimal digits of a position begin so; never where it is -1."""
    if not digits:
        return pos >= 0
    found = np.zeros(len(pos), np.bool_)
    if not (digits.isascii() and digits.isdigit()):
        return found
    if digits[0] == "0":
        return pos == 0 if digits == "0" else found
    low, high, most = int(digits), int(digits) + 1, int(pos.max(initial=0))
    while low <= most:
        found |= (pos >= low) & (pos < high)
        low, high = 10 * low, 10 * high
    return found


def _at_place(columns: Columns, place: str) -> NDArray[np.bool_]:
    """Return where ``name:position`` begins with a text in lower case."""
    found = np.zeros(len(columns), np.bool_)
    for codes, names in _spellings(columns):
        for code, name in enumerate(names):
            whole = f"{name.lower()}:"
            if place.startswith(whole):
                found |= (codes == code) & _begins(columns.pos, place[len(whole) :])
            elif whole.startswith(place):
                found |= (codes == code) & (columns.pos >= 0)
    return found


def _named(columns: Columns, name: str) -> NDArray[np.bool_]:
    """Return where the file or the genome calls the chromosome so."""
    found = np.zeros(len(columns), np.bool_)
    for codes, names in _spellings(columns):
        found |= is_one_of(
            codes, [i for i, one in enumerate(names) if one.lower() == name.lower()]
        )
    return found


def _spellings(
    columns: Columns,
) -> tuple[tuple[NDArray[np.int32], Sequence[str]], ...]:
    """Return codes and names of chromosomes: the file's, and the genome's."""
    return (columns.chrom, columns.chroms), (columns.contig, columns.contigs)
