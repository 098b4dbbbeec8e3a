"""What fine-tuning stands on: the inside of a loaded model, alike for all families.

A backbone reads a sequence in pieces (one, unless it is longer than the network reads
at once) and gives the states of its layers. Layers count from 1; the last one is what
the network's head reads, norms included, the others are the outputs of its blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    import torch
    from numpy.typing import NDArray

    Read = Callable[[torch.Tensor, int], torch.Tensor]
    """Takes states (batch, rows, width) and the number of a layer; what it returns is
    kept. States themselves are not: those of long sequences fill a memory."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sequence that the network reads at once; arrays of shape (n,).

    Attributes:
        inputs: int64, tokens, or numbers of bases.
        counted: Which inputs stand for letters: special tokens are never pooled.
        centre: Which cover the middle letter of the whole sequence; none where the
            middle lies in another piece.
    """

    inputs: NDArray[np.int64]
    counted: NDArray[np.bool_]
    centre: NDArray[np.bool_]


class Backbone(Protocol):
    """The inside of a loaded model.

    Attributes:
        name: What people call the model.
        device: Where it runs.
        sha256: Hash of its weights.
        module: All its parameters.
        layers: Layers whose states can be read.
        width: Length of a state.
        precision: ``"fp32"`` or a faster number format.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def device(self) -> str: ...  # noqa: D102
    @property
    def sha256(self) -> str: ...  # noqa: D102
    @property
    def module(self) -> torch.nn.Module: ...  # noqa: D102
    @property
    def layers(self) -> int: ...  # noqa: D102
    @property
    def width(self) -> int: ...  # noqa: D102
    @property
    def precision(self) -> str: ...  # noqa: D102
    @property
    def blocks(self) -> Mapping[str, Sequence[torch.nn.Module]]:
        """Return the network's blocks in order, by the name of their list.

        One list, but one for each replicate of an ensemble.
        """
        ...

    def pieces(self, sequence: str) -> list[Piece]:
        """Cut a sequence of any length, case and letters.

        Raises:
            ModelError: If it is too short to be read.
        """
        ...

    def run(
        self, inputs: torch.Tensor, layers: Sequence[int], read: Read
    ) -> list[torch.Tensor]:
        """Return what `read` makes of the states of some layers, in their order.

        Args:
            inputs: (batch, n) int64 on `device`.
            layers: From 1; any of `layers`, ascending.
            read: Called during the pass, with gradients where they are on.
        """
        ...

    def together(self, length: int, batch_size: int) -> int:
        """Return how many pieces of so many inputs should run at once."""
        ...

    def over(self, module: torch.nn.Module) -> Backbone:
        """Return the same backbone with a copy of `module` in its place."""
        ...
