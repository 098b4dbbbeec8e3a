from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.reduction import reduced, runs
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.theme import LIGHT


@given(st.integers(1, 4000), st.integers(1, 400), st.integers(0, 5000), st.data())
def test_that_no_peak_is_lost_however_many_bases_share_a_pixel(
    size: int, width: int, start: int, data: st.DataObject
) -> None:
    values = np.zeros(size, np.float32)
    at = data.draw(st.integers(0, size - 1))
    values[at] = 1.0
    interval = Interval("c", start, start + size)
    columns = reduced(values, interval, View(interval, float(width), LIGHT))
    assert columns.high.max() == 1.0
    peak = int(np.argmax(columns.high))
    middle = (at + 0.5) * width / size
    assert columns.left[peak] - 1 <= middle <= columns.right[peak] + 1


def test_that_unknown_bases_stay_unknown_and_known_ones_win_a_shared_pixel() -> None:
    values = np.array([np.nan, 0.5, np.nan, np.nan], np.float32)
    interval = Interval("c", 0, 4)
    columns = reduced(values, interval, View(interval, 2.0, LIGHT))
    np.testing.assert_array_equal(columns.high, np.float32([0.5, np.nan]))


def test_that_only_the_part_on_screen_is_kept() -> None:
    values = np.arange(100, dtype=np.float32)
    view = View(Interval("c", 150, 170), 200.0, LIGHT)
    columns = reduced(values, Interval("c", 100, 200), view)
    np.testing.assert_array_equal(columns.high, np.arange(50, 70, dtype=np.float32))
    assert columns.left[0] == 0.0
    assert columns.right[-1] == 200.0


def test_that_another_contig_gives_nothing() -> None:
    view = View(Interval("d", 0, 10), 100.0, LIGHT)
    assert len(reduced(np.ones(10, np.float32), Interval("c", 0, 10), view)) == 0


@given(st.lists(st.booleans(), max_size=60))
def test_that_runs_rebuild_the_mask(mask: list[bool]) -> None:
    rebuilt = [False] * len(mask)
    for first, end in runs(np.array(mask, np.bool_)):
        assert first < end
        rebuilt[first:end] = [True] * (end - first)
    assert rebuilt == mask
