"""The training of a network: steps, epochs, early stopping, checkpoints.

AdamW with a linear warm-up and a cosine to 0; gradients are cut to norm 1. After every
epoch the validation examples are predicted, and the best epoch is kept: the one with
the highest metric, of equals the one with the lowest loss. The start counts as epoch 0,
so that a training that helps nothing changes nothing.

A step's gradient is gathered over as many passes as the memory needs; where it runs out
the passes are halved, and the step begins again (`steps`). As what a step does follows
from seed and step, a training that was killed goes on as if it had not been.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune import checkpoints
from gfm_desktop.finetune.checkpoints import TrainingState
from gfm_desktop.finetune.evaluation import primary_of
from gfm_desktop.finetune.method import Tick
from gfm_desktop.models.readout import probabilities

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.steps import Steps
    from gfm_desktop.finetune.tuned_network import TunedNetwork

STOP_FILE = "stop-early"
CHECKPOINT_SECONDS = 20.0
_TICK_SECONDS = 1.0
_PREDICTED = 16
"""Examples that are predicted together, where nobody says."""


@dataclass(slots=True)
class Training:
    """One training, from its last checkpoint on.

    Attributes:
        steps: How it learns, and from what.
        validation: Indices that tell the best epoch; may be empty, then all epochs are
            run and the last one is kept.
        path: The checkpoint.
        stop: A file that ends the training when it is there.
        state: Where it stands.
        best: Name to every parameter as it was after the best epoch.
    """

    steps: Steps
    validation: NDArray[np.int64]
    path: Path
    stop: Path
    state: TrainingState = field(default_factory=TrainingState)
    best: dict[str, torch.Tensor] = field(default_factory=dict)

    def run(self) -> Generator[Tick, None, TrainingState]:
        """Train to the end, and leave the best parameters in the network.

        Closed in between, it saves where it stands.
        """
        optimiser = self.steps.optimiser()
        self._resume(optimiser)
        saved = time.monotonic()
        try:
            if not self.best:
                yield from self._measure(0)
                self._save(optimiser)
            while not self.state.done:
                if self.stop.exists():
                    self._end("It was stopped early.")
                elif self.state.step // self.steps.per_epoch > self.state.epochs:
                    yield from self._epoch(optimiser)
                    saved = time.monotonic()
                else:
                    yield from self._step(optimiser)
                if time.monotonic() - saved > CHECKPOINT_SECONDS:
                    self._save(optimiser)
                    saved = time.monotonic()
        finally:
            # Also where the generator is closed: a cancel loses no step.
            self._save(optimiser)
        self._keep_best()
        return self.state

    def _step(self, optimiser: torch.optim.AdamW) -> Generator[Tick, None, None]:
        loss = yield from self.steps.take(self.state.step, optimiser)
        self.state.step += 1
        self.state.micro = self.steps.micro
        self.state.losses.append(loss)
        yield self.steps.tick(self.state.step, "Learning", loss)

    def _epoch(self, optimiser: torch.optim.AdamW) -> Generator[Tick, None, None]:
        """Measure an epoch, and end where nothing gets better any more."""
        epoch = self.state.step // self.steps.per_epoch
        yield from self._measure(epoch)
        if len(self.validation) and (
            epoch - self.state.best_epoch >= self.steps.schedule.patience
        ):
            self._end(f"No better epoch in {self.steps.schedule.patience}.")
        elif epoch >= self.steps.schedule.epochs:
            self._end("All epochs were run.")
        self._save(optimiser)

    def _measure(self, epoch: int) -> Generator[Tick, None, None]:
        """Predict the validation examples, and keep the parameters if they are best."""
        loss = metric = None
        better = True
        if len(self.validation):
            logits = yield from self._logits(self.validation)
            loss, metric = self._judged(logits)
            better = (metric, -loss) > (self.state.best_metric, -self.state.best_loss)
        train = float(np.mean(self.state.losses)) if self.state.losses else None
        self.state.losses.clear()
        self.state.epochs = epoch
        self.state.history.append(
            {
                "epoch": epoch,
                "train_loss": train,
                "validation_loss": loss,
                "metric": metric,
            }
        )
        if better:
            self.state.best_epoch = epoch
            if loss is not None and metric is not None:
                self.state.best_loss, self.state.best_metric = loss, metric
            self.best = {
                name: p.detach().cpu().clone()
                for name, p in self.steps.network.learning.items()
            }
        yield Tick(
            f"Epoch {epoch}" if epoch else "Before the first epoch",
            self.state.step,
            self.steps.total,
            epoch,
            train,
            loss,
            metric,
            better,
        )

    def _logits(
        self, chosen: NDArray[np.int64]
    ) -> Generator[Tick, None, NDArray[np.float64]]:
        """Return standardised logits of some examples, telling how far it is."""
        return (
            yield from predicted(
                self.steps.network,
                self.steps.data,
                chosen,
                both=self.steps.schedule.both,
                batch_size=self.state.micro or self.steps.schedule.micro or _PREDICTED,
                words="Predicting the validation examples",
            )
        )

    def _judged(self, logits: NDArray[np.float64]) -> tuple[float, float]:
        """Return loss and metric on the validation examples."""
        import torch

        labels = self.steps.data.labels[self.validation]
        targets = torch.from_numpy(self.steps.objective.targets(labels))
        found = torch.from_numpy(logits.astype(np.float32))
        total, weight = self.steps.objective.total(found, targets)
        table = probabilities(self.steps.data.task, logits)
        metric = primary_of(self.steps.data.task, labels, table)
        # Where a metric is not defined (one class alone), the loss decides.
        return float(total) / max(weight, 1e-6), metric if metric == metric else 0.0

    def _end(self, why: str) -> None:
        self.state.done = True
        self.state.why = why

    def _keep_best(self) -> None:
        import torch

        with torch.no_grad():
            for name, parameter in self.steps.network.learning.items():
                parameter.copy_(self.best[name])

    def _save(self, optimiser: torch.optim.AdamW) -> None:
        """Write the checkpoint; before the first measurement there is nothing."""
        if not self.best:
            return
        tensors = {f"best.{name}": t for name, t in self.best.items()}
        if not self.state.done:
            for name, parameter in self.steps.network.learning.items():
                tensors[f"now.{name}"] = parameter
                for key, value in optimiser.state.get(parameter, {}).items():
                    tensors[f"{key}.{name}"] = value
        checkpoints.save(self.path, self.state, tensors)

    def _resume(self, optimiser: torch.optim.AdamW) -> None:
        """Go on from the checkpoint, where there is one."""
        import torch

        found = checkpoints.read(self.path)
        if found is None:
            return
        self.state, tensors = found
        self.steps.micro = self.state.micro
        learning = self.steps.network.learning
        self.best = {name: tensors[f"best.{name}"] for name in learning}
        if self.state.done:
            return
        with torch.no_grad():
            for name, parameter in learning.items():
                parameter.copy_(tensors[f"now.{name}"])
                kept = {
                    key: tensors[f"{key}.{name}"]
                    for key in ("step", "exp_avg", "exp_avg_sq")
                    if f"{key}.{name}" in tensors
                }
                if kept:
                    optimiser.state[parameter] = {
                        key: value if key == "step" else value.to(parameter.device)
                        for key, value in kept.items()
                    }


def predicted(
    network: TunedNetwork,
    data: LabelledSet,
    chosen: NDArray[np.int64],
    *,
    both: bool,
    batch_size: int,
    words: str,
) -> Generator[Tick, None, NDArray[np.float64]]:
    """Return (m, outputs) standardised logits, a few examples at a time."""
    order = np.argsort([len(data.sequences[i]) for i in chosen], kind="stable")
    found = np.zeros((len(chosen), data.outputs))
    told = time.monotonic()
    for first in range(0, len(order), batch_size):
        some = order[first : first + batch_size]
        found[some] = network.predicted(
            data, chosen[some].tolist(), both=both, batch_size=batch_size
        )
        if time.monotonic() - told > _TICK_SECONDS:
            told = time.monotonic()
            yield Tick(words, first + len(some), len(order))
    return found
