"""Ranks of a column of text: whole numbers that sort as its UTF-8 bytes do.

Five bytes of each text and its place fit into one number (`workspace.sorting`), so that
a million texts are sorted five bytes at a time, from their ends to their beginnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gfm_desktop.workspace.sorting import stable_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_WORD = 8
_PIECE = 5
_UNUSED_BITS = np.uint64(8 * (_WORD - _PIECE))
_KEPT = np.array(
    [(1 << 8 * _PIECE) - (1 << 8 * (_PIECE - n)) for n in range(_PIECE + 1)], np.int64
)
_MISSING = ord(".")


def name_ranks(
    codes: NDArray[np.integer[Any]], names: Sequence[str]
) -> NDArray[np.int32]:
    """Return (n,) ranks of repeated texts, -1 where the text is empty or missing.

    Args:
        codes: (n,) indexes into `names`, -1 for none.
        names: The texts.
    """
    return np.asarray(name_table(names)[codes], np.int32)


def name_table(names: Sequence[str]) -> NDArray[np.int32]:
    """Return the rank of each name, and last that of no name."""
    ranks = np.full(len(names) + 1, -1, np.int32)
    order = sorted(range(len(names)), key=names.__getitem__)
    ranks[order] = np.arange(len(names))
    ranks[[code for code, name in enumerate(names) if not name]] = -1
    return ranks


def text_ranks(column: Any) -> NDArray[np.int32]:
    """Return (n,) ranks of an Arrow array of strings; equal texts have one rank.

    Texts that are null, empty or ``.`` have no rank: -1.
    """
    words, start, length = _words(column)
    given = length > 0
    given &= (length > 1) | (words[start] >> np.uint64(56) != _MISSING)
    rows = np.flatnonzero(given)
    ranks = np.full(len(length), -1, np.int32)
    if not len(rows):
        return ranks
    start, length = start[rows], length[rows]
    shared = _shared(words, start, length)
    pieces = [
        _piece(words, start, length, at)
        for at in range(shared, int(length.max()), _PIECE)
    ]
    order = np.arange(len(rows))
    for piece in reversed(pieces):
        # Texts that end before are lower than the others and stay as they are.
        keys = piece.of_all(len(rows))[order]
        long = keys >= 0
        if long.all():
            order = order[stable_order(keys, descending=False)]
            continue
        some = order[long]
        ranked = stable_order(keys[long], descending=False)
        order = np.concatenate([order[~long], some[ranked]])
    changes = np.diff(length[order], prepend=length[order[0]]) != 0
    for piece in pieces:
        changes[1:] |= np.diff(piece.of_all(len(rows))[order]) != 0
    ranks[rows[order]] = np.cumsum(changes)
    return ranks


class _Piece(NamedTuple):
    """Some bytes of each text that reaches so far.

    Attributes:
        which: Texts that do; None where all do.
        keys: (m,) their bytes as numbers, the first one the highest.
    """

    which: NDArray[np.int64] | None
    keys: NDArray[np.int64]

    def of_all(self, count: int) -> NDArray[np.int64]:
        """Return (count,) keys, -1 where a text ended before."""
        if self.which is None:
            return self.keys
        keys = np.full(count, -1, np.int64)
        keys[self.which] = self.keys
        return keys


def _words(
    column: Any,
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the eight bytes at each place, and where texts start and how long."""
    import pyarrow as pa

    column = column.cast(pa.string()).fill_null("")
    _, offsets, letters = column.buffers()
    some = np.frombuffer(offsets, np.int32)[column.offset :][: len(column) + 1]
    ends: NDArray[np.int64] = some.astype(np.int64)
    text = b"" if letters is None else memoryview(letters)[: int(ends[-1])]
    # Behind the last text, words can be read as well.
    padded = np.frombuffer(b"".join((text, bytes(_WORD))), np.uint8)
    words = np.ndarray((len(padded) - _WORD + 1,), ">u8", padded, strides=(1,))
    return words, ends[:-1], ends[1:] - ends[:-1]


def _piece(
    words: NDArray[np.uint64],
    start: NDArray[np.int64],
    length: NDArray[np.int64],
    at: int,
) -> _Piece:
    """Return five bytes of each text, from place `at`."""
    left, which = length - at, None
    if int(left.min()) <= 0:
        which = np.flatnonzero(left > 0)
        start, left = start[which], left[which]
    left = np.minimum(left, _PIECE)
    found = (words[start + at].astype(np.uint64) >> _UNUSED_BITS).astype(np.int64)
    return _Piece(which, found & _KEPT[left])


def _shared(
    words: NDArray[np.uint64], start: NDArray[np.int64], length: NDArray[np.int64]
) -> int:
    """Return how many first bytes all texts share, at most a word."""
    first = words[start].astype(np.uint64)
    same = int(np.bitwise_or.reduce(first ^ first[0]))
    return min(_WORD - (same.bit_length() + 7) // 8, int(length.min()))
