"""Read bigBed, whose own description names the columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import InputError
from gfm_desktop.genome.feature_bed import BedLayout, bed_feature, layout_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gfm_desktop.genome.feature_draft import FeatureDraft

_WINDOW = 5_000_000
"""bp asked at once: a chromosome of a dense file would be gigabytes of text."""
_FIELD = re.compile(r"^\s*[\w\[\]() ,]+?\s+(\w+)\s*;", re.MULTILINE)
_STANDARD = (
    ("chrom",),
    ("chromStart", "start"),
    ("chromEnd", "end"),
    ("name",),
    ("score",),
    ("strand",),
    ("thickStart",),
    ("thickEnd",),
    ("reserved", "itemRgb", "color"),
    ("blockCount",),
    ("blockSizes",),
    ("chromStarts", "blockStarts"),
)
"""Names that the first twelve columns go by in published descriptions."""


def read_bigbed(path: Path, draft: FeatureDraft) -> Iterator[int]:
    """Read a bigBed file; yields the number of features so far, now and then.

    A feature that cannot be used is counted as a line of its own.

    Args:
        path: The file.
        draft: Takes features and what is wrong.

    Raises:
        InputError: If it is damaged.
    """
    file = open_bigbed(path)
    try:
        layout = _layout(file)
        number = 0
        for contig, length in file.chroms().items():
            for start in range(0, length, _WINDOW):
                stop = min(length, start + _WINDOW)
                for first, last, rest in file.entries(contig, start, stop) or ():
                    if first < start:
                        continue  # It began in the window before.
                    number += 1
                    fields = [contig, str(first), str(last), *_split(rest)]
                    layout = layout or layout_of(fields)
                    try:
                        feature = bed_feature(fields, layout)
                    except ValueError as error:
                        draft.bad.refuse(number, str(error))
                        continue
                    draft.add(feature, number)
                yield number
    except RuntimeError as error:
        raise _damaged(path, str(error)) from error
    finally:
        file.close()


def open_bigbed(path: Path) -> Any:
    """Open a bigBed file with pyBigWig.

    Raises:
        InputError: If it is damaged or of another kind.
    """
    import pyBigWig

    try:
        file = pyBigWig.open(str(path))
    except RuntimeError as error:
        raise _damaged(path, str(error)) from error
    if not file.isBigBed():
        file.close()
        raise _damaged(path, "it holds a signal, not features")
    return file


def _layout(file: Any) -> BedLayout | None:
    """Return what the columns mean, from the description in the file, if it has one."""
    described = file.SQL()
    if not described:
        return None
    text = described.decode("utf-8", "replace")
    names = _FIELD.findall(text.partition("(")[2])
    standard = 0
    for name, known in zip(names, _STANDARD, strict=False):
        if name not in known:
            break
        standard += 1
    # BED knows no 7, 10 or 11 columns: what is left over is the file's own.
    standard = max(n for n in (3, 4, 5, 6, 8, 9, 12) if n <= max(3, standard))
    return BedLayout(standard, tuple(names[standard:]))


def _split(rest: str | None) -> list[str]:
    return rest.split("\t") if rest else []


def _damaged(path: Path, why: str) -> InputError:
    return InputError(
        f"The bigBed file cannot be read: {why.rstrip('.')}.",
        where=str(path),
        todo="Fetch it again, or open the BED file that it was made from.",
    )
