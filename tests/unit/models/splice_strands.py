"""Strands, random networks and plain evaluations for tests of incremental networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gfm_desktop.models.sequence import one_hot
from gfm_desktop.models.splice_cone import Edit, Span
from gfm_desktop.models.splice_network import SpliceArchitecture, replicate_class
from gfm_desktop.models.splice_question import Question

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Letters:
    """A strand whose position 0 is the first letter of a text; N outside `seen`."""

    text: str
    seen: Span

    @property
    def key(self) -> tuple[str, Span]:
        return self.text, self.seen

    def letters(self, start: int, end: int) -> str:
        first, last = max(start, self.seen.start), min(end, self.seen.end)
        if first >= last:
            return "N" * (end - start)
        return "N" * (first - start) + self.text[first:last] + "N" * (end - last)


def random_network(
    architecture: SpliceArchitecture, kind: Any = None, seed: int = 3
) -> torch.nn.Module:
    """Return a float64 network of random weights; values keep their size in it."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    network = (kind or replicate_class())(architecture).double()
    for name, values in network.state_dict().items():
        drawn = torch.randn(values.shape, generator=generator, dtype=torch.float64)
        if name.endswith("weight"):
            drawn /= values[0].numel() ** 0.5
        elif name.endswith("scale"):
            drawn = 1 + drawn / 4
        else:
            drawn /= 4
        values.copy_(drawn)
    done: torch.nn.Module = network.eval().requires_grad_(False)
    return done


def whole(network: Any, letters: str) -> NDArray[np.float64]:
    """Return what the whole network makes of a window: shape (outputs, positions)."""
    import torch

    bases = torch.from_numpy(one_hot(letters).T.copy())[None, :, None]
    with torch.inference_mode():
        told = network(bases.to(network.first.weight.dtype))
    values: NDArray[np.float64] = told[0].numpy()
    return values


def question(
    strand: Letters, start: int, ref: str, alt: str, *, distance: int
) -> Question:
    """Return what the scorer asks about a variant."""
    span = Span(start - distance, start + distance + 1)
    grown = Span(span.start, span.end + len(alt) - len(ref))
    return Question(strand, Edit.of(start, ref, alt), span, grown)


def windows(
    strand: Letters, start: int, ref: str, alt: str, *, distance: int, flank: int
) -> tuple[str, str]:
    """Return the letters of REF and ALT that a whole evaluation needs."""
    first = start - distance - flank
    before = strand.letters(first, start + distance + 1 + flank)
    offset = start - first
    return before, before[:offset] + alt + before[offset + len(ref) :]
