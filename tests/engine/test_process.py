"""What only the process engine must survive."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from toy_jobs import (
    Count,
    Deadly,
    Deaf,
    Endless,
    Recorder,
    Resumable,
    Talkative,
    wait_for_file,
)

from gfm_desktop.engine import worker_process
from gfm_desktop.engine.engine import Priority
from gfm_desktop.engine.process import ProcessEngine
from gfm_desktop.jobs.events import (
    Cancelled,
    Failed,
    Finished,
    Progress,
    Started,
)

if TYPE_CHECKING:
    import pytest

    from gfm_desktop.engine.messages import Command, Report


def pid_of(finished: object) -> int:
    assert isinstance(finished, Finished), finished
    return int(finished.outputs["pid"])


def test_that_jobs_run_in_another_process_which_stays(process: ProcessEngine) -> None:
    heard = Recorder()
    first = pid_of(heard.ending(process.submit(Count(), heard)))
    second = pid_of(heard.ending(process.submit(Count(), heard)))
    assert first == second == process.worker_pid
    assert first != os.getpid()


def test_that_an_interactive_job_overtakes_between_two_batches(
    process: ProcessEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    gate = tmp_path / "gate"
    long = process.submit(Count(50, gate=str(gate)), heard)
    heard.wait_for(long, Progress)
    queued = process.submit(Count(2), heard)
    quick = process.submit(Count(2), heard, priority=Priority.INTERACTIVE)
    # The worker has it once a later command has come back: pausing is not heard of,
    # but a job that waits is cancelled by the engine itself, in order.
    process.cancel(queued)
    heard.ending(queued)
    gate.touch()
    heard.ending(long)
    order = [job for job, event in heard.events if isinstance(event, Finished)]
    assert order == [quick, long]
    assert len([e for e in heard.of(long) if isinstance(e, Started)]) == 1


def test_that_a_queued_job_is_cancelled_at_once(
    process: ProcessEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    gate = tmp_path / "gate"
    long = process.submit(Count(2, gate=str(gate)), heard)
    heard.wait_for(long, Progress)
    queued = process.submit(Count(), heard)
    process.cancel(queued)
    assert heard.ending(queued) == Cancelled()
    assert not heard.endings(long), "the running job was still in its batch"
    gate.touch()
    assert isinstance(heard.ending(long), Finished)
    assert len(heard.of(queued)) == 1


def test_that_a_job_that_hears_no_cancel_costs_only_its_worker(
    process: ProcessEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    inside = tmp_path / "inside"
    deaf = process.submit(Deaf(str(inside)), heard)
    wait_for_file(inside)
    before = process.worker_pid
    other = process.submit(Count(), heard)
    process.cancel(deaf)
    assert heard.ending(deaf) == Cancelled()
    assert pid_of(heard.ending(other)) != before


def test_that_a_resumable_job_survives_the_death_of_its_worker(
    process: ProcessEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    job_id = process.submit(Resumable(str(tmp_path)), heard)
    other = process.submit(Count(), heard)
    ending = heard.ending(job_id)
    assert isinstance(ending, Finished)
    assert ending.counts == {"batch_size": 4}, "memory may have run out: half of it"
    told = [e for e in heard.of(job_id) if isinstance(e, Progress) and e.message]
    assert "SIGKILL" in told[0].message
    assert told[0].done == 1
    assert len([e for e in heard.of(job_id) if isinstance(e, Started)]) == 1
    assert isinstance(heard.ending(other), Finished)


def test_that_a_crash_that_is_no_lack_of_memory_keeps_the_batch(
    process: ProcessEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    job = Resumable(str(tmp_path), signal=signal.SIGTERM)
    ending = heard.ending(process.submit(job, heard))
    assert isinstance(ending, Finished)
    assert ending.counts == {"batch_size": 8}


def test_that_a_job_that_ends_two_workers_is_parked(
    process: ProcessEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    job_id = process.submit(Resumable(str(tmp_path), times=9), heard)
    ending = heard.ending(job_id)
    assert isinstance(ending, Failed)
    assert ending.parked
    assert "-9" in ending.details
    assert len(list(tmp_path.iterdir())) == 2
    assert isinstance(heard.ending(process.submit(Count(), heard)), Finished)


def test_that_a_job_that_cannot_resume_fails_with_the_exit_code(
    process: ProcessEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    job = process.submit(Deadly(str(tmp_path), signal=signal.SIGTERM), heard)
    other = process.submit(Count(), heard)
    ending = heard.ending(job)
    assert isinstance(ending, Failed)
    assert "SIGTERM" in ending.what
    assert not ending.parked
    assert isinstance(heard.ending(other), Finished)


def test_that_kill_9_from_outside_loses_no_job(
    process: ProcessEngine, tmp_path: Path
) -> None:
    heard = Recorder()
    gate = tmp_path / "gate"
    running = process.submit(Count(2, gate=str(gate)), heard)
    waiting = [process.submit(Count(), heard) for _ in range(5)]
    heard.wait_for(running, Progress)
    os.kill(process.worker_pid, signal.SIGKILL)
    assert isinstance(heard.ending(running), Failed)
    for job_id in waiting:
        assert isinstance(heard.ending(job_id), Finished)
        assert len(heard.endings(job_id)) == 1


def test_that_an_event_that_cannot_travel_fails_its_job(process: ProcessEngine) -> None:
    heard = Recorder()
    job_id = process.submit(Talkative(), heard)
    ending = heard.ending(job_id)
    assert isinstance(ending, Failed)
    assert "cannot be sent" in ending.what
    assert isinstance(heard.ending(process.submit(Count(), heard)), Finished)
    assert len(heard.endings(job_id)) == 1


class StillbornWorker(worker_process.WorkerProcess):
    """A worker that ends before it is ready."""

    def send(self, command: Command) -> None:
        raise AssertionError("nothing is sent to a worker that is not ready")

    def receive(self) -> Report | None:
        self.kill()
        return None


def test_that_a_worker_that_cannot_start_fails_the_jobs_and_is_tried_again(
    process: ProcessEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Recorder()
    name = "gfm_desktop.engine.process.WorkerProcess"
    with monkeypatch.context() as patch:
        patch.setattr(name, StillbornWorker)
        job_id = process.submit(Count(), heard)
        ending = heard.ending(job_id)
    assert isinstance(ending, Failed)
    assert "could not be started" in ending.what
    assert isinstance(heard.ending(process.submit(Count(), heard)), Finished)


def test_that_a_system_that_starts_no_process_fails_the_jobs(
    process: ProcessEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError(11, "no more processes")

    monkeypatch.setattr("gfm_desktop.engine.process.WorkerProcess", refuse)
    heard = Recorder()
    ending = heard.ending(process.submit(Count(), heard))
    assert isinstance(ending, Failed)
    assert "no more processes" in ending.details


def test_that_a_started_engine_has_a_worker_before_the_first_job() -> None:
    engine = ProcessEngine()
    heard = Recorder()
    engine.start()
    try:
        limit = time.monotonic() + 60
        while not engine.worker_pid:
            assert time.monotonic() < limit
            threading.Event().wait(0.01)
        pid = engine.worker_pid
        assert pid_of(heard.ending(engine.submit(Count(), heard))) == pid
    finally:
        engine.close()


def test_that_close_leaves_no_process_and_no_thread(tmp_path: Path) -> None:
    engine = ProcessEngine(close_grace=0.2)
    heard = Recorder()
    running = engine.submit(Endless(str(tmp_path / "cleaned")), heard)
    inside = tmp_path / "inside"
    deaf = engine.submit(Deaf(str(inside)), heard, priority=Priority.INTERACTIVE)
    wait_for_file(inside)
    pid = engine.worker_pid
    engine.close()
    engine.close()
    for job_id in (running, deaf):
        assert [type(event) for event in heard.endings(job_id)] == [Cancelled]
    assert not psutil.pid_exists(pid)
    assert not [t for t in threading.enumerate() if t.name == "engine"]
    assert not multiprocessing.active_children()


def test_that_an_engine_that_was_never_used_starts_nothing() -> None:
    engine = ProcessEngine()
    engine.close()
    assert not multiprocessing.active_children()


PARENT = """
import sys
sys.path[:0] = {path!r}
from gfm_desktop.engine.process import ProcessEngine
from toy_jobs import Deaf, Recorder, wait_for_file
from pathlib import Path

if __name__ == "__main__":
    engine = ProcessEngine()
    engine.submit(Deaf({inside!r}), Recorder())
    wait_for_file(Path({inside!r}))
    print(engine.worker_pid, flush=True)
    sys.stdin.read()
"""


def test_that_the_worker_ends_with_the_window_even_within_a_batch(
    tmp_path: Path,
) -> None:
    script = tmp_path / "parent.py"
    path = [str(Path(__file__).parent), *filter(None, sys.path)]
    script.write_text(
        PARENT.format(path=path, inside=str(tmp_path / "inside")), encoding="utf-8"
    )
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        psutil.wait_procs([worker], timeout=30)
        assert not worker.is_running()
