"""What splice scoring needs in floating-point operations, against what is reached.

Counts the multiplications of all convolutions while something runs, twice: tap by tap
for the same outputs, and as they are done here (`spectral_convolution`). Activations,
sums and letters are not counted: they are the overhead that keeps the fraction below 1.
The rate of comparison is that of one thread's matrix product in float32, the best that
the machine does.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch  # noqa: TID253

from gfm_desktop.models.spectral_convolution import DilatedConvolution

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Work:
    """What ran: floating-point operations in 1e9, and seconds of the processor."""

    plain: float = 0.0
    done: float = 0.0
    cpu: float = 0.0
    wall: float = 0.0

    def reached(self, rate: float) -> float:
        """Return the fraction of a rate in 1e9 operations a second of one thread."""
        return self.done / self.cpu / rate


@contextmanager
def counted() -> Iterator[Work]:
    """Count what convolutions do in all threads."""
    work = Work()
    kind: Any = DilatedConvolution
    convolved, overlapped = kind._convolved, kind._overlapped

    def note(layer: Any, outputs: int, multiplications: int, beside: int) -> None:
        taps = layer.width * layer._channels[0] * layer._channels[1]
        work.plain += 2e-9 * outputs * beside * taps
        work.done += 2e-9 * multiplications * beside

    def count_convolved(
        layer: Any, rows: Any, outputs: int, *, beside: int = 1, **more: Any
    ) -> Any:
        note(layer, outputs, layer.multiplications(outputs), beside)
        return convolved(layer, rows, outputs, beside=beside, **more)

    def count_overlapped(layer: Any, rows: Any, tiling: Any, *, beside: int) -> Any:
        done = layer._spectral(tiling, tiling.rows, tiling.length)
        note(layer, len(rows) // beside + 2 * layer.reach, done, beside)
        return overlapped(layer, rows, tiling, beside=beside)

    kind._convolved, kind._overlapped = count_convolved, count_overlapped
    cpu, wall = time.process_time(), time.perf_counter()
    try:
        yield work
    finally:
        work.cpu = time.process_time() - cpu
        work.wall = time.perf_counter() - wall
        kind._convolved, kind._overlapped = convolved, overlapped


def matrix_rate(size: int = 1_024, repeats: int = 12) -> float:
    """Return 1e9 floating-point operations a second of one thread's best product."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    left, right = torch.randn(2, size, size).unbind()
    best = float("inf")
    for _ in range(repeats):
        began = time.thread_time()
        torch.mm(left, right)
        best = min(best, time.thread_time() - began)
    torch.set_num_threads(threads)
    return 2e-9 * size**3 / best
