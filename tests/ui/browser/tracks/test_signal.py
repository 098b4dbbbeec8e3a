"""The lane of a signal file, from the whole contig to single bases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyBigWig
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPdfWriter

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.signal_store import make
from gfm_desktop.jobs.export_signal import ExportSignal
from gfm_desktop.ui.browser.repaint import Repaint
from gfm_desktop.ui.browser.signal_scale import Extent
from gfm_desktop.ui.browser.signal_tiles import TILE
from gfm_desktop.ui.browser.track import Sources, View
from gfm_desktop.ui.browser.track_export import ExportsData
from gfm_desktop.ui.browser.tracks.signal import FILE_TRACK, SignalTrack
from gfm_desktop.ui.theme import LIGHT
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

LENGTH = 20_000


@pytest.fixture
def values() -> np.ndarray[Any, Any]:
    values = np.random.default_rng(4).integers(1, 50, LENGTH).astype(np.float32)
    values[5000:6000] = np.nan
    values[12_345] = 80
    values[100] = -20
    return values


@pytest.fixture
def sources(workspace: Workspace, qtbot: QtBot) -> Sources:
    nothing: Any = None
    return Sources(workspace, nothing, nothing, nothing, Repaint())


@pytest.fixture
def opened(
    workspace: Workspace, sources: Sources, tmp_path: Path, values: np.ndarray[Any, Any]
) -> Callable[..., SignalTrack]:
    def open_one(name: str = "Liver") -> SignalTrack:
        path = tmp_path / f"{name}.bedgraph"
        lines = (
            f"chr1\t{at}\t{at + 1}\t{value:g}\n"
            for at, value in enumerate(values.tolist())
            if value == value
        )
        path.write_text("".join(lines))
        store = made(path, workspace)
        file = workspace.track_files.add(
            TrackKind.SIGNAL, path, title=name, store=store
        )
        track = FILE_TRACK.factory(sources, file)
        assert isinstance(track, SignalTrack)
        return track

    return open_one


def made(path: Path, workspace: Workspace) -> str:
    """Return the store of a file."""
    assert workspace.genome is not None
    making = make(path, workspace.genome.contigs)
    while True:
        try:
            next(making)
        except StopIteration as end:
            return str(end.value)


def rect_of(track: SignalTrack, view: View) -> QRectF:
    return QRectF(0, 0, view.width, track.height(view))


def tip(track: SignalTrack, view: View, x: float) -> str:
    hit = track.hit(QPointF(x, 10), rect_of(track, view), view)
    assert hit is not None
    return hit.tooltip


def read(track: SignalTrack, sources: Sources, view: View, qtbot: QtBot) -> None:
    """Wait until the values of a view have been read."""
    with qtbot.waitSignal(sources.repaint.wanted):
        track.data(view)


def test_that_a_whole_contig_is_painted_from_the_pyramid_at_once(
    opened: Callable[..., SignalTrack],
    painted: Callable[..., int],
    palette: Palette,
) -> None:
    track = opened()
    view = View(Interval("chr1", 0, LENGTH), 250.0, palette)
    assert track.title == "Liver"
    assert painted(track, view) > 3
    assert track.subtitle(view) == "min, mean, max"
    assert track.extent(view) == Extent(-20.0, 80.0)
    assert [m.text for m in track.axis(rect_of(track, view), view)] == [
        "80",
        "\N{MINUS SIGN}20",
    ]


def test_that_the_coarse_picture_gives_way_to_single_bases(
    opened: Callable[..., SignalTrack],
    sources: Sources,
    view: Callable[..., View],
    values: np.ndarray[Any, Any],
    qtbot: QtBot,
) -> None:
    track = opened()
    here = view(12_340, 12_350)
    bin_start = 12_345 // 64 * 64
    part = values[bin_start : bin_start + 64]
    with qtbot.waitSignal(sources.repaint.wanted):
        coarse = tip(track, here, 550)
    assert coarse.startswith(f"Liver\nchr1:{bin_start + 1:,}-{bin_start + 64:,}\nmean ")
    assert f"max {part.max():g}" in coarse
    assert tip(track, here, 550) == "Liver\nchr1:12,346\n80"
    assert track.data(here).splitlines()[:2] == [
        "contig\tposition\tvalue",
        f"chr1\t12341\t{values[12_340]:g}",
    ]


def test_that_a_bar_stands_over_its_base(
    opened: Callable[..., SignalTrack],
    sources: Sources,
    workspace: Workspace,
    view: Callable[..., View],
    values: np.ndarray[Any, Any],
    qtbot: QtBot,
) -> None:
    track = opened()
    workspace.lanes.change(track.key, low=0.0, high=80.0, colour="#ff0000")
    here = view(12_340, 12_350)
    read(track, sources, here, qtbot)
    rect = rect_of(track, here)
    image = QImage(1000, int(rect.height()), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    with QPainter(image) as painter:
        track.paint(painter, rect, here)
    high, low = (mark.y for mark in track.axis(rect, here))
    for at in range(10):
        value = float(values[12_340 + at])
        x, y = at * 100 + 50, low + (high - low) * value / 80
        assert image.pixelColor(x, round(y + 2)) == QColor("#ff0000")
        assert image.pixelColor(x, round(y - 2)) != QColor("#ff0000")


def test_that_a_tile_s_edge_is_no_seam(
    opened: Callable[..., SignalTrack],
    sources: Sources,
    view: Callable[..., View],
    values: np.ndarray[Any, Any],
    qtbot: QtBot,
) -> None:
    track = opened()
    here = view(TILE - 5, TILE + 5)
    read(track, sources, here, qtbot)
    rows = [line.split("\t") for line in track.data(here).splitlines()[1:]]
    assert [int(row[1]) for row in rows] == list(range(TILE - 4, TILE + 6))
    assert [float(row[2]) for row in rows] == values[TILE - 5 : TILE + 5].tolist()


def test_that_a_missing_value_is_said_to_be_missing(
    opened: Callable[..., SignalTrack],
    sources: Sources,
    view: Callable[..., View],
    qtbot: QtBot,
) -> None:
    track = opened()
    here = view(4990, 5010)
    read(track, sources, here, qtbot)
    assert tip(track, here, 990) == "Liver\nchr1:5,010\nno value"
    assert len(track.data(here).splitlines()) == 11
    wide = view(0, LENGTH, 100.0)
    assert "8 of 256 bp have a value" in tip(track, wide, 25)


@pytest.mark.parametrize("style", ["bars", "line", "heat", "points"])
@pytest.mark.parametrize("summary", ["whiskers", "mean", "max", "min"])
def test_that_every_style_paints_values_and_says_where_there_are_none(
    opened: Callable[..., SignalTrack],
    workspace: Workspace,
    painted: Callable[..., int],
    view: Callable[..., View],
    style: str,
    summary: str,
) -> None:
    track = opened()
    workspace.lanes.change(track.key, style=style, summary=summary)
    assert painted(track, view(0, LENGTH, 200.0)) > 2
    assert painted(track, view(5200, 5900, 10.0)) > 1
    elsewhere = View(Interval("chr9", 0, 100), 100.0, LIGHT)
    assert painted(track, elsewhere) > 1
    assert track.extent(elsewhere) is None


def test_that_a_group_shares_its_scale(
    opened: Callable[..., SignalTrack],
    workspace: Workspace,
    values: np.ndarray[Any, Any],
    view: Callable[..., View],
) -> None:
    small = opened("small")
    values *= 10
    large = opened("large")
    here = view(0, LENGTH, 100.0)

    def highest(track: SignalTrack) -> str:
        return track.axis(rect_of(track, here), here)[0].text

    assert (highest(small), highest(large)) == ("80", "800")
    for track in (small, large):
        workspace.lanes.change(track.key, group="1")
    assert (highest(small), highest(large)) == ("800", "800")


def test_that_loci_side_by_side_have_one_scale(
    opened: Callable[..., SignalTrack], workspace: Workspace, view: Callable[..., View]
) -> None:
    track = opened()
    places = (Interval("chr1", 0, 640), Interval("chr1", 12_000, 12_640))
    workspace.set_loci(places)
    found = [track.extent(view(p.start, p.end, 10.0)) for p in places]
    assert found == [Extent(-20.0, 80.0), Extent(-20.0, 80.0)]


def test_that_a_file_has_shapes_not_pixels(
    opened: Callable[..., SignalTrack], view: Callable[..., View], tmp_path: Path
) -> None:
    track = opened()
    here = view(0, LENGTH, 200.0)
    path = tmp_path / "a.pdf"
    writer = QPdfWriter(str(path))
    with QPainter(writer) as painter:
        track.paint(painter, rect_of(track, here), here)
    assert b"/Subtype /Image" not in path.read_bytes()


def test_that_a_store_that_is_gone_is_said_in_the_lane(
    sources: Sources, workspace: Workspace, tmp_path: Path, painted: Callable[..., int]
) -> None:
    file = workspace.track_files.add(
        TrackKind.SIGNAL, tmp_path / "a.bw", store=str(tmp_path / "gone")
    )
    track = FILE_TRACK.factory(sources, file)
    view = View(Interval("chr1", 0, 100), 400.0, LIGHT)
    assert painted(track, view) > 1
    assert track.data(view) == ""
    assert track.hit(QPointF(5, 5), QRectF(0, 0, 400, 60), view) is None


def test_that_a_bigwig_that_vanished_is_said_in_the_lane(
    sources: Sources, workspace: Workspace, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "a.bw"
    file = pyBigWig.open(str(path), "w")
    file.addHeader([("chr1", LENGTH)])
    file.addEntries(["chr1"], [0], ends=[500], values=[2.0])
    file.close()
    store = made(path, workspace)
    path.unlink()
    lane = workspace.track_files.add(TrackKind.SIGNAL, path, store=store)
    track = FILE_TRACK.factory(sources, lane)
    assert isinstance(track, SignalTrack)
    here = View(Interval("chr1", 0, 100), 400.0, LIGHT)
    read(track, sources, here, qtbot)
    assert "cannot be read" in track.problem


def test_that_an_export_job_has_the_region(
    opened: Callable[..., SignalTrack], tmp_path: Path
) -> None:
    track = opened()
    assert isinstance(track, ExportsData)
    job = track.export_job(Interval("chr1", 5, 50), tmp_path / "a.bw")
    assert isinstance(job, ExportSignal)
    assert (job.contig, job.start, job.end) == ("chr1", 5, 50)
    assert job.out == str(tmp_path / "a.bw")


def test_that_a_wide_picture_has_the_scale_of_what_is_on_screen(
    opened: Callable[..., SignalTrack], workspace: Workspace, view: Callable[..., View]
) -> None:
    track = opened()
    screen, wide = view(8000, 9600, 25.0), view(7200, 15_000, 25.0 * 7800 / 1600)
    rect = rect_of(track, screen)
    alone = [mark.text for mark in track.axis(rect, wide)]
    assert track.shifts(screen)
    assert track.axis(rect, wide) == track.axis(rect, screen)
    assert [mark.text for mark in track.axis(rect, wide)] != alone


def test_that_a_stamp_changes_with_scale_look_and_what_was_read(
    opened: Callable[..., SignalTrack],
    sources: Sources,
    workspace: Workspace,
    view: Callable[..., View],
    qtbot: QtBot,
) -> None:
    track = opened()

    def stamp(start: int, end: int) -> object:
        track.shifts(view(start, end, 10.0))
        return track.stamp()

    first = stamp(8000, 9600)
    assert stamp(8010, 9610) == first
    assert stamp(11_500, 13_100) != first, "a larger value is on screen"
    workspace.lanes.change(track.key, colour="#123456")
    assert stamp(8000, 9600) != first
    here = view(8000, 8100)
    track.shifts(here)
    before = track.stamp()
    assert track.busy(here)
    read(track, sources, here, qtbot)
    assert not track.busy(here)
    assert track.stamp() != before


def test_that_a_view_without_values_does_not_move(
    opened: Callable[..., SignalTrack], view: Callable[..., View]
) -> None:
    track = opened()
    assert not track.shifts(view(5200, 5900, 10.0))
