"""What a command says while it works: a bar, lines, or one JSON object an event."""

from __future__ import annotations

import dataclasses
import json
import shutil
import textwrap
import time
from typing import TYPE_CHECKING, Protocol

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import DESCRIPTIONS, Status
from gfm_desktop.jobs.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Partial,
    Progress,
    Started,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TextIO

    from gfm_desktop.errors import GfmError

_LINE_SECONDS = 5.0
"""Fewest seconds between two lines of progress, where there is no terminal."""
_LINE_SHARE = 1 / 20
"""The same as a share of the time so far: a long job must not fill a log file."""
_BAR_SECONDS = 0.1
_BAR_WIDTH = 24


class Reporter(Protocol):
    """Shows the events of a command's jobs."""

    def show(self, event: Event) -> None:
        """Show one event; the last one shown is the command's only ending."""
        ...

    def warn(self, warnings: Sequence[str]) -> None:
        """Say warnings at once, each of them only the first time."""
        ...

    def refuse(self, problems: Sequence[GfmError]) -> None:
        """End the command before its first job, with all that is wrong."""
        ...


class TextReporter:
    """Writes for people: all of it to one stream, which is never standard output."""

    def __init__(
        self,
        stream: TextIO,
        *,
        terminal: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Write to `stream`, with a bar where it is a terminal.

        Args:
            stream: Usually standard error.
            terminal: Whether a line can be written again.
            clock: Seconds since some moment.
        """
        self._stream = stream
        self._terminal = terminal
        self._clock = clock
        self._said: set[str] = set()
        self._phase = ("", 0.0, 0)
        """Message of the phase, when it began, units that were done then."""
        self._last = float("-inf")
        self._bar_on_screen = False

    def show(self, event: Event) -> None:
        """Write what an event means to the user."""
        match event:
            case Started():
                self._last = float("-inf")
            case Progress():
                self._progress(event)
            case Partial():
                pass
            case Finished():
                self._clear()
                self.warn(event.warnings)
                self._stream.write(summary(event))
            case Failed():
                self._clear()
                self._stream.write(complaint(event))
            case Cancelled():
                self._clear()
                self._stream.write(f"{event.message}: what was finished is kept.\n")
        self._stream.flush()

    def warn(self, warnings: Sequence[str]) -> None:
        """Write warnings that have not been said yet."""
        for warning in warnings:
            if warning not in self._said:
                self._said.add(warning)
                self._clear()
                self._stream.write(_wrapped("warning: ", warning))

    def refuse(self, problems: Sequence[GfmError]) -> None:
        """Write every problem."""
        for problem in problems:
            self._stream.write(complaint(problem))

    def _progress(self, event: Progress) -> None:
        now = self._clock()
        words = event.message or event.unit
        new = words != self._phase[0]
        if new:
            self._phase = (words, now, event.done)
        ended = event.total is not None and event.done >= event.total
        pause = max(_LINE_SECONDS, _LINE_SHARE * (now - self._phase[1]))
        if self._terminal:
            pause = _BAR_SECONDS
        if not (new or ended) and now - self._last < pause:
            return
        self._last = now
        line = progress_line(event, now - self._phase[1], event.done - self._phase[2])
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            text = f"{_bar(event)}{line}"[:width]
            self._stream.write(f"\r\x1b[K{text}")
            self._bar_on_screen = True
        else:
            self._stream.write(f"{line}\n")

    def _clear(self) -> None:
        if self._bar_on_screen:
            self._stream.write("\r\x1b[K")
            self._bar_on_screen = False


class JsonReporter:
    """Writes for programs: one JSON object a line on standard output.

    Every object has ``event``: ``started``, ``progress``, ``partial``, ``finished``,
    ``failed`` or ``cancelled``, and the fields of that event. Warnings and errors are
    written for people as well, on standard error.
    """

    def __init__(self, stream: TextIO, *, people: TextReporter) -> None:
        """Write objects to `stream`, and what people must see through `people`."""
        self._stream = stream
        self._people = people

    def show(self, event: Event) -> None:
        """Write one object."""
        if isinstance(event, Failed):
            self._people.show(event)
        if isinstance(event, Finished):
            self._people.warn(event.warnings)
        self._write(
            {"event": type(event).__name__.lower(), **dataclasses.asdict(event)}
        )

    def warn(self, warnings: Sequence[str]) -> None:
        """Tell people; the ending has the warnings too."""
        self._people.warn(warnings)

    def refuse(self, problems: Sequence[GfmError]) -> None:
        """Write one ``failed`` object that holds every problem."""
        self._people.refuse(problems)
        ending = Failed(
            " ".join(problem.what for problem in problems),
            where=problems[0].where,
            todo=problems[0].todo,
            usage=any(isinstance(problem, OptionError) for problem in problems),
        )
        parts = [{"what": p.what, "where": p.where, "todo": p.todo} for p in problems]
        self._write(
            {"event": "failed", **dataclasses.asdict(ending), "problems": parts}
        )

    def _write(self, value: dict[str, object]) -> None:
        self._stream.write(json.dumps(value) + "\n")
        self._stream.flush()


def progress_line(event: Progress, seconds: float, units: int) -> str:
    """Return how far a job is, in words.

    Args:
        event: The progress.
        seconds: Time since this phase began.
        units: Units done since then, which gives the rate.
    """
    words = event.message or "Working"
    if event.total is None:
        return (
            f"{words} ({event.done:,} {event.unit})" if event.done else f"{words} ..."
        )
    if event.done == 0:
        return f"{words} ({event.total:,} {event.unit}) ..."
    parts = [f"{words}: {event.done:,} of {event.total:,} {event.unit}"]
    parts.append(f"{100 * event.done // max(1, event.total)} %")
    if units > 0 and seconds > 0:
        rate = units / seconds
        parts.append(f"{rate:,.1f}/s" if rate < 100 else f"{rate:,.0f}/s")
        if event.done < event.total:
            parts.append(f"{duration((event.total - event.done) / rate)} left")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Return a time that people can read, such as ``2 min 05 s``."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def summary(event: Finished) -> str:
    """Return the ending's sentence, the counts of every status, and the files."""
    lines = [event.message]
    if event.counts:
        width = max(len(status) for status in event.counts)
        figures = max(len(f"{n:,}") for n in event.counts.values())
        for status, number in event.counts.items():
            words = DESCRIPTIONS[Status(status)]
            told = "" if words == status else f"  {words}"
            lines.append(f"  {status:<{width}}  {number:>{figures},}{told}")
    return "\n".join(lines) + "\n"


def complaint(problem: GfmError | Failed) -> str:
    """Return an error in its parts: what, where, what to do, and a bug's details."""
    text = _wrapped("error: ", problem.what)
    if problem.where:
        text += f"  where: {problem.where}\n"
    if problem.todo:
        text += _wrapped("  what to do: ", problem.todo)
    if isinstance(problem, Failed) and problem.details:
        text += f"\n{problem.details.rstrip()}\n"
    return text


def _wrapped(label: str, text: str) -> str:
    """Return labelled text whose further lines are indented."""
    width = max(60, min(shutil.get_terminal_size().columns, 100))
    pieces = text.splitlines() or [""]
    lines: list[str] = []
    for number, piece in enumerate(pieces):
        start = label if number == 0 else " " * len(label)
        lines += textwrap.wrap(
            piece,
            width,
            initial_indent=start,
            subsequent_indent=" " * len(label),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [start]
    return "\n".join(lines) + "\n"


def _bar(event: Progress) -> str:
    if not event.total:
        return ""
    full = _BAR_WIDTH * min(event.done, event.total) // event.total
    return f"[{'#' * full}{'.' * (_BAR_WIDTH - full)}] "
