"""The lines of a VCF file, whatever its packing and encoding, damaged or not."""

from __future__ import annotations

import codecs
import zlib
from typing import TYPE_CHECKING

from gfm_desktop.errors import InputError
from gfm_desktop.genome import sniff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK = 1 << 20
_UTF8_MARK = b"\xef\xbb\xbf"
_BGZIP_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


class ByteSource:
    """Reads a file as batches of lines; damage becomes a note, never an exception.

    Attributes:
        notes: What was met so far: truncation, odd encodings, odd line ends.
        cut: True once the data ended in the middle; the last line is then incomplete.
    """

    def __init__(self, path: Path) -> None:
        """Prepare to read; nothing is opened yet."""
        self.path = path
        self.notes: list[str] = []
        self.cut = False

    def batches(self) -> Iterator[list[bytes]]:
        """Yield lists of lines without their ends, in order.

        Raises:
            InputError: If the file cannot be opened.
        """
        rest = b""
        for chunk in self._single_line_ends(self._as_utf8(self._unpacked())):
            lines = (rest + chunk).split(b"\n") if rest else chunk.split(b"\n")
            rest = lines.pop()
            if lines:
                yield lines
        if rest:
            yield [rest]
        elif self.cut:
            self.cut = False  # the damage fell between two lines

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
        """Unpack members one after the other, keeping all that precedes damage."""
        unpacker = zlib.decompressobj(wbits=31)
        fresh, blocked, tail = True, False, b""
        for number, chunk in enumerate(chunks):
            if number == 0:
                blocked = sniff.is_bgzip(chunk)
            tail = (tail + chunk)[-len(_BGZIP_END) :]
            data, pieces = chunk, []
            while data:
                if fresh and not data.strip(b"\0"):
                    break  # zero padding, as tapes and some servers add it
                fresh = False
                try:
                    pieces.append(unpacker.decompress(data))
                except zlib.error as error:
                    yield b"".join(pieces)
                    self._damaged(f"the packed data are damaged ({error})")
                    return
                data = unpacker.unused_data
                if unpacker.eof:
                    unpacker, fresh = zlib.decompressobj(wbits=31), True
            yield b"".join(pieces)
        if not fresh:
            self._damaged("the packed data end too early")
        elif blocked and tail != _BGZIP_END:
            self.notes.append(
                "The file lacks bgzip's end mark: it may have been cut off. "
                "Everything that is there was read."
            )

    def _damaged(self, why: str) -> None:
        self.cut = True
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
