from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser import canvas_paint
from gfm_desktop.ui.browser.track import PlainTrack
from gfm_desktop.workspace.places import MOST_LOCI
from tests.ui.browser.hands import drag, hover, open_browser

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.browser import BrowserPanel
    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.workspace.workspace import Workspace

START = Interval("chr1", 4000, 6000)


class Posts(PlainTrack):
    """A post a hundred bases, a frame held at the edges, and a count of paintings."""

    key = "posts"
    title = "Posts"

    def __init__(self) -> None:
        self.painted: list[Interval] = []
        self.news = 0

    def height(self, view: View) -> int:
        return 40

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        self.painted.append(view.interval)
        first = view.interval.start // 100 * 100
        for position in range(first, view.interval.end, 100):
            wide = 30 * view.scale
            box = QRectF(view.x(position), 10, wide, 20)
            painter.fillRect(box, QColor("#204080" if self.news % 2 else "#802040"))

    def shifts(self, view: View) -> bool:
        return True

    def paint_pinned(self, painter: QPainter, rect: QRectF, view: View) -> None:
        painter.fillRect(QRectF(rect.right() - 12, 2, 10, 6), QColor("#00aa00"))

    def stamp(self) -> object:
        return self.news


@pytest.fixture
def browser(variants: Workspace, qtbot: QtBot) -> BrowserPanel:
    panel = open_browser(variants, qtbot)
    variants.go_to(START)
    return panel


@pytest.fixture
def canvas(browser: BrowserPanel) -> Canvas:
    return browser.canvas


@pytest.fixture
def posts(canvas: Canvas, variants: Workspace) -> Posts:
    track = Posts()
    rack: Any = canvas._rack
    rack._tracks["posts"] = track
    variants.lanes.admit(["posts"])
    variants.lanes.move("posts", variants.lanes.order[0])
    return track


def pixels(image: QImage) -> NDArray[np.int16]:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    whole = np.frombuffer(image.constBits(), np.uint8)
    return whole.reshape(image.height(), -1, 4)[:, : image.width(), :3].astype(np.int16)


def shown(canvas: Canvas) -> NDArray[np.int16]:
    canvas.hover = None
    return pixels(canvas.grab().toImage())


def painted_anew(canvas: Canvas) -> NDArray[np.int16]:
    """Paint the canvas without any picture that was kept."""
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        painter.setFont(canvas.font())
        canvas_paint.paint_picture(painter, canvas)
    return pixels(image)


def settled(canvas: Canvas, qtbot: QtBot) -> None:
    """Wait until the margins are painted and nobody has news."""
    qtbot.waitUntil(lambda: not canvas._pictures._timer.isActive())
    shown(canvas)
    qtbot.waitUntil(lambda: not canvas._pictures._timer.isActive())


def difference(canvas: Canvas) -> float:
    """Return the part of the lanes' pixels that are not as if painted anew."""
    kept, fresh = shown(canvas), painted_anew(canvas)
    lanes = (slice(canvas.header, None), slice(canvas.gutter + 2, -2))
    return float((np.abs(kept[lanes] - fresh[lanes]).max(axis=2) > 24).mean())


def test_that_a_drag_moves_the_picture_and_paints_nothing(
    canvas: Canvas, posts: Posts, qtbot: QtBot
) -> None:
    shown(canvas)
    qtbot.waitUntil(lambda: len(posts.painted) == 2)
    wide = posts.painted[-1]
    assert wide.start < START.start
    assert wide.end > START.end
    for step in range(1, 8):
        canvas.gestures.pan(40.0)
        shown(canvas)
        expected = 4000 + step * 40.0 / canvas.pane.scale
        assert canvas.camera.start == pytest.approx(expected)
    assert len(posts.painted) == 2


@pytest.mark.parametrize("moves", [(37.0,), (13.0, -90.0, 200.0), (450.0, 450.0)])
def test_that_a_moved_picture_is_as_if_painted_anew(
    canvas: Canvas, posts: Posts, moves: tuple[float, ...]
) -> None:
    shown(canvas)
    for pixels_moved in moves:
        canvas.gestures.pan(pixels_moved)
        assert difference(canvas) < 0.002


@pytest.mark.parametrize("size", [20_000, 6000, 900, 150, 40])
@pytest.mark.parametrize("moves", [(37.0,), (-120.0, 61.0, 333.0), (700.0,)])
def test_that_every_lane_is_dragged_as_if_painted_anew(
    canvas: Canvas,
    variants: Workspace,
    size: int,
    moves: tuple[float, ...],
    qtbot: QtBot,
) -> None:
    variants.lanes.change("genes", style="all transcripts")
    variants.lanes.change("sequence", style="bases + frames")
    variants.go_to(Interval("chr1", 1500, 1500 + size).clipped(20_000))
    shown(canvas)
    settled(canvas, qtbot)
    for pixels_moved in moves:
        canvas.gestures.pan(pixels_moved)
        assert difference(canvas) < 0.002


def test_that_a_drag_paints_no_lane_of_what_is_open(
    canvas: Canvas, variants: Workspace, qtbot: QtBot
) -> None:
    for key in ("splice", "bases", "mutagenesis"):
        variants.lanes.change(key, hidden=True)
    for size in (2000, 150):
        variants.go_to(Interval("chr1", 2210, 2210 + size))
        shown(canvas)
        settled(canvas, qtbot)
        before = canvas.pictures_painted
        for _ in range(3):
            canvas.gestures.pan(9.0)
            shown(canvas)
        assert canvas.pictures_painted == before


def test_that_a_name_is_held_on_screen_and_not_smeared(
    canvas: Canvas, variants: Workspace, qtbot: QtBot
) -> None:
    for lane in canvas.lanes:
        variants.lanes.change(lane.track.key, hidden=lane.track.key != "genes")
    models = variants.annotation
    assert models is not None
    gene = next(iter(models.overlapping(Interval("chr1", 0, 20_000))))
    variants.go_to(Interval("chr1", gene.start - 50, gene.start + 350))
    shown(canvas)
    settled(canvas, qtbot)
    # Its name starts at the gene, and stays at the edge when that is passed.
    for _ in range(6):
        canvas.gestures.pan(60.0)
        assert difference(canvas) < 0.002
    rect = canvas.lane_rect("genes")
    assert rect is not None
    band = slice(int(rect.top()) + 19, int(rect.bottom()) - 3)
    left = slice(canvas.gutter + 2, canvas.gutter + 40)
    ink = shown(canvas)[band, left].min(axis=2)
    assert ink.min() < 120, "the name is at the left edge"


def test_that_half_a_pixel_is_painted_anew(canvas: Canvas, posts: Posts) -> None:
    shown(canvas)
    before = len(posts.painted)
    canvas.gestures.pan(0.5)
    assert difference(canvas) < 0.002
    assert len(posts.painted) > before


def test_that_more_is_painted_before_the_picture_runs_out(
    canvas: Canvas, posts: Posts, qtbot: QtBot
) -> None:
    shown(canvas)
    qtbot.waitUntil(lambda: len(posts.painted) == 2)
    canvas.gestures.pan(canvas.plot_width * 0.4)
    shown(canvas)
    qtbot.waitUntil(lambda: len(posts.painted) == 3)
    assert posts.painted[-1].start > posts.painted[-2].start
    assert difference(canvas) < 0.002


def test_that_pictures_end_with_the_contig(
    canvas: Canvas, posts: Posts, variants: Workspace, qtbot: QtBot
) -> None:
    variants.go_to(Interval("chr1", 0, 2000))
    shown(canvas)
    qtbot.waitUntil(lambda: posts.painted[-1].end > 2000)
    assert posts.painted[-1].start == 0
    variants.go_to(Interval("chr1", 0, 20_000))
    count = len(posts.painted)
    shown(canvas)
    assert posts.painted[count:] == [Interval("chr1", 0, 20_000)]
    qtbot.wait(60)
    assert len(posts.painted) == count + 1, "there is nothing beyond"


def test_that_news_of_one_lane_paint_that_lane_alone(
    canvas: Canvas, posts: Posts, browser: BrowserPanel
) -> None:
    other: Any = browser.track("splice")
    count: list[object] = []
    paint = other.paint
    other.paint = lambda *values: (count.append(values), paint(*values))
    shown(canvas)
    known, told = len(posts.painted), len(count)
    posts.news += 1
    canvas.sources.repaint.wanted.emit()
    shown(canvas)
    assert len(posts.painted) == known + 1
    assert len(count) == told
    browser.predictions.retry()
    shown(canvas)
    assert len(posts.painted) == known + 1
    assert len(count) == told + 1
    other.paint = paint


def test_that_what_is_held_on_screen_is_not_smeared(
    canvas: Canvas, posts: Posts
) -> None:
    green = np.array([0, 0xAA, 0])  # blue, green, red
    rect = canvas.lane_rect("posts")
    assert rect is not None
    band = slice(int(rect.top()) + 3, int(rect.top()) + 7)
    for _ in range(4):
        canvas.gestures.pan(25.0)
        columns = np.flatnonzero((shown(canvas)[band] == green).all(axis=(0, 2)))
        assert columns.tolist() == list(range(canvas.width() - 12, canvas.width() - 2))


def test_that_the_mouse_paints_no_lane(canvas: Canvas, posts: Posts) -> None:
    shown(canvas)
    before = canvas.pictures_painted
    for x in (300, 500, 700):
        hover(canvas, x, 200)
        canvas.grab()
    assert canvas.pictures_painted == before


def test_that_a_zoom_paints_the_screen_first(canvas: Canvas, posts: Posts) -> None:
    shown(canvas)
    canvas.gestures.zoom(0.5)
    shown(canvas)
    assert canvas.view()[0].interval in posts.painted


def test_that_a_hurried_zoom_stretches_what_it_has_and_ends_sharp(
    canvas: Canvas, posts: Posts, qtbot: QtBot
) -> None:
    shown(canvas)
    painted = len(posts.painted)
    canvas.hurry(0.0)
    canvas.gestures.zoom(0.5)
    rough = shown(canvas)
    assert canvas.stretched
    assert len(posts.painted) == painted
    # A post stands where it will stand: bases are over bases.
    canvas.hurry(math.inf)
    sharp = shown(canvas)
    assert not canvas.stretched
    assert len(posts.painted) == painted + 1
    rect = canvas.lane_rect("posts")
    assert rect is not None
    middle = round(rect.top() + 20)
    row = slice(round(rect.left()) + 1, round(rect.right()) - 14)
    edges = np.flatnonzero(np.abs(np.diff(sharp[middle, row], axis=0)).max(axis=1) > 40)
    off = np.flatnonzero(np.abs(rough - sharp)[middle, row].max(axis=1) > 40)
    assert len(edges) >= 10
    # The first post begins where the pane does.
    edges = np.append(edges, 0)
    # A pixel twice as wide may end a pixel beside an edge, and nowhere else.
    assert [at for at in off if np.abs(edges - at).min() > 2] == []


def test_that_frames_follow_until_a_hurried_zoom_is_sharp(
    canvas: Canvas, posts: Posts, qtbot: QtBot
) -> None:
    shown(canvas)
    canvas.hurry(1e-9)
    canvas.gestures.zoom(2.0)
    canvas.repaint()
    assert canvas.stretched
    canvas.hurry(math.inf)
    qtbot.waitUntil(lambda: not canvas.stretched)
    assert canvas.view()[0].interval in posts.painted


def test_that_every_pane_has_a_picture_of_its_own(
    canvas: Canvas, posts: Posts, variants: Workspace
) -> None:
    variants.set_loci((START, Interval("chr1", 100, 400)))
    shown(canvas)
    assert {one.start for one in posts.painted[-2:]} == {4000, 100}
    drag(canvas, [(300, 300), (250, 300), (200, 300)])
    assert difference(canvas) < 0.002


def test_that_the_selected_variant_has_its_column_behind_the_lanes(
    canvas: Canvas, posts: Posts, variants: Workspace
) -> None:
    assert variants.table is not None
    variants.go_to(Interval("chr1", 1900, 2100))
    plain = shown(canvas)
    variants.select(variants.table.row(0))
    rect = canvas.lane_rect("posts")
    assert rect is not None
    x, y = round(canvas.x_of(1999.5)), int(rect.top()) + 36
    chosen = shown(canvas)
    assert (chosen[y, x] != plain[y, x]).any()
    assert (chosen[y, x + 40] == plain[y, x + 40]).all()
    canvas.gestures.pan(20.0)
    moved = shown(canvas)
    assert (moved[y, x - 20] == chosen[y, x]).all()


def test_that_many_panes_keep_their_pictures(
    canvas: Canvas, posts: Posts, variants: Workspace, qtbot: QtBot
) -> None:
    loci = [Interval("chr1", 100 * n, 100 * n + 90) for n in range(MOST_LOCI)]
    variants.set_loci(loci)
    shown(canvas)
    qtbot.wait(100)
    shown(canvas)
    before = canvas.pictures_painted
    hover(canvas, 500, 200)
    shown(canvas)
    assert canvas.pictures_painted == before


def test_that_pictures_of_closed_panes_are_let_go(
    canvas: Canvas, posts: Posts, variants: Workspace
) -> None:
    loci = [Interval("chr1", 100 * n, 100 * n + 90) for n in range(MOST_LOCI)]
    variants.set_loci(loci)
    shown(canvas)
    variants.set_loci((START,))
    shown(canvas)
    lanes = len(canvas.visible())
    assert len(canvas._pictures._pictures) <= 2 * lanes
