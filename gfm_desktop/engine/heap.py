"""How the C library hands out memory to threads."""

from __future__ import annotations

import ctypes
import sys

_ARENA_MAX = -8
_MMAP_THRESHOLD = -3
_TRIM_THRESHOLD = -1
"""`M_ARENA_MAX`, `M_MMAP_THRESHOLD` and `M_TRIM_THRESHOLD` of glibc's malloc.h."""

_LARGEST = 32 << 20
"""The largest `M_MMAP_THRESHOLD` that glibc takes on 64 bits."""
_SPARE = 128 << 20
"""Bytes that may lie unused at the heap's end before they are given back."""


def share_heap() -> None:
    """Let all threads take memory from one place; to be called before there are any.

    glibc gives each thread a heap of its own, and what one thread has freed another
    cannot use: scoring splice variants with two threads took 90 MiB more for it. Our
    threads do long pieces of work between two calls for memory, so none waits.

    And what was freed is kept for what comes next. By itself glibc gives pieces of more
    than some hundred KiB back at once, and the system clears each page that is asked
    for again: a tenth of the time of a splice variant.
    """
    if sys.platform != "linux":
        return
    # Other C libraries have no such function, or ignore it.
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)
        mallopt(_MMAP_THRESHOLD, _LARGEST)
        mallopt(_TRIM_THRESHOLD, _SPARE)
