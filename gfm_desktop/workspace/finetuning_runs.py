"""The fine-tunings on this computer: what was asked for, and how each one stands.

A run is a folder among the user's models: finished, it is a model of the library.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import zipfile
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from gfm_desktop import paths
from gfm_desktop.errors import InputError
from gfm_desktop.models import manifest
from gfm_desktop.workspace.finetuning_report import (
    primary_of,
    read_report,
    title_of,
    words_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.option import OptionValue

WORK = ".work"
"""Folder of a run for what is only needed until it is finished."""
STOP_EARLY = "stop-early"
TRAINING = "training.jsonl"
REPORT = "report.json"
_REQUEST = "request.json"


class RunStatus(StrEnum):
    """How a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    ENDING = "ending"
    STOPPING = "stopping"
    FINISHED = "finished"
    FAILED = "failed"
    PARKED = "parked"
    STOPPED = "stopped"

    @property
    def under_way(self) -> bool:
        """Tell whether a job is at it."""
        return self in _UNDER_WAY

    @property
    def resumable(self) -> bool:
        """Tell whether it can go on where it was left."""
        return self in (RunStatus.FAILED, RunStatus.PARKED, RunStatus.STOPPED)


_UNDER_WAY = {
    RunStatus.WAITING,
    RunStatus.RUNNING,
    RunStatus.PAUSED,
    RunStatus.ENDING,
    RunStatus.STOPPING,
}


@dataclass(frozen=True, slots=True)
class Request:
    """What a run was asked to do: the fields of its job, without the folder.

    Attributes:
        labels: File of labels.
        model: Id or folder of the model to start from.
        genome: FASTA file; empty for none.
        annotation: Gene models; empty for none.
        signal: bigWig file; empty for none.
        columns: (role, column) pairs, and ``("fix", key)`` for each fix of the data.
        window: bp around regions and variants; 0 as given.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
        options: Settings that differ from the defaults.
        model_options: Choices of the model's family.
    """

    labels: str
    model: str
    genome: str = ""
    annotation: str = ""
    signal: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    window: int = 0
    device: str = "auto"
    options: tuple[tuple[str, OptionValue], ...] = ()
    model_options: tuple[tuple[str, OptionValue], ...] = ()


@dataclass(frozen=True, slots=True)
class KnownRun:
    """One line of the list of runs.

    Attributes:
        folder: Where it lies.
        request: What it was asked to do; None where only its report is left.
        finished: Whether it became a model.
        changed: When it was last written, seconds since 1970.
        words: How it stands, in a few words.
    """

    folder: Path
    request: Request | None
    finished: bool
    changed: float
    words: str

    @property
    def title(self) -> str:
        """Return what people call it."""
        return self.folder.name


def known_runs() -> list[KnownRun]:
    """Return all runs on this computer, the newest first."""
    found = []
    for folder in paths.imported_models().iterdir():
        asked = folder / WORK / _REQUEST
        report = folder / REPORT
        if folder.name.startswith(".") or not (asked.is_file() or report.is_file()):
            continue
        done = (folder / manifest.FILE_NAME).is_file()
        newest = max(p.stat().st_mtime for p in (asked, report) if p.is_file())
        words = _words(report, newest) if done else "Not finished"
        found.append(KnownRun(folder, read_request(folder), done, newest, words))
    return sorted(found, key=lambda run: -run.changed)


@functools.lru_cache(maxsize=1000)
def _words(report: Path, changed: float) -> str:
    """Return what a finished model reaches; reports are large, and rarely change."""
    del changed
    found = read_report(report)
    if found is None:
        return "Finished"
    measure = primary_of(found)
    words = words_of((found.metrics or {}).get(measure))
    return f"{title_of(measure)} {words}" if words else "Finished"


def free_name(wanted: str) -> str:
    """Return a name for a new run: allowed as the id of a model, and not taken.

    Args:
        wanted: Any words, such as the name of the file of labels.
    """
    plain = re.sub(r"[^a-z0-9._-]+", "-", wanted.lower()).strip("-._")[:48]
    plain = plain or "fine-tuned"
    taken = {folder.name for folder in paths.imported_models().iterdir()}
    names = (plain, *(f"{plain}-{number}" for number in range(2, 10_000)))
    return next(name for name in names if name not in taken)


def name_problem(name: str) -> str:
    """Return why a run cannot be called so; empty where it can."""
    if not manifest.is_id(name):
        return "Use lower case letters, digits, dots and hyphens, at most 64."
    if (paths.imported_models() / name).exists():
        return "There is a model of this name already."
    return ""


def write_request(folder: Path, request: Request) -> None:
    """Keep what a run was asked to do, so that it can go on after a restart.

    Raises:
        OSError: If the folder cannot be written.
    """
    work = folder / WORK
    work.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(request), indent=2, ensure_ascii=False)
    (work / _REQUEST).write_text(text + "\n", encoding="utf-8")


def read_request(folder: Path) -> Request | None:
    """Return what a run was asked to do; None where that cannot be read."""
    try:
        content = json.loads((folder / WORK / _REQUEST).read_text(encoding="utf-8"))
        return _request(content)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _request(content: dict[str, Any]) -> Request:
    def listed(name: str) -> tuple[tuple[str, Any], ...]:
        return tuple((str(key), value) for key, value in content.get(name, ()))

    return Request(
        str(content["labels"]),
        str(content["model"]),
        str(content.get("genome", "")),
        str(content.get("annotation", "")),
        str(content.get("signal", "")),
        listed("columns"),
        int(content.get("window", 0)),
        str(content.get("device", "auto")),
        listed("options"),
        listed("model_options"),
    )


def ask_to_stop_early(folder: Path) -> None:
    """Ask the training in a folder to end now and to keep its best epoch.

    Raises:
        OSError: If the folder cannot be written.
    """
    work = folder / WORK
    work.mkdir(parents=True, exist_ok=True)
    (work / STOP_EARLY).touch()


def take_back_stop_early(folder: Path) -> None:
    """Let the next training run its full time."""
    (folder / WORK / STOP_EARLY).unlink(missing_ok=True)


def remove_run(folder: Path) -> None:
    """Delete a run that lies among the user's models.

    Raises:
        InputError: If it does not lie there, or cannot be deleted.
    """
    if folder.parent != paths.imported_models():
        raise InputError("This is no run of the app.", where=str(folder))
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise InputError(
            f"The run cannot be deleted: {error.strerror or error}.",
            where=str(folder),
            todo="Close the programs that use it, and check the rights of the folder.",
        ) from error


def share(folder: Path, target: Path) -> Path:
    """Copy a finished model, as a folder or a zip, without what only the app needs.

    Args:
        folder: The model.
        target: A folder that does not exist yet, or a file that ends in ``.zip``.

    Raises:
        InputError: If it cannot be written.
    """
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and WORK not in path.relative_to(folder).parts
    ]
    try:
        if target.suffix == ".zip":
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
                for path in files:
                    packed.write(path, f"{folder.name}/{path.relative_to(folder)}")
        else:
            for path in files:
                to = target / path.relative_to(folder)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, to)
    except OSError as error:
        raise InputError(
            f"The model cannot be copied: {error.strerror or error}.",
            where=str(target),
            todo="Choose another place, with enough free space.",
        ) from error
    return target
