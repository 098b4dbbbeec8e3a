"""The file that keeps two processes from writing into one run folder."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def new_text() -> str:
    """Return what a lock of this process says; no two locks say the same."""
    return f"{_signature(os.getpid())} {uuid.uuid4().hex}"


def text_of(lock: Path) -> str:
    """Return what a lock says; nothing where there is none."""
    try:
        return lock.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""


def living_owner(lock: Path) -> int | None:
    """Return the process that holds a lock; None where it is free or its owner died."""
    import psutil

    try:
        words = text_of(lock).split()
        process = int(words[0])
        alive = psutil.Process(process).status() != psutil.STATUS_ZOMBIE
        same = _signature(process).split() == words[:2]
        return process if alive and same else None
    except (ValueError, IndexError, psutil.Error):
        return None


def _signature(process: int) -> str:
    """Return process id and start time: an id alone may have been given again."""
    import psutil

    return f"{process} {psutil.Process(process).create_time():.2f}"
