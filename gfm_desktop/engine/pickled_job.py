"""A job as it travels to a worker."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.events import Finished, Partial, Progress
    from gfm_desktop.jobs.job import Job


@dataclass(frozen=True, slots=True)
class PickledJob:
    """A job that is unpickled inside the guard: failing to is the job's failure.

    Attributes:
        payload: The pickled job.
    """

    payload: bytes
    resumable: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Return the job's title."""
        return self._job().title

    def run(self, context: JobContext) -> Generator[Progress | Partial, None, Finished]:
        """Run the job."""
        return self._job().run(context)

    def _job(self) -> Job:
        job: Job = pickle.loads(self.payload)
        return job
