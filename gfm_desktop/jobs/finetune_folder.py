"""The folder of a fine-tuning: what is finished stays, whatever ends the program."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import GfmError, InputError
from gfm_desktop.finetune import report
from gfm_desktop.genome.fingerprint import write_whole
from gfm_desktop.jobs import run_lock
from gfm_desktop.models import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

WORK = ".work"
TRAINING = "training.jsonl"
STOP = "stop-early"
PREDICTIONS = "predictions.parquet"
CARD = "MODEL_CARD.md"
_IDENTITY = "identity.json"
_STAGES = "stages"
_TRIALS = "trials"
_FACTS = "facts"
_LOCK = "running.lock"


@dataclass(frozen=True, slots=True)
class Kept:
    """The result of one stage.

    Attributes:
        facts: What JSON can hold.
        arrays: The rest.
    """

    facts: dict[str, Any]
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FineTuneFolder:
    """The folder that becomes a model; its hidden part holds finished stages.

    Attributes:
        out: The folder.
    """

    out: Path

    @property
    def work(self) -> Path:
        """Return the hidden part, which is needed while the work goes on."""
        return self.out / WORK

    @property
    def training(self) -> Path:
        """Return the file that a live page reads."""
        return self.work / TRAINING

    @property
    def stop(self) -> Path:
        """Return the file whose presence ends the running training early."""
        return self.work / STOP

    @property
    def report(self) -> Path:
        """Return the report."""
        return self.out / report.FILE_NAME

    @property
    def finished(self) -> bool:
        """Tell whether the model is there, whole."""
        return (self.out / manifest.FILE_NAME).is_file() and self.report.is_file()

    @property
    def running(self) -> bool:
        """Tell whether a living process is at work here."""
        return run_lock.living_owner(self.work / _LOCK) is not None

    def check(self) -> None:
        """Refuse a folder that holds something else.

        Raises:
            InputError: If its parent is missing, it is a file, or anything in it did
                not come from a fine-tuning.
        """
        if not self.out.absolute().parent.is_dir():
            raise InputError(
                "The folder to write into does not exist.",
                where=str(self.out.absolute().parent),
                todo="Create it, or choose another place.",
            )
        if not self.out.exists() or self.work.is_dir() or self.finished:
            return
        if not self.out.is_dir() or any(self.out.iterdir()):
            raise InputError(
                "The place for the new model is taken by something else.",
                where=str(self.out),
                todo="Choose a new or empty folder.",
            )

    def begin(self, identity: Mapping[str, Any], *, fresh: bool) -> bool:
        """Make the folder ready; what belongs to other work is forgotten.

        Args:
            identity: All that decides the numbers.
            fresh: Whether everything is to be done again.

        Returns:
            Whether the model is finished, and is the one that is asked for.

        Raises:
            InputError: If it holds a finished model of other labels or settings.
        """
        (self.work / _STAGES).mkdir(parents=True, exist_ok=True)
        text = json.dumps(identity, sort_keys=True)
        mine = hashlib.sha256(text.encode()).hexdigest()
        same = self._identity() == mine
        if self.finished and not fresh:
            if same:
                return True
            raise InputError(
                "The folder holds a model that was made from other labels, another "
                "model or other settings.",
                where=str(self.out),
                todo="Choose another folder, or ask for a fresh start (--fresh).",
            )
        if fresh or not same:
            self.forget()
        write_whole(self.work / _IDENTITY, mine.encode())
        return False

    def forget(self) -> None:
        """Delete all results, but not the folder's own notes (such as the request)."""
        for name in (_STAGES, _TRIALS):
            shutil.rmtree(self.work / name, ignore_errors=True)
        for path in (self.training, self.stop, self.report):
            path.unlink(missing_ok=True)
        for name in (manifest.FILE_NAME, "model.safetensors", PREDICTIONS, CARD):
            (self.out / name).unlink(missing_ok=True)
        (self.work / _STAGES).mkdir(parents=True, exist_ok=True)

    def load(self, stage: str) -> Kept | None:
        """Return the result of a stage; None where it is not finished."""
        path = self._stage(stage)
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        facts = json.loads(str(arrays.pop(_FACTS)))
        return Kept(facts, arrays)

    def save(self, stage: str, kept: Kept) -> None:
        """Keep the result of a stage, whole."""
        path = self._stage(stage)
        temporary = path.with_name(f".{path.name}")
        with temporary.open("wb") as file:
            facts = np.array(json.dumps(kept.facts))
            np.savez(file, allow_pickle=False, **kept.arrays, **{_FACTS: facts})
        temporary.replace(path)

    def drop(self, stage: str) -> None:
        """Forget the result of a stage."""
        self._stage(stage).unlink(missing_ok=True)

    def trial(self, name: str) -> Path:
        """Return the folder of one training's checkpoints; made where needed."""
        path = self.work / _TRIALS / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def tidy(self) -> None:
        """Delete checkpoints, which nobody needs once the model is finished."""
        shutil.rmtree(self.work / _TRIALS, ignore_errors=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from working in the same folder.

        Raises:
            GfmError: If another living process is at it.
            InputError: If the folder cannot be written.
        """
        lock = self.work / _LOCK
        try:
            self.work.mkdir(parents=True, exist_ok=True)
            owner = run_lock.living_owner(lock)
            if owner is None:
                lock.write_text(run_lock.new_text(), encoding="ascii")
        except OSError as error:
            raise InputError(
                f"The folder cannot be written: {error.strerror or error}.",
                where=str(self.out),
                todo="Check that you may write there and that the disk is not full.",
            ) from error
        if owner is not None:
            raise GfmError(
                f"This fine-tuning is already running (process {owner}).",
                where=str(self.out),
                todo="Wait for it, or cancel it there; what it finished is kept.",
            )
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)

    def _identity(self) -> str:
        try:
            return (self.work / _IDENTITY).read_text(encoding="ascii")
        except OSError:
            return ""

    def _stage(self, stage: str) -> Path:
        return self.work / _STAGES / f"{stage}.npz"
