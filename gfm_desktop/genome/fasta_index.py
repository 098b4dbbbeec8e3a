"""Index a FASTA file in the cache; copy it there first where it cannot be indexed."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from gfm_desktop.errors import InputError
from gfm_desktop.genome import sniff
from gfm_desktop.genome.fingerprint import content_hash, known_hash, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*-."
_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class ReadableFasta:
    """Files that `pysam.FastaFile` can open.

    Attributes:
        fasta: The user's file or its copy in the cache.
        fai: Index in the cache.
        gzi: Block index in the cache; None for plain text.
        fingerprint: SHA-256 of the user's file.
        notes: What was done, fit to show.
    """

    fasta: Path
    fai: Path
    gzi: Path | None
    fingerprint: str
    notes: tuple[str, ...]


def known(path: Path, *, cache: Path) -> ReadableFasta | None:
    """Return the files for `path` if they were made before and it is unchanged."""
    fingerprint = known_hash(path, cache=cache)
    if fingerprint is None:
        return None
    folder = cache / "genomes" / fingerprint[:32]
    try:
        facts = json.loads((folder / "facts.json").read_bytes())
        copied, notes = bool(facts["copied"]), tuple(map(str, facts["notes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    fasta = folder / "genome.fa.gz" if copied else path
    fai, gzi = folder / "genome.fai", folder / "genome.gzi"
    if not fai.exists() or not fasta.exists():
        return None
    blocks = gzi if gzi.exists() else None
    return ReadableFasta(fasta, fai, blocks, fingerprint, notes)


def prepare(path: Path, *, cache: Path) -> ReadableFasta:
    """Return files that can be opened, making them where they are missing.

    Raises:
        InputError: If the file is missing, empty, damaged or not FASTA.
    """
    try:
        start = sniff.first_bytes(path)
        ready = known(path, cache=cache)
        if ready is not None:
            return ready
        _refuse_other_kinds(path, start)
        return _make(path, cache)
    except OSError as error:
        raise InputError(
            f"The genome cannot be read: {error.strerror or error}.",
            where=str(path),
            todo="Check that the file exists and that you may read it.",
        ) from error


def _refuse_other_kinds(path: Path, start: bytes) -> None:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b">", b";")):
        return
    raise InputError(
        f"This is not a genome in FASTA format: it is {sniff.describe(start)}.",
        where=str(path),
        todo="Open a .fa or .fa.gz file, whose first line starts with '>'.",
    )


def _make(path: Path, cache: Path) -> ReadableFasta:
    fingerprint = content_hash(path, cache=cache)
    folder = cache / "genomes" / fingerprint[:32]
    folder.mkdir(parents=True, exist_ok=True)
    notes: tuple[str, ...] = ()
    with path.open("rb") as file:
        head = file.read(64)
    copied = sniff.is_gzip(head) and not sniff.is_bgzip(head)
    if copied:
        notes = ("The genome is packed with plain gzip, which has no random access: "
                 "it was copied as bgzip into the app's cache.",)  # fmt: skip
    if copied or not _index(path, folder):
        if not copied:
            notes = ("The genome's lines differ in length: an even copy was made in "
                     "the app's cache.",)  # fmt: skip
        copied = True
        copy = folder / "genome.fa.gz"
        _copy(path, copy)
        if not _index(copy, folder):
            raise _broken(path, "it holds no bases")
    _refuse_incomplete_index(path, folder / "genome.fai")
    facts = {"copied": copied, "notes": notes}
    write_whole(folder / "facts.json", json.dumps(facts).encode())
    ready = known(path, cache=cache)
    if ready is None:
        raise _broken(path, "it changed while it was being read")
    return ready


def _index(fasta: Path, folder: Path) -> bool:
    """Write ``genome.fai`` and ``genome.gzi``; return False if the layout is uneven."""
    import pysam

    made = []
    for name in ("genome.fai", "genome.gzi"):
        made.append(folder / f"{name}.{os.getpid()}.tmp")
    previous = pysam.set_verbosity(0)
    try:
        pysam.faidx(str(fasta), "--fai-idx", str(made[0]), "--gzi-idx", str(made[1]))
    except pysam.utils.SamtoolsError:
        return False
    finally:
        pysam.set_verbosity(previous)
    for temporary in made:
        if temporary.exists():
            temporary.replace(temporary.with_name(temporary.name.rsplit(".", 2)[0]))
    return True


def _refuse_incomplete_index(path: Path, fai: Path) -> None:
    """Refuse a genome without bases, or with a name twice: samtools drops the second.

    Raises:
        InputError: If the index does not hold every sequence of the file.
    """
    entries = [line.split("\t") for line in fai.read_text().splitlines()]
    if not any(int(length) for _, length, *_ in entries):
        raise _broken(path, "it holds no bases")
    count, last = 0, b"\n"
    with _unpacked(path) as file:
        while chunk := file.read(_CHUNK):
            count += (last + chunk).count(b"\n>")
            last = chunk[-1:]
    if count > len(entries):
        raise _broken(
            path, f"it has {count:,} sequences but only {len(entries):,} names"
        )


@contextlib.contextmanager
def _unpacked(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as raw:
        packed = sniff.is_gzip(raw.read(2))
        raw.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=raw) as file:
                yield cast("BinaryIO", file)
        else:
            yield raw


def _copy(path: Path, copy: Path) -> None:
    """Write an even bgzip copy: one line a contig, so that any layout can be read."""
    import pysam

    temporary = copy.with_name(f"{copy.name}.{os.getpid()}.tmp")
    try:
        with pysam.BGZFile(str(temporary), "wb", None) as out:
            for piece in _even_pieces(path):
                out.write(piece)
        temporary.replace(copy)
    finally:
        temporary.unlink(missing_ok=True)


def _even_pieces(path: Path) -> Iterator[bytes]:
    seen: set[bytes] = set()
    number = 0
    with _unpacked(path) as file:
        try:
            while lines := file.readlines(_CHUNK):
                yield from _even(lines, path, number, seen)
                number += len(lines)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _broken(
                path, f"the packed data end or break after line {number:,}"
            ) from error
    yield b"\n"


def _even(
    lines: list[bytes], path: Path, before: int, seen: set[bytes]
) -> Iterator[bytes]:
    """Yield header lines as they are and sequence lines without their ends."""
    for number, full in enumerate(lines, start=before + 1):
        line = full.removeprefix(b"\xef\xbb\xbf") if number == 1 else full
        line = line.strip()
        if line.startswith(b">"):
            name = line[1:].split(maxsplit=1)[0] if line[1:].strip() else b""
            if name in seen or not name:
                raise _broken(path, f"line {number:,} repeats or lacks a name")
            yield (b"\n" if seen else b"") + b">" + name + b"\n"
            seen.add(name)
        elif line.startswith(b";"):
            continue
        elif line.translate(None, _LETTERS):
            raise _broken(path, f"line {number:,} has characters that are no bases")
        else:
            yield line


def _broken(path: Path, why: str) -> InputError:
    return InputError(
        f"The genome cannot be used: {why}.",
        where=str(path),
        todo="Fetch the file again, or repair it.",
    )
