"""Lines of numbers of a signal file: many at once, one by one where some are bad."""

from __future__ import annotations

import io
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gfm_desktop.genome.signal_rows import SignalRows

_LARGEST = float(np.finfo(np.float32).max)
_COLUMNS = ("contig", "start", "end", "value")


@dataclass(slots=True)
class Declaration:
    """A ``fixedStep`` or ``variableStep`` line that holds for what follows.

    Attributes:
        contig: The file's contig name.
        fixed: Whether the lines that follow are values only.
        next: First base of the next value, 0-based; for `fixed`.
        step: bp from one value to the next; for `fixed`.
        span: bp that one value covers.
    """

    contig: str
    fixed: bool
    next: int
    step: int
    span: int


def add_lines(
    rows: SignalRows, text: bytes, first: int, declared: Declaration | None
) -> None:
    """Take lines without any directive between them.

    Args:
        rows: Where they go.
        text: The lines.
        first: Number of the first, from 1.
        declared: What a wiggle declaration before them said; None in bedGraph.
    """
    count = text.count(b"\n") + (not text.endswith(b"\n"))
    if declared is None:
        taken = _add_table(rows, text, first, count)
    else:
        taken = _add_wiggle(rows, text, first, count, declared)
    if not taken:
        for offset, line in enumerate(text.split(b"\n")[:count]):
            _add_line(rows, line, first + offset, declared)


def _add_table(rows: SignalRows, text: bytes, first: int, count: int) -> bool:
    """Take bedGraph lines at once; return False where one needs a closer look."""
    import pyarrow as pa
    from pyarrow import csv

    if b" " in text:
        text = text.replace(b" ", b"\t")
    types = [pa.dictionary(pa.int32(), pa.string()), pa.int64(), pa.int64()]
    try:
        table = csv.read_csv(
            io.BytesIO(text),
            read_options=csv.ReadOptions(
                use_threads=False, column_names=_COLUMNS, block_size=1 << 24
            ),
            parse_options=csv.ParseOptions(delimiter="\t", quote_char=False),
            convert_options=csv.ConvertOptions(
                column_types=dict(zip(_COLUMNS, [*types, pa.float64()], strict=True)),
                null_values=[],
            ),
        )
    except pa.ArrowInvalid:
        return False
    values = table["value"].to_numpy()
    # Empty lines are left out by the parser, and lines could not be counted.
    if len(values) != count or not (np.abs(values) <= _LARGEST).all():
        return False
    column = table["contig"].combine_chunks()
    codes = column.indices.to_numpy()
    known = column.dictionary.to_pylist()
    edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), count]
    starts, ends = table["start"].to_numpy(), table["end"].to_numpy()
    lines = np.arange(first, first + count)
    for a, b in itertools.pairwise(edges):
        rows.put(known[codes[a]], starts[a:b], ends[a:b], values[a:b], lines[a:b])
    return True


def _add_wiggle(
    rows: SignalRows, text: bytes, first: int, count: int, declared: Declaration
) -> bool:
    """Take wiggle lines at once; return False where one needs a closer look."""
    columns = 1 if declared.fixed else 2
    words = text.split()
    if len(words) != columns * count:
        return False
    try:
        numbers = np.array(words, np.float64).reshape(count, columns)
    except ValueError:
        return False
    values = numbers[:, -1]
    if not (np.abs(values) <= _LARGEST).all():
        return False
    if declared.fixed:
        starts = declared.next + declared.step * np.arange(count)
        declared.next += declared.step * count
    else:
        starts = numbers[:, 0].astype(np.int64) - 1
        if (starts + 1 != numbers[:, 0]).any():
            return False
    lines = np.arange(first, first + count)
    rows.put(declared.contig, starts, starts + declared.span, values, lines)
    return True


def _add_line(
    rows: SignalRows, line: bytes, number: int, declared: Declaration | None
) -> None:
    """Take one line, or say what is wrong with it."""
    words = line.decode("utf-8", "replace").removeprefix("\ufeff").split()
    if not words:
        return
    columns = 4 if declared is None else 1 if declared.fixed else 2
    place = _place(words, declared) if len(words) == columns else None
    value = _float(words[-1])
    if declared is not None and declared.fixed:
        declared.next += declared.step
    if len(words) != columns:
        rows.refuse(number, f"{len(words)} columns of {columns}")
    elif place is None:
        rows.refuse(number, "its position is no whole number")
    elif value is None:
        rows.refuse(number, f"{words[-1][:20]!r} is no number")
    elif math.isnan(value):
        rows.skip()
    elif abs(value) > _LARGEST:
        rows.refuse(number, f"{words[-1][:20]} is not finite")
    else:
        contig, start, end = place
        spot = (np.array([start]), np.array([end]))
        rows.put(contig, *spot, np.array([value]), np.array([number]))


def _place(
    words: list[str], declared: Declaration | None
) -> tuple[str, int, int] | None:
    """Return contig, start and end of a line, 0-based half-open; None for no number."""
    if declared is None:
        start, end = _whole(words[1]), _whole(words[2])
        return None if start is None or end is None else (words[0], start, end)
    if declared.fixed:
        begin = declared.next
    else:
        position = _whole(words[0])
        if position is None:
            return None
        begin = position - 1
    return declared.contig, begin, begin + declared.span


def _float(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _whole(word: str) -> int | None:
    digits = word.removeprefix("-")
    small = digits.isascii() and digits.isdigit() and len(digits) < 16
    return int(word) if small else None
