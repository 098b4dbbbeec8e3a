"""A signal in the browser: its lane is dragged, zoomed and shared as hands do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent, QImage, QPainter
from PySide6.QtWidgets import QApplication, QToolTip

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.signal_store import make
from gfm_desktop.ui.browser import canvas_paint
from gfm_desktop.workspace.track_files import TrackKind
from tests.ui.browser.hands import hover, open_browser

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.workspace.workspace import Workspace

KEY = "signal-1"


@pytest.fixture
def canvas(workspace: Workspace, tmp_path: Path, qtbot: QtBot) -> Canvas:
    """Show a lane of a signal with holes and a rare peak, and no other."""
    rng = np.random.default_rng(8)
    path = tmp_path / "signal.bedgraph"
    lines = (
        f"chr1\t{at}\t{at + 1}\t{5 * at / 20_000 + rng.random():.3f}\n"
        for at in range(20_000)
        if at % 3000 > 200
    )
    path.write_text("".join(lines))
    assert workspace.genome is not None
    making = make(path, workspace.genome.contigs)
    store = ""
    while not store:
        try:
            next(making)
        except StopIteration as end:
            store = str(end.value)
    workspace.track_files.add(TrackKind.SIGNAL, path, store=store)
    panel = open_browser(workspace, qtbot, 700, 300)
    for key in workspace.lanes.order:
        workspace.lanes.change(key, hidden=key != KEY)
    return panel.canvas


def pixels(image: QImage) -> NDArray[np.int16]:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    whole = np.frombuffer(image.constBits(), np.uint8)
    return whole.reshape(image.height(), -1, 4)[:, : image.width(), :3].astype(np.int16)


def settled(canvas: Canvas, qtbot: QtBot) -> None:
    """Wait until all values of the view have been read."""
    track = next(lane.track for lane in canvas.lanes if lane.track.key == KEY)
    canvas.grab()
    qtbot.waitUntil(lambda: not track.busy(canvas.view()[0]))


def difference(canvas: Canvas) -> float:
    """Return the part of the lane's pixels that are not as if painted anew."""
    canvas.hover = None
    kept = pixels(canvas.grab().toImage())
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        painter.setFont(canvas.font())
        canvas_paint.paint_picture(painter, canvas)
    lane = (slice(canvas.header, canvas.header + 60), slice(canvas.gutter + 2, -2))
    fresh = pixels(image)
    assert len(np.unique(fresh[lane].reshape(-1, 3), axis=0)) > 1, "nothing is drawn"
    return float((np.abs(kept[lane] - fresh[lane]).max(axis=2) > 24).mean())


@pytest.mark.parametrize("size", [60, 900, 9000])
@pytest.mark.parametrize("high", [None, 6.0])
def test_that_a_dragged_signal_is_as_if_painted_anew(
    canvas: Canvas, workspace: Workspace, qtbot: QtBot, size: int, high: float | None
) -> None:
    workspace.lanes.change(KEY, low=None if high is None else 0.0, high=high)
    workspace.go_to(Interval("chr1", 4000, 4000 + size))
    for _ in range(8):
        canvas.gestures.pan(60.0)
        settled(canvas, qtbot)
        assert difference(canvas) < 0.01


def test_that_the_scale_follows_what_is_on_screen(
    canvas: Canvas, workspace: Workspace, qtbot: QtBot
) -> None:
    track = next(lane.track for lane in canvas.lanes if lane.track.key == KEY)
    ends = []
    for start in (300, 19_000):
        workspace.go_to(Interval("chr1", start, start + 500))
        settled(canvas, qtbot)
        rect = canvas.lane_rect(KEY)
        assert rect is not None
        ends.append(track.axis(rect, canvas.view()[0])[0].text)
    assert ends == ["1.2", "6"]


def test_that_zooming_in_and_out_shows_the_same_picture(
    canvas: Canvas, workspace: Workspace, qtbot: QtBot
) -> None:
    workspace.go_to(Interval("chr1", 2000, 18_000))
    settled(canvas, qtbot)
    before = pixels(canvas.grab().toImage())
    for factor in (0.5, 0.1, 0.1, 10.0, 10.0, 2.0):
        canvas.gestures.zoom(factor)
        settled(canvas, qtbot)
        assert difference(canvas) < 0.01
    after = pixels(canvas.grab().toImage())
    lane = slice(canvas.header, canvas.header + 60)
    assert (np.abs(before[lane] - after[lane]).max(axis=2) > 24).mean() < 0.01


def test_that_a_drag_keeps_the_scale_until_the_hand_rests(
    canvas: Canvas, workspace: Workspace, qtbot: QtBot
) -> None:
    track = next(lane.track for lane in canvas.lanes if lane.track.key == KEY)

    def top() -> str:
        rect = canvas.lane_rect(KEY)
        assert rect is not None
        return str(track.axis(rect, canvas.view()[0])[0].text)

    workspace.go_to(Interval("chr1", 300, 3100))
    settled(canvas, qtbot)
    # Higher values come in with the drag.
    before = top()
    for _ in range(8):
        canvas.gestures.pan(200.0)
        canvas.grab()
        assert top() == before
        assert difference(canvas) < 0.01, "axis and picture agree"
    qtbot.waitUntil(lambda: top() != before)
    settled(canvas, qtbot)
    assert float(top()) > float(before)
    assert difference(canvas) < 0.01


def test_that_a_jump_has_its_own_scale_at_once(
    canvas: Canvas, workspace: Workspace, qtbot: QtBot
) -> None:
    track: Any = next(lane.track for lane in canvas.lanes if lane.track.key == KEY)
    workspace.go_to(Interval("chr1", 300, 800))
    settled(canvas, qtbot)
    workspace.go_to(Interval("chr1", 19_000, 19_500))
    assert not track._held.moving
    rect = canvas.lane_rect(KEY)
    assert rect is not None
    assert track.axis(rect, canvas.view()[0])[0].text == "6"
    # A fixed end is obeyed in the middle of a drag.
    canvas.gestures.pan(50.0)
    canvas.grab()
    assert track._held.moving
    workspace.lanes.change(KEY, high=9.0)
    assert track.axis(rect, canvas.view()[0])[0].text == "9"


def test_that_the_label_tells_which_file_the_lane_shows(
    canvas: Canvas, tmp_path: Path
) -> None:
    rect = canvas.lane_rect(KEY)
    assert rect is not None
    x, y = canvas.gutter / 2, rect.center().y()
    hover(canvas, x, y)
    place = QPoint(round(x), round(y))
    event = QHelpEvent(QEvent.Type.ToolTip, place, canvas.mapToGlobal(place))
    QApplication.sendEvent(canvas, event)
    path = tmp_path / "signal.bedgraph"
    assert QToolTip.text() == f"signal.bedgraph\n{path}"
    QToolTip.hideText()
