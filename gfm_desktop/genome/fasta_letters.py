"""Letters of a FASTA file by position: plain text at once, packed text in blocks.

Plain text is read where it lies: an index entry tells the byte of every base. Nothing
is mapped into memory, since a file that shrinks meanwhile would end the process.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BLOCK = 1 << 17
"""Bases of packed text that are read and kept together: a scan reads each once."""
_BLOCKS_KEPT = 48
_PAGE = 1 << 20
_CLEAN = bytes(c if c in b"ACGT" else ord("N") for c in bytes(range(256)).upper())
_CLEAN_ARRAY = np.frombuffer(_CLEAN, np.uint8)
_NO_LETTERS = bytes(c for c in range(256) if not 32 < c < 127)


class Letters(Protocol):
    """Random access to the letters of an indexed FASTA file, from any thread.

    Stretches and positions must lie inside the contig; a `ValueError` or `OSError`
    says that the file is damaged.
    """

    def raw(self, contig: str, start: int, end: int) -> str:
        """Return letters as the file has them; 0-based half-open."""

    def clean(self, contig: str, start: int, end: int) -> str:
        """Return letters in upper case, all but A, C, G, T as N."""

    def at(self, contig: str, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the clean letter at each 0-based position, quickest in order."""

    def close(self) -> None:
        """Close the file."""


class Entry(NamedTuple):
    """Where a contig lies: a line of an index by ``samtools faidx``.

    Attributes:
        length: Bases.
        offset: Byte of the first base.
        bases: Bases in a line.
        width: Bytes in a line, its end included.
    """

    length: int
    offset: int
    bases: int
    width: int


def read_index(fai: Path) -> dict[str, Entry]:
    """Return contigs in the file's order.

    Raises:
        OSError: If the index cannot be read.
        ValueError: If it is no index.
    """
    entries = {}
    for line in fai.read_text(encoding="utf-8").splitlines():
        name, *numbers = line.split("\t")
        entries[name] = Entry(*map(int, numbers[:4]))
    return entries


class PlainLetters:
    """Letters of a file that is not packed."""

    def __init__(self, fasta: Path, index: dict[str, Entry]) -> None:
        """Open the file.

        Raises:
            OSError: If it cannot be opened.
        """
        self._index = index
        self._file: BinaryIO = fasta.open("rb", buffering=0)
        self._lock = threading.Lock()
        # A suspended job may be the last that reads a genome: nobody closes it then.
        self._close = weakref.finalize(self, self._file.close)

    def raw(self, contig: str, start: int, end: int) -> str:
        """Return letters as the file has them."""
        return self._stretch(contig, start, end, None)

    def clean(self, contig: str, start: int, end: int) -> str:
        """Return letters in upper case, all but A, C, G, T as N."""
        return self._stretch(contig, start, end, _CLEAN)

    def at(self, contig: str, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the clean letter at each position."""
        if not len(positions):
            return np.empty(0, np.uint8)
        entry = self._index[contig]
        ends = positions // max(1, entry.bases) * (entry.width - entry.bases)
        places = positions + ends + entry.offset
        pages = places // _PAGE
        if np.any(pages[1:] < pages[:-1]):
            order = np.argsort(pages, kind="stable")
            letters = np.empty(len(places), np.uint8)
            letters[order] = self.at(contig, positions[order])
            return letters
        heads = np.flatnonzero(np.diff(pages, prepend=-1))
        letters = np.empty(len(places), np.uint8)
        for first, last in zip(heads, [*heads[1:], len(places)], strict=True):
            here = places[first:last]
            low = int(here.min())
            data = self._read(low, int(here.max()) + 1 - low)
            letters[first:last] = np.frombuffer(data, np.uint8)[here - low]
        return _CLEAN_ARRAY[letters]

    def close(self) -> None:
        """Close the file."""
        self._close()

    def _stretch(self, contig: str, start: int, end: int, table: bytes | None) -> str:
        if start == end:
            return ""
        _, offset, bases, width = self._index[contig]
        low = offset + start // bases * width + start % bases
        high = offset + (end - 1) // bases * width + (end - 1) % bases + 1
        data = self._read(low, high - low)
        # As a rule nothing but line feeds is between letters, and this is quickest.
        letters = data.replace(b"\n", b"") if table is None else b""
        if len(letters) != end - start:
            letters = data.translate(table, _NO_LETTERS)
        if len(letters) != end - start:
            raise ValueError("letters are missing")
        return letters.decode("ascii", "replace")

    def _read(self, offset: int, count: int) -> bytes:
        if hasattr(os, "pread"):
            data = os.pread(self._file.fileno(), count, offset)
        else:  # Windows
            with self._lock:
                self._file.seek(offset)
                data = self._file.read(count)
        if len(data) != count:
            raise ValueError("the file ends too early")
        return data


class PackedLetters:
    """Letters of a bgzip file, through `pysam`.

    A block is kept from the second time on that it is needed: a scan reads it once
    more, and windows here and there need not unpack what nobody asks for.
    """

    def __init__(self, file: Any, lengths: dict[str, int]) -> None:
        """Keep an open `pysam.FastaFile`."""
        self._file = file
        self._lengths = lengths
        self._lock = threading.Lock()
        self._blocks: OrderedDict[tuple[str, int], str] = OrderedDict()
        self._touched: OrderedDict[tuple[str, int], None] = OrderedDict()

    def raw(self, contig: str, start: int, end: int) -> str:
        """Return letters as the file has them."""
        if start == end:
            return ""
        with self._lock:
            text = str(self._file.fetch(contig, start, end))
        if len(text) != end - start:
            raise ValueError("letters are missing")
        return text

    def clean(self, contig: str, start: int, end: int) -> str:
        """Return letters in upper case, all but A, C, G, T as N."""
        first, last = start // BLOCK, (end - 1) // BLOCK
        if last - first >= _BLOCKS_KEPT // 4 or self._is_new(contig, first, last):
            return _cleaned(self.raw(contig, start, end))
        if first == last:
            offset = first * BLOCK
            return self._block(contig, first)[start - offset : end - offset]
        text = "".join(self._block(contig, n) for n in range(first, last + 1))
        return text[start - first * BLOCK : end - first * BLOCK]

    def at(self, contig: str, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the clean letter at each position."""
        pages = positions // BLOCK
        order = np.argsort(pages, kind="stable")
        heads = np.flatnonzero(np.diff(pages[order], prepend=-1))
        letters = np.empty(len(positions), np.uint8)
        for group in np.split(order, heads[1:]) if len(order) else []:
            page = int(pages[group[0]])
            block = np.frombuffer(self._block(contig, page).encode(), np.uint8)
            letters[group] = block[positions[group] - page * BLOCK]
        return letters

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._blocks.clear()
            self._touched.clear()
            self._file.close()

    def _is_new(self, contig: str, first: int, last: int) -> bool:
        """Tell whether these blocks are needed for the first time in a while."""
        keys = [(contig, number) for number in range(first, last + 1)]
        with self._lock:
            known = [key in self._blocks or key in self._touched for key in keys]
            for key in keys:
                self._touched[key] = None
                self._touched.move_to_end(key)
            while len(self._touched) > _BLOCKS_KEPT:
                self._touched.popitem(last=False)
        return not any(known)

    def _block(self, contig: str, number: int) -> str:
        key = (contig, number)
        with self._lock:
            block = self._blocks.get(key)
            if block is not None:
                self._blocks.move_to_end(key)
                return block
        start = number * BLOCK
        end = min(start + BLOCK, self._lengths[contig])
        block = _cleaned(self.raw(contig, start, end))
        with self._lock:
            self._blocks[key] = block
            if len(self._blocks) > _BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        return block


def _cleaned(text: str) -> str:
    return text.encode("ascii", "replace").translate(_CLEAN).decode("ascii")
