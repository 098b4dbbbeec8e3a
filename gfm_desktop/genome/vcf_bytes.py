"""The lines of a VCF file, whatever its packing and encoding, damaged or not."""

from __future__ import annotations

import codecs
import itertools
import zlib
from typing import TYPE_CHECKING, NamedTuple

from gfm_desktop.errors import InputError
from gfm_desktop.genome import bgzip, sniff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK = 1 << 20
_BLOCK = 1 << 21
_UTF8_MARK = b"\xef\xbb\xbf"


class TextBlock(NamedTuple):
    """Some lines of a file.

    Attributes:
        data: Whole lines with their ends; only the file's last line may lack one.
        cut: Whether the last line is incomplete.
    """

    data: bytes
    cut: bool = False

    @property
    def lines(self) -> list[bytes]:
        """Return the lines without their ends."""
        lines = self.data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        return lines


class ByteSource:
    """Reads a file as blocks of lines; damage becomes a note, never an exception.

    Attributes:
        notes: What was met so far: truncation, odd encodings, odd line ends.
    """

    def __init__(self, path: Path) -> None:
        """Prepare to read; nothing is opened yet."""
        self.path = path
        self.notes: list[str] = []
        self._broken = False
        self._tail = b""

    def blocks(self) -> Iterator[TextBlock]:
        """Yield the text in order, some megabytes of whole lines at a time.

        Raises:
            InputError: If the file cannot be opened.
        """
        pieces: list[bytes] = []
        size = 0
        unpacked = filter(None, self._unpacked())  # the first one tells the encoding
        for chunk in self._single_line_ends(self._as_utf8(unpacked)):
            pieces.append(chunk)
            size += len(chunk)
            end = chunk.rfind(b"\n") + 1 if size >= _BLOCK else 0
            if end:
                pieces[-1] = chunk[:end]
                yield TextBlock(b"".join(pieces))
                pieces, size = [chunk[end:]], len(chunk) - end
        last = b"".join(pieces)
        if last:
            # Damage may have fallen between two lines.
            yield TextBlock(last, self._broken and not last.endswith(b"\n"))

    def _unpacked(self) -> Iterator[bytes]:
        try:
            with self.path.open("rb") as file:
                start = file.read(_CHUNK)
                if sniff.is_gzip(start):
                    yield from self._gunzipped(self._raw(file, start))
                else:
                    yield from self._raw(file, start)
        except OSError as error:
            raise InputError(
                f"The variants cannot be read: {error.strerror or error}.",
                where=str(self.path),
                todo="Check that the file exists and that you may read it.",
            ) from error

    def _raw(self, file: object, start: bytes) -> Iterator[bytes]:
        chunk = start
        while chunk:
            yield chunk
            chunk = file.read(_CHUNK)  # type: ignore[attr-defined]

    def _gunzipped(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Unpack, keeping all that precedes damage; blocks of bgzip go the fast way."""
        held, blocked = b"", False
        chunks = self._watched(chunks)
        for number, chunk in enumerate(chunks):
            if number == 0:
                blocked = sniff.is_bgzip(chunk)
            held += chunk
            text, used = bgzip.unpack_blocks(held)
            yield text
            held = held[used:]
            if len(held) >= bgzip.LARGEST:
                break
        if held:
            yield from self._members(itertools.chain([held], chunks))
        if blocked and not self._broken and self._tail != bgzip.END:
            self.notes.append(
                "The file lacks bgzip's end mark: it may have been cut off. "
                "Everything that is there was read."
            )

    def _watched(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._tail = (self._tail + chunk)[-len(bgzip.END) :]
            yield chunk

    def _members(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Unpack gzip members one after the other."""
        unpacker = zlib.decompressobj(wbits=31)
        fresh = True
        for chunk in chunks:
            data, pieces = chunk, []
            while data:
                if fresh and not data.strip(b"\0"):
                    break  # zero padding, as tapes and some servers add it
                fresh = False
                try:
                    pieces.append(unpacker.decompress(data))
                except zlib.error as error:
                    self._damaged(f"the packed data are damaged ({error})")
                    yield b"".join(pieces)
                    return
                data = unpacker.unused_data
                if unpacker.eof:
                    unpacker, fresh = zlib.decompressobj(wbits=31), True
            yield b"".join(pieces)
        if not fresh:
            self._damaged("the packed data end too early")

    def _damaged(self, why: str) -> None:
        self._broken = True
        self.notes.append(
            f"The file is incomplete: {why}. Everything before that was read."
        )

    def _as_utf8(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield UTF-8 without a byte order mark."""
        first = next(chunks, b"")
        encoding = _utf16(first)
        if encoding:
            self.notes.append("The file is UTF-16 text; it was read as such.")
            decoder = codecs.getincrementaldecoder(encoding)("replace")
            yield decoder.decode(first).removeprefix("\ufeff").encode()
            for chunk in chunks:
                yield decoder.decode(chunk).encode()
            return
        if first.startswith(_UTF8_MARK):
            self.notes.append("A byte order mark at the file's start was passed over.")
        yield first.removeprefix(_UTF8_MARK)
        yield from chunks

    def _single_line_ends(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield text whose lines end with a line feed."""
        first = next(chunks, b"")
        if b"\r" not in first:
            yield first
            yield from chunks
            return
        if b"\n" not in first:
            self.notes.append("Lines end with CR (old Macintosh); read as such.")
            yield first.replace(b"\r", b"\n")
            for chunk in chunks:
                yield chunk.replace(b"\r", b"\n")
            return
        self.notes.append("Lines end with CR LF (Windows); read as such.")
        yield from self._without_cr(first, chunks)

    @staticmethod
    def _without_cr(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
        held = first
        for chunk in chunks:
            # A pair may fall on the border between two chunks.
            keep = held.endswith(b"\r")
            yield (held[:-1] if keep else held).replace(b"\r\n", b"\n")
            held = b"\r" + chunk if keep else chunk
        yield held.replace(b"\r\n", b"\n").removesuffix(b"\r")


def _utf16(start: bytes) -> str:
    """Return the encoding's name if text starts so, else an empty string."""
    if start.startswith(b"\xff\xfe") or start[:4] in (b"#\0#\0", b"#\0C\0"):
        return "utf-16-le"
    if start.startswith(b"\xfe\xff") or start[:4] in (b"\0#\0#", b"\0#\0C"):
        return "utf-16-be"
    return ""
