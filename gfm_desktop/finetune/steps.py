"""One step of a training: which examples, in passes that fit the memory, how large.

What a step reads and every random number of it follow from seed and step alone.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import ModelError
from gfm_desktop.finetune.method import Tick

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import torch
    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.objective import Objective
    from gfm_desktop.finetune.tuned_network import TunedNetwork

_TICK_SECONDS = 1.0
_LONGEST_GRADIENT = 1.0
_CPU_TOKENS = 2_048
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
        micro: Most examples of a pass; 0 lets the steps choose.
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
class Steps:
    """The steps of a training.

    Attributes:
        network: Learns.
        data: All examples.
        train: Indices to learn from.
        objective: The loss.
        schedule: How it learns.
        seed: Of every random choice.
        micro: Examples of a pass since memory ran out; 0 where it never did.
    """

    network: TunedNetwork
    data: LabelledSet
    train: NDArray[np.int64]
    objective: Objective
    schedule: Schedule
    seed: int
    micro: int = 0

    @property
    def per_epoch(self) -> int:
        """Return the steps in which all training examples are read."""
        return max(1, -(-len(self.train) // self.schedule.batch))

    @property
    def total(self) -> int:
        """Return the steps of all epochs."""
        return self.per_epoch * self.schedule.epochs

    def optimiser(self) -> torch.optim.AdamW:
        """Return an optimiser of all parameters that learn."""
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

    def take(
        self, step: int, optimiser: torch.optim.AdamW
    ) -> Generator[Tick, None, float]:
        """Take one step, with smaller passes where memory runs out; return its loss.

        Args:
            step: Its number, from 0.
            optimiser: Of `optimiser`.

        Raises:
            ModelError: If the loss is not a number.
        """
        import torch

        chosen, turned = self._batch(step)
        size = self.micro or self._first_size(chosen)
        while True:
            try:
                loss = yield from self._gradient(step, chosen, turned, size)
                break
            except torch.OutOfMemoryError:
                if size == 1:
                    raise
                self.micro = size = size // 2
            optimiser.zero_grad(set_to_none=True)
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
        parameters = list(self.network.learning.values())
        torch.nn.utils.clip_grad_norm_(parameters, _LONGEST_GRADIENT)
        factor = self._factor(step)
        for group in optimiser.param_groups:
            group["lr"] = group["highest"] * factor
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        return loss

    def tick(self, step: int, words: str, loss: float | None = None) -> Tick:
        """Return a tick after so many steps."""
        return Tick(words, step, self.total, step // self.per_epoch + 1, loss)

    def _gradient(
        self, step: int, chosen: Sequence[int], turned: Sequence[bool], size: int
    ) -> Generator[Tick, None, float]:
        """Gather the gradient of one step over passes of at most `size` examples."""
        import torch

        labels = self.data.labels[np.asarray(chosen)]
        device = self.network.adapted.backbone.device
        targets = torch.from_numpy(self.objective.targets(labels)).to(device)
        # Examples of one length beside each other: they can share a pass.
        order = sorted(
            range(len(chosen)), key=lambda i: len(self.data.sequences[chosen[i]])
        )
        weight = self._weight(targets)
        total, told = 0.0, time.monotonic()
        for first in range(0, len(order), size):
            some = order[first : first + size]
            logits_of = (
                [chosen[i] for i in some],
                [turned[i] for i in some],
            )
            seed = _mixed(self.seed, step, some[0])
            total += self._pass(*logits_of, targets[list(some)], weight, seed)
            if time.monotonic() - told > _TICK_SECONDS:
                told = time.monotonic()
                yield self.tick(step, f"Step {step + 1:,}")
        if not math.isfinite(total):
            raise ModelError(
                "The training has gone astray: its loss is not a number.",
                where=f"step {step + 1:,}",
                todo="Choose a smaller learning rate, or the number format fp32.",
            )
        return total

    def _pass(
        self,
        chosen: Sequence[int],
        turned: Sequence[bool],
        targets: torch.Tensor,
        weight: float,
        seed: int,
    ) -> float:
        """Add one pass's share of the gradient, and return its share of the loss."""
        import torch

        device = self.network.adapted.backbone.device
        cards = [device] if device.startswith("cuda") else []
        with torch.random.fork_rng(devices=cards):
            torch.manual_seed(seed)
            logits = self.network.logits(
                self.data, chosen, turned, training=True, batch_size=len(chosen)
            )
            total, _ = self.objective.total(logits, targets)
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
        epoch, place = divmod(step, self.per_epoch)
        order = np.random.default_rng([self.seed, epoch]).permutation(self.train)
        size = self.schedule.batch
        chosen = order[place * size : (place + 1) * size]
        random = np.random.default_rng([self.seed, 1 + step, 7])
        turned = random.random(len(chosen)) < 0.5
        if not self.schedule.both:
            turned[:] = False
        return chosen.tolist(), turned.tolist()

    def _first_size(self, chosen: Sequence[int]) -> int:
        """Return the examples of a pass to begin with."""
        size = self.schedule.micro or self.schedule.batch
        backbone = self.network.adapted.backbone
        if not backbone.device.startswith("cpu"):
            return max(1, min(size, self.schedule.batch))
        longest = max(chosen, key=lambda i: len(self.data.sequences[i]))
        pieces = backbone.pieces(self.data.sequences[longest])
        tokens = sum(len(piece.inputs) for piece in pieces)
        return max(1, min(size, _CPU_TOKENS // max(1, tokens)))

    def _factor(self, step: int) -> float:
        """Return the share of the highest step size that a step has."""
        warm = round(self.schedule.warmup * self.total)
        if step < warm:
            return (step + 1) / (warm + 1)
        share = (step - warm) / max(1, self.total - warm)
        return 0.5 * (1 + math.cos(math.pi * min(1.0, share)))


def _mixed(*numbers: int) -> int:
    """Return one seed of several numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1)
