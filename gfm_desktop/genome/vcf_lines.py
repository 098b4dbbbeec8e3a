"""One line of VCF: a record, or what is wrong with it."""

from __future__ import annotations

from typing import NamedTuple

COLUMNS = 8
"""Columns of a complete line without samples."""
FEWEST_COLUMNS = 5
"""Columns that a record needs at least: CHROM to ALT."""


class Record(NamedTuple):
    """A line that can be read (a named tuple: a million of them are made).

    Attributes:
        line: Line number in the file, from 1.
        raw: The line's bytes without its end.
        chrom: Contig as the file names it.
        pos: 1-based position as the file has it; 0 is before the first base.
        id: Identifier, or ``.``.
        ref: REF as the file has it.
        alts: ALT alleles as the file has them; ``(".",)`` where there is none.
    """

    line: int
    raw: bytes
    chrom: str
    pos: int
    id: str
    ref: str
    alts: tuple[str, ...]


class Malformed(NamedTuple):
    """A line that cannot be read, and why.

    Attributes:
        line: Line number in the file, from 1.
        raw: The line's bytes without its end.
        reason: What is wrong with it.
        fix: What would mend it; empty where nobody knows.
        fields: CHROM, POS, ID, REF, ALT as far as there are any.
    """

    line: int
    raw: bytes
    reason: str
    fix: str = ""
    fields: tuple[str, ...] = ()


def parse_line(number: int, raw: bytes, *, columns: int) -> Record | Malformed:
    """Read one line that is neither empty nor a header line.

    Args:
        number: Line number, for messages.
        raw: The line without its end.
        columns: Fewest columns that a complete line has.
    """
    parts = raw.split(b"\t", COLUMNS - 1)
    if len(parts) < columns:
        return _too_few(number, raw, parts, columns)
    if len(parts) == FEWEST_COLUMNS:
        parts[-1] = parts[-1].rstrip()
    pos = parts[1]
    chrom, _, name, ref, alt = (part.decode("utf-8", "replace") for part in parts[:5])
    if not (pos.isdigit() and len(pos) <= 18):
        return _malformed(number, raw, parts, *_wrong_position(pos))
    if not chrom or chrom.isspace():
        return _malformed(number, raw, parts, "CHROM is empty")
    if not ref.isalpha() or not ref.isascii():
        shown = _shortened(ref) or "empty"
        return _malformed(number, raw, parts, f"REF is {shown}, it must be bases")
    if not alt or alt.isspace():
        return _malformed(
            number, raw, parts, "ALT is empty", "Write . where there is no allele."
        )
    if b"\0" in raw:
        return _malformed(number, raw, parts, "it holds bytes that are no text")
    return Record(number, raw, chrom, int(pos), name, ref, tuple(alt.split(",")))


def cut_line(number: int, raw: bytes) -> Malformed:
    """Return the last line of a damaged file, of which nobody knows how it went on."""
    return _malformed(
        number, raw, raw.split(b"\t", 5), "the file is cut off here", "Fetch it again."
    )


def _too_few(number: int, raw: bytes, parts: list[bytes], columns: int) -> Malformed:
    found = "1 column" if len(parts) == 1 else f"{len(parts)} columns"
    why = f"it has {found}, a record needs at least {columns}"
    spaced = len(raw.split()) >= columns
    fix = "Separate the columns with tabs, not spaces." if spaced else ""
    return _malformed(number, raw, parts, why, fix)


def _wrong_position(pos: bytes) -> tuple[str, str]:
    text = _shortened(pos.decode("utf-8", "replace"))
    fix = ""
    if pos.replace(b",", b"").strip().isdigit() and len(pos) <= 18:
        fix = f"Write {pos.replace(b',', b'').decode().strip()}."
    return f"POS is {text or 'empty'}, it must be a whole number", fix


def _malformed(
    number: int, raw: bytes, parts: list[bytes], reason: str, fix: str = ""
) -> Malformed:
    fields = tuple(part.decode("utf-8", "replace") for part in parts[:5])
    return Malformed(number, raw, f"Line {number:,}: {reason}.", fix, fields)


def _shortened(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:20]}... ({len(text):,} letters)"
