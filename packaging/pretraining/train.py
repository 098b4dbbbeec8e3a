"""The training loop: resumable at any moment, the same on a CPU and on a GPU."""

from __future__ import annotations

import json
import math
import signal
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from gfm_desktop.models.ensemble_network import network
from pretraining import contexts
from pretraining.batches import Batches
from pretraining.settings import SPECIES, VOCABULARIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gfm_desktop.models.ensemble_network import EnsembleSizes
    from pretraining.batches import Batch
    from pretraining.data import Corpus
    from pretraining.settings import Settings, TrainingSettings

CHECKPOINT = "checkpoint.pt"
CURVE = "curve.jsonl"
FLOOR = 1e-4
"""The learning rate at the end, as a part of the highest."""
PIECE = 32
"""Sequences a forward pass of the validation."""


@dataclass(slots=True)
class Place:
    """How far a training is.

    Attributes:
        step: Steps done.
        words: Words read so far, all vocabularies.
        bases: Bases read in single nucleotides so far.
        seconds: Time spent so far, over all starts.
    """

    step: int = 0
    words: int = 0
    bases: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and how to compute.

    Attributes:
        device: ``"cpu"`` or ``"cuda"``.
        precision: ``"fp32"`` or ``"bf16"``.
        compiled: Whether to compile the network.
        save_seconds: Time between checkpoints.
    """

    device: str = "cpu"
    precision: str = "fp32"
    compiled: bool = False
    save_seconds: float = 120.0


def best_precision(device: str) -> str:
    """Return bf16 where the device multiplies matrices faster with it."""
    if device == "cuda":
        return "bf16"
    return "bf16" if torch.cpu._is_amx_tile_supported() else "fp32"


class Trainer:
    """A network, its optimisers and how far they are."""

    def __init__(
        self, settings: Settings, corpus: Corpus, folder: Path, machine: Machine
    ) -> None:
        """Make an untrained network, or take up the folder's checkpoint."""
        self.settings = settings
        self.training = settings.training
        self.machine = machine
        self.folder = folder
        self.batches = Batches(self.training, corpus, folder)
        cutter = self.batches.cutters["nucleotide"]
        self.sizes: EnsembleSizes = settings.sizes(cutter.size, cutter.ids["A"])
        torch.manual_seed(self.training.seed)
        self.network = network(self.sizes, meta=False)
        initialise(self.network, cutter.ids)
        if self.sizes.context and not (folder / CHECKPOINT).is_file():
            contexts.fill(self.network, contexts.tables(corpus, self.sizes.context))
        self.network.to(machine.device).train()
        self.optimisers = optimisers(self.network, self.training)
        self.place = Place()
        self._run: Callable[[torch.Tensor], torch.Tensor] = self.network
        if machine.compiled:
            self._run = torch.compile(self.network, dynamic=False)
        self.answers = {
            name: torch.from_numpy(rows).to(machine.device)
            for name, rows in self.batches.answers.items()
        }
        if (folder / CHECKPOINT).is_file():
            self._take_up()

    def run(self, until: int | None = None) -> None:
        """Train to a step, or to the last one, saving and validating on the way."""
        last = min(until or self.training.steps, self.training.steps)
        asked = _asked_to_stop()
        saved = begun = time.monotonic()
        before = self.place.seconds
        losses: list[dict[str, float]] = []
        while self.place.step < last and not asked.is_set():
            losses.append(self.step())
            now = time.monotonic()
            self.place.seconds = before + now - begun
            if self.place.step % self.training.validation.every_steps == 0:
                self.record(losses)
                losses = []
            if now - saved > self.machine.save_seconds:
                self.save()
                saved = now
        self.save()

    def step(self) -> dict[str, float]:
        """Do one step and return the loss of every vocabulary, in nats a word."""
        for group in (g for o in self.optimisers for g in o.param_groups):
            group["lr"] = self.training.rate * schedule(self.training, self.place.step)
        losses = {}
        for batch in self.batches.at(self.place.step):
            loss = self.loss(batch).mean()
            weight = self.training.batch(batch.vocabulary).weight
            (loss * weight).backward()
            losses[batch.vocabulary] = loss.item()
            self.place.words += batch.ids.size
            if batch.vocabulary == "nucleotide":
                self.place.bases += batch.ids.size
        nn.utils.clip_grad_norm_(self.network.parameters(), self.training.clip)
        for optimiser in self.optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.place.step += 1
        return losses

    def logits(self, batch: Batch) -> torch.Tensor:
        """Return float32 logits (sequences, hidden, answers) of the hidden words."""
        device = self.machine.device
        ids = torch.from_numpy(batch.ids).to(device)
        places = torch.from_numpy(batch.places).to(device)
        with torch.autocast(
            device, torch.bfloat16, enabled=self.machine.precision == "bf16"
        ):
            # Compiling a second time, without gradients, costs more than it saves.
            run = self._run if torch.is_grad_enabled() else self.network
            states = run(ids)
            places = places[..., None].expand(-1, -1, states.shape[-1])
            states = states.gather(1, places)
            decoder, answers = self.network.decoder, self.answers[batch.vocabulary]
            result = functional.linear(
                states, decoder.weight[answers], decoder.bias[answers]
            )
        return result.float()

    def loss(self, batch: Batch) -> torch.Tensor:
        """Return the loss of every hidden word, in nats, shape (sequences, hidden)."""
        targets = torch.from_numpy(batch.targets).to(self.machine.device)
        scores = self.logits(batch)
        return functional.cross_entropy(
            scores.flatten(0, 1), targets.flatten(), reduction="none"
        ).view(targets.shape)

    def validate(self) -> dict[str, dict[str, float]]:
        """Return vocabulary and species to nats a hidden word and share of hits."""
        found = {}
        self.network.eval()
        for name in VOCABULARIES:
            if not self.training.batch(name).sequences:
                continue
            count = getattr(self.training.validation, name)
            for species, label in enumerate(SPECIES):
                batch = self.batches.held_out(name, species, "validation", count)
                found[f"{name}/{label}"] = self._measured(batch)
        self.network.train()
        return found

    def _measured(self, batch: Batch) -> dict[str, float]:
        losses, hits = [], []
        with torch.inference_mode():
            for piece in pieces(batch, self.training.batch(batch.vocabulary).sequences):
                scores = self.logits(piece).flatten(0, 1)
                targets = torch.from_numpy(piece.targets).to(scores.device).flatten()
                losses.append(
                    functional.cross_entropy(scores, targets, reduction="none").cpu()
                )
                hits.append((scores.argmax(-1) == targets).float().cpu())
        return {
            "nats": round(torch.cat(losses).mean().item(), 5),
            "accuracy": round(torch.cat(hits).mean().item(), 5),
        }

    def record(self, losses: list[dict[str, float]]) -> None:
        """Add a line to the learning curve."""
        means = {
            name: round(float(np.mean([loss[name] for loss in losses])), 5)
            for name in losses[0]
        }
        place = self.place
        line = {
            "step": place.step,
            "words": place.words,
            "bases": place.bases,
            "seconds": round(place.seconds, 1),
            "rate": self.training.rate * schedule(self.training, place.step - 1),
            "train": means,
            "validation": self.validate(),
        }
        with (self.folder / CURVE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)

    def save(self) -> None:
        """Write the checkpoint whole and rename it."""
        half = self.folder / f"{CHECKPOINT}.half"
        content = {
            "network": self.network.state_dict(),
            "optimisers": [o.state_dict() for o in self.optimisers],
            "place": [getattr(self.place, n) for n in Place.__slots__],
        }
        torch.save(content, half)
        half.replace(self.folder / CHECKPOINT)

    def _take_up(self) -> None:
        path = self.folder / CHECKPOINT
        content = torch.load(path, self.machine.device, weights_only=True)
        self.network.load_state_dict(content["network"])
        for optimiser, state in zip(
            self.optimisers, content["optimisers"], strict=True
        ):
            optimiser.load_state_dict(state)
        self.place = Place(*content["place"])
        self._forget_later_lines()

    def _forget_later_lines(self) -> None:
        """Drop lines of the curve after the checkpoint: they will come again."""
        path = self.folder / CURVE
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            kept = [li for li in lines if json.loads(li)["step"] <= self.place.step]
            path.write_text("".join(kept), encoding="utf-8")


def _asked_to_stop() -> threading.Event:
    """Return what is set once the process is told to end; the loop then saves."""
    asked = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: asked.set())
    return asked


def pieces(batch: Batch, size: int) -> Iterator[Batch]:
    """Yield a batch in pieces of one size, which a compiled network wants."""
    for start in range(0, len(batch.ids), size):
        cut = slice(start, start + size)
        yield type(batch)(
            batch.vocabulary,
            batch.ids[cut],
            batch.places[cut],
            batch.targets[cut],
            batch.species[cut],
        )


def schedule(training: TrainingSettings, step: int) -> float:
    """Return the part of the highest learning rate at a step, from 0.

    Up, level, then down by a square root's complement (Hägele et al. 2024,
    arXiv:2405.18392): the end can be moved while the training runs.
    """
    up = min(1.0, (step + 1) / max(1, training.warmup))
    left = (training.steps - step) / max(1, training.cooldown)
    down = 1.0 if left >= 1 else 1 - math.sqrt(max(0.0, 1 - left))
    return max(FLOOR, min(up, down))


def initialise(model: nn.Module, ids: dict[str, int] | Any) -> None:
    """Fill the weights.

    A word of several letters begins as the sum of vectors of its letters at their
    places, in the embedding and in the head: words that differ in one letter begin
    alike, which single random rows would have to learn from rare examples.
    """
    sizes = model.sizes
    for name, weight in model.named_parameters():
        if name.endswith(("out.weight", "down.weight")):
            nn.init.normal_(weight, std=0.5 / math.sqrt(2 * sizes.layers * sizes.width))
        elif "conv.weight" in name:
            nn.init.normal_(weight, std=0.3 / math.sqrt(sizes.kernel))
        elif weight.dim() == 2:
            nn.init.normal_(weight, std=1 / math.sqrt(weight.shape[1]))
        elif name.endswith("bias"):
            nn.init.zeros_(weight)
    composed(model.embedding.weight, ids, std=0.5)
    if not sizes.tied:
        composed(model.decoder.weight, ids, std=0.5 / math.sqrt(sizes.width))


@torch.no_grad()
def composed(table: torch.Tensor, ids: dict[str, int] | Any, std: float) -> None:
    """Fill a table's rows: letters' vectors by place for words, noise for the rest."""
    table.normal_(std=std)
    vectors = torch.randn(32, 4, table.shape[1]) * std
    for word, row in ids.items():
        if len(word) > 1 and set(word) <= set("ACGT"):
            letters = [vectors[i % 32, "ACGT".index(c)] for i, c in enumerate(word)]
            table[row] = torch.stack(letters).sum(0) / math.sqrt(len(word))


def optimisers(
    model: nn.Module, training: TrainingSettings
) -> list[torch.optim.Optimizer]:
    """Return the optimisers: Muon for matrices inside the layers, AdamW for the rest.

    Muon: Jordan et al. 2024, with the scaling of Liu et al. 2025 (arXiv:2502.16982),
    under which both take the same learning rate.
    """
    inside, plain, norms = [], [], []
    for name, weight in model.named_parameters():
        if name.startswith("layers.") and weight.dim() == 2:
            inside.append(weight)
        elif weight.dim() == 2:
            plain.append(weight)
        else:
            norms.append(weight)
    decay = training.weight_decay
    if training.optimizer == "adamw":
        plain, inside = plain + inside, []
    adam = torch.optim.AdamW(
        [
            {"params": plain, "weight_decay": decay},
            {"params": norms, "weight_decay": 0.0},
        ],
        lr=training.rate,
        betas=(0.9, 0.98),
    )
    if not inside:
        return [adam]
    muon = torch.optim.Muon(
        inside,
        lr=training.rate,
        weight_decay=decay,
        adjust_lr_fn="match_rms_adamw",
    )
    return [adam, muon]
