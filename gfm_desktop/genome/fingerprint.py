"""The content hash of a file, computed once and remembered while it is unchanged."""

from __future__ import annotations

import hashlib
import json
import os
import time
from typing import TYPE_CHECKING

from gfm_desktop import paths

if TYPE_CHECKING:
    from pathlib import Path

_TICK_NS = 20_000_000


def content_hash(path: Path, *, cache: Path | None = None) -> str:
    """Return the SHA-256 of all bytes of a file, in hexadecimal.

    The whole file is read, so that an edit of one base is another genome; the result
    is remembered under the file's resolved path, size and modification time.

    Args:
        path: The file.
        cache: Folder to remember it in; the application's cache by default.

    Raises:
        OSError: If the file cannot be read.
    """
    known = known_hash(path, cache=cache)
    if known is not None:
        return known
    _let_clock_tick(path)
    stamp = _stamp(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    note = _note(path, cache)
    note.parent.mkdir(parents=True, exist_ok=True)
    write_whole(note, json.dumps({"stamp": stamp, "sha256": digest}).encode())
    return digest


def known_hash(path: Path, *, cache: Path | None = None) -> str | None:
    """Return the hash if it was computed before and the file is unchanged."""
    try:
        stored = json.loads(_note(path, cache).read_bytes())
        if stored["stamp"] == _stamp(path):
            return str(stored["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file under another name and rename it, so that it is complete."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


def _let_clock_tick(path: Path) -> None:
    """Wait where a write right now would leave the modification time as it is.

    File systems stamp by the kernel's tick (up to 10 ms): a file written again within
    one, at the same size, would pass for unchanged.
    """
    if abs(time.time_ns() - path.stat().st_mtime_ns) < _TICK_NS:
        time.sleep(_TICK_NS / 1e9)


def _stamp(path: Path) -> list[int]:
    about = path.stat()
    return [about.st_size, about.st_mtime_ns]


def _note(path: Path, cache: Path | None) -> Path:
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:24]
    return (cache or paths.cache()) / "fingerprints" / f"{name}.json"
