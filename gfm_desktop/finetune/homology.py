"""Relatives among sequences: equal, opposite strand, shifted windows, homologous.

Two sequences are *homologous* if a local alignment covers half of the shorter one (or
1,000 letters) and the share of equal letters in it reaches `identity`; they *overlap*
if the end of one is the start of the other, or one lies in the other, over at least
`SHORTEST_OVERLAP` letters of which at most one in fifty differs. Candidates come from
shared words (`seeds`), which says what can be missed; below an identity of about 0.65,
and among sequences shorter than some 40 letters, most relatives are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune.alignment import LONGEST, PairToAlign, align
from gfm_desktop.finetune.seeds import Candidates, find_candidates
from gfm_desktop.models.sequence import base_codes, reverse_complement

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray

    Whole = NDArray[np.int64]

OVERLAP, HOMOLOGOUS = range(2)
SHORTEST_OVERLAP = 25
"""Letters that two windows must share to count as overlapping."""
COVERED = 0.5
"""Share of the shorter sequence that an alignment of relatives covers."""
_OVERLAP_IDENTITY = 0.98
_COVERED_LETTERS = 1_000
_MOST_ALIGNED = 200_000
_A_STEP = 384 * 4


@dataclass(frozen=True, slots=True)
class Relatives:
    """Who is related to whom among n sequences, by way of r different ones.

    Attributes:
        identity: From which share of equal letters on sequences are homologous.
        owner: int64 (n,), number of each sequence among the different ones; a sequence
            and its reverse complement have the same number.
        flipped: bool (n,), whether it is the reverse complement of the form that was
            numbered.
        pairs: int64 (m, 2), numbers of relatives that differ.
        kinds: uint8 (m,), `OVERLAP` or `HOMOLOGOUS`.
        identities: float32 (m,), share of equal letters where they are aligned.
        limits: What may have been missed, in words.
    """

    identity: float
    owner: Whole
    flipped: NDArray[np.bool_]
    pairs: Whole
    kinds: NDArray[np.uint8]
    identities: NDArray[np.float32]
    limits: tuple[str, ...] = ()

    def joined(self, more: Whole | None = None) -> Whole:
        """Return (n,) numbers of groups: relatives, and theirs, share one.

        Args:
            more: int64 (l, 2), pairs of sequences to be joined as well.
        """
        links = self.pairs
        if more is not None and len(more):
            links = np.concatenate([links, self.owner[more]])
        size = int(self.owner.max(initial=-1)) + 1
        return components(size, links)[self.owner]


def components(size: int, links: Whole) -> Whole:
    """Return the connected component of each of `size` things, shape (size,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not size:
        return np.zeros(0, np.int64)
    ones = np.ones(len(links), np.int8)
    graph = coo_array((ones, (links[:, 0], links[:, 1])), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, np.int64)


def relatives(sequences: tuple[str, ...], identity: float) -> Relatives:
    """Return all relatives that can be found; the last answer is remembered.

    Args:
        sequences: Letters A, C, G, T, N.
        identity: Share of equal letters, 0 to 1.
    """
    for _ in search(sequences, identity):
        pass
    kept = _known(sequences, identity)
    if kept is None:
        raise RuntimeError("a search that ended has kept its answer")
    return kept


def search(
    sequences: tuple[str, ...], identity: float
) -> Generator[tuple[int, int], None, None]:
    """Find relatives in steps of about a second; then `relatives` answers at once.

    10,000 sequences of 300 to 600 letters take 6 s of one core and 0.5 GB where all are
    strangers, and 40 s and 0.75 GB where 3,000 of them share a repeat.

    Yields:
        Pairs compared, and pairs in all.
    """
    if _known(sequences, identity) is not None:
        return
    yield 0, 0
    owner, flipped, different = _numbered(sequences)
    candidates = find_candidates(different)
    yield 0, len(candidates.first)
    pairs, kinds, identities = [], [], []
    chosen = np.argsort(-candidates.words, kind="stable")[:_MOST_ALIGNED]
    sizes = np.array([len(one) for one in different], np.int64)
    longest = np.maximum(
        sizes[candidates.first[chosen]], sizes[candidates.second[chosen]]
    )
    chosen = chosen[np.argsort(longest, kind="stable")]
    for start in range(0, len(chosen), _A_STEP):
        some = chosen[start : start + _A_STEP]
        kind, share = _compared(different, candidates, some, identity)
        found = kind >= 0
        pairs.append(
            np.stack([candidates.first[some], candidates.second[some]], 1)[found]
        )
        kinds.append(kind[found].astype(np.uint8))
        identities.append(share[found])
        yield min(start + _A_STEP, len(chosen)), len(chosen)
    _KEPT[:] = [
        (
            sequences,
            Relatives(
                identity,
                owner,
                flipped,
                np.concatenate(pairs or [np.zeros((0, 2), np.int64)]),
                np.concatenate(kinds or [np.zeros(0, np.uint8)]),
                np.concatenate(identities or [np.zeros(0, np.float32)]),
                _limits(candidates, len(chosen)),
            ),
        )
    ]


_KEPT: list[tuple[tuple[str, ...], Relatives]] = []
"""The last answer: split and data check ask for the same one."""


def _known(sequences: tuple[str, ...], identity: float) -> Relatives | None:
    for kept, answer in _KEPT:
        if answer.identity == identity and kept == sequences:
            return answer
    return None


def _limits(candidates: Candidates, aligned: int) -> tuple[str, ...]:
    limits = []
    if candidates.sampled < 1:
        limits.append(
            f"There are so many letters that only {candidates.sampled:.0%} of the "
            "words were compared: distant relatives may have been missed."
        )
    if aligned < len(candidates.first):
        limits.append(
            f"{len(candidates.first):,} pairs share words; the {aligned:,} that share "
            "most were aligned."
        )
    return tuple(limits)


def _numbered(
    sequences: Sequence[str],
) -> tuple[Whole, NDArray[np.bool_], list[str]]:
    """Return number, strand and text of every different sequence, either strand."""
    numbers: dict[str, int] = {}
    owner = np.empty(len(sequences), np.int64)
    flipped = np.empty(len(sequences), np.bool_)
    for i, sequence in enumerate(sequences):
        other = reverse_complement(sequence)
        flipped[i] = other < sequence
        owner[i] = numbers.setdefault(min(sequence, other), len(numbers))
    return owner, flipped, list(numbers)


def _compared(
    sequences: Sequence[str], candidates: Candidates, some: Whole, identity: float
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return kind (-1 for no relatives) and identity of some candidates."""
    kinds = np.full(len(some), -1, np.int8)
    shares = np.zeros(len(some), np.float32)
    open_: list[int] = []
    to_align: list[PairToAlign] = []
    needed: list[float] = []
    for place, number in enumerate(some):
        first = base_codes(sequences[candidates.first[number]])
        second = _second(
            sequences[candidates.second[number]], bool(candidates.reverse[number])
        )
        diagonal = int(candidates.diagonal[number])
        equal, length = _on_diagonal(first, second, diagonal)
        share = equal / length if length else 0.0
        shorter = min(len(first), len(second))
        least = min(COVERED * shorter, _COVERED_LETTERS)
        shifted = diagonal != 0 or len(first) != len(second)
        shares[place] = share
        if shifted and length >= SHORTEST_OVERLAP and share >= _OVERLAP_IDENTITY:
            kinds[place] = OVERLAP
        elif length >= least and share >= identity:
            kinds[place] = HOMOLOGOUS
        else:
            open_.append(place)
            needed.append(least)
            to_align.append(
                _cut(first, second, diagonal, int(candidates.middle[number]))
            )
    equal_letters, columns = align(to_align)
    rows = np.array(open_, np.int64)
    shares[rows] = equal_letters / np.maximum(columns, 1)
    related = (columns >= np.array(needed)) & (shares[rows] >= identity)
    kinds[rows[related]] = HOMOLOGOUS
    return kinds, shares


def _second(sequence: str, reverse: bool) -> NDArray[np.uint8]:
    """Return letters as numbers, N as another one than in the first of a pair."""
    codes = base_codes(reverse_complement(sequence) if reverse else sequence)
    return np.where(codes > 3, np.uint8(5), codes)


def _on_diagonal(
    first: NDArray[np.uint8], second: NDArray[np.uint8], diagonal: int
) -> tuple[int, int]:
    """Return equal letters, and letters in all, that meet on a diagonal."""
    start = max(0, -diagonal)
    end = min(len(first), len(second) - diagonal)
    if end <= start:
        return 0, 0
    same = first[start:end] == second[start + diagonal : end + diagonal]
    return int(np.count_nonzero(same)), end - start


def _cut(
    first: NDArray[np.uint8], second: NDArray[np.uint8], diagonal: int, middle: int
) -> PairToAlign:
    """Return the letters around the shared words, at most `LONGEST` of each."""
    start = min(max(0, middle - LONGEST // 2), max(0, len(first) - LONGEST))
    other = min(max(0, middle + diagonal - LONGEST // 2), max(0, len(second) - LONGEST))
    return PairToAlign(
        first[start : start + LONGEST],
        second[other : other + LONGEST],
        diagonal + start - other,
    )
