"""Whether the window stays awake while a file is read, a model runs and a hand pans.

    python tests/benchmarks/browser_heartbeat.py [--seconds 20]

The shipped sample, the real worker process and the built-in splice model. A timer of
10 ms runs on the window's thread; what counts is the 99th percentile of its gaps, which
is to stay under 50 ms. Phases: the hand alone; a bigWig is summed up in the worker; the
sample's variants are scored in the worker, and what the hand looks at is predicted; all
of that at once. Prints; asserts nothing.
"""

from __future__ import annotations

import argparse
import math
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Before torch in the worker: threads that spin beside a busy core slow both.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from heartbeat import Heartbeat
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from gfm_desktop import paths
from gfm_desktop.engine.process import ProcessEngine
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant_table import build_variant_table
from gfm_desktop.jobs.open_signal import OpenSignal
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.browser import BrowserPanel
from gfm_desktop.ui.engine_bridge import EngineBridge
from gfm_desktop.workspace.score_table import ScoreTable
from gfm_desktop.workspace.workspace import VariantSet, Workspace

if TYPE_CHECKING:
    from gfm_desktop.jobs.events import Event
    from gfm_desktop.jobs.job import Job

MODEL = "ci-spliceai"
START, SIZE = 20_100_000, 12_000
FRAME_MS = 16
SAMPLE = paths.resources() / "sample"


class Hand(QObject):
    """Pans to and fro, and zooms in and out again every few seconds."""

    def __init__(self, panel: BrowserPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self._frame = 0
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._move)

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _move(self) -> None:
        self._frame += 1
        gestures = self._panel.canvas.gestures
        step = self._frame % 500
        if step in (200, 210, 220):
            gestures.zoom(0.5)
        elif step in (300, 310, 320):
            gestures.zoom(2.0)
        elif step < 400:
            gestures.pan(math.copysign(9.0, math.sin(self._frame / 160)))
        # Then it rests, so that what is on screen gets predicted.


class Desk:
    """A browser with the sample open, and the worker."""

    def __init__(self, application: QApplication, folder: Path) -> None:
        self.application = application
        self.folder = folder
        self.bridge = EngineBridge(ProcessEngine())
        self.reference = Reference.open(SAMPLE / "chr22.fa.gz")
        self.workspace = Workspace()
        self.workspace.set_genome(self.reference)
        genes = GeneModels.load(SAMPLE / "genes.gtf.gz", reference=self.reference)
        self.workspace.set_annotation(genes)
        self.table = folder / "variants.parquet"
        vcf = SAMPLE / "variants.vcf.gz"
        for _ in build_variant_table(vcf, self.reference, self.table):
            pass
        self.workspace.set_variants(VariantSet(vcf, self.table), ScoreTable(self.table))
        self.panel = BrowserPanel(self.workspace, self.bridge)
        self.panel.resize(1920, 1000)
        self.panel.show()
        self.workspace.go_to(Interval("chr22", START, START + SIZE))
        self.events = 0
        self.bridge.told.connect(self._count)

    def run(self, title: str, seconds: float, jobs: list[Job]) -> None:
        """Let the hand pan for a while beside jobs, and tell how the heart beat."""
        heart, hand = Heartbeat(), Hand(self.panel)
        self.events = 0
        running = [self.bridge.submit(job) for job in jobs]
        hand.start()
        heart.start()
        self._wait(seconds)
        heart.stop()
        hand.stop()
        print(f"{title:28s} {heart.summary()}; {self.events:,} events")
        for job in running:
            self.bridge.cancel(job)
        self._wait(1.0)

    def close(self) -> None:
        self.panel.close()
        self.bridge.close()
        self.workspace.set_genome(None)

    def _wait(self, seconds: float) -> None:
        QTimer.singleShot(round(seconds * 1e3), self.application.quit)
        self.application.exec()

    def _count(self, _job: str, _event: Event) -> None:
        self.events += 1


def made_signal(folder: Path, name: str, seed: int) -> Path:
    """Write a bigWig with twenty million values on the sample's contig."""
    import pyBigWig

    path = folder / name
    random = np.random.default_rng(seed)
    length = 51_304_566
    file = pyBigWig.open(str(path), "w")
    file.addHeader([("chr22", length)], maxZooms=0)
    for start in range(16_000_000, 36_000_000, 1_000_000):
        values = random.integers(0, 12, 1_000_000).astype(np.float64)
        file.addEntries("chr22", start, values=values, span=1, step=1)
    file.close()
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        # Answers of an earlier run would cost nothing.
        os.environ["GFM_CACHE_DIR"] = str(folder / "cache")
        application = QApplication([])
        theme.apply(application, theme.LIGHT)
        desk = Desk(application, folder)
        genome, seconds = str(SAMPLE / "chr22.fa.gz"), options.seconds
        signals = [made_signal(folder, f"{n}.bw", n) for n in (1, 2)]
        reading = [OpenSignal(str(path), genome) for path in signals]
        scoring = ScoreVariants(
            genome=genome,
            variants=str(SAMPLE / "variants.vcf.gz"),
            model=MODEL,
            annotation=str(SAMPLE / "genes.gtf.gz"),
        )
        began = time.perf_counter()
        desk.panel.predicted.set_automatic(False)
        desk.run("warming up", 3.0, [])
        desk.run("the hand alone", seconds, [])
        desk.run("a signal is summed up", seconds, [reading[0]])
        desk.panel.predicted.set_automatic(True)
        desk.run("a model scores and predicts", seconds, [scoring])
        desk.run("everything at once", seconds, [reading[1], scoring])
        print(f"{time.perf_counter() - began:.0f} s in all")
        desk.close()


if __name__ == "__main__":
    main()
