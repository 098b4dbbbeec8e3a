"""Which tensors a checkpoint must hold, and how those of a file are matched to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Shapes = Mapping[str, tuple[int, ...]]
_NAMED = 5
"""How many wrong tensors a message names before it only counts them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The tensors of a network, named as published files name them.

    Attributes:
        shapes: Name to shape of every tensor that the network needs, aliases included.
        tied: Alias to the name of the tensor whose storage it shares: a file may hold
            any of them, or several with equal values.
        ignored: Patterns (whole names) of tensors that published files hold and the
            network does not use, such as a pooler.
    """

    shapes: Shapes
    tied: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    def place_of(self, name: str) -> str | None:
        """Return the network's name for a file's; None where it is ignored."""
        if any(re.fullmatch(pattern, name) for pattern in self.ignored):
            return None
        return _modern(name)

    def aliases(self, name: str) -> list[str]:
        """Return all names of one tensor, its own first."""
        owner = self.tied.get(name, name)
        group = [owner, *(alias for alias, of in self.tied.items() if of == owner)]
        return [name, *(other for other in group if other != name)]

    def problems(self, found: Shapes) -> list[str]:
        """Return what does not fit, in words that name the tensors of the file."""
        here = {place: n for n in found if (place := self.place_of(n)) is not None}
        missing = [
            f"“{name}” is missing"
            for name in self.shapes
            if not any(alias in here for alias in self.aliases(name))
        ]
        wrong = [
            f"“{here[name]}” has shape {found[here[name]]}, not {shape}"
            for name, shape in self.shapes.items()
            if name in here and found[here[name]] != shape
        ]
        extra = [
            f"“{name}” is not part of the model"
            for place, name in here.items()
            if place not in self.shapes
        ]
        return missing + wrong + extra


def listed(problems: Iterable[str]) -> str:
    """Return problems for a message: the first few, and how many more there are."""
    every = list(problems)
    rest = len(every) - _NAMED
    more = f"; and {rest:,} more" if rest > 0 else ""
    return "; ".join(every[:_NAMED]) + more


def _modern(name: str) -> str:
    """Return the name with TensorFlow's words for a norm's parameters replaced.

    Checkpoints converted from TensorFlow say gamma and beta, as transformers'
    "legacy" key mapping knows.
    """
    for old, new in ((".gamma", ".weight"), (".beta", ".bias")):
        if name.endswith(f"LayerNorm{old}"):
            return name.removesuffix(old) + new
    return name
