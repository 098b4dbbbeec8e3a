"""The labels of a fine-tuning as the window knows them. No Qt here.

Reading is a job; answers that belong to labels that are no longer on show are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.engine.engine import Priority
from gfm_desktop.errors import GfmError
from gfm_desktop.finetune.options import OPTIONS
from gfm_desktop.jobs.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Partial,
    Progress,
)
from gfm_desktop.workspace.finetuning_labels import (
    OF_THE_SPLIT,
    Labels,
    LabelsSource,
    read_labels,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.workspace import Workspace


@dataclass(slots=True)
class Choices:
    """What was chosen for the next run; the rest has its default."""

    model: str = ""
    name: str = ""
    device: str = "auto"
    options: dict[str, OptionValue] = field(default_factory=dict)
    model_options: dict[str, OptionValue] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """The labels on show and how far they are read.

    Attributes:
        source: What is read and how.
        labels: What was found; None before.
        busy: Whether a job is at it.
        failed: Why they cannot be read.
        message: What is being done.
    """

    source: LabelsSource
    labels: Labels | None = None
    busy: bool = False
    failed: Failed | None = None
    message: str = ""


class LabelReader:
    """Reads one file of labels at a time; the newest question wins."""

    changed = Signal()
    """Another file, other roles, or what was found in it."""

    def __init__(self, workspace: Workspace, runner: Runner, choices: Choices) -> None:
        """Read on `runner`; `choices` say how the examples are split."""
        self.workspace = workspace
        self.runner = runner
        self.choices = choices
        self.reading: Reading | None = None
        self._job = ""
        self._generation = 0

    def choose(self, path: Path) -> None:
        """Read another file of labels; what was guessed before is forgotten."""
        self.read(LabelsSource(path))

    def change(self, source: LabelsSource) -> None:
        """Read the same file with other roles or settings."""
        if self.reading is not None and source != self.reading.source:
            self.read(source)

    def reread(self) -> None:
        """Read again: the genome was opened, or the file was mended."""
        if self.reading is not None:
            self.read(self.reading.source)

    def take_signal(self, path: Path) -> None:
        """Take the labels of the regions from a bigWig file."""
        if self.reading is not None:
            self.change(replace(self.reading.source, signal=str(path)))

    def mend(self, fix: str) -> None:
        """Apply the one-click fix of a finding, and check again."""
        reading = self.reading
        if reading is None:
            return
        name, is_setting, value = fix.partition("=")
        if is_setting:
            self.choices.options[name] = _value(name, value)
            self.read(reading.source)
        elif fix not in reading.source.fixes:
            self.change(replace(reading.source, fixes=(*reading.source.fixes, fix)))

    def settings_changed(self, before: Mapping[str, OptionValue]) -> None:
        """Check the labels again where a setting changes what the check says."""
        now = self.choices.options
        if any(before.get(name) != now.get(name) for name in OF_THE_SPLIT):
            self.reread()

    def close(self) -> None:
        """Forget the labels on show."""
        self._stop()
        self.reading = None
        self.changed.emit()

    def read(self, source: LabelsSource) -> None:
        """Read labels; what is on show of the same file stays until then."""
        self._stop()
        before = self.reading
        same = before is not None and before.source.path == source.path
        kept = before.labels if same and before is not None else None
        self.reading = Reading(source, kept, busy=True, message="Reading the labels")
        number = self._generation
        job = source.job(self.workspace, self.choices.options)

        def hear(event: Event) -> None:
            if number == self._generation:
                self._hear(event)

        # Looking at labels must not wait for a training that is under way.
        self._job = self.runner.submit(job, hear, priority=Priority.INTERACTIVE)
        self.changed.emit()

    def _stop(self) -> None:
        self._generation += 1
        if self.reading is not None and self.reading.busy and self._job:
            self.runner.cancel(self._job)
        self._job = ""

    def _hear(self, event: Event) -> None:
        reading = self.reading
        if reading is None:
            return
        match event:
            case Progress(message=message):
                reading.message = message
            case Partial(kind="labels", path=path):
                self._show(reading, Path(path))
            case Finished(outputs=outputs):
                reading.busy = False
                if "labels" in outputs:
                    self._show(reading, Path(outputs["labels"]))
            case Failed():
                reading.busy, reading.failed = False, event
                reading.labels = None
            case Cancelled():
                reading.busy = False
            case _:
                return
        self.changed.emit()

    def _show(self, reading: Reading, path: Path) -> None:
        try:
            reading.labels = read_labels(path)
        except GfmError as error:
            reading.failed = Failed(error.what, error.where, error.todo)


def _value(name: str, text: str) -> OptionValue:
    """Return the value of a setting that a fix writes as text."""
    default = next((o.default for o in OPTIONS if o.name == name), "")
    match default:
        case bool():
            return text == "true"
        case int():
            return int(text)
        case float():
            return float(text)
    return text
