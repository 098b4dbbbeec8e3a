"""k bases a token in steps of one: the tokenizer of DNABERT and SpeciesLM.

Scheme: Ji, Zhou, Liu and Davuluri 2021, Bioinformatics 37(15):2112. The ids come from a
vocabulary file; their order differs between models.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.models.nucleotide_tokens import surrounded
from gfm_desktop.models.tokens import TokenKind, Tokens, clean
from gfm_desktop.models.vocabulary import needed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gfm_desktop.models.hub_folder import HubFolder

_DIGITS = np.full(256, -1, np.int64)
for _digit, _letter in enumerate(b"ACGT"):
    _DIGITS[_letter] = _digit
del _digit, _letter


@dataclass(frozen=True, slots=True)
class OverlappingTokenizer:
    """Token i covers the letters from i to i + k (`tokens.Tokenizer`).

    Attributes:
        k: Letters a token.
        kmers: Ids of all 4**k k-mers in alphabetical order.
        unknown: The token of a k-mer with an N.
        size: Number of entries of the vocabulary.
        mask_id: The token that hides another.
        before: Special tokens in front of every sequence.
        after: Special tokens behind every sequence.
    """

    k: int
    kmers: NDArray[np.int64] = field(repr=False)
    unknown: int
    size: int
    mask_id: int | None
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    kind: TokenKind = "overlapping"
    base_ids: tuple[int, ...] = ()

    def tokens(self, sequence: str, *, hold_frame: bool = False) -> Tokens:
        """Return a token for each k-mer; none where there are fewer than k letters."""
        letters = np.frombuffer(clean(sequence).encode("ascii"), np.uint8)
        digits = _DIGITS[letters]
        count = max(len(digits) - self.k + 1, 0)
        numbers = np.zeros(count, np.int64)
        known = np.ones(count, np.bool_)
        for step in range(self.k):
            here = digits[step : step + count]
            numbers = 4 * numbers + here
            known &= here >= 0
        # A k-mer with an N has some number below the last one; it is not looked up.
        ids = np.where(known, self.kmers[np.where(known, numbers, 0)], self.unknown)
        places = np.arange(count, dtype=np.int64)
        return surrounded(Tokens(ids, places, places + self.k), self.before, self.after)


def overlapping_tokenizer(
    hub: HubFolder,
    ids: Mapping[str, int],
    k: int,
    *,
    size: int,
    prefix: tuple[str, ...] = (),
) -> OverlappingTokenizer:
    """Return the tokenizer of a vocabulary with the special tokens of BERT.

    Args:
        hub: The folder, for messages.
        ids: The vocabulary.
        k: Letters a token.
        size: Number of entries of the vocabulary.
        prefix: Further tokens behind ``[CLS]``, such as a species.

    Raises:
        ModelError: If a k-mer or a special token is missing.
    """
    words = ["".join(letters) for letters in product("ACGT", repeat=k)]
    ids = needed(ids, [*words, "[UNK]", "[CLS]", "[SEP]", "[MASK]", *prefix], hub)
    return OverlappingTokenizer(
        k,
        np.array([ids[word] for word in words], np.int64),
        unknown=ids["[UNK]"],
        size=size,
        mask_id=ids["[MASK]"],
        before=tuple(ids[name] for name in ("[CLS]", *prefix)),
        after=(ids["[SEP]"],),
    )
