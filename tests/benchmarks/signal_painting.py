"""Compares painting a signal with pyqtgraph's PlotDataItem at its best settings.

    python tests/benchmarks/signal_painting.py [--points 1 10 100 250] [--frames 200]
        [--only ours]

A signal of N million points, one a base, is dragged by 7 px a frame in a lane of 1920 x
64 px, seen whole and at three closer zooms, each frame painted into the same pixmap.

* Ours: the pyramid on disk (min, max, mean; whiskers drawn), then `SignalTrack.paint`.
  "first" is the first picture of a zoom; closer than 64 bp a pixel the values are read
  in a thread meanwhile, and "full" is when they are on show.
* pyqtgraph (installed apart, ``pip install pyqtgraph``): a `PlotDataItem` in a
  `PlotWidget` without axes, automatic downsampling with mode ``peak``, clipped to the
  view, fixed ranges, a pen of one pixel, no antialiasing, ``skipFiniteCheck``. "first"
  includes its first downsampling. It holds all float32 values in memory.

Prints medians and 95th percentiles of a frame, the processor time of the painting
thread (what to look at on a shared machine), and the time to build. Asserts nothing.
Compare figures of one run only.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import psutil
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.pyramid import Pyramid, build
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.repaint import Repaint
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.signal import SignalTrack
from gfm_desktop.workspace.lane_book import LaneBook
from gfm_desktop.workspace.track_files import TrackFile, TrackKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

WIDTH, HEIGHT, STEP = 1920, 64, 7
ZOOMS = {"whole": None, "1 Mb": 1_000_000, "50 kb": 50_000, "500 bp": 500}
GIB = 1 << 30


def signal(count: int) -> NDArray[np.float32]:
    """Return noise with peaks, made in pieces so that memory holds it once."""
    rng = np.random.default_rng(0)
    values = np.empty(count, np.float32)
    for start in range(0, count, 1 << 22):
        part = values[start : start + (1 << 22)]
        part[:] = rng.standard_exponential(len(part), np.float32)
        part += 20 * (rng.random(len(part), np.float32) > 0.9999)
    return values


def views(count: int, length: int | None, frames: int) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each frame of a drag."""
    size = min(count, length or count * 9 // 10)
    start = (count - size) // 3
    for frame in range(frames):
        moved = start + round(frame * STEP * size / WIDTH)
        moved = moved % max(1, count - size)
        yield moved, moved + size


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Return milliseconds of the wall clock, and of this thread's processor time."""
    begin, cpu = time.perf_counter(), time.thread_time()
    work()
    spent = time.thread_time() - cpu
    return (time.perf_counter() - begin) * 1e3, spent * 1e3


def report(
    who: str, zoom: str, first: float, times: list[tuple[float, float]], more: str = ""
) -> None:
    wall, cpu = zip(*times, strict=True)
    median, busy = statistics.median(wall), statistics.median(cpu)
    high = float(np.percentile(wall, 95))
    print(
        f"  {who:10s} {zoom:7s} first {first:8.1f}  median {median:7.2f}  "
        f"p95 {high:7.2f}  CPU {busy:6.2f} ms{more}",
        flush=True,
    )


def ours(app: QApplication, values: NDArray[np.float32], frames: int) -> None:
    count = len(values)
    contigs = {"chr1": count}

    def read(_contig: str, start: int, end: int) -> NDArray[np.float32]:
        return values[start:end]

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begin = time.perf_counter()
        for _ in build(folder, contigs, read):
            pass
        seconds = time.perf_counter() - begin
        size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
        print(f"  ours       build {seconds:.2f} s, {size:.0f} MB on disk", flush=True)
        store: Any = SimpleNamespace(
            pyramid=Pyramid(folder), values=SimpleNamespace(values=read)
        )
        genome = SimpleNamespace(contigs=contigs, path=folder)
        workspace = SimpleNamespace(lanes=LaneBook(), genome=genome, loci=())
        sources: Any = SimpleNamespace(workspace=workspace, repaint=Repaint())
        file = TrackFile("signal-1", TrackKind.SIGNAL, folder, "signal")
        track = SignalTrack(sources, file, store)
        for zoom, length in ZOOMS.items():
            drag(app, track, zoom, list(views(count, length, frames)))


def drag(
    app: QApplication, track: SignalTrack, zoom: str, places: list[tuple[int, int]]
) -> None:
    picture = QPixmap(WIDTH, HEIGHT)
    rect = QRectF(0, 0, WIDTH, HEIGHT)

    def frame(place: tuple[int, int]) -> None:
        view = View(Interval("chr1", *place), float(WIDTH), theme.current())
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(rect, theme.color(view.palette.surface))
            track.paint(painter, rect, view)

    begin = time.perf_counter()
    first = timed(lambda: frame(places[0]))[0]
    assert track._tiles is not None
    while track._tiles._wanted:
        app.processEvents()
    frame(places[0])
    full = (time.perf_counter() - begin) * 1e3
    times = []
    for place in places[1:]:
        times.append(timed(lambda place=place: frame(place)))
        app.processEvents()
    report("ours", zoom, first, times, f"  full {full:.1f}")


def pyqtgraph(app: QApplication, values: NDArray[np.float32], frames: int) -> None:
    try:
        import pyqtgraph as pg
    except ImportError:
        print("  pyqtgraph is not installed")
        return
    count = len(values)
    needed = count * 24
    if psutil.virtual_memory().available < needed:
        print(f"  pyqtgraph  left out: it would need some {needed / GIB:.0f} GiB")
        return
    pg.setConfigOptions(antialias=False)
    widget = pg.PlotWidget()
    widget.resize(WIDTH, HEIGHT)
    widget.hideAxis("left")
    widget.hideAxis("bottom")
    widget.setMouseEnabled(False, False)
    widget.disableAutoRange()
    widget.setYRange(0.0, 40.0, padding=0)
    widget.setXRange(0, count, padding=0)
    begin = time.perf_counter()
    item = pg.PlotDataItem(pen=pg.mkPen("b", width=1), skipFiniteCheck=True)
    widget.addItem(item)
    # By the setters and before the data: the constructor's options do not last.
    item.setDownsampling(auto=True, method="peak")
    item.setClipToView(True)
    item.setData(values)
    print(f"  pyqtgraph  set up {time.perf_counter() - begin:.2f} s", flush=True)
    widget.show()
    app.processEvents()
    picture = QPixmap(WIDTH, HEIGHT)

    def frame(place: tuple[int, int]) -> None:
        widget.setXRange(*place, padding=0)
        with QPainter(picture) as painter:
            widget.render(painter)

    for zoom, length in ZOOMS.items():
        places = list(views(count, length, frames))
        first = timed(lambda places=places: frame(places[0]))[0]
        times = []
        for place in places[1:]:
            times.append(timed(lambda place=place: frame(place)))
            app.processEvents()
        report("pyqtgraph", zoom, first, times)
    widget.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", nargs="+", type=float, default=[1, 10, 100])
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--only", choices=["ours", "pyqtgraph"])
    given = parser.parse_args()
    app = QApplication([])
    theme.apply(app, theme.LIGHT)
    for millions in given.points:
        values = signal(round(millions * 1e6))
        print(f"{millions:g} million points", flush=True)
        if given.only != "pyqtgraph":
            ours(app, values, given.frames)
        if given.only != "ours":
            pyqtgraph(app, values, given.frames)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"  peak memory so far {peak:.1f} GB", flush=True)


if __name__ == "__main__":
    main()
