"""The lines of a text file, whatever its packing."""

from __future__ import annotations

import gzip
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import InputError
from gfm_desktop.genome.sniff import is_gzip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@contextmanager
def open_lines(path: Path) -> Iterator[Iterable[bytes]]:
    """Give the lines of a file, plain, gzip or bgzip.

    Raises:
        InputError: If it cannot be read, or the packed data break off.
    """
    try:
        with path.open("rb") as raw:
            packed = is_gzip(raw.read(2))
            raw.seek(0)
            file: Any = gzip.GzipFile(fileobj=raw) if packed else raw
            yield file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"The file is incomplete: the packed data break off ({error}).",
            where=str(path),
            todo="Fetch the file again.",
        ) from error
    except OSError as error:
        raise InputError(
            f"The file cannot be read: {error.strerror or error}.",
            where=str(path),
            todo="Check that the file exists and that you may read it.",
        ) from error
