"""What a sequence becomes before a language model reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TokenKind = Literal["nucleotide", "kmer", "overlapping", "bpe"]
"""One base a token; k bases side by side; k bases in steps of one; byte pairs."""

SPECIAL = -1
"""Start and end of a token that stands for no letter (``<cls>``, a species)."""

_UPPER = np.full(256, ord("N"), dtype=np.uint8)
for _letter in b"ACGT":
    _UPPER[_letter] = _UPPER[_letter + 32] = _letter
del _letter


def clean(sequence: str) -> str:
    """Return the sequence in upper case with every letter but A, C, G, T as N.

    Tokenizers of the originals turn lower case (soft-masked) runs and IUPAC letters
    into unknown tokens, one for a whole run: no user wants that. The length stays.
    """
    letters = np.frombuffer(sequence.encode("ascii", "replace"), dtype=np.uint8)
    return _UPPER[letters].tobytes().decode("ascii")


@dataclass(frozen=True, slots=True)
class Tokens:
    """One sequence as a model reads it; all arrays have shape (n,).

    Attributes:
        ids: int64, rows of the embedding.
        starts: int64, 0-based first letter that a token covers, or `SPECIAL`.
        ends: int64, one past the last such letter, or `SPECIAL`.
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.ids)

    @property
    def letters(self) -> NDArray[np.bool_]:
        """Return which tokens stand for letters, shape (n,)."""
        return np.asarray(self.starts != SPECIAL)

    def covering(self, position: int) -> NDArray[np.int64]:
        """Return the indices of the tokens that cover a 0-based position."""
        inside = (self.starts <= position) & (position < self.ends)
        return np.flatnonzero(inside & self.letters)


@runtime_checkable
class Tokenizer(Protocol):
    """Turns letters into tokens, exactly as the model's authors do.

    Attributes:
        kind: How letters are cut.
        k: Letters a token; 1 for nucleotides, 0 for byte pairs.
        size: Number of entries of the vocabulary.
        mask_id: The token that hides another; None where the model has none.
        base_ids: Tokens of A, C, G, T for nucleotide models; empty for others.
    """

    @property
    def kind(self) -> TokenKind: ...  # noqa: D102
    @property
    def k(self) -> int: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def mask_id(self) -> int | None: ...  # noqa: D102
    @property
    def base_ids(self) -> tuple[int, ...]: ...  # noqa: D102

    def tokens(self, sequence: str, *, hold_frame: bool = False) -> Tokens:
        """Clean a sequence (`clean`) and cut it, special tokens included.

        Args:
            sequence: Letters in any case.
            hold_frame: For k-mers side by side: read a k-mer that has an N as one
                token, so that it does not shift all k-mers behind it. This is what
                scoring wants; the authors' tokenizers do not do it.
        """
        ...
