"""Which files can be written, told by the end of their names."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop.errors import InputError, OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCORE_FORMATS = (".vcf", ".vcf.gz", ".tsv", ".parquet")
TRACK_FORMATS = (".tsv", ".bw", ".bedgraph", ".npz")
ARRAY_FORMATS = (".npz",)


def check_format(out: str, offered: tuple[str, ...]) -> str:
    """Return the format of a file to be written, such as ``".vcf.gz"``.

    Raises:
        OptionError: If its name ends in none of the offered formats.
        InputError: If its folder does not exist.
    """
    name = Path(out).name.lower()
    found = [ending for ending in offered if name.endswith(ending)]
    if not found:
        raise OptionError(
            f"Nobody knows how to write {Path(out).name}.",
            where="--out",
            todo=f"Choose a name that ends in {', '.join(offered)}.",
        )
    if not Path(out).absolute().parent.is_dir():
        raise InputError(
            "The folder to write into does not exist.",
            where=str(Path(out).absolute().parent),
            todo="Create it, or choose another place.",
        )
    return max(found, key=len)


def refuse_source(out: str, *sources: str) -> None:
    """Refuse to write over a file that is read.

    Args:
        out: File to write.
        sources: Files that the content comes from; empty ones are passed over.

    Raises:
        InputError: If `out` is one of them, under whatever name.
    """
    target = Path(out)
    for source in filter(None, sources):
        there = target.exists() and Path(source).exists()
        if there and target.samefile(source):
            raise InputError(
                "The file to write is the file that was read.",
                where=out,
                todo="Choose another name: your own file is never overwritten.",
            )


def comments(notes: Iterable[str]) -> str:
    """Return notes as lines that readers of tables and of BED pass over."""
    return "".join(f"# {' '.join(note.split())}\n" for note in notes)


@contextlib.contextmanager
def whole_file(out: Path) -> Iterator[Path]:
    """Give a temporary name that becomes `out` at the end, or vanishes on an error.

    The temporary name ends as `out` does, for libraries that look at it.

    Raises:
        InputError: If the file cannot be written.
    """
    temporary = out.with_name(f".{os.getpid()}.tmp.{out.name}")
    try:
        yield temporary
        temporary.replace(out)
    except OSError as error:
        raise InputError(
            f"The file cannot be written: {error.strerror or error}.",
            where=str(out),
            todo="Check that you may write there and that the disk is not full.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
