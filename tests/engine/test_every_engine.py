"""One suite for every engine: they differ in where a job runs, in nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from toy_jobs import (
    Buggy,
    Count,
    Endless,
    Forgetful,
    NeverArrives,
    Recorder,
    Unpicklable,
    Wrong,
)

from gfm_desktop.engine.engine import Priority
from gfm_desktop.jobs.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Progress,
    Started,
)

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.engine.engine import Engine


def test_that_a_job_says_started_then_progress_then_finished(engine: Engine) -> None:
    heard = Recorder()
    job_id = engine.submit(Count(2), heard)
    heard.ending(job_id)
    first, *middle, last = heard.of(job_id)
    assert first == Started("Count")
    assert middle == [Progress(0, 2, "steps"), Progress(1, 2, "steps")]
    assert isinstance(last, Finished)


def test_that_a_users_error_keeps_its_three_parts(engine: Engine) -> None:
    heard = Recorder()
    job_id = engine.submit(Wrong(), heard)
    assert heard.ending(job_id) == Failed("The file is odd.", "a.vcf", "Mend it.")
    assert heard.of(job_id)[0] == Started("Wrong")


@pytest.mark.parametrize("job", [Buggy(), Forgetful()])
def test_that_a_bug_fails_its_job_with_a_traceback(engine: Engine, job: Buggy) -> None:
    heard = Recorder()
    failed = heard.ending(engine.submit(job, heard))
    assert isinstance(failed, Failed)
    assert "Traceback" in failed.details
    later = engine.submit(Count(), heard)
    assert isinstance(heard.ending(later), Finished)


def test_that_a_job_can_be_cancelled_from_its_own_event(
    engine: Engine, tmp_path: Path
) -> None:
    heard = Recorder()
    cleaned = tmp_path / "cleaned"

    def sink(job_id: str, event: Event) -> None:
        heard(job_id, event)
        if isinstance(event, Progress) and event.done == 3:
            engine.cancel(job_id)

    job_id = engine.submit(Endless(str(cleaned)), sink)
    assert heard.ending(job_id) == Cancelled()
    engine.close()
    assert cleaned.exists()
    assert len(heard.endings(job_id)) == 1


def test_that_jobs_submitted_from_an_event_run_too(engine: Engine) -> None:
    heard = Recorder()
    chained: list[str] = []

    def sink(job_id: str, event: Event) -> None:
        heard(job_id, event)
        if isinstance(event, Finished):
            chained.append(engine.submit(Count(1), heard))

    heard.ending(engine.submit(Count(1), sink))
    heard.ending("job-2")
    assert chained == ["job-2"]


def test_that_a_paused_job_waits_and_goes_on(engine: Engine) -> None:
    heard = Recorder()

    def sink(job_id: str, event: Event) -> None:
        heard(job_id, event)
        if event == Progress(0, 4, "steps"):
            engine.pause(job_id)

    paused = engine.submit(Count(4), sink)
    heard.wait_for(paused, Progress)
    other = engine.submit(Count(2), heard, priority=Priority.BATCH)
    assert isinstance(heard.ending(other), Finished)
    engine.resume(paused)
    assert isinstance(heard.ending(paused), Finished)


def test_that_a_paused_job_can_be_cancelled(engine: Engine) -> None:
    heard = Recorder()

    def sink(job_id: str, event: Event) -> None:
        heard(job_id, event)
        if isinstance(event, Started):
            engine.pause(job_id)

    job_id = engine.submit(Count(10**9), sink)
    heard.wait_for(job_id, Started)
    engine.cancel(job_id)
    assert heard.ending(job_id) == Cancelled()


def test_that_closing_cancels_what_is_left(engine: Engine, tmp_path: Path) -> None:
    heard = Recorder()

    def sink(job_id: str, event: Event) -> None:
        heard(job_id, event)
        if isinstance(event, Started):
            engine.pause(job_id)

    running = engine.submit(Endless(str(tmp_path / "cleaned")), sink)
    heard.wait_for(running, Started)
    engine.close()
    assert [type(event) for event in heard.endings(running)] == [Cancelled]
    late = engine.submit(Count(), heard)
    assert [type(event) for event in heard.of(late)] == [Cancelled]


def test_that_cancelling_what_has_ended_does_nothing(engine: Engine) -> None:
    heard = Recorder()
    job_id = engine.submit(Count(1), heard)
    heard.ending(job_id)
    engine.cancel(job_id)
    engine.pause(job_id)
    engine.resume(job_id)
    engine.cancel("job-99")
    heard.ending(engine.submit(Count(1), heard))
    assert len(heard.endings(job_id)) == 1


@pytest.mark.parametrize("job", [Unpicklable(), NeverArrives()])
def test_that_a_job_that_cannot_travel_ends_all_the_same(
    engine: Engine, job: Unpicklable
) -> None:
    heard = Recorder()
    ending = heard.ending(engine.submit(job, heard))
    inline = type(engine).__name__ == "InlineEngine"
    assert isinstance(ending, Finished if inline else Failed)
    assert isinstance(heard.ending(engine.submit(Count(1), heard)), Finished)
