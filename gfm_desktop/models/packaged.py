"""Models that run only in their authors' own package, where that is installed.

The app brings neither these packages nor their weights. Where package, graphics card
and weights are on this computer, the package's public functions are called and the app
does the rest: windows, strands, scores. The packages would download weights by
themselves, unpinned; the app never lets them (`offline`).
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gfm_desktop.models.language_model import LanguageModel
from gfm_desktop.models.machine import graphics_card
from gfm_desktop.models.nucleotide_tokens import NucleotideTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import torch

    from gfm_desktop.models.card import ModelCard

LETTERS = {letter: ord(letter) for letter in "ACGTN"}
"""The tokens are bytes of the text."""
_WINDOW = 8_192
"""Bases of a scoring window; longer ones cost much and have to be asked for."""
_ROWS = 512
"""Of the vocabulary; bytes use the first 256."""


class PackagedFamily(Protocol):
    """What a module offers whose models run in their authors' package."""

    CARDS: tuple[ModelCard, ...]

    def missing(self, card: ModelCard) -> str:
        """Return what this computer lacks to run a model; empty for nothing."""
        ...

    def place(self, card: ModelCard) -> Path | None:
        """Return where the weights lie; None where they are not here."""
        ...

    def load_installed(self, card: ModelCard, device: str) -> LanguageModel:
        """Load a model of which nothing is missing.

        Raises:
            ModelError: If it cannot be loaded.
        """
        ...


@dataclass(frozen=True, slots=True)
class StripedNetwork:
    """A StripedHyena of the authors as a `LanguageNetwork`.

    Attributes:
        model: Takes (batch, tokens) and returns logits and something else; its part
            ``norm`` makes the last hidden states.
        unembed: Makes logits of those.
    """

    model: torch.nn.Module
    unembed: Callable[[torch.Tensor], torch.Tensor]

    def hidden(self, ids: torch.Tensor) -> torch.Tensor:
        """Return last hidden states, (batch, tokens, width)."""
        kept: list[torch.Tensor] = []
        norm = self.model.get_submodule("norm")
        hook = norm.register_forward_hook(lambda *call: kept.append(call[-1]))
        try:
            self.model(ids)
        finally:
            hook.remove()
        return kept[0]

    def head(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return logits, (..., 512)."""
        return self.unembed(hidden)


def lacking(distribution: str, weights: Path | None, recipe: str) -> str:
    """Return what is missing, in words; empty where nothing is.

    Args:
        distribution: Name of the package for ``pip``.
        weights: Where its weights lie; None where they do not.
        recipe: How to get them.
    """
    parts = []
    if not is_installed(distribution):
        parts.append(f"the authors' package ({distribution}, with its own needs)")
    if not graphics_card():
        parts.append("a graphics card of NVIDIA")
    if weights is None:
        parts.append(f"the weights in the hub's cache ({recipe})")
    if not parts:
        return ""
    return f"It needs {'; '.join(parts)}. The app brings none of these."


def is_installed(distribution: str) -> bool:
    """Tell whether a package is there; by its name for pip, which nobody else has."""
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def cached(repository: str, name: str, revision: str) -> Path | None:
    """Return a file of the hub's cache; None where it is not there."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, name, revision=revision)
    return Path(found) if isinstance(found, str) else None


@contextlib.contextmanager
def offline() -> Iterator[None]:
    """Keep the hub's library from using the network meanwhile."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def causal_model(
    card: ModelCard,
    device: str,
    network: StripedNetwork,
    *,
    sha256: str,
    before: tuple[int, ...] = (),
) -> LanguageModel:
    """Return the model as the app's scorers take it.

    Args:
        card: Its facts.
        device: Where the package has put it.
        network: The authors' network.
        sha256: Hash of its weights.
        before: Tokens in front of every sequence.
    """
    network.model.eval().requires_grad_(False)
    return LanguageModel(
        card=card,
        device=device,
        weights_sha256=sha256,
        tokenizer=NucleotideTokenizer(LETTERS, _ROWS, None, before=before),
        network=network,
        objective="causal",
        window=min(card.context_bp, _WINDOW),
        longest=card.context_bp + len(before),
    )


def part_of(model: Any, name: str) -> Any:
    """Return a part of an object of the authors' package.

    Raises:
        ModelError: If this version of the package has no such part.
    """
    from gfm_desktop.errors import ModelError

    if not hasattr(model, name):
        raise ModelError(
            f"The installed package is not one that this app knows: its model has no "
            f"“{name}”.",
            todo="Install the version that the model's card names.",
        )
    return getattr(model, name)
