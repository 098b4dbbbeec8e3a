"""Fine-tune a model on labelled sequences, test it honestly, and write its folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from gfm_desktop import __version__
from gfm_desktop.finetune import label_files, report, suggestions, unlabelled
from gfm_desktop.finetune.label_files import LabelSource
from gfm_desktop.finetune.options import OPTIONS
from gfm_desktop.jobs import finetune_more as more
from gfm_desktop.jobs import finetune_publish as publishing
from gfm_desktop.jobs import finetune_results as results
from gfm_desktop.jobs import finetune_stages as stages
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.finetune_desk import Desk, tested
from gfm_desktop.jobs.finetune_folder import FineTuneFolder
from gfm_desktop.jobs.finetune_log import TrainingLog
from gfm_desktop.models.importing import safe_id
from gfm_desktop.models.option import OptionValue, checked

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.suggestions import Pool
    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.finetune_log import Said
    from gfm_desktop.models.protocols import LoadedModel

Result = TypeVar("Result")

_REFUSED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class FineTune:
    """Turn labels and a model into a tested model folder; goes on where it was stopped.

    Stages: the labels are read and checked; the examples are parted; every baseline
    learns; the model learns; all are measured on the same examples; the folder is
    written and read back; a learning curve, examples to label next and a map follow. A
    finished stage is never done again, and a training goes on at its last checkpoint.
    Where the folder holds the finished model of this very question, the job ends at
    once.

    Outputs: ``model`` (the folder), ``report``, ``card``, ``predictions``. Partials:
    ``training``, a file of JSON lines that grows, and ``report``, after every stage.
    A file ``.work/stop-early`` in the folder ends the running training with its best
    epoch.

    Attributes:
        labels: File of labels (`label_files`).
        model: Id or folder of the model to start from.
        out: Folder to make.
        genome: FASTA file, for labels of regions and variants; empty for none.
        annotation: Gene models, to tell genes apart; empty for none.
        signal: bigWig file whose mean over each region is its label; empty for none.
        columns: (role, column) pairs, as `LabelSource.columns`; what is not named is
            guessed.
        window: Letters around the middle of each region or variant; 0 as given.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
        batch_size: Most sequences of a forward pass; 0 leaves it to the method.
        options: Settings (`finetune.options`) that differ from their defaults.
        model_options: Choices of the model's family.
        fresh: Whether to begin anew.
    """

    labels: str
    model: str
    out: str
    genome: str = ""
    annotation: str = ""
    signal: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    window: int = 0
    device: str = "auto"
    batch_size: int = 0
    options: tuple[tuple[str, OptionValue], ...] = ()
    model_options: tuple[tuple[str, OptionValue], ...] = ()
    fresh: bool = False
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Fine-tune {Path(self.out).name}"

    def continued(self, *, out_of_memory: bool) -> FineTune:
        """Return the job that goes on after the worker ended in the middle of it."""
        size = self.batch_size
        if out_of_memory:
            # 0 chose at least 8, and that was too much.
            size = max(1, (size or 8) // 2)
        return replace(self, batch_size=size, fresh=False)

    def run(self, context: JobContext) -> Generator[Said, None, Finished]:
        """Do what is left to do.

        Raises:
            InputError: If labels, genome or the folder cannot be used.
            ModelError: If the model cannot be used.
            OptionError: If a setting makes no sense.
        """
        settings = checked(OPTIONS, dict(self.options), owner="Fine-tuning")
        folder = FineTuneFolder(Path(self.out))
        folder.check()
        yield Progress(0, None, "rows", "Reading the labels")
        data = yield from self._read(context, settings)
        yield Progress(0, None, "models", "Loading the model")
        model = context.model(self.model, self.device, self.model_options)
        settings["method"] = _method(data, model, settings)
        with folder.locked():
            if folder.begin(self._identity(data, model, settings), fresh=self.fresh):
                found = report.read(folder.report)
                return self._finished(folder, found)
            desk = yield from self._desk(folder, data, model, settings)
            return (yield from self._work(desk, context))

    def _work(self, desk: Desk, context: JobContext) -> Generator[Said, None, Finished]:
        yield from results.shown(desk)
        yield from stages.strands(desk)
        yield from stages.baselines(desk)
        weights, architecture = yield from stages.model(desk)
        yield from results.compared(desk)
        made = publishing.assemble(desk, weights, architecture, self.model)
        yield Progress(0, None, "models", "Reading the new model back")
        tuned = publishing.read_back(desk, made)
        pool = yield from self._pool(desk, context)
        yield from more.suggested(desk, tuned, pool)
        yield from more.mapped(desk)
        yield from more.learning(desk)
        yield from results.shown(
            desk,
            complete=True,
            model=self._model_part(desk.model, tuned.weights_sha256),
        )
        publishing.publish(desk, made)
        return self._finished(desk.folder, desk.report)

    def _source(self, settings: dict[str, OptionValue]) -> LabelSource:
        return LabelSource(
            self.labels,
            columns=self.columns,
            task=str(settings["task"]),
            window=self.window,
            signal=self.signal,
        )

    def _read(
        self, context: JobContext, settings: dict[str, OptionValue]
    ) -> Generator[Said, None, LabelledSet]:
        reference = context.reference(self.genome) if self.genome else None
        genes = None
        if self.annotation and self.genome:
            genes = context.genes(self.annotation, self.genome)
        source = self._source(settings)
        reading = label_files.reading(source, reference=reference, genes=genes)
        return (yield from _counted(reading, "Reading the labels"))

    def _desk(
        self,
        folder: FineTuneFolder,
        data: LabelledSet,
        model: LoadedModel,
        settings: dict[str, OptionValue],
    ) -> Generator[Said, None, Desk]:
        split, found = yield from stages.designed(folder, data, settings)
        first = stages.first_report(data, split, found, settings)
        first = first.model_copy(
            update={
                "model": self._model_part(model, ""),
                "labels": Path(self.labels).name,
                "versions": _versions(),
            }
        )
        return Desk(
            folder,
            TrainingLog.going_on(folder, model.device),
            data,
            split,
            model,
            str(settings["method"]),
            settings,
            first,
            batch_size=self.batch_size,
        )

    def _identity(
        self, data: LabelledSet, model: LoadedModel, settings: dict[str, OptionValue]
    ) -> dict[str, Any]:
        return {
            "labels": data.sha256,
            "model": model.weights_sha256,
            "model_options": sorted(map(list, self.model_options)),
            "settings": settings,
            "version": __version__,
        }

    def _model_part(self, model: LoadedModel, sha256: str) -> report.ModelPart:
        return report.ModelPart(
            id=safe_id(Path(self.out).name),
            base=self.model,
            base_name=model.card.name,
            base_sha256=model.weights_sha256,
            device=model.device,
            options=dict(self.model_options),
            sha256=sha256,
        )

    def _pool(self, desk: Desk, context: JobContext) -> Generator[Said, None, Pool]:
        """Return what could be labelled next: windows of the genome, or a second look.

        Labels that somebody still has to make come first in a file, as empty cells.
        """
        source = self._source(desk.options)
        reference = context.reference(self.genome) if self.genome else None
        reading = unlabelled.of_file(source, Path(self.labels), reference)
        pool = yield from _counted(reading, "Looking for rows without a label")
        if pool is None and reference is not None:
            drawing = suggestions.of_genome(desk.data, reference, seed=desk.seed)
            pool = yield from _counted(drawing, "Drawing places to label", "windows")
        return pool or suggestions.of_labelled(desk.data, tested(desk))

    def _finished(self, folder: FineTuneFolder, found: report.Report) -> Finished:
        warnings = list(found.notes)
        if found.refused_count:
            shown = [f"row {one.row:,}: {one.reason}" for one in found.refused]
            more_of_them = found.refused_count - _REFUSED_SHOWN
            lines = shown[:_REFUSED_SHOWN]
            if more_of_them > 0:
                lines.append(f"and {more_of_them:,} more, all in {report.FILE_NAME}")
            head = f"{found.refused_count:,} rows of labels could not be used."
            warnings.append("\n".join([head, *lines]))
        warnings += [
            f"{one.title}: {one.words}" for one in found.checks if one.level == "stop"
        ]
        return Finished(
            found.verdict,
            outputs={
                "model": str(folder.out),
                "report": str(folder.report),
                "card": str(folder.out / "MODEL_CARD.md"),
                "predictions": str(folder.out / "predictions.parquet"),
            },
            warnings=tuple(warnings),
        )


def _counted(
    steps: Generator[int, None, Result], words: str, unit: str = "rows"
) -> Generator[Said, None, Result]:
    """Tell how many rows were read, and return what was."""
    while True:
        try:
            done = next(steps)
        except StopIteration as end:
            found: Result = end.value
            return found
        yield Progress(done, None, unit, words)


def _method(
    data: LabelledSet, model: LoadedModel, settings: dict[str, OptionValue]
) -> str:
    from gfm_desktop.finetune.methods import auto_method

    name = str(settings["method"])
    return auto_method(data, model.device) if name == "auto" else name


def _versions() -> dict[str, str]:
    import numpy
    import sklearn
    import torch

    return {
        "gfm-desktop": __version__,
        "python": sys.version.split()[0],
        "torch": torch.__version__,
        "scikit-learn": sklearn.__version__,
        "numpy": numpy.__version__,
    }
