"""Write one value a base of a region: bigWig, bedGraph or a table."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.jobs.export.formats import check_format, whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from pathlib import Path
    from typing import TextIO

    from numpy.typing import NDArray

    from gfm_desktop.genome.interval import Interval

VALUE_FORMATS = (".bw", ".bedgraph", ".tsv")
_CHUNK = 1 << 18
"""Bases that are read and written at a time; a cancel waits for that long."""


def write_values(
    out: Path,
    region: Interval,
    read: Callable[[str, int, int], NDArray[np.float32]],
    *,
    contigs: Mapping[str, int],
    name: str,
) -> Generator[int, None, None]:
    """Write the values of a region in the format that the name of `out` asks for.

    ``.bw`` and ``.bedgraph`` have stretches of equal values (0-based half-open in the
    text), ``.tsv`` a line a base (1-based). Bases without a value are left out. The
    file is written under another name and renamed; closing the generator leaves none.

    Args:
        out: File to write.
        region: What to write.
        read: Returns one value a base of (contig, start, end), NaN where there is none.
        contigs: Lengths of the genome's contigs in bp.
        name: What the values are: bedGraph's track line and the table's column.

    Yields:
        Bases written so far.

    Raises:
        OptionError: If the format is unknown.
        InputError: If the region is not inside the genome, or the file cannot be
            written.
    """

    def alone(contig: str, start: int, end: int) -> dict[str, NDArray[np.float32]]:
        return {"": read(contig, start, end)}

    yield from write_series(out, region, alone, contigs=contigs, names={"": name})


def write_series(
    out: Path,
    region: Interval,
    read: Callable[[str, int, int], Mapping[str, NDArray[np.float32]]],
    *,
    contigs: Mapping[str, int],
    names: Mapping[str, str],
) -> Generator[int, None, None]:
    """Write several series that are read together, each into a file of its own.

    As `write_values`; a cancel leaves none of them.

    Args:
        out: File of the series whose key is empty; `beside` names those of the others.
        region: What to write.
        read: Returns the arrays of all keys for (contig, start, end).
        contigs: Lengths of the genome's contigs in bp.
        names: Key to what the values are.

    Yields:
        Bases written so far.

    Raises:
        OptionError: If the format is unknown.
        InputError: If the region is not inside the genome, or a file cannot be
            written.
    """
    ending = check_format(str(out), VALUE_FORMATS)
    length = contigs.get(region.contig, 0)
    if region.end > length:
        raise InputError(
            f"{region} is not inside the genome.",
            where=str(out),
            todo="Choose a region of the open genome.",
        )
    with contextlib.ExitStack() as files:
        paths = {
            key: files.enter_context(whole_file(beside(out, key))) for key in names
        }
        puts = {
            key: files.enter_context(_writer(path, ending, contigs, names[key]))
            for key, path in paths.items()
        }
        for start in range(region.start, region.end, _CHUNK):
            end = min(region.end, start + _CHUNK)
            for key, values in read(region.contig, start, end).items():
                puts[key](region.contig, start, values)
            yield end - region.start


def beside(out: Path, key: str) -> Path:
    """Return the file of a series: ``NAME.KEY.bw`` beside ``NAME.bw``."""
    if not key:
        return out
    return out.with_name(f"{out.name.removesuffix(out.suffix)}.{key}{out.suffix}")


def stretches(
    values: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return first, end (exclusive) and value of stretches of equal values.

    Stretches without a value (NaN) are left out.
    """
    if not len(values):
        none = np.empty(0, np.int64)
        return none, none, np.empty(0, np.float32)
    same = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
    begins = np.concatenate([[0], np.flatnonzero(~same) + 1])
    ends = np.concatenate([begins[1:], [len(values)]])
    known = ~np.isnan(values[begins])
    return begins[known], ends[known], values[begins[known]]


@contextlib.contextmanager
def bigwig_file(path: Path, contigs: Mapping[str, int]) -> Iterator[Any]:
    """Give a `pyBigWig` file to write to, with its header."""
    import pyBigWig

    file = pyBigWig.open(str(path), "w")
    try:
        file.addHeader(list(contigs.items()))
        yield file
    finally:
        file.close()


def add_values(file: Any, contig: str, start: int, values: NDArray[np.float32]) -> None:
    """Add one value a base to an open bigWig file; ascending, NaN for none."""
    begins, ends, heights = stretches(values)
    if len(begins):
        file.addEntries(
            [contig] * len(begins),
            (start + begins).tolist(),
            ends=(start + ends).tolist(),
            values=heights.tolist(),
        )


def bedgraph_lines(
    contig: str, start: int, values: NDArray[np.float32]
) -> Iterator[str]:
    """Yield a bedGraph line for each stretch of equal values, without the NaN."""
    arrays = (array.tolist() for array in stretches(values))
    for begin, end, value in zip(*arrays, strict=True):
        yield f"{contig}\t{start + begin}\t{start + end}\t{value:.6g}\n"


def bedgraph_head(name: str) -> str:
    """Return the ``track`` line of a bedGraph file."""
    return f'track type=bedGraph name="{name}" autoScale=on\n'


@contextlib.contextmanager
def _writer(
    path: Path, ending: str, contigs: Mapping[str, int], name: str
) -> Iterator[Callable[[str, int, NDArray[np.float32]], None]]:
    if ending == ".bw":
        with bigwig_file(path, contigs) as file:
            yield lambda contig, start, values: add_values(file, contig, start, values)
        return
    with path.open("w", encoding="utf-8") as text:
        plain = name.replace('"', "'").replace("\t", " ")
        if ending == ".bedgraph":
            text.write(bedgraph_head(plain))
            yield lambda contig, start, values: text.writelines(
                bedgraph_lines(contig, start, values)
            )
        else:
            text.write(f"chrom\tpos\t{plain}\n")
            yield lambda contig, start, values: _write_rows(text, contig, start, values)


def _write_rows(
    text: TextIO, contig: str, start: int, values: NDArray[np.float32]
) -> None:
    known = np.flatnonzero(~np.isnan(values))
    pairs = zip((start + 1 + known).tolist(), values[known].tolist(), strict=True)
    text.writelines(f"{contig}\t{pos}\t{value:.6g}\n" for pos, value in pairs)
