"""Finds the blocks of a network by its structure, and reads what they give."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import torch

_OF_BLOCK = "of_block"
"""Method of a network that turns a block's output into states (batch, rows, width),
for families whose blocks give something else."""


def blocks_of(network: torch.nn.Module) -> tuple[str, list[torch.nn.Module]]:
    """Return the name of the list of blocks, and the blocks in their order.

    The blocks are the largest list of modules of one class that is not PyTorch's own:
    every family stacks equal layers. Without such a list there are no blocks.
    """
    from torch import nn

    best: tuple[int, str, list[torch.nn.Module]] = (0, "", [])
    for name, module in network.named_modules():
        if not isinstance(module, nn.ModuleList | nn.Sequential):
            continue
        children = list(module.children())
        kinds = {type(child) for child in children}
        if len(kinds) != 1 or next(iter(kinds)).__module__.startswith("torch."):
            continue
        size = sum(p.numel() for child in children for p in child.parameters())
        # The first of equals is the outermost: names come from outside in.
        if size > best[0]:
            best = (size, name, children)
    return best[1], best[2]


@contextlib.contextmanager
def watched(
    blocks: Mapping[int, torch.nn.Module],
    network: torch.nn.Module,
    told: Callable[[int, torch.Tensor], None],
) -> Iterator[None]:
    """Tell the states of some blocks whenever they run.

    Args:
        blocks: Number of the layer to its block.
        network: May know `_OF_BLOCK`.
        told: Called with the number and the states.
    """
    turned = getattr(network, _OF_BLOCK, None)

    def listener(number: int) -> Callable[..., None]:
        def hear(module: torch.nn.Module, inputs: Any, output: Any) -> None:
            told(number, output if turned is None else turned(output))

        return hear

    with contextlib.ExitStack() as stack:
        for number, block in blocks.items():
            stack.callback(block.register_forward_hook(listener(number)).remove)
        yield
