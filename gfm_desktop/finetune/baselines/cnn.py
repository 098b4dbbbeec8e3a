"""The baseline of a small convolutional network that learns from these labels alone."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from gfm_desktop.finetune.baselines import small_network
from gfm_desktop.finetune.evaluation import primary_of
from gfm_desktop.finetune.method import Tick
from gfm_desktop.models.sequence import reverse_complement

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import torch
    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet, Task
    from gfm_desktop.finetune.method import Predictions

EPOCHS, PATIENCE = 30, 5
_BATCH = 64
_RATE, _DECAY = 2e-3, 1e-3
_WARM_UP = 50
"""Steps in which the learning rate grows."""
_EPOCH_MOST = 10_000
"""Examples of one epoch, drawn anew for each where there are more."""
_JUDGED_MOST = 5_000


@dataclass(frozen=True, slots=True)
class FittedCnn:
    """A trained small network.

    Attributes:
        net: The network, in evaluation mode.
        both_strands: Whether the mean of both strands is predicted.
        scale: Mean and standard deviation of a regression's labels.
        facts: How the training went.
    """

    net: Any
    both_strands: bool
    scale: tuple[float, float]
    facts: dict[str, Any]

    def predict(
        self, data: LabelledSet, chosen: NDArray[np.int64]
    ) -> Generator[Tick, None, Predictions]:
        """Predict some examples, shape (m, outputs)."""
        import torch

        found = [np.empty((0, data.outputs), np.float32)]
        for first in range(0, len(chosen), 2 * _BATCH):
            yield Tick("Predicting", first, len(chosen))
            some = chosen[first : first + 2 * _BATCH]
            strands = (False, True) if self.both_strands else (False,)
            with torch.inference_mode():
                logits = [self.net(*_inputs(data, some, flip=flip)) for flip in strands]
                each = [_answer(data.task, one, self.scale) for one in logits]
            found.append(np.mean(each, axis=0, dtype=np.float32))
        return np.concatenate(found)

    def describe(self) -> dict[str, Any]:
        """Return how it was made, for the report."""
        return self.facts


@dataclass(slots=True)
class _Course:
    """A training under way; all that is needed to go on with it."""

    net: Any
    optimizer: Any
    epoch: int = 0
    best: float = -math.inf
    best_epoch: int = 0
    kept: dict[str, Any] = field(default_factory=dict)

    def state(self) -> dict[str, Any]:
        return {
            "net": self.net.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "epoch": self.epoch,
            "best": self.best,
            "best_epoch": self.best_epoch,
            "kept": self.kept,
        }

    def load(self, state: dict[str, Any]) -> None:
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.epoch, self.best = state["epoch"], state["best"]
        self.best_epoch, self.kept = state["best_epoch"], state["kept"]


@dataclass(frozen=True, slots=True)
class Cnn:
    """A small CNN whose receptive field covers the input; stops early.

    Attributes:
        both_strands: Whether the reverse complement means the same.
        work: Folder for a checkpoint after each epoch; empty for none.
        stop: File whose presence ends the training with the best epoch so far; empty
            for none.
        epochs: Most epochs.
    """

    both_strands: bool = True
    work: str = ""
    stop: str = ""
    epochs: int = EPOCHS
    name: ClassVar[str] = "cnn"
    title: ClassVar[str] = "Small CNN"

    def fit(
        self,
        data: LabelledSet,
        train: NDArray[np.int64],
        validation: NDArray[np.int64],
        folds: NDArray[np.int64],
        *,
        seed: int,
    ) -> Generator[Tick, None, FittedCnn]:
        """Learn until the validation no longer gets better; keep the best epoch."""
        import torch

        train, validation = _with_validation(train, validation, folds)
        validation = _spread(validation, _JUDGED_MOST)
        longest = max((len(s) for s in data.sequences), default=1)
        pairs = bool(data.alternatives)
        net = small_network.network(longest, data.outputs, pairs=pairs, seed=seed)
        optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=_DECAY)
        course = _Course(net, optimizer)
        scale = _scale(data, train)
        self._resume(course)
        while course.epoch < self.epochs and not self._ends(course):
            loss = yield from self._epoch(data, train, course, scale, seed)
            yield from self._judge(data, validation, course, scale, loss)
            self._save(course)
        net.load_state_dict(course.kept or net.state_dict())
        facts = {"epochs": course.epoch, "best_epoch": course.best_epoch}
        facts["parameters"] = sum(p.numel() for p in net.parameters())
        facts["receptive_field"] = small_network.receptive_field(
            small_network.dilations(longest), longest
        )
        return FittedCnn(net.eval(), self.both_strands, scale, facts)

    def _epoch(
        self,
        data: LabelledSet,
        train: NDArray[np.int64],
        course: _Course,
        scale: tuple[float, float],
        seed: int,
    ) -> Generator[Tick, None, float]:
        """Run one epoch; returns its mean loss."""
        import torch

        # A generator for each epoch: one that is resumed sees the same batches.
        generator = np.random.default_rng([seed, course.epoch])
        order = generator.permutation(train)[:_EPOCH_MOST]
        batches = np.array_split(order, math.ceil(len(order) / _BATCH))
        course.net.train()
        total = 0.0
        for i, batch in enumerate(batches):
            done = course.epoch * len(batches) + i
            for group in course.optimizer.param_groups:
                group["lr"] = _RATE * min(1.0, (done + 1) / _WARM_UP)
            flip = self.both_strands and bool(generator.random() < 0.5)
            logits = course.net(*_inputs(data, batch, flip=flip))
            loss = _loss(data.task, logits, data.labels[batch], scale)
            course.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(course.net.parameters(), 1.0)
            course.optimizer.step()
            total += float(loss.detach())
            steps = self.epochs * len(batches)
            yield Tick("Learning", done + 1, steps, course.epoch + 1)
        course.epoch += 1
        return total / len(batches)

    def _judge(
        self,
        data: LabelledSet,
        validation: NDArray[np.int64],
        course: _Course,
        scale: tuple[float, float],
        train_loss: float,
    ) -> Generator[Tick, None, None]:
        """Measure the epoch on the validation part, and keep it where it is the best.

        By its loss: a measure of ranks is too coarse with few labels.
        """
        import torch

        course.net.eval()
        fitted = FittedCnn(course.net, self.both_strands, scale, {})
        found = yield from _as_learning(fitted.predict(data, validation), course.epoch)
        labels = data.labels[validation]
        with torch.inference_mode():
            answers = torch.from_numpy(found)
            loss = float(_loss_of_answers(data.task, answers, labels, scale))
        better = not course.kept or -loss > course.best
        if better:
            course.best, course.best_epoch = -loss, course.epoch
            course.kept = copy.deepcopy(course.net.state_dict())
        metric = primary_of(data.task, labels, found)
        yield Tick(
            "Learning",
            epoch=course.epoch,
            train_loss=train_loss,
            validation_loss=loss,
            metric=None if math.isnan(metric) else metric,
            best=better,
        )

    def _ends(self, course: _Course) -> bool:
        if self.stop and course.kept and Path(self.stop).exists():
            return True
        return course.epoch - course.best_epoch >= PATIENCE

    def _checkpoint(self) -> Path | None:
        return Path(self.work) / "checkpoint.pt" if self.work else None

    def _save(self, course: _Course) -> None:
        import torch

        path = self._checkpoint()
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(".tmp")
            torch.save(course.state(), temporary)
            temporary.replace(path)

    def _resume(self, course: _Course) -> None:
        import torch

        path = self._checkpoint()
        if path is not None and path.is_file():
            course.load(torch.load(path, weights_only=True))


def _as_learning(
    ticks: Generator[Tick, None, Predictions], epoch: int
) -> Generator[Tick, None, Predictions]:
    """Tell of predictions within a training as a part of it."""
    while True:
        try:
            next(ticks)
        except StopIteration as end:
            found: Predictions = end.value
            return found
        yield Tick("Learning", epoch=epoch)


def _with_validation(
    train: NDArray[np.int64], validation: NDArray[np.int64], folds: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return both parts; without a validation part, one fold becomes it."""
    if len(validation):
        return train, validation
    mine = folds[train]
    chosen = mine == np.unique(mine)[0]
    if chosen.all():
        # A single fold: every fifth example.
        chosen = np.arange(len(train)) % 5 == 0
    return train[~chosen], train[chosen]


def _spread(chosen: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    if len(chosen) <= most:
        return chosen
    places = np.linspace(0, len(chosen) - 1, most).astype(np.int64)
    return chosen[places]


def _inputs(
    data: LabelledSet, chosen: NDArray[np.int64], *, flip: bool
) -> list[torch.Tensor]:
    """Return letters and mask of sequences, followed by those of ALT for variants."""
    columns: list[Sequence[str]] = [data.sequences]
    if data.alternatives:
        columns.append(data.alternatives)
    found: list[torch.Tensor] = []
    for column in columns:
        letters = [column[i] for i in chosen]
        if flip:
            letters = [reverse_complement(one) for one in letters]
        found += small_network.encoded(letters)
    return found


def _scale(data: LabelledSet, train: NDArray[np.int64]) -> tuple[float, float]:
    if data.task != "regression":
        return 0.0, 1.0
    labels = data.labels[train].astype(np.float64)
    return float(labels.mean()), float(labels.std()) or 1.0


def _answer(
    task: Task, logits: torch.Tensor, scale: tuple[float, float]
) -> NDArray[np.float32]:
    if task == "regression":
        found = logits * scale[1] + scale[0]
    elif task == "multiclass":
        found = logits.softmax(dim=1)
    else:
        found = logits.sigmoid()
    return np.asarray(found.numpy(), np.float32)


def _loss(
    task: Task,
    logits: torch.Tensor,
    labels: NDArray[np.generic],
    scale: tuple[float, float],
) -> torch.Tensor:
    """Return the mean loss; labels that are not known count nothing."""
    import torch
    from torch.nn import functional

    if task == "multiclass":
        return functional.cross_entropy(logits, torch.from_numpy(np.array(labels)))
    truth = torch.from_numpy(np.array(labels, np.float32)).reshape(logits.shape)
    if task == "regression":
        return functional.mse_loss(logits, (truth - scale[0]) / scale[1])
    known = ~truth.isnan()
    if not known.any():
        # The mean of nothing is no number, and would spoil all weights.
        return logits.sum() * 0
    return functional.binary_cross_entropy_with_logits(logits[known], truth[known])


def _loss_of_answers(
    task: Task,
    answers: torch.Tensor,
    labels: NDArray[np.generic],
    scale: tuple[float, float],
) -> torch.Tensor:
    """Return the same loss from predictions."""
    if task == "regression":
        return _loss(task, (answers - scale[0]) / scale[1], labels, scale)
    chances = answers.clamp(1e-6, 1 - 1e-6)
    logits = chances.log() if task == "multiclass" else chances.logit()
    return _loss(task, logits, labels, scale)
