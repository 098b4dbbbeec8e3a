"""k-mer counts and letter shares of sequences, without a loop over letters."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.models.sequence import base_codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet

_LETTERS = 4_000_000
"""Letters that are counted at once."""


def kmer_counts(
    data: LabelledSet, chosen: NDArray[np.int64], k: int, *, collapse: bool
) -> Any:
    """Return k-mer counts as a sparse matrix (examples, k-mers), float32.

    A k-mer with an N is not counted. Of variants the counts of ALT minus those of REF:
    the k-mers that it makes and breaks.

    Args:
        data: All examples.
        chosen: Which of them, in this order.
        k: Letters of a word, at most 8.
        collapse: Whether a word and its reverse complement are one.
    """
    table = of_sequences([data.sequences[i] for i in chosen], k, collapse=collapse)
    if data.alternatives:
        changed = [data.alternatives[i] for i in chosen]
        table = of_sequences(changed, k, collapse=collapse) - table
    return table


def of_sequences(sequences: Sequence[str], k: int, *, collapse: bool) -> Any:
    """Return k-mer counts of sequences, sparse (sequences, k-mers) float32."""
    from scipy.sparse import csr_matrix, vstack

    columns = _columns(k, collapse=collapse)
    width = int(columns.max()) + 1
    parts = []
    for some in _blocks(sequences):
        rows, words = _words(some, k)
        ones = np.ones(len(rows), np.float32)
        place = (rows, columns[words])
        parts.append(csr_matrix((ones, place), shape=(len(some), width)))
    return vstack(parts, format="csr") if parts else csr_matrix((0, width))


def shares(sequences: Sequence[str]) -> NDArray[np.float64]:
    """Return GC share of the known letters, N share and length, (sequences, 3)."""
    found = np.zeros((len(sequences), 3))
    for i, sequence in enumerate(sequences):
        codes = np.bincount(base_codes(sequence), minlength=5)
        known = codes[:4].sum()
        found[i, 0] = (codes[1] + codes[2]) / known if known else 0.5
        found[i, 1] = codes[4] / max(1, len(sequence))
        found[i, 2] = len(sequence)
    return found


def _blocks(sequences: Sequence[str]) -> list[Sequence[str]]:
    ends = np.cumsum([len(sequence) + 1 for sequence in sequences])
    cuts = np.flatnonzero(np.diff(ends // _LETTERS)) + 1
    edges = [0, *cuts.tolist(), len(sequences)]
    return [sequences[a:b] for a, b in itertools.pairwise(edges) if b > a]


def _words(
    sequences: Sequence[str], k: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the row and the number (base 4) of every k-mer without N."""
    # The N between two sequences keeps words from reaching across.
    codes = base_codes("N".join(sequences)).astype(np.int64)
    lengths = np.array([len(sequence) + 1 for sequence in sequences])
    rows = np.repeat(np.arange(len(sequences)), lengths)[: len(codes)]
    number = len(codes) - k + 1
    if number < 1:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    words = np.zeros(number, np.int64)
    known = np.ones(number, np.bool_)
    for i in range(k):
        letter = codes[i : i + number]
        words = words * 4 + letter
        known &= letter < 4
    return rows[:number][known], words[known]


def _columns(k: int, *, collapse: bool) -> NDArray[np.int64]:
    """Return the column of each of the 4^k words."""
    words = np.arange(4**k)
    if not collapse:
        return words
    other, rest = np.zeros_like(words), words.copy()
    for _ in range(k):
        # The last letter's complement becomes the first: A0 C1 G2 T3, so 3 - letter.
        other, rest = other * 4 + 3 - rest % 4, rest // 4
    smaller = np.minimum(words, other)
    return np.unique(smaller, return_inverse=True)[1].astype(np.int64)
