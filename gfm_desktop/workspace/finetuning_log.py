"""How a training goes: what `training.jsonl` says, read as it grows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_AT_ONCE = 4_000_000
"""Bytes that one look reads at most: a few thousand lines take milliseconds."""


@dataclass(slots=True)
class StageLog:
    """What is known of one stage: the method, or a baseline.

    Attributes:
        key: Its key in the report, such as ``"kmer_linear"``.
        title: What people call it.
        message: What it is doing, in a few words.
        step: Steps done.
        steps: Steps in all; 0 where not known.
        epoch: Epochs begun, from 1.
        train: Step and loss of the training part.
        validation: Step and loss of the validation part, once an epoch.
        metric: Step and metric of the validation part, once an epoch.
        best: Step and epoch of the best epoch so far; None before there is one.
    """

    key: str
    title: str
    message: str = ""
    step: int = 0
    steps: int = 0
    epoch: int = 0
    train: list[tuple[float, float]] = field(default_factory=list)
    validation: list[tuple[float, float]] = field(default_factory=list)
    metric: list[tuple[float, float]] = field(default_factory=list)
    best: tuple[float, int] | None = None

    @property
    def part(self) -> float | None:
        """Return how much of it is done, 0 to 1; None where that is not known."""
        return min(1.0, self.step / self.steps) if self.steps else None

    def take(self, line: dict[str, Any]) -> None:
        """Note one line of the file."""
        title = str(line.get("title") or self.title)
        if title != self.title and self.message:
            # The next training of this stage, such as another fold: curves begin anew.
            self.train, self.validation, self.metric = [], [], []
            self.best = None
        self.title = title
        self.message = str(line.get("message") or "")
        self.step = int(line.get("step") or 0)
        self.steps = int(line.get("steps") or 0)
        self.epoch = int(line.get("epoch") or 0)
        for name, points in (
            ("train_loss", self.train),
            ("validation_loss", self.validation),
            ("metric", self.metric),
        ):
            value = line.get(name)
            if value is not None:
                _add(points, float(self.step), float(value))
        if line.get("best"):
            self.best = (float(self.step), self.epoch)


def _add(points: list[tuple[float, float]], step: float, value: float) -> None:
    # A training that was resumed repeats steps: what came after them is void.
    while points and points[-1][0] >= step:
        points.pop()
    points.append((step, value))


class TrainingLog:
    """Reads only what was appended since the last look."""

    def __init__(self, path: Path) -> None:
        """Read nothing yet; the file need not exist."""
        self.path = path
        self._forget()

    def _forget(self) -> None:
        self.stages: dict[str, StageLog] = {}
        self.current = ""
        self.eta: float | None = None
        self.memory: float | None = None
        self._read = 0
        self._rest = b""

    def look(self) -> bool:
        """Read what is new; tells whether there was anything."""
        try:
            size = self.path.stat().st_size
            if size < self._read:
                # Begun anew, by a run that starts from scratch.
                self._forget()
            with self.path.open("rb") as file:
                file.seek(self._read)
                new = file.read(_AT_ONCE)
        except OSError:
            return False  # Not there yet; the job's own event tells of real trouble.
        self._read += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in lines:
            self._take(line)
        return bool(lines)

    def _take(self, text: bytes) -> None:
        try:
            line = json.loads(text)
        except ValueError:
            return  # Cut off by a crash; what follows is whole.
        if not isinstance(line, dict) or not line.get("stage"):
            return
        key = str(line["stage"])
        stage = self.stages.setdefault(key, StageLog(key, key))
        stage.take(line)
        self.current = key
        self.eta = _number(line.get("eta_seconds"))
        self.memory = _number(line.get("memory_mb")) or self.memory


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def time_words(seconds: float) -> str:
    """Return a time as people say it: "40 s", "3 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
