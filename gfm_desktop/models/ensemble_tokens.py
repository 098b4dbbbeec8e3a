"""Three vocabularies of one model: bases, 6-mers and byte pairs in one list of words.

After the idea of Genomics-FM (several genomic vocabularies in one model, a prompt says
which is in use). A sequence is read as ``[prompt] [species] word word ...``: the prompt
is ``[NT]``, ``[KMER]`` or ``[BPE]``. A word that two vocabularies have, such as
``ACGTAC``, is one row of the embedding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gfm_desktop.models.nucleotide_tokens import surrounded
from gfm_desktop.models.tokens import TokenKind, Tokens, clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

K = 6
"""Letters of a k-mer."""
SPECIALS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PROMPTS: Mapping[str, str] = {"nucleotide": "[NT]", "kmer": "[KMER]", "bpe": "[BPE]"}
"""Vocabulary to its prompt."""
UNKNOWN_SPECIES = "unknown"
LETTERS = ("A", "C", "G", "T", "N")
_SPECIES = re.compile(r"\[species:([a-z_]+)\]")
_KINDS: Mapping[str, tuple[TokenKind, int]] = {
    "nucleotide": ("nucleotide", 1),
    "kmer": ("kmer", K),
    "bpe": ("bpe", 0),
}


class Merger(Protocol):
    """What this module needs of a `tokenizers.Tokenizer`."""

    def encode(self, sequence: str) -> Encoded:
        """Cut a run of A, C, G, T into pieces."""
        ...


class Encoded(Protocol):
    """What this module needs of a `tokenizers.Encoding`."""

    @property
    def tokens(self) -> list[str]:
        """The pieces."""
        ...


def words(species: Iterable[str], pieces: Iterable[str]) -> list[str]:
    """Return the union vocabulary in the order of its rows.

    Args:
        species: Names such as ``"homo_sapiens"``; the unknown one is added.
        pieces: The byte pairs, bases included.
    """
    kmers = ("".join(letters) for letters in product("ACGT", repeat=K))
    known = [*species, UNKNOWN_SPECIES]
    every = [
        *SPECIALS,
        *PROMPTS.values(),
        *(f"[species:{name}]" for name in known),
        *LETTERS,
        *kmers,
        *pieces,
    ]
    return list(dict.fromkeys(every))


def species_of(ids: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the species that a vocabulary has, in its order."""
    return tuple(m[1] for word in ids if (m := _SPECIES.fullmatch(word)))


@dataclass(frozen=True, slots=True)
class EnsembleTokenizer:
    """Cuts sequences by one of the three vocabularies (`tokens.Tokenizer`).

    Attributes:
        ids: Word to row, all words.
        vocabulary: ``"nucleotide"``, ``"kmer"`` or ``"bpe"``.
        species: One of `species_of`.
        merger: Cuts by byte pairs; needed for that vocabulary alone.
        pieces: Words that `merger` knows; needed for that vocabulary alone.
    """

    ids: Mapping[str, int]
    vocabulary: str
    species: str = UNKNOWN_SPECIES
    merger: Merger | None = None
    pieces: Sequence[str] = ()
    _bases: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    _kmers: NDArray[np.int64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the tables."""
        bases = np.full(256, self.ids["N"], np.int64)
        for letter in LETTERS:
            bases[ord(letter)] = self.ids[letter]
        kmers = ("".join(letters) for letters in product("ACGT", repeat=K))
        rows = np.array([self.ids[kmer] for kmer in kmers], np.int64)
        object.__setattr__(self, "_bases", bases)
        object.__setattr__(self, "_kmers", rows)

    @property
    def kind(self) -> TokenKind:
        """Return how letters are cut."""
        return _KINDS[self.vocabulary][0]

    @property
    def k(self) -> int:
        """Return the letters of a token; 0 for byte pairs."""
        return _KINDS[self.vocabulary][1]

    @property
    def size(self) -> int:
        """Return the number of rows of the union vocabulary."""
        return len(self.ids)

    @property
    def mask_id(self) -> int:
        """Return the token that hides another."""
        return self.ids["[MASK]"]

    @property
    def base_ids(self) -> tuple[int, ...]:
        """Return the tokens of A, C, G, T; empty unless they are the vocabulary."""
        if self.vocabulary != "nucleotide":
            return ()
        return tuple(self.ids[base] for base in "ACGT")

    @property
    def before(self) -> tuple[int, ...]:
        """Return the tokens in front of every sequence: prompt and species."""
        prompt = PROMPTS[self.vocabulary]
        return self.ids[prompt], self.ids[f"[species:{self.species}]"]

    @property
    def answers(self) -> NDArray[np.int64]:
        """Return the rows that a hidden token of this vocabulary can be."""
        bases = [self.ids[base] for base in "ACGT"]
        if self.vocabulary == "kmer":
            return np.sort(np.concatenate([self._kmers, bases]))
        if self.vocabulary == "bpe":
            pieces = {self.ids[piece] for piece in self.pieces if piece != "N"}
            return np.array(sorted(pieces | set(bases)), np.int64)
        return np.array(bases, np.int64)

    def tokens(self, sequence: str, *, hold_frame: bool = False) -> Tokens:
        """Return the tokens of a sequence, prompt and species first.

        A k-mer with an N is one ``[UNK]``, so k-mers always hold their frame; letters
        left over at the end are bases.
        """
        sequence = clean(sequence)
        match self.vocabulary:
            case "kmer":
                found = self._by_kmers(sequence)
            case "bpe":
                found = self._by_pairs(sequence)
            case _:
                found = self._by_bases(sequence)
        return surrounded(found, self.before)

    def _by_bases(self, sequence: str, first: int = 0) -> Tokens:
        letters = np.frombuffer(sequence.encode("ascii"), np.uint8)
        places = np.arange(first, first + len(letters), dtype=np.int64)
        return Tokens(self._bases[letters], places, places + 1)

    def _by_kmers(self, sequence: str) -> Tokens:
        whole = len(sequence) // K * K
        codes = _codes(sequence[:whole]).reshape(-1, K)
        powers = 4 ** np.arange(K - 1, -1, -1, dtype=np.int64)
        ids = self._kmers[np.where(codes < 0, 0, codes) @ powers]
        ids = np.where((codes < 0).any(axis=1), self.ids["[UNK]"], ids)
        starts = np.arange(0, whole, K, dtype=np.int64)
        rest = self._by_bases(sequence[whole:], whole)
        return Tokens(
            np.concatenate([ids, rest.ids]),
            np.concatenate([starts, rest.starts]),
            np.concatenate([starts + K, rest.ends]),
        )

    def _by_pairs(self, sequence: str) -> Tokens:
        if self.merger is None:
            raise ValueError("byte pairs need a merger")
        pieces: list[str] = []
        # Byte pairs never join across an N; each N is a token of its own.
        for run in re.findall("N|[ACGT]+", sequence):
            pieces += [run] if run == "N" else self.merger.encode(run).tokens
        ids = np.array([self.ids[piece] for piece in pieces], np.int64)
        ends = np.cumsum([len(piece) for piece in pieces], dtype=np.int64)
        starts = np.concatenate([np.zeros(min(1, len(ends)), np.int64), ends[:-1]])
        return Tokens(ids, starts, ends)


def _codes(sequence: str) -> NDArray[np.int64]:
    """Return 0 to 3 for A, C, G, T and -1 for N, shape (letters,)."""
    table = np.full(256, -1, np.int64)
    for code, letter in enumerate(b"ACGT"):
        table[letter] = code
    return table[np.frombuffer(sequence.encode("ascii"), np.uint8)]
