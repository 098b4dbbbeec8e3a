"""Dilated convolutions along a sequence as matrix products, fewer than they seem.

A convolution of width w and dilation d never mixes positions of different remainder
modulo d: seen as rows of d positions, it is an ordinary convolution of width w down the
rows, in d lanes at once. Rows are cut into tiles of N that overlap by w - 1, and each
tile is taken to the frequencies of the discrete Fourier transform, where a convolution
is a product (overlap-save; Oppenheim and Schafer, Discrete-Time Signal Processing,
section 8.7.3). With m = N - w + 1 outputs a tile, C channels in and out, and real
numbers counted, one output row of one lane costs

    N * N * C / m    into the frequencies, a product with an (N + 2, N) matrix
    2 * N * C * C / m    channels mixed, a complex (C, C) matrix for each frequency
    N * C    back again, an (m, N + 2) matrix

multiplications instead of w * C * C. For w = 41, C = 32 and N = 84 that is 367 C in
place of 1,312 C, three and a half times fewer, and all of it is `mm` and `bmm` on
memory as it lies. Transforms by matrix product, not by a fast Fourier transform: N is
small, the matrix product runs at the machine's full speed, and the lanes stay where
they are. What has only zeros around it is cut into tiles that do not overlap, and
their outputs, which do, are added up (overlap-add, the same section): fewer tiles. On
one core of the machine where this was measured, 2.4 to 3.2 times as fast as `conv2d`
for w = 41, and 1.6 to 2 times for w = 21. Rounding errors are those of the plain sum of
w * C products (1e-7 of the largest activation of a tile, float32).

Narrow kernels and few outputs are left to `conv2d` in channels-last memory, and the
fewest, which would take it longer to begin than to do, to one matrix product. What is
chosen depends on the sizes alone, never on the data: equal questions give equal bits.

Sequences of one length may lie *beside* each other: row p * beside + n is position p of
sequence n. That is one sequence of a dilation so many times as large, so they share
all calls and matrix products, which are larger and so faster.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gfm_desktop.models.compiled_steps import by_frequencies, by_windows
from gfm_desktop.models.spectral_matrices import Tiling, transforms

if TYPE_CHECKING:
    import torch

_LENGTH = 2.05
"""Length of tiles in kernel widths, where they cost least. Others to choose from would
save a few per cent at times, and take as much memory again for kernels' transforms."""
_CALL = 250_000
"""What starting one operation costs, in multiplications done in the same time."""
_ROWS = 128
"""Lanes whose channels are mixed at a time, about. More leave the cache."""
_FEW = 20_480
"""Numbers up to which a sequence is convolved by one product of its windows."""
_WINDOWS = 1 << 18
"""Bytes of windows that are written at a time."""


class DilatedConvolution:
    """A valid convolution over (positions, channels), contiguous.

    Attributes:
        width: Positions of the kernel.
        dilation: Distance between two of them.
        reach: Positions that an output sees on each side.
    """

    def __init__(
        self, weight: torch.Tensor, bias: torch.Tensor, *, dilation: int
    ) -> None:
        """Keep a kernel of shape (out, in, 1, width) and a bias of shape (out,)."""
        self.width = int(weight.shape[3])
        self.dilation = dilation
        self.reach = (self.width - 1) * dilation // 2
        self._weight = weight
        self._bias = bias
        self._row_bias = bias.repeat(dilation)
        self._no_bias = bias.new_empty(0)
        self._channels = (int(weight.shape[1]), int(weight.shape[0]))
        self._taps: torch.Tensor | None = None
        self._tilings: dict[int, Tiling | None] = {}
        self._spreadings: dict[int, Tiling | None] = {}
        self._spectra: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def multiplications(self, outputs: int) -> int:
        """Return how many real multiplications the outputs take."""
        tiling = self._tiling(outputs)
        if tiling is None:
            return outputs * self.width * self._channels[0] * self._channels[1]
        return self._spectral(tiling, tiling.length, tiling.rows)

    def room(self, positions: int) -> int:
        """Return rows that `linear` and `spread` read for so many that count.

        What lies behind those that count must be zero.
        """
        return -(-positions // self.dilation) * self.dilation

    def __call__(self, positions: torch.Tensor) -> torch.Tensor:
        """Convolve.

        Args:
            positions: Shape (n + 2 * reach, channels), contiguous.

        Returns:
            Shape (n, channels), memory of its own.
        """
        outputs = len(positions) - 2 * self.reach
        return self._convolved(positions, outputs, biased=True)

    def linear(
        self, positions: torch.Tensor, outputs: int, *, beside: int = 1
    ) -> torch.Tensor:
        """Convolve without the bias, as differences of positions are.

        Args:
            positions: Shape (room(outputs + 2 * reach) * beside, channels), contiguous.
            outputs: Those that are wanted, of each sequence.
            beside: Sequences that lie beside each other.
        """
        return self._convolved(positions, outputs, biased=False, beside=beside)

    def spread(
        self, positions: torch.Tensor, length: int, *, beside: int = 1
    ) -> torch.Tensor:
        """Convolve without the bias what has nothing but zeros around it.

        Args:
            positions: Shape (room(length) * beside, channels), contiguous.
            length: Those that are not zero, of each sequence.
            beside: Sequences that lie beside each other.

        Returns:
            Shape ((length + 2 * reach) * beside, channels): all that is not zero.
        """
        outputs = length + 2 * self.reach
        tiling = self._spreading(length)
        if tiling is not None:
            found = self._overlapped(positions, tiling, beside=beside)
            return found[: outputs * beside]
        edge, within = 2 * self.reach * beside, length * beside
        padded = positions.new_zeros(
            self.room(outputs + 2 * self.reach) * beside, positions.shape[1]
        )
        padded[edge : edge + within] = positions[:within]
        return self.linear(padded, outputs, beside=beside)

    def _convolved(
        self, positions: torch.Tensor, outputs: int, *, biased: bool, beside: int = 1
    ) -> torch.Tensor:
        tiling = self._tiling(outputs)
        if tiling is not None:
            found = self._by_frequencies(
                positions, tiling, biased=biased, beside=beside
            )
            return found[: outputs * beside]
        read = outputs + 2 * self.reach
        rows = positions[: read * beside]
        if read * self._channels[0] > _FEW:
            return self._directly(rows, biased=biased, beside=beside)
        return self._by_windows(rows, outputs * beside, biased=biased, beside=beside)

    def _by_windows(
        self, positions: torch.Tensor, outputs: int, *, biased: bool, beside: int
    ) -> torch.Tensor:
        """Write out what each output sees, and multiply it by the kernel."""
        if self._taps is None:
            taps = self._weight[:, :, 0].permute(2, 1, 0)
            self._taps = taps.reshape(-1, self._channels[1]).contiguous()
        return by_windows()(
            positions,
            self._taps,
            self._bias if biased else self._no_bias,
            outputs,
            self.width,
            self.dilation * beside,
            max(1, _WINDOWS // (4 * len(self._taps))),
        )

    def _directly(
        self, positions: torch.Tensor, *, biased: bool, beside: int
    ) -> torch.Tensor:
        import torch

        length, channels = positions.shape
        # (1, channels, 1, length) in channels-last order: no byte is moved.
        image = positions.view(1, 1, length, channels).permute(0, 3, 1, 2)
        bias = self._bias if biased else None
        found = torch.nn.functional.conv2d(
            image, self._weight, bias, dilation=(1, self.dilation * beside)
        )
        return found.permute(0, 2, 3, 1).reshape(-1, self._channels[1])

    def _by_frequencies(
        self, positions: torch.Tensor, tiling: Tiling, *, biased: bool, beside: int
    ) -> torch.Tensor:
        """Convolve tiles that overlap where they read (overlap-save)."""
        forward, backward, _ = self._matrices(tiling.length)
        return by_frequencies()(
            _rows(positions, self.dilation * beside),
            forward,
            backward,
            *self._spectrum(tiling.length),
            self._row_bias if biased else self._no_bias,
            tiling.number,
            tiling.rows,
            tiling.length,
            False,
            self._together(beside),
        )

    def _overlapped(
        self, positions: torch.Tensor, tiling: Tiling, *, beside: int
    ) -> torch.Tensor:
        """Convolve tiles whose outputs overlap, and add them up (overlap-add)."""
        forward, _, backward = self._matrices(tiling.length)
        return by_frequencies()(
            _rows(positions, self.dilation * beside),
            forward,
            backward,
            *self._spectrum(tiling.length),
            self._no_bias,
            tiling.number,
            tiling.rows,
            tiling.rows,
            True,
            self._together(beside),
        )

    def _together(self, beside: int) -> int:
        """Return how many tiles are mixed by one product: it is slow for few rows."""
        return max(1, _ROWS // (self.dilation * beside))

    def _tiling(self, outputs: int) -> Tiling | None:
        """Return how outputs are cut into tiles, None where `conv2d` is cheaper."""
        if outputs not in self._tilings:
            plain = outputs * self.width * self._channels[0] * self._channels[1]
            tiling = self._cut(outputs)
            cost = self._cost(tiling, tiling.length, tiling.rows)
            self._tilings[outputs] = tiling if cost < plain + _CALL else None
        return self._tilings[outputs]

    def _spreading(self, length: int) -> Tiling | None:
        """Return how to cut what `spread` reads, None for `_tiling`."""
        if length not in self._spreadings:
            outputs = length + 2 * self.reach
            other = self._tiling(outputs)
            plain = outputs * self.width * self._channels[0] * self._channels[1]
            if other is not None:
                plain = self._cost(other, other.length, other.rows)
            tiling = self._cut(length)
            cost = self._cost(tiling, tiling.rows, tiling.length)
            self._spreadings[length] = tiling if cost < plain else None
        return self._spreadings[length]

    def _cut(self, positions: int) -> Tiling:
        """Return tiles that are `Tiling.rows` rows apart and hold so many positions."""
        length = 2 * round(_LENGTH * self.width / 2)
        rows = length - self.width + 1
        return Tiling(-(-positions // (rows * self.dilation)), length, rows)

    def _cost(self, tiling: Tiling, read: int, given: int) -> int:
        """Return multiplications, and what starting the operations costs."""
        return self._spectral(tiling, read, given) + (2 * tiling.number + 4) * _CALL

    def _spectral(self, tiling: Tiling, read: int, given: int) -> int:
        """Return multiplications of tiles that read and give so many rows."""
        inputs, outputs = self._channels
        lane = read * inputs + 2 * inputs * outputs + given * outputs
        return tiling.number * self.dilation * (tiling.length + 2) * lane

    def _spectrum(self, length: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the kernel's transform: real and imaginary (frequencies, in, out).

        The network's "convolution" is a correlation, hence the conjugate transform.
        """
        if length not in self._spectra:
            import torch

            taps = torch.arange(self.width, dtype=torch.float64)
            kept = torch.arange(length // 2 + 1, dtype=torch.float64)
            angles = torch.outer(kept, taps) * (2 * math.pi / length)
            kernel = self._weight[:, :, 0].to("cpu", torch.float64)
            self._spectra[length] = (
                torch.einsum("oik,fk->fio", kernel, angles.cos()).to(self._weight),
                torch.einsum("oik,fk->fio", kernel, angles.sin()).to(self._weight),
            )
        return self._spectra[length]

    def _matrices(self, length: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        weight = self._weight
        return transforms(length, self.width, weight.dtype, weight.device)


def _rows(positions: torch.Tensor, lanes: int) -> torch.Tensor:
    """Return positions as rows of lanes; zeros fill the last row."""
    if missing := -len(positions) % lanes:
        filled = positions.new_zeros(len(positions) + missing, positions.shape[1])
        filled[: len(positions)] = positions
        positions = filled
    return positions.view(-1, lanes * positions.shape[1])
