"""Brings the files of a repository into a folder: continued after a cut, compared.

A file that is not complete ends in ``.part`` and is continued, by this or a later run;
one that is not what the hub says (SHA-256 for large files, Git's SHA-1 for small ones)
is deleted. So a file without that ending is whole and right.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import time
from typing import TYPE_CHECKING

from gfm_desktop.errors import ModelError
from gfm_desktop.models import hub_client
from gfm_desktop.models.hub_client import ConnectionCut, RemoteFile, Repository

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path

_TRIES = 4
"""Attempts in a row that bring nothing before a download is given up."""
_PAUSE_SECONDS = 2.0


def fetch(
    at: Repository, files: Sequence[RemoteFile], folder: Path
) -> Generator[tuple[int, str], None, None]:
    """Download what is missing; yields bytes done and what is being done.

    Closing the generator stops between two pieces; what is there stays there.

    Args:
        at: The repository.
        files: Those of its files that are wanted.
        folder: Where they go; named after the commit.

    Raises:
        ModelError: If a file is not what the hub says, or cannot be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        for other in folder.parent.iterdir():
            # What was begun of an older commit is of no use any more.
            if other.is_dir() and other != folder:
                shutil.rmtree(other, ignore_errors=True)
        before = 0
        for file in files:
            for done in _fetched(at, file, folder / file.name):
                yield before + done, f"Downloading {file.name}"
            before += file.size


def there(folder: Path, file: RemoteFile) -> int:
    """Return how many bytes of a file are on this computer."""
    path = folder / file.name
    if path.is_file():
        return file.size
    return min(file.size, _size(_part_of(path)))


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep another process from downloading the same files.

    Raises:
        ModelError: If one is at it.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder.with_name(f"{folder.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise ModelError(
            "This model is being downloaded already, by another program or window.",
            where=str(folder),
            todo="Wait for it, or stop it there.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _fetched(
    at: Repository, file: RemoteFile, path: Path
) -> Generator[int, None, None]:
    """Download one file; yields how many of its bytes are there."""
    if path.is_file() and path.stat().st_size == file.size:
        yield file.size
        return
    path.parent.mkdir(exist_ok=True)
    part = _part_of(path)
    failures = 0
    while (have := _size(part)) < file.size or not part.exists():
        try:
            yield from _continued(at, file, part)
        except ConnectionCut:
            failures = 0 if _size(part) > have else failures + 1
            if failures == _TRIES:
                raise
            if failures:
                time.sleep(_PAUSE_SECONDS)
    _compare(part, file)
    part.rename(path)


def _continued(
    at: Repository, file: RemoteFile, part: Path
) -> Generator[int, None, None]:
    """Add to a partial file what one connection brings."""
    try:
        with (
            hub_client.opened(at, file, _size(part)) as stream,
            part.open("ab") as output,
        ):
            output.truncate(stream.start)
            done = stream.start
            for chunk in stream.chunks():
                output.write(chunk)
                done += len(chunk)
                if done > file.size:
                    break
                yield done
    except OSError as error:
        raise ModelError(
            f"The download cannot be written: {error.strerror or error}.",
            where=str(part),
            todo="Free some space, or set GFM_CACHE_DIR to a folder on a larger disk; "
            "the download then continues where it stopped.",
        ) from error
    if done < file.size:
        raise ConnectionCut(
            f"The connection ended before {file.name} did.",
            where=at.name,
            todo="Start the download again: it continues where it stopped.",
        )


def _compare(part: Path, file: RemoteFile) -> None:
    """Delete a file that is not what the hub says.

    Raises:
        ModelError: If so.
    """
    size = _size(part)
    if file.sha256:
        with part.open("rb") as content:
            same = hashlib.file_digest(content, "sha256").hexdigest() == file.sha256
    elif file.blob:
        # What Git calls a blob: its SHA-1 covers a header and the content.
        head = f"blob {size}\0".encode()
        found = hashlib.sha1(head + part.read_bytes(), usedforsecurity=False)
        same = found.hexdigest() == file.blob
    else:
        raise ModelError(
            f"The hub gives no checksum of {file.name}, so it cannot be trusted.",
            where=str(part),
            todo="If HF_ENDPOINT is set, use a mirror that gives checksums.",
        )
    if size != file.size or not same:
        part.unlink()
        raise ModelError(
            f"The file {file.name} arrived damaged: its checksum is not the hub's. It "
            "was deleted.",
            where=file.name,
            todo="Start the download again. If it happens twice, a proxy or mirror "
            "changes the file.",
        )


def _part_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
