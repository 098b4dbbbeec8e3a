"""Labels of gain and loss stand beside their peaks and cover no other peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser import signals
from gfm_desktop.ui.browser.change_labels import (
    covers_nothing,
    paint_changes,
    places_beside,
)
from gfm_desktop.ui.browser.heads import RADIUS, name_places
from gfm_desktop.ui.browser.signals import Change, Drawing, Pane, Step
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.theme import LIGHT

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

VIEW = View(Interval("chr1", 1_000, 1_100), 1_000.0, LIGHT)
RECT = QRectF(0, 0, 1_000, 100)
PANE = Pane("donor", "+", zero=90.0, one=10.0)
SIZE = QRectF(0, 0, 70, 14)


def drawing(**values: float) -> Drawing:
    """Return what is drawn of REF 0 but at bases such as ``at_50``; base 20 gains."""
    ref = np.zeros(100, np.float32)
    alt = ref.copy()
    alt[20] = 0.2
    for name, value in values.items():
        ref[int(name[3:])] = alt[int(name[3:])] = value
    return signals.drawing(VIEW, ref, alt)


def chosen(shown: Drawing) -> QRectF:
    (peak,) = shown.peaks
    x = VIEW.x(VIEW.interval.start + peak.offset + 0.5)
    places = places_beside(SIZE, RECT, PANE, VIEW, x, peak.highest)
    return next(place for place in places if covers_nothing(place, PANE, shown))


def test_that_the_top_of_ref_and_alt_is_found_between_two_pixels() -> None:
    shown = Drawing(
        steps=[Step(0, 10, 0.3), Step(10, 20, 0.6), Step(50, 60, 0.9)],
        covered=[],
        changes=[Change(20, 30, 0.1, 0.7), Change(40, 50, 0.8, 0.2)],
        peaks=[],
    )
    assert shown.highest(0, 10) == 0.3
    assert shown.highest(5, 25) == 0.7
    assert shown.highest(30, 40) == 0.0
    assert shown.highest(45, 48) == 0.8
    assert shown.highest(30, 900) == 0.9


def test_that_a_label_stands_right_of_its_peak_where_nothing_else_is() -> None:
    place = chosen(drawing())
    assert place.left() > VIEW.x(1_021)
    # Its top is level with the peak's.
    assert place.top() == pytest.approx(PANE.y(0.2) - 2)


@pytest.mark.parametrize("right", [0.02, 0.1, 0.19])
def test_that_a_small_peak_beside_it_is_not_covered(right: float) -> None:
    place = chosen(drawing(at_25=right))
    peaks = [QRectF(QPointF(250, PANE.y(right)), QPointF(260, PANE.zero))]
    assert not any(place.intersects(peak) for peak in peaks)


def test_that_it_goes_up_where_both_sides_have_peaks() -> None:
    shown = drawing(at_15=0.1, at_25=0.15)
    place = chosen(shown)
    assert place.bottom() <= PANE.y(0.15)
    assert place.top() >= PANE.one - 2


def pixels(shown: Drawing | None) -> np.ndarray:
    image = QImage(1_000, 100, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    with QPainter(image) as painter:
        painter.fillRect(QRectF(100, 0, 300, 100), QColor("#123456"))
        if shown is not None:
            paint_changes(painter, RECT, PANE, VIEW, shown)
    return np.frombuffer(image.constBits(), np.uint32).reshape(100, 1_000).copy()


def test_that_where_no_place_is_free_the_words_have_no_plate(
    qapp: QApplication,
) -> None:
    crowded = drawing(**{f"at_{at}": 1.0 for at in range(100) if at != 20})
    before, after = pixels(None), pixels(crowded)
    changed = float((before != after).mean())
    assert changed > 0
    # With a plate all of its box is another.
    assert float((before != pixels(drawing())).mean()) > 2 * changed


def test_that_a_name_is_inside_the_lane_and_beside_its_ring() -> None:
    plate, middle = QRectF(0, 0, 60, 16), QPointF(500, 60)
    places = name_places(plate, RECT, middle)
    assert len(places) == 5
    ring = QRectF(0, 0, 2 * RADIUS + 8, 2 * RADIUS + 8)
    ring.moveCenter(middle)
    assert not any(place.intersects(ring) for place in places)
    assert all(RECT.contains(place) for place in places)
    # At the right end and high up there is one side left.
    assert len(name_places(plate, RECT, QPointF(980, 12))) == 1
    # In a lane that is too narrow for any it stands right of the ring.
    narrow = QRectF(0, 0, 50, 100)
    assert len(name_places(plate, narrow, QPointF(25, 12))) == 1
