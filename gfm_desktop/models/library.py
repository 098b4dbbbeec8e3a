"""Puts models into the user's library and takes them out; all or nothing."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from typing import TYPE_CHECKING

from gfm_desktop import paths
from gfm_desktop.errors import ModelError
from gfm_desktop.models import catalogue, families, importing, manifest, zipped
from gfm_desktop.models.disk import DiskFull
from gfm_desktop.models.importing import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gfm_desktop.models.card import ModelCard


def add(
    path: Path, *, model_id: str = "", origin: Origin | None = None, take: bool = False
) -> ModelCard:
    """Put a model into the library, after a check of description and weights.

    The folder is made under a hidden name and renamed when it is whole: a refusal, a
    full disk or a crash leaves no half model. Weights that are pickles are converted,
    for which torch is imported: a window runs this as a job (`jobs.add_model`).

    Args:
        path: A folder with ``gfm_model.json`` or a ``.zip`` file of one, a folder as
            the hub has it, or files that a family's importer reads.
        model_id: What to call it; empty leaves it to the files.
        origin: Where it came from; None where only the files can tell.
        take: Whether the files may be moved instead of copied.

    Returns:
        The card of the new model.

    Raises:
        ModelError: If it cannot be used, its id is taken, or it does not fit the disk.
    """
    path = path.expanduser()
    if zipped.is_zipped_model(path):
        with zipped.unpacked(path) as folder:
            return add(folder, model_id=model_id, origin=origin, take=True)
    came = origin or Origin()
    name = model_id or importing.id_of(path, came)
    _refuse_name(name, path)
    target = paths.imported_models() / name
    with _half_folder(target) as half:
        try:
            check = importing.write_folder(path, half, name, came, take=take)
            check()
            card = catalogue.card_at(manifest.read(half))
            half.rename(target)
        except OSError as error:
            raise DiskFull(
                f"The model cannot be copied: {error.strerror or error}.",
                where=str(error.filename or target),
                todo="Check the free space and the rights of the models' folder.",
            ) from error
    return card


def remove(model_id: str) -> Path:
    """Delete a model that the user added, and return where it was.

    Raises:
        ModelError: If it is not one of the user's, or cannot be deleted.
    """
    folder = paths.imported_models() / model_id
    mine = {f.name for f in paths.imported_models().iterdir() if f.is_dir()}
    if model_id not in mine:
        listed = (
            ", ".join(sorted(name for name in mine if name[0] != ".")) or "none yet"
        )
        raise ModelError(
            f"“{model_id}” is not a model that you added.",
            where="model",
            todo=f"Models that ship with the app stay. Yours: {listed}.",
        )
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise ModelError(
            f"The model cannot be deleted: {error.strerror or error}.",
            where=str(error.filename or folder),
            todo="Close the programs that use it, and check the rights of the folder.",
        ) from error
    return folder


def _refuse_name(name: str, path: Path) -> None:
    """Refuse a name that cannot be one, or is that of a model already.

    Raises:
        ModelError: If so.
    """
    if not manifest.is_id(name):
        raise ModelError(
            f"A model cannot be called “{name}”.",
            where="--id",
            todo="Use at most 64 lower case letters, digits, dots and hyphens.",
        )
    if name not in {e.id for e in catalogue.entries() if e.folder is not None}:
        return
    built_in = name in families.published() and families.published()[name].built_in
    first = (
        "Give" if built_in else f"Remove it with `gfm models remove {name}`, or give"
    )
    raise ModelError(
        f"There is a model “{name}” already.",
        where=str(path),
        todo=f"{first} the new one another name with --id.",
    )


@contextlib.contextmanager
def _half_folder(target: Path) -> Iterator[Path]:
    """Make a hidden folder beside the target, and delete what is left of it."""
    half = target.with_name(f".{target.name}-{uuid.uuid4().hex}")
    half.mkdir()
    try:
        yield half
    finally:
        shutil.rmtree(half, ignore_errors=True)
