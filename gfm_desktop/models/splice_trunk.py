"""One splice network, level by level: the numbering is that of `splice_cone`.

Rows are positions and columns channels, contiguous: what `conv2d` calls channels-last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gfm_desktop.models.compiled_steps import through_activation
from gfm_desktop.models.rounded_convolution import RoundedConvolution
from gfm_desktop.models.sequence import base_codes
from gfm_desktop.models.spectral_convolution import DilatedConvolution
from gfm_desktop.models.splice_cone import Levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

    from gfm_desktop.models.splice_network import SpliceArchitecture


_CACHE = 1 << 18
"""Bytes of REF that are worked on at a time, so that they stay in the cache."""


class Rows(NamedTuple):
    """Some rows of a tensor, which is not cut for them: each cut costs a call.

    Attributes:
        rows: Shape (n, channels).
        first: The first that counts.
        end: End of those that count, exclusive.
    """

    rows: torch.Tensor
    first: int
    end: int


class ResidualUnit(Protocol):
    """What `Trunk` reads of a residual unit."""

    scale: torch.Tensor
    shift: torch.Tensor
    conv_1: torch.nn.Conv2d
    conv_2: torch.nn.Conv2d


class SpliceNetwork(Protocol):
    """What `Trunk` reads of an instance of `splice_network.replicate_class`."""

    architecture: SpliceArchitecture
    first: torch.nn.Conv2d
    blocks: list[ResidualUnit]
    skips: list[torch.nn.Conv2d]
    last: torch.nn.Conv2d

    def head(self, logits: torch.Tensor) -> torch.Tensor:
        """Return probabilities for (batch, outputs, n)."""
        ...


class LinearConvolution(Protocol):
    """What both `spectral_convolution` and `rounded_convolution` do to differences.

    Attributes:
        reach: Positions that an output sees on each side.
    """

    reach: int

    def room(self, positions: int) -> int:
        """Return rows that `linear` and `spread` read for so many that count."""
        ...

    def linear(
        self, positions: torch.Tensor, outputs: int, *, beside: int = 1
    ) -> torch.Tensor:
        """Convolve without the bias."""
        ...

    def spread(
        self, positions: torch.Tensor, length: int, *, beside: int = 1
    ) -> torch.Tensor:
        """Convolve without the bias what has nothing but zeros around it."""
        ...


@dataclass(frozen=True, slots=True)
class _Unit:
    scale: torch.Tensor
    shift: torch.Tensor
    convolutions: tuple[DilatedConvolution, DilatedConvolution]
    linear: tuple[LinearConvolution, LinearConvolution]


class Trunk:
    """The layers of one loaded network, each to be asked for some positions.

    Attributes:
        levels: The geometry.
        channels: Columns of every level.
        outputs: Columns of what the network tells.
    """

    def __init__(self, network: SpliceNetwork, *, precision: str = "fp32") -> None:
        """Take the weights of a loaded network.

        Args:
            network: The network.
            precision: Number format in which differences are convolved.
        """
        import torch

        architecture = network.architecture
        self.levels = Levels.of(architecture)
        self.channels = architecture.channels
        self.outputs = architecture.outputs
        self._slope = float(architecture.slope)
        self._head = network.head
        with torch.inference_mode():
            first = network.first
            # A row for each of A, C, G, T, and one for N, whose column is zero.
            letters = first.weight[:, :, 0, 0].T
            unknown = torch.zeros_like(letters[:1])
            self._letters = torch.cat([letters, unknown]) + _bias(first)
            self._unscaled = self._letters.new_empty(0)
            self._units = [_unit(block, precision) for block in network.blocks]
            skips = [_matrix(skip) for skip in network.skips]
            weight, bias = _matrix(network.last)
            self._told = [(one @ weight).to(self._letters) for one, _ in skips]
            biases = torch.stack([one for _, one in skips]).sum(dim=0)
            self._told_bias = (biases @ weight + bias).to(self._letters)

    @property
    def device(self) -> torch.device:
        """Return where the weights are."""
        return self._letters.device

    def zeros(self, positions: int) -> torch.Tensor:
        """Return rows of a level in which nothing differs."""
        return self._letters.new_zeros(positions, self.channels)

    def empty(self, positions: int) -> torch.Tensor:
        """Return memory for rows of a level."""
        return self._letters.new_empty(positions, self.channels)

    def embedded(self, letters: str) -> torch.Tensor:
        """Return level 0 of some letters, shape (letters, channels)."""
        import torch

        codes = torch.from_numpy(base_codes(letters).astype("int64"))
        return self._letters.index_select(0, codes.to(self.device))

    def normed(self, level: int, rows: torch.Tensor) -> torch.Tensor:
        """Return rows of an even level as the next unit's first activation has them."""
        import torch

        unit = self._units[level // 2]
        return torch.addcmul(unit.shift, rows, unit.scale)

    def active(self, rows: torch.Tensor, into: torch.Tensor) -> None:
        """Write the activation of rows."""
        import torch

        if self._slope == 0:
            torch.clamp_min(rows, 0, out=into)
        else:
            torch.maximum(rows, rows * self._slope, out=into)

    def active_in_place(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the activation of rows, in their memory."""
        import torch

        if self._slope == 0:
            return rows.relu_()
        return torch.nn.functional.leaky_relu_(rows, self._slope)

    def active_change(
        self,
        level: int,
        change: torch.Tensor,
        ref: Sequence[Sequence[Rows]],
        *,
        before: int,
        room: int,
    ) -> torch.Tensor:
        """Return ``active(p + change) - active(p)``, as `splice_cone` has it.

        Args:
            level: Its number. The change of an even one is not normed yet.
            change: Differences of the level, of some sequences beside each other
                (`spectral_convolution`).
            ref: p of each sequence over the same positions, in pieces: the level before
                its activation, `normed` where it is even.
            before: Rows of zeros that are wanted before, for each sequence.
            room: Rows that are wanted in all, for each sequence; zeros behind.
        """
        pieces = [piece for one in ref for piece in one]
        scale = self._unscaled if level % 2 else self._units[level // 2].scale
        size = _CACHE // (len(ref) * self.channels * change.element_size())
        return through_activation()(
            change,
            scale,
            [piece.rows for piece in pieces],
            [piece.first for piece in pieces],
            [piece.end for piece in pieces],
            [len(one) for one in ref],
            self._slope,
            before,
            room,
            max(1, size),
        )

    def convolved(self, level: int, active: torch.Tensor) -> torch.Tensor:
        """Return convolution number `level` of rows, `Levels.reach` fewer each side."""
        unit, half = divmod(level - 1, 2)
        return self._units[unit].convolutions[half](active)

    def linear(self, level: int) -> LinearConvolution:
        """Return convolution number `level`, from 1 on, as it is for differences."""
        unit, half = divmod(level - 1, 2)
        return self._units[unit].linear[half]

    def told_by(self, level: int, rows: torch.Tensor) -> torch.Tensor:
        """Return what a level of `Levels.skips` adds to the logits.

        The skip connection and the last layer are one matrix; the biases of all of them
        are added by level 0.

        Returns:
            Shape (positions, outputs), memory of its own.
        """
        import torch

        weight = self._told[level // (2 * self.levels.units)]
        if level:
            return torch.mm(rows, weight)
        return torch.addmm(self._told_bias, rows, weight)

    def told_change(self, level: int, change: torch.Tensor) -> torch.Tensor:
        """Return what `told_by` makes of a difference of rows."""
        import torch

        return torch.mm(change, self._told[level // (2 * self.levels.units)])

    def told_zeros(self, positions: int) -> torch.Tensor:
        """Return logits of zero."""
        return self._letters.new_zeros(positions, self.outputs)

    def told(self, logits: torch.Tensor) -> torch.Tensor:
        """Return probabilities, shape (outputs, positions)."""
        found: torch.Tensor = self._head(logits.T.unsqueeze(0))[0]
        return found


def _unit(block: ResidualUnit, precision: str) -> _Unit:
    import torch

    kinds = {"bf16": torch.bfloat16, "fp16": torch.float16}
    first, second = (
        DilatedConvolution(layer.weight, _bias(layer), dilation=layer.dilation[1])
        for layer in (block.conv_1, block.conv_2)
    )
    linear: tuple[LinearConvolution, LinearConvolution] = first, second
    if precision in kinds:
        kind = kinds[precision]
        linear = (_rounded(block.conv_1, kind), _rounded(block.conv_2, kind))
    scale, shift = block.scale.flatten(), block.shift.flatten()
    return _Unit(scale, shift, (first, second), linear)


def _rounded(layer: torch.nn.Conv2d, kind: torch.dtype) -> RoundedConvolution:
    return RoundedConvolution(layer.weight, dilation=layer.dilation[1], kind=kind)


def _matrix(layer: torch.nn.Conv2d) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a convolution of width 1 as (in, out) weights and a bias, float64."""
    return layer.weight[:, :, 0, 0].T.double(), _bias(layer).double()


def _bias(layer: torch.nn.Conv2d) -> torch.Tensor:
    if layer.bias is None:
        raise TypeError("every convolution of a splice network has a bias")
    return layer.bias
