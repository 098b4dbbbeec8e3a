"""What a file is, from its first bytes, so that messages can name it."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

GZIP_MAGIC = b"\x1f\x8b"
_REMOTE = re.compile(r"(?:^|[/\\])(?:https?|ftp|s3|gs):[/\\]", re.IGNORECASE)
"""A URL, also one whose slashes were folded by `pathlib`."""
_SIGNATURES = (
    (b"PK\x03\x04", "a ZIP archive or Office document"),
    (b"BZh", "a file packed with bzip2"),
    (b"\xfd7zXZ", "a file packed with xz"),
    (b"\x28\xb5\x2f\xfd", "a file packed with Zstandard"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"BAM\x01", "a BAM file of alignments"),
    (b"CRAM", "a CRAM file of alignments"),
    (b"BCF\x02", "a BCF file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"PAR1", "a Parquet file"),
    (b"{", "a JSON file"),
    (b"<", "an HTML or XML file"),
    (b"##fileformat=VCF", "a VCF file"),
    (b"##gff-version", "a GFF file"),
    (b">", "a FASTA file"),
    (b"@", "a FASTQ or SAM file"),
)


def is_gzip(start: bytes) -> bool:
    """Tell whether a file that starts so is packed with gzip (or bgzip)."""
    return start.startswith(GZIP_MAGIC)


def is_bgzip(start: bytes) -> bool:
    """Tell whether a file that starts so is blocked gzip, which can be indexed.

    Source: SAM/BAM specification, section 4.1: extra subfield ``BC`` of length 2.
    """
    return start.startswith(b"\x1f\x8b\x08\x04") and start[12:16] == b"BC\x02\x00"


def is_remote(address: str) -> bool:
    """Tell whether an address is a URL, also one that went through `pathlib`."""
    return _REMOTE.search(address) is not None


def first_bytes(path: Path, *, count: int = 4096) -> bytes:
    """Return the first bytes of a file, unpacked if it is gzip.

    Args:
        path: The file.
        count: Most packed bytes to read.

    Raises:
        OSError: If the file cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(count)
    if not is_gzip(start):
        return start
    try:
        return zlib.decompressobj(wbits=31).decompress(start, 4 * count)
    except zlib.error:
        return b""


def describe(start: bytes) -> str:
    """Return in words what starts with these (unpacked) bytes."""
    if not start.strip():
        return "empty"
    for signature, words in _SIGNATURES:
        if start.startswith(signature):
            return words
    if b"\x00" in start[:1024]:
        return "a binary file of an unknown kind"
    first = start.lstrip().split(b"\n", 1)[0][:60].decode("utf-8", "replace").strip()
    return f'text that begins with "{first}"'
