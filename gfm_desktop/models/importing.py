"""Turns what a user gives into a model folder of the library: files, not programs.

Three kinds of things are read: a folder with ``gfm_model.json``, a folder in the hub's
layout, and files that a family's importer knows. Pickles become safetensors. Whatever
is written lies in a folder that the caller made and throws away where this fails.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.models import families, hub_files, manifest
from gfm_desktop.models.disk import (
    names_in,
    plain_file,
    refused,
    require_room,
    size_words,
)
from gfm_desktop.models.hub_folder import HubFolder, is_hub_folder
from gfm_desktop.models.importers import importer_of
from gfm_desktop.models.weights import sha256_of, tensor_shapes, tensors_of
from gfm_desktop.models.zipped import REPORT_FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

_MOST_SMALL = 64 * 1024 * 1024
"""Bytes of a description or tokenizer; the largest published one has about 2 MB."""
_WEIGHTS = "model.safetensors"
_INDEX = f"{_WEIGHTS}.index.json"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the files came from, as far as it is known.

    Attributes:
        repository: Name on the hub, ``"owner/name"``; empty for none.
        commit: Commit of the repository.
        facts: Fields of the card that the repository tells, such as its licence.
    """

    repository: str = ""
    commit: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def write_folder(
    source: Path, target: Path, model_id: str, origin: Origin, *, take: bool = False
) -> Callable[[], None]:
    """Write what `source` holds as a model folder, and return its check.

    Args:
        source: What the user gave.
        target: An empty folder.
        model_id: What the model will be called; empty leaves it to the source.
        origin: Where it came from.
        take: Whether files may be moved instead of copied.

    Returns:
        A function that raises a `ModelError` where the new folder does not load.

    Raises:
        ModelError: If the source is no model, or cannot be used.
        OSError: If something cannot be written.
    """
    if (source / manifest.FILE_NAME).is_file():
        loader = _write_own(source, target, model_id)
    elif is_hub_folder(source):
        loader = _write_hub(source, target, model_id, origin, take=take)
    else:
        loader = _write_checkpoint(source, target, model_id)
    return lambda: families.family(loader).check(target)


def id_of(source: Path, origin: Origin) -> str:
    """Return what a model would be called if the user says nothing.

    Raises:
        ModelError: If there is no model.
    """
    if (source / manifest.FILE_NAME).is_file():
        return manifest.read(source).id
    if is_hub_folder(source):
        repository = origin.repository or cache_origin(source).repository
        for card in families.published().values():
            if repository and card.repository == repository:
                return card.id
        return safe_id(repository.rpartition("/")[2] or source.resolve().name)
    return importer_of(source).read(source).id


def safe_id(name: str) -> str:
    """Return a name that the command line can call a model."""
    letters = [
        c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in name.lower()
    ]
    return "".join(letters).strip("._-")[:64].rstrip("._-") or "model"


def cache_origin(source: Path) -> Origin:
    """Return what the hub's own cache says by its folder names.

    They are ``models--owner--name/snapshots/commit``.
    """
    snapshots, commit = source.parent, source.name
    kind, *names = snapshots.parent.name.split("--")
    if snapshots.name == "snapshots" and kind == "models" and len(names) == 2:
        return Origin("/".join(names), commit)
    return Origin()


def _write_own(source: Path, target: Path, model_id: str) -> str:
    described = manifest.read(source)
    known = families.modules()
    if described.loader not in known:
        raise ModelError(
            f"This version of the app cannot read models of “{described.loader}”.",
            where=str(source / manifest.FILE_NAME),
            todo=f"It reads {', '.join(known)}. A newer version may read more.",
        )
    kept = {_INDEX, *REPORT_FILES}
    names = [n for n in names_in(source) if hub_files.is_small(n) or n in kept]
    for name in names:
        size = plain_file(source, name).stat().st_size
        if size > _MOST_SMALL and name not in REPORT_FILES:
            raise refused(source / name, f"it has {size_words(size)}")
    weights = [plain_file(source, name) for name in described.weights]
    require_room(target, sum(p.stat().st_size for p in weights), "The model")
    families.family(described.loader).check(source)
    for name in [*names, *described.weights]:
        _copy(source, target, name)
    for name, expected in described.weights.items():
        if sha256_of(target / name) != expected:
            raise ModelError(
                f"The weights “{name}” are not the ones that the description names: "
                "their SHA-256 differs.",
                where=str(source / name),
                todo="The file is damaged or was replaced: get the folder again.",
            )
    manifest.write(replace(described, folder=target, id=model_id or described.id))
    return described.loader


def _write_hub(
    source: Path, target: Path, model_id: str, origin: Origin, *, take: bool
) -> str:
    names = hub_files.needed(names_in(source))
    for name in names:
        path = plain_file(source, name)
        if hub_files.is_small(name) and path.stat().st_size > _MOST_SMALL:
            raise refused(path, f"it has {size_words(path.stat().st_size)}")
    hub = HubFolder.read(source)
    loader = families.recognise(hub)
    families.family(loader).check(source)
    weights = [plain_file(source, path.name) for path in hub.weights]
    if not take:
        require_room(target, sum(p.stat().st_size for p in weights), "The model")
    origin = origin if origin.repository else cache_origin(source)
    hashes = {name: sha256_of(source / name) for name in names}
    for name in names:
        if hub_files.is_small(name):
            _copy(source, target, name)
    kept = _kept_weights(weights, target, take=take)
    facts = {"name": _name_of(source, origin, model_id), **origin.facts}
    provenance = manifest.provenance_of(
        repository=origin.repository,
        commit=origin.commit,
        files=hashes,
        added=_today(),
    )
    described = manifest.Manifest(
        target,
        model_id,
        loader,
        {path.name: sha256_of(path) for path in kept},
        facts={} if _is_published(model_id, origin) else facts,
        provenance=provenance,
    )
    manifest.write(described)
    return loader


def _kept_weights(weights: Iterable[Path], target: Path, *, take: bool) -> list[Path]:
    """Write weights as safetensors, with an index where there are several files."""
    kept: list[Path] = []
    sources = list(weights)
    for path in sources:
        name = f"{path.stem}.safetensors".replace("pytorch_model", "model", 1)
        if len(sources) == 1:
            name = _WEIGHTS
        kept.append(target / name)
        if path.suffix != ".safetensors":
            _convert(path, target / name)
        elif take and not path.is_symlink():
            shutil.move(path, target / name)
        else:
            shutil.copyfile(path, target / name)
    if len(kept) > 1:
        places = {name: path.name for path in kept for name in tensor_shapes([path])}
        text = json.dumps({"metadata": {}, "weight_map": places}, indent=1)
        (target / _INDEX).write_text(text, encoding="utf-8")
    return kept


def _convert(path: Path, target: Path) -> None:
    """Write a pickle's tensors as safetensors: same names, same values, same types."""
    from safetensors.torch import save_file

    seen: set[int] = set()
    tensors = {}
    for name, tensor in tensors_of(path).items():
        storage = tensor.untyped_storage()
        # safetensors refuses tensors that share memory, and writes only whole ones.
        whole = storage.nbytes() == tensor.numel() * tensor.element_size()
        if not whole or storage.data_ptr() in seen or not tensor.is_contiguous():
            tensor = tensor.clone().contiguous()
        else:
            seen.add(storage.data_ptr())
        tensors[name] = tensor.detach()
    save_file(tensors, target)


def _write_checkpoint(source: Path, target: Path, model_id: str) -> str:
    from safetensors.numpy import save_file

    found = importer_of(source).read(source)
    require_room(target, sum(a.nbytes for a in found.tensors.values()), "The model")
    save_file(dict(found.tensors), target / _WEIGHTS)
    if found.licence:
        (target / "LICENSE.txt").write_text(found.licence, encoding="utf-8")
    files = [source] if source.is_file() else sorted(source.iterdir())
    files = [f for f in files if f.is_file() and f.stat().st_size <= _MOST_SMALL]
    manifest.write(
        manifest.Manifest(
            target,
            model_id or found.id,
            found.loader,
            {_WEIGHTS: sha256_of(target / _WEIGHTS)},
            found.architecture,
            found.facts,
            manifest.provenance_of(
                files={f.name: sha256_of(f) for f in files},
                added=_today(),
            ),
        )
    )
    return found.loader


def _copy(source: Path, target: Path, name: str) -> None:
    path = plain_file(source, name)
    (target / name).parent.mkdir(exist_ok=True)
    shutil.copyfile(path, target / name)


def _name_of(source: Path, origin: Origin, model_id: str) -> str:
    return origin.repository.rpartition("/")[2] or source.resolve().name or model_id


def _is_published(model_id: str, origin: Origin) -> bool:
    card = families.published().get(model_id)
    return (
        card is not None
        and bool(card.repository)
        and (card.repository == origin.repository)
    )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
