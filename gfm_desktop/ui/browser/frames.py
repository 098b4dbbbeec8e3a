"""The six reading frames of a stretch: codons, amino acids, starts and stops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.genetic_code import CODES, reverse_complement
from gfm_desktop.genome.interval import Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.genome.genetic_code import GeneticCode

NAMES = ("+1", "+2", "+3", "−1", "−2", "−3")  # noqa: RUF001 - a minus, as wide as a plus
"""The frames from the top; the reverse ones lie under the bases."""
_RESIDUES = {
    "A": "Ala", "R": "Arg", "N": "Asn", "D": "Asp", "C": "Cys", "Q": "Gln",
    "E": "Glu", "G": "Gly", "H": "His", "I": "Ile", "L": "Leu", "K": "Lys",
    "M": "Met", "F": "Phe", "P": "Pro", "S": "Ser", "T": "Thr", "W": "Trp",
    "Y": "Tyr", "V": "Val",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Codon:
    """One codon of one frame.

    Attributes:
        where: Its three bases on the forward strand, 0-based half-open.
        bases: Its letters as the ribosome reads them.
        letter: Amino acid, ``*`` for stop, ``X`` where a base is not known.
        is_start: Whether it can begin a protein.
        frame: One of `NAMES`.
    """

    where: Interval
    bases: str
    letter: str
    is_start: bool
    frame: str

    @property
    def words(self) -> str:
        """Return what it is in words: ``ATG  Met (M), can be a start``."""
        if self.letter == "*":
            return f"{self.bases}  stop (*)"
        name = f"{_RESIDUES.get(self.letter, 'not known')} ({self.letter})"
        return f"{self.bases}  {name}{', can be a start' if self.is_start else ''}"


@dataclass(frozen=True, slots=True)
class Frames:
    """All codons of a stretch.

    A frame is fixed to the contig: codons of +1 begin at its first base, those of −1
    end at its last one (read backwards), so that no pan moves them.

    Attributes:
        stretch: What they cover, 0-based half-open.
        length: Length of the contig in bp.
        code: Which amino acid each codon is.
        bases: Upper-case letters of the stretch, forward strand.
        forward: uint8 (n - 2,), amino acid of the codon that begins at each base.
        backward: uint8 (n - 2,), likewise of the codon over the same three bases on
            the reverse strand.
        forward_starts: bool (n - 2,), whether it can begin a protein.
        backward_starts: bool (n - 2,), likewise on the reverse strand.
    """

    stretch: Interval
    length: int
    code: GeneticCode
    bases: str
    forward: NDArray[np.uint8]
    backward: NDArray[np.uint8]
    forward_starts: NDArray[np.bool_]
    backward_starts: NDArray[np.bool_]

    def phase(self, frame: int) -> int:
        """Return the remainder by three of the positions where its codons begin.

        Args:
            frame: 0 to 5, in the order of `NAMES`.
        """
        return frame if frame < 3 else (self.length - (frame - 3)) % 3

    def codons(
        self, frame: int
    ) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.bool_]]:
        """Return where the codons of a frame begin, their letters and starts.

        Args:
            frame: 0 to 5, in the order of `NAMES`.

        Returns:
            int64 (n,) 0-based positions of the leftmost base, uint8 (n,) amino acids,
            bool (n,) whether each can begin a protein.
        """
        first = (self.phase(frame) - self.stretch.start) % 3
        ahead = frame < 3
        letters = self.forward if ahead else self.backward
        starts = self.forward_starts if ahead else self.backward_starts
        positions = np.arange(first, len(letters), 3, dtype=np.int64)
        return positions + self.stretch.start, letters[first::3], starts[first::3]

    def at(self, frame: int, position: int) -> Codon | None:
        """Return the codon of a frame over a 0-based position, if it is whole."""
        start = position - (position - self.phase(frame)) % 3
        place = start - self.stretch.start
        if not 0 <= place < len(self.forward):
            return None
        ahead, bases = frame < 3, self.bases[place : place + 3]
        letters = self.forward if ahead else self.backward
        starts = self.forward_starts if ahead else self.backward_starts
        return Codon(
            Interval(self.stretch.contig, start, start + 3),
            bases if ahead else reverse_complement(bases),
            chr(letters[place]),
            bool(starts[place]),
            NAMES[frame],
        )


def frames_of(
    bases: str, stretch: Interval, length: int, code: GeneticCode = CODES[1]
) -> Frames:
    """Translate a stretch in all six frames.

    Args:
        bases: Upper-case letters of `stretch`, forward strand.
        stretch: Where they lie, 0-based half-open.
        length: Length of the contig in bp.
        code: Which amino acid each codon is.
    """
    other = reverse_complement(bases)
    return Frames(
        stretch,
        length,
        code,
        bases,
        code.translate(bases),
        code.translate(other)[::-1],
        code.starts_at(bases),
        code.starts_at(other)[::-1],
    )
