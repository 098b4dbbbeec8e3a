"""Letters to numbers: the same reading of DNA for every model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COMPLEMENT = str.maketrans("ACGTacgt", "TGCAtgca")
_PAIRS = np.frombuffer(b"ACGTacgt", dtype=np.uint8)
_CODES = np.full(256, 4, dtype=np.uint8)
_CODES[_PAIRS] = np.arange(8) % 4


def reverse_complement(sequence: str) -> str:
    """Return the other strand, read 5' to 3'; other letters than ACGT stay."""
    return sequence.translate(_COMPLEMENT)[::-1]


def base_codes(sequence: str) -> NDArray[np.uint8]:
    """Return 0, 1, 2, 3 for A, C, G, T in either case and 4 for everything else.

    IUPAC letters therefore count as N. (The original SpliceAI program reads them as
    their code modulo 5, so that R becomes C and Y becomes T: a slip, not a rule.)
    """
    letters = np.frombuffer(sequence.encode("ascii", "replace"), dtype=np.uint8)
    return _CODES[letters]


def one_hot(sequence: str) -> NDArray[np.float32]:
    """Return shape (length, 4): one in the column of the base, zeros for N."""
    return _ROWS[base_codes(sequence)]


_ROWS = np.eye(5, 4, dtype=np.float32)
