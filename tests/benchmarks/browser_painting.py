"""What a frame of the genome browser costs with a whole chromosome open.

    python tests/benchmarks/browser_painting.py [--folder FOLDER] [--small]

Open: a contig as long as human chromosome 1 with a signal of as many values, 100,000
exons and 1,000,000 scored variants; ten lanes or more on 1,920 pixels. Measured:

* a drag at several scales, move and painting together, frame by frame;
* zooming from the chromosome to the bases in steps of two, the first time and again;
* a jump to where nobody has been: the first picture, and the last that is painted.

Prints medians and 95th percentiles of wall and CPU time (of the window's thread: on a
shared machine the wall clock counts its neighbours too). Asserts nothing. What is made
is kept in FOLDER for the next time.
"""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from made_browser import CONTIG, Size, World
from PySide6.QtWidgets import QApplication

from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui import theme
from gfm_desktop.ui.app import FRAME
from gfm_desktop.ui.browser.browser import BrowserPanel

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.workspace.workspace import Workspace

SMALL = Size(bases=5_000_000, exons=2_000, variants=20_000)
FRAMES = 120
STEP = 13.0
SIGNALS = 4
"""Lanes of the signal, so that ten lanes are on screen."""


@dataclass
class Times:
    """Milliseconds of one thing that was done many times."""

    wall: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)

    def take(self, act: Callable[[], object]) -> None:
        wall, own = time.perf_counter(), time.thread_time()
        act()
        self.own.append((time.thread_time() - own) * 1e3)
        self.wall.append((time.perf_counter() - wall) * 1e3)

    def say(self, title: str) -> None:
        parts = []
        for name, values in (("wall", self.wall), ("CPU", self.own)):
            median, high = np.percentile(values, [50, 95])
            parts.append(f"{name} {median:6.2f} {high:6.2f} {max(values):6.2f}")
        print(f"{title:36s} {'   '.join(parts)}")


class NoEngine:
    """Takes jobs and runs none: what models cost is measured elsewhere."""

    def submit(self, job: object, on_event: object = None, **_: object) -> str:
        return "none"

    def cancel(self, job_id: str) -> None: ...


class Hand:
    """Moves one browser about."""

    def __init__(self, application: QApplication, workspace: Workspace) -> None:
        engine: Any = NoEngine()
        self.application = application
        self.workspace = workspace
        self.panel = BrowserPanel(workspace, engine)
        self.panel.resize(1920, 1200)
        self.panel.show()
        # Nobody would answer.
        self.panel.predicted.set_automatic(False)
        self.canvas = self.panel.canvas
        marks = self.canvas.sources.marks
        while marks.all is None:
            self.breathe()
        # As the application does.
        gc.freeze()
        self.canvas.hurry(FRAME)

    def go(self, start: int, size: int) -> None:
        self.workspace.go_to(Interval(CONTIG, start, start + size))

    def busy(self) -> bool:
        view = self.canvas.view()[0]
        return any(p.lane.track.busy(view) for p in self.canvas.visible())

    def breathe(self) -> None:
        """Let events in, then let go of Python's lock as an event loop does.

        A loop that never sleeps can keep the lock from threads that read: pictures came
        after half a minute, once.
        """
        self.application.processEvents()
        time.sleep(0.000_2)

    def rest(self, seconds: float = 0.3) -> None:
        """Let everything that is under way arrive, and the margins be painted."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end or self.busy():
            self.breathe()

    def jump(self, start: int, size: int, first: Times) -> None:
        """Go to a place and stay until all of it is painted."""

        def look() -> None:
            self.go(start, size)
            self.canvas.repaint()

        first.take(look)
        while self.busy():
            self.breathe()
        self.canvas.repaint()

    def pan(self) -> None:
        self.canvas.gestures.pan(STEP)
        self.canvas.repaint()

    def zoom(self, factor: float) -> None:
        self.canvas.gestures.zoom(factor)
        self.canvas.repaint()


def say_speed() -> None:
    """Say how fast this core is just now, for comparing runs on a shared machine."""
    times = Times()
    for _ in range(5):
        times.take(lambda: sum(range(1_000_000)))
    times.say("sum(range(1_000_000)), ms")


def dragging(hand: Hand, length: int) -> None:
    print("\nmove and paint one frame of a drag, ms  (median, 95 %, most)")
    size = length // 4
    while size > 60:
        hand.go(length // 3, size)
        hand.canvas.repaint()
        hand.rest()
        times, painted = Times(), hand.canvas.pictures_painted
        for _ in range(FRAMES):
            times.take(hand.pan)
            # Between two events of a mouse the loop is idle: margins are painted.
            hand.application.processEvents()
        lanes = len(hand.canvas.visible())
        count = hand.canvas.pictures_painted - painted
        times.say(f"{size:>13,} bp, {lanes} lanes, {count / FRAMES:.1f} anew")
        size //= 6


def zooming(hand: Hand, length: int) -> None:
    print("\nzoom by two and paint, ms: every frame until no lane is stretched")
    for title in ("the first time", "again"):
        hand.go(0, length)
        hand.canvas.repaint()
        hand.rest()
        frames, sharp = Times(), Times()

        def step(factor: float, frames: Times = frames) -> None:
            frames.take(lambda: hand.zoom(factor))
            while hand.canvas.stretched:
                frames.take(hand.canvas.repaint)

        while len(hand.workspace.locus) > 50:
            sharp.take(lambda: step(0.5))
            hand.rest(0.05)
        while len(hand.workspace.locus) < length:
            sharp.take(lambda: step(2.0))
            hand.rest(0.05)
        frames.say(f"{title}: a frame")
        sharp.say("                until it is sharp")


def jumping(hand: Hand, length: int) -> None:
    print("\njump to where nobody has been, ms until")
    random = np.random.default_rng(5)
    for size in (20_000_000, 1_000_000, 30_000, 1_000, 100):
        first, whole = Times(), Times()
        for start in random.integers(0, length - size, 12).tolist():
            whole.take(partial(hand.jump, start, size, first))
            hand.rest(0.1)
        first.say(f"{size:>13,} bp: the first picture")
        whole.say(f"{'':16s} full detail")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--small", action="store_true", help="a contig of 5 Mb")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as kept:
        size = SMALL if options.small else Size()
        world = World(options.folder or Path(kept), size)
        world.make()
        application = QApplication([])
        theme.apply(application, theme.LIGHT)
        workspace = world.workspace()
        world.add_signals(workspace, SIGNALS)
        hand = Hand(application, workspace)
        say_speed()
        dragging(hand, size.bases)
        zooming(hand, size.bases)
        jumping(hand, size.bases)
        say_speed()
        hand.panel.close()
        workspace.set_genome(None)


if __name__ == "__main__":
    main()
