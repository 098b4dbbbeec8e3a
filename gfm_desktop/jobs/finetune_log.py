"""The log of a fine-tuning: events for the engine, lines for a live page."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from gfm_desktop.jobs.events import Partial, Progress
from gfm_desktop.jobs.finetune_folder import Kept

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from gfm_desktop.finetune.method import Tick
    from gfm_desktop.jobs.finetune_folder import FineTuneFolder

    Said = Progress | Partial

Result = TypeVar("Result")

_LINE_SECONDS = 0.5
_PARTIAL_SECONDS = 1.0


@dataclass(slots=True)
class TrainingLog:
    """Turns ticks into progress, lines of `training.jsonl` and partials.

    Attributes:
        folder: Where the file lies.
        device: Where models run, for its memory.
        seconds: Time spent in work, pauses left out.
        memory: Most memory of the process so far, MB.
        epochs: Lines of all epochs, for the report.
    """

    folder: FineTuneFolder
    device: str = "cpu"
    seconds: float = 0.0
    memory: float = 0.0
    epochs: list[dict[str, Any]] = field(default_factory=list)
    _step: int = 0
    _steps: int = 0
    _last_line: float = 0.0
    _last_partial: float = 0.0

    @classmethod
    def going_on(cls, folder: FineTuneFolder, device: str) -> TrainingLog:
        """Return the log of a folder, with what earlier runs wrote into it."""
        log = cls(folder, device)
        kept = folder.load("log")
        if kept is not None:
            log.seconds = float(kept.facts["seconds"])
            log.memory = float(kept.facts["memory"])
        if folder.training.is_file():
            with folder.training.open(encoding="utf-8") as file:
                lines = [_read(line) for line in file]
            log.epochs = [one for one in lines if one and _tells_an_epoch(one)]
        return log

    def keep(self) -> None:
        """Keep time and memory for a run that goes on later."""
        self.folder.save("log", Kept({"seconds": self.seconds, "memory": self.memory}))

    def driven(
        self,
        ticks: Generator[Tick, None, Result],
        stage: str,
        title: str,
        *,
        trial: Path | None = None,
        turn: tuple[int, int] | None = None,
    ) -> Generator[Said, None, Result]:
        """Advance a method's work, and tell how far it is.

        Args:
            ticks: The work; closed when this is closed.
            stage: Key of the method.
            title: What people call it, with the fold.
            trial: Folder of the training: a wish to stop early is passed on into it.
            turn: Number of this training and of all, for a series of short ones.
        """
        self._step = self._steps = 0
        begun = self.seconds
        with contextlib.closing(ticks):
            while True:
                moment = time.perf_counter()
                try:
                    tick = next(ticks)
                except StopIteration as end:
                    result: Result = end.value
                    return result
                finally:
                    self.seconds += time.perf_counter() - moment
                if turn is not None:
                    tick = replace(tick, message="", step=turn[0], steps=turn[1])
                yield from self._told(tick, stage, title, self.seconds - begun)
                if trial is not None and self.folder.stop.exists():
                    self.folder.stop.replace(trial / self.folder.stop.name)

    def _told(
        self, tick: Tick, stage: str, title: str, spent: float
    ) -> Generator[Said, None, None]:
        # A tick that tells of an epoch says nothing of steps: those before it stand.
        if tick.steps:
            self._step, self._steps = tick.step, tick.steps
        words = f"{title}: {tick.message}" if tick.message else title
        total = self._steps or None
        yield Progress(min(self._step, self._steps), total, "steps", words)
        now = time.monotonic()
        epoch = tick.validation_loss is not None or tick.metric is not None
        if not epoch and now - self._last_line < _LINE_SECONDS:
            return
        self._last_line = now
        self._write(tick, stage, title, spent)
        if epoch or now - self._last_partial >= _PARTIAL_SECONDS:
            self._last_partial = now
            yield Partial("training", str(self.folder.training))

    def _write(self, tick: Tick, stage: str, title: str, spent: float) -> None:
        self.memory = max(self.memory, memory_mb(self.device))
        left = None
        if self._steps and 0 < self._step <= self._steps:
            left = spent / self._step * (self._steps - self._step)
        line = {
            "time": time.time(),
            "stage": stage,
            "title": title,
            "message": tick.message,
            "step": self._step,
            "steps": self._steps,
            "epoch": tick.epoch,
            "train_loss": tick.train_loss,
            "validation_loss": tick.validation_loss,
            "metric": tick.metric,
            "best": tick.best,
            "eta_seconds": left,
            "memory_mb": round(self.memory, 1),
        }
        if tick.validation_loss is not None or tick.metric is not None:
            self.epochs.append(line)
        with self.folder.training.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _read(line: str) -> dict[str, Any]:
    """Return one line; empty where a crash cut it off."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _tells_an_epoch(line: dict[str, Any]) -> bool:
    return line.get("validation_loss") is not None or line.get("metric") is not None


def memory_mb(device: str) -> float:
    """Return the memory that this process holds, with that of its graphics card, MB."""
    import psutil

    held = float(psutil.Process().memory_info().rss)
    if device.startswith("cuda"):
        import torch

        held += float(torch.cuda.max_memory_allocated(device))
    return held / 1e6
