"""A genome: random access to a FASTA file, whatever its packing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop import paths
from gfm_desktop.errors import InputError
from gfm_desktop.genome import fasta_index, sniff
from gfm_desktop.genome.contig_names import ContigNames, build_of
from gfm_desktop.genome.fasta_letters import (
    Letters,
    PackedLetters,
    PlainLetters,
    read_index,
)

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from gfm_desktop.genome.fasta_index import ReadableFasta


class Reference:
    """An open genome. Reading is safe from several threads.

    Attributes:
        path: The FASTA file that is read.
        source: The file that the user opened: the same, or the GenBank file that it was
            made from.
        contigs: Name to length in bp, in the file's order.
        fingerprint: SHA-256 of the file's bytes: an edited base is another genome.
        notes: What was done to make it readable, fit to show.
        build: ``GRCh37``, ``GRCh38``, ``sacCer3``, ... from contig lengths, or None.
    """

    def __init__(
        self,
        path: Path,
        *,
        contigs: dict[str, int],
        letters: Letters,
        fingerprint: str,
        notes: tuple[str, ...],
        source: Path | None = None,
    ) -> None:
        """Keep open letters; use `open` instead."""
        self.path = path
        self.source = source or path
        self.contigs = contigs
        self.fingerprint = fingerprint
        self.notes = notes
        self.build = build_of(self.contigs)
        self.names = ContigNames(self.contigs)
        self._letters = letters

    @classmethod
    def open(
        cls, path: Path, *, cache: Path | None = None, source: Path | None = None
    ) -> Reference:
        """Open a FASTA file, indexing it in the cache where that is needed.

        Nothing is ever written beside the file. A plain-gzip file, or one whose lines
        differ in length, is copied once into the cache as bgzip.

        Args:
            path: ``.fa``, ``.fa.gz`` (bgzip or gzip).
            cache: Folder for index and copy; the application's cache by default.
            source: The file that people know it by, where that is another one.

        Raises:
            InputError: If the file is missing, empty, damaged or not FASTA.
        """
        readable = fasta_index.prepare(path, cache=cache or paths.cache())
        try:
            contigs, letters = _opened(readable)
        except (OSError, ValueError, TypeError) as error:
            raise InputError(
                f"The genome cannot be read: {error}.",
                where=str(path),
                todo="Check that the file is complete, or fetch it again.",
            ) from error
        return cls(
            path,
            contigs=contigs,
            letters=letters,
            fingerprint=readable.fingerprint,
            notes=readable.notes,
            source=source,
        )

    @staticmethod
    def is_ready(path: Path, *, cache: Path | None = None) -> bool:
        """Tell whether `open` needs no indexing, so that it may run in the window."""
        return fasta_index.known(path, cache=cache or paths.cache()) is not None

    def fetch(self, contig: str, start: int, end: int) -> str:
        """Return bases in upper case, every letter but A, C, G, T as N.

        Args:
            contig: The genome's own name; see `resolve`.
            start: 0-based first base.
            end: 0-based end, exclusive.

        Raises:
            ValueError: If the stretch is not inside the contig.
        """
        self._check(contig, start, end)
        try:
            return self._letters.clean(contig, start, end) if end > start else ""
        except (OSError, ValueError) as error:
            raise self._damaged(contig, start, end) from error

    def fetch_raw(self, contig: str, start: int, end: int) -> str:
        """Return bases as the file has them: soft-masked case, IUPAC letters.

        Raises:
            ValueError: If the stretch is not inside the contig.
        """
        self._check(contig, start, end)
        try:
            return self._letters.raw(contig, start, end)
        except (OSError, ValueError) as error:
            raise self._damaged(contig, start, end) from error

    def letters(self, contig: str, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return (n,) ASCII codes of the bases at n 0-based positions, as `fetch`.

        Made for many positions at once; quickest where they are in order.

        Raises:
            ValueError: If one of them is not inside the contig.
        """
        if len(positions):
            self._check(contig, int(positions.min()), int(positions.max()) + 1)
        try:
            return self._letters.at(contig, positions)
        except (OSError, ValueError) as error:
            start, end = int(positions.min()), int(positions.max()) + 1
            raise self._damaged(contig, start, end) from error

    def resolve(self, name: str, *, length: int | None = None) -> str | None:
        """Return the genome's name of a contig, or None where it has none.

        Args:
            name: Any spelling: ``chr22``, ``22``, ``NC_000022.10``, ``MT``, ``chrM``.
            length: Length in bp as another file states it; must agree where given.
        """
        return self.names.resolve(name, length=length)

    def close(self) -> None:
        """Close the file."""
        self._letters.close()

    def _damaged(self, contig: str, start: int, end: int) -> InputError:
        return InputError(
            f"The genome file is damaged or has changed: {contig}:{start + 1:,}-"
            f"{end:,} cannot be read.",
            where=str(self.path),
            todo="Open the genome again; if that fails, fetch the file again.",
        )

    def _check(self, contig: str, start: int, end: int) -> None:
        length = self.contigs.get(contig)
        if length is None:
            raise ValueError(f"no contig {contig}")
        if not 0 <= start <= end <= length:
            raise ValueError(f"{contig}:{start}-{end} is not inside 0-{length}")


def _opened(readable: ReadableFasta) -> tuple[dict[str, int], Letters]:
    """Return lengths in bp by contig, and the letters."""
    index = read_index(readable.fai)
    lengths = {name: entry.length for name, entry in index.items()}
    with readable.fasta.open("rb") as start:
        packed = sniff.is_gzip(start.read(2))
    if not packed:
        return lengths, PlainLetters(readable.fasta, index)
    import pysam

    file = pysam.FastaFile(
        str(readable.fasta),
        filepath_index=str(readable.fai),
        filepath_index_compressed=str(readable.gzi) if readable.gzi else None,
    )
    return lengths, PackedLetters(file, lengths)
