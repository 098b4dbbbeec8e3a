"""LoRA, last blocks and full training: methods that change the network itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.finetune import checkpoints
from gfm_desktop.finetune.adapters import SCALE, adapted
from gfm_desktop.finetune.objective import Objective
from gfm_desktop.finetune.steps import Schedule, Steps
from gfm_desktop.finetune.training_loop import STOP_FILE, Training, predicted
from gfm_desktop.finetune.tuned_network import TunedNetwork
from gfm_desktop.models.pooling import PARTS
from gfm_desktop.models.readout import probabilities

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.finetune.checkpoints import TrainingState
    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.method import Predictions, Tick
    from gfm_desktop.finetune.probe import Probe, ProbeFit
    from gfm_desktop.models.backbone import Backbone

WEIGHTS = "model.safetensors"
TITLES = {
    "lora": "LoRA",
    "last-blocks": "Last blocks",
    "full": "Full fine-tuning",
}
RATES = {"lora": 5e-4, "last-blocks": 1e-4, "full": 5e-5}
"""Highest step sizes where the user says nothing."""
HEAD_RATE = 1e-3
_SMALL = 1_000
"""Training examples below which a step has 16 of them, and 32 from there on."""


@dataclass(frozen=True, slots=True)
class TuningSettings:
    """How a network is changed.

    Attributes:
        kind: ``"lora"``, ``"last-blocks"`` or ``"full"``.
        rank: Of LoRA's additions.
        blocks: Last blocks that learn.
        epochs: As `Schedule` has it; so are the next four.
        patience: Epochs.
        rate: 0 for the method's own.
        warmup: Share.
        decay: Of weights.
        micro: Most examples of a pass; 0 for the loop's choice.
        balanced: Whether each class weighs the same.
        precision: ``"fp32"`` or ``"bf16"``.
    """

    kind: str
    rank: int = 8
    blocks: int = 2
    epochs: int = 20
    patience: int = 4
    rate: float = 0.0
    warmup: float = 0.1
    decay: float = 0.01
    micro: int = 0
    balanced: bool = True
    precision: str = "fp32"


@dataclass(frozen=True, slots=True)
class TunedFit:
    """A network that has learnt (`method.Fitted`).

    Attributes:
        network: With its best parameters.
        objective: Brings outputs to the labels' unit.
        settings: How it learnt.
        start: The probe that it began as.
        state: How the training went.
        both: Whether both strands are averaged.
    """

    network: TunedNetwork
    objective: Objective
    settings: TuningSettings
    start: ProbeFit
    state: TrainingState
    both: bool

    def predict(
        self, data: LabelledSet, chosen: NDArray[np.int64]
    ) -> Generator[Tick, None, Predictions]:
        """Predict some examples, shape (m, outputs)."""
        logits = yield from predicted(
            self.network,
            data,
            np.asarray(chosen, np.int64),
            both=self.both,
            batch_size=self.state.micro or self.settings.micro or 8,
            words="Predicting",
        )
        logits = logits * self.objective.scale + self.objective.centre
        return probabilities(data.task, logits)

    def export(self, folder: Path) -> dict[str, Any]:
        """Write what changed, and return the entries for `finetuned.write_folder`."""
        import torch
        from safetensors.torch import save_file

        head = self.network.exported(self.objective)
        tensors = {n: torch.from_numpy(v.copy()) for n, v in head.tensors().items()}
        changed = self._changed()
        save_file(tensors | changed, folder / WEIGHTS)
        backbone = self.network.adapted.backbone
        return {
            "kind": self.settings.kind,
            "layer": backbone.layers,
            "pooling": self.network.pooling,
            "strands": "both" if self.both else "forward",
            "features": len(head.centre),
            "scale": SCALE if self.settings.kind == "lora" else 0.0,
        }

    def _changed(self) -> dict[str, Any]:
        """Return the tensors that differ from the base's."""
        import torch

        tensors = self.network.adapted.tensors()
        if self.settings.kind == "lora":
            return tensors
        base = dict(
            self.start.features.backbone.module.named_parameters(remove_duplicate=False)
        )
        return {
            name: value
            for name, value in tensors.items()
            if not torch.equal(value, base[name].detach().float().cpu())
        }

    def describe(self) -> dict[str, Any]:
        """Return what was chosen and how the training went, for the report."""
        learning = self.network.learning.values()
        metric = self.state.best_metric
        return {
            "layer": self.network.adapted.backbone.layers,
            "layers": self.network.adapted.backbone.layers,
            "pooling": self.network.pooling,
            "strands": "both" if self.both else "forward",
            "epochs": self.state.epochs,
            "best_epoch": self.state.best_epoch,
            "best_metric": metric if np.isfinite(metric) else None,
            "ended": self.state.why,
            "trainable_parameters": sum(p.numel() for p in learning),
            "targets": list(self.network.adapted.targets),
            "precision": self.settings.precision,
            "history": self.state.history,
        }


@dataclass(frozen=True, slots=True)
class Tuning:
    """A training of the network and a head on it (`method.Method`).

    It begins as the probe of the last layer, which chooses pooling and strands: the
    head then disturbs the network less than a random one would (Kumar et al. 2022,
    arXiv:2202.10054).

    Attributes:
        backbone: Of the loaded model; never changed.
        start: The probe of its last layer.
        settings: How it is changed.
        work: Folder of checkpoints.
    """

    backbone: Backbone
    start: Probe
    settings: TuningSettings
    work: Path

    @property
    def name(self) -> str:
        """Return the key of the report."""
        return self.settings.kind

    @property
    def title(self) -> str:
        """Return what people call it."""
        return TITLES[self.settings.kind]

    def fit(
        self,
        data: LabelledSet,
        train: NDArray[np.int64],
        validation: NDArray[np.int64],
        folds: NDArray[np.int64],
        *,
        seed: int,
    ) -> Generator[Tick, None, TunedFit]:
        """Learn from `train`; `validation` tells the best epoch.

        Where it is empty, the smallest fold of the training examples that has all
        their classes takes its place, and is not learnt from.
        """
        train, validation = held_out(data, train, validation, folds)
        start = yield from self.start.fit(data, train, validation, folds, seed=seed)
        objective = Objective.of(
            data.task,
            data.labels[train],
            data.outputs,
            balanced=self.settings.balanced,
        )
        network = TunedNetwork.of(
            adapted(
                self.backbone,
                self.settings.kind,
                rank=self.settings.rank,
                blocks=self.settings.blocks,
                seed=seed,
            ),
            start.head,
            objective,
            pooling=start.choice.pooling,
            precision=self.settings.precision,
        )
        both = start.choice.both
        self.work.mkdir(parents=True, exist_ok=True)
        schedule = self._schedule(len(train), both)
        training = Training(
            Steps(network, data, train, objective, schedule, seed),
            validation,
            self.work / self._checkpoint(data, train, validation, seed),
            self.work / STOP_FILE,
        )
        state = yield from training.run()
        return TunedFit(network, objective, self.settings, start, state, both)

    def _schedule(self, examples: int, both: bool) -> Schedule:
        own = self.settings.rate or RATES[self.settings.kind]
        return Schedule(
            epochs=self.settings.epochs,
            patience=self.settings.patience,
            rate=own,
            head_rate=max(own, HEAD_RATE) if not self.settings.rate else own,
            warmup=self.settings.warmup,
            decay=self.settings.decay,
            batch=16 if examples < _SMALL else 32,
            micro=self.settings.micro,
            both=both,
        )

    def _checkpoint(
        self,
        data: LabelledSet,
        train: NDArray[np.int64],
        validation: NDArray[np.int64],
        seed: int,
    ) -> str:
        """Return the name of the checkpoint, of all that decides the training."""
        content = hashlib.sha256(data.labels.tobytes())
        for column in (data.sequences, data.alternatives):
            for sequence in column:
                content.update(sequence.encode() + b"\n")
        for indices in (train, validation):
            content.update(np.ascontiguousarray(indices).tobytes() + b"\n")
        settings = {
            name: getattr(self.settings, name)
            for name in self.settings.__slots__
            if name != "micro"
        }
        question = {
            "weights": self.backbone.sha256,
            "settings": settings,
            "data": content.hexdigest(),
            "seed": seed,
            "variant": PARTS if data.alternatives else 1,
            "strands": self.start.settings.strands,
            "poolings": self.start.settings.poolings,
        }
        return checkpoints.name_of(question)


def held_out(
    data: LabelledSet,
    train: NDArray[np.int64],
    validation: NDArray[np.int64],
    folds: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return examples to learn from, and others that tell the best epoch.

    Args:
        data: All examples.
        train: As given.
        validation: As given; where it is empty, a fold of `train` takes its place.
        folds: int64 (n,), of all examples.
    """
    if len(validation):
        return train, validation
    mine = folds[train]
    possible = [train[mine == fold] for fold in np.unique(mine[mine >= 0])]
    possible = [one for one in possible if len(one) < len(train)]
    if not possible:
        return train, validation
    chosen = min(possible, key=lambda one: (-_classes(data, one), len(one)))
    return np.setdiff1d(train, chosen), chosen


def _classes(data: LabelledSet, chosen: NDArray[np.int64]) -> int:
    """Return how many different labels some examples have."""
    if data.task == "regression":
        return 1
    return len(np.unique(data.labels[chosen], axis=0))
