"""Tables in Excel workbooks (.xlsx, .xlsm)."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import InputError
from gfm_desktop.finetune.label_readers.table import (
    Row,
    fitted,
    looks_like_header,
    unique_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ExcelTable:
    """One sheet of a workbook; see `table.Table`. Formulas count by their last value.

    Attributes:
        path: The file.
        names: Columns; ``"column 2"`` where the sheet gives no name.
        header: Whether the sheet names its columns.
        sheets: Names of all sheets.
        sheet: The one that is read.
    """

    def __init__(self, path: Path, *, sheet: str = "") -> None:
        """Look at the first rows.

        Raises:
            InputError: If the file is no workbook, or has no such sheet or no row.
        """
        self.path = path
        book = _opened(path)
        self.sheets = tuple(book.sheetnames)
        book.close()
        self.sheet = sheet or self.sheets[0]
        if self.sheet not in self.sheets:
            raise InputError(
                f"The workbook has no sheet “{sheet}”.",
                where=str(path),
                todo=f"Choose one of {', '.join(self.sheets)}.",
            )
        self.names: tuple[str, ...] = ()
        self.header = False
        self._header_row = 0
        probe = []
        for row in self._cells():
            probe.append(row)
            if len(probe) == _PROBED:
                break
        if not probe:
            raise InputError(
                f"The sheet “{self.sheet}” is empty.",
                where=str(path),
                todo=f"Choose one of {', '.join(self.sheets)}.",
            )
        number, first = probe[0]
        width = max(len(cells) for _, cells in probe)
        self.header = looks_like_header(first) and len(probe) > 1
        if self.header:
            self._header_row = number
        self.names = unique_names(first if self.header else [], width)

    def __iter__(self) -> Iterator[Row]:
        """Yield every row that is not blank or the header."""
        for number, cells in self._cells():
            if number != self._header_row:
                yield fitted(number, cells, len(self.names))

    def _cells(self) -> Iterator[tuple[int, list[str]]]:
        book = _opened(self.path)
        try:
            rows = book[self.sheet].iter_rows(values_only=True)
            for number, values in enumerate(rows, start=1):
                cells = [_text(value) for value in values]
                while cells and not cells[-1]:
                    cells.pop()
                if cells:
                    yield number, cells
        finally:
            book.close()


_PROBED = 60


def _opened(path: Path) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    damage = (OSError, KeyError, ValueError, zipfile.BadZipFile, InvalidFileException)
    try:
        return load_workbook(path, read_only=True, data_only=True)
    except damage as error:
        raise InputError(
            f"The workbook cannot be read: {error}.",
            where=str(path),
            todo="Save it again as .xlsx, or as CSV.",
        ) from error


def _text(value: object) -> str:
    """Return a cell as a person would type it: 3, not 3.0; TRUE, not True."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value).strip()
