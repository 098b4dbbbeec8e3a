"""The first five columns of many VCF lines at once: arrays instead of objects.

Only the shape is judged here: a line that lacks columns, or whose POS is no number, is
left out, and `genome.vcf.parse_line` says what is wrong with it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TAB, _LINE_END, _BLANK, _HEADER = 9, 10, 32, 35
_WORD = 8
_BEFORE = b" " * 16
"""In front of the text: the ten digits before a place can be read at any place."""
_AFTER = b" " * _WORD
_COLUMNS = 5
_MOST_DIGITS = 10
_FOREIGN = 128
_LONG = 400
_KEPT = 256
_DIGITS = np.uint64(0x3030303030303030)
_HIGH_HALVES = np.uint64(0xF0F0F0F0F0F0F0F0)
_SIX = np.uint64(0x0606060606060606)
_LAST_BYTES = np.array(
    [0, *(2**64 - 2 ** (64 - 8 * n) for n in range(1, 9))], np.uint64
)
_FIRST_BYTES = np.array([2 ** (8 * n) - 1 for n in range(9)], np.uint64)


class Spans(NamedTuple):
    """Stretches of a text: (n,) first bytes and (n,) lengths."""

    start: NDArray[np.int64]
    length: NDArray[np.int64]

    def take(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> Spans:
        """Return some of them."""
        return Spans(self.start[which], self.length[which])

    def repeat(self, times: NDArray[np.int64]) -> Spans:
        """Return each of them so many times."""
        return Spans(np.repeat(self.start, times), np.repeat(self.length, times))

    def places(self) -> NDArray[np.int64]:
        """Return the places of all their bytes, one stretch after the other."""
        ends = np.cumsum(self.length)
        total = int(ends[-1]) if len(ends) else 0
        before = np.repeat(self.start - (ends - self.length), self.length)
        before += np.arange(total)
        return before


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a block of text.

    Attributes:
        data: The text.
        start: (n,) first byte of each line.
        end: (n,) byte after its last one, without the line end.
    """

    data: bytes
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.start)

    def raw(self, line: int) -> bytes:
        """Return a line without its end."""
        return self.data[self.start[line] : self.end[line]]


@dataclass(frozen=True, slots=True)
class RecordArrays:
    """Records of a block, in order; n of them.

    Attributes:
        text: Letters that the spans speak of.
        line: (n,) index into the block's lines.
        name: (n,) index into `names`.
        names: What the block calls contigs, in order of appearance.
        pos: (n,) 1-based POS.
        id: ID.
        ref: REF.
        alt: ALT, all alleles with their commas.
    """

    text: NDArray[np.uint8]
    line: NDArray[np.int64]
    name: NDArray[np.int64]
    names: tuple[str, ...]
    pos: NDArray[np.int64]
    id: Spans
    ref: Spans
    alt: Spans

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.line)

    def take(self, which: NDArray[np.bool_]) -> RecordArrays:
        """Return some of them."""
        if which.all():
            return self
        return RecordArrays(
            self.text,
            self.line[which],
            self.name[which],
            self.names,
            self.pos[which],
            self.id.take(which),
            self.ref.take(which),
            self.alt.take(which),
        )


def read_records(data: bytes, *, columns: int) -> tuple[Lines, RecordArrays]:
    """Return the lines of a text, and those of them that have a record's shape.

    Args:
        data: Whole lines; the last one may lack its end.
        columns: Fewest columns of a complete line.
    """
    count = data.count(b"\n") + (data[-1:] not in (b"\n", b""))
    if len(data) > _LONG * count:
        lines, beginnings = _cut(data, count)
    else:
        lines, beginnings = None, data
    end = b"" if beginnings.endswith(b"\n") else b"\n"
    text = np.frombuffer(b"".join((_BEFORE, beginnings, end, _AFTER)), np.uint8)
    marks = np.flatnonzero(text <= _LINE_END)
    marks, odd = _without_controls(text, marks)
    ends = np.flatnonzero(text[marks] == _LINE_END)
    first = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    finish = marks[ends]
    begin = np.concatenate([np.full(1, len(_BEFORE)), finish[:-1] + 1])
    # The sixth column must have begun: the last one may have blanks at its end.
    sound = ends - first >= max(columns - 1, _COLUMNS)
    if len(odd):
        sound[np.searchsorted(finish, odd)] = False
    if lines is None:
        lines = Lines(data, begin - len(_BEFORE), finish - len(_BEFORE))
    elif b"\0" in data:
        sound[:] = False
    line = np.flatnonzero(sound)
    tabs = [marks[first[line] + number] for number in range(_COLUMNS)]
    return lines, _records(text, line, [begin[line] - 1, *tabs])


def _cut(data: bytes, count: int) -> tuple[Lines, bytes]:
    """Return lines, and a text of their beginnings: samples may take kilobytes."""
    starts = np.empty(count, np.int64)
    ends = np.empty(count, np.int64)
    at, pieces = 0, []
    for number in range(count):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        starts[number], ends[number] = at, end
        pieces.append(data[at : min(end, at + _KEPT)])
        at = end + 1
    return Lines(data, starts, ends), b"\n".join(pieces) + b"\n"


def _without_controls(
    text: NDArray[np.uint8], marks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return places of tabs and line ends, and of bytes that are no text."""
    odd = text[marks] < _TAB
    if odd.any():
        return marks[~odd], marks[odd]
    return marks, marks[:0]


def _records(
    text: NDArray[np.uint8], line: NDArray[np.int64], tabs: list[NDArray[np.int64]]
) -> RecordArrays:
    """Return the records of some lines.

    Args:
        text: The text.
        line: (n,) which lines they are.
        tabs: (n,) places before CHROM and after each of the first five columns.
    """
    chrom, pos, name, ref, alt = (
        Spans(before + 1, after - before - 1)
        for before, after in itertools.pairwise(tabs)
    )
    words = np.ndarray((len(text) - _WORD + 1,), "<u8", text, strides=(1,))
    positions, good = _numbers(words, pos)
    good &= (chrom.length > 0) & (ref.length > 0) & (alt.length > 0)
    good &= (text[chrom.start] != _HEADER) & (text[alt.start] > _BLANK)
    if int(text.max(initial=0)) >= _FOREIGN:
        good[good] = _ascii(text, name.take(good))
        good[good] = _ascii(text, alt.take(good))
    codes, names = _names(words, text, chrom.take(good))
    named = np.array([bool(name.strip()) for name in names], np.bool_)
    records = RecordArrays(
        text,
        line[good],
        codes,
        names,
        positions[good],
        name.take(good),
        ref.take(good),
        alt.take(good),
    )
    return records.take(named[codes])


def _ascii(text: NDArray[np.uint8], spans: Spans) -> NDArray[np.bool_]:
    """Return which stretches have ASCII letters only, which are sure to be UTF-8."""
    foreign = np.flatnonzero(text[spans.places()] >= _FOREIGN)
    plain = np.ones(len(spans.start), np.bool_)
    plain[np.searchsorted(np.cumsum(spans.length), foreign, side="right")] = False
    return plain


def _numbers(
    words: NDArray[np.uint64], spans: Spans
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return whole numbers and whether each text is one of at most ten digits."""
    end, length = spans.start + spans.length, spans.length
    values, good = _eight_digits(words[end - _WORD], np.minimum(length, _WORD))
    good &= (length > 0) & (length <= _MOST_DIGITS)
    long = np.flatnonzero(good & (length > _WORD))
    if len(long):
        high, digits = _eight_digits(words[end[long] - 2 * _WORD], length[long] - _WORD)
        values[long] += high * 10**_WORD
        good[long] &= digits
    return values, good


def _eight_digits(
    words: NDArray[np.uint64], length: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the numbers that the last bytes of words spell, and whether they do.

    The first digit is the lowest byte. Neighbours are joined three times: to numbers
    of two, four and eight digits.
    """
    kept = _LAST_BYTES[length]
    words = (words & kept) | (_DIGITS & ~kept)
    good = (words & _HIGH_HALVES == _DIGITS) & (words + _SIX & _HIGH_HALVES == _DIGITS)
    words = words & ~_HIGH_HALVES
    for bits in (8, 16, 32):
        pairs = np.uint64(sum(((1 << bits) - 1) << at for at in range(0, 64, 2 * bits)))
        words = (
            words * np.uint64(10 ** (bits // 8)) + (words >> np.uint64(bits))
        ) & pairs
    return words.astype(np.int64), good


def _names(
    words: NDArray[np.uint64], text: NDArray[np.uint8], spans: Spans
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return for each text its index among the distinct ones, and those."""
    if not len(spans.start):
        return np.empty(0, np.int64), ()
    changes = np.ones(len(spans.start), np.bool_)
    changes[1:] = np.diff(spans.length) != 0
    for at in range(0, int(spans.length.max()), _WORD):
        kept = _FIRST_BYTES[np.clip(spans.length - at, 0, _WORD)]
        word = words[np.minimum(spans.start + at, len(words) - 1)] & kept
        changes[1:] |= word[1:] != word[:-1]
    heads = np.flatnonzero(changes)
    known: dict[str, int] = {}
    codes = [
        known.setdefault(
            text[start : start + length].tobytes().decode("utf-8", "replace"),
            len(known),
        )
        for start, length in zip(*spans.take(heads), strict=True)
    ]
    return np.repeat(codes, np.diff(heads, append=len(changes))), tuple(known)
