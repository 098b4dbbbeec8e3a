"""Which reader a file of labels needs, from its first bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import InputError
from gfm_desktop.finetune.label_readers.excel_table import ExcelTable
from gfm_desktop.finetune.label_readers.text_table import TextTable
from gfm_desktop.finetune.label_readers.vcf_table import VcfTable
from gfm_desktop.genome import sniff

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.finetune.label_readers.table import Table

_VCF = (b"##fileformat=VCF", b"#CHROM\tPOS\tID\tREF\tALT", b"BCF")


def open_table(path: Path, *, sheet: str = "") -> Table:
    """Open a table of text, an Excel workbook, or a VCF file as a table.

    Args:
        path: The file.
        sheet: Sheet of a workbook; its first by default.

    Raises:
        InputError: If the file is missing, empty, damaged or no table.
    """
    try:
        start = sniff.first_bytes(path)
    except OSError as error:
        raise InputError(
            f"The labels cannot be read: {error.strerror or error}.",
            where=str(path),
            todo="Check that the file exists and that you may read it.",
        ) from error
    if start.startswith(_VCF):
        return VcfTable(path)
    if start.startswith(b"PK\x03\x04"):
        return ExcelTable(path, sheet=sheet)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(
            "This is a workbook in Excel's old format (.xls).",
            where=str(path),
            todo="Save it as .xlsx or as CSV.",
        )
    return TextTable(path)
