"""Chains of small tensor operations that run without Python's lock between them.

Each PyTorch operation called from Python gives the interpreter's lock back and takes it
again. Two threads that do so thousands of times for a variant wait for each other a
third of the time. A chain that `torch.jit.script` has compiled gives the lock back
once. Its operations are the same, and so are its numbers.

PyTorch calls that compiler deprecated, and has no other one that needs no C compiler
on the user's machine. Where it is gone, or a function's source is not at hand, the
function runs as it is: slower beside other threads, nothing else.

The functions read rows of positions, with channels as columns, contiguous.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does the same without Python's lock, or the function."""
    import torch

    script = getattr(torch.jit, "script", None)
    if script is None:
        return function
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            made: Callable[..., Any] = script(function)
        except (OSError, RuntimeError):
            # No source in this installation, or a compiler that knows less.
            return function
    return made


@lru_cache(1)
def by_frequencies() -> Callable[..., torch.Tensor]:
    """Return the function that convolves tiles (`spectral_convolution`).

    It takes rows of lanes; the matrix into the frequencies; the one back; the kernel's
    real and imaginary part, each (frequencies, in, out); a bias of a row, or an empty
    one; the number of tiles, by how many rows they are apart, and how many each reads;
    whether outputs overlap and are added up; how many tiles to do at a time. It returns
    (positions, out).
    """
    import torch

    def run(
        rows: torch.Tensor,
        forward: torch.Tensor,
        backward: torch.Tensor,
        real_kernel: torch.Tensor,
        imaginary_kernel: torch.Tensor,
        bias: torch.Tensor,
        number: int,
        step: int,
        read: int,
        adds: bool,
        together: int,
    ) -> torch.Tensor:
        count, inputs, outputs = real_kernel.shape
        lanes, given = rows.shape[1] // inputs, backward.shape[0]
        found = rows.new_empty([(number - 1) * step + given, lanes * outputs])
        if adds:
            found.zero_()
        for start in range(0, number, together):
            tiles = min(together, number - start)
            before = rows.new_empty([2, count, tiles * lanes, inputs])
            after = rows.new_empty([2, count, tiles * lanes, outputs])
            spectra = before.view(2 * count, tiles, -1)
            mixed = after.view(2 * count, tiles, -1)
            for tile in range(tiles):
                first = (start + tile) * step
                seen = rows[first : first + read]
                # Rows that the last tile lacks are zeros.
                torch.mm(forward[:, : seen.shape[0]], seen, out=spectra[:, tile])
            torch.bmm(before[0], real_kernel, out=after[0])
            after[0].baddbmm_(before[1], imaginary_kernel, alpha=-1)
            torch.bmm(before[1], real_kernel, out=after[1])
            after[1].baddbmm_(before[0], imaginary_kernel)
            for tile in range(tiles):
                first = (start + tile) * step
                into = found[first : first + given]
                if adds:
                    into.addmm_(backward, mixed[:, tile])
                elif bias.numel() > 0:
                    torch.addmm(bias, backward, mixed[:, tile], out=into)
                else:
                    torch.mm(backward, mixed[:, tile], out=into)
        return found.view(-1, outputs)

    return compiled(run)


@lru_cache(1)
def by_windows() -> Callable[..., torch.Tensor]:
    """Return the function that convolves by writing out what each output sees.

    It takes positions; the kernel as (width * in, out); a bias or an empty one; the
    number of outputs; the kernel's width and dilation; outputs to do at a time.
    """
    import torch

    def run(
        positions: torch.Tensor,
        taps: torch.Tensor,
        bias: torch.Tensor,
        outputs: int,
        width: int,
        dilation: int,
        size: int,
    ) -> torch.Tensor:
        channels = positions.shape[1]
        found = positions.new_empty([outputs, taps.shape[1]])
        for first in range(0, outputs, size):
            into = found[first : first + size]
            seen = positions[first:].as_strided(
                [into.shape[0], width, channels], [channels, dilation * channels, 1]
            )
            windows = seen.reshape(into.shape[0], width * channels)
            if bias.numel() > 0:
                torch.addmm(bias, windows, taps, out=into)
            else:
                torch.mm(windows, taps, out=into)
        return found

    return compiled(run)


@lru_cache(1)
def through_activation() -> Callable[..., torch.Tensor]:
    """Return the function that takes differences through an activation (`splice_cone`).

    It takes the differences of some sequences beside each other; a scale of the
    channels, or an empty one; pieces of REF before the activation, with the first row
    and the end of each that count, and how many of them each sequence has; the slope
    below zero; rows of zeros wanted before, and rows in all, of each sequence;
    positions to do at a time. It returns memory of its own.
    """
    import torch

    def run(
        change: torch.Tensor,
        scale: torch.Tensor,
        pieces: list[torch.Tensor],
        firsts: list[int],
        ends: list[int],
        counts: list[int],
        slope: float,
        before: int,
        rows: int,
        size: int,
    ) -> torch.Tensor:
        many, channels = len(counts), change.shape[1]
        length = change.shape[0] // many
        found: list[torch.Tensor] = []
        at = 0
        for count in counts:
            mine = [pieces[n][firsts[n] : ends[n]] for n in range(at, at + count)]
            found.append(mine[0] if count == 1 else torch.cat(mine))
            at += count
        into = change.new_empty([rows * many, channels])
        into[: before * many].zero_()
        into[(before + length) * many :].zero_()
        for first in range(0, length, size):
            end = min(first + size, length)
            ref = found[0][first:end]
            if many > 1:
                beside = [one[first:end] for one in found]
                ref = torch.cat(beside, dim=1).view(-1, channels)
            here = into[(before + first) * many : (before + end) * many]
            moved = change[first * many : end * many]
            # Here `low` is p - f(p); below it becomes -f(p), which is `low` - p.
            low = ref.clamp_max(0.0)
            if slope != 0.0:
                low *= 1.0 - slope
            if scale.numel() > 0:
                torch.addcmul(low, moved, scale, out=here)
            else:
                torch.add(moved, low, out=here)
            if slope == 0.0:
                torch.maximum(here, low.sub_(ref), out=here)
            else:
                normed = here - low
                other = ref.clamp_min(0.0).mul_(slope - 1.0)
                torch.maximum(here, other.add_(normed, alpha=slope), out=here)
        return into

    return compiled(run)
