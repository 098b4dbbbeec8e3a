"""The library: which models there are, where they lie, and how to load one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop import paths
from gfm_desktop.errors import ModelError
from gfm_desktop.models import families, licence, manifest
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
SCORES_BY_DEFAULT = "ci-spliceai"
"""Scores variants where the user names no model: its thresholds are published."""
LEARNS_BY_DEFAULT = "gfm-ensemble"
"""Learns from labels where the user names no model: small, and free for any use."""


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
        if (package := families.packaged(card.id)) is not None:
            missing = package.missing(card)
            weights = None if missing else package.place(card)
            found.append(Entry(card.id, replace(card, requirement=missing), weights))
            continue
        folder = paths.resources() / "models" / card.id
        there = (folder / manifest.FILE_NAME).is_file()
        found.append(Entry(card.id, card, folder if there else None))
    known = {entry.id for entry in found}
    for folder in sorted(paths.imported_models().iterdir()):
        if folder.is_dir() and not folder.name.startswith(".") and not _in_work(folder):
            entry = _imported(folder)
            if entry.id not in known:
                found.append(entry)
            else:
                # One that a user downloaded or added under the name of a known family.
                place = next(i for i, e in enumerate(found) if e.id == entry.id)
                if found[place].folder is None:
                    found[place] = replace(entry, card=entry.card or found[place].card)
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


def installed(model: str) -> ModelCard | None:
    """Return the card of an id, where that model is ready on this computer."""
    for entry in entries():
        if entry.id == model and entry.installed:
            return entry.card
    return None


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
            raise _not_installed(entry)
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
        LicenceError: If it lies in the library and its terms were not accepted.
        OptionError: If an option is unknown or its value makes no sense.
    """
    folder = folder_of(model)
    if (package := families.packaged(model)) is not None:
        card = card_of(model)
        checked(options_of(card), options or {}, owner=card.name)
        return package.load_installed(card, resolve(device))
    found = _read(folder)
    if found.card.requirement:
        raise ModelError(
            f"{found.card.name} cannot be run by the app alone.",
            todo=found.card.requirement,
        )
    mine = _is_mine(folder)
    if mine:
        licence.require(found.card)
    chosen = checked(options_of(found.card), options or {}, owner=found.card.name)
    precision = chosen.pop(PRECISION, "fp32")
    loaded = families.family(found.family).load(folder, resolve(device), **chosen)
    loaded.card = found.card
    if mine:
        _check_unaltered(folder, loaded.weights_sha256)
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
        "Number format inside the network. Formats other than fp32 are slightly less "
        "exact and may be faster; a self-check on this device says by how much, and "
        "refuses one that gains nothing.",
        "fp32",
        choices=("fp32", *card.safe_precisions),
    )
    return (*card.options, precision)


def _not_installed(entry: Entry) -> ModelError:
    card = entry.card
    if card is not None and card.requirement:
        return ModelError(
            f"{card.name} cannot be run by the app alone.", todo=card.requirement
        )
    todo = f"Add its files with `gfm models add PATH --id {entry.id}`."
    if card is not None and card.built_in:
        todo = f"Install the app again: “{entry.id}” comes with it."
    elif card is not None and card.repository:
        todo = f"Download it with `gfm models download {entry.id}`."
    return ModelError(f"The model “{entry.id}” is known but not installed.", todo=todo)


def _is_mine(folder: Path) -> bool:
    """Tell whether a folder lies in the user's library."""
    return folder.resolve().parent == paths.imported_models().resolve()


def _check_unaltered(folder: Path, found: str) -> None:
    """Refuse weights that are not those that were downloaded or added.

    Raises:
        ModelError: If the file was changed since.
    """
    expected = manifest.read(folder).sha256
    if found != expected:
        raise ModelError(
            "The model's weights are not the ones that its description names "
            f"(SHA-256 {found[:12]}… instead of {expected[:12]}…).",
            where=str(folder),
            todo="The file is damaged or was replaced: remove the model and get it "
            "again.",
        )


def _in_work(folder: Path) -> bool:
    """Tell whether a fine-tuning is still to finish the folder; then it is no model."""
    described = (folder / manifest.FILE_NAME).is_file()
    return not described and (folder / ".work").is_dir()


def _imported(folder: Path) -> Entry:
    try:
        described = manifest.read(folder)
        return Entry(described.id, card_at(described), folder)
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
        return _Found(described.loader, card_at(described))
    hub = HubFolder.read(folder)
    name = families.recognise(hub)
    return _Found(name, families.named(families.hub_families()[name].card(hub), hub))


def card_at(described: manifest.Manifest) -> ModelCard:
    """Return the card of a folder of the app's own kind.

    A folder that was downloaded from a published repository has the published card,
    with what its own files tell.

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
        published = families.published().get(described.id)
        if published is not None and published.repository == described.repository:
            template = replace(
                published,
                parameters=template.parameters,
                options=template.options,
                revision=str(described.provenance.get("commit", "")),
            )
        else:
            template = replace(
                template,
                name=described.id,
                repository=described.repository,
                revision=str(described.provenance.get("commit", "")),
                download_bytes=0,
            )
    else:
        module = known[described.loader]
        offered = module.CARDS if hasattr(module, "CARDS") else (module.CARD,)
        # A family of which nothing is published (finetuned) has a template.
        first = offered[0] if offered else module.TEMPLATE
        template = next((c for c in offered if c.id == described.id), first)
    card = described.card(template)
    shipped = described.folder.is_relative_to(paths.resources())
    return replace(card, built_in=card.built_in and shipped)
