"""A network in training with its head: labelled sequences to logits with gradients.

Outputs are standardised for a regression (`objective.Objective`); `head` brings them
back to the labels' unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.models.embedding import autocast, pooled_sequences
from gfm_desktop.models.pooling import variant_tensors
from gfm_desktop.models.readout import Head
from gfm_desktop.models.sequence import reverse_complement

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from numpy.typing import NDArray

    from gfm_desktop.finetune.adapters import Adapted
    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.objective import Objective

DROPOUT = 0.1
"""Share of the pooled state's numbers that a training step hides."""


@dataclass(frozen=True, slots=True)
class TunedNetwork:
    """An adapted network and a linear map on its pooled states.

    Attributes:
        adapted: The network.
        head: ``weight`` (outputs, features) and ``bias`` (outputs,), which learn.
        centre: (features,) mean of the frozen network's vectors.
        scale: (features,) their spread.
        pooling: One of `pooling.POOLINGS`.
        precision: Number format of the network's insides in training.
    """

    adapted: Adapted
    head: dict[str, torch.nn.Parameter]
    centre: torch.Tensor
    scale: torch.Tensor
    pooling: str
    precision: str

    @classmethod
    def of(
        cls,
        adapted: Adapted,
        head: Head,
        objective: Objective,
        *,
        pooling: str,
        precision: str,
    ) -> TunedNetwork:
        """Return a network whose head begins as a probe's on the same states."""
        import torch
        from torch import nn

        device = adapted.backbone.device
        bias = (head.bias - objective.centre) / objective.scale

        def placed(values: NDArray[Any]) -> torch.Tensor:
            return torch.from_numpy(np.array(values, np.float32)).to(device)

        return cls(
            adapted,
            {
                "weight": nn.Parameter(placed(head.weight / objective.scale)),
                "bias": nn.Parameter(placed(bias)),
            },
            placed(head.centre),
            placed(head.scale),
            pooling,
            precision,
        )

    @property
    def learning(self) -> dict[str, torch.nn.Parameter]:
        """Return name to every parameter that learns, the head's first."""
        head = {f"head.{name}": p for name, p in self.head.items()}
        return head | self.adapted.learning

    def logits(
        self,
        data: LabelledSet,
        chosen: Sequence[int],
        turned: Sequence[bool],
        *,
        training: bool,
        batch_size: int,
    ) -> torch.Tensor:
        """Return (m, outputs) float32 of some examples.

        Args:
            data: All examples.
            chosen: Which of them.
            turned: Which of those are read as their reverse complements.
            training: Whether parts are hidden at random (dropout).
            batch_size: Most pieces of a forward pass.
        """
        from torch.nn import functional

        self.adapted.backbone.module.train(training)
        vectors = self._vectors(data.sequences, chosen, turned, batch_size)
        if data.alternatives:
            alt = self._vectors(data.alternatives, chosen, turned, batch_size)
            vectors = variant_tensors(vectors, alt)
        standard = (vectors - self.centre) / self.scale
        standard = functional.dropout(standard, DROPOUT, training)
        return functional.linear(standard, self.head["weight"], self.head["bias"])

    def _vectors(
        self,
        column: Sequence[str],
        chosen: Sequence[int],
        turned: Sequence[bool],
        batch_size: int,
    ) -> torch.Tensor:
        backbone = self.adapted.backbone
        letters = [
            reverse_complement(column[i]) if turn else column[i]
            for i, turn in zip(chosen, turned, strict=True)
        ]
        pieces = [backbone.pieces(one) for one in letters]
        with autocast(backbone.device, self.precision):
            vectors = pooled_sequences(
                backbone, pieces, [backbone.layers], [self.pooling], batch_size
            )
        return vectors[:, 0, 0].float()

    def predicted(
        self, data: LabelledSet, chosen: Sequence[int], *, both: bool, batch_size: int
    ) -> NDArray[np.float64]:
        """Return (m, outputs) logits without gradients, means of both strands' or not.

        Args:
            data: All examples.
            chosen: Which of them.
            both: Whether both strands are read.
            batch_size: Most pieces of a forward pass.
        """
        import torch

        total = np.zeros((len(chosen), len(self.head["bias"])))
        strands = (False, True) if both else (False,)
        for turn in strands:
            with torch.no_grad():
                logits = self.logits(
                    data,
                    chosen,
                    [turn] * len(chosen),
                    training=False,
                    batch_size=batch_size,
                )
            total += logits.double().cpu().numpy()
        return np.asarray(total / len(strands))

    def exported(self, objective: Objective) -> Head:
        """Return the head in the labels' unit."""
        weight = self.head["weight"].detach().double().cpu().numpy() * objective.scale
        bias = self.head["bias"].detach().double().cpu().numpy() * objective.scale
        arrays = (
            self.centre.cpu().numpy(),
            self.scale.cpu().numpy(),
            weight,
            bias + objective.centre,
        )
        return Head(*(np.asarray(one, np.float32) for one in arrays))
