"""The tools of a scoring, opened: model, genome, genes, scorer and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.scoring import registry

if TYPE_CHECKING:
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.models.protocols import LoadedModel
    from gfm_desktop.scoring.card import ScorerCard, VariantScore

_DEFAULT_BATCH = {"cpu": 8, "cuda": 32}
"""Sequences a forward pass, where the user leaves the choice to us."""


@dataclass(slots=True)
class Work:
    """What one batch needs; `batch_size` shrinks when the device's memory is full."""

    model: LoadedModel
    reference: Reference
    genes: GeneModels | None
    card: ScorerCard
    options: dict[str, OptionValue]
    batch_size: int

    def __post_init__(self) -> None:
        """Choose the batch size where the user leaves it to us."""
        if self.batch_size == 0:
            kind = self.model.device.split(":")[0]
            self.batch_size = _DEFAULT_BATCH.get(kind, 8)

    def score(self, variants: list[Variant]) -> list[VariantScore]:
        """Score one batch; halves the forward passes where memory runs out."""
        import torch

        score = registry.function_of(self.card.name)
        while True:
            try:
                return score(
                    self.model,
                    variants,
                    reference=self.reference,
                    genes=self.genes,
                    batch_size=self.batch_size,
                    **self.options,
                )
            except torch.OutOfMemoryError:
                if self.batch_size == 1:
                    raise
                self.batch_size //= 2
                torch.cuda.empty_cache()
