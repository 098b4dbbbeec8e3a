"""Several jobs are one command: one ending, one exit code, and Ctrl+C loses nothing."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pytest

from gfm_desktop.command_line.runner import Runner, Stopped
from gfm_desktop.errors import GfmError, InputError, OptionError
from gfm_desktop.jobs.events import (
    ENDINGS,
    Cancelled,
    Event,
    Failed,
    Finished,
    Progress,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from gfm_desktop.jobs.context import JobContext


class Notes:
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.warnings: list[str] = []

    def show(self, event: Event) -> None:
        self.events.append(event)

    def warn(self, warnings: Sequence[str]) -> None:
        self.warnings += warnings

    def refuse(self, problems: Sequence[GfmError]) -> None:
        raise AssertionError(problems)

    @property
    def endings(self) -> list[Event]:
        return [event for event in self.events if isinstance(event, ENDINGS)]


@dataclass(frozen=True, slots=True)
class Count:
    """Counts to `last`; does something odd at the number `at`."""

    last: int = 3
    at: int = -1
    oddity: str = ""
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return "Count"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        for number in range(self.last):
            if number == self.at:
                match self.oddity:
                    case "input":
                        raise InputError("The file is odd.")
                    case "option":
                        raise OptionError("The option is odd.")
                    case "bug":
                        raise ZeroDivisionError("by zero")
                    case "twice":
                        os.kill(os.getpid(), signal.SIGINT)
                        os.kill(os.getpid(), signal.SIGINT)
                    case name:
                        os.kill(os.getpid(), signal.Signals[name])
            yield Progress(number, self.last, "numbers")
        return Finished("Counted.", {"scored": self.last}, {"out": "/x"}, ("Careful.",))


def test_that_a_command_of_two_jobs_has_one_ending() -> None:
    notes = Notes()
    runner = Runner(notes)
    first, second = runner.run(Count()), runner.run(Count(last=5))
    assert notes.endings == []
    assert runner.finish(first, second, Finished("All done.")) == 0
    ending = Finished("All done.", {"scored": 5}, {"out": "/x"}, ("Careful.",))
    assert notes.endings == [ending]
    assert notes.events[-1] == ending


@pytest.mark.parametrize(("oddity", "code"), [("input", 1), ("option", 2), ("bug", 1)])
def test_that_a_failure_ends_the_command_with_its_exit_code(
    oddity: str, code: int
) -> None:
    notes = Notes()
    with pytest.raises(Stopped) as stopped:
        Runner(notes).run(Count(at=1, oddity=oddity))
    assert stopped.value.exit_code == code
    (ending,) = notes.endings
    assert isinstance(ending, Failed)
    assert bool(ending.details) == (oddity == "bug")


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_that_a_signal_stops_after_the_batch_under_way(name: str, code: int) -> None:
    notes = Notes()
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Stopped) as stopped:
        Runner(notes).run(Count(last=9, at=4, oddity=name))
    assert stopped.value.exit_code == code
    done = [event.done for event in notes.events if isinstance(event, Progress)]
    assert done == [0, 1, 2, 3, 4]
    assert notes.endings == [Cancelled()]
    assert "again" in notes.warnings[0]
    assert signal.getsignal(signal.SIGINT) is before


def test_that_a_second_signal_stops_at_once() -> None:
    notes = Notes()
    with pytest.raises(Stopped) as stopped:
        Runner(notes).run(Count(last=9, at=4, oddity="twice"))
    assert stopped.value.exit_code == 130
    done = [event.done for event in notes.events if isinstance(event, Progress)]
    assert done == [0, 1, 2, 3]
    assert len(notes.endings) == 1
    assert isinstance(notes.endings[0], Cancelled)


def test_that_no_job_begins_after_a_signal() -> None:
    notes = Notes()
    runner = Runner(notes)
    with pytest.raises(Stopped):
        runner.run(Count(at=1, oddity="SIGINT"))
    notes.events.clear()
    with pytest.raises(Stopped):
        runner.run(Count())
    assert not [event for event in notes.events if isinstance(event, Progress)]


def test_that_it_runs_outside_the_main_thread_too() -> None:
    endings: list[Finished] = []
    thread = threading.Thread(
        target=lambda: endings.append(Runner(Notes()).run(Count()))
    )
    thread.start()
    thread.join()
    assert endings[0].message == "Counted."
