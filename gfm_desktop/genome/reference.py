"""A genome: random access to a FASTA file, whatever its packing."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from gfm_desktop import paths
from gfm_desktop.errors import InputError
from gfm_desktop.genome import fasta_index
from gfm_desktop.genome.contig_names import ContigNames, build_of

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 1 << 17
"""Bases that are read and kept together; a scan in file order reads each once."""
_BLOCKS_KEPT = 48
_KEEP_ACGT = bytes(c if c in b"ACGT" else ord("N") for c in range(256))


class Reference:
    """An open genome. Reading is safe from several threads.

    Attributes:
        path: The file that the user opened.
        contigs: Name to length in bp, in the file's order.
        fingerprint: SHA-256 of the file's bytes: an edited base is another genome.
        notes: What was done to make it readable, fit to show.
        build: ``GRCh37``, ``GRCh38``, ``sacCer3``, ... from contig lengths, or None.
    """

    def __init__(
        self,
        path: Path,
        *,
        file: Any,
        fingerprint: str,
        notes: tuple[str, ...],
    ) -> None:
        """Keep an open `pysam.FastaFile`; use `open` instead."""
        self.path = path
        self.contigs: dict[str, int] = dict(
            zip(file.references, file.lengths, strict=True)
        )
        self.fingerprint = fingerprint
        self.notes = notes
        self.build = build_of(self.contigs)
        self.names = ContigNames(self.contigs)
        self._file = file
        self._lock = threading.Lock()
        self._blocks: OrderedDict[tuple[str, int], str] = OrderedDict()

    @classmethod
    def open(cls, path: Path, *, cache: Path | None = None) -> Reference:
        """Open a FASTA file, indexing it in the cache where that is needed.

        Nothing is ever written beside the file. A plain-gzip file, or one whose lines
        differ in length, is copied once into the cache as bgzip.

        Args:
            path: ``.fa``, ``.fa.gz`` (bgzip or gzip).
            cache: Folder for index and copy; the application's cache by default.

        Raises:
            InputError: If the file is missing, empty, damaged or not FASTA.
        """
        import pysam

        readable = fasta_index.prepare(path, cache=cache or paths.cache())
        try:
            file = pysam.FastaFile(
                str(readable.fasta),
                filepath_index=str(readable.fai),
                filepath_index_compressed=str(readable.gzi) if readable.gzi else None,
            )
        except (OSError, ValueError) as error:
            raise InputError(
                f"The genome cannot be read: {error}.",
                where=str(path),
                todo="Check that the file is complete, or fetch it again.",
            ) from error
        return cls(
            path, file=file, fingerprint=readable.fingerprint, notes=readable.notes
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
        first, last = start // BLOCK, (end - 1) // BLOCK
        if first == last:
            offset = first * BLOCK
            return self.block(contig, first)[start - offset : end - offset]
        if last - first >= _BLOCKS_KEPT // 4:
            return self._clean(self._read(contig, start, end))
        text = "".join(self.block(contig, n) for n in range(first, last + 1))
        return text[start - first * BLOCK : end - first * BLOCK]

    def fetch_raw(self, contig: str, start: int, end: int) -> str:
        """Return bases as the file has them: soft-masked case, IUPAC letters.

        Raises:
            ValueError: If the stretch is not inside the contig.
        """
        self._check(contig, start, end)
        return self._read(contig, start, end)

    def block(self, contig: str, number: int) -> str:
        """Return block `number` of a contig (`BLOCK` bases, fewer at the end).

        It starts at ``number * BLOCK``, 0-based; letters are as `fetch` returns them.
        Loops over many positions index into it and save the calls.
        """
        key = (contig, number)
        with self._lock:
            block = self._blocks.get(key)
            if block is not None:
                self._blocks.move_to_end(key)
                return block
        start = number * BLOCK
        end = min(start + BLOCK, self.contigs[contig])
        block = self._clean(self._read(contig, start, end))
        with self._lock:
            self._blocks[key] = block
            if len(self._blocks) > _BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        return block

    def resolve(self, name: str, *, length: int | None = None) -> str | None:
        """Return the genome's name of a contig, or None where it has none.

        Args:
            name: Any spelling: ``chr22``, ``22``, ``NC_000022.10``, ``MT``, ``chrM``.
            length: Length in bp as another file states it; must agree where given.
        """
        return self.names.resolve(name, length=length)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._blocks.clear()
            self._file.close()

    def _read(self, contig: str, start: int, end: int) -> str:
        if start == end:
            return ""
        with self._lock:
            try:
                text = str(self._file.fetch(contig, start, end))
            except (OSError, ValueError) as error:
                raise self._damaged(contig, start, end) from error
        if len(text) != end - start:
            raise self._damaged(contig, start, end)
        return text

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

    @staticmethod
    def _clean(text: str) -> str:
        return text.upper().encode("ascii", "replace").translate(_KEEP_ACGT).decode()
