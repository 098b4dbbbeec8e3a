"""Read sequences that somebody wrote down: FASTA, one a line, or a JSON list."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING

from gfm_desktop.errors import InputError
from gfm_desktop.genome import sniff

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN = 40


def read_sequences(path: Path, *, empty: bool = False) -> list[tuple[str, str]]:
    """Return (name, sequence) of every sequence, in the file's order.

    Sequences stay as written, without white space. Without names of their own they
    are called by their number, from 0.

    Args:
        path: FASTA, one sequence a line, or a JSON list of strings; gzip or not.
        empty: Whether a sequence may have no letters; a blank line between others is
            then one, so that sequence i is line i.

    Raises:
        InputError: If the file cannot be read, holds none, or any is not made of
            letters (all such are named, up to 40).
    """
    text = _read(path)
    start = text.lstrip()
    if start.startswith("["):
        found = _from_json(path, start)
    elif start.startswith(">"):
        found = _from_fasta(start)
    else:
        lines = [line.strip() for line in text.rstrip().splitlines()]
        kept = lines if empty else filter(None, lines)
        found = [(str(i), line) for i, line in enumerate(kept)]
    if not found:
        raise InputError("The file holds no sequence.", where=str(path))
    wrong = [
        f"{name} ({'empty' if not letters else 'not only letters'})"
        for name, letters in found
        if not (letters.isascii() and letters.isalpha()) and (letters or not empty)
    ]
    if wrong:
        more = f" and {len(wrong) - _SHOWN:,} more" if len(wrong) > _SHOWN else ""
        raise InputError(
            f"{len(wrong):,} of {len(found):,} sequences cannot be read: "
            f"{', '.join(wrong[:_SHOWN])}{more}.",
            where=str(path),
            todo="A sequence is made of letters: A, C, G, T, and N for unknown.",
        )
    return found


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
        if sniff.is_gzip(content):
            content = gzip.decompress(content)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        words = sniff.describe(content[:4096])
        raise InputError(
            f"This is no file of sequences: it is {words}.", where=str(path)
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"The sequences cannot be read: {error}.",
            where=str(path),
            todo="Check that the file exists and is complete.",
        ) from error


def _from_json(path: Path, text: str) -> list[tuple[str, str]]:
    try:
        stored = json.loads(text)
    except ValueError as error:
        raise InputError(
            f"The file begins like a JSON list and is none: {error}.", where=str(path)
        ) from error
    if not all(isinstance(one, str) for one in stored):
        raise InputError(
            "The JSON list must hold strings only.",
            where=str(path),
            todo='Write ["ACGT", "GGTA"].',
        )
    return [(str(i), one.strip()) for i, one in enumerate(stored)]


def _from_fasta(text: str) -> list[tuple[str, str]]:
    found = []
    for number, record in enumerate(text[1:].split("\n>")):
        head, _, body = record.partition("\n")
        words = head.split()
        found.append((words[0] if words else str(number), "".join(body.split())))
    return found
