"""Whatever is asked in whatever order, every job ends exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from toy_jobs import Buggy, Count, Forgetful, Talkative, Wrong

from gfm_desktop.engine.engine import Priority
from gfm_desktop.engine.scheduler import Scheduler
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import (
    ENDINGS,
    Cancelled,
    Event,
    Failed,
    Finished,
    Progress,
    Started,
)
from gfm_desktop.jobs.guard import run_guarded

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.job import Job

JOBS = [Count(0), Count(1), Count(5), Wrong(), Buggy(), Forgetful(), Talkative()]


def start(job: Job) -> Generator[Event, None, None]:
    return run_guarded(job, JobContext())


class AnyOrder(RuleBasedStateMachine):
    """Submits, steps, pauses and cancels at will; sinks cancel, too."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[str, list[Event]] = {}
        self.urgent: dict[str, Priority] = {}
        self.paused: set[str] = set()
        self.cancel_at_progress: set[str] = set()
        self.turns: list[str] = []
        self.scheduler: Scheduler[Job] = Scheduler(
            start, self.hear, turn=self.turns.append
        )

    def hear(self, job_id: str, event: Event) -> None:
        self.heard[job_id].append(event)
        if isinstance(event, Progress) and job_id in self.cancel_at_progress:
            self.scheduler.cancel(job_id)

    def open_jobs(self) -> list[str]:
        return [
            one
            for one, events in self.heard.items()
            if not any(isinstance(event, ENDINGS) for event in events)
        ]

    @rule(
        job=st.sampled_from(JOBS),
        priority=st.sampled_from(Priority),
        cancels=st.booleans(),
    )
    def submit(self, job: Job, priority: Priority, cancels: bool) -> None:
        job_id = f"job-{len(self.heard)}"
        self.heard[job_id] = []
        self.urgent[job_id] = priority
        if cancels:
            self.cancel_at_progress.add(job_id)
        self.scheduler.submit(job_id, job, priority=priority)

    @rule()
    def step(self) -> None:
        waiting = [one for one in self.open_jobs() if one not in self.paused]
        before = {one: len(events) for one, events in self.heard.items()}
        assert self.scheduler.step() == bool(waiting)
        moved = [one for one in before if len(self.heard[one]) > before[one]]
        assert len(moved) == bool(waiting)
        for one in moved:
            assert self.urgent[one] == min(self.urgent[w] for w in waiting)
            assert self.turns[-1] == one

    @rule(number=st.integers(0, 20))
    def cancel(self, number: int) -> None:
        self.scheduler.cancel(f"job-{number}")
        if f"job-{number}" in self.heard:
            assert f"job-{number}" not in self.open_jobs()

    @rule(number=st.integers(0, 20))
    def pause(self, number: int) -> None:
        self.scheduler.pause(f"job-{number}")
        if f"job-{number}" in self.heard:
            self.paused.add(f"job-{number}")

    @rule(number=st.integers(0, 20))
    def resume(self, number: int) -> None:
        self.scheduler.resume(f"job-{number}")
        self.paused.discard(f"job-{number}")

    @invariant()
    def at_most_one_ending_and_it_is_last(self) -> None:
        for events in self.heard.values():
            endings = [
                i for i, event in enumerate(events) if isinstance(event, ENDINGS)
            ]
            assert endings in ([], [len(events) - 1])
            started = [i for i, e in enumerate(events) if isinstance(e, Started)]
            assert (
                started == [] if events[:1] == [Cancelled()] else started in ([], [0])
            )

    def teardown(self) -> None:
        self.scheduler.close()
        assert not self.open_jobs(), "every job has an ending"
        assert not self.scheduler.step()
        self.at_most_one_ending_and_it_is_last()


def test_that_every_job_has_exactly_one_ending_whatever_is_asked() -> None:
    run_state_machine_as_test(AnyOrder)


def run_all(*jobs: tuple[Job, Priority]) -> list[tuple[str, Event]]:
    heard: list[tuple[str, Event]] = []
    scheduler: Scheduler[Job] = Scheduler(start, lambda *said: heard.append(said))
    for number, (job, priority) in enumerate(jobs):
        scheduler.submit(f"{number}", job, priority=priority)
    while scheduler.step():
        pass
    return heard


def test_that_jobs_of_one_priority_run_one_after_the_other() -> None:
    heard = run_all((Count(3), Priority.BATCH), (Count(3), Priority.BATCH))
    assert [job_id for job_id, _ in heard] == ["0"] * 5 + ["1"] * 5


def test_that_an_interactive_job_goes_first() -> None:
    heard = run_all((Count(1), Priority.BATCH), (Count(1), Priority.INTERACTIVE))
    ended = [job_id for job_id, event in heard if isinstance(event, Finished)]
    assert ended == ["1", "0"]


def silent(_job: Job) -> Generator[Event, None, None]:
    yield from ()


def test_that_a_generator_without_an_ending_gets_one() -> None:
    heard: list[Event] = []
    scheduler: Scheduler[Job] = Scheduler(silent, lambda _, event: heard.append(event))
    scheduler.submit("a", Count())
    while scheduler.step():
        pass
    assert [type(event) for event in heard] == [Failed]
