"""A scoring that several workers share: the same scores, totals and messages."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from gfm_desktop.engine.inline import InlineEngine
from gfm_desktop.engine.pool import PoolEngine
from gfm_desktop.errors import GfmError
from gfm_desktop.jobs import pacing, scoring_work
from gfm_desktop.jobs.events import (
    ENDINGS,
    Cancelled,
    Event,
    Failed,
    Finished,
    Partial,
    Progress,
)
from gfm_desktop.jobs.job import Shardable
from gfm_desktop.jobs.run_folder import RunFolder
from gfm_desktop.jobs.score_shard import ScoreShard
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.scoring import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Desk

    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.job import Job

COUNTS = {"scored": 43, "not_in_gene": 2, "malformed": 1}


class Heard:
    """The events of one job, until it has ended."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._over = threading.Event()

    def __call__(self, job_id: str, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, ENDINGS):
            self._over.set()

    def ending(self) -> Event:
        assert self._over.wait(60)
        assert sum(isinstance(event, ENDINGS) for event in self.events) == 1
        return self.events[-1]


@pytest.fixture
def job(desk: Desk) -> ScoreVariants:
    """Score 46 alleles: 43 lie in genes, two outside, one is none."""
    lines = [desk.snv(position) for position in range(1105, 2960, 44)]
    lines[20:20] = ["chr1 oops . A C . . ."]
    variants = desk.vcf(*lines, desk.snv(3500), desk.snv(3600))
    return ScoreVariants(
        desk.genome, variants, "toy", annotation=desk.annotation, batch_size=1
    )


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make batches of two, whatever the time."""
    for module in (scoring_work, pacing):
        monkeypatch.setattr(module, "LARGEST_STEP", 2)
    monkeypatch.setattr(scoring_work, "_TELL_SECONDS", 0.0)


@pytest.fixture
def pool(context: JobContext) -> Iterator[PoolEngine]:
    """Give a pool of three threads that know the toy model."""
    with ThreadPoolExecutor(3) as executor:
        made = PoolEngine(executor, workers=3)
        yield made
        made.close()


def run(engine: InlineEngine | PoolEngine, job: Job) -> tuple[list[Event], Finished]:
    heard = Heard()
    engine.submit(job, heard)
    ending = heard.ending()
    assert isinstance(ending, Finished), ending
    return heard.events, ending


def alone(job: Job) -> Finished:
    """Score in one piece."""
    engine = InlineEngine()
    _, finished = run(engine, job)
    engine.close()
    return finished


def scores_of(finished: Finished) -> list[dict[str, Any]]:
    """Return all rows as the parts have them, in the parts' order."""
    parts = RunFolder(Path(finished.outputs["run"])).parts
    return [row for part in parts for row in pq.read_table(part).to_pylist()]


@pytest.fixture
def expected(job: ScoreVariants, context: JobContext) -> list[dict[str, Any]]:
    """Score in one piece, and forget it on disk."""
    finished = alone(job)
    assert finished.counts == COUNTS
    rows = scores_of(finished)
    shutil.rmtree(finished.outputs["run"])
    return rows


def test_that_three_shards_give_the_scores_of_one_process(
    job: ScoreVariants, context: JobContext, expected: list[dict[str, Any]]
) -> None:
    finished = in_shards(job, 3, context)
    assert finished.counts == COUNTS
    assert scores_of(finished) == expected
    manifest = RunFolder(Path(finished.outputs["run"])).read_manifest()
    assert manifest.complete
    assert manifest.counts == COUNTS
    again = alone(job)
    assert again == finished, "message, counts, outputs and warnings are the same"


@pytest.mark.parametrize("n", [1, 2, 7, 45, 99])
def test_that_any_number_of_shards_gives_the_same_scores(
    job: ScoreVariants,
    context: JobContext,
    expected: list[dict[str, Any]],
    n: int,
) -> None:
    assert scores_of(in_shards(job, n, context)) == expected


def in_shards(job: ScoreVariants, n: int, context: JobContext) -> Finished:
    """Do by hand, last shard first, what an engine does."""
    prepared = through(job.preparation(), context)
    with job.shards(n, prepared) as split:
        assert len(split.jobs) == min(n, 45)
        assert (split.done, split.total, split.unit) == (0, 45, "variants")
        parts = [through(shard, context) for shard in reversed(split.jobs)]
        assert sum(sum(part.counts.values()) for part in parts) == 45
        return job.merge(parts[::-1], prepared)


def through(job: Job, context: JobContext) -> Finished:
    steps = job.run(context)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            finished: Finished = stop.value
            return finished


def test_that_a_pool_tells_and_scores_the_same(
    job: ScoreVariants, pool: PoolEngine, expected: list[dict[str, Any]]
) -> None:
    assert isinstance(job, Shardable)
    events, finished = run(pool, job)
    assert scores_of(finished) == expected
    assert finished.counts == COUNTS
    told = [e for e in events if isinstance(e, Progress) and e.total == 45]
    done = [event.done for event in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 45)
    partials = [event.path for event in events if isinstance(event, Partial)]
    parts = RunFolder(Path(finished.outputs["run"])).parts
    assert sorted(partials) == [str(part) for part in parts]
    assert not (parts[0].parent / "running.lock").exists()
    assert alone(job) == finished


def test_that_a_cancelled_pool_goes_on_where_it_was(
    job: ScoreVariants, pool: PoolEngine, expected: list[dict[str, Any]]
) -> None:
    heard = Heard()

    def sink(job_id: str, event: Event) -> None:
        heard(job_id, event)
        if isinstance(event, Partial):
            pool.cancel(job_id)

    pool.submit(job, sink)
    assert heard.ending() == Cancelled()
    kept = [event.path for event in heard.events if isinstance(event, Partial)]
    assert len(kept) > 0
    before = {part: Path(part).stat().st_mtime_ns for part in kept}
    _, finished = run(pool, job)
    rows = scores_of(finished)
    assert sorted(rows, key=lambda row: row["row"]) == expected
    assert {part: Path(part).stat().st_mtime_ns for part in kept} == before
    assert finished.counts == COUNTS
    # Fresh scores replace the old ones and are not added to them.
    _, fresh = run(pool, replace(job, fresh=True))
    assert scores_of(fresh) == expected


def test_that_a_shard_that_fails_leaves_what_the_others_wrote(
    job: ScoreVariants,
    pool: PoolEngine,
    expected: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = registry.function_of("splice-delta")

    def score(model: Any, variants: Any, **options: Any) -> Any:
        if any(variant.start > 2000 for variant in variants):
            raise GfmError("The device is lost.", where="cuda:1")
        return real(model, variants, **options)

    with monkeypatch.context() as patch:
        patch.setattr(registry, "function_of", lambda _: score)
        heard = Heard()
        pool.submit(job, heard)
        assert heard.ending() == Failed("The device is lost.", "cuda:1")
    assert any(isinstance(event, Partial) for event in heard.events)
    _, finished = run(pool, job)
    rows = scores_of(finished)
    assert sorted(rows, key=lambda row: row["row"]) == expected


def test_that_a_users_error_is_told_before_anything_is_divided(
    job: ScoreVariants, pool: PoolEngine
) -> None:
    heard = Heard()
    pool.submit(replace(job, options=(("distance", 5000),)), heard)
    failed = heard.ending()
    assert isinstance(failed, Failed)
    assert failed.usage
    assert "4,999" in failed.what


def test_that_one_run_is_not_scored_twice_at_the_same_time(
    job: ScoreVariants, context: JobContext, pool: PoolEngine
) -> None:
    prepared = through(job.preparation(), context)
    with job.shards(3, prepared):
        heard = Heard()
        pool.submit(job, heard)
        failed = heard.ending()
        assert isinstance(failed, Failed)
        assert "already running" in failed.what


def test_that_a_shard_that_was_given_up_writes_nothing(
    job: ScoreVariants, context: JobContext
) -> None:
    prepared = through(job.preparation(), context)
    with job.shards(3, prepared) as split:
        straggler = split.jobs[0].run(context)
        while not isinstance(next(straggler), Partial):
            pass
    folder = RunFolder(Path(prepared.outputs["run"]))
    # Held again, by the very same process: still not by whoever divided then.
    with folder.locked(), pytest.raises(GfmError, match="has ended"):
        list(straggler)
    assert len(folder.parts) == 1
    assert not list(folder.path.glob("*.tmp"))


def test_that_a_worker_with_other_files_is_refused(
    job: ScoreVariants, context: JobContext, desk: Desk
) -> None:
    prepared = through(job.preparation(), context)
    with job.shards(1, prepared) as split:
        (shard,) = split.jobs
        assert isinstance(shard, ScoreShard)
        Path(job.variants).write_text(
            Path(job.variants).read_text() + "chr1\t1100\t.\tA\tC\t.\t.\t.\n"
        )
        with pytest.raises(GfmError, match="other files"):
            through(shard, context)


def test_that_a_shard_never_takes_another_ones_number(
    job: ScoreVariants, context: JobContext
) -> None:
    prepared = through(job.preparation(), context)
    with job.shards(45, prepared) as split:
        shard = split.jobs[3]
        through(shard, context)
        assert isinstance(shard, ScoreShard)
        folder = RunFolder(Path(shard.folder), claim=shard.claim)
        with pytest.raises(RuntimeError, match="another shard"):
            folder.next_number()
