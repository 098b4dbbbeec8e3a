"""What an alignment file says of itself: contigs, checksums, whether it is whole."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import InputError
from gfm_desktop.genome import sniff
from gfm_desktop.genome.alignments import file_of

if TYPE_CHECKING:
    from pathlib import Path

_BAM_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block at the end of a whole BAM file (SAM specification, 4.1.2)."""
_CRAM_ENDS = (
    bytes.fromhex(
        "0f000000ffffffff0fe0454f4600000000010005bdd94f0001000606010001000100ee63014b"
    ),
    bytes.fromhex("0b000000ffffffff0fe0454f460000000001000606010001000100"),
)
"""The containers at the end of whole CRAM files of versions 3 and 2.1."""
SORT = (
    "Sort it with `samtools sort -o sorted.bam {name}`, then open sorted.bam; the "
    "index is made here."
)


@dataclass(frozen=True, slots=True)
class Header:
    """What the file says of itself.

    Attributes:
        kind: ``"BAM"`` or ``"CRAM"``.
        lengths: Contigs with their bp, in the file's order.
        checksums: MD5 of the sequences of some contigs.
    """

    kind: str
    lengths: dict[str, int]
    checksums: dict[str, str]


def read_header(path: Path) -> Header:
    """Read the header.

    Raises:
        InputError: If the file is no BAM or CRAM, or is damaged.
        OSError: If it cannot be read.
    """
    import pysam

    start = sniff.first_bytes(path)
    if not start.startswith((b"BAM\x01", b"CRAM")):
        text = start.startswith((b"@HD", b"@SQ"))
        todo = SORT.format(name=path.name) if text else "Open a BAM or CRAM file."
        words = "SAM text" if text else sniff.describe(start)
        raise InputError(
            f"Alignments are read from BAM and CRAM files; this is {words}.",
            where=str(path),
            todo=todo,
        )
    before = pysam.set_verbosity(0)
    try:
        _read_through(path, start)
        with file_of(path) as file:
            lines: list[dict[str, Any]] = file.header.to_dict().get("SQ", [])
            kind = "CRAM" if file.is_cram else "BAM"
            lengths = dict(zip(file.references, file.lengths, strict=True))
    except (OSError, ValueError) as error:
        raise InputError(
            f"The header of the alignments cannot be read: {error}.",
            where=str(path),
            todo="Fetch the file again.",
        ) from error
    finally:
        pysam.set_verbosity(before)
    if not lengths:
        raise InputError(
            "The reads in this file are not aligned to anything: it names no contig.",
            where=str(path),
            todo="Align the reads to the genome first.",
        )
    sums = {line["SN"]: str(line["M5"]).lower() for line in lines if "M5" in line}
    return Header(kind, lengths, sums)


def _read_through(path: Path, start: bytes) -> None:
    """Read the header of a BAM file to its end.

    pysam fails on a broken one as well, and then once more when it lets go of it.

    Raises:
        ValueError: If it breaks off.
    """
    if not start.startswith(b"BAM"):
        return
    try:
        with gzip.open(path) as file:
            (size,) = struct.unpack("<4xi", file.read(8))
            file.read(size)
            (contigs,) = struct.unpack("<i", file.read(4))
            for _ in range(contigs):
                (size,) = struct.unpack("<i", file.read(4))
                struct.unpack("<i", file.read(size + 4)[-4:])
    except (EOFError, struct.error, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError("it breaks off") from error


def incomplete(path: Path, kind: str) -> list[str]:
    """Return what to say of a file without its end mark; nothing of a whole one.

    Raises:
        OSError: If it cannot be read.
    """
    ends = (_BAM_END,) if kind == "BAM" else _CRAM_ENDS
    longest = max(map(len, ends))
    with path.open("rb") as file:
        file.seek(0, io.SEEK_END)
        file.seek(-min(longest, file.tell()), io.SEEK_END)
        tail = file.read()
    if any(tail.endswith(end) for end in ends):
        return []
    return [
        f"{path.name} has no end mark: it was not copied completely, and reads at its "
        "end are missing."
    ]
