"""A fine-tuned model in memory: sequences in, calibrated predictions out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.models import calibration
from gfm_desktop.models.embedding import embedded
from gfm_desktop.models.pooling import PARTS, variant_vectors
from gfm_desktop.models.readout import Head, probabilities
from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.models.tokens import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.models.backbone import Backbone
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.finetuned_parts import Parts


@dataclass(slots=True)
class FineTunedModel:
    """A base model with what it learnt (`protocols.LoadedModel`).

    Attributes:
        card: Its facts.
        device: Where it runs.
        weights_sha256: Hash of its own weights file, which names base and description.
        parts: Its description.
        backbone: The inside of the base, changed by the fine-tuning.
        head: The map from pooled states to logits.
    """

    card: ModelCard
    device: str
    weights_sha256: str
    parts: Parts
    backbone: Backbone
    head: Head

    @property
    def task(self) -> str:
        """Return ``"binary"``, ``"multiclass"``, ``"multilabel"``, ``"regression"``."""
        return self.parts.task

    @property
    def names(self) -> tuple[str, ...]:
        """Return the classes (binary: the negative one first), labels, or the value."""
        return self.parts.names

    @property
    def input(self) -> str:
        """Return what it reads: ``"sequence"`` or ``"variant"`` (REF and ALT)."""
        return self.parts.input

    @property
    def length(self) -> int:
        """Return the letters of the sequences that it learnt from (median)."""
        return self.parts.length

    @property
    def both_strands(self) -> bool:
        """Tell whether predictions are the mean of both strands."""
        return self.parts.strands == "both"

    def predict(
        self,
        sequences: Sequence[str],
        alternatives: Sequence[str] | None = None,
        *,
        batch_size: int = 8,
    ) -> NDArray[np.float32]:
        """Return calibrated predictions, shape (m, outputs).

        Args:
            sequences: Of any lengths, case and letters (others than A, C, G, T are N);
                the REF windows of a model of variants.
            alternatives: The ALT windows; for models of variants alone.
            batch_size: Most sequences of a forward pass.

        Returns:
            The probability of the positive class (two classes), of every class, of
            every label, or the value.

        Raises:
            ModelError: If a sequence is too short for the model.
            ValueError: If alternatives are missing or not wanted.
        """
        return self.calibrated(
            self.logits(sequences, alternatives, batch_size=batch_size)
        )

    def calibrated(self, logits: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the predictions (m, outputs) of logits."""
        raw = probabilities(self.task, logits)
        return calibration.applied(self.parts.calibration, self.task, raw)

    def logits(
        self,
        sequences: Sequence[str],
        alternatives: Sequence[str] | None = None,
        *,
        batch_size: int = 8,
    ) -> NDArray[np.float64]:
        """Return logits before calibration, (m, outputs); arguments as `predict`."""
        if (alternatives is not None) != (self.input == "variant"):
            raise ValueError(f"this model reads one {self.input} at a time")
        if not sequences:
            return np.empty((0, self.parts.outputs))
        ref = self._vectors(sequences, batch_size)
        if alternatives is None:
            return self.head.logits(ref.mean(axis=1))
        alt = self._vectors(alternatives, batch_size)
        return self.head.logits(variant_vectors(ref, alt).mean(axis=1))

    def _vectors(
        self, sequences: Sequence[str], batch_size: int
    ) -> NDArray[np.float32]:
        """Return (m, strands, width); equal sequences are read once."""
        read = [clean(sequence) for sequence in sequences]
        strands = [read]
        if self.both_strands:
            strands.append([reverse_complement(sequence) for sequence in read])
        every = list(dict.fromkeys(one for some in strands for one in some))
        pieces = [self.backbone.pieces(sequence) for sequence in every]
        found = np.empty((len(every), self.backbone.width), np.float32)
        for indices, vectors in embedded(
            self.backbone,
            pieces,
            layers=[self.parts.layer],
            poolings=[self.parts.pooling],
            batch_size=batch_size,
        ):
            found[indices] = vectors[:, 0, 0]
        place = {sequence: i for i, sequence in enumerate(every)}
        return np.stack([found[[place[s] for s in some]] for some in strands], axis=1)


def features_of(width: int, input_: str) -> int:
    """Return the length of the vector that a head reads."""
    return width * (PARTS if input_ == "variant" else 1)
