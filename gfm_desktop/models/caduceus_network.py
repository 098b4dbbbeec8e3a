"""The network of Caduceus: Mamba in both directions, with or without shared strands.

Architecture: Schiff et al. 2024, ICML (Caduceus) and Gu and Dao 2023 (Mamba), as
``modeling_caduceus.py`` and ``modeling_rcps.py`` of kuleshov-group/caduceus and
``mamba_simple.py`` of state-spaces/mamba compute it. The module names below are those
of the published checkpoints.

Where strands share their weights ("ps"), the original keeps both in one tensor: the
channels of the sequence, then those of its reverse complement turned back in both axes.
Here each strand is its own row of a batch, the reverse complement as it is read: both
then go through the same code at once, and are turned back at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class CaduceusSizes:
    """Sizes and switches of a network.

    Attributes:
        vocabulary: Rows of the embedding.
        width: Channels of one strand.
        layers: Blocks.
        inner: Channels inside a Mamba.
        states: States of each inner channel.
        taps: Of the short convolution.
        rank: Numbers that the step widths are made from.
        convolution_bias: Whether the short convolution has summands.
        bias: Whether the projections have.
        rms: Root-mean-square norms; layer norms otherwise.
        epsilon: Of the norms.
        both: Whether a second Mamba reads backwards.
        multiply: Whether the two directions are multiplied; added otherwise.
        tied: Whether they share their projections.
        strands: Whether both strands are read with shared weights ("ps").
        fused: Whether norms were fused with sums. It decides the names of the norms
            and, for shared strands, the mathematics: the original's fused path
            exchanges the strands in every block.
    """

    vocabulary: int
    width: int
    layers: int
    inner: int
    states: int
    taps: int
    rank: int
    convolution_bias: bool
    bias: bool
    rms: bool
    epsilon: float
    both: bool
    multiply: bool
    tied: bool
    strands: bool
    fused: bool


def complement_maps() -> tuple[str, str]:
    """Return the names of the two tables of complements; they hold the same."""
    return (
        "caduceus.backbone.embeddings.word_embeddings.complement_map",
        "lm_head.complement_map",
    )


def shared_tensors(sizes: CaduceusSizes, *, head: bool) -> dict[str, str]:
    """Return alias to owner of the tensors that are one.

    Args:
        sizes: Of the network.
        head: Whether the head is the embedding; always so for shared strands.
    """
    tied: dict[str, str] = {}
    embedding = "caduceus.backbone.embeddings.word_embeddings"
    if sizes.strands:
        owner, alias = complement_maps()
        tied[alias] = owner
        tied["lm_head.lm_head.weight"] = f"{embedding}.embedding.weight"
    elif head:
        tied["lm_head.weight"] = f"{embedding}.weight"
    if not (sizes.both and sizes.tied):
        return tied
    part = "submodule." if sizes.strands else ""
    kinds = ("weight", "bias") if sizes.bias else ("weight",)
    for layer in range(sizes.layers):
        mixer = f"caduceus.backbone.layers.{layer}.mixer.{part}mamba_"
        for name in ("in_proj", "out_proj"):
            for kind in kinds:
                tied[f"{mixer}rev.{name}.{kind}"] = f"{mixer}fwd.{name}.{kind}"
    return tied


def network(sizes: CaduceusSizes) -> torch.nn.Module:
    """Return an untrained network (`language_model.LanguageNetwork`) on no device.

    Its tensors have no memory until a state dict is assigned to them.
    """
    import torch

    with torch.device("meta"):
        made: torch.nn.Module = _classes()(sizes)
    return made.eval()


@cache
def _classes() -> type[torch.nn.Module]:
    """Make the classes on first use: torch is not imported with this module."""
    import torch
    from torch import nn
    from torch.nn import functional

    from gfm_desktop.models.mamba_network import mamba

    class Wrapped(nn.Module):
        """Gives a module the longer name that it has for shared strands."""

        def __init__(self, module: nn.Module) -> None:
            super().__init__()
            self.submodule = module

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.submodule(x)
            return result

    class TwoWays(nn.Module):
        """A Mamba that reads forwards and, where wanted, one that reads backwards."""

        def __init__(self, sizes: CaduceusSizes) -> None:
            super().__init__()
            self.multiply = sizes.multiply
            self.mamba_fwd = mamba(sizes)
            self.mamba_rev = mamba(sizes) if sizes.both else None

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            forwards: torch.Tensor = self.mamba_fwd(x)
            if self.mamba_rev is None:
                return forwards
            backwards: torch.Tensor = self.mamba_rev(x.flip(1)).flip(1)
            return forwards * backwards if self.multiply else forwards + backwards

    def norm(sizes: CaduceusSizes) -> nn.Module:
        kind = nn.RMSNorm if sizes.rms else nn.LayerNorm
        made: nn.Module = kind(sizes.width, eps=sizes.epsilon)
        return Wrapped(made) if sizes.strands and not sizes.fused else made

    class Block(nn.Module):
        """Adds, norms, mixes; the sum goes along beside (Mamba's order)."""

        def __init__(self, sizes: CaduceusSizes) -> None:
            super().__init__()
            self.exchanges = sizes.strands and sizes.fused
            mixer = TwoWays(sizes)
            self.mixer = Wrapped(mixer) if sizes.strands else mixer
            self.norm = norm(sizes)

        def forward(
            self, x: torch.Tensor, residual: torch.Tensor | None
        ) -> tuple[torch.Tensor, torch.Tensor]:
            total = x if residual is None else x + residual
            if self.exchanges:
                total = _exchanged(total)
            return self.mixer(self.norm(total)), total

    class StrandEmbedding(nn.Module):
        """Embeds a sequence and its reverse complement."""

        complement_map: torch.Tensor

        def __init__(self, sizes: CaduceusSizes) -> None:
            super().__init__()
            empty = torch.empty(sizes.vocabulary, dtype=torch.int64)
            self.register_buffer("complement_map", empty)
            self.embedding = nn.Embedding(sizes.vocabulary, sizes.width)

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            both = torch.cat([ids, self.complement_map[ids.flip(1)]])
            result: torch.Tensor = self.embedding(both)
            return result

    class StrandHead(nn.Module):
        """Logits of both halves of the states, the second for complements."""

        complement_map: torch.Tensor

        def __init__(self, sizes: CaduceusSizes) -> None:
            super().__init__()
            empty = torch.empty(sizes.vocabulary, dtype=torch.int64)
            self.register_buffer("complement_map", empty)
            self.lm_head = nn.Linear(sizes.width, sizes.vocabulary, bias=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            first, second = x.chunk(2, dim=-1)
            turned = self.lm_head.weight[self.complement_map]
            own: torch.Tensor = self.lm_head(first)
            return own + functional.linear(second.flip(-1), turned)

    class Embeddings(nn.Module):
        """The embedding under the name that checkpoints give it."""

        def __init__(self, sizes: CaduceusSizes) -> None:
            super().__init__()
            self.word_embeddings = (
                StrandEmbedding(sizes)
                if sizes.strands
                else nn.Embedding(sizes.vocabulary, sizes.width)
            )

    class Backbone(nn.Module):
        """Embedding, blocks, last norm."""

        def __init__(self, sizes: CaduceusSizes) -> None:
            super().__init__()
            self.strands = sizes.strands
            self.embeddings = Embeddings(sizes)
            self.layers = nn.ModuleList(Block(sizes) for _ in range(sizes.layers))
            self.norm_f = norm(sizes)

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            x = self.embeddings.word_embeddings(ids)
            residual = None
            for layer in self.layers:
                x, residual = layer(x, residual)
            result: torch.Tensor = self.norm_f(x if residual is None else x + residual)
            if not self.strands:
                return result
            forward, reverse = result.chunk(2)
            return torch.cat([forward, reverse.flip(1, 2)], dim=-1)

    class Trunk(nn.Module):
        """The backbone under the name that checkpoints give it."""

        def __init__(self, sizes: CaduceusSizes) -> None:
            super().__init__()
            self.backbone = Backbone(sizes)

    class Caduceus(nn.Module):
        """Trunk and head (`language_model.LanguageNetwork`)."""

        def __init__(self, sizes: CaduceusSizes) -> None:
            super().__init__()
            self.caduceus = Trunk(sizes)
            self.lm_head = (
                StrandHead(sizes)
                if sizes.strands
                else nn.Linear(sizes.width, sizes.vocabulary, bias=False)
            )

        def hidden(self, ids: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.caduceus.backbone(ids)
            return result

        def of_block(self, output: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
            """Return a block's states: both strands side by side, as `hidden` does."""
            total = output[0] + output[1]
            if not self.caduceus.backbone.strands:
                return total
            forward, reverse = total.chunk(2)
            return torch.cat([forward, reverse.flip(1, 2)], dim=-1)

        def head(self, hidden: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.lm_head(hidden)
            return result

    return Caduceus


def _exchanged(x: torch.Tensor) -> torch.Tensor:
    """Return strands in each other's place, turned in length and channels.

    What the original's fused path does: it norms the second half of the channels as
    the sequence and the first as its reverse complement, and never changes them back.
    """
    both = x.reshape(2, -1, *x.shape[1:])
    return both.flip(0, 2, 3).flatten(0, 1)
