"""Plans the download of a model, and puts it into the library when all is there.

Between the two, `fetching.fetch` brings the files into a folder of the cache. A branch
or tag is resolved to a commit first, so that all files belong together.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop import paths
from gfm_desktop.errors import ModelError
from gfm_desktop.models import (
    families,
    hub_client,
    hub_files,
    library,
    unlisted,
)
from gfm_desktop.models.disk import DiskFull, require_room
from gfm_desktop.models.fetching import there
from gfm_desktop.models.hub_folder import CONFIG
from gfm_desktop.models.importing import Origin, safe_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.hub_client import RemoteFile, Repository


@dataclass(frozen=True, slots=True)
class Plan:
    """What a download will bring.

    Attributes:
        id: What the model will be called.
        card: The published card, or what the repository says of itself.
        repository: The repository at the commit that is downloaded.
        files: What is needed of it.
        folder: Where the files lie until the model is whole.
    """

    id: str
    card: ModelCard
    repository: Repository
    files: tuple[RemoteFile, ...]
    folder: Path

    @property
    def total(self) -> int:
        """Return the bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def done(self) -> int:
        """Return the bytes that are on this computer already."""
        return sum(there(self.folder, file) for file in self.files)


def plan(model: str, revision: str = "", *, allow_network: bool = False) -> Plan:
    """Find out what is to be downloaded.

    Args:
        model: Id of a published model, or a repository ``"owner/name"``, which may be
            followed by ``@revision``.
        revision: Branch, tag or commit; empty for what the card names.
        allow_network: Whether this command has allowed the network.

    Raises:
        ModelError: If there is no such model, it cannot be read by this app, the
            network is off, or the disk has not enough room.
    """
    name, _, said = model.partition("@")
    published = _published(name)
    if published is None and not hub_client.is_repository(name):
        raise _unknown(name)
    if published is not None and published.requirement:
        raise ModelError(
            f"{published.name} cannot be run by the app alone.",
            todo=published.requirement,
        )
    where = published.repository if published is not None else name
    if not where:
        raise ModelError(
            f"{name} cannot be downloaded: it is on no hub.",
            todo="Its card says where its files are: `gfm models show "
            f"{name}`. Then add them with `gfm models add PATH`.",
        )
    hub_client.require_network(allowed=allow_network)
    usual = published.revision if published is not None else ""
    found = hub_client.repository(where, revision or said or usual)
    by_name = {file.name: file for file in found.files}
    needed = hub_files.needed(by_name)
    if CONFIG not in needed or not hub_files.weights_among(by_name):
        raise ModelError(
            f"{where} holds no model that this app can read: it has no {CONFIG}, or "
            "no weights as safetensors or PyTorch files.",
            where=where,
            todo="Only repositories with these files can be downloaded.",
        )
    _require_known(published, by_name)
    folder = paths.cache() / "downloads" / where.replace("/", "--") / found.commit
    planned = Plan(
        id_of(name),
        published or unlisted.card_of(found),
        found,
        tuple(by_name[one] for one in needed),
        folder,
    )
    _require_room(planned)
    return planned


def id_of(model: str) -> str:
    """Return what a model would be called in the library; empty where it is unknown.

    Args:
        model: Id, or repository ``"owner/name[@revision]"``.
    """
    name = model.partition("@")[0]
    published = _published(name)
    if published is not None:
        return published.id
    known = hub_client.is_repository(name)
    return safe_id(name.rpartition("/")[2]) if known else name


def install(planned: Plan) -> ModelCard:
    """Put a downloaded model into the library, and free its room in the cache.

    Raises:
        ModelError: If it is not a model that this app reads.
    """
    facts = {}
    if _published(planned.id) is None:
        card = planned.card
        facts = {
            "licence": card.licence,
            "licence_url": card.licence_url,
            "commercial_use": card.commercial_use,
            "attribution": card.attribution,
            "source": card.source,
        }
    origin = Origin(planned.repository.name, planned.repository.commit, facts)
    keep = False
    try:
        return library.add(
            planned.folder, model_id=planned.id, origin=origin, take=True
        )
    except DiskFull:
        # All is there and right: the next try needs no network.
        keep = True
        raise
    finally:
        if not keep:
            shutil.rmtree(planned.folder.parent, ignore_errors=True)


def _require_known(card: ModelCard | None, files: Mapping[str, RemoteFile]) -> None:
    """Refuse files that are not the ones that a card names by their SHA-256.

    Raises:
        ModelError: If so.
    """
    for name, expected in card.files if card is not None else ():
        if name in files and files[name].sha256 != expected:
            raise ModelError(
                f"The file {name} on the hub is not the one that this app knows.",
                where=name,
                todo="The authors may have changed it: a newer version of the app may "
                "know it.",
            )


def _require_room(planned: Plan) -> None:
    """Refuse a download that would fill the disk.

    Raises:
        ModelError: If so.
    """
    cache, kept = paths.cache(), paths.imported_models()
    left = planned.total - planned.done
    converted = any(file.name.endswith(".bin") for file in planned.files)
    if cache.stat().st_dev == kept.stat().st_dev:
        # Safetensors move; a pickle and what it is converted to exist side by side.
        require_room(cache, left + (planned.total if converted else 0), "The download")
        return
    require_room(cache, left, "The download")
    require_room(kept, planned.total, "The model")


def _published(name: str) -> ModelCard | None:
    for card in families.published().values():
        if name in (card.id, card.repository):
            return card
    return None


def _unknown(name: str) -> ModelError:
    known = [c.id for c in families.published().values() if c.repository]
    return ModelError(
        f"There is no model “{name}” to download.",
        todo=f"Give a repository as owner/name, or one of: {', '.join(known)}.",
    )
