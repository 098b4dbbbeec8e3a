"""Pairs of sequences that share words: the candidates for being relatives.

Every sequence is cut into all its words of k letters, read on whichever strand comes
first in the alphabet, and words met in several sequences give pairs. k is odd (no word
is its own reverse complement) and grows with the letters in all, so that chance alone
gives at most `_CHANCE_ROWS` shared words. A pair is a candidate if at least two shared
words lie near one diagonal and reach over k + 5 letters.

What bounds time and memory, and what it can miss:

- A word of a large family is not compared with all others but with the `_NEIGHBOURS`
  next ones in a random order of the sequences, so that pairs differ from word to word:
  a family hangs together, but not every pair of it is seen.
- Words that repeat one, two or three letters are passed over.
- From `_MOST_WORDS` letters on, only a sample of the words is compared (the same words
  in all sequences): distant or short relatives are missed first. `Candidates.sampled`
  says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.models.sequence import base_codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Small = NDArray[np.int32]

_CHANCE_ROWS = 6_000_000
_CHANCE_DENSITY = 0.01
_MOST_WORDS = 16_000_000
_MOST_ROWS = 8_000_000
_CHUNK = 2_000_000
_NEIGHBOURS = 12
_SHORTEST_WORD, _LONGEST_WORD = 9, 17
_DIAGONAL_GAP = 16
_EXTRA_LETTERS = 5
_SAMPLER, _THINNER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
"""Odd numbers that scatter words; two, so that both choices are independent."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to be aligned; all arrays have shape (m,).

    Attributes:
        first: Index of one sequence.
        second: Index of the other.
        reverse: Whether the second is read as its reverse complement.
        diagonal: Position in the second minus position in the first, where most shared
            words lie.
        middle: Position in the first, in the middle of the shared words.
        words: Number of shared words there.
        k: Letters of a word.
        sampled: Share of all words that was compared; 1 for all.
    """

    first: Whole
    second: Whole
    reverse: NDArray[np.bool_]
    diagonal: Whole
    middle: Whole
    words: Whole
    k: int
    sampled: float


def find_candidates(sequences: Sequence[str], *, seed: int = 0) -> Candidates:
    """Return the pairs that share enough words; no pair twice on one strand.

    Time and memory grow with the letters in all, up to `_MOST_WORDS`: about 5 s and
    400 MB for 5 million, on one core.

    Args:
        sequences: Letters A, C, G, T, N; all different.
        seed: Of the random order.
    """
    lengths = np.array([len(one) for one in sequences], np.int64)
    total = int(lengths.sum())
    k = word_length(total, int(lengths.max(initial=0)))
    share = min(1.0, _MOST_WORDS / max(total, 1))
    order = np.random.default_rng(seed).permutation(len(sequences))
    # Cut where a chunk is full, so that only words that are kept are ever in memory.
    chunks = np.split(order, _borders(lengths[order]))
    tables = [_words(sequences, lengths, chunk, k, share) for chunk in chunks]
    rows = _shared(_Table.joined(tables).by_word(), lengths, k)
    return _clusters(rows, k, share)


def word_length(total: int, longest: int) -> int:
    """Return k for so many letters in all, and in the longest sequence."""
    k = _SHORTEST_WORD
    compared = min(total, _MOST_WORDS)
    # Among the words that two long sequences share by chance, neighbouring diagonals
    # must stay rarer than `_DIAGONAL_GAP`, or all of them would be one cluster.
    while k < _LONGEST_WORD and (
        compared**2 / 4**k > _CHANCE_ROWS or longest / 4**k > _CHANCE_DENSITY
    ):
        k += 2
    return k


@dataclass(frozen=True, slots=True)
class _Table:
    """Words with where they stand; all arrays have shape (n,)."""

    words: NDArray[np.uint64]
    owner: Small
    position: Small
    backwards: NDArray[np.bool_]

    @classmethod
    def joined(cls, tables: Sequence[_Table]) -> _Table:
        return cls(
            np.concatenate([one.words for one in tables]),
            np.concatenate([one.owner for one in tables]),
            np.concatenate([one.position for one in tables]),
            np.concatenate([one.backwards for one in tables]),
        )

    def take(self, chosen: Whole | NDArray[np.bool_]) -> _Table:
        return _Table(
            self.words[chosen],
            self.owner[chosen],
            self.position[chosen],
            self.backwards[chosen],
        )

    def by_word(self) -> _Table:
        """Return it sorted by word, once a sequence, without words of one sequence."""
        table = self.take(np.argsort(self.words, kind="stable"))
        words, owner = table.words, table.owner
        first = np.ones(len(words), np.bool_)
        first[1:] = (words[1:] != words[:-1]) | (owner[1:] != owner[:-1])
        table = table.take(first)
        same = table.words[1:] == table.words[:-1]
        shared = np.zeros(len(table.words), np.bool_)
        shared[1:] = same
        shared[:-1] |= same
        return table.take(shared)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Shared words, one a row; all arrays have shape (n,)."""

    pair: Whole
    diagonal: Small
    position: Small
    sequences: int


def _borders(lengths: Whole) -> Whole:
    """Return where to cut a list of sequences into chunks of `_CHUNK` letters."""
    filled = np.cumsum(lengths) // _CHUNK
    return np.flatnonzero(filled[1:] != filled[:-1]) + 1


def _words(
    sequences: Sequence[str], lengths: Whole, chunk: Whole, k: int, share: float
) -> _Table:
    """Return the words of some sequences that are of use, in the order of `chunk`."""
    letters = np.concatenate([_NONE, *(base_codes(sequences[i]) for i in chunk)])
    owner = np.repeat(chunk, lengths[chunk])
    starts = np.repeat(np.cumsum(lengths[chunk]) - lengths[chunk], lengths[chunk])
    count = max(0, len(letters) - k + 1)
    forward = np.zeros(count, np.uint64)
    backward = np.zeros(count, np.uint64)
    for j in range(k):
        here = letters[j : j + count].astype(np.uint64) & np.uint64(3)
        forward |= here << np.uint64(2 * (k - 1 - j))
        backward |= (np.uint64(3) - here) << np.uint64(2 * j)
    good = owner[:count] == owner[k - 1 :]
    good &= ~_any_within(letters > 3, k)[:count]
    for period in (1, 2, 3):
        changes = letters[period:] != letters[:-period]
        good &= _any_within(changes, k - period)[:count]
    words = np.minimum(forward, backward)
    if share < 1:
        good &= _below(words, _SAMPLER, share)
    at = np.flatnonzero(good)
    return _Table(
        words[at],
        owner[at].astype(np.int32),
        (at - starts[at]).astype(np.int32),
        backward[at] < forward[at],
    )


def _any_within(flags: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """Return for each place whether any of `width` flags from there on is set."""
    sums = np.concatenate([[0], np.cumsum(flags, dtype=np.int32)])
    return np.asarray(sums[width:] > sums[:-width])


def _below(
    words: NDArray[np.uint64], mixer: np.uint64, share: float
) -> NDArray[np.bool_]:
    """Return a share of the words as if by chance, but the same words every time."""
    mixed = (words * mixer) >> np.uint64(32)
    return np.asarray(mixed < np.uint64(share * float(2**32)))


def _shared(table: _Table, lengths: Whole, k: int) -> _Rows:
    """Return rows of neighbours of one word, in few enough rows."""
    table = _thinned(table)
    n = len(lengths)
    pairs, diagonals, positions = [np.zeros(0, np.int64)], [_NO_PLACE], [_NO_PLACE]
    for step in range(1, _NEIGHBOURS + 1):
        a = np.flatnonzero(table.words[step:] == table.words[:-step])
        if not len(a):
            break
        b = a + step
        swap = table.owner[a] > table.owner[b]
        a, b = np.where(swap, b, a), np.where(swap, a, b)
        reverse = table.backwards[a] != table.backwards[b]
        here, there = table.position[a], table.position[b]
        ends = (lengths[table.owner[b]] - k).astype(np.int32)
        first = table.owner[a].astype(np.int64)
        pairs.append((first * n + table.owner[b]) * 2 + reverse)
        diagonals.append(np.where(reverse, ends - there, there) - here)
        positions.append(here)
    return _Rows(
        np.concatenate(pairs), np.concatenate(diagonals), np.concatenate(positions), n
    )


def _thinned(table: _Table) -> _Table:
    """Leave out a share of the words where they would make too many rows.

    Words of large families first: those have many, and need few.
    """
    begins = np.flatnonzero(
        np.concatenate([[True], table.words[1:] != table.words[:-1]])
        if len(table.words)
        else _NO_PLACE
    )
    sizes = np.diff(np.append(begins, len(table.words)))
    neighbours = np.minimum(sizes - 1, _NEIGHBOURS)
    rows = neighbours * sizes - neighbours * (neighbours + 1) // 2
    large = sizes > _NEIGHBOURS
    words = table.words[begins]
    kept = np.ones(len(begins), np.bool_)
    for some in (large, ~large):
        count = int(rows[some].sum())
        if count > _MOST_ROWS:
            kept &= ~some | _below(words, _THINNER, _MOST_ROWS / count)
    return table if kept.all() else table.take(np.repeat(kept, sizes))


def _clusters(rows: _Rows, k: int, share: float) -> Candidates:
    """Join shared words near one diagonal, and keep the best place of each pair."""
    order = np.lexsort((rows.diagonal, rows.pair))
    pair, diagonal = rows.pair[order], rows.diagonal[order]
    position = rows.position[order]
    begins = np.ones(len(pair), np.bool_)
    begins[1:] = (pair[1:] != pair[:-1]) | (
        diagonal[1:] - diagonal[:-1] > _DIAGONAL_GAP
    )
    heads = np.flatnonzero(begins)
    if not len(heads):
        none = np.zeros(0, np.int64)
        return Candidates(none, none, none > 0, none, none, none, k, share)
    ends = np.append(heads[1:], len(pair))
    low = np.minimum.reduceat(position, heads)
    high = np.maximum.reduceat(position, heads) + k
    words = ends - heads
    good = np.flatnonzero((words > 1) & (high - low >= k + _EXTRA_LETTERS))
    # Of several diagonals of a pair, the one with most words.
    good = good[np.lexsort((-words[good], pair[heads[good]]))]
    codes = pair[heads[good]]
    best = np.ones(len(good), np.bool_)
    best[1:] = codes[1:] != codes[:-1]
    good = good[best]
    codes = pair[heads[good]]
    # Sorted by diagonal, the row in the middle is the median.
    median = diagonal[heads[good] + words[good] // 2]
    first, second = np.divmod(codes // 2, rows.sequences)
    return Candidates(
        first,
        second,
        codes % 2 == 1,
        median.astype(np.int64),
        (low[good].astype(np.int64) + high[good]) // 2,
        words[good],
        k,
        share,
    )


_NONE = np.zeros(0, np.uint8)
_NO_PLACE = np.zeros(0, np.int32)
