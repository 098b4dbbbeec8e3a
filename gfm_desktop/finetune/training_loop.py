"""The training of a network: steps, epochs, early stopping, checkpoints.

AdamW with a linear warm-up and a cosine to 0; gradients are cut to norm 1. After every
epoch the validation examples are predicted, and the best epoch is kept: the one with
the highest metric, of equals the one with the lowest loss. The start counts as epoch 0,
so that a training that helps nothing changes nothing.

A step's gradient is gathered over as many passes as the memory needs; where it runs out
the passes are halved, and the step begins again. What a step reads and every random
number of it follow from seed and step: a training that was killed goes on as if it had
not been.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import ModelError
from gfm_desktop.finetune import checkpoints
from gfm_desktop.finetune.checkpoints import TrainingState
from gfm_desktop.finetune.evaluation import primary_of
from gfm_desktop.finetune.method import Tick
from gfm_desktop.models.readout import probabilities

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.objective import Objective
    from gfm_desktop.finetune.tuned_network import TunedNetwork

STOP_FILE = "stop-early"
CHECKPOINT_SECONDS = 20.0
_TICK_SECONDS = 1.0
_LONGEST_GRADIENT = 1.0
_PREDICTED = 16
"""Examples that are predicted together, where nobody says."""
_FEWER_CPU_TOKENS = 2_048
"""Tokens of a pass with gradients on a CPU, where nobody tells of a full memory."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a network learns.

    Attributes:
        epochs: Most times that all examples are read.
        patience: Epochs without a better one after which the training ends.
        rate: Highest step size of the network's parameters.
        head_rate: The same of the head.
        warmup: Part of the training in which step sizes grow.
        decay: Pull of weights towards 0.
        batch: Examples of a step.
        micro: Most examples of a pass; 0 lets the loop choose.
        both: Whether both strands are read: at random in training, both to predict.
    """

    epochs: int
    patience: int
    rate: float
    head_rate: float
    warmup: float
    decay: float
    batch: int
    micro: int
    both: bool


@dataclass(slots=True)
class Training:
    """One training, from its last checkpoint on.

    Attributes:
        network: Learns.
        data: All examples.
        train: Indices to learn from.
        validation: Indices that tell the best epoch; may be empty, then all epochs are
            run and the last one is kept.
        objective: The loss.
        schedule: How it learns.
        seed: Of every random choice.
        path: The checkpoint.
        stop: A file that ends the training when it is there.
    """

    network: TunedNetwork
    data: LabelledSet
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    objective: Objective
    schedule: Schedule
    seed: int
    path: Path
    stop: Path
    state: TrainingState = field(default_factory=TrainingState)
    best: dict[str, torch.Tensor] = field(default_factory=dict)

    @property
    def steps_per_epoch(self) -> int:
        """Return the steps in which all training examples are read."""
        return max(1, -(-len(self.train) // self.schedule.batch))

    @property
    def steps(self) -> int:
        """Return the steps of all epochs."""
        return self.steps_per_epoch * self.schedule.epochs

    def run(self) -> Generator[Tick, None, TrainingState]:
        """Train to the end, and leave the best parameters in the network.

        Closed in between, it saves where it stands.
        """
        optimiser = self._optimiser()
        self._resume(optimiser)
        saved = time.monotonic()
        try:
            if not self.best:
                yield from self._measure(0)
                self._save(optimiser)
            while not self.state.done:
                if self.stop.exists():
                    self._end("It was stopped early.")
                    break
                yield from self._step(optimiser)
                if self.state.step % self.steps_per_epoch == 0:
                    yield from self._epoch(optimiser)
                    saved = time.monotonic()
                elif time.monotonic() - saved > CHECKPOINT_SECONDS:
                    self._save(optimiser)
                    saved = time.monotonic()
        finally:
            # Also where the generator is closed: a cancel loses no step.
            self._save(optimiser)
        self._keep_best()
        return self.state

    def _optimiser(self) -> torch.optim.AdamW:
        import torch

        groups = []
        for name, parameter in self.network.learning.items():
            head = name.startswith("head.")
            rate = self.schedule.head_rate if head else self.schedule.rate
            # Norms and summands are not pulled towards 0.
            decay = self.schedule.decay if parameter.ndim > 1 else 0.0
            one = {"params": [parameter], "lr": rate, "weight_decay": decay}
            groups.append({**one, "highest": rate})
        return torch.optim.AdamW(groups)

    def _step(self, optimiser: torch.optim.AdamW) -> Generator[Tick, None, None]:
        """Take one step, with smaller passes where memory runs out."""
        import torch

        chosen, turned = self._batch(self.state.step)
        size = self.state.micro or self._first_micro(chosen)
        while True:
            try:
                yield from self._gradient(chosen, turned, size)
                break
            except torch.OutOfMemoryError:
                if size == 1:
                    raise
                size = size // 2
                self.state.micro = size
            optimiser.zero_grad(set_to_none=True)
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
        parameters = list(self.network.learning.values())
        torch.nn.utils.clip_grad_norm_(parameters, _LONGEST_GRADIENT)
        factor = self._factor(self.state.step)
        for group in optimiser.param_groups:
            group["lr"] = group["highest"] * factor
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        self.state.step += 1

    def _gradient(
        self, chosen: Sequence[int], turned: Sequence[bool], size: int
    ) -> Generator[Tick, None, None]:
        """Gather the gradient of one step over passes of at most `size` examples."""
        import torch

        targets = torch.from_numpy(
            self.objective.targets(self.data.labels[np.asarray(chosen)])
        ).to(self.network.adapted.backbone.device)
        # Examples of one length beside each other: they can share a pass.
        order = sorted(
            range(len(chosen)), key=lambda i: len(self.data.sequences[chosen[i]])
        )
        weight = self._weight(targets)
        total, told = 0.0, time.monotonic()
        for first in range(0, len(order), size):
            some = order[first : first + size]
            loss = self._pass(chosen, turned, some, targets, weight)
            total += loss
            if time.monotonic() - told > _TICK_SECONDS:
                told = time.monotonic()
                yield self._tick(f"Step {self.state.step + 1:,}")
        if not math.isfinite(total):
            raise ModelError(
                "The training has gone astray: its loss is not a number.",
                where=f"step {self.state.step + 1:,}",
                todo="Choose a smaller learning rate, or the number format fp32.",
            )
        self.state.losses.append(total)
        yield self._tick("Learning", told=True)

    def _pass(
        self,
        chosen: Sequence[int],
        turned: Sequence[bool],
        some: Sequence[int],
        targets: torch.Tensor,
        weight: float,
    ) -> float:
        """Add one pass's share of the gradient, and return its share of the loss."""
        import torch

        device = self.network.adapted.backbone.device
        cards = [device] if device.startswith("cuda") else []
        with torch.random.fork_rng(devices=cards):
            torch.manual_seed(_mixed(self.seed, self.state.step, some[0]))
            logits = self.network.logits(
                self.data,
                [chosen[i] for i in some],
                [turned[i] for i in some],
                training=True,
                batch_size=len(some),
            )
            total, _ = self.objective.total(logits, targets[list(some)])
            loss = total / weight
            loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    def _weight(self, targets: torch.Tensor) -> float:
        """Return what a step's losses are divided by: the sum of their weights."""
        import torch

        empty = torch.zeros(len(targets), self.data.outputs, device=targets.device)
        return max(self.objective.total(empty, targets)[1], 1e-6)

    def _batch(self, step: int) -> tuple[list[int], list[bool]]:
        """Return a step's examples, and which are read as reverse complements."""
        epoch, place = divmod(step, self.steps_per_epoch)
        order = np.random.default_rng([self.seed, epoch]).permutation(self.train)
        size = self.schedule.batch
        chosen = order[place * size : (place + 1) * size]
        random = np.random.default_rng([self.seed, 1 + step, 7])
        turned = random.random(len(chosen)) < 0.5
        if not self.schedule.both:
            turned[:] = False
        return chosen.tolist(), turned.tolist()

    def _first_micro(self, chosen: Sequence[int]) -> int:
        """Return the examples of a pass to begin with."""
        size = self.schedule.micro or self.schedule.batch
        if not self.network.adapted.backbone.device.startswith("cpu"):
            return max(1, min(size, self.schedule.batch))
        backbone = self.network.adapted.backbone
        longest = max(chosen, key=lambda i: len(self.data.sequences[i]))
        pieces = backbone.pieces(self.data.sequences[longest])
        tokens = sum(len(piece.inputs) for piece in pieces)
        return max(1, min(size, _FEWER_CPU_TOKENS // max(1, tokens)))

    def _factor(self, step: int) -> float:
        """Return the share of the highest step size that a step has."""
        warm = round(self.schedule.warmup * self.steps)
        if step < warm:
            return (step + 1) / (warm + 1)
        share = (step - warm) / max(1, self.steps - warm)
        return 0.5 * (1 + math.cos(math.pi * min(1.0, share)))

    def _epoch(self, optimiser: torch.optim.AdamW) -> Generator[Tick, None, None]:
        """Measure an epoch, and end where nothing gets better any more."""
        epoch = self.state.step // self.steps_per_epoch
        yield from self._measure(epoch)
        if len(self.validation) and (
            epoch - self.state.best_epoch >= self.schedule.patience
        ):
            self._end(f"No better epoch in {self.schedule.patience}.")
        elif epoch >= self.schedule.epochs:
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
                for name, p in self.network.learning.items()
            }
        yield Tick(
            f"Epoch {epoch}" if epoch else "Before the first epoch",
            self.state.step,
            self.steps,
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
                self.network,
                self.data,
                chosen,
                both=self.schedule.both,
                batch_size=self.state.micro or self.schedule.micro or _PREDICTED,
                words="Predicting the validation examples",
            )
        )

    def _judged(self, logits: NDArray[np.float64]) -> tuple[float, float]:
        """Return loss and metric on the validation examples."""
        import torch

        labels = self.data.labels[self.validation]
        targets = torch.from_numpy(self.objective.targets(labels))
        found = torch.from_numpy(logits.astype(np.float32))
        total, weight = self.objective.total(found, targets)
        table = probabilities(self.data.task, logits)
        metric = primary_of(self.data.task, labels, table)
        # Where a metric is not defined (one class alone), the loss decides.
        return float(total) / max(weight, 1e-6), metric if metric == metric else 0.0

    def _tick(self, words: str, *, told: bool = False) -> Tick:
        return Tick(
            words,
            self.state.step,
            self.steps,
            self.state.step // self.steps_per_epoch + 1,
            self.state.losses[-1] if told and self.state.losses else None,
        )

    def _end(self, why: str) -> None:
        self.state.done = True
        self.state.why = why

    def _keep_best(self) -> None:
        import torch

        with torch.no_grad():
            for name, parameter in self.network.learning.items():
                parameter.copy_(self.best[name])

    def _save(self, optimiser: torch.optim.AdamW) -> None:
        """Write the checkpoint; before the first measurement there is nothing."""
        if not self.best:
            return
        tensors = {f"best.{name}": t for name, t in self.best.items()}
        if not self.state.done:
            for name, parameter in self.network.learning.items():
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
        learning = self.network.learning
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


def _mixed(*numbers: int) -> int:
    """Return one seed of several numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1)
