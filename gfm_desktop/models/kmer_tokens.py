"""K-mers side by side, and single bases where a k-mer does not fit.

This is how the Nucleotide Transformer reads: from left to right the longest token that
fits, so six bases where six plain ones follow, otherwise one base. An N is a token of
its own and the k-mers behind it start anew, which shifts their frame. The original is
``EsmTokenizer`` of ``transformers`` (a trie over ``vocab.txt``); here a k-mer's letters
are read as a number of base 4, which is a row of a table of ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import ModelError
from gfm_desktop.models.nucleotide_tokens import surrounded
from gfm_desktop.models.tokens import TokenKind, Tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_OTHER = 4
"""Code of every letter that is not A, C, G or T, which have the codes 0 to 3."""

_CODES = bytes("ACGT".find(chr(i).upper()) % 5 for i in range(256))
# `find` gives -1 for what is not there, and -1 % 5 is `_OTHER`.
_LONGEST = 10
"""Largest k that is read: a table of 4^10 entries is 8 MB."""


@dataclass(frozen=True, slots=True)
class KmerTokenizer:
    """A table from k-mers to ids (`tokens.Tokenizer`).

    Attributes:
        table: int64, shape (4^k,): id of every k-mer, in the order of A, C, G, T.
        singles: int64, shape (5,): ids of A, C, G, T and N.
        k: Letters of a k-mer.
        size: Number of entries of the vocabulary.
        mask_id: The token that hides another; None where there is none.
        before: Special tokens in front of every sequence.
        after: Special tokens behind every sequence.
    """

    table: NDArray[np.int64]
    singles: NDArray[np.int64]
    k: int
    size: int
    mask_id: int | None
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    kind: TokenKind = "kmer"
    base_ids: tuple[int, ...] = ()
    _weights: NDArray[np.float32] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the place values of a k-mer's letters."""
        # A product of floats runs in BLAS, one of integers does not; all numbers below
        # 4^10 are exact.
        weights = 4.0 ** np.arange(self.k - 1, -1, -1, dtype=np.float32)
        object.__setattr__(self, "_weights", weights)

    @classmethod
    def of(
        cls,
        ids: Mapping[str, int],
        *,
        size: int,
        mask_id: int | None,
        before: tuple[int, ...] = (),
        after: tuple[int, ...] = (),
        where: str = "",
    ) -> KmerTokenizer:
        """Return the tokenizer of a vocabulary; its longest word of bases tells k.

        Args:
            ids: Token to id, special tokens too.
            size: Number of entries of the vocabulary.
            mask_id: The token that hides another.
            before: Special tokens in front of every sequence.
            after: Special tokens behind every sequence.
            where: The vocabulary's file, for messages.

        Raises:
            ModelError: If a k-mer or a single base is missing, or there are words of
                other lengths, which would be cut in another way than here.
        """
        words = [token for token in ids if token and not set(token) - set("ACGTN")]
        k = max(map(len, words), default=0)
        if not 2 <= k <= _LONGEST:
            raise _unfit(where, "it has no words of 2 to 10 bases")
        kmers = ["".join(letters) for letters in product("ACGT", repeat=k)]
        if missing := [word for word in (*kmers, *"ACGTN") if word not in ids]:
            raise _unfit(where, f"“{missing[0]}” is missing ({len(missing):,} in all)")
        if odd := sorted(set(words) - set(kmers) - set("ACGTN")):
            raise _unfit(where, f"“{odd[0]}” is neither a base nor {k} of them")
        return cls(
            table=np.array([ids[kmer] for kmer in kmers], np.int64),
            singles=np.array([ids[base] for base in "ACGTN"], np.int64),
            k=k,
            size=size,
            mask_id=mask_id,
            before=before,
            after=after,
        )

    def tokens(self, sequence: str, *, hold_frame: bool = False) -> Tokens:
        """Cut a sequence into k-mers and single bases.

        Args:
            sequence: Letters in any case; all but A, C, G, T are N.
            hold_frame: Cut k letters at a time from the first one on, and read k of
                them with an N among them as one ``N``: the rule of the songlab's
                scoring script ``run_vep_llr_nucleotide_transformer.py``. What is left
                at the end are single bases either way.
        """
        coded = sequence.encode("ascii", "replace").translate(_CODES)
        codes = np.frombuffer(coded, np.uint8)
        if _OTHER not in coded:
            return self._plain(codes)
        if hold_frame:
            return self._held(codes)
        return self._shifted(codes)

    def _plain(self, codes: NDArray[np.uint8]) -> Tokens:
        """Return the tokens of a sequence without N; thousands are cut a second."""
        starts, ends = _spans(len(codes), self.k, len(self.before), len(self.after))
        ids = np.empty(len(starts), np.int64)
        ids[: len(self.before)] = self.before
        place, whole = len(self.before), len(codes) // self.k
        # “clip” lets numpy write into `out` directly; no number is out of the table.
        numbers = self._numbers(codes[: whole * self.k])
        self.table.take(numbers, out=ids[place : place + whole], mode="clip")
        tail = codes[whole * self.k :]
        ids[place + whole : place + whole + len(tail)] = self.singles[tail]
        ids[len(ids) - len(self.after) :] = self.after
        return Tokens(ids, starts, ends)

    def _held(self, codes: NDArray[np.uint8]) -> Tokens:
        """Return the tokens of a sequence with N, cut as if there were none."""
        whole = len(codes) // self.k * self.k
        kmers = codes[:whole].reshape(-1, self.k)
        unclear = (kmers == _OTHER).any(axis=1)
        numbers = self._numbers(np.where(unclear[:, None], 0, kmers).ravel())
        ids = np.where(unclear, self.singles[_OTHER], self.table[numbers])
        starts, ends = _spans(len(codes), self.k, 0, 0)
        every = np.concatenate([ids, self.singles[codes[whole:]]])
        return surrounded(Tokens(every, starts, ends), self.before, self.after)

    def _shifted(self, codes: NDArray[np.uint8]) -> Tokens:
        """Return the tokens of a sequence with N, behind each of which k-mers restart.

        Every letter gets its place within its stretch of plain bases and whether it
        lies in the part of the stretch that k-mers fill.
        """
        places = np.arange(len(codes), dtype=np.int64)
        gaps = np.flatnonzero(codes == _OTHER)
        # For every letter: where its stretch begins, and the gap that ends it.
        bounds = np.concatenate([[-1], gaps, [len(codes)]])
        behind = np.searchsorted(gaps, places, side="left")
        begins = bounds[behind] + 1
        lengths = bounds[behind + 1] - begins
        offsets = places - begins
        in_kmer = offsets < lengths - lengths % self.k
        first = np.flatnonzero(~in_kmer | (offsets % self.k == 0))
        whole = in_kmer[first]
        ids = self.singles[codes[first]]
        letters = (first[whole, None] + np.arange(self.k)).ravel()
        ids[whole] = self.table[self._numbers(codes[letters])]
        tokens = Tokens(ids, first, first + np.where(whole, self.k, 1))
        return surrounded(tokens, self.before, self.after)

    def _numbers(self, codes: NDArray[np.uint8]) -> NDArray[np.intp]:
        """Return the rows of `table` of k-mers, given one behind the other."""
        kmers = codes.reshape(-1, self.k).astype(np.float32)
        return (kmers @ self._weights).astype(np.intp)


@lru_cache(maxsize=64)
def _spans(
    letters: int, k: int, before: int, after: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return starts and ends of k-mers side by side; windows share their lengths."""
    whole = letters // k
    starts = np.concatenate(
        [np.arange(whole) * k, np.arange(whole * k, letters)]
    ).astype(np.int64)
    ends = starts + np.where(np.arange(len(starts)) < whole, k, 1)
    tokens = surrounded(Tokens(starts, starts, ends), (0,) * before, (0,) * after)
    for shared in (tokens.starts, tokens.ends):
        shared.flags.writeable = False
    return tokens.starts, tokens.ends


def _unfit(where: str, why: str) -> ModelError:
    return ModelError(
        f"The vocabulary is not one of k-mers side by side: {why}.",
        where=where or "vocabulary",
        todo="The folder holds another kind of model, or is incomplete.",
    )
