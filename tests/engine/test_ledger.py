"""However workers live and die, each job hears one `Started` and one ending."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from toy_jobs import Count, Resumable, Unpicklable

from gfm_desktop.engine.engine import Priority
from gfm_desktop.engine.ledger import Entry, Ledger, describe
from gfm_desktop.jobs.events import (
    ENDINGS,
    Cancelled,
    Event,
    Failed,
    Finished,
    Partial,
    Progress,
    Started,
)

NUMBER = st.integers(0, 8)
EVENTS = [
    Started("again"),
    Progress(1, 2, "steps"),
    Partial("scores", "a.parquet"),
    Finished("done"),
    Failed("no"),
    Cancelled(),
]


class AnyWorker(RuleBasedStateMachine):
    """A worker that says anything about any job, and dies at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.heard: dict[str, list[Event]] = {}

    def hear(self, job_id: str, event: Event) -> None:
        self.heard[job_id].append(event)

    @rule(resumable=st.booleans())
    def add(self, resumable: bool) -> None:
        job_id = f"job-{len(self.heard)}"
        self.heard[job_id] = []
        job = Resumable("folder") if resumable else Count()
        self.ledger.add(Entry(job_id, job, self.hear, Priority.BATCH))

    @rule()
    def send(self) -> None:
        for entry in self.ledger.all():
            if not entry.sent:
                entry.submit()

    @rule(number=NUMBER)
    def turn(self, number: int) -> None:
        self.ledger.turn(f"job-{number}")

    @rule(number=NUMBER, event=st.sampled_from(EVENTS))
    def say(self, number: int, event: Event) -> None:
        self.ledger.said(f"job-{number}", event)

    @rule(number=NUMBER)
    def cancel(self, number: int) -> None:
        entry = self.ledger.find(f"job-{number}")
        told = self.ledger.cancel(f"job-{number}")
        assert told == (entry is not None and entry.sent)
        still = self.ledger.find(f"job-{number}")
        if still is not None:
            assert self.ledger.deadline(5.0) is not None or not told

    @rule(code=st.sampled_from([-15, -9, 0, 1]))
    def die(self, code: int) -> None:
        self.ledger.worker_died(code)
        assert self.ledger.deadline(5.0) is None
        assert not any(entry.sent for entry in self.ledger.all())
        assert all(entry.deaths < 2 for entry in self.ledger.all())

    @rule()
    def never_start(self) -> None:
        self.ledger.failed_to_start("exit code 1")

    @rule()
    def start(self) -> None:
        self.ledger.started_well()

    @invariant()
    def at_most_one_start_and_one_ending(self) -> None:
        for job_id, events in self.heard.items():
            assert sum(isinstance(event, Started) for event in events) <= 1
            ends = [i for i, event in enumerate(events) if isinstance(event, ENDINGS)]
            alive = self.ledger.find(job_id) is not None
            assert ends == ([] if alive else [len(events) - 1])


def test_that_no_life_of_a_worker_breaks_the_rule_of_one_ending() -> None:
    run_state_machine_as_test(AnyWorker)


def test_that_only_the_job_that_was_running_is_blamed() -> None:
    heard: dict[str, list[Event]] = {"a": [], "b": [], "c": []}
    ledger = Ledger()
    for job_id, job in {"a": Resumable("x"), "b": Resumable("x"), "c": Count()}.items():
        entry = Entry(job_id, job, lambda i, e: heard[i].append(e), Priority.BATCH)
        ledger.add(entry)
        entry.submit()
        ledger.said(job_id, Started(job_id))
    ledger.turn("b")
    ledger.worker_died(-9)
    sizes = [entry.job.batch_size for entry in ledger.all()]
    assert sizes == [8, 4], "only the running one may have filled the memory"
    assert [entry.deaths for entry in ledger.all()] == [0, 1]
    ending = heard["c"][-1]
    assert isinstance(ending, Failed), "it had begun and cannot go on"
    assert "SIGKILL" in ending.what


def test_that_a_job_that_cannot_be_pickled_is_not_called_sent() -> None:
    entry = Entry("a", Unpicklable(), lambda *_: None, Priority.BATCH)
    with pytest.raises((TypeError, pickle.PicklingError)):
        entry.submit()
    assert not entry.sent


@pytest.mark.parametrize(
    ("code", "words"), [(3, "exit code 3"), (-11, "SIGSEGV"), (-77, "signal 77")]
)
def test_that_an_exit_code_is_told_in_words(code: int, words: str) -> None:
    assert words in describe(code)
