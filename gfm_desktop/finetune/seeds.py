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

_CHANCE_ROWS = 6_000_000
_CHANCE_DENSITY = 0.01
_MOST_WORDS = 30_000_000
_MOST_ROWS = 8_000_000
_NEIGHBOURS = 12
_SHORTEST_WORD, _LONGEST_WORD = 9, 17
_DIAGONAL_GAP = 16
_EXTRA_LETTERS = 5
_MIXER = np.uint64(0x9E3779B97F4A7C15)


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

    Time and memory grow with the letters in all: about 2 s and 500 MB for 5 million.

    Args:
        sequences: Letters A, C, G, T, N; all different.
        seed: Of the random order.
    """
    lengths = np.array([len(one) for one in sequences], np.int64)
    total = int(lengths.sum())
    k = word_length(total, int(lengths.max(initial=0)))
    order = np.random.default_rng(seed).permutation(len(sequences))
    letters = np.concatenate([base_codes(sequences[i]) for i in order] or [_NONE])
    owner = np.repeat(order, lengths[order])
    starts = np.repeat(np.cumsum(lengths[order]) - lengths[order], lengths[order])
    words, backwards, good = _words(letters, owner, k)
    share = min(1.0, _MOST_WORDS / max(total, 1))
    if share < 1:
        good &= _mixed(words) < np.uint64(share * float(2**32))
    at = np.flatnonzero(good)
    table = _Table(
        words[at], owner[at], (at - starts[at]).astype(np.int64), backwards[at]
    )
    rows = _shared(table.by_word(), lengths, k)
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
    owner: Whole
    position: Whole
    backwards: NDArray[np.bool_]

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
    diagonal: Whole
    position: Whole
    sequences: int


def _words(
    letters: NDArray[np.uint8], owner: Whole, k: int
) -> tuple[NDArray[np.uint64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return every word, whether it was read backwards, and whether it is of use."""
    count = len(letters) - k + 1
    if count < 1:
        empty = np.zeros(0, np.bool_)
        return np.zeros(0, np.uint64), empty, empty
    forward = np.zeros(count, np.uint64)
    backward = np.zeros(count, np.uint64)
    for j in range(k):
        here = letters[j : j + count].astype(np.uint64)
        forward |= (here & np.uint64(3)) << np.uint64(2 * (k - 1 - j))
        backward |= (np.uint64(3) - (here & np.uint64(3))) << np.uint64(2 * j)
    good = owner[:count] == owner[k - 1 :]
    good &= ~_any_within(letters > 3, k)[:count]
    for period in (1, 2, 3):
        changes = letters[period:] != letters[:-period]
        good &= _any_within(changes, k - period)[:count]
    return np.minimum(forward, backward), backward < forward, good


def _any_within(flags: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """Return for each place whether any of `width` flags from there on is set."""
    sums = np.concatenate([[0], np.cumsum(flags, dtype=np.int64)])
    return np.asarray(sums[width:] > sums[:-width])


def _mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return 32 well mixed bits a word."""
    return (words * _MIXER) >> np.uint64(32)


def _shared(table: _Table, lengths: Whole, k: int) -> _Rows:
    """Return rows of neighbours of one word, in few enough rows."""
    table = _thinned(table)
    pairs, diagonals, positions = [], [], []
    n = len(lengths)
    for step in range(1, _NEIGHBOURS + 1):
        a = np.flatnonzero(table.words[step:] == table.words[:-step])
        if not len(a):
            break
        b = a + step
        swap = table.owner[a] > table.owner[b]
        a, b = np.where(swap, b, a), np.where(swap, a, b)
        reverse = table.backwards[a] != table.backwards[b]
        here, there = table.position[a], table.position[b]
        there = np.where(reverse, lengths[table.owner[b]] - k - there, there)
        pairs.append((table.owner[a] * n + table.owner[b]) * 2 + reverse)
        diagonals.append(there - here)
        positions.append(here)
    empty = [np.zeros(0, np.int64)]
    return _Rows(
        np.concatenate(pairs or empty),
        np.concatenate(diagonals or empty),
        np.concatenate(positions or empty),
        n,
    )


def _thinned(table: _Table) -> _Table:
    """Leave out a share of the words of large families, where there are too many."""
    _, group, sizes = np.unique(table.words, return_inverse=True, return_counts=True)
    large = sizes[group] > _NEIGHBOURS
    rows = np.minimum(sizes - 1, _NEIGHBOURS) * sizes
    in_large = int(rows[sizes > _NEIGHBOURS].sum())
    if in_large <= _MOST_ROWS:
        return table
    kept = _mixed(table.words) < np.uint64(_MOST_ROWS / in_large * float(2**32))
    return table.take(~large | kept)


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
        median,
        (low[good] + high[good]) // 2,
        words[good],
        k,
        share,
    )


_NONE = np.zeros(0, np.uint8)
