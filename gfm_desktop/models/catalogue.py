"""The library: which models there are, where they lie, and how to load one."""

from __future__ import annotations

import importlib
import shutil
import uuid
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from gfm_desktop import models, paths
from gfm_desktop.discovery import discover
from gfm_desktop.errors import ModelError
from gfm_desktop.models import manifest
from gfm_desktop.models.device import resolve

if TYPE_CHECKING:
    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.protocols import LoadedModel


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the library.

    Attributes:
        id: What the command line calls it.
        card: Its facts; None where the folder cannot be read.
        folder: Where it lies; None where it is not installed.
        problem: Why it cannot be used; None where it can.
    """

    id: str
    card: ModelCard | None
    folder: Path | None
    problem: ModelError | None = None

    @property
    def installed(self) -> bool:
        """Tell whether it can be loaded from this computer's disk."""
        return self.folder is not None and self.problem is None


def entries() -> list[Entry]:
    """Return every model: built-in and known ones first, then what the user added.

    A folder that cannot be read is not left out: its entry says what is wrong.
    """
    found = []
    for card in _family_cards().values():
        folder = paths.resources() / "models" / card.id
        there = (folder / manifest.FILE_NAME).is_file()
        found.append(Entry(card.id, card, folder if there else None))
    known = {entry.id for entry in found}
    for folder in sorted(paths.imported_models().iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            entry = _imported(folder)
            if entry.id not in known:
                found.append(entry)
            else:
                # One that a user downloaded or added under the name of a known family.
                place = next(i for i, e in enumerate(found) if e.id == entry.id)
                if found[place].folder is None:
                    found[place] = entry
    return found


def cards() -> dict[str, ModelCard]:
    """Return id to card of every model that the library knows."""
    return {entry.id: entry.card for entry in entries() if entry.card is not None}


def card_of(model: str) -> ModelCard:
    """Return the card of an id or a folder, without loading its weights.

    Raises:
        ModelError: If there is no such model, or its description is wrong.
    """
    if model in (known := cards()):
        return known[model]
    return _card(manifest.read(folder_of(model)))


def folder_of(model: str) -> Path:
    """Return the folder of an id or of a path.

    An id goes before a folder of the same name in the current directory; write
    ``./name`` for the folder.

    Raises:
        ModelError: If there is no such model, or it is not installed.
    """
    listed = {entry.id: entry for entry in entries()}
    if entry := listed.get(model):
        if entry.problem is not None:
            raise entry.problem
        if entry.folder is None:
            raise ModelError(
                f"The model “{model}” is known but not installed.",
                todo=f"Add its folder with `gfm models add`, or install the app again "
                f"if “{model}” should have come with it.",
            )
        return entry.folder
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    raise ModelError(
        f"There is no model “{model}”.",
        where="model",
        todo=f"Give the folder of a model, or one of: {', '.join(listed)}.",
    )


def load(model: str, *, device: str = "auto") -> LoadedModel:
    """Load a model by id or folder.

    Args:
        model: A catalogue id or the path of a model folder.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.

    Raises:
        ModelError: If there is no such model, its weights cannot be used, or the
            device is not there.
    """
    folder = folder_of(model)
    described = manifest.read(folder)
    _card(described)
    loaded: LoadedModel = _family(described).load(folder, resolve(device))
    # Only the shipped folder may call itself built in.
    if not folder.is_relative_to(paths.resources()):
        loaded.card = replace(loaded.card, built_in=False)
    return loaded


def add(folder: Path) -> ModelCard:
    """Copy a model folder into the library, after a check of description and weights.

    Torch is not imported: the window may call this.

    Args:
        folder: A folder with a description and weights.

    Raises:
        ModelError: If it cannot be used, or its id is taken.
    """
    described = manifest.read(folder)
    if described.id in {entry.id for entry in entries() if entry.folder is not None}:
        remove = f"Remove it with `gfm models remove {described.id}`, or give"
        built_in = described.id in _family_cards()
        raise ModelError(
            f"There is a model “{described.id}” already.",
            where=str(folder / manifest.FILE_NAME),
            todo=f"{'Give' if built_in else remove} the new one another “id”.",
        )
    card = _card(described)
    _family(described).check(folder)
    target = paths.imported_models() / described.id
    # Copied under a hidden name first: a crash leaves no half model in the library.
    half = target.with_name(f".{described.id}-{uuid.uuid4().hex}")
    half.mkdir()
    try:
        for name in (manifest.FILE_NAME, *described.weights, *_licences(folder)):
            shutil.copyfile(folder / name, half / name)
        half.rename(target)
    except OSError as error:
        raise ModelError(
            f"The model cannot be copied: {error.strerror or error}.",
            where=str(target),
            todo="Check the free space and the rights of the models' folder.",
        ) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return card


def remove(model_id: str) -> Path:
    """Delete a model that the user added, and return where it was.

    Raises:
        ModelError: If it is not one of the user's.
    """
    folder = paths.imported_models() / model_id
    mine = {f.name for f in paths.imported_models().iterdir() if f.is_dir()}
    if model_id not in mine:
        listed = ", ".join(sorted(mine)) or "none yet"
        raise ModelError(
            f"“{model_id}” is not a model that you added.",
            where="model",
            todo=f"Models that ship with the app stay. Yours: {listed}.",
        )
    shutil.rmtree(folder)
    return folder


@cache
def _family_cards() -> dict[str, ModelCard]:
    """Return module name to card of every family."""
    return discover(models, "CARD")


class _Family(Protocol):
    """What every family's module offers beside its `CARD`."""

    def load(self, folder: Path, device: str) -> LoadedModel:
        """Load the folder's model onto a resolved device."""
        ...

    def check(self, folder: Path) -> None:
        """Raise a `ModelError` where `load` would; must not import torch."""
        ...


def _family(described: manifest.Manifest) -> _Family:
    return cast(
        "_Family", importlib.import_module(f"{models.__name__}.{described.loader}")
    )


def _imported(folder: Path) -> Entry:
    try:
        described = manifest.read(folder)
        return Entry(described.id, _card(described), folder)
    except ModelError as error:
        return Entry(folder.name, None, folder, error)


def _card(described: manifest.Manifest) -> ModelCard:
    """Return the card of a folder.

    Raises:
        ModelError: If no module of this app reads it.
    """
    families = _family_cards()
    if described.loader not in families:
        raise ModelError(
            f"This version of the app cannot read models of “{described.loader}”.",
            where=str(described.folder / manifest.FILE_NAME),
            todo=f"It reads {', '.join(families)}. A newer version may read more.",
        )
    card = described.card(families[described.loader])
    shipped = described.folder.is_relative_to(paths.resources())
    return replace(card, built_in=card.built_in and shipped)


def _licences(folder: Path) -> list[str]:
    return [f.name for f in folder.glob("LICENSE*") if f.is_file()]
