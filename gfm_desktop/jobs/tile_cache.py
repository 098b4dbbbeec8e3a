"""Keep the folder of predicted tiles from growing without end."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from gfm_desktop import paths

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 512 << 20
"""Bytes of tiles that may stay; the oldest go first."""


def tiles_folder() -> Path:
    """Return the folder that holds one file a predicted tile."""
    folder = paths.cache() / "tiles"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@functools.cache
def make_room(folder: Path) -> None:
    """Delete the oldest tiles beyond `LIMIT`, once in the life of a process."""
    trim(folder, LIMIT)


def trim(folder: Path, limit: int) -> None:
    """Delete the files that were used longest ago until `limit` bytes are left."""
    found = []
    for file in folder.glob("*.npz"):
        try:
            about = file.stat()
        except FileNotFoundError:  # Another process makes room, too.
            continue
        found.append((max(about.st_atime, about.st_mtime), about.st_size, file))
    excess = sum(size for _, size, _ in found) - limit
    for _, size, file in sorted(found):
        if excess <= 0:
            return
        file.unlink(missing_ok=True)
        excess -= size
