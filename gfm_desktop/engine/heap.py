"""How the C library hands out memory to threads."""

from __future__ import annotations

import ctypes
import sys

_ARENA_MAX = -8
"""`M_ARENA_MAX` of glibc's malloc.h."""


def share_heap() -> None:
    """Let all threads take memory from one place; to be called before there are any.

    glibc gives each thread a heap of its own, and what one thread has freed another
    cannot use: scoring splice variants with two threads took 90 MiB more for it. Our
    threads do long pieces of work between two calls for memory, so none waits.
    """
    if sys.platform != "linux":
        return
    # Other C libraries have no such function, or ignore it.
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)
