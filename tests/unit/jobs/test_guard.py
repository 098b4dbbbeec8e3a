"""A guarded job ends once, and its clean-up runs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import (
    Event,
    Failed,
    Finished,
    Partial,
    Progress,
    Started,
)
from gfm_desktop.jobs.guard import run_guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

STEP = Progress(0, 1, "steps")


@dataclass(frozen=True, slots=True)
class Does:
    """Yield once, then do what it is given."""

    then: Callable[[], Finished]
    at_end: Callable[[], object] = bool
    title: str = "Toy"
    resumable: ClassVar[bool] = False

    def run(self, context: JobContext) -> Generator[Progress | Partial, None, Finished]:
        try:
            yield STEP
            return self.then()
        finally:
            self.at_end()


def fail(error: Exception) -> Callable[[], Finished]:
    def raise_it() -> Finished:
        raise error

    return raise_it


def events_of(job: Does) -> list[Event]:
    return list(run_guarded(job, JobContext()))


def test_that_events_come_between_started_and_one_ending() -> None:
    done = Finished("done")
    assert events_of(Does(lambda: done)) == [Started("Toy"), STEP, done]


def test_that_a_users_error_is_told_without_a_traceback() -> None:
    error = ModelError("No such model.", where="--model", todo="Choose another.")
    ending = events_of(Does(fail(error)))[-1]
    assert ending == Failed("No such model.", "--model", "Choose another.")


@pytest.mark.parametrize("error", [KeyError("x"), ValueError(), StopIteration()])
def test_that_any_other_error_carries_its_traceback(error: Exception) -> None:
    ending = events_of(Does(fail(error)))[-1]
    assert isinstance(ending, Failed)
    assert ending.what
    assert "raise_it" in ending.details


def test_that_a_lack_of_memory_says_what_to_do() -> None:
    ending = events_of(Does(fail(MemoryError())))[-1]
    assert isinstance(ending, Failed)
    assert "batch" in ending.todo


def test_that_a_title_that_fails_is_a_failure_of_the_job() -> None:
    class Untitled(Does):
        @property
        def title(self) -> str:  # type: ignore[override]
            raise RuntimeError("no title")

        def __init__(self) -> None:
            pass

    assert [type(e) for e in run_guarded(Untitled(), JobContext())] == [Failed]


def test_that_closing_runs_the_clean_up_and_says_nothing() -> None:
    cleaned: list[str] = []
    job = Does(lambda: Finished("no"), at_end=lambda: cleaned.append("yes"))
    steps = run_guarded(job, JobContext())
    assert [next(steps), next(steps)] == [Started("Toy"), STEP]
    steps.close()
    assert cleaned == ["yes"]
    assert list(steps) == []


def test_that_a_failing_clean_up_is_logged_and_goes_no_further(
    caplog: pytest.LogCaptureFixture,
) -> None:
    job = Does(lambda: Finished("no"), at_end=fail(RuntimeError("dirty")))
    steps = run_guarded(job, JobContext())
    next(steps)
    next(steps)
    with caplog.at_level(logging.CRITICAL + 1):
        steps.close()
    assert list(steps) == []


def test_that_a_keyboard_interrupt_is_not_swallowed() -> None:
    def interrupt() -> Finished:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        events_of(Does(interrupt))
