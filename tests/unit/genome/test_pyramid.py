"""The summary pyramid against a computation base by base."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfm_desktop.genome import pyramid
from gfm_desktop.genome.pyramid import Pyramid, build
from gfm_desktop.genome.signal_bins import FINEST, summed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.genome.signal_bins import Bins


def signal(length: int, seed: int, hole: float) -> NDArray[np.float32]:
    """Return values with stretches that are unknown and stretches that are equal."""
    rng = np.random.default_rng(seed)
    values = rng.normal(3, 5, length).astype(np.float32)
    for _ in range(6):
        start = int(rng.integers(0, length))
        stop = start + int(rng.integers(1, max(2, length // 3)))
        values[start:stop] = np.nan if rng.random() < hole else np.float32(0)
    return values


def built(folder: Path, **contigs: NDArray[np.float32]) -> Pyramid:
    lengths = {name: len(values) for name, values in contigs.items()}
    for _ in build(folder, lengths, lambda c, a, b: contigs[c][a:b]):
        pass
    return Pyramid(folder)


def agree(bins: Bins, values: NDArray[np.float32]) -> None:
    """Compare every bin with a loop over its bases."""
    for number in range(len(bins)):
        start = bins.start + number * bins.size
        known = [float(v) for v in values[start : start + bins.size] if v == v]
        assert bins.covered[number] == len(known)
        found = [bins.low[number], bins.high[number], bins.mean[number]]
        if known:
            mean = sum(known) / len(known)
            assert found[:2] == [min(known), max(known)]
            assert found[2] == pytest.approx(mean, rel=1e-6, abs=1e-6)
        else:
            assert np.isnan(found).all()


@settings(max_examples=12, deadline=None)
@given(
    length=st.integers(1, 70_000),
    seed=st.integers(0, 1000),
    hole=st.floats(0, 1),
    level=st.integers(0, 10),
    place=st.floats(0, 1),
)
def test_that_every_bin_sums_up_exactly_its_bases(
    length: int, seed: int, hole: float, level: int, place: float
) -> None:
    values = signal(length, seed, hole)
    with tempfile.TemporaryDirectory() as folder:
        stored = built(Path(folder), chr1=values)
        start = int(place * (length - 1))
        end = min(length, start + 60 * (FINEST << level))
        bins = stored.bins("chr1", start, end, FINEST << level)
        agree(bins, values)
        assert bins.size <= FINEST << level
        assert bins.start <= start < bins.start + bins.size
        assert bins.start + len(bins) * bins.size >= end
        del stored


@settings(max_examples=12, deadline=None)
@given(length=st.integers(1, 3000), seed=st.integers(0, 1000), hole=st.floats(0, 1))
def test_that_levels_below_the_finest_sum_up_exactly_their_bases(
    length: int, seed: int, hole: float
) -> None:
    values = signal(length, seed, hole)
    levels = summed(values, 0)
    assert [bins.size for bins in levels] == [1, 2, 4, 8, 16, 32]
    for bins in levels:
        agree(bins, values)


def test_that_a_contig_longer_than_a_chunk_has_no_seam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pyramid, "CHUNK", 8 * FINEST)
    values = signal(150_001, 3, 0.5)
    stored = built(tmp_path, chr1=values, chr2=values[:777])
    agree(stored.bins("chr1", 0, len(values), 4 * FINEST), values)
    agree(stored.bins("chr2", 0, 777, FINEST), values[:777])


def test_that_the_wanted_size_chooses_the_coarsest_level_that_is_not_larger(
    tmp_path: Path,
) -> None:
    stored = built(tmp_path, chr1=np.ones(1_000_000, np.float32))
    sizes = [1, 64, 127.9, 128, 1000, 1e9]
    chosen = [stored.bins("chr1", 0, 1_000_000, size).size for size in sizes]
    assert chosen == [64, 64, 64, 128, 512, 4096]


def test_that_a_missing_value_is_not_0(tmp_path: Path) -> None:
    values = np.full(256, np.nan, np.float32)
    values[10] = 8
    stored = built(tmp_path, chr1=values)
    bins = stored.bins("chr1", 0, 256, 64)
    assert bins.mean[0] == 8
    assert bins.low[0] == 8
    assert np.isnan(bins.mean[1:]).all()
    assert stored.covered("chr1") == 1
    assert stored.extent("chr1") == (8, 8)


def test_that_empty_and_repeated_blocks_take_no_room(tmp_path: Path) -> None:
    values = np.full(3_000_000, np.nan, np.float32)
    values[1_000_000:2_500_000] = 0
    stored = built(tmp_path, chr1=values)
    size = (tmp_path / "blocks.bin").stat().st_size
    assert size <= 21 * pyramid.BLOCK * 16, "dense it would be 92 blocks"
    agree(stored.bins("chr1", 990_000, 1_010_000, 64), values)


def test_that_a_contig_without_any_value_has_no_extent(tmp_path: Path) -> None:
    stored = built(tmp_path, chr1=np.full(500, np.nan, np.float32))
    assert stored.extent("chr1") is None
    assert stored.extent("chr9") is None
    assert len(stored.bins("chr9", 0, 500, 64)) == 0


def test_that_part_of_the_bins_overlaps_what_was_asked_for() -> None:
    bins = summed(np.arange(256, dtype=np.float32), 0)[3].part(9, 17)
    assert (bins.start, len(bins), bins.low.tolist()) == (8, 2, [8, 16])
