"""Read counts of one alignment file: asked for in tiles, never waited for.

A `jobs.read_coverage.ReadCoverage` counts a run of neighbouring tiles in the worker and
tells each as soon as it is there. Whatever no view shows any more is given up; answers
that come all the same are dropped.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from psygnal import Signal

from gfm_desktop.engine.engine import Priority
from gfm_desktop.errors import GfmError
from gfm_desktop.genome.alignments import ReadFilter, read_density
from gfm_desktop.genome.coverage import BASES, Coverage
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import ENDINGS, Event, Failed, Partial
from gfm_desktop.jobs.read_coverage import TILE, ReadCoverage
from gfm_desktop.workspace.prediction_questions import tiles_over

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.workspace import Workspace

WIDEST = 100_000
"""bp of the widest view that is read unasked: IGV's visibility window is 30 kb."""
WIDEST_ASKED = 2_000_000
"""bp of the widest region that is read on request."""
_KEPT = 192
"""Tiles that stay in memory: more than the widest region has, at most 100 MB."""


class Stage(StrEnum):
    """How the counts of a view stand."""

    IDLE = "idle"
    """There is no genome, or nobody asked yet."""
    TOO_WIDE = "too wide"
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class CountedTile:
    """A tile with what every picture of it needs.

    Attributes:
        coverage: The counts.
        depth: int64 (n,): reads with a base here.
        others: int64 (n,): reads with another A, C, G or T than the genome.
    """

    coverage: Coverage
    depth: NDArray[np.int64]
    others: NDArray[np.int64]

    @classmethod
    def of(cls, coverage: Coverage) -> CountedTile:
        """Sum up the counts of a tile."""
        both = coverage.bases.sum(axis=0, dtype=np.int64)
        here = np.arange(both.shape[1])
        unsure = len(BASES) - 1
        as_ref = np.where(coverage.ref < unsure, both[coverage.ref, here], 0)
        depth = both.sum(axis=0)
        return cls(coverage, depth, depth - as_ref - both[unsure])


@dataclass(slots=True, eq=False)
class _Question:
    """One submitted job; compared by identity, so a late answer is told apart."""

    tiles: set[Interval] = field(default_factory=set)
    job_id: str = ""


class ReadCoverages:
    """The counts of an alignment file around what is on screen.

    Attributes:
        changed: Emitted when counts or states may differ from before.
        revision: Grows with each change; caches of pictures compare it.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace, runner: Runner, store: str) -> None:
        """Read nothing before `want`.

        Args:
            workspace: Whose genome the file was opened with.
            runner: Runs jobs.
            store: What `jobs.open_alignments.OpenAlignments` made.
        """
        self._workspace = workspace
        self._runner = runner
        self._store = store
        self._filter = ReadFilter()
        self._tiles: OrderedDict[Interval, CountedTile] = OrderedDict()
        self._failures: dict[Interval, str] = {}
        self._questions: list[_Question] = []
        self._views: tuple[Interval, ...] = ()
        self._asked: Interval | None = None
        self._densities: dict[str, NDArray[np.float32] | None] = {}
        self.revision = 0

    @property
    def filter(self) -> ReadFilter:
        """Return which reads and bases count."""
        return self._filter

    def set_filter(self, chosen: ReadFilter) -> None:
        """Count other reads and bases; everything is read again."""
        if chosen != self._filter:
            self._filter = chosen
            views = self._views
            self.want(())
            self._tiles.clear()
            self._failures.clear()
            self.want(views)

    def want(self, views: Collection[Interval]) -> None:
        """Tell what is on screen: asks for what is missing, gives up the rest.

        Args:
            views: The stretches on show; empty where the lane is hidden.
        """
        self._views = tuple(views)
        needed = list(dict.fromkeys(t for v in self._views for t in self._needed(v)))
        for question in list(self._questions):
            if question.tiles.isdisjoint(needed):
                self._cancel(question)
        out = {tile for question in self._questions for tile in question.tiles}
        known = out | set(self._tiles) | set(self._failures)
        for run in _runs([tile for tile in needed if tile not in known]):
            self._ask(run)
        self._tell()

    def read_here(self, region: Interval) -> None:
        """Read a region on request, also where it is too wide to be read unasked.

        Raises:
            GfmError: If it is wider than `WIDEST_ASKED`.
        """
        if len(region) > WIDEST_ASKED:
            raise GfmError(
                f"{len(region):,} bp are too many to read alignments of at once.",
                where=str(region),
                todo=f"Zoom in below {WIDEST_ASKED // 1_000_000} Mb.",
            )
        self._asked = region
        self._failures.clear()
        self.want(self._views or (region,))

    def stage(self, view: Interval) -> Stage:
        """Return how the counts of a view stand."""
        if self._workspace.genome is None or not view.contig:
            return Stage.IDLE
        needed = self._needed(view)
        if not needed:
            return Stage.TOO_WIDE
        if any(tile in self._failures for tile in needed):
            return Stage.FAILED
        if all(tile in self._tiles for tile in needed):
            return Stage.READY
        return Stage.WAITING

    def failure(self, view: Interval) -> str:
        """Return why counts of a view are missing; empty where nothing failed."""
        found = (self._failures.get(tile) for tile in self._needed(view))
        return next((why for why in found if why), "")

    def tiles(self, view: Interval) -> list[CountedTile]:
        """Return the tiles of a region that are there, from left to right."""
        found = []
        for tile in self._over(view):
            if tile in self._tiles:
                self._tiles.move_to_end(tile)
                found.append(self._tiles[tile])
        return found

    def density(self, contig: str) -> NDArray[np.float32] | None:
        """Return bytes of reads for each `genome.alignment_index.WINDOW` bp.

        Args:
            contig: The genome's name; None is returned where the file has no reads.
        """
        if contig not in self._densities:
            try:
                self._densities[contig] = read_density(Path(self._store), contig)
            except GfmError as error:
                self._densities[contig] = None
                self._workspace.message.emit("warning", str(error))
        return self._densities[contig]

    def _needed(self, view: Interval) -> list[Interval]:
        """Return the tiles that a view should have; none where it is too wide."""
        if len(view) <= WIDEST:
            return self._over(view)
        asked = self._asked
        if asked is None or not asked.overlaps(view):
            return []
        start, end = max(asked.start, view.start), min(asked.end, view.end)
        return self._over(Interval(view.contig, start, end))

    def _over(self, view: Interval) -> list[Interval]:
        genome = self._workspace.genome
        length = None if genome is None else genome.contigs.get(view.contig)
        if length is None:
            return []
        return tiles_over(view.clipped(length), length, TILE)

    def _ask(self, run: Sequence[Interval]) -> None:
        genome = self._workspace.genome
        if genome is None:
            return
        question = _Question(set(run))
        self._questions.append(question)
        job = ReadCoverage(
            self._store,
            str(genome.path),
            run[0].contig,
            run[0].start,
            run[-1].end,
            self._filter.mapping_quality,
            self._filter.base_quality,
        )
        question.job_id = self._runner.submit(
            job,
            lambda event: self._hear(question, event),
            priority=Priority.INTERACTIVE,
        )

    def _hear(self, question: _Question, event: Event) -> None:
        if question not in self._questions:
            return
        match event:
            case Partial(path=path):
                self._take(question, Path(path))
            case Failed():
                advice = f" {event.todo}" if event.todo else ""
                self._fail(question, f"{event.what}{advice}")
            case _:
                pass
        if isinstance(event, ENDINGS):
            # Whoever cancelled it in the job strip does not want it again at once.
            self._fail(question, "Stopped. Right-click to read the alignments again.")
            self._questions.remove(question)
        if isinstance(event, (Partial, *ENDINGS)):
            self._tell()

    def _take(self, question: _Question, path: Path) -> None:
        try:
            coverage = Coverage.load(path)
        except GfmError as error:
            self._fail(question, str(error))
            return
        question.tiles.discard(coverage.interval)
        self._tiles[coverage.interval] = CountedTile.of(coverage)
        while len(self._tiles) > _KEPT:
            self._tiles.popitem(last=False)

    def _fail(self, question: _Question, why: str) -> None:
        self._failures.update(dict.fromkeys(question.tiles, why))
        question.tiles.clear()

    def _cancel(self, question: _Question) -> None:
        self._questions.remove(question)
        if question.job_id:
            self._runner.cancel(question.job_id)

    def _tell(self) -> None:
        self.revision += 1
        self.changed.emit()


def _runs(tiles: Sequence[Interval]) -> list[list[Interval]]:
    """Return tiles in runs of neighbours."""
    runs: list[list[Interval]] = []
    for tile in sorted(tiles):
        last = runs[-1][-1] if runs else None
        if last and (last.contig, last.end) == (tile.contig, tile.start):
            runs[-1].append(tile)
        else:
            runs.append([tile])
    return runs
