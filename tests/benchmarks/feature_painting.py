"""What features and genes cost: opening, painting, walking, searching.

    python tests/benchmarks/feature_painting.py [--features 1000000] [--genes 20000]
        [--frames 100]

On one contig as long as human chromosome 1: a BED file of N features (12 columns, two
blocks each), and M genes with three transcripts of eight exons. Measured:

* reading the BED file (what `OpenFeatures` does in the worker), then mapping its store
  (what the window does);
* each track and style at several scales in a lane of 1,920 px: the first picture of a
  stretch that is not cached, and the frames of a drag by 7 px;
* the next feature in either direction, and a search by the beginning of a name.

Prints wall times, and for painting the CPU time of its thread: on a shared machine the
wall clock counts its neighbours too. Asserts nothing. Compare figures of one run only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.feature_draft import FeatureDraft
from gfm_desktop.genome.feature_store import FeatureStore
from gfm_desktop.genome.feature_table import read_bed_table
from gfm_desktop.genome.gene_arrays import GeneArrays
from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.features import FeaturesTrack
from gfm_desktop.ui.browser.tracks.genes import GenesTrack
from gfm_desktop.workspace.feature_search import next_feature, search
from gfm_desktop.workspace.track_files import TrackKind
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTH = 248_956_422
WIDTH, STEP = 1920, 7
SCALES = (LENGTH, 20_000_000, 5_000_000, 1_000_000, 100_000, 10_000, 1_000)


class NoRunner:
    """Nothing is read while painting is measured."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} is not to be called here")


def write_bed(path: Path, count: int) -> None:
    """Write features that lie anywhere, sorted as such files are."""
    rng = np.random.default_rng(0)
    starts = np.sort(rng.integers(0, LENGTH - 5_000, count))
    sizes = rng.integers(100, 2_000, count)
    with path.open("w", encoding="ascii") as file:
        columns = zip(starts.tolist(), sizes.tolist(), strict=True)
        for number, (start, size) in enumerate(columns):
            strand = "+-."[number % 3]
            file.write(
                f"chr1\t{start}\t{start + size}\tpeak{number}\t{number % 1000}\t"
                f"{strand}\t{start + 5}\t{start + 30}\t0\t2\t40,40\t0,{size - 40}\n"
            )


def genes(count: int) -> GeneModels:
    """Return genes of three transcripts of eight exons."""
    rng, many, exons = np.random.default_rng(1), 3, 8
    start = np.sort(rng.integers(0, LENGTH - 200_000, count))
    end = start + (10 ** rng.uniform(2.5, 5.2, count)).astype(np.int64)
    first, last = np.repeat(start, many), np.repeat(end, many)
    cuts = np.sort(rng.random((count * many, 2 * exons)), axis=1)
    spans = first[:, None] + cuts * (last - first)[:, None]
    pieces = spans.astype(np.int64).reshape(-1, 2)
    pieces[:, 1] = np.maximum(pieces[:, 1], pieces[:, 0] + 1)
    at = np.arange(count * many + 1) * exons
    arrays = GeneArrays(
        contigs=["chr1"],
        notes=[],
        gene_name=[f"GENE{n}" for n in range(count)],
        gene_id=[f"ENSG{n:011d}" for n in range(count)],
        transcript_id=[f"ENST{n:011d}" for n in range(count * many)],
        gene_contig=np.zeros(count, np.int64),
        gene_minus=rng.random(count) < 0.5,
        gene_start=start,
        gene_end=end,
        gene_transcripts=np.arange(count + 1) * many,
        transcript_start=first,
        transcript_end=last,
        transcript_exons=at,
        transcript_coding=at,
        exons=pieces,
        coding=pieces,
    )
    return GeneModels(Path("made"), arrays=arrays, fingerprint="", reference=None)


def timed(what: str, act: Callable[[], object]) -> object:
    """Do something once and print how long it took."""
    start = time.perf_counter()
    found = act()
    print(f"{what:48s} {(time.perf_counter() - start) * 1e3:10.1f} ms")
    return found


def paint_all(
    workspace: Workspace, track: GenesTrack | FeaturesTrack, frames: int
) -> None:
    """Drag each style at each scale and print what a frame costs."""
    pixmap = QPixmap(WIDTH, 1200)
    pixmap.fill(QColor(theme.LIGHT.surface))
    for style in track.styles:
        workspace.lanes.change(track.key, style=style)
        for size in SCALES:
            costs = []
            middle = LENGTH // 2 if size < LENGTH else 0
            for frame in range(frames):
                start = middle + round(frame * STEP * size / WIDTH)
                start = min(start, LENGTH - size)
                view = View(Interval("chr1", start, start + size), WIDTH, theme.LIGHT)
                with QPainter(pixmap) as painter:
                    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                    begun = time.thread_time()
                    rect = QRectF(0, 0, WIDTH, track.height(view))
                    track.axis(rect, view)
                    track.paint(painter, rect, view)
                    costs.append((time.thread_time() - begun) * 1e3)
            first, *rest = costs
            high = statistics.quantiles(rest, n=20)[-1]
            print(
                f"{track.key:11s} {style:22s} {size:>12,} bp   first {first:6.2f}   "
                f"median {statistics.median(rest):5.2f}   p95 {high:5.2f} ms CPU"
            )


def main() -> None:
    """Make the files, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=int, default=1_000_000)
    parser.add_argument("--genes", type=int, default=20_000)
    parser.add_argument("--frames", type=int, default=100)
    options = parser.parse_args()
    application = QApplication([])
    theme.apply(application, theme.LIGHT)
    workspace = Workspace()
    with tempfile.TemporaryDirectory() as folder:
        bed, store = Path(folder) / "made.bed", Path(folder) / "store"
        write_bed(bed, options.features)

        def read() -> None:
            draft = FeatureDraft(None)
            with bed.open("rb") as lines:
                for _ in read_bed_table(lines, draft):
                    pass
            FeatureStore.save(store, draft.columns(), title="made", notes=draft.notes())

        timed(f"read {options.features:,} features of BED12", read)
        file = workspace.track_files.add(
            TrackKind.FEATURES, bed, title="made", store=str(store)
        )
        track = timed(
            "map their store", lambda: FeaturesTrack(workspace, NoRunner(), file)
        )
        assert isinstance(track, FeaturesTrack)
        here = Interval("chr1", LENGTH // 2, LENGTH // 2 + 1_000)
        timed("next feature", lambda: next_feature(workspace, here, 1))
        timed("the one before", lambda: next_feature(workspace, here, -1))
        timed("search by the beginning of a name", lambda: search(workspace, "peak77"))
        paint_all(workspace, track, options.frames)
    workspace.track_files.clear()
    workspace.set_annotation(genes(options.genes))
    paint_all(workspace, GenesTrack(workspace), options.frames)


if __name__ == "__main__":
    main()
