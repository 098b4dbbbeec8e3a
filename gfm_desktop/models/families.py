"""The modules that read models: which there are, and which one reads a folder."""

from __future__ import annotations

import importlib
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from gfm_desktop import models
from gfm_desktop.discovery import discover
from gfm_desktop.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.hub_folder import HubFolder
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.models.packaged import PackagedFamily
    from gfm_desktop.models.protocols import LoadedModel


class Family(Protocol):
    """What every family's module offers, beside `CARD` or `CARDS`.

    A module that reads folders of the app's own kind (`gfm_model.json` alone) has one
    `CARD`. A module that reads folders of the hub's kind has `CARDS`, the published
    checkpoints, and the functions of `HubFamily`.
    """

    def load(self, folder: Path, device: str, **options: OptionValue) -> LoadedModel:
        """Load the folder's model onto a resolved device.

        Args:
            folder: Model folder.
            device: Such as ``"cpu"``.
            **options: A checked value for every option of the folder's card.
        """
        ...

    def check(self, folder: Path) -> None:
        """Raise a `ModelError` where `load` would, reading no tensor's bytes.

        It may import torch: jobs and the command line call it, the window does not.
        """
        ...


class HubFamily(Family, Protocol):
    """What a module offers that reads folders in the hub's layout."""

    CARDS: tuple[ModelCard, ...]

    def recognises(self, hub: HubFolder) -> bool:
        """Tell whether a folder is one of this family; raises nothing."""
        ...

    def card(self, hub: HubFolder) -> ModelCard:
        """Return the facts of a folder: what its files tell, the rest as published.

        Raises:
            ModelError: If the folder's description is wrong.
        """
        ...


@cache
def _offering() -> dict[str, ModuleType]:
    """Return module name to module of all that have cards."""
    names = discover(models, "CARD") | discover(models, "CARDS")
    return {n: importlib.import_module(f"{models.__name__}.{n}") for n in sorted(names)}


@cache
def modules() -> dict[str, ModuleType]:
    """Return module name to module of every family that reads folders.

    Others only hold cards: of a large family, or of models that run elsewhere.
    """
    return {n: module for n, module in _offering().items() if hasattr(module, "load")}


@cache
def published() -> dict[str, ModelCard]:
    """Return id to card of every model that the app knows of."""
    found: dict[str, ModelCard] = {}
    for module in _offering().values():
        cards = module.CARDS if hasattr(module, "CARDS") else (module.CARD,)
        for card in cards:
            found[card.id] = card
    return found


def packaged(model: str) -> PackagedFamily | None:
    """Return the module that runs a published model in its authors' package."""
    for module in _offering().values():
        if hasattr(module, "load_installed") and any(
            card.id == model for card in module.CARDS
        ):
            return cast("PackagedFamily", module)
    return None


def family(name: str) -> Family:
    """Return a family's module by its name."""
    return cast("Family", modules()[name])


def hub_families() -> dict[str, HubFamily]:
    """Return the families that read folders in the hub's layout."""
    return {
        name: cast("HubFamily", module)
        for name, module in modules().items()
        if hasattr(module, "recognises")
    }


def recognise(hub: HubFolder) -> str:
    """Return the name of the module that reads a hub folder.

    Raises:
        ModelError: If none does.
    """
    for name, module in hub_families().items():
        if module.recognises(hub):
            return name
    kind = hub.model_type or "without a model_type"
    read = {c.family for module in hub_families().values() for c in module.CARDS}
    raise ModelError(
        f"This version of the app cannot read this kind of model ({kind}).",
        where=str(hub.path / "config.json"),
        todo=f"It never runs a model's own code. It reads: {', '.join(sorted(read))}.",
    )


def named(card: ModelCard, hub: HubFolder) -> ModelCard:
    """Return a card under the name of its folder, for one that nobody published."""
    letters = [c if c.isalnum() or c in "._-" else "-" for c in hub.path.name.lower()]
    name = "".join(letters).strip("._-")[:64] or "model"
    return replace(card, id=name, name=hub.path.name or card.name, built_in=False)
