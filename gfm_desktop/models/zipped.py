"""A model folder in a ZIP file, as people send one: unpacked with suspicion.

Only files of a closed list of names are written, each under its own last name into one
folder, so that no archive can choose where on this computer it writes. Sizes are those
that the archive states; a file that holds more is refused.
"""

from __future__ import annotations

import contextlib
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from gfm_desktop import paths
from gfm_desktop.errors import ModelError
from gfm_desktop.models import hub_files, manifest
from gfm_desktop.models.disk import DiskFull, require_room

if TYPE_CHECKING:
    from collections.abc import Iterator

REPORT_FILES = ("report.json", "MODEL_CARD.md", "predictions.parquet")
"""What a fine-tuned model's folder holds beside description and weights."""
_PIECE = 1 << 20
_MOST_FILES = 1_000


def is_zipped_model(path: Path) -> bool:
    """Tell whether a file is named like a ZIP file of a model folder; raises nothing.

    PyTorch's weights are ZIP files too, but are not called so.
    """
    return path.suffix.lower() == ".zip" and path.is_file()


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Unpack a model folder, and delete it in the end.

    Args:
        path: The ZIP file; the folder's files lie at its top, or in one folder there.

    Yields:
        A folder with the files of a model.

    Raises:
        ModelError: If it is damaged, holds no model folder, or is not to be trusted.
        DiskFull: If the disk has not enough room.
    """
    with tempfile.TemporaryDirectory(prefix="zip-", dir=paths.cache()) as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, path, folder)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise _refused(path, f"it is damaged ({error})") from error
        except OSError as error:
            raise DiskFull(
                f"The file cannot be unpacked: {error.strerror or error}.",
                where=str(path),
                todo="Check the free space and the rights of the cache folder.",
            ) from error
        yield folder


def _unpack(archive: zipfile.ZipFile, path: Path, folder: Path) -> None:
    members = [one for one in archive.infolist() if not one.is_dir()]
    if len(members) > _MOST_FILES:
        raise _refused(path, f"it holds {len(members):,} files")
    home = _home(members)
    if home is None:
        raise _refused(path, f"it holds no {manifest.FILE_NAME}")
    wanted = [
        one
        for one in members
        if PurePosixPath(one.filename).parent == home
        and _is_wanted(PurePosixPath(one.filename).name)
    ]
    for one in wanted:
        if one.flag_bits & 0x1:
            raise _refused(path, f"“{one.filename}” is encrypted")
        if stat.S_ISLNK(one.external_attr >> 16):
            raise _refused(path, f"“{one.filename}” is a link")
    require_room(folder, sum(one.file_size for one in wanted), "The model")
    for one in wanted:
        target = folder / PurePosixPath(one.filename).name
        if target.exists():
            raise _refused(path, f"“{one.filename}” is there twice")
        with archive.open(one) as source, target.open("wb") as file:
            if _copied(source, file, one.file_size) != one.file_size:
                raise _refused(path, f"“{one.filename}” has another size than stated")


def _home(members: list[zipfile.ZipInfo]) -> PurePosixPath | None:
    """Return the folder of the description: the top, or the only one below it."""
    places = [
        PurePosixPath(one.filename).parent
        for one in members
        if PurePosixPath(one.filename).name == manifest.FILE_NAME
    ]
    near = [place for place in places if len(place.parts) <= 1]
    return near[0] if len(near) == 1 else None


def _is_wanted(name: str) -> bool:
    known = name in (manifest.FILE_NAME, *REPORT_FILES)
    return known or name.endswith(".safetensors") or hub_files.is_small(name)


def _copied(source: IO[bytes], target: IO[bytes], most: int) -> int:
    """Copy, and stop beyond the stated size; return how many bytes came."""
    count = 0
    while count <= most and (piece := source.read(_PIECE)):
        count += len(piece)
        target.write(piece)
    return count


def _refused(path: Path, why: str) -> ModelError:
    return ModelError(
        f"The file “{path.name}” is refused: {why}.",
        where=str(path),
        todo="Get it again, or unpack it yourself and add the folder.",
    )
