"""Small jobs that behave well, badly, and terribly."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.errors import InputError
from gfm_desktop.jobs.events import (
    ENDINGS,
    Event,
    Finished,
    Partial,
    Progress,
)
from gfm_desktop.jobs.job import Split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gfm_desktop.jobs.context import JobContext

Run = Generator[Progress | Partial, None, Finished]
PATIENCE = 60.0


class Toy:
    """What all toy jobs share."""

    resumable: ClassVar[bool] = False
    __slots__ = ()

    @property
    def title(self) -> str:
        return type(self).__name__


@dataclass(frozen=True, slots=True)
class Count(Toy):
    """Count to `to`; waits at 1 for the file `gate`, where one is given."""

    to: int = 3
    gate: str = ""

    def run(self, context: JobContext) -> Run:
        for i in range(self.to):
            yield Progress(i, self.to, "steps")
            if i == 0 and self.gate:
                wait_for_file(Path(self.gate))
        return Finished("counted", outputs={"pid": str(os.getpid())})


@dataclass(frozen=True, slots=True)
class Endless(Toy):
    """Go on until cancelled; then leave the file `cleaned`."""

    cleaned: str

    def run(self, context: JobContext) -> Run:
        try:
            for i in range(10**9):
                time.sleep(0.001)
                yield Progress(i, None, "steps")
        finally:
            Path(self.cleaned).touch()
        return Finished("never")


@dataclass(frozen=True, slots=True)
class Wrong(Toy):
    """Raise what a user can mend, before the first yield."""

    def run(self, context: JobContext) -> Run:
        raise InputError("The file is odd.", where="a.vcf", todo="Mend it.")
        yield Progress(0, 0, "")


@dataclass(frozen=True, slots=True)
class Buggy(Toy):
    """Raise what nobody expected, after one yield."""

    def run(self, context: JobContext) -> Run:
        yield Progress(0, 1, "steps")
        raise ZeroDivisionError("half of nothing")


@dataclass(frozen=True, slots=True)
class Forgetful(Toy):
    """Return nothing."""

    def run(self, context: JobContext) -> Run:
        yield Progress(0, 1, "steps")
        return None  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Unpicklable(Toy):
    """Hold what no pipe carries."""

    lock: object = field(default_factory=threading.Lock)

    def run(self, context: JobContext) -> Run:
        yield Progress(0, 1, "steps")
        return Finished("ran")


def refuse_to_come_back() -> None:
    raise ValueError("cannot be unpickled")


@dataclass(frozen=True)
class NeverArrives(Toy):
    """Pickle well and unpickle badly, as a job of another version would."""

    def __reduce__(self) -> tuple[object, ...]:
        return refuse_to_come_back, ()

    def run(self, context: JobContext) -> Run:
        yield Progress(0, 1, "steps")
        return Finished("ran")


@dataclass(frozen=True, slots=True)
class Talkative(Toy):
    """Say something that no pipe carries."""

    def run(self, context: JobContext) -> Run:
        yield Progress(0, 1, "steps")
        yield Partial("lock", threading.Lock())  # type: ignore[arg-type]
        return Finished("ran")


@dataclass(frozen=True, slots=True)
class Deaf(Toy):
    """Never come to the end of a batch; makes the file `inside` when in it."""

    inside: str

    def run(self, context: JobContext) -> Run:
        yield Progress(0, 1, "steps")
        Path(self.inside).touch()
        threading.Event().wait(PATIENCE)
        return Finished("heard nothing")


@dataclass(frozen=True, slots=True)
class Deadly(Toy):
    """End the worker, `times` times (counted by files in `folder`)."""

    folder: str
    times: int = 1
    signal: int = signal.SIGKILL

    def run(self, context: JobContext) -> Run:
        yield Progress(1, 2, "steps")
        deaths = len(list(Path(self.folder).glob("death-*")))
        if deaths < self.times:
            Path(self.folder, f"death-{deaths}").touch()
            os.kill(os.getpid(), self.signal)
            threading.Event().wait(PATIENCE)
        return Finished("survived", outputs={"pid": str(os.getpid())})


@dataclass(frozen=True, slots=True)
class Resumable(Deadly):
    """The same, but it goes on where it was, with a smaller batch."""

    batch_size: int = 8
    resumable: ClassVar[bool] = True

    def continued(self, *, out_of_memory: bool) -> Resumable:
        size = self.batch_size // 2 if out_of_memory else self.batch_size
        return replace(self, batch_size=size)

    def run(self, context: JobContext) -> Run:
        finished = yield from Deadly.run(self, context)
        return replace(finished, counts={"batch_size": self.batch_size})


@dataclass(frozen=True, slots=True)
class Visible(Toy):
    """Tell an environment variable of the worker."""

    variable: str

    def run(self, context: JobContext) -> Run:
        yield Progress(0, 1, "steps")
        return Finished(os.environ.get(self.variable, ""))


@dataclass(frozen=True, slots=True)
class Share(Toy):
    """Make the files `first` to `last` in a folder, a gate before each but the first.

    It goes on where it was; `wrong` is a number at which it fails.
    """

    folder: str
    first: int
    last: int
    wrong: int = -1
    gated: bool = False
    resumable: ClassVar[bool] = True

    def run(self, context: JobContext) -> Run:
        count = self.last - self.first
        yield Progress(0, None, "files", "getting ready")
        for i in range(self.first, self.last):
            if i == self.wrong:
                raise InputError(f"{i} is odd.", where="here", todo="Mend it.")
            if self.gated and i > self.first:
                wait_for_file(Path(self.folder, "gate"))
            file = Path(self.folder, f"made-{i}")
            if not file.exists():
                file.write_text(str(os.getpid()), encoding="ascii")
                yield Partial("file", str(file))
            yield Progress(i - self.first + 1, count, "files", "making")
        return Finished("made", counts={"made": count})


@dataclass(frozen=True, slots=True)
class Shared(Toy):
    """Make `number` files, shared by any workers; `held` is there meanwhile."""

    folder: str
    number: int = 9
    wrong: int = -1
    gated: bool = False
    merges: bool = True
    resumable: ClassVar[bool] = True

    def run(self, context: JobContext) -> Run:
        return (yield from Share(self.folder, 0, self.number, self.wrong).run(context))

    def preparation(self) -> Count:
        return Count(2)

    @contextlib.contextmanager
    def shards(self, n: int, prepared: Finished) -> Iterator[Split]:
        held = Path(self.folder, "held")
        if held.exists():
            raise InputError("Somebody else is at it.")
        held.touch()
        try:
            step = max(1, self.number // n)
            shares = [
                Share(
                    self.folder, i, min(i + step, self.number), self.wrong, self.gated
                )
                for i in range(0, self.number, step)
            ]
            yield Split(tuple(shares), 1, 1 + self.number, "files")
        finally:
            held.unlink()

    def merge(self, parts: Sequence[Finished], prepared: Finished) -> Finished:
        assert Path(self.folder, "held").exists()
        if not self.merges:
            raise InputError("The parts do not fit.")
        made = sum(part.counts["made"] for part in parts)
        return Finished("merged", counts={"made": made})


def wait_for_file(path: Path) -> None:
    """Wait until another process has made a file."""
    limit = time.monotonic() + PATIENCE
    while not path.exists():
        if time.monotonic() > limit:
            raise TimeoutError(path)
        time.sleep(0.002)


class Recorder:
    """Remembers the events of all jobs; waits for what it is asked about."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Event]] = []
        self._changed = threading.Condition()

    def __call__(self, job_id: str, event: Event) -> None:
        with self._changed:
            self.events.append((job_id, event))
            self._changed.notify_all()

    def of(self, job_id: str) -> list[Event]:
        with self._changed:
            return [event for one, event in self.events if one == job_id]

    def endings(self, job_id: str) -> list[Event]:
        return [event for event in self.of(job_id) if isinstance(event, ENDINGS)]

    def wait_for(self, job_id: str, *kinds: type[Event]) -> Event:
        """Return the first event of these kinds, waiting for it."""

        def found() -> Event | None:
            mine = (event for one, event in self.events if one == job_id)
            return next((event for event in mine if isinstance(event, kinds)), None)

        with self._changed:
            event = self._changed.wait_for(found, PATIENCE)
        assert event is not None, f"{job_id}: no {kinds} in {self.events}"
        return event

    def ending(self, job_id: str) -> Event:
        return self.wait_for(job_id, *ENDINGS)
