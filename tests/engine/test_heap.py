"""Threads share what they freed, where the C library lets them."""

from __future__ import annotations

import ctypes
import sys
from typing import TYPE_CHECKING, Any

from gfm_desktop.engine import heap

if TYPE_CHECKING:
    import pytest


def test_that_glibc_is_asked_for_one_heap_that_keeps_what_is_freed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, int]] = []

    class Library:
        def mallopt(self, *given: int) -> int:
            asked.append(given)  # type: ignore[arg-type]
            return 1

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda name: Library())
    heap.share_heap()
    # M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of glibc's malloc.h.
    assert asked == [(-8, 1), (-3, 32 << 20), (-1, 128 << 20)]


def test_that_other_systems_and_libraries_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def none(name: Any) -> object:
        asked.append(name)
        return object()  # without mallopt

    monkeypatch.setattr(ctypes, "CDLL", none)
    monkeypatch.setattr(sys, "platform", "linux")
    heap.share_heap()
    assert asked == [None]
    monkeypatch.setattr(sys, "platform", "win32")
    heap.share_heap()
    assert asked == [None], "another system's library is not even opened"
