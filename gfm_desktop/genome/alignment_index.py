"""Indexes of alignment files: found, checked, made, and what they tell by themselves.

Layouts: SAM specification, section 5.2 (BAI); CSIv1 specification; CRAM 3
specification, section 12 (CRAI).
"""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.genome.sniff import is_bgzip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

WINDOW = 16_384
"""bp of one value of the density: the smallest bin of a BAI."""
_BAI_REACH = 1 << 29
"""bp that a BAI can index (SAM specification, 5.1.1); CSI has no such limit."""
_BAI_SHAPE = (14, 5)
"""log2 of the smallest bin's bp, and levels below the root."""
_LOOKED = 16
_UNPACKED = 3.0
"""Bytes of a block when unpacked for each when packed, roughly; only matters for
chunks that begin and end in one block."""


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """What an index tells about its file.

    Attributes:
        blocks: Some offsets in the file at which data begin, ascending.
        contigs: How many contigs it knows; 0 where the format does not say.
        mapped: Mapped reads of each contig by its number; empty for CRAM.
        density: Number of a contig to float32 array, bytes of reads in each `WINDOW`
            bp. Reads that lie over a window's border are spread over wider stretches.
    """

    blocks: tuple[int, ...]
    contigs: int
    mapped: Mapping[int, int]
    density: Mapping[int, NDArray[np.float32]]


def beside(path: Path) -> list[Path]:
    """Return the indexes that lie beside an alignment file, the usual name first."""
    names = [path.name + end for end in (".bai", ".csi", ".crai")]
    names += [path.stem + end for end in (".bai", ".csi", ".crai")]
    return [path.with_name(name) for name in names if path.with_name(name).is_file()]


def make(path: Path, index: Path, *, longest: int) -> None:
    """Write an index.

    Args:
        path: BAM or CRAM file, sorted by position.
        index: Where to write; whole or not at all.
        longest: bp of the longest contig.

    Raises:
        OSError: If the file cannot be read or the index not written.
        ValueError: If the file cannot be indexed; says why in samtools' words.
    """
    import pysam

    half = index.with_name(f"{index.name}.{os.getpid()}.tmp")
    kind = ["-c"] if longest >= _BAI_REACH else []
    before = pysam.set_verbosity(0)
    try:
        pysam.index(*kind, "-o", str(half), str(path))
        half.replace(index)
    except pysam.utils.SamtoolsError as error:
        raise ValueError(str(error)) from error
    finally:
        pysam.set_verbosity(before)
        half.unlink(missing_ok=True)


def read_index(index: Path, lengths: Sequence[int]) -> IndexFacts:
    """Return what an index tells.

    Args:
        index: BAI, CSI or CRAI file.
        lengths: bp of the file's contigs, in its order.

    Raises:
        ValueError: If it is damaged or something else.
    """
    try:
        content = index.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        if content.startswith(b"BAI\x01"):
            (count,) = struct.unpack_from("<i", content, 4)
            return _binned(content, 8, count, _BAI_SHAPE, lengths)
        if content.startswith(b"CSI\x01"):
            shift, depth, extra = struct.unpack_from("<3i", content, 4)
            (count,) = struct.unpack_from("<i", content, 16 + extra)
            return _binned(content, 20 + extra, count, (shift, depth), lengths)
        return _slices(content, lengths)
    except (OSError, EOFError, zlib.error, struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"the index is damaged ({error})") from error


def fits(facts: IndexFacts, path: Path, *, contigs: int) -> bool:
    """Tell whether an index belongs to a file, as far as can be seen.

    Data must begin where it says so: an index of another version of the file points
    into the middle of blocks.

    Args:
        facts: What the index tells.
        path: The alignment file.
        contigs: How many contigs the file has.
    """
    if facts.contigs and facts.contigs != contigs:
        return False
    step = max(1, len(facts.blocks) // _LOOKED)
    size = path.stat().st_size
    with path.open("rb") as file:
        packed = is_bgzip(file.read(18))
        for offset in facts.blocks[::step]:
            file.seek(offset)
            whole = offset == size or is_bgzip(file.read(18))
            if offset > size or (packed and not whole):
                return False
    return True


def _binned(
    content: bytes,
    at: int,
    count: int,
    shape: tuple[int, int],
    lengths: Sequence[int],
) -> IndexFacts:
    """Read the bins of a BAI or CSI, whose contigs begin at byte `at`."""
    is_bai = shape == _BAI_SHAPE and content.startswith(b"BAI")
    blocks: set[int] = set()
    mapped: dict[int, int] = {}
    density: dict[int, NDArray[np.float32]] = {}
    summary = _first_bin(shape[1] + 1) + 1
    for number in range(count):
        values = _empty(lengths[number] if number < len(lengths) else 0)
        (bins,) = struct.unpack_from("<i", content, at)
        at += 4
        for _ in range(bins):
            (which,) = struct.unpack_from("<I", content, at)
            at += 4 if is_bai else 12
            (chunks,) = struct.unpack_from("<i", content, at)
            offsets = struct.unpack_from(f"<{2 * chunks}Q", content, at + 4)
            at += 4 + 16 * chunks
            if which == summary:
                mapped[number] = offsets[2]
                continue
            blocks.update(offset >> 16 for offset in offsets)
            size = sum(_packed(offsets[1::2]) - _packed(offsets[::2]))
            _spread(values, *_span(which, shape), size)
        if is_bai:
            (windows,) = struct.unpack_from("<i", content, at)
            at += 4 + 8 * windows
        density[number] = values
    return IndexFacts(tuple(sorted(blocks)), count, mapped, density)


def _packed(offsets: Sequence[int]) -> NDArray[np.float64]:
    """Return about how many packed bytes lie before virtual offsets."""
    virtual = np.array(offsets, np.uint64)
    inside = (virtual & np.uint64(0xFFFF)).astype(np.float64)
    return (virtual >> np.uint64(16)).astype(np.float64) + inside / _UNPACKED


def _slices(content: bytes, lengths: Sequence[int]) -> IndexFacts:
    """Read a CRAI: a line a slice, of six numbers."""
    blocks: set[int] = set()
    density: dict[int, NDArray[np.float32]] = {}
    for line in content.decode("ascii").splitlines():
        fields = line.split("\t")
        if len(fields) != 6:
            raise ValueError("the index is damaged (a line without six numbers)")
        number, start, span, offset, _, size = map(int, fields)
        blocks.add(offset)
        if 0 <= number < len(lengths):
            values = density.setdefault(number, _empty(lengths[number]))
            _spread(values, max(0, start - 1), max(0, start - 1) + max(1, span), size)
    return IndexFacts(tuple(sorted(blocks)), 0, {}, density)


def _first_bin(level: int) -> int:
    """Return the number of the first bin of a level; the root is level 0."""
    first: int = ((1 << (3 * level)) - 1) // 7
    return first


def _span(which: int, shape: tuple[int, int]) -> tuple[int, int]:
    """Return start and end in bp of a bin."""
    shift, depth = shape
    level = next(n for n in range(depth, -1, -1) if which >= _first_bin(n))
    width = shift + 3 * (depth - level)
    place = which - _first_bin(level)
    return place << width, (place + 1) << width


def _empty(length: int) -> NDArray[np.float32]:
    return np.zeros(-(-length // WINDOW), np.float32)


def _spread(values: NDArray[np.float32], start: int, end: int, size: float) -> None:
    """Add bytes evenly to the windows that a stretch touches."""
    first, last = start // WINDOW, min(-(-end // WINDOW), len(values))
    if first < last:
        values[first:last] += size / (last - first)
