"""Tables of text: CSV, TSV, BED, any delimiter, quoted or not, packed or not."""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import io
import zlib
from collections import Counter
from typing import TYPE_CHECKING, cast

from gfm_desktop.errors import InputError
from gfm_desktop.finetune.label_readers.table import (
    Row,
    fitted,
    looks_like_header,
    unique_names,
)
from gfm_desktop.genome import sniff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PROBED = 60
_DELIMITERS = "\t;,|"
_SPACES = " "
_LONGEST_CELL = 1 << 30
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"))
_ALL_MARKS = (*_MARKS, (codecs.BOM_UTF16_BE, "utf-16"))
_BED_WORDS = ("track ", "browser ", "track\t", "browser\t")


class TextTable:
    """A table of text, read line by line; see `table.Table`.

    Attributes:
        path: The file.
        names: Columns; ``"column 2"`` where the file gives no name.
        header: Whether the file names its columns.
        sheets: Always empty.
        delimiter: What separates cells; a space stands for any white space.
    """

    def __init__(self, path: Path) -> None:
        """Look at the first lines.

        Raises:
            InputError: If the file is empty, damaged or no text.
        """
        self.path = path
        self.sheets: tuple[str, ...] = ()
        # The module's own limit of 131,072 letters is less than some models read.
        csv.field_size_limit(_LONGEST_CELL)
        self._encoding = _encoding(path)
        comments, lines = self._first_lines()
        self.delimiter = _delimiter([line for _, line in lines])
        probe = [self._cells(line) for _, line in lines]
        width = Counter(map(len, probe[1:] or probe)).most_common(1)[0][0]
        first = probe[0]
        commented = self._cells(comments[-1].lstrip("#")) if comments else []
        self._header_line = 0
        if looks_like_header(first) and len(probe) > 1:
            self._header_line = lines[0][0]
            if len(first) == width - 1:  # R's write.table leaves the row names' out
                first = ["row name", *first]
        elif len(commented) == width and looks_like_header(commented):
            first = commented
        else:
            first = []
        self.header = bool(first)
        self.names = unique_names(first, max(width, len(first)))

    def __iter__(self) -> Iterator[Row]:
        """Yield every row that is not blank, a comment or the header."""
        width = len(self.names)
        with self._opened() as file:
            for number, cells, problem in self._records(file):
                if problem:
                    yield Row(number, [], problem)
                elif number != self._header_line and any(map(str.strip, cells)):
                    yield fitted(number, cells, width)

    def _records(self, file: io.TextIOBase) -> Iterator[tuple[int, list[str], str]]:
        """Yield (line, cells, problem) of every record that is no comment."""
        lines = _Lines(file)
        if self.delimiter == _SPACES:
            for line in lines:
                yield lines.number, line.split(), ""
            return
        reader = csv.reader(
            lines, delimiter=self.delimiter, strict=True, skipinitialspace=True
        )
        while True:
            lines.first = 0
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if lines.ended:
                    raise InputError(
                        f"A quotation mark in line {lines.first:,} is never closed.",
                        where=str(self.path),
                        todo="Close or remove it; all lines behind it are lost in it.",
                    ) from error
                yield lines.first, [], "a quotation mark stands inside a cell"
                continue
            yield lines.first, cells, ""

    def _cells(self, line: str) -> list[str]:
        line = line.rstrip("\r\n")
        if self.delimiter == _SPACES:
            return line.split()
        return next(csv.reader([line], delimiter=self.delimiter), [])

    def _first_lines(self) -> tuple[list[str], list[tuple[int, str]]]:
        """Return comments at the start, and (number, line) of the first others."""
        comments: list[str] = []
        lines: list[tuple[int, str]] = []
        with self._opened() as file:
            for number, line in enumerate(file, start=1):
                if _is_comment(line):
                    if not lines and line.startswith("#"):
                        comments.append(line)
                elif line.strip():
                    lines.append((number, line))
                if len(lines) == _PROBED:
                    break
        if not lines:
            raise InputError(
                "The file holds no row.",
                where=str(self.path),
                todo="Choose a table with one example a row.",
            )
        return comments, lines

    @contextlib.contextmanager
    def _opened(self) -> Iterator[io.TextIOBase]:
        try:
            with self.path.open("rb") as raw:
                packed = sniff.is_gzip(raw.read(2))
                raw.seek(0)
                unpacked = gzip.GzipFile(fileobj=raw) if packed else raw
                yield io.TextIOWrapper(
                    cast("io.BufferedReader", unpacked),
                    encoding=self._encoding,
                    errors="replace",
                    newline="",
                )
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(
                f"The labels are incomplete: the packed data break off ({error}).",
                where=str(self.path),
                todo="Fetch the file again.",
            ) from error
        except OSError as error:
            raise InputError(
                f"The labels cannot be read: {error.strerror or error}.",
                where=str(self.path),
                todo="Check that the file exists and that you may read it.",
            ) from error


class _Lines:
    """Counts the lines that a reader takes, without comments.

    Attributes:
        number: The last line that was taken, 1-based.
        first: The first line taken since somebody set this to 0.
        ended: Whether there are no more.
    """

    def __init__(self, file: io.TextIOBase) -> None:
        self.number = 0
        self.first = 0
        self.ended = False
        self._file = file

    def __iter__(self) -> Iterator[str]:
        for line in self._file:
            self.number += 1
            if not _is_comment(line):
                self.first = self.first or self.number
                yield line
        self.ended = True


def _is_comment(line: str) -> bool:
    return line.startswith(("#", *_BED_WORDS))


def _delimiter(lines: list[str]) -> str:
    """Return what gives most lines the same number of cells, at least two."""
    best, chosen = 0.0, _SPACES
    for delimiter in _DELIMITERS:
        widths = Counter(
            len(next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), []))
            for line in lines
        )
        width, count = widths.most_common(1)[0]
        if width > 1 and count > best:
            best, chosen = count, delimiter
    return chosen


def _encoding(path: Path) -> str:
    start = sniff.first_bytes(path, count=1 << 16)
    for mark, encoding in _ALL_MARKS:
        if start.startswith(mark):
            return encoding
    if b"\0" in start[:1024] or not start.strip():
        raise InputError(
            f"This is no table: it is {sniff.describe(start)}.",
            where=str(path),
            todo="Choose a CSV, TSV, BED, VCF or Excel file.",
        )
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "cp1252"  # what spreadsheets on Windows write
    return "utf-8"
