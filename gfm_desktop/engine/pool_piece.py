"""What a worker of a pool does with one piece, and the files it is steered by.

An executor can hand over a call and bring back its result, no more. What a job says
meanwhile, and the wish that it stop, go through small files in a folder that engine
and workers share, as they share the folder of the results.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import struct
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from gfm_desktop.engine.pickled_job import PickledJob
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import ENDINGS, Event, Failed
from gfm_desktop.jobs.guard import BUG_TODO, run_guarded

_LENGTH = struct.Struct("<I")
_LOOK_SECONDS = 0.05
_LOCAL = threading.local()
"""Model and genome stay loaded between pieces, for each thread its own."""


@dataclass(frozen=True, slots=True)
class Slip:
    """The files that steer one piece. It runs only while its ``go`` file is there.

    So a piece whose engine has gone, and taken the folder along, stops by itself.

    Attributes:
        folder: Folder that engine and workers share.
        name: Name of the piece, never used twice.
    """

    folder: str
    name: str

    def _file(self, kind: str) -> Path:
        return Path(self.folder, f"{self.name}.{kind}")

    # The engine's side.

    def allow(self) -> None:
        """Let the piece run."""
        self._file("go").touch()

    def revoke(self) -> None:
        """Have the piece stop at its next batch."""
        self._file("go").unlink(missing_ok=True)

    def hold(self) -> None:
        """Have the piece wait at its next batch, keeping its worker."""
        self._file("hold").touch()

    def release(self) -> None:
        """Let a piece that waits go on."""
        self._file("hold").unlink(missing_ok=True)

    def heard(self, offset: int) -> tuple[list[Event], int]:
        """Return what the piece said after a byte offset, and the new offset."""
        try:
            with self._file("events").open("rb") as file:
                file.seek(offset)
                text = file.read()
        except FileNotFoundError:
            return [], offset
        events: list[Event] = []
        at = 0
        while at + _LENGTH.size <= len(text):
            end = at + _LENGTH.size + _LENGTH.unpack_from(text, at)[0]
            if end > len(text):
                break  # Its worker is writing it right now.
            events.append(pickle.loads(text[at + _LENGTH.size : end]))
            at = end
        return events, offset + at

    def remove(self) -> None:
        """Delete the files of a piece that has ended."""
        for kind in ("go", "hold", "events"):
            self._file(kind).unlink(missing_ok=True)

    # The worker's side.

    def say(self, frame: bytes) -> None:
        """Add a pickled event."""
        with self._file("events").open("ab") as file:
            file.write(_LENGTH.pack(len(frame)) + frame)

    def may_go_on(self) -> bool:
        """Return whether the piece may run on; waits while it is held."""
        go, hold = self._file("go"), self._file("hold")
        while go.exists() and hold.exists():
            time.sleep(_LOOK_SECONDS)
        return go.exists()


def run_piece(payload: bytes, slip: Slip) -> bytes | None:
    """Run a job in a worker.

    Args:
        payload: The pickled job.
        slip: Where it says what it says, and hears that it shall stop.

    Returns:
        Its pickled ending; None where it was stopped before.
    """
    # Read when torch loads OpenMP: spinning threads would starve the neighbours.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    steps = run_guarded(PickledJob(payload), _context())
    with contextlib.closing(steps):
        while slip.may_go_on():
            event = next(steps)
            try:
                frame = pickle.dumps(event)
            except (pickle.PicklingError, TypeError, AttributeError) as error:
                what = f"The job said something that cannot be sent: {error}."
                return pickle.dumps(Failed(what, todo=BUG_TODO))
            if isinstance(event, ENDINGS):
                return frame
            with contextlib.suppress(FileNotFoundError):  # Then the engine has gone.
                slip.say(frame)
    return None


def _context() -> JobContext:
    if not hasattr(_LOCAL, "context"):
        _LOCAL.context = JobContext()
    context: JobContext = _LOCAL.context
    return context
