"""What the stages of a fine-tuning share, and how each training is run once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

import numpy as np

from gfm_desktop import paths
from gfm_desktop.finetune import methods, trial
from gfm_desktop.finetune.baselines.cnn import Cnn
from gfm_desktop.finetune.baselines.gc_length import GcLength
from gfm_desktop.finetune.baselines.kmer_linear import KmerLinear
from gfm_desktop.finetune.baselines.majority import Majority
from gfm_desktop.finetune.trial import Predicted
from gfm_desktop.jobs.finetune_folder import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.method import Method, Tick
    from gfm_desktop.finetune.report import Report
    from gfm_desktop.finetune.split import Split
    from gfm_desktop.finetune.trial import Fold, Judged
    from gfm_desktop.jobs.finetune_folder import FineTuneFolder
    from gfm_desktop.jobs.finetune_log import Said, TrainingLog
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.models.protocols import LoadedModel

    Make = Callable[[Fold, Path], Method]

Result = TypeVar("Result")

BASELINES = ("majority", "gc_length", "kmer_linear", "cnn", "random_init")
"""In the order in which they are made, the quick ones first."""
EARLY_STOPPERS = frozenset({"cnn", "lora", "last-blocks", "full"})
"""Methods that need examples to tell when to stop."""
TITLES = {
    "majority": Majority.title,
    "gc_length": GcLength.title,
    "kmer_linear": KmerLinear.title,
    "cnn": Cnn.title,
    "random_init": "Same network, random weights",
    "probe": "Probe on frozen embeddings",
    "lora": "LoRA",
    "last-blocks": "Last blocks",
    "full": "Full fine-tuning",
}


@runtime_checkable
class Described(Protocol):
    """A fitted method that tells what it chose."""

    def describe(self) -> dict[str, Any]:
        """Return it for the report."""
        ...


@dataclass(slots=True)
class Desk:
    """All that is open on the desk of a fine-tuning.

    Attributes:
        folder: Where results are kept.
        log: Tells how far it is.
        data: All examples.
        split: Their parts.
        model: The model underneath; never changed.
        method: Name of the chosen method.
        options: Values of all settings.
        batch_size: Most sequences of a forward pass; 0 leaves it to the method. It
            shrinks where the device's memory is full.
        both_strands: Whether the reverse complement means the same.
        report: What is known so far.
        judged: Key of a baseline, or ``"model"``, to what it is worth.
        details: The same to what each of its trainings chose.
    """

    folder: FineTuneFolder
    log: TrainingLog
    data: LabelledSet
    split: Split
    model: LoadedModel
    method: str
    options: dict[str, OptionValue]
    report: Report
    batch_size: int = 0
    both_strands: bool = True
    judged: dict[str, Judged] = field(default_factory=dict)
    details: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def seed(self) -> int:
        """Return the seed of every random choice."""
        return int(self.options["seed"])

    def tuning(
        self, folder: Path, model: LoadedModel | None = None, **changed: OptionValue
    ) -> Method:
        """Return the chosen method on a model.

        Args:
            folder: For its checkpoints.
            model: None for the one that is fine-tuned.
            changed: Settings that differ from the user's.
        """
        strands = "yes" if self.both_strands else "no"
        options = {**self.options, "reverse_complement": strands, **changed}
        return methods.method(
            str(options["method"]),
            model or self.model,
            options,
            cache=embeddings(),
            work=folder,
            data=self.data,
            batch_size=self.batch_size,
        )

    def baseline(self, key: str) -> Make:
        """Return what makes a baseline for a training."""
        match key:
            case "majority":
                return lambda _fold, _folder: Majority()
            case "gc_length":
                return lambda _fold, _folder: GcLength()
            case "kmer_linear":
                return lambda _fold, _folder: KmerLinear()
            case "cnn":
                return lambda _fold, folder: Cnn(
                    self.both_strands, str(folder), str(folder / self.folder.stop.name)
                )
            case _:
                random = methods.random_init(self.model, seed=self.seed)
                return lambda _fold, folder: self.tuning(folder, random)


def embeddings() -> Path:
    """Return the folder of embeddings, which all fine-tunings share."""
    folder = paths.cache() / "embeddings"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def tried(
    desk: Desk,
    key: str,
    make: Make,
    folds: Sequence[Fold],
    *,
    stage: str = "",
    title: str = "",
    whole: bool = False,
    export: bool = False,
    turn: tuple[int, int] | None = None,
) -> Generator[Said, None, list[Predicted]]:
    """Run trainings that have not been run yet, and return what each predicted.

    Args:
        desk: The desk.
        key: Under which results are kept.
        make: Makes the method of a training.
        folds: The trainings.
        stage: Key for the log; `key` where empty.
        title: What people call it; that of the stage where empty.
        whole: Whether training examples are predicted too.
        export: Whether the weights are kept (`exported`).
        turn: As `TrainingLog.driven` has it.
    """
    stage = stage or key
    title = title or TITLES.get(stage, stage)
    found = []
    for i, fold in enumerate(folds):
        name = f"{key}-{fold.number}"
        kept = desk.folder.load(name)
        if kept is None:
            several = len(folds) > 1 and turn is None
            words = f"{title} ({i + 1} of {len(folds)})" if several else title
            folder = desk.folder.trial(name)
            training = _Training(desk, make, fold, folder, stage, words, turn)
            kept = yield from training.result(whole=whole, export=export)
            desk.folder.save(name, kept)
            if not export:
                shutil.rmtree(folder, ignore_errors=True)
        chosen, table = kept.arrays["chosen"], kept.arrays["predictions"]
        found.append(Predicted(fold.number, chosen, table, kept.facts["details"]))
    return found


def exported(desk: Desk, key: str, number: int) -> tuple[Path, dict[str, Any]] | None:
    """Return the folder of exported weights and the entries that describe them.

    None where a kill came between the result and the weights' last byte on disk, or
    somebody deleted them: then the training has to be run again.
    """
    name = f"{key}-{number}"
    kept = desk.folder.load(name)
    folder = desk.folder.trial(name) / "export"
    if kept is None or not any(folder.glob("*.safetensors")):
        return None
    return folder, dict(kept.facts["architecture"])


@dataclass(frozen=True, slots=True)
class _Training:
    """One training: what `tried` runs where no result is kept."""

    desk: Desk
    make: Make
    fold: Fold
    folder: Path
    stage: str
    title: str
    turn: tuple[int, int] | None

    def result(self, *, whole: bool, export: bool) -> Generator[Said, None, Kept]:
        """Train and predict; with half the batch where the device's memory is full."""
        import torch

        desk = self.desk
        while True:
            try:
                return (yield from self._once(whole, export))
            except torch.OutOfMemoryError:
                if desk.batch_size == 1:
                    raise
                # 0 chose at least 8.
                desk.batch_size = max(1, (desk.batch_size or 8) // 2)
                torch.cuda.empty_cache()

    def _once(self, whole: bool, export: bool) -> Generator[Said, None, Kept]:
        desk, fold, folder = self.desk, self.fold, self.folder
        method = self.make(fold, folder)
        parts = (fold.train, fold.validation, fold.folds)
        fitted = yield from self._driven(method.fit(desk.data, *parts, seed=desk.seed))
        # A wish to stop ends this training; the next one may run its full time.
        (folder / desk.folder.stop.name).unlink(missing_ok=True)
        wanted = [fold.test]
        if not desk.split.cross_validation:
            # There, what one fold's model was chosen by is tested by another.
            wanted += [fold.validation, *[fold.train] * whole]
        chosen = np.unique(np.concatenate(wanted))
        table = np.empty((0, desk.data.outputs), np.float32)
        if len(chosen):
            table = yield from self._driven(fitted.predict(desk.data, chosen))
        facts: dict[str, Any] = {"details": {}, "architecture": {}}
        if isinstance(fitted, Described):
            facts["details"] = fitted.describe()
        if export:
            target = folder / "export"
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir()
            facts["architecture"] = fitted.export(target)  # type: ignore[attr-defined]
        return Kept(facts, {"chosen": chosen, "predictions": np.asarray(table)})

    def _driven(
        self, ticks: Generator[Tick, None, Result]
    ) -> Generator[Said, None, Result]:
        return self.desk.log.driven(
            ticks, self.stage, self.title, trial=self.folder, turn=self.turn
        )


def judge(desk: Desk, key: str, found: Sequence[Predicted], *, balanced: bool) -> None:
    """Note what trainings are worth, under a key.

    Args:
        desk: The desk.
        key: Key of a baseline, or ``"model"``.
        found: What they predicted.
        balanced: Whether they learnt with class weights.
    """
    desk.judged[key] = trial.judged(
        desk.data,
        desk.split,
        found,
        kind=str(desk.options["calibration"]),
        balanced=balanced,
    )
    desk.details[key] = [one.details for one in found]


def tested(desk: Desk) -> NDArray[np.int64]:
    """Return the examples that are measured."""
    return desk.judged["model"].tested
