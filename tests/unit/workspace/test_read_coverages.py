"""Read counts asked for in tiles: what is asked, kept, given up and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.alignments import ReadFilter
from gfm_desktop.genome.coverage import Coverage
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.jobs.events import Cancelled, Failed, Finished, Partial
from gfm_desktop.jobs.read_coverage import TILE, ReadCoverage
from gfm_desktop.workspace.read_coverages import (
    WIDEST,
    CountedTile,
    ReadCoverages,
    Stage,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import ToldRunner

    from gfm_desktop.workspace.workspace import Workspace

LENGTH = 40 * TILE


def view(first: float, last: float) -> Interval:
    return Interval("chr1", int(first * TILE), int(last * TILE))


@pytest.fixture
def reads(workspace: Workspace, told: ToldRunner, tmp_path: Path) -> ReadCoverages:
    genome = tmp_path / "long.fa"
    genome.write_text(">chr1\n" + "ACGT" * (LENGTH // 4) + "\n")
    workspace.set_genome(Reference.open(genome))
    return ReadCoverages(workspace, told, "the-store")


@pytest.fixture
def tile(tmp_path: Path) -> Callable[[int], Partial]:
    """Return what a job says of a tile with a depth of its own number."""

    def make(number: int) -> Partial:
        place = Interval("chr1", number * TILE, (number + 1) * TILE)
        bases = np.zeros((2, 5, TILE), np.uint8)
        bases[0, 0] = number
        none = np.zeros(TILE, np.uint8)
        path = tmp_path / f"{number}.npz"
        Coverage(place, bases, none, none, none).save(path)
        return Partial("coverage", str(path))

    return make


def asked(told: ToldRunner) -> list[tuple[float, float]]:
    jobs = [job for job in told.jobs if isinstance(job, ReadCoverage)]
    return [(job.start / TILE, job.end / TILE) for job in jobs]


def test_that_a_view_asks_for_its_tiles_in_one_job(
    reads: ReadCoverages, told: ToldRunner, tile: Callable[[int], Partial]
) -> None:
    heard = []
    reads.changed.connect(lambda: heard.append(reads.revision))
    where = view(2.5, 4.2)
    assert reads.stage(where) is Stage.WAITING
    reads.want([where])
    assert asked(told) == [(2, 5)]
    told.tell(tile(2))
    assert reads.stage(where) is Stage.WAITING
    assert reads.stage(view(2.1, 2.9)) is Stage.READY
    told.tell(tile(3), tile(4), Finished("done"))
    assert reads.stage(where) is Stage.READY
    assert [int(t.depth[0]) for t in reads.tiles(where)] == [2, 3, 4]
    assert heard == sorted(set(heard))
    reads.want([view(3.5, 5.5)])
    assert asked(told) == [(2, 5), (5, 6)]


def test_that_what_nobody_looks_at_is_given_up_and_late_answers_are_dropped(
    reads: ReadCoverages, told: ToldRunner, tile: Callable[[int], Partial]
) -> None:
    reads.want([view(0, 2), view(20, 21)])
    assert asked(told) == [(0, 2), (20, 21)]
    reads.want([view(20, 22)])
    assert told.cancelled == ["job-1"]
    assert asked(told)[2:] == [(21, 22)]
    told.tell(tile(0), Cancelled(), job=0)
    assert reads.tiles(view(0, 1)) == []
    assert reads.stage(view(0, 1)) is Stage.WAITING
    reads.want(())
    assert told.cancelled == ["job-1", "job-2", "job-3"]


def test_that_a_wide_view_is_read_only_on_request(
    reads: ReadCoverages, told: ToldRunner
) -> None:
    wide = Interval("chr1", 0, WIDEST + 1)
    reads.want([wide])
    assert reads.stage(wide) is Stage.TOO_WIDE
    assert told.jobs == []
    reads.read_here(wide)
    assert reads.stage(wide) is Stage.WAITING
    assert asked(told) == [(0, 7)]
    with pytest.raises(GfmError, match="too many to read"):
        reads.read_here(Interval("chr1", 0, 3_000_000))


def test_that_failures_are_told_and_not_asked_again_unless_wanted(
    reads: ReadCoverages, told: ToldRunner, tile: Callable[[int], Partial]
) -> None:
    where = view(0, 2)
    reads.want([where])
    told.tell(tile(0), Failed("The disk is gone.", todo="Put it back."))
    assert reads.stage(where) is Stage.FAILED
    assert reads.failure(where) == "The disk is gone. Put it back."
    assert reads.stage(view(0, 1)) is Stage.READY
    reads.want([where])
    assert len(told.jobs) == 1
    reads.read_here(where)
    assert asked(told)[1:] == [(1, 2)]
    told.tell(Cancelled())
    assert reads.stage(where) is Stage.FAILED
    assert "Stopped" in reads.failure(where)


def test_that_another_filter_reads_everything_anew(
    reads: ReadCoverages, told: ToldRunner, tile: Callable[[int], Partial]
) -> None:
    reads.want([view(0, 1)])
    told.tell(tile(0), Finished("done"))
    reads.set_filter(ReadFilter(20, 10))
    assert reads.tiles(view(0, 1)) == []
    job = told.jobs[-1]
    assert isinstance(job, ReadCoverage)
    assert (job.mapping_quality, job.base_quality) == (20, 10)
    reads.set_filter(ReadFilter(20, 10))
    assert len(told.jobs) == 2


def test_that_reads_that_differ_are_counted_without_unsure_ones() -> None:
    bases = np.zeros((2, 5, 2), np.uint8)
    bases[0, :, 0] = (5, 1, 0, 2, 3)
    bases[1, :, 0] = (4, 0, 0, 1, 0)
    bases[0, :, 1] = (1, 1, 1, 1, 1)
    none = np.zeros(2, np.uint8)
    ref = np.array([0, 4], np.uint8)
    tile = CountedTile.of(Coverage(Interval("chr1", 0, 2), bases, none, none, ref))
    assert tile.depth.tolist() == [16, 5]
    # At an N of the genome every base differs.
    assert tile.others.tolist() == [4, 4]
