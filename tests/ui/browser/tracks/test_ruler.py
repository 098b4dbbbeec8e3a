from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.ruler import RulerTrack
from gfm_desktop.ui.theme import LIGHT
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette


@given(st.integers(0, 248_000_000), st.integers(20, 5_000_000), st.integers(200, 4000))
def test_that_ticks_are_round_on_screen_and_far_enough_apart(
    start: int, size: int, width: int
) -> None:
    view = View(Interval("chr1", start, start + size), float(width), LIGHT)
    ticks = RulerTrack(Workspace()).ticks(view, 100.0)
    labelled = [tick for tick in ticks if tick.label]
    for tick in ticks:
        assert view.interval.start <= tick.position < view.interval.end
        assert 0 <= tick.x <= view.width
    steps = {b.position - a.position for a, b in itertools.pairwise(labelled)}
    assert len(steps) <= 1
    for step in steps:
        assert step * view.scale >= 99.9
        assert all((tick.position + 1) % step == 0 for tick in labelled)


def test_that_a_tick_stands_on_the_middle_of_its_base() -> None:
    view = View(Interval("chr1", 99, 119), 200.0, LIGHT)
    tick = next(t for t in RulerTrack(Workspace()).ticks(view) if t.position == 99)
    assert tick.x == pytest.approx(5.0)
    assert tick.label == "100"


def test_that_the_box_on_the_overview_is_where_the_view_is(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    ruler = RulerTrack(workspace)
    box = ruler.box(view(5_000, 10_000), 1000.0)
    assert box.left() == pytest.approx(250.0)
    assert box.width() == pytest.approx(250.0)
    tiny = ruler.box(view(19_980, 20_000), 1000.0)
    assert tiny.width() >= 6
    assert tiny.right() <= 1000.0


def test_that_a_click_on_the_overview_centres_there_and_keeps_the_zoom(
    workspace: Workspace, view: Callable[..., View]
) -> None:
    ruler = RulerTrack(workspace)
    assert ruler.locus_at(500.0, view(0, 1000), 1000.0) == Interval(
        "chr1", 9500, 10_500
    )
    assert ruler.locus_at(999.0, view(0, 1000), 1000.0) == Interval(
        "chr1", 19_000, 20_000
    )


@pytest.mark.parametrize("span", [(0, 20_000), (100, 140)])
def test_that_it_paints_in_both_themes(
    workspace: Workspace,
    palette: Palette,
    painted: Callable[[Track, View], int],
    span: tuple[int, int],
) -> None:
    shown = View(Interval("chr1", *span), 800.0, palette)
    assert painted(RulerTrack(workspace), shown) > 3
