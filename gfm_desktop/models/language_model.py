"""A genomic language model in memory: tokenizer, network, and how to run both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, cast

import numpy as np

from gfm_desktop.errors import OptionError
from gfm_desktop.models.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    import torch
    from numpy.typing import NDArray

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.hub_folder import HubFolder
    from gfm_desktop.models.tokens import Tokenizer, Tokens

Objective = Literal["masked", "causal", "column", "embedding"]
"""What the network was trained for: to fill in a masked token, to continue a sequence,
to predict an alignment column whose base it sees, or embeddings without any head."""

PRECISIONS = ("fp32", "bf16", "fp16")


class LanguageNetwork(Protocol):
    """What a family's `torch.nn.Module` offers; it is in evaluation mode."""

    def hidden(self, ids: torch.Tensor) -> torch.Tensor:
        """Return last hidden states of shape (batch, rows, width).

        Args:
            ids: (batch, tokens) int64, all of one length and without padding. Rows
                are tokens, except where the network crops (PhyloGPN).
        """
        ...

    def head(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return logits of shape (..., vocabulary) for states of shape (..., width).

        Raises:
            NotImplementedError: If the checkpoint has no head.
        """
        ...


@dataclass(slots=True)
class LanguageModel:
    """A loaded language model.

    Attributes:
        card: Its facts.
        device: Where it runs, such as ``"cpu"``.
        weights_sha256: Hash of the weights; part of every result.
        tokenizer: Cuts sequences.
        network: Runs tokens.
        objective: What its head predicts.
        window: Bases of a scoring window, where the contig has as many.
        longest: Most tokens of one sequence, special ones included; 0 for no limit.
        symmetric: True where the reverse complement gives the same logits by
            construction, so that scoring one strand is enough.
        early_centre: True where the authors put a variant at letter W/2 - 1 of an even
            window, and not at W/2.
        precision: ``"fp32"``, or a faster number format for the network's insides.
    """

    card: ModelCard
    device: str
    weights_sha256: str
    tokenizer: Tokenizer
    network: LanguageNetwork
    objective: Objective
    window: int
    longest: int = 0
    symmetric: bool = False
    early_centre: bool = False
    precision: str = "fp32"

    def tokens(self, sequence: str, *, hold_frame: bool = False) -> Tokens:
        """Return the tokens of a sequence.

        Raises:
            OptionError: If there are more than the model can read at once.
        """
        tokens = self.tokenizer.tokens(sequence, hold_frame=hold_frame)
        if self.longest and len(tokens) > self.longest:
            raise OptionError(
                f"{self.card.name} reads at most {self.longest:,} tokens at once; "
                f"{len(sequence):,} letters are {len(tokens):,} tokens.",
                where="sequence",
                todo="Give shorter sequences.",
            )
        return tokens

    def hidden(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return last hidden states, shape (batch, rows, width).

        Args:
            ids: Shape (batch, tokens), without padding.
        """
        import torch

        with torch.inference_mode(), self._autocast():
            states = self.network.hidden(self._placed(ids))
        return self._array(states)

    def logits(
        self, ids: NDArray[np.int64], rows: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """Return logits, shape (batch, rows, vocabulary).

        Args:
            ids: Shape (batch, tokens), without padding.
            rows: Shape (batch, n): the rows whose logits are wanted; None for all.
                The head, which is large for k-mers and byte pairs, then runs on these
                alone.
        """
        import torch

        with torch.inference_mode(), self._autocast():
            states = self.network.hidden(self._placed(ids))
            if rows is not None:
                places = torch.as_tensor(rows, device=states.device)[..., None]
                places = places.expand(-1, -1, states.shape[-1])
                states = states.gather(1, places)
            result = self.network.head(states)
        return self._array(result)

    def _placed(self, ids: NDArray[np.int64]) -> torch.Tensor:
        import torch

        return torch.from_numpy(np.ascontiguousarray(ids)).to(self.device)

    def _autocast(self) -> AbstractContextManager[object]:
        import torch

        kinds = {"bf16": torch.bfloat16, "fp16": torch.float16}
        kind = kinds.get(self.precision)
        return torch.autocast(
            self.device.partition(":")[0],
            dtype=kind or torch.bfloat16,
            enabled=kind is not None,
        )

    @staticmethod
    def _array(values: torch.Tensor) -> NDArray[np.float32]:
        array: NDArray[np.float32] = values.float().cpu().numpy()
        return array


def layout_of(
    network: torch.nn.Module,
    *,
    tied: Mapping[str, str] | None = None,
    ignored: tuple[str, ...] = (),
) -> Layout:
    """Return the tensors that a network needs, from the network itself.

    Args:
        network: May be on the ``meta`` device: no memory is needed.
        tied: As `Layout.tied`.
        ignored: As `Layout.ignored`.
    """
    shapes = {name: tuple(t.shape) for name, t in network.state_dict().items()}
    return Layout(shapes, tied or {}, ignored)


def loaded(
    network: torch.nn.Module, hub: HubFolder, layout: Layout, device: str
) -> LanguageNetwork:
    """Return a network made on the ``meta`` device with the weights of a folder.

    Every tensor comes from the file: buffers that are not stored must not be left on
    ``meta``, so a network makes them when it runs.

    Raises:
        ModelError: If the weights do not fit the layout, in either direction.
    """
    network.load_state_dict(hub.state(layout), strict=True, assign=True)
    network.requires_grad_(False)
    return cast("LanguageNetwork", network.eval().to(device))
