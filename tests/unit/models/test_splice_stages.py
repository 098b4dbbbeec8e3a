"""Levels are cut into tiles that read each other without waste."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gfm_desktop.models.splice_cone import Levels, Span
from gfm_desktop.models.splice_network import SPLICEAI_10K, SpliceArchitecture
from gfm_desktop.models.splice_stages import Stage, stages, tile_size

OTHERS = {
    "80 nt": ((11, 1),),
    "400 nt": ((11, 1), (11, 4)),
    "2,000 nt": ((11, 1), (11, 4), (21, 10)),
}


def test_that_far_reaching_levels_of_the_large_network_are_stages_of_their_own() -> (
    None
):
    levels = Levels.of(SPLICEAI_10K)
    found = stages(levels, tile_size(levels.flank))
    assert [(stage.below, stage.last, stage.size) for stage in found[:4]] == [
        (0, 8, 2_000),
        (8, 16, 2_000),
        (16, 20, 2_000),
        (20, 24, 2_000),
    ]
    assert [stage.last for stage in found[4:]] == list(range(25, 33))
    assert [stage.inner for stage in found] == [500, 500] + [0] * 10
    for above, stage in zip(found[5:], found[4:], strict=False):
        # A tile reads exactly two of the level before.
        read = above.span(7).wider(levels.reach(above.last))
        (first, second) = stage.over([read])
        assert stage.span(first).start == read.start
        assert stage.span(second).end == read.end


@pytest.mark.parametrize("name", OTHERS)
def test_that_stages_are_all_levels_in_order(name: str) -> None:
    levels = Levels.of(SpliceArchitecture(groups=OTHERS[name]))
    found = stages(levels, tile_size(levels.flank))
    assert found[0].below == 0
    assert found[-1].last == levels.last
    assert all(a.last == b.below for a, b in pairwise(found))


def test_that_tiles_lie_on_a_grid() -> None:
    stage = Stage(0, 8, 100, offset=50, inner=10)
    assert stage.span(-1) == Span(-50, 50)
    assert stage.over([Span(49, 51)]) == [-1, 0]
    assert stage.over([Span(50, 150), Span(260, 270), Span(60, 61)]) == [0, 2]
    assert stage.over([Span(50, 50)]) == []
    assert stage.inner_over([Span(-1, 11)]) == [-1, 0, 1]
    assert stage.inner_span(3) == Span(30, 40)
    whole = Stage(8, 16, 100)
    assert whole.inner_over([Span(99, 101)]) == [0, 1]
    assert whole.inner_span(1) == Span(100, 200)
