"""What the window's process and its worker say to each other: small values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gfm_desktop.engine.engine import Priority
    from gfm_desktop.jobs.events import Event


@dataclass(frozen=True, slots=True)
class Submit:
    """Queue a job; `payload` is the pickled job, so that a bad one ends only itself."""

    job_id: str
    payload: bytes
    priority: Priority


@dataclass(frozen=True, slots=True)
class Cancel:
    """End a job at its next batch."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Hold a job at its next batch."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Let a paused job go on."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Cancel everything and end; no message follows."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has started and listens."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The worker is about to advance this job, another one than before."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Said:
    """A job said something."""

    job_id: str
    event: Event


Command = Submit | Cancel | Pause | Resume | Stop
Report = Ready | Turn | Said
