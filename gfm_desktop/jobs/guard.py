"""Runs a job so that it always ends in exactly one ending, whatever it does."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING, TypeVar

from gfm_desktop.errors import GfmError, OptionError
from gfm_desktop.jobs.events import ENDINGS, Event, Failed, Finished, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.job import Job

Result = TypeVar("Result")

logger = logging.getLogger(__name__)

BUG_TODO = "This is a fault of the program. Please send the details with a report."


def run_guarded(job: Job, context: JobContext) -> Generator[Event, None, None]:
    """Yield a job's events: `Started`, what it says, and exactly one ending.

    A `GfmError` becomes `Failed` with its three parts; any other exception becomes
    `Failed` with a traceback in `details`. Closing the generator closes the job; no
    event follows, and the scheduler says `Cancelled`.

    Args:
        job: What to run.
        context: What the running process shares between jobs.
    """
    body = _body(job, context)
    try:
        while True:
            event = attempt(body.__next__)
            yield event
            if isinstance(event, ENDINGS):
                return
    finally:
        # A clean-up that fails must not turn a cancelled job into a dead worker.
        failure = attempt(body.close)
        if isinstance(failure, Failed):
            logger.error("cleaning up after %r: %s", job, failure.details)


def _body(job: Job, context: JobContext) -> Generator[Event, None, None]:
    yield Started(job.title)
    finished = yield from job.run(context)
    if not isinstance(finished, Finished):
        raise TypeError(f"run() must return a Finished, not {finished!r}")
    yield finished


def attempt(step: Callable[[], Result]) -> Result | Failed:
    """Return what a step of a job returns, or how it failed."""
    try:
        return step()
    except GfmError as error:
        usage = isinstance(error, OptionError)
        return Failed(error.what, error.where, error.todo, usage=usage)
    except MemoryError:
        return Failed(
            "The memory of this computer is full.",
            todo="Choose a smaller batch size, or close other programs.",
            details=traceback.format_exc(),
        )
    except Exception as error:  # noqa: BLE001 - the one place that guards a job
        what = f"{type(error).__name__}: {error}" if str(error) else repr(error)
        return Failed(what, todo=BUG_TODO, details=traceback.format_exc())
