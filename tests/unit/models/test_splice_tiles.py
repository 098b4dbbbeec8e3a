"""REF is reckoned once for all variants that read it, and memory is bounded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.models.splice_cone import Span
from gfm_desktop.models.splice_incremental import IncrementalNetwork
from gfm_desktop.models.splice_kept import Kept
from gfm_desktop.models.splice_network import SpliceArchitecture
from gfm_desktop.models.splice_trunk import Trunk

from .splice_strands import Letters, question, random_network

if TYPE_CHECKING:
    from collections.abc import Iterable

SIZES = SpliceArchitecture(channels=6, groups=((3, 1), (7, 2), (21, 4)), units=2)
TEXT = "".join(np.random.default_rng(5).choice(list("ACGT"), 3_000))
STRAND = Letters(TEXT, Span(30, 2_950))


@dataclass(frozen=True)
class Some:
    nbytes: int


def engine(limit: int) -> IncrementalNetwork:
    return IncrementalNetwork(Trunk(random_network(SIZES)), limit=limit, tile=100)


def reckoned(
    network: IncrementalNetwork, places: Iterable[int]
) -> Counter[tuple[int, int]]:
    """Return which tiles are reckoned, by stage and number, for SNVs at places."""
    import torch

    tiles, made = network._tiles, Counter[tuple[int, int]]()
    plain = tiles._reckoned

    def counted(reader: Any, stage: int, place: int) -> Any:
        made[stage, place] += 1
        return plain(reader, stage, place)

    tiles._reckoned = counted  # type: ignore[method-assign,assignment]
    with torch.inference_mode():
        for place in places:
            ref = STRAND.letters(place, place + 1)
            alt = "A" if ref != "A" else "C"
            network.answers([question(STRAND, place, ref, alt, distance=10)])
    tiles._reckoned = plain  # type: ignore[method-assign]
    return made


def test_that_nothing_is_reckoned_twice_where_there_is_memory() -> None:
    network = engine(64 << 20)
    first = reckoned(network, [700])
    assert set(first.values()) == {1}
    assert not reckoned(network, [700, 701])
    more = reckoned(network, [760])
    assert more
    assert not more.keys() & first.keys()
    assert more.total() < first.total() / 2


def test_that_without_memory_a_call_still_reckons_each_tile_once() -> None:
    network = engine(0)
    first = reckoned(network, [700])
    # Inner levels are read after their tile was reckoned, and are gone by then.
    assert first.total() < 1.3 * len(first)
    assert reckoned(network, [700]) == first
    assert len(network._tiles._tiles) == len(network._tiles._inner) == 0


def test_that_memory_is_bounded() -> None:
    limit = 200_000
    network = engine(limit)
    reckoned(network, range(300, 2_700, 60))
    kept = network._tiles._tiles._found, network._tiles._inner._found
    sizes = [sum(one.nbytes for one in found.values()) for found in kept]
    assert min(sizes) > 0
    assert sum(sizes) <= limit


def test_that_what_is_not_used_any_more_makes_room_at_once() -> None:
    kept = Kept[Some](10)
    kept.begin()
    for name in "abc":
        kept.put(name, Some(4), wanted=False)
    # All of them are in use: nothing may go.
    assert len(kept) == 3
    kept.begin()
    kept.get("b")
    kept.put("d", Some(4))
    assert [name for name in "abcd" if kept.get(name)] == ["b", "d"]


def test_that_nothing_is_remembered_of_what_is_forgotten() -> None:
    # Keys may be windows of ten thousand letters.
    kept = Kept[Some](10)
    for name in range(100):
        kept.put(name, Some(4))
        kept.trim()
    assert len(kept) == len(kept._used) == len(kept._wanted) == 2


def test_that_what_is_wanted_in_turn_outlasts_what_it_was_made_of() -> None:
    kept = Kept[Some](20)
    kept.turns = 2
    for strand in "+-":
        kept.begin()
        kept.put(f"{strand} wanted", Some(8))
        kept.put(f"{strand} step", Some(8), wanted=False)
        kept.trim()
    assert [name for name in ("+ wanted", "- wanted") if kept.get(name)] == [
        "+ wanted",
        "- wanted",
    ]
    for _ in range(2):
        kept.begin()
        kept.put("another", Some(8))
        kept.trim()
    # By now nobody has wanted the first ones for two turns.
    assert kept.get("another")
    assert len(kept) == 2


def test_that_a_copy_holds_what_is_read_and_no_more() -> None:
    import torch

    network = engine(64 << 20)
    reads = [[Span(690, 710)]] * network._trunk.levels.last
    with torch.inference_mode():
        known = network._tiles.around(STRAND, reads, [Span(695, 705)])
        copy = known.compact(reads, [Span(695, 705)])
    for level in range(network._trunk.levels.last):
        whole = [rows for _, rows in known.before(level, Span(690, 710))]
        mine = [rows for _, rows in copy.before(level, Span(690, 710))]
        assert torch.equal(torch.cat(mine), torch.cat(whole))
        assert sum(len(rows) for _, rows in copy.levels[level]) == 20
    span = Span(695, 705)
    assert torch.equal(copy.logits(span), known.logits(span))
    storages = [rows.untyped_storage() for at in copy.levels for _, rows in at]
    assert sum(storage.nbytes() for storage in storages) == sum(
        rows.nbytes for at in copy.levels for _, rows in at
    )


def test_that_positions_beyond_the_transcript_take_no_memory() -> None:
    network = engine(64 << 20)
    reckoned(network, [-900])
    tiles = network._tiles._tiles._found.values()
    assert len(tiles) > 3
    assert all(tile.nbytes <= 3 * 8 * SIZES.channels for tile in tiles)


class Bytes:
    def __init__(self, nbytes: int) -> None:
        self.nbytes = nbytes


@pytest.mark.parametrize(
    ("limit", "left"), [(9, []), (10, [1]), (25, [3, 1]), (99, [2, 3, 1])]
)
def test_that_what_was_used_last_stays(limit: int, left: list[int]) -> None:
    kept: Kept[Bytes] = Kept(limit)
    for key in (1, 2, 3):
        kept.put(key, Bytes(10))
    assert kept.get(1) is not None
    assert kept.get(4) is None
    kept.trim()
    assert list(kept._found) == left


def test_that_a_value_is_counted_once() -> None:
    kept: Kept[Bytes] = Kept(25)
    for _ in range(5):
        kept.put(1, Bytes(10))
    kept.trim()
    assert len(kept) == 1
