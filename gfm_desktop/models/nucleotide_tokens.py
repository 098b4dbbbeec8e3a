"""One token a base: the tokenizer of GPN, HyenaDNA, Caduceus, SpliceBERT and others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.models.tokens import SPECIAL, TokenKind, Tokens, clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class NucleotideTokenizer:
    """A table from letters to ids, with special tokens around (`tokens.Tokenizer`).

    Attributes:
        letters: ``"A"``, ``"C"``, ``"G"``, ``"T"`` and ``"N"`` to their ids.
        size: Number of entries of the vocabulary.
        mask_id: The token that hides a base; None where there is none.
        before: Special tokens in front of every sequence.
        after: Special tokens behind every sequence.
    """

    letters: Mapping[str, int]
    size: int
    mask_id: int | None
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    kind: TokenKind = "nucleotide"
    k: int = 1
    _table: NDArray[np.int64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the table."""
        table = np.full(256, self.letters["N"], np.int64)
        for letter, number in self.letters.items():
            table[ord(letter)] = number
        object.__setattr__(self, "_table", table)

    @property
    def base_ids(self) -> tuple[int, ...]:
        """Return the tokens of A, C, G, T."""
        return tuple(self.letters[base] for base in "ACGT")

    def tokens(self, sequence: str, *, hold_frame: bool = False) -> Tokens:
        """Return a token for each letter, in any case; every other letter is N."""
        letters = np.frombuffer(clean(sequence).encode("ascii"), np.uint8)
        places = np.arange(len(letters), dtype=np.int64)
        return surrounded(
            Tokens(self._table[letters], places, places + 1), self.before, self.after
        )


def surrounded(
    tokens: Tokens, before: tuple[int, ...] = (), after: tuple[int, ...] = ()
) -> Tokens:
    """Return tokens with special ones around them."""
    if not before and not after:
        return tokens
    front = np.full(len(before), SPECIAL, np.int64)
    back = np.full(len(after), SPECIAL, np.int64)
    return Tokens(
        np.concatenate(
            [np.asarray(before, np.int64), tokens.ids, np.asarray(after, np.int64)]
        ),
        np.concatenate([front, tokens.starts, back]),
        np.concatenate([front, tokens.ends, back]),
    )
