from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication

from gfm_desktop.ui import theme
from gfm_desktop.ui.widgets.chart import Axis, Chart, Curve, Drawing, Guide
from gfm_desktop.ui.widgets.chart_copy import CopyMenu
from gfm_desktop.ui.widgets.chart_scale import span_of, tick_words, ticks
from gfm_desktop.ui.widgets.confusion import ConfusionMatrix
from gfm_desktop.ui.widgets.interval_bars import Bar, IntervalBars
from gfm_desktop.ui.widgets.scatter_map import ScatterMap

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot


def test_that_ticks_are_round_and_inside() -> None:
    assert ticks(0.0, 1.0, 6) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert ticks(0.0, 200.0, 5) == pytest.approx([0, 50, 100, 150, 200])
    assert ticks(-3.2, 4.1, 5) == pytest.approx([-2, 0, 2, 4])
    assert len(ticks(0.6931, 0.6934, 5)) >= 2


def test_that_ticks_have_the_decimals_that_tell_them_apart() -> None:
    assert [tick_words(v, 0.25) for v in (0.0, 0.25, 0.5)] == ["0", "0.25", "0.50"]
    assert tick_words(1500.0, 500.0) == "1,500"
    assert tick_words(0.1, 0.1) == "0.1"


def test_that_an_axis_never_has_equal_ends() -> None:
    low, high = span_of([3.0, 3.0], None, None)
    assert low < 3.0 < high
    assert span_of([], None, None)[0] < span_of([], None, None)[1]
    assert span_of([math.nan, 1.0, math.inf], 0.0, 1.0) == (0.0, 1.0)


def painted(widget: QWidget, ink: str) -> set[tuple[int, int]]:
    """Return the pixels of about a colour of the palette."""
    image = widget.grab().toImage()
    wanted = QColor(getattr(theme.current(), ink)).getRgb()[:3]
    return {
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if max(
            abs(a - b)
            for a, b in zip(image.pixelColor(x, y).getRgb()[:3], wanted, strict=True)
        )
        < 40
    }


def test_that_a_curve_is_painted_where_its_values_are(qtbot: QtBot) -> None:
    chart = Chart("c", "Chart")
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    curve = Curve("", (0.0, 1.0), (0.5, 0.5), "accent")
    unit = Axis("x", 0.0, 1.0)
    chart.draw(Drawing((curve,), unit, Axis("y", 0.0, 1.0)))
    pixels = painted(chart, "accent")
    row = chart.place(0.5, 0.5).y()
    assert pixels
    assert all(abs(y - row) <= 2 for _, y in pixels)
    left, right = chart.place(0.0, 0.5).x(), chart.place(1.0, 0.5).x()
    assert min(x for x, _ in pixels) == pytest.approx(left, abs=3)
    assert max(x for x, _ in pixels) == pytest.approx(right, abs=3)


def test_that_gaps_and_bands_and_a_single_point_are_painted(qtbot: QtBot) -> None:
    chart = Chart("c", "Chart")
    qtbot.addWidget(chart)
    chart.resize(300, 220)
    nan = math.nan
    curves = (
        Curve("gap", (0, 1, 2, 3), (1.0, nan, 2.0, 3.0), "alt", dashed=True),
        Curve("band", (0, 1), (1.0, 2.0), "ref", low=(0.5, 1.0), high=(2.0, 3.0)),
        Curve("one", (2.0,), (1.0,), "accent"),
    )
    chart.draw(Drawing(curves, Axis("x"), Axis("y"), (Guide((1, 1), (0, 3), "here"),)))
    assert painted(chart, "accent")
    assert "gap: 3 at 3" in chart.accessibleDescription()
    assert "here" in chart.accessibleDescription()


def test_that_an_empty_chart_says_what_will_be_there(qtbot: QtBot) -> None:
    chart = Chart("c", "Chart")
    qtbot.addWidget(chart)
    chart.draw(Drawing(), empty="Nothing yet.")
    chart.grab()
    assert chart.accessibleDescription() == "Nothing yet."


def test_that_the_numbers_of_a_chart_can_be_copied(qtbot: QtBot) -> None:
    chart = Chart("c", "Chart")
    qtbot.addWidget(chart)
    chart.draw(Drawing((Curve("a", (0.0, 1.0), (2.0, 3.0)),), Axis("x"), Axis("y")))
    menu = chart.findChild(CopyMenu)
    assert menu is not None
    menu.copy_numbers()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "curve\tx\ty\tlow\thigh"
    assert lines[2] == "a\t1\t3\t\t"


def test_that_a_bar_is_as_long_as_its_value(qtbot: QtBot) -> None:
    bars = IntervalBars("b", "Bars")
    qtbot.addWidget(bars)
    bars.resize(600, 160)

    def width(value: float) -> int:
        bars.show_bars([Bar("model", value, strong=True)], title="AUROC")
        image = bars.grab().toImage()
        middle = {
            x
            for x in range(image.width())
            if image.pixelColor(x, 40).blue() - image.pixelColor(x, 40).red() > 60
        }
        return len(middle)

    assert width(0.8) == pytest.approx(2 * width(0.4), abs=4)


def test_that_a_bar_without_a_value_says_why(qtbot: QtBot) -> None:
    bars = IntervalBars("b", "Bars")
    qtbot.addWidget(bars)
    bars.show_bars([Bar("cnn", note="waiting"), Bar("k", 0.8, 0.7, 0.9)], title="AUROC")
    bars.grab()
    assert "cnn: waiting" in bars.accessibleDescription()
    assert "k: 0.800 (0.70 to 0.90)" in bars.accessibleDescription()


@pytest.fixture
def square(qtbot: QtBot) -> ScatterMap:
    made = ScatterMap("m", "Map")
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    made.show_points(points, np.array([0, 0, 1, 1]), ("a", "b"), axes=("x", "y"))
    return made


def test_that_a_loop_chooses_what_is_inside(qtbot: QtBot, square: ScatterMap) -> None:
    chosen: list[list[int]] = []
    square.chosen.connect(lambda found: chosen.append(found.tolist()))
    places = square.places()
    (x, y), left = places[0], Qt.MouseButton.LeftButton
    corners = [QPoint(int(x) + a, int(y) + b) for a, b in
               ((-15, -15), (15, -15), (15, 12), (-15, 12))]  # fmt: skip
    qtbot.mousePress(square, left, pos=corners[0])
    for corner in corners[1:]:
        qtbot.mouseMove(square, corner)
    qtbot.mouseRelease(square, left, pos=corners[-1])
    assert chosen == [[0]]
    qtbot.keyClick(square, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(square, Qt.Key.Key_Escape)
    assert chosen[1:] == [[0, 1, 2, 3], []]


def test_that_a_concave_loop_leaves_out_what_lies_in_its_bay(
    square: ScatterMap,
) -> None:
    places = square.places()
    middle = places.mean(0)
    loop = [QPointF(*(p + (p - middle) * 0.2)) for p in places[[0, 1, 3, 2]]]
    everything = square.inside(loop)
    assert everything.tolist() == [0, 1, 2, 3]
    bay = [*loop[:3], QPointF(*(places[2] + (middle - places[2]) * 0.5))]
    assert square.inside(bay).tolist() == [0, 1, 3]


def test_that_a_click_takes_the_nearest_point(qtbot: QtBot, square: ScatterMap) -> None:
    x, y = square.places()[3]
    qtbot.mouseClick(square, Qt.MouseButton.LeftButton, pos=QPoint(int(x) + 2, int(y)))
    assert square.selected.tolist() == [3]


def test_that_groups_differ_in_shape_and_not_in_colour_alone(
    square: ScatterMap,
) -> None:
    image = square.grab().toImage()

    def shape(place: int) -> list[bool]:
        x, y = (int(v) for v in square.places()[place])
        ground = image.pixelColor(x + 12, y + 12)
        return [
            image.pixelColor(x + a, y + b) != ground
            for a in range(-3, 4)
            for b in range(-3, 4)
        ]

    assert sum(shape(2)) > sum(shape(0)), "a square fills its corners, a disc does not"


def test_that_an_empty_map_can_be_clicked(qtbot: QtBot) -> None:
    empty = ScatterMap("m", "Map")
    qtbot.addWidget(empty)
    empty.show()
    qtbot.mouseClick(empty, Qt.MouseButton.LeftButton)
    assert empty.selected.tolist() == []


def test_that_a_confusion_matrix_says_every_count(qtbot: QtBot) -> None:
    matrix = ConfusionMatrix("c", "Confusion")
    qtbot.addWidget(matrix)
    matrix.show_counts(("no", "yes"), ((8, 2), (1, 9)))
    matrix.grab()
    assert "no taken for yes: 2" in matrix.accessibleDescription()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_that_charts_follow_the_theme_at_every_text_size(
    qtbot: QtBot, mode: theme.Mode
) -> None:
    application = QGuiApplication.instance()
    chart = Chart("c", "Chart")
    qtbot.addWidget(chart)
    chart.draw(Drawing((Curve("a", (0.0, 1.0), (0.0, 1.0)),), Axis("x"), Axis("y")))
    try:
        for scale in (80, 100, 200):
            theme.apply(application, theme.palette_for(mode), scale=scale)
            chart.resize(chart.minimumSizeHint())
            assert painted(chart, "accent")
            assert chart.place(0, 0).x() < chart.width() / 2
    finally:
        theme.apply(application, theme.LIGHT)
