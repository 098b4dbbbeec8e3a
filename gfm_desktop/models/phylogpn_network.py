"""The network of PhyloGPN: valid dilated convolutions that treat both strands alike.

Architecture: Albors et al. 2025, RECOMB (PhyloGPN), as ``src/phylogpn.py`` of
songlab-cal/phylogpn computes it. Published checkpoints hold the weights as they were
trained, under ``parametrizations.*.original``; what the network uses is their mean with
their own reverse complement, which `symmetrised` makes once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

VOCABULARY = {"A": 0, "C": 1, "G": 2, "T": 3, "N": 4, "-": 5}
"""The tokens; ``-`` is for what lies outside the sequence."""
_COMPLEMENTS = [3, 2, 1, 0, 4, 5]
_BASES = 4
_EMBEDDING = "_model.embedding.weight"


@dataclass(frozen=True, slots=True)
class PhyloSizes:
    """Sizes of a network.

    Attributes:
        outer: Channels between blocks.
        inner: Channels inside them.
        kernel: Taps of the dilated convolutions; an odd number.
        dilations: Dilation of each block.
    """

    outer: int
    inner: int
    kernel: int
    dilations: tuple[int, ...]

    @property
    def field(self) -> int:
        """Return the receptive field: the bases that one prediction depends on."""
        return 1 + (self.kernel - 1) * sum(self.dilations)


def stored_name(name: str) -> str:
    """Return the name that published checkpoints give to a tensor of the network."""
    module, kind = name.rsplit(".", 1)
    place = module.rsplit(".", 1)[-1]
    # Convolutions come third in each group of norm, GELU, convolution.
    if name == _EMBEDDING or (place.isdecimal() and int(place) % 3 == 2):
        return f"{module}.parametrizations.{kind}.original"
    return name


def symmetrised(stored: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the tensors of the network, of those of a checkpoint.

    The reverse complement of a channel is the one as far from the other end; that of a
    convolution is turned in its taps too.

    Args:
        stored: Published name to tensor, complete.
    """
    made: dict[str, torch.Tensor] = {}
    for name, values in stored.items():
        plain = name.removesuffix(".original").replace(".parametrizations.", ".")
        if plain == name:
            made[name] = values
        elif plain == _EMBEDDING:
            made[plain] = (values + values[_COMPLEMENTS].flip(1)) / 2
        else:
            made[plain] = (values + values.flip(tuple(range(values.ndim)))) / 2
    return made


def treats_strands_alike(state: Mapping[str, torch.Tensor]) -> bool:
    """Tell whether the reverse complement gives the same logits, mirrored.

    The norms are not tied in training: only where they happen to be their own mirror
    images does the whole network do what its convolutions do.

    Args:
        state: Tensors of the network, after `symmetrised`.
    """
    return all(bool((t == t.flip(0)).all()) for t in state.values() if t.ndim == 1)


def network(sizes: PhyloSizes) -> torch.nn.Module:
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
    from torch import nn

    class Block(nn.Module):
        """Three convolutions, norm and GELU before each; the input, cropped, added."""

        def __init__(self, sizes: PhyloSizes, dilation: int) -> None:
            super().__init__()
            outer, inner = sizes.outer, sizes.inner
            self.lost = (sizes.kernel - 1) // 2 * dilation
            self.layers = nn.Sequential(
                # One group: a norm over channels and length, so that every base
                # depends a little on the whole input.
                nn.GroupNorm(1, outer),
                nn.GELU(),
                nn.Conv1d(outer, inner, 1),
                nn.GroupNorm(1, inner),
                nn.GELU(),
                nn.Conv1d(inner, inner, sizes.kernel, dilation=dilation),
                nn.GroupNorm(1, inner),
                nn.GELU(),
                nn.Conv1d(inner, outer, 1),
            )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            kept = x[:, :, self.lost : x.shape[2] - self.lost]
            result: torch.Tensor = self.layers(x) + kept
            return result

    class ByteNet(nn.Module):
        """Embedding, blocks, last norm, rates."""

        def __init__(self, sizes: PhyloSizes) -> None:
            super().__init__()
            self.embedding = nn.Embedding(len(VOCABULARY), sizes.outer)
            self.blocks = nn.Sequential(*(Block(sizes, d) for d in sizes.dilations))
            self.output_layers = nn.Sequential(
                nn.GroupNorm(1, sizes.outer),
                nn.GELU(),
                nn.Conv1d(sizes.outer, _BASES, 1),
            )

    class PhyloGpn(nn.Module):
        """Trunk and head (`language_model.LanguageNetwork`).

        Rows are those of the input less the receptive field and plus one.
        """

        def __init__(self, sizes: PhyloSizes) -> None:
            super().__init__()
            self._model = ByteNet(sizes)

        def hidden(self, ids: torch.Tensor) -> torch.Tensor:
            x = self._model.blocks(self._model.embedding(ids).transpose(1, 2))
            result: torch.Tensor = self._model.output_layers[0](x).transpose(1, 2)
            return result

        def of_block(self, output: torch.Tensor) -> torch.Tensor:
            """Return a block's states, (batch, rows, width)."""
            return output.transpose(1, 2)

        def head(self, hidden: torch.Tensor) -> torch.Tensor:
            """Return the logarithms of F81 rates to A, C, G, T, up to a constant."""
            result: torch.Tensor = self._model.output_layers[1:](hidden.transpose(1, 2))
            return result.transpose(1, 2)

    return PhyloGpn
