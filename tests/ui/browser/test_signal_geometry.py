"""Where the values of a signal are in pixels, and what their scale is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.signal_bins import Bins, summed
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser import signal_scale
from gfm_desktop.ui.browser.signal_columns import (
    BEYOND,
    DARK,
    LIGHT,
    MIDDLE,
    STYLES,
    bands,
    columns,
)
from gfm_desktop.ui.browser.signal_paint import Ink
from gfm_desktop.ui.browser.signal_pixels import shades, tones
from gfm_desktop.ui.browser.signal_scale import Axis, Extent, ScaleGroups, ends
from gfm_desktop.ui.browser.track import View
from gfm_desktop.workspace.lane_book import LaneBook, LaneLook

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from gfm_desktop.ui.palette import Palette

    MakeView = Callable[..., View]

NAN = float("nan")
AXIS = Axis(Extent(0.0, 10.0), 10.0, 110.0)
SIGNED = Axis(Extent(-10.0, 10.0), 10.0, 110.0)


def of(values: list[float], start: int = 0) -> Bins:
    return summed(np.array(values, np.float32), start)[0]


def drawn(
    bins: Bins,
    view: View,
    axis: Axis = AXIS,
    style: str = "bars",
    summary: str = "mean",
) -> NDArray[np.uint8]:
    shown = columns(bins, view, 0.0, round(view.width), 1.0)
    return tones(bands(shown, axis, style, summary), 120, 1.0)


def test_that_a_value_is_a_bar_over_its_base(view: MakeView) -> None:
    values = [NAN] * 200
    values[105] = 4.0
    picture = drawn(of(values), view(100, 120, 400.0))
    rows, places = np.nonzero(picture == MIDDLE)
    assert (places.min(), places.max()) == (100, 119), "base 105 is at 20 px a base"
    assert rows.min() == 70, "4 of 10 on a scale from pixel 110 to 10"
    assert rows.max() == 110, "the line at 0, half a pixel to both sides"


def test_that_a_negative_value_hangs_below_0(view: MakeView) -> None:
    picture = drawn(of([NAN, -5.0]), view(0, 4, 400.0), SIGNED)
    rows, places = np.nonzero(picture)
    assert (places.min(), places.max()) == (100, 199)
    assert (rows.min(), rows.max()) == (60, 84)


def test_that_0_is_a_line_and_a_missing_value_is_nothing(view: MakeView) -> None:
    picture = drawn(of([0.0, NAN, 0.0, NAN]), view(0, 4, 400.0))
    known = picture.any(axis=0)
    assert known.tolist() == [True] * 100 + [False] * 100 + [True] * 100 + [False] * 100


@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(1, 700),
    width=st.integers(1, 300),
    start=st.integers(0, 50),
    seed=st.integers(0, 99),
)
def test_that_no_peak_and_no_valley_is_lost_between_pixels(
    count: int, width: int, start: int, seed: int
) -> None:
    values = np.random.default_rng(seed).normal(size=start + count).astype(np.float32)
    here = View(Interval("chr1", start, start + count), float(width), theme.LIGHT)
    shown = columns(summed(values, 0)[0], here, 0.0, width, 1.0)
    assert not np.isnan(shown.high).any()
    if count >= width:
        assert shown.high.max() == values[start:].max()
        assert shown.low.min() == values[start:].min()
        middles = (np.arange(count) + 0.5) * width / count
        # A base whose middle is on an edge belongs to either of two pixels.
        assume(np.abs(middles - np.rint(middles)).min() > 1e-9)
        for column in {0, width // 2, width - 1}:
            part = values[start:][np.floor(middles).astype(int) == column]
            assert shown.mean[column] == pytest.approx(part.mean(), rel=1e-4, abs=1e-6)


def test_that_the_mean_of_a_pixel_weighs_bins_by_their_bases(view: MakeView) -> None:
    bins = Bins(
        0,
        2,
        np.array([1, 5], np.float32),
        np.array([3, 5], np.float32),
        np.array([2, 5], np.float32),
        np.array([2, 1], np.uint32),
    )
    shown = columns(bins, view(0, 4, 1.0), 0.0, 1, 1.0)
    assert (shown.low[0], shown.mean[0], shown.high[0]) == (1, 3, 5)


def test_that_columns_left_of_the_contig_s_values_are_empty(view: MakeView) -> None:
    shown = columns(of([7.0] * 64, 64), view(0, 128, 128.0), 0.0, 128, 1.0)
    assert np.isnan(shown.mean[:64]).all()
    assert (shown.mean[64:] == 7).all()


def test_that_a_view_may_begin_in_the_middle_of_a_base(view: MakeView) -> None:
    shown = columns(of([1.0, 2.0, 3.0]), view(0, 3, 30.0), 4.0, 20, 1.0)
    assert shown.mean.tolist() == [1.0] * 6 + [2.0] * 10 + [3.0] * 4


def test_that_whiskers_are_dark_to_the_minimum_and_light_to_the_maximum(
    view: MakeView,
) -> None:
    bins = of([2.0, 4.0, 9.0])
    picture = drawn(bins, view(0, 3, 1.0), summary="whiskers")[:, 0]
    assert picture[:20].max() == 0
    assert set(picture[20:60]) == {LIGHT}, "from 9 down to the mean, 5"
    assert set(picture[60:90]) == {MIDDLE}
    assert set(picture[90:109]) == {DARK}


def test_that_whiskers_below_0_are_mirrored(view: MakeView) -> None:
    bins = of([-2.0, -4.0, -9.0])
    picture = drawn(bins, view(0, 3, 1.0), SIGNED, summary="whiskers")[:, 0]
    assert set(picture[61:70]) == {DARK}
    assert set(picture[70:85]) == {MIDDLE}
    assert set(picture[85:105]) == {LIGHT}
    assert picture[106:].max() == 0


def test_that_what_runs_out_of_a_fixed_scale_is_marked(view: MakeView) -> None:
    picture = drawn(of([20.0, 3.0]), view(0, 2, 2.0))
    assert picture[10:12, 0].tolist() == [BEYOND, BEYOND]
    assert BEYOND not in picture[:, 1]


def test_that_a_line_is_at_its_value_and_breaks_where_there_is_none(
    view: MakeView,
) -> None:
    values = [5.0, 5.0, NAN, 8.0]
    picture = drawn(of(values), view(0, 4, 40.0), style="line")
    rows = [np.flatnonzero(picture[:, at]).tolist() for at in (5, 15, 25, 35)]
    assert rows == [[60], [60], [], [30]]


def test_that_points_are_at_their_values(view: MakeView) -> None:
    picture = drawn(of([5.0, NAN]), view(0, 2, 40.0), style="points")
    assert np.flatnonzero(picture[:, 3]).tolist() == [59, 60, 61]
    assert not picture[:, 30].any()


def test_that_a_fine_screen_draws_finer_pixels(view: MakeView) -> None:
    here = view(0, 10, 100.0)
    shown = columns(of([5.0] * 10), here, 0.0, 200, 0.5)
    picture = tones(bands(shown, AXIS, "bars", "mean"), 240, 2.0)
    assert picture.shape == (240, 200)
    assert np.flatnonzero(picture[:, 0])[0] == 120


def test_that_a_heat_map_is_strongest_at_the_end_of_its_scale() -> None:
    values = np.array([NAN, 0.0, 5.0, 10.0, 99.0], np.float32)
    assert shades(values, AXIS).tolist() == [0, 1, 128, 255, 255]
    values = np.array([-10.0, 0.0, 10.0], np.float32)
    assert shades(values, SIGNED).tolist() == [1, 128, 255]
    below = Axis(Extent(-10.0, 0.0), 10.0, 110.0)
    assert shades(values, below).tolist() == [255, 1, 1]


@pytest.mark.parametrize("style", [s for s in STYLES if s != "heat"])
@pytest.mark.parametrize("summary", ["whiskers", "mean", "max", "min"])
def test_that_shapes_of_nothing_are_nothing(
    view: MakeView, style: str, summary: str
) -> None:
    assert not drawn(of([NAN] * 9), view(0, 9, 90.0), AXIS, style, summary).any()


@pytest.mark.parametrize(
    ("extent", "expected"),
    [
        (Extent(2.0, 37.0), (0.0, 40.0)),
        (Extent(-0.3, 0.011), (-0.3, 0.012)),
        (Extent(-5.0, -1.0), (-5.0, 0.0)),
        (Extent(0.0, 0.0), (0.0, 1.0)),
        (None, (0.0, 1.0)),
    ],
)
def test_that_an_automatic_scale_holds_0_and_ends_at_round_numbers(
    extent: Extent | None, expected: tuple[float, float]
) -> None:
    found = ends(extent, LaneLook("a"))
    assert (found.low, found.high) == expected


@settings(max_examples=50, deadline=None)
@given(low=st.floats(-1e6, 1e6), high=st.floats(-1e6, 1e6))
def test_that_an_automatic_scale_holds_all_values(low: float, high: float) -> None:
    low, high = min(low, high), max(low, high)
    found = ends(Extent(low, high), LaneLook("a"))
    assert found.low <= min(low, 0.0)
    assert found.high >= max(high, 0.0) * (1 - 1e-9)
    assert found.low < found.high


def test_that_fixed_ends_are_taken_as_they_are() -> None:
    look = LaneLook("a", low=1.0, high=7.5)
    assert ends(Extent(-3.0, 90.0), look) == Extent(1.0, 7.5)
    assert ends(Extent(0.0, 90.0), LaneLook("a", low=200.0)) == Extent(200.0, 201.0)
    assert ends(Extent(0.0, 90.0), LaneLook("a", high=-5.0)) == Extent(-6.0, -5.0)


def test_that_a_percentile_lets_a_few_large_values_run_out() -> None:
    values = np.concatenate([np.full(990, 3), np.full(10, 1000)]).astype(np.float32)
    assert signal_scale.extent_of(values, values, 98.0) == Extent(3.0, 3.0)
    assert signal_scale.extent_of(values, values) == Extent(3.0, 1000.0)
    nothing = np.full(3, np.nan, np.float32)
    assert signal_scale.extent_of(nothing, nothing) is None


class Member:
    def __init__(self, key: str, extent: Extent | None) -> None:
        self.key = key
        self._extent = extent

    def extent(self, view: View) -> Extent | None:
        return self._extent


def test_that_lanes_of_a_group_share_their_extent(view: MakeView) -> None:
    book = LaneBook()
    groups = ScaleGroups(book)
    members = [
        Member("a", Extent(0.0, 1.0)),
        Member("b", Extent(-7.0, 3.0)),
        Member("c", Extent(0.0, 99.0)),
        Member("d", None),
    ]
    for member in members:
        groups.join(member)
    for key in "abd":
        book.change(key, group="1")
    here = view(0, 10)
    both = Extent(-7.0, 3.0)
    found = [groups.extent(member, here) for member in members]
    assert found == [both, both, Extent(0.0, 99.0), both]
    book.change("b", hidden=True)
    assert groups.extent(members[0], here) == Extent(0.0, 1.0)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0"),
        (-1.5, "\N{MINUS SIGN}1.5"),
        (12345.678, "12,346"),
        (0.00012, "0.00012"),
        (4.25, "4.25"),
    ],
)
def test_that_values_are_written_short(value: float, words: str) -> None:
    assert signal_scale.value_label(value) == words


@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK])
@pytest.mark.parametrize("colour", ["#0072b2", "#d55e00", "#009e73", "#7f858f"])
def test_that_heat_below_0_is_of_another_colour(palette: Palette, colour: str) -> None:
    ink = Ink(colour, palette)
    below, above = (ink.shade(level, both_signs=True) for level in (1, 255))
    parts = zip(below.getRgb(), above.getRgb(), strict=True)
    assert sum(abs(a - b) for a, b in parts) > 150
