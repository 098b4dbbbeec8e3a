"""The library: which models there are, where they lie, and how to load one."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop import paths
from gfm_desktop.errors import ModelError
from gfm_desktop.models import families, manifest
from gfm_desktop.models.device import resolve
from gfm_desktop.models.hub_folder import HubFolder, is_hub_folder
from gfm_desktop.models.option import Option, checked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.models.protocols import LoadedModel


PRECISION = "precision"
"""The option that every model with `ModelCard.safe_precisions` has."""


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
    for card in families.published().values():
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
    return _read(folder_of(model)).card


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


def load(
    model: str,
    *,
    device: str = "auto",
    options: Mapping[str, OptionValue] | None = None,
) -> LoadedModel:
    """Load a model by id or folder.

    Args:
        model: A catalogue id or the path of a model folder.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
        options: Choices of the model's family (`options_of`).

    Raises:
        ModelError: If there is no such model, its weights cannot be used, or the
            device is not there.
        OptionError: If an option is unknown or its value makes no sense.
    """
    folder = folder_of(model)
    found = _read(folder)
    if found.card.requirement:
        raise ModelError(
            f"{found.card.name} cannot be run by the app alone.",
            todo=found.card.requirement,
        )
    chosen = checked(options_of(found.card), options or {}, owner=found.card.name)
    precision = chosen.pop(PRECISION, "fp32")
    loaded = families.family(found.family).load(folder, resolve(device), **chosen)
    loaded.card = found.card
    if precision != "fp32":
        loaded.precision = str(precision)  # type: ignore[attr-defined]
    return loaded


def options_of(card: ModelCard) -> tuple[Option, ...]:
    """Return what can be chosen when a model is loaded: its own, and the precision."""
    if not card.safe_precisions:
        return card.options
    precision = Option(
        PRECISION,
        "Precision",
        "Number format inside the network. Formats other than fp32 are faster and "
        "slightly less exact; a self-check on this device says by how much.",
        "fp32",
        choices=("fp32", *card.safe_precisions),
    )
    return (*card.options, precision)


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
        built_in = described.id in families.published()
        raise ModelError(
            f"There is a model “{described.id}” already.",
            where=str(folder / manifest.FILE_NAME),
            todo=f"{'Give' if built_in else remove} the new one another “id”.",
        )
    card = _card(described)
    families.family(described.loader).check(folder)
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


def _imported(folder: Path) -> Entry:
    try:
        described = manifest.read(folder)
        return Entry(described.id, _card(described), folder)
    except ModelError as error:
        return Entry(folder.name, None, folder, error)


@dataclass(frozen=True, slots=True)
class _Found:
    """A folder that can be read: the module that reads it, and its card."""

    family: str
    card: ModelCard


def _read(folder: Path) -> _Found:
    """Return how a model folder is read, of the app's own kind or the hub's.

    Raises:
        ModelError: If it is no model folder or no module of this app reads it.
    """
    if (folder / manifest.FILE_NAME).is_file() or not is_hub_folder(folder):
        described = manifest.read(folder)
        return _Found(described.loader, _card(described))
    hub = HubFolder.read(folder)
    name = families.recognise(hub)
    return _Found(name, families.named(families.hub_families()[name].card(hub), hub))


def _card(described: manifest.Manifest) -> ModelCard:
    """Return the card of a folder of the app's own kind.

    Raises:
        ModelError: If no module of this app reads it.
    """
    known = families.modules()
    if described.loader not in known:
        raise ModelError(
            f"This version of the app cannot read models of “{described.loader}”.",
            where=str(described.folder / manifest.FILE_NAME),
            todo=f"It reads {', '.join(known)}. A newer version may read more.",
        )
    hub = families.hub_families().get(described.loader)
    if hub is not None:
        template = hub.card(HubFolder.read(described.folder))
    else:
        template = known[described.loader].CARD
    card = described.card(template)
    shipped = described.folder.is_relative_to(paths.resources())
    return replace(card, built_in=card.built_in and shipped)


def _licences(folder: Path) -> list[str]:
    return [f.name for f in folder.glob("LICENSE*") if f.is_file()]
