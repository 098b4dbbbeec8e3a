from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser import manhattan
from gfm_desktop.ui.browser.lollipops import Stand
from gfm_desktop.ui.browser.score_density import LEVELS, ScoreDensity
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.score_scale import ScoreScale
from gfm_desktop.ui.theme import LIGHT
from gfm_desktop.workspace.variant_row import VariantMarks

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

PLAIN = ScoreScale()
SIGNED = ScoreScale(0.0, 4.0, (), signed=True)
STAND = Stand(ceiling=16.0, floor=88.0, ground=104.0)
VIEW = View(Interval("chr1", 0, 1_000_000), 500.0, LIGHT)
RECT = QRectF(0, 0, 500, 112)


def made(starts: NDArray[np.int64], scores: NDArray[np.float64]) -> VariantMarks:
    count = len(starts)
    return VariantMarks(
        row=np.arange(count, dtype=np.int64),
        start=starts,
        kind=np.zeros(count, np.uint8),
        status=np.zeros(count, np.uint8),
        score=scores,
        total=count,
    )


@given(
    seed=st.integers(0, 99),
    count=st.integers(0, 400),
    start=st.floats(0, 5_000),
    length=st.floats(1, 9_000),
    columns=st.integers(1, 60),
    signed=st.booleans(),
)
def test_that_running_totals_count_as_one_by_one(
    seed: int, count: int, start: float, length: float, columns: int, signed: bool
) -> None:
    rng = np.random.default_rng(seed)
    starts = np.sort(rng.integers(0, 10_000, count))
    scores = rng.normal(size=count) * 3
    scores[rng.random(count) < 0.2] = np.nan
    scale = SIGNED if signed else PLAIN
    marks = made(starts, scores)
    edges = start + np.linspace(0, length, columns + 1)
    found = ScoreDensity(marks, scale).columns(edges)
    which = np.searchsorted(np.ceil(edges), starts, side="right") - 1
    shares = scale.shares(scores)
    expected = np.zeros((columns, LEVELS, 2), int)
    bare = np.zeros(columns, int)
    for at, share, score in zip(which, shares, scores, strict=True):
        if not 0 <= at < columns:
            continue
        if np.isnan(share):
            bare[at] += 1
        else:
            level = min(int(share * LEVELS), LEVELS - 1)
            expected[at, level, int(signed and score < 0)] += 1
    np.testing.assert_array_equal(found.up, expected[:, :, 0])
    np.testing.assert_array_equal(found.bare, bare)
    assert (found.down is None) is not signed
    if found.down is not None:
        np.testing.assert_array_equal(found.down, expected[:, :, 1])


def test_that_a_point_is_at_its_base_and_score_in_the_colour_of_its_score(
    qtbot: QtBot,
) -> None:
    starts = np.array([100_000, 500_000])
    density = ScoreDensity(made(starts, np.array([0.05, 0.95])), PLAIN)
    columns = density.columns(manhattan.edges_of(0, 500, 0, VIEW.scale))
    image = manhattan.points(columns, 112, STAND, LIGHT).image
    for start, score in ((100_000, 0.05), (500_000, 0.95)):
        x, y = int(start * VIEW.scale), round(STAND.top(score))
        drawn = image.pixelColor(x, y)
        tint = QColor(PLAIN.colour(LIGHT, score))
        assert drawn.alpha() > 100
        for part in ("red", "green", "blue"):
            assert getattr(drawn, part)() == pytest.approx(getattr(tint, part)(), abs=3)
    assert image.pixelColor(250, round(STAND.top(0.05))).alpha() == 0


def test_that_more_variants_make_a_stronger_point(qtbot: QtBot) -> None:
    starts = np.array([100_000, *[500_000 + n for n in range(20)]])
    density = ScoreDensity(made(starts, np.full(21, 0.5)), PLAIN)
    columns = density.columns(manhattan.edges_of(0, 500, 0, VIEW.scale))
    image = manhattan.points(columns, 112, STAND, LIGHT).image
    y = round(STAND.top(0.5))
    assert image.pixelColor(250, y).alpha() > image.pixelColor(50, y).alpha() > 0


def test_that_of_signed_scores_both_directions_are_told(qtbot: QtBot) -> None:
    starts = np.array([100_000, 500_000])
    density = ScoreDensity(made(starts, np.array([3.0, -3.0])), SIGNED)
    columns = density.columns(manhattan.edges_of(0, 500, 0, VIEW.scale))
    stand = replace(STAND, scale=SIGNED)
    image = manhattan.points(columns, 112, stand, LIGHT).image
    y = round(stand.top(3.0))
    gain, loss = image.pixelColor(50, y), image.pixelColor(250, y)
    assert gain.alpha() > 0
    assert loss.alpha() > 0
    assert gain.rgb() != loss.rgb()


@pytest.mark.parametrize("height", [112, 272])
def test_that_points_of_neighbouring_levels_leave_no_gap(
    qtbot: QtBot, height: int
) -> None:
    starts = np.arange(500_000, 500_000 + LEVELS * 4)
    density = ScoreDensity(made(starts, np.linspace(0, 1, LEVELS * 4)), PLAIN)
    columns = density.columns(manhattan.edges_of(0, 500, 0, VIEW.scale))
    stand = Stand(16.0, height - 24.0, height - 8.0)
    image = manhattan.points(columns, height, stand, LIGHT).image
    rows = range(int(stand.ceiling) + 2, int(stand.floor) - 2)
    assert all(image.pixelColor(250, y).alpha() > 0 for y in rows)


def painted(density: ScoreDensity) -> QImage:
    image = QImage(500, 112, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.surface))
    with QPainter(image) as painter:
        manhattan.paint(painter, RECT, VIEW, density, STAND)
    return image


def test_that_before_scoring_bars_tell_how_many(qtbot: QtBot) -> None:
    rng = np.random.default_rng(1)
    starts = np.sort(rng.integers(0, 400_000, 900))
    density = ScoreDensity(made(starts, np.full(900, np.nan)), PLAIN)
    image = painted(density)
    surface = QColor(LIGHT.surface)
    column = [image.pixelColor(100, y) != surface for y in range(112)]
    assert sum(column) > 30, "nothing else needs the room"
    assert all(image.pixelColor(400, y) == surface for y in range(112))
    assert manhattan.legend(density) == "bars: how many; none has a score"


def test_that_what_has_no_score_stays_under_the_points(qtbot: QtBot) -> None:
    starts = np.arange(0, 900_000, 1_000)
    scores = np.where(np.arange(900) % 2, 0.5, np.nan)
    density = ScoreDensity(made(starts, scores), PLAIN)
    assert (density.scored, density.total) == (450, 900)
    assert manhattan.bars_from(density, STAND) == STAND.ground - manhattan.BAR_HEIGHT
    assert manhattan.legend(density) == "each point is a variant; bars: not scored"
    assert painted(density).pixelColor(100, 103) != QColor(LIGHT.surface)


def test_that_the_mouse_finds_the_nearest_point() -> None:
    starts = np.array([100_000, 101_000, 500_000])
    marks = made(starts, np.array([0.2, 0.9, np.nan]))
    x = 101_000.5 * VIEW.scale
    found = manhattan.nearest(marks, VIEW, STAND, QPointF(x, STAND.top(0.9)), 8.0)
    assert found == (1, 0)
    low = QPointF(x, STAND.top(0.2))
    assert manhattan.nearest(marks, VIEW, STAND, low, 8.0)[0] == 0
    away = QPointF(x + 60, STAND.top(0.9))
    assert manhattan.nearest(marks, VIEW, STAND, away, 8.0) == (None, 0)
    bare = QPointF(250, 100)
    assert manhattan.nearest(marks, VIEW, STAND, bare, 8.0) == (None, 1)
