"""What a loaded model offers, so that scorers need not know its family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from gfm_desktop.models.card import ModelCard


@runtime_checkable
class LoadedModel(Protocol):
    """Any model in memory."""

    card: ModelCard
    device: str
    weights_sha256: str


@runtime_checkable
class SpliceModel(LoadedModel, Protocol):
    """A model of acceptor and donor probabilities.

    Attributes:
        flank: Bases needed on each side of the first and last output (5,000).
    """

    flank: int

    def predict(
        self, sequences: Sequence[str], *, batch_size: int = 8
    ) -> list[NDArray[np.float32]]:
        """Return the mean of all replicates for sense-strand sequences.

        Args:
            sequences: Each of ``flank + n + flank`` letters; case is ignored, and
                letters other than A, C, G, T are read as N (a zero column).
            batch_size: Most sequences of one length to run at once.

        Returns:
            For each sequence an array of shape (n, 3): probabilities that the
            position is neither, an acceptor, a donor.
        """
        ...
