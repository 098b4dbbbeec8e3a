"""Ten thousand random gestures: does the window stay awake, and does memory grow?

    python -m tests.benchmarks.browser_soak [--gestures 10000] [--seed 1] [--log FILE]

The shipped sample with its genes and variants; gestures are those of
`tests.ui.browser.random_hand`, which checks after each that every camera is inside its
contig. One gesture is made each time the event loop is idle, while a heartbeat of 10 ms
runs. Memory is read after the first tenth, when every cache has been filled, and at the
end: it is to grow by less than 50 MB. Prints, and writes a log of ten lines a run;
asserts only what the hand checks.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtWidgets import QApplication

from gfm_desktop import paths
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant_table import build_variant_table
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.browser import BrowserPanel
from gfm_desktop.workspace.score_table import ScoreTable
from gfm_desktop.workspace.workspace import VariantSet, Workspace
from tests.benchmarks.heartbeat import Heartbeat
from tests.ui.browser.hands import Clerk
from tests.ui.browser.random_hand import RandomHand

SAMPLE = paths.resources() / "sample"
PARTS = 10


def opened(table: Path) -> Workspace:
    reference = Reference.open(SAMPLE / "chr22.fa.gz")
    workspace = Workspace()
    workspace.set_genome(reference)
    genes = GeneModels.load(SAMPLE / "genes.gtf.gz", reference=reference)
    workspace.set_annotation(genes)
    vcf = SAMPLE / "variants.vcf.gz"
    for _ in build_variant_table(vcf, reference, table):
        pass
    workspace.set_variants(VariantSet(vcf, table), ScoreTable(table))
    return workspace


def megabytes() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss / 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gestures", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    log = sys.stdout if options.log is None else options.log.open("w")
    with tempfile.TemporaryDirectory() as kept:
        application = QApplication([])
        theme.apply(application, theme.LIGHT)
        workspace = opened(Path(kept) / "variants.parquet")
        engine: Any = Clerk()
        panel = BrowserPanel(workspace, engine)
        panel.resize(1400, 900)
        panel.show()
        hand, heart = RandomHand(panel, options.seed), Heartbeat()
        began, settled = time.perf_counter(), 0.0
        every: list[float] = []
        for part in range(PARTS):
            heart.start()
            for _ in range(options.gestures // PARTS):
                hand.act()
                application.processEvents()
                engine.jobs.clear()
            heart.stop()
            every += heart.gaps
            now = megabytes()
            settled = settled or now
            line = f"part {part + 1:2d}: {now:6.1f} MB; {heart.summary()}"
            print(line, file=log, flush=True)
        heart.gaps = every
        grown = megabytes() - settled
        seconds = time.perf_counter() - began
        count = sum(hand.acted.values())
        print(f"{count:,} gestures in {seconds:.0f} s; {heart.summary()}")
        print(f"memory after the first part: {settled:.1f} MB; grown by {grown:.1f} MB")
        panel.close()
        workspace.set_genome(None)


if __name__ == "__main__":
    main()
