"""What every job is: frozen values with a `run` that yields its progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from contextlib import AbstractContextManager

    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.events import Finished, Partial, Progress


class Job(Protocol):
    """A frozen, slotted, picklable dataclass of numbers, strings and paths.

    `run` is a generator that yields `Progress` (at least once a batch) and `Partial`,
    and returns its `Finished`. It raises `GfmError` for what a user can mend. It never
    yields an ending itself: `jobs.guard.run_guarded` adds `Started` and exactly one
    ending. Closing the generator cancels the job.

    Attributes:
        title: A few words for the job strip, such as ``"Score sample.vcf.gz"``.
        resumable: True where running it again continues from what is on disk.
    """

    resumable: ClassVar[bool]

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        ...

    def run(self, context: JobContext) -> Generator[Progress | Partial, None, Finished]:
        """Do the work."""
        ...


@runtime_checkable
class Continuable(Protocol):
    """A resumable job that changes its settings before it is tried again."""

    def continued(self, *, out_of_memory: bool) -> Job:
        """Return the job to run after the worker ended in the middle of this one.

        Args:
            out_of_memory: Whether the system ended the worker, as it does when the
                memory is full: a smaller batch may get through.
        """
        ...


@dataclass(frozen=True, slots=True)
class Split:
    """The shards of a job.

    Attributes:
        jobs: What can run at the same time, in any order; empty where all is done.
            A `Progress` of theirs that has a total counts the shard's own units.
        done: Units that were finished before.
        total: Units in all.
        unit: What is counted.
    """

    jobs: tuple[Job, ...]
    done: int
    total: int
    unit: str


@runtime_checkable
class Shardable(Protocol):
    """A job that several workers can share.

    First a worker runs `preparation`. Then whoever divides the work enters `shards`,
    has the shards run, and calls `merge` before leaving it.
    """

    def preparation(self) -> Job:
        """Return the job that finds out what there is to divide."""
        ...

    def shards(self, n: int, prepared: Finished) -> AbstractContextManager[Split]:
        """Divide what is left to do, and keep others away from it meanwhile.

        Args:
            n: Most shards that are wanted.
            prepared: How `preparation` ended.

        Raises:
            GfmError: If somebody else is already at the same work.
        """
        ...

    def merge(self, parts: Sequence[Finished], prepared: Finished) -> Finished:
        """Return the job's ending from those of all its shards, in their order.

        Args:
            parts: How the shards ended.
            prepared: How `preparation` ended.
        """
        ...
