"""What a job can say. Exactly one `Finished`, `Failed` or `Cancelled` ends it.

The union is closed: command line and window `match` on the same six classes, and
mypy's exhaustiveness check finds the place that forgot one.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Started:
    """The job has begun to run (it may have waited in the queue)."""

    title: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the job is, at least once a batch: cancel and pause act here.

    Attributes:
        done: Units finished, of `total`.
        total: Units in all, or None while that is not known.
        unit: What is counted: ``"variants"``, ``"records"``, ``"bp"``.
        message: What is being done, in a few words.
    """

    done: int
    total: int | None
    unit: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Partial:
    """A piece of the result is on disk and can be shown now.

    Attributes:
        kind: What it is: ``"scores"``, ``"tile"``, ``"variants"``.
        path: A complete file, written under another name and renamed.
    """

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The job reached its end and every record has a status.

    Attributes:
        message: One sentence for the user.
        counts: Status to number of records (empty where the job has no records).
        outputs: Name to path of what was written.
        warnings: What the user must be told although the job ended well.
    """

    message: str
    counts: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """The job could not be done.

    Attributes:
        what: What happened.
        where: File, line or option; empty where there is none.
        todo: What the user can do.
        details: Traceback for a bug report; empty for a user's error.
        parked: True where the job ended the worker twice and is not tried again.
        usage: True where an option has no meaning (the command line's exit code 2).
    """

    what: str
    where: str = ""
    todo: str = ""
    details: str = ""
    parked: bool = False
    usage: bool = False


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The user stopped the job; what was finished before is kept."""

    message: str = "Cancelled"


Event = Started | Progress | Partial | Finished | Failed | Cancelled
Ending = Finished | Failed | Cancelled
ENDINGS = (Finished, Failed, Cancelled)
