"""Genetic codes: which codon stands for which amino acid, starts or stops.

Source: NCBI, The Genetic Codes (gc.prt version 4.6); the rows are its ``ncbieaa`` and
``sncbieaa``, with bases in the order T, C, A, G.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN = ord("X")
"""What a codon with a base that is not A, C, G or T stands for."""
_CODON_BASES = "TCAG"
_DIGIT = np.full(256, 64, np.int64)
for _number, _base in enumerate(b"TCAG"):
    _DIGIT[_base] = _number
_COMPLEMENT = bytes.maketrans(b"ACGT", b"TGCA")
_VERTEBRATE_MITOCHONDRIA = range(15_000, 19_001)
_INSECT_AND_WORM_MITOCHONDRIA = frozenset({19_524, 19_517, 13_794})
"""Lengths of the mitochondria of fly (dm6, dm3) and worm (ce11)."""
_YEAST_MITOCHONDRIA = range(70_000, 95_001)
_MITOCHONDRIA = frozenset(
    {"m", "mt", "chrm", "chrmt", "mito", "mitochondrion", "mtdna", "chrmtdna"}
)
_ACCESSIONS = ("NC_012920", "NC_005089", "NC_001224", "NC_024511", "NC_001328")


@dataclass(frozen=True)
class GeneticCode:
    """One table.

    Attributes:
        number: NCBI's number of it.
        title: What a menu says.
        amino_acids: 64 letters, codons in the order TTT, TTC, TTA, TTG, TCT, ...
        starts: 64 letters, ``M`` where a codon can begin a protein.
    """

    number: int
    title: str
    amino_acids: str
    starts: str

    def translate(self, bases: str) -> NDArray[np.uint8]:
        """Return the amino acid of the codon that begins at each base.

        Args:
            bases: Upper-case letters of one strand, 5' to 3'.

        Returns:
            uint8 (n - 2,): letters as ASCII, ``*`` for stop, ``X`` for a codon with
            another letter than A, C, G and T.
        """
        return self._letters[_codons(bases)]

    def starts_at(self, bases: str) -> NDArray[np.bool_]:
        """Return for each base whether the codon that begins there can be a start.

        Args:
            bases: Upper-case letters of one strand, 5' to 3'.
        """
        return self._begins[_codons(bases)]

    @cached_property
    def _letters(self) -> NDArray[np.uint8]:
        known = np.frombuffer(self.amino_acids.encode(), np.uint8)
        return np.append(known, np.uint8(UNKNOWN))

    @cached_property
    def _begins(self) -> NDArray[np.bool_]:
        known = np.frombuffer(self.starts.encode(), np.uint8) == ord("M")
        return np.append(known, False)


def _codons(bases: str) -> NDArray[np.int64]:
    """Return the place of each codon in the tables; 64 where it is not known."""
    digits = _DIGIT[np.frombuffer(bases.encode("ascii", "replace"), np.uint8)]
    if len(digits) < 3:
        return np.empty(0, np.int64)
    found = 16 * digits[:-2] + 4 * digits[1:-1] + digits[2:]
    known = np.maximum(np.maximum(digits[:-2], digits[1:-1]), digits[2:]) < 4
    return np.where(known, found, 64)


def reverse_complement(bases: str) -> str:
    """Return the other strand, 5' to 3'; other letters than A, C, G, T stay."""
    return bases.encode("ascii", "replace").translate(_COMPLEMENT)[::-1].decode()


CODES = {
    code.number: code
    for code in (
        GeneticCode(
            1,
            "Standard",
            "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
            "---M------**--*----M---------------M----------------------------",
        ),
        GeneticCode(
            2,
            "Vertebrate mitochondrial",
            "FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSS**VVVVAAAADDEEGGGG",
            "----------**--------------------MMMM----------**---M------------",
        ),
        GeneticCode(
            3,
            "Yeast mitochondrial",
            "FFLLSSSSYY**CCWWTTTTPPPPHHQQRRRRIIMMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
            "----------**----------------------MM---------------M------------",
        ),
        GeneticCode(
            5,
            "Invertebrate mitochondrial",
            "FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSSSSVVVVAAAADDEEGGGG",
            "---M------**--------------------MMMM---------------M------------",
        ),
        GeneticCode(
            11,
            "Bacterial and plastid",
            "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
            "---M------**--*----M------------MMMM---------------M------------",
        ),
    )
}


def code_of(contig: str, length: int) -> GeneticCode:
    """Return the code that a contig is read with, by its name and length.

    Only mitochondria are told apart; whether a genome is bacterial, nobody can tell
    from a contig's name.

    Args:
        contig: The genome's name of it.
        length: In bp.
    """
    name = contig.lower()
    accession = contig.partition(".")[0] in _ACCESSIONS
    if name not in _MITOCHONDRIA and not accession:
        return CODES[1]
    if length in _YEAST_MITOCHONDRIA:
        return CODES[3]
    if length in _INSECT_AND_WORM_MITOCHONDRIA:
        return CODES[5]
    return CODES[2] if length in _VERTEBRATE_MITOCHONDRIA else CODES[1]
