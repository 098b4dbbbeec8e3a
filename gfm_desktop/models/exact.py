"""How a network is asked for numbers that can be compared."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def exact(device: str) -> Iterator[None]:
    """Run without autograd and, on a GPU, in full float32.

    PyTorch lets cuDNN round convolutions to TF32 by default: errors of 1e-3.
    """
    import torch

    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode())
        if device != "cpu":
            # `enabled` must be said: the context manager's default turns cuDNN off.
            full = torch.backends.cudnn.flags(
                enabled=True, deterministic=True, allow_tf32=False
            )
            stack.enter_context(full)
        yield
