"""Files of a model folder on disk: plain ones only, and never more than fit."""

from __future__ import annotations

import shutil
import stat
from typing import TYPE_CHECKING

from gfm_desktop.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path


class DiskFull(ModelError):
    """There is no room for a model."""


def names_in(folder: Path) -> list[str]:
    """Return the files of a folder and of the folders in it, with ``/``."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            found += [f"{path.name}/{file.name}" for file in sorted(path.iterdir())]
        else:
            found.append(path.name)
    return found


def plain_file(folder: Path, name: str) -> Path:
    """Return a file of a folder that really lies in it.

    A link could make the app copy any file of this computer; only the hub's own cache
    is built of links, into its ``blobs``.

    Raises:
        ModelError: If it is a link to elsewhere, or no plain file.
    """
    path = folder / name
    try:
        real, home = path.resolve(strict=True), folder.resolve(strict=True)
        plain = stat.S_ISREG(real.stat().st_mode)
    except (OSError, RuntimeError) as error:
        raise refused(path, f"it cannot be read ({error})") from error
    inside = real == home / name
    blobs = home.parent.parent / "blobs"
    if not inside and not (home.parent.name == "snapshots" and real.parent == blobs):
        raise refused(path, "it is a link to another place")
    if not plain:
        raise refused(path, "it is no plain file")
    return path


def require_room(folder: Path, count: int, what: str) -> None:
    """Refuse work that would fill the disk.

    Args:
        folder: Where it would be written.
        count: Bytes that are needed.
        what: What needs them, such as ``"The model"``.

    Raises:
        DiskFull: If fewer bytes are free.
    """
    free = shutil.disk_usage(folder).free
    if free < count:
        raise DiskFull(
            f"The disk has not enough room: {what} needs {size_words(count)}, "
            f"{size_words(free)} are free.",
            where=str(folder),
            todo="Free some space, or set GFM_DATA_DIR and GFM_CACHE_DIR to folders "
            "on a larger disk.",
        )


def size_words(count: float) -> str:
    """Return a number of bytes as people write it: ``"264 MB"``, ``"2.1 GB"``."""
    unit = "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if count < 1000:
            break
        count, unit = count / 1000, larger
    digits = 1 if count < 10 and unit != "bytes" else 0
    return f"{count:,.{digits}f} {unit}"


def refused(path: Path, why: str) -> ModelError:
    """Return the error that a file is not taken."""
    return ModelError(
        f"The file “{path.name}” is refused: {why}.",
        where=str(path),
        todo="Copy the files themselves into a folder, and add that.",
    )
