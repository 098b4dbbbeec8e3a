"""The probe: a linear model on frozen embeddings, chosen by the validation folds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.finetune.choices import Choice, choose
from gfm_desktop.finetune.linear import fitted
from gfm_desktop.finetune.method import Tick
from gfm_desktop.models.pooling import POOLINGS
from gfm_desktop.models.readout import Head, probabilities

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.finetune.features import Features
    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.method import Predictions

WEIGHTS = "model.safetensors"


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    """What a probe may choose from.

    Attributes:
        layers: Layers that it may read.
        poolings: Of `pooling.POOLINGS`.
        strands: ``"yes"``, ``"no"`` or ``"auto"``.
        balanced: Whether each class weighs the same.
    """

    layers: tuple[int, ...]
    poolings: tuple[str, ...] = POOLINGS
    strands: str = "auto"
    balanced: bool = True

    def both(self, data: LabelledSet) -> tuple[bool, ...]:
        """Return whether both strands are read; two answers where folds choose.

        Labels of places and of variants belong to both strands of the genome.
        """
        if self.strands != "auto":
            return (self.strands == "yes",)
        return (True,) if data.places or data.alternatives else (False, True)

    def candidates(self, data: LabelledSet) -> list[Choice]:
        """Return all that the folds compare; the last one wins where they cannot."""
        return [
            Choice(layer, pooling, both)
            for both in self.both(data)
            for pooling in reversed(self.poolings)
            for layer in self.layers
        ]


@dataclass(frozen=True, slots=True)
class ProbeFit:
    """A probe that has learnt (`method.Fitted`).

    Attributes:
        features: Of the frozen model.
        choice: What the folds chose.
        head: The linear model.
        data_task: What it predicts.
        vector: Length of what the head reads.
        examples: How many it learnt from.
    """

    features: Features
    choice: Choice
    head: Head
    data_task: str
    vector: int
    examples: int

    def predict(
        self, data: LabelledSet, chosen: NDArray[np.int64]
    ) -> Generator[Tick, None, Predictions]:
        """Predict some examples, shape (m, outputs)."""
        one = self.choice
        if not len(chosen):
            return np.empty((0, len(self.head.bias)), np.float32)
        yield from self.features.compute(data, chosen, both=one.both)
        vectors = self.features.vectors(
            data, chosen, layer=one.layer, pooling=one.pooling, both=one.both
        )
        return probabilities(self.data_task, self.head.logits(vectors))

    def export(self, folder: Path) -> dict[str, Any]:
        """Write the weights, and return the entries for `finetuned.write_folder`."""
        from safetensors.numpy import save_file

        save_file(self.head.tensors(), folder / WEIGHTS)
        return {
            "kind": "probe",
            "layer": self.choice.layer,
            "pooling": self.choice.pooling,
            "strands": "both" if self.choice.both else "forward",
            "features": self.vector,
            "scale": 0.0,
        }

    def describe(self) -> dict[str, Any]:
        """Return what was chosen, for the report."""
        metric = self.choice.metric
        return {
            "layer": self.choice.layer,
            "layers": self.features.backbone.layers,
            "pooling": self.choice.pooling,
            "strands": "both" if self.choice.both else "forward",
            "strength": self.choice.strength,
            "choosing_metric": None if np.isnan(metric) else metric,
            "trainable_parameters": int(self.head.weight.size + self.head.bias.size),
            "examples": self.examples,
        }


@dataclass(frozen=True, slots=True)
class Probe:
    """A linear model on frozen embeddings (`method.Method`).

    Layer, pooling, strands and strength are chosen by the folds within the training
    and validation examples; the model itself learns from the training examples alone,
    so that the validation examples can calibrate it.
    """

    features: Features
    settings: ProbeSettings
    name: str = "probe"
    title: str = "Probe on frozen embeddings"

    def fit(
        self,
        data: LabelledSet,
        train: NDArray[np.int64],
        validation: NDArray[np.int64],
        folds: NDArray[np.int64],
        *,
        seed: int,
    ) -> Generator[Tick, None, ProbeFit]:
        """Learn from `train`; `validation` and `folds` only choose."""
        chosen = np.concatenate([train, validation]).astype(np.int64)
        both = any(self.settings.both(data))
        yield from self.features.compute(data, chosen, both=both)
        parts = judging_folds(folds[chosen], len(train))
        choice = yield from choose(
            self.features,
            data,
            self.settings.candidates(data),
            chosen,
            parts,
            balanced=self.settings.balanced,
            seed=seed,
        )
        yield Tick("Fitting the probe")
        vectors = self.features.vectors(
            data, train, layer=choice.layer, pooling=choice.pooling, both=choice.both
        )
        head = fitted(
            data.task,
            vectors,
            data.labels[train],
            outputs=data.outputs,
            strength=choice.strength,
            balanced=self.settings.balanced,
        )
        return ProbeFit(
            self.features, choice, head, data.task, vectors.shape[1], len(train)
        )


def judging_folds(folds: NDArray[np.int64], train: int) -> NDArray[np.int64]:
    """Return folds that can choose: those given, else validation against training.

    Args:
        folds: int64 (m,), of the training examples, then of the validation examples.
        train: How many are training examples.
    """
    if len(np.unique(folds[folds >= 0])) >= 2 or len(folds) == train:
        return folds
    return (np.arange(len(folds)) >= train).astype(np.int64)
