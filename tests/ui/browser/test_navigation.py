from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.navigation import Camera
from gfm_desktop.ui.browser.scale import (
    round_step,
    signed,
    span_label,
    tick_label,
)
from gfm_desktop.ui.palette import LIGHT
from gfm_desktop.workspace.workspace import SHORTEST_VIEW, fit

CHROMOSOME_1 = 248_956_422

intervals = st.integers(100_000, CHROMOSOME_1 - 100_000).flatmap(
    lambda start: st.integers(200, 10_000).map(
        lambda size: Interval("chr1", start, start + size)
    )
)


@given(place=intervals, anchor=st.floats(0, 1), notches=st.integers(1, 8))
def test_that_zooming_in_and_out_again_returns_to_the_same_bases(
    place: Interval, anchor: float, notches: int
) -> None:
    camera = Camera.over(place, CHROMOSOME_1)
    # Out and in, then in and out, without touching either limit.
    for factor in [1.25] * notches + [0.8] * notches:
        camera = camera.zoomed(factor, anchor)
    assert camera.interval == place
    for factor in [0.8] * notches + [1.25] * notches:
        camera = camera.zoomed(factor, anchor)
    assert camera.interval == place


@given(place=intervals, anchor=st.floats(0, 1), factor=st.floats(0.5, 4))
def test_that_the_base_under_the_mouse_stays_there(
    place: Interval, anchor: float, factor: float
) -> None:
    camera = Camera.over(place, CHROMOSOME_1)
    before = camera.start + anchor * camera.length
    zoomed = camera.zoomed(factor, anchor)
    assert zoomed.start + anchor * zoomed.length == pytest.approx(before, abs=1e-4)


@given(
    place=intervals,
    moves=st.lists(st.floats(-1e9, 1e9), max_size=4),
    factor=st.floats(1e-6, 1e9),
)
def test_that_no_move_leaves_the_contig_and_the_locus_is_the_workspaces(
    place: Interval, moves: list[float], factor: float
) -> None:
    camera = Camera.over(place, CHROMOSOME_1).zoomed(factor)
    for bases in moves:
        camera = camera.moved(bases)
    shown = camera.interval
    assert 0 <= shown.start < shown.end <= CHROMOSOME_1
    assert len(shown) >= SHORTEST_VIEW
    assert fit(shown, CHROMOSOME_1) == shown


@given(
    place=intervals,
    moves=st.lists(st.floats(-90_000, 90_000), max_size=6),
    notches=st.integers(0, 6),
)
def test_that_moves_there_and_back_return_to_the_same_bases(
    place: Interval, moves: list[float], notches: int
) -> None:
    # Near no end of the contig, so that nothing is stopped.
    start = place.start % 10**7 + 10**8
    whole = Interval("chr1", start, start + len(place))
    camera = Camera.over(whole, CHROMOSOME_1)
    for bases in moves:
        camera = camera.moved(bases)
    for _ in range(notches):
        camera = camera.zoomed(0.8, 0.3).moved(11.5)
    for _ in range(notches):
        camera = camera.moved(-11.5).zoomed(1.25, 0.3)
    for bases in reversed(moves):
        camera = camera.moved(-bases)
    assert camera.interval == whole


@given(place=intervals, shift=st.floats(0, 50), width=st.integers(300, 3_000))
def test_that_the_view_in_whole_bases_lies_under_the_camera(
    place: Interval, shift: float, width: int
) -> None:
    camera = Camera.over(place, CHROMOSOME_1).moved(shift)
    view, offset = camera.view(width, LIGHT)
    assert 0 <= offset <= view.scale + 1e-3
    assert view.scale == pytest.approx(width / camera.length)
    left = view.interval.start + offset / view.scale
    assert left == pytest.approx(camera.start, abs=1e-6)
    assert view.width >= offset + width - 1e-2


def test_that_a_contig_shorter_than_the_closest_view_fits() -> None:
    camera = Camera.over(Interval("tiny", 0, 7), 7)
    assert camera.zoomed(0.1).interval == Interval("tiny", 0, 7)
    assert camera.zoomed(9).moved(3).interval == Interval("tiny", 0, 7)


def test_that_the_edges_of_a_contig_are_reached_exactly() -> None:
    camera = Camera.over(Interval("c", 500, 700), 1_000)
    assert camera.to_edge(-1).interval == Interval("c", 0, 200)
    assert camera.to_edge(1).interval == Interval("c", 800, 1_000)


@given(least=st.floats(0.01, 1e9))
def test_that_steps_are_round_and_not_too_small(least: float) -> None:
    step = round_step(least)
    assert step >= min(least, step)
    assert str(step).rstrip("0") in {"1", "2", "5"}
    assert step < 10 * max(1, least)


@pytest.mark.parametrize(
    ("position", "step", "label"),
    [
        (20_113_005, 5, "20,113,005"),
        (20_113_000, 1_000, "20,113 kb"),
        (20_100_000, 100_000, "20.1 Mb"),
        (20_000_000, 1_000_000, "20 Mb"),
        (20_000_000, 5_000_000, "20 Mb"),
    ],
)
def test_that_tick_labels_are_as_short_as_the_step_allows(
    position: int, step: int, label: str
) -> None:
    assert tick_label(position, step) == label


@pytest.mark.parametrize(
    ("length", "label"),
    [
        (60, "60 bp"),
        (999, "999 bp"),
        (1_250, "1.25 kb"),
        (20_000, "20 kb"),
        (12_345, "12.3 kb"),
        (1_000_000, "1 Mb"),
        (51_304_566, "51.3 Mb"),
    ],
)
def test_that_lengths_have_a_fit_unit(length: float, label: str) -> None:
    assert span_label(length) == label


def test_that_a_loss_has_a_real_minus_sign() -> None:
    assert signed(-0.984) == "\N{MINUS SIGN}0.98"
    assert signed(0.72) == "+0.72"
