from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from gfm_desktop.genome.fingerprint import content_hash, known_hash

if TYPE_CHECKING:
    from pathlib import Path


def test_that_the_hash_is_of_all_bytes_and_remembered(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    assert known_hash(path) is None
    assert content_hash(path) == hashlib.sha256(b"abc").hexdigest()
    assert known_hash(path) == hashlib.sha256(b"abc").hexdigest()


def test_that_a_changed_file_is_hashed_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    content_hash(path)
    path.write_bytes(b"abd")
    os.utime(path, ns=(1, 1))
    assert known_hash(path) is None
    assert content_hash(path) == hashlib.sha256(b"abd").hexdigest()


def test_that_a_damaged_note_is_ignored(tmp_path: Path) -> None:
    path, cache = tmp_path / "file", tmp_path / "cache"
    path.write_bytes(b"abc")
    content_hash(path, cache=cache)
    for note in (cache / "fingerprints").iterdir():
        note.write_text("[1, 2")
    assert known_hash(path, cache=cache) is None
    assert content_hash(path, cache=cache) == hashlib.sha256(b"abc").hexdigest()
