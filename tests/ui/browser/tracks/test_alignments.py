"""Coverage in pixels: heights, colours, marks, words; and what is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pysam
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from gfm_desktop.engine.inline import InlineEngine
from gfm_desktop.genome.alignment_index import WINDOW
from gfm_desktop.genome.alignments import ReadFilter
from gfm_desktop.genome.coverage import Coverage
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Failed, Finished, Partial
from gfm_desktop.jobs.export_coverage import ExportCoverage
from gfm_desktop.ui.browser.browser import BrowserPanel
from gfm_desktop.ui.browser.coverage_paint import overview_bars
from gfm_desktop.ui.browser.coverage_scene import Threshold, scene_of
from gfm_desktop.ui.browser.marks import ContigMarks
from gfm_desktop.ui.browser.repaint import Repaint
from gfm_desktop.ui.browser.track import Sources, View
from gfm_desktop.ui.browser.track_export import ExportsData
from gfm_desktop.ui.browser.tracks.alignments import FILE_TRACK, AlignmentsTrack
from gfm_desktop.ui.engine_bridge import EngineBridge
from gfm_desktop.ui.theme import LIGHT
from gfm_desktop.workspace.opening import Opening
from gfm_desktop.workspace.predicted_tracks import PredictedTracks
from gfm_desktop.workspace.read_coverages import CountedTile
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

LENGTH = 20_000
HEIGHT = 100


@dataclass
class Runner:
    """Keeps jobs and lets a test answer them."""

    jobs: list[Any] = field(default_factory=list)
    hearers: list[Any] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def submit(self, job: Any, on_event: Any = None, *, priority: Any = None) -> str:
        self.jobs.append(job)
        self.hearers.append(on_event)
        return str(len(self.jobs) - 1)

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)

    def pause(self, job_id: str) -> None:
        """Nothing is ever paused here."""

    def resume(self, job_id: str) -> None:
        """Nothing is ever paused here."""


def counted() -> Coverage:
    """Return 40 reads a base from 1,000 on, with odd ones at a few places."""
    bases = np.zeros((2, 5, LENGTH), np.int64)
    bases[0, 0, 1_000:2_000] = 25
    bases[1, 0, 1_000:2_000] = 15
    bases[0, 0, 1_100], bases[0, 2, 1_100] = 15, 10  # A > G in a quarter
    bases[0, 0, 1_101], bases[0, 2, 1_101] = 24, 1  # an error
    deletions = np.zeros(LENGTH, np.int64)
    deletions[1_200:1_202] = 20
    insertions = np.zeros(LENGTH, np.int64)
    insertions[1_300] = 12
    ref = np.zeros(LENGTH, np.uint8)
    return Coverage(
        Interval("chr1", 0, LENGTH), bases, deletions, insertions, ref, reads=400
    )


@pytest.fixture
def runner() -> Runner:
    return Runner()


@pytest.fixture
def track(
    workspace: Workspace, runner: Runner, tmp_path: Path, qtbot: QtBot
) -> AlignmentsTrack:
    repaint = Repaint()
    sources = Sources(
        workspace,
        PredictedTracks(workspace, runner),
        ContigMarks(workspace, repaint),
        runner,
        repaint,
    )
    file = workspace.track_files.add(
        TrackKind.ALIGNMENTS, tmp_path / "a.bam", store=str(tmp_path / "store.json")
    )
    np.savez(tmp_path / "density.npz", allow_pickle=False)
    made = FILE_TRACK.factory(sources, file)
    assert isinstance(made, AlignmentsTrack)
    made.owner = repaint  # type: ignore[attr-defined]
    return made


@pytest.fixture
def filled(
    track: AlignmentsTrack, runner: Runner, tmp_path: Path, qtbot: QtBot
) -> AlignmentsTrack:
    """Give the track its answer: the whole contig, in tiles."""
    whole, size = counted(), 16_384
    track.reads.want([Interval("chr1", 0, LENGTH)])
    for start in range(0, LENGTH, size):
        end = min(start + size, LENGTH)
        part = Coverage(
            Interval("chr1", start, end),
            whole.bases[:, :, start:end],
            whole.deletions[start:end],
            whole.insertions[start:end],
            whole.ref[start:end],
        )
        part.save(tmp_path / f"{start}.npz")
        runner.hearers[0](Partial("coverage", str(tmp_path / f"{start}.npz")))
    runner.hearers[0](Finished("done"))
    return track


def picture(track: Track, view: View) -> QImage:
    image = QImage(int(view.width), HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor(view.palette.surface))
    with QPainter(image) as painter:
        track.paint(painter, QRectF(0, 0, view.width, HEIGHT), view)
    return image


def test_that_a_scene_keeps_the_greatest_depth_of_each_pixel() -> None:
    tile = CountedTile.of(counted())
    tile.depth[1_503] = 90
    stretch = Interval("chr1", 0, LENGTH)
    scene = scene_of([tile], stretch, 0.1, Threshold())
    assert np.diff(scene.edges).tolist() == [10] * 2_000
    assert scene.depth[150] == 90
    assert scene.depth[99] == 0
    assert scene.depth[100] == 40
    view = View(Interval("chr1", 1_400, 1_600), 20.0, LIGHT)
    assert scene.most(view) == 90


@pytest.mark.parametrize("bases", [37, 400, 999, 1_000, 1_300, 7_777])
@pytest.mark.parametrize("step", [1.0, 0.5])
def test_that_each_column_has_the_greatest_depth_of_its_bases(
    bases: int, step: float
) -> None:
    whole = counted()
    whole.bases[0, 0] = np.random.default_rng(bases).integers(0, 200, LENGTH)
    tile = CountedTile.of(whole)
    view = View(Interval("chr1", 3_001, 3_001 + bases), 1_000.0, LIGHT)
    scene = scene_of([tile], Interval("chr1", 2_000, 12_000), view.scale, Threshold())
    count = round(1_000 / step)
    columns = scene.columns(view, 0.0, count, step)
    size = int(np.diff(scene.edges)[0])
    for column in range(0, count, 13):
        start = 3_001 + column * step / view.scale
        end = 3_001 + (column + 1) * step / view.scale
        # A column is about a base or a bin: none beside it is looked at.
        near = tile.depth[int(start) // size * size : int(end + 1e-6) + size]
        within = tile.depth[int(start) : max(int(start) + 1, int(end))]
        assert columns[column] <= near.max()
        # A bin that begins in a column is that column's or the next one's.
        assert within.max() <= columns[column : column + 2].max()
    assert columns.max() == tile.depth[3_001 : 3_001 + bases].max() or size > 1


def test_that_only_enough_reads_that_differ_are_coloured() -> None:
    tile = CountedTile.of(counted())
    stretch = Interval("chr1", 0, LENGTH)
    scene = scene_of([tile], stretch, 5.0, Threshold())
    assert scene.marks.position.tolist() == [1_100]
    assert scene.marks.counts.tolist() == [[30, 0, 10, 0]]
    assert scene.insertions.tolist() == [1_300]
    assert scene.deletions.tolist() == [[1_200, 40, 20], [1_201, 40, 20]]
    assert not len(scene_of([tile], stretch, 5.0, Threshold(0.3)).marks.position)
    loose = scene_of([tile], stretch, 5.0, Threshold(0.02, 1))
    assert loose.marks.position.tolist() == [1_100, 1_101]
    assert scene_of([tile], stretch, 5.0, Threshold(0.02, 2)).marks.others.tolist() == [
        10
    ]


def test_that_bases_are_stacked_from_the_ground_at_their_place() -> None:
    scene = scene_of(
        [CountedTile.of(counted())], Interval("chr1", 0, LENGTH), 5.0, Threshold()
    )
    view = View(Interval("chr1", 1_090, 1_110), 100.0, LIGHT)
    stacks = scene.stacks(view, 2.0, 40)
    # Placed from the stretch's first base, as the bars are.
    assert stacks["A"] == [QRectF(5_500, -60, 5, 60)]
    assert stacks["G"] == [QRectF(5_500, -80, 5, 20)]
    assert stacks["C"] == stacks["T"] == stacks["-"] == []
    view = View(Interval("chr1", 1_201, 1_211), 50.0, LIGHT)
    assert scene.stacks(view, 1.0, 80)["-"] == [QRectF(6_005, -60, 5, 20)]


def test_that_the_strongest_mark_of_a_pixel_is_kept() -> None:
    coverage = counted()
    coverage.bases[0, 1, 1_104] = 20
    scene = scene_of(
        [CountedTile.of(coverage)], Interval("chr1", 0, LENGTH), 0.1, Threshold()
    )
    assert scene.marks.position.tolist() == [1_104]


def test_that_what_was_not_read_yet_is_told_from_no_reads() -> None:
    half = counted()
    tile = CountedTile.of(
        Coverage(
            Interval("chr1", 0, 10_000),
            half.bases[:, :, :10_000],
            half.deletions[:10_000],
            half.insertions[:10_000],
            half.ref[:10_000],
        )
    )
    scene = scene_of([tile], Interval("chr1", 0, LENGTH), 1.0, Threshold())
    view = View(Interval("chr1", 9_000, 11_000), 2_000.0, LIGHT)
    assert list(scene.gaps(view)) == [(1_000.0, 2_000.0)]


def test_that_bars_and_colours_are_painted_where_the_reads_are(
    filled: AlignmentsTrack, palette: Palette
) -> None:
    view = View(Interval("chr1", 1_080, 1_120), 400.0, palette)
    image = picture(filled, view)
    axis = filled.axis(QRectF(0, 0, 400, HEIGHT), view)
    assert [mark.text for mark in axis] == ["40", "0"]
    bottom, top = int(axis[1].y) - 2, int(axis[0].y)
    grey = image.pixelColor(100, bottom)
    assert grey != QColor(palette.surface)
    assert image.pixelColor(205, bottom) == QColor(palette.base("A"))
    assert image.pixelColor(205, top + 3) == QColor(palette.base("G"))
    assert image.pixelColor(215, top + 3) == grey
    assert image.pixelColor(215, top - 6) == QColor(palette.surface)


def test_that_a_fixed_scale_may_begin_above_zero(
    filled: AlignmentsTrack, workspace: Workspace
) -> None:
    view = View(Interval("chr1", 1_400, 1_440), 400.0, LIGHT)
    workspace.lanes.change(filled.key, low=20.0, high=60.0)
    axis = filled.axis(QRectF(0, 0, 400, HEIGHT), view)
    assert [mark.text for mark in axis] == ["60", "20"]
    image = picture(filled, view)
    surface = QColor(LIGHT.surface)
    column = [image.pixelColor(200, y) != surface for y in range(HEIGHT)]
    grey = [y for y, there in enumerate(column) if there]
    middle = (axis[0].y + axis[1].y) / 2
    assert abs(grey[0] - middle) <= 1
    assert abs(grey[-1] - axis[1].y) <= 1
    assert len(grey) == grey[-1] - grey[0] + 1


def test_that_a_file_holds_outlines_and_the_same_heights(
    filled: AlignmentsTrack, tmp_path: Path
) -> None:
    view = View(Interval("chr1", 900, 1_300), 400.0, LIGHT)
    size = QSize(400, HEIGHT)
    made = QSvgGenerator()
    made.setFileName(str(tmp_path / "lane.svg"))
    made.setSize(size)
    made.setViewBox(QRect(QPoint(0, 0), size))
    with QPainter(made) as painter:
        filled.paint(painter, QRectF(0, 0, 400, HEIGHT), view)
    text = (tmp_path / "lane.svg").read_text()
    assert "<image" not in text
    axis = filled.axis(QRectF(0, 0, 400, HEIGHT), view)
    top, bottom = round(axis[0].y), round(axis[1].y)
    # From base 1,000 on forty reads: one outline from pixel 100 to the end.
    corners = f"100,{bottom} 100,{top} 400,{top} 400,{bottom}"
    assert text.count("<polygon") == 1
    assert corners in text


def test_that_insertions_and_deletions_are_marked(filled: AlignmentsTrack) -> None:
    view = View(Interval("chr1", 1_280, 1_320), 400.0, LIGHT)
    image = picture(filled, view)
    axis = filled.axis(QRectF(0, 0, 400, HEIGHT), view)
    # Between base 1,300 and the next: at pixel 210.
    assert image.pixelColor(210, round(axis[0].y) - 5) == QColor(LIGHT.minus)
    view = View(Interval("chr1", 1_180, 1_220), 400.0, LIGHT)
    workspace = filled._workspace
    workspace.lanes.change(filled.key, low=0, high=80)
    image = picture(filled, view)
    middle = HEIGHT // 2 - 15
    inside = {image.pixelColor(x, middle).name() for x in range(202, 218)}
    assert len(inside) > 1
    outside = {image.pixelColor(x, middle).name() for x in range(20, 180)}
    assert outside == {LIGHT.surface}


def test_that_a_scale_may_be_fixed_or_shared(
    filled: AlignmentsTrack, workspace: Workspace, view: Callable[..., View]
) -> None:
    rect, here = QRectF(0, 0, 1000, HEIGHT), view(1_000, 1_100)
    assert filled.axis(rect, here)[0].text == "40"
    assert not filled.shifts(here)
    workspace.lanes.change(filled.key, high=100.0)
    assert filled.shifts(here)
    assert filled.axis(rect, here)[0].text == "100"
    extent = filled.extent(here)
    assert extent is not None
    assert (extent.low, extent.high) == (0, 40)


def test_that_the_mouse_reads_the_counts(
    filled: AlignmentsTrack, view: Callable[..., View]
) -> None:
    rect = QRectF(0, 0, 1000, HEIGHT)
    hit = filled.hit(QPointF(505, 50), rect, view(1_050, 1_150))
    assert hit is not None
    assert hit.tooltip.splitlines() == [
        "a.bam",
        "chr1:1,101  A",
        "40 reads, 25 forward, 15 reverse",
        "A: 30 (75 %), 15+ 15\N{MINUS SIGN} as the genome",
        "G: 10 (25 %), 10+ 0\N{MINUS SIGN}",
    ]
    deleted = filled.hit(QPointF(505, 50), rect, view(1_150, 1_250))
    assert deleted is not None
    assert "Deleted in 20 (33 %)" in deleted.tooltip
    # Of many bases under one pixel the one that differs most.
    wide = filled.hit(QPointF(60, 50), rect, view(0, 18_000))
    assert wide is not None
    assert "chr1:1,101" in wide.tooltip


def test_that_the_counts_on_screen_can_be_copied(
    filled: AlignmentsTrack, view: Callable[..., View]
) -> None:
    lines = filled.data(view(1_100, 1_102)).splitlines()
    assert lines[0].startswith("contig\tposition\tref\tdepth\tA\tC\tG\tT\tN\tA_minus")
    assert lines[1:] == [
        "chr1\t1101\tA\t40\t30\t0\t10\t0\t0\t15\t0\t0\t0\t0\t0\t0",
        "chr1\t1102\tA\t40\t39\t0\t1\t0\t0\t15\t0\t0\t0\t0\t0\t0",
    ]


def test_that_what_is_shown_can_be_written(
    filled: AlignmentsTrack, workspace: Workspace, tmp_path: Path
) -> None:
    assert isinstance(filled, ExportsData)
    filled.reads.set_filter(ReadFilter(20, 10))
    region, genome = Interval("chr1", 100, 200), workspace.genome
    assert genome is not None
    job = filled.export_job(region, tmp_path / "a.bw")
    assert job == ExportCoverage(
        str(tmp_path / "store.json"),
        str(genome.path),
        *("chr1", 100, 200, str(tmp_path / "a.bw"), 20, 10),
    )


def test_that_painting_asks_for_what_is_on_screen(
    track: AlignmentsTrack,
    workspace: Workspace,
    runner: Runner,
    view: Callable[..., View],
    qtbot: QtBot,
) -> None:
    workspace.go_to(Interval("chr1", 3_000, 4_000))
    picture(track, view(3_000, 4_000))
    qtbot.waitUntil(lambda: bool(runner.jobs))
    assert (runner.jobs[0].start, runner.jobs[0].end) == (0, 16_384)
    assert track.busy(view(3_000, 4_000))
    track.seen(shown=False)
    assert runner.cancelled == ["0"]


def test_that_a_failure_is_said_in_the_lane_and_can_be_tried_again(
    track: AlignmentsTrack,
    workspace: Workspace,
    runner: Runner,
    view: Callable[..., View],
) -> None:
    workspace.go_to(Interval("chr1", 3_000, 4_000))
    track.reads.want([workspace.locus])
    runner.hearers[0](Failed("The file has changed."))
    assert "The file has changed." in track.reads.failure(workspace.locus)
    picture(track, view(3_000, 4_000))
    again = next(a for a in track.actions() if a.title == "Read again")
    again.run()
    assert len(runner.jobs) == 2


def test_that_the_menu_says_what_counts_and_changes_it(
    filled: AlignmentsTrack, runner: Runner, view: Callable[..., View]
) -> None:
    def action(title: str) -> Any:
        return next(a for a in filled.actions() if a.title == title)

    assert action("Where 20% of the reads differ").checked
    action("Where 50% of the reads differ").run()
    assert filled.threshold == Threshold(0.5, 2)
    action("And at least 4 reads").run()
    assert filled.threshold == Threshold(0.5, 4)
    before = len(runner.jobs)
    action("Mapping quality 20 or more").run()
    assert runner.jobs[before].mapping_quality == 20
    assert action("Mapping quality 20 or more").checked
    titles = {a.menu for a in filled.actions()}
    assert titles == {"Coloured bases", "Reads that count"}


def test_that_the_overview_shows_bytes_where_they_are() -> None:
    density = np.zeros(1_000, np.float32)
    density[500:510] = 1_000.0
    length = 1_000 * WINDOW
    view = View(Interval("chr1", 0, length), 1_000.0, LIGHT)
    bars = overview_bars(view, density, 72)
    assert bars
    assert min(bar.left() for bar in bars) == pytest.approx(500, abs=2)
    assert max(bar.right() for bar in bars) == pytest.approx(510, abs=2)
    assert {round(bar.bottom(), 6) for bar in bars} == {68.0}
    close = View(Interval("chr1", 500 * WINDOW, 503 * WINDOW), 300.0, LIGHT)
    places = [(b.left(), b.width()) for b in overview_bars(close, density, 72)]
    assert np.array(places) == pytest.approx(
        np.array([(0, 100), (100, 100), (200, 100)])
    )
    assert overview_bars(view, np.zeros(0, np.float32), 72) == []


def test_that_an_opened_file_gets_a_lane_with_its_reads(
    workspace: Workspace, bases: str, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "reads.bam"
    head = {"HD": {"VN": "1.6"}, "SQ": [{"SN": "1", "LN": LENGTH}]}
    with pysam.AlignmentFile(str(path), "wb", header=head) as file:
        for number in range(5):
            read = pysam.AlignedSegment()
            read.query_name, read.reference_id = f"read-{number}", 0
            read.reference_start, read.cigarstring = 5_000, "100M"
            read.query_sequence = bases[5_000:5_100]
            file.write(read)
    bridge = EngineBridge(InlineEngine())
    panel = BrowserPanel(workspace, bridge)
    qtbot.addWidget(panel)
    for key in ("splice", "bases", "finetuned", "mutagenesis"):
        workspace.lanes.change(key, hidden=True)
    panel.resize(900, 600)
    panel.show()
    Opening(workspace, bridge).open([path])
    qtbot.waitUntil(lambda: bool(workspace.track_files.all))
    track = panel.track("alignments-1")
    assert isinstance(track, AlignmentsTrack)
    workspace.go_to(Interval("chr1", 4_950, 5_150))
    qtbot.waitUntil(lambda: bool(track.reads.tiles(workspace.locus)))
    (tile,) = track.reads.tiles(workspace.locus)
    assert tile.depth[5_000:5_100].tolist() == [5] * 100
    assert not tile.others.any()
    workspace.track_files.remove("alignments-1")
    assert [lane for lane in panel.canvas.lanes if lane.track is track] == []
    bridge.close()
