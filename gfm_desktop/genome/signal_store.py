"""What is kept of an opened signal: its pyramid, and the values where text had them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import threading
from typing import TYPE_CHECKING

from gfm_desktop import paths
from gfm_desktop.errors import InputError
from gfm_desktop.genome import pyramid, signal_file
from gfm_desktop.genome.fingerprint import content_hash
from gfm_desktop.genome.pyramid import Pyramid
from gfm_desktop.genome.signal_bins import FINEST
from gfm_desktop.genome.signal_runs import Runs
from gfm_desktop.genome.signal_text import read_signal_text

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from gfm_desktop.genome.signal_file import SignalValues

_LAYOUT = 1
"""Raised whenever the files or their meaning change: older stores are made again."""
_ABOUT = "signal.json"
LIMIT = 16 << 30
"""Bytes of stores that may stay in the cache; those used longest ago go first."""

Step = tuple[int, int | None, str, str]
"""Done, total, unit, what is being done: what a `Progress` says."""


class SignalStore:
    """An opened signal, ready to be looked at from any distance.

    Attributes:
        pyramid: Summaries from 64 bp upwards.
        notes: What must be told about the file.
    """

    def __init__(self, folder: Path, path: Path, contigs: Mapping[str, int]) -> None:
        """Open what `make` wrote.

        Args:
            folder: The store.
            path: The file that the user opened.
            contigs: The genome's names and lengths in bp.

        Raises:
            InputError: If the store is gone or damaged.
        """
        try:
            about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
            if about["layout"] != _LAYOUT:
                raise ValueError("another layout")
            self.pyramid = Pyramid(folder)
            self._runs = Runs.load(folder) if about["runs"] else None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"What was prepared of the signal cannot be read: {error}.",
                where=str(folder),
                todo="Open the file again.",
            ) from error
        self.notes: tuple[str, ...] = tuple(about["notes"])
        self._path = path
        self._contigs = contigs
        self._lock = threading.Lock()
        self._file: SignalValues | None = None

    @property
    def values(self) -> SignalValues:
        """Return what reads the values themselves; a file is opened when first asked.

        Raises:
            InputError: If the file cannot be read any more.
        """
        if self._runs is not None:
            return self._runs
        with self._lock:
            if self._file is None:
                self._file = signal_file.BigWigFile(self._path, self._contigs)
            return self._file

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


def make(
    path: Path, contigs: Mapping[str, int], *, cache: Path | None = None
) -> Generator[Step, None, Path]:
    """Make a signal ready where that has not been done before.

    The store's name follows from the file's bytes and from the genome's contigs. It is
    written under another name and renamed; closing the generator leaves nothing.

    Args:
        path: bigWig, bedGraph or wiggle file.
        contigs: The genome's names and lengths in bp.
        cache: Folder for it; the application's cache by default.

    Yields:
        How far it is.

    Returns:
        The folder.

    Raises:
        InputError: If the file cannot be read or nothing of it fits the genome.
    """
    signal_file.refuse_remote(str(path))
    yield 0, None, "bp", "Reading the signal"
    try:
        bigwig = signal_file.is_bigwig(path)
        fingerprint = content_hash(path, cache=cache)
    except OSError as error:
        raise InputError(
            f"The signal cannot be read: {error.strerror or error}.",
            where=str(path),
            todo="Check that the file exists and that you may read it.",
        ) from error
    folder = _place(fingerprint, contigs, cache)
    if _is_good(folder, path, contigs):
        os.utime(folder)
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    try:
        temporary.mkdir(exist_ok=True)
        yield from _write(path, contigs, temporary, bigwig=bigwig)
        temporary.rename(folder)
    except OSError as error:
        if not (folder / _ABOUT).exists():  # Nobody else has just made it.
            raise InputError(
                f"The signal cannot be prepared: {error.strerror or error}.",
                where=str(folder.parent),
                todo="Check that the disk is not full.",
            ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    trim(folder.parent, LIMIT, keep=folder)
    return folder


def trim(folder: Path, limit: int, *, keep: Path) -> None:
    """Delete the stores that were opened longest ago until `limit` bytes are left."""
    found = []
    for store in folder.iterdir():
        with contextlib.suppress(OSError):  # Another process makes room, too.
            size = sum(file.stat().st_size for file in store.iterdir())
            found.append((store.stat().st_mtime, size, store))
    excess = sum(size for _, size, _ in found) - limit
    for _, size, store in sorted(found):
        if excess <= 0:
            return
        if store != keep:
            shutil.rmtree(store, ignore_errors=True)
            excess -= size


def _write(
    path: Path, contigs: Mapping[str, int], folder: Path, *, bigwig: bool
) -> Generator[Step, None, None]:
    if bigwig:
        source: SignalValues = signal_file.BigWigFile(path, contigs)
    else:
        source = yield from _runs(path, contigs, folder)
    try:
        total = sum(source.contigs.values())
        for done in pyramid.build(folder, source.contigs, source.values):
            yield done, total, "bp", "Summing up the signal"
    finally:
        source.close()
    about = {"layout": _LAYOUT, "runs": not bigwig, "notes": list(source.notes)}
    (folder / _ABOUT).write_text(json.dumps(about), encoding="utf-8")


def _runs(
    path: Path, contigs: Mapping[str, int], folder: Path
) -> Generator[Step, None, Runs]:
    size = path.stat().st_size
    reading = read_signal_text(path, contigs)
    while True:
        try:
            done = next(reading)
        except StopIteration as end:
            runs: Runs = end.value
            break
        yield done, size, "bytes", "Reading the lines"
    runs.save(folder)
    return runs


def _place(fingerprint: str, contigs: Mapping[str, int], cache: Path | None) -> Path:
    what = [fingerprint, _LAYOUT, FINEST, pyramid.BLOCK, list(contigs.items())]
    name = hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32]
    return (cache or paths.cache()) / "signals" / name


def _is_good(folder: Path, path: Path, contigs: Mapping[str, int]) -> bool:
    if not (folder / _ABOUT).exists():
        return False
    try:
        SignalStore(folder, path, contigs).close()
    except InputError:
        return False
    return True
