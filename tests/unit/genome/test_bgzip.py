from __future__ import annotations

import gzip
import random
from typing import TYPE_CHECKING

import pysam
import pytest

from gfm_desktop.genome import bgzip
from gfm_desktop.genome.bgzip import unpack_blocks

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def packed(tmp_path: Path) -> tuple[bytes, bytes]:
    """Return a text and its three blocks with the end mark."""
    text = bytes(random.Random(1).choices(b"ACGT\n", k=150_000))
    with pysam.BGZFile(str(tmp_path / "x.gz"), "wb") as file:
        file.write(text)
    return text, (tmp_path / "x.gz").read_bytes()


def test_that_whole_blocks_are_unpacked(packed: tuple[bytes, bytes]) -> None:
    text, data = packed
    assert data.endswith(bgzip.END)
    assert unpack_blocks(data) == (text, len(data))
    assert unpack_blocks(b"") == (b"", 0)
    assert unpack_blocks(bgzip.END) == (b"", len(bgzip.END))


def test_that_an_incomplete_block_is_left(packed: tuple[bytes, bytes]) -> None:
    text, data = packed
    for kept in (10, 17, 18, 30_000, len(data) - 40):
        found, used = unpack_blocks(data[:kept])
        assert text.startswith(found)
        rest, more = unpack_blocks(data[used:])
        assert found + rest == text
        assert used + more == len(data)


@pytest.mark.parametrize("place", [0, 12, 16, 20_000, -36, -30])
def test_that_a_damaged_block_is_left(packed: tuple[bytes, bytes], place: int) -> None:
    text, data = packed
    broken = bytearray(data)
    broken[place] ^= 0x55
    found, used = unpack_blocks(bytes(broken))
    assert used < len(data)
    assert text.startswith(found)
    assert len(found) < len(text)


def test_that_other_gzip_is_left() -> None:
    assert unpack_blocks(gzip.compress(b"ACGT")) == (b"", 0)
    assert unpack_blocks(b"plain text, long enough to be looked at") == (b"", 0)
