"""What only a pool does: shards, and an executor that is not its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from toy_jobs import (
    Count,
    Deadly,
    Deaf,
    Endless,
    Recorder,
    Share,
    Shared,
    Talkative,
    Unpicklable,
    Visible,
    wait_for_file,
)

from gfm_desktop import paths
from gfm_desktop.engine.engine import Priority
from gfm_desktop.engine.pool import PoolEngine, one_worker_per_gpu
from gfm_desktop.jobs.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Partial,
    Progress,
    Started,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    """Give more threads than any engine here uses."""
    with ThreadPoolExecutor(4) as made:
        yield made


@pytest.fixture
def pool(executor: ThreadPoolExecutor) -> Iterator[PoolEngine]:
    """Give a pool of three threads, closed at the end."""
    made = PoolEngine(executor, workers=3)
    yield made
    made.close()


@pytest.fixture
def narrow(executor: ThreadPoolExecutor) -> Iterator[PoolEngine]:
    """Give a pool of one thread, closed at the end."""
    made = PoolEngine(executor, workers=1)
    yield made
    made.close()


def obeyed(pool: PoolEngine) -> None:
    """Wait until all earlier requests were obeyed: this job ends in its own one."""
    heard = Recorder()
    heard.ending(pool.submit(Unpicklable(), heard))


def made_in(folder: Path) -> int:
    return len(list(folder.glob("made-*")))


def test_that_a_job_with_shards_is_heard_as_one(
    pool: PoolEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    job_id = pool.submit(Shared(str(tmp_path), 40), heard)
    assert heard.ending(job_id) == Finished("merged", counts={"made": 40})
    events = heard.of(job_id)
    assert [e for e in events if isinstance(e, Started)] == [Started("Count")]
    told = [e for e in events if isinstance(e, Progress) and e.unit == "files"]
    assert all(event.total == 41 for event in told)
    done = [event.done for event in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (1, 41)
    partials = {e.path for e in events if isinstance(e, Partial)}
    assert len(partials) == 40
    assert not (tmp_path / "held").exists()
    assert len(heard.endings(job_id)) == 1


def test_that_shards_run_in_several_processes(tmp_path: Path) -> None:
    heard = Recorder()
    with one_worker_per_gpu(["0", "1"]) as executor:
        pool = PoolEngine(executor, workers=2)
        # The first file of each shard is made before the gate: two shards meet there.
        job_id = pool.submit(Shared(str(tmp_path), 16, gated=True), heard)
        for first in (0, 2):
            wait_for_file(tmp_path / f"made-{first}")
        (tmp_path / "gate").touch()
        assert isinstance(heard.ending(job_id), Finished)
        pool.close()
    assert len({file.read_text() for file in tmp_path.glob("made-*")}) == 2


def test_that_nothing_to_share_is_merged_at_once(
    pool: PoolEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    ending = heard.ending(pool.submit(Shared(str(tmp_path), 0), heard))
    assert ending == Finished("merged", counts={"made": 0})


def test_that_a_shard_that_fails_ends_the_job_and_finished_parts_stay(
    pool: PoolEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    job = Shared(str(tmp_path), 40, wrong=20)
    job_id = pool.submit(job, heard)
    assert heard.ending(job_id) == Failed("20 is odd.", "here", "Mend it.")
    kept = made_in(tmp_path)
    assert 0 < kept < 40
    assert not (tmp_path / "held").exists()
    mended = heard.ending(pool.submit(replace(job, wrong=-1), heard))
    assert isinstance(mended, Finished)
    assert made_in(tmp_path) == 40
    assert len(heard.endings(job_id)) == 1


@pytest.mark.parametrize("held", [False, True])
def test_that_a_job_that_cannot_be_shared_or_merged_fails_clearly(
    pool: PoolEngine, tmp_path: Path, held: bool
) -> None:
    heard = Recorder()
    if held:
        (tmp_path / "held").touch()
    job = Shared(str(tmp_path), merges=False)
    failed = heard.ending(pool.submit(job, heard))
    assert isinstance(failed, Failed)
    assert failed.what == (
        "Somebody else is at it." if held else "The parts do not fit."
    )
    assert (tmp_path / "held").exists() == held


def test_that_cancel_drops_what_waits_and_stops_what_runs(
    pool: PoolEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    job_id = pool.submit(Shared(str(tmp_path), 120, gated=True), heard)
    for first in (0, 10, 20):
        wait_for_file(tmp_path / f"made-{first}")
    pool.cancel(job_id)
    obeyed(pool)
    (tmp_path / "gate").touch()
    assert heard.ending(job_id) == Cancelled()
    assert made_in(tmp_path) <= 6, "each of the three ended at its next batch"
    assert not (tmp_path / "held").exists()


def test_that_a_paused_job_frees_its_worker_and_goes_on_later(
    narrow: PoolEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    first = tmp_path / "made-0"
    job = Share(str(tmp_path), 0, 5, gated=True)
    paused = narrow.submit(job, heard)
    wait_for_file(first)
    narrow.pause(paused)
    obeyed(narrow)
    other = narrow.submit(Count(1), heard)
    (tmp_path / "gate").touch()
    assert isinstance(heard.ending(other), Finished)
    assert not heard.endings(paused)
    narrow.resume(paused)
    assert isinstance(heard.ending(paused), Finished)
    assert len([e for e in heard.of(paused) if isinstance(e, Started)]) == 1
    assert made_in(tmp_path) == 5


def test_that_an_interactive_job_overtakes_shards(
    narrow: PoolEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    long = narrow.submit(Shared(str(tmp_path), 20, gated=True), heard)
    wait_for_file(tmp_path / "made-0")
    quick = narrow.submit(Count(1), heard, priority=Priority.INTERACTIVE)
    (tmp_path / "gate").touch()
    assert isinstance(heard.ending(long), Finished)
    order = [job for job, event in heard.events if isinstance(event, Finished)]
    assert order == [quick, long]
    assert made_in(tmp_path) == 20


def test_that_a_worker_that_dies_fails_its_job_only_once() -> None:
    heard = Recorder()
    folder = paths.data()
    with one_worker_per_gpu([""]) as executor:
        pool = PoolEngine(executor, workers=1)
        dead = pool.submit(Deadly(str(folder)), heard)
        ending = heard.ending(dead)
        assert isinstance(ending, Failed)
        assert "ended unexpectedly" in ending.what
        later = heard.ending(pool.submit(Count(1), heard))
        assert isinstance(later, Failed)
        assert "new pool" in later.todo
        pool.close()
    assert len(heard.endings(dead)) == 1


def test_that_an_executor_that_was_shut_down_is_no_riddle(
    executor: ThreadPoolExecutor, pool: PoolEngine
) -> None:
    executor.shutdown()
    heard = Recorder()
    failed = heard.ending(pool.submit(Count(1), heard))
    assert isinstance(failed, Failed)
    assert "new pool" in failed.todo


def test_that_what_cannot_be_sent_fails_its_job(pool: PoolEngine) -> None:
    heard = Recorder()
    failed = heard.ending(pool.submit(Talkative(), heard))
    assert isinstance(failed, Failed)
    assert "cannot be sent" in failed.what


def test_that_closing_does_not_wait_for_ever(
    executor: ThreadPoolExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Recorder()
    monkeypatch.setattr("toy_jobs.PATIENCE", 2.0)
    pool = PoolEngine(executor, workers=1, close_grace=0.1)
    deaf = pool.submit(Deaf(str(tmp_path / "inside")), heard)
    waiting = pool.submit(Count(1), heard)
    wait_for_file(tmp_path / "inside")
    pool.close()
    for job_id in (deaf, waiting):
        assert [type(event) for event in heard.endings(job_id)] == [Cancelled]
    assert not list(paths.data().glob("pool-*"))


def test_that_an_engine_can_be_closed_from_an_event(
    executor: ThreadPoolExecutor, tmp_path: Path
) -> None:
    heard = Recorder()
    pool = PoolEngine(executor, workers=1)

    def sink(job_id: str, event: Event) -> None:
        heard(job_id, event)
        if isinstance(event, Progress):
            pool.close()

    job_id = pool.submit(Endless(str(tmp_path / "cleaned")), sink)
    assert isinstance(heard.ending(job_id), Cancelled)
    pool.close()
    assert not [t for t in threading.enumerate() if t.name == "pool-engine"]


def test_that_each_worker_sees_its_own_gpu() -> None:
    heard = Recorder()
    with one_worker_per_gpu(["7"]) as executor:
        pool = PoolEngine(executor, workers=1)
        ending = heard.ending(pool.submit(Visible("CUDA_VISIBLE_DEVICES"), heard))
        assert ending == Finished("7")
        pool.close()


def test_that_a_pool_without_workers_is_refused(executor: ThreadPoolExecutor) -> None:
    with pytest.raises(ValueError, match="at least one"):
        PoolEngine(executor, workers=0)
