"""Pangolin's network: SpliceAI's trunk, and three outputs for each of four tissues.

Architecture: Zeng and Li 2022, Genome Biology 23:103; the layout of the outputs is that
of ``pangolin/model.py`` of the program: for each tissue a softmax over "no splice site"
and "splice site", and a sigmoid, the usage of the site.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from gfm_desktop.models.splice_network import replicate_class

if TYPE_CHECKING:
    import torch

TISSUES = ("heart", "liver", "brain", "testis")
"""In the order of the outputs."""
HEADS = (2, 1) * len(TISSUES)
"""Outputs of each last layer, in order."""
OUTPUTS = sum(HEADS)
SPLICE = tuple(3 * number + 1 for number in range(len(TISSUES)))
"""Row of each tissue's probability of a splice site."""


@cache
def pangolin_class() -> type[torch.nn.Module]:
    """Return the module of one network (torch is imported here, not above).

    Its input is (batch, 4, 1, n + 2 * flank), its output (batch, 12, n): for tissue t
    the rows 3t and 3t + 1 are the softmax, row 3t + 2 is the usage.
    """
    import torch

    # mypy cannot know a class that a function returns.
    parent: type[torch.nn.Module] = replicate_class()

    class PangolinNetwork(parent):  # type: ignore[misc,valid-type]
        def head(self, logits: torch.Tensor) -> torch.Tensor:
            pieces = logits.split_with_sizes(HEADS, dim=1)
            return torch.cat(
                [
                    piece.sigmoid() if outputs == 1 else piece.softmax(dim=1)
                    for piece, outputs in zip(pieces, HEADS, strict=True)
                ],
                dim=1,
            )

    return PangolinNetwork
