"""A model folder in a ZIP file: unpacked, or refused with a reason; nothing escapes."""

from __future__ import annotations

import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

from gfm_desktop import paths
from gfm_desktop.errors import ModelError
from gfm_desktop.models import manifest, zipped

if TYPE_CHECKING:
    from pathlib import Path

DESCRIPTION = ("gfm_model.json", "{}")


def archive(path: Path, *files: tuple[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files:
            made.writestr(name, content)
    return path


def names(path: Path) -> set[str]:
    with zipped.unpacked(path) as folder:
        return {file.name for file in folder.iterdir()}


@pytest.mark.parametrize("place", ["", "my model/"])
def test_that_only_files_of_a_model_are_unpacked(place: str, tmp_path: Path) -> None:
    path = archive(
        tmp_path / "a.zip",
        (f"{place}gfm_model.json", "{}"),
        (f"{place}model.safetensors", "x"),
        (f"{place}report.json", "{}"),
        (f"{place}MODEL_CARD.md", "# Mine"),
        (f"{place}LICENSE.txt", "Do as you like."),
        (f"{place}run.py", "raise SystemExit"),
        (f"{place}sub/model.safetensors", "y"),
        ("../escaped.safetensors", "z"),
        ("/tmp/absolute.safetensors", "z"),
        ("__MACOSX/._gfm_model", ""),
    )
    assert names(path) == {
        "gfm_model.json",
        "model.safetensors",
        "report.json",
        "MODEL_CARD.md",
        "LICENSE.txt",
    }
    assert not (tmp_path / "escaped.safetensors").exists()
    assert not list(paths.cache().iterdir())


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        ((("model.safetensors", "x"),), manifest.FILE_NAME),
        ((("a/gfm_model.json", "{}"), ("b/gfm_model.json", "{}")), manifest.FILE_NAME),
        ((("a/b/gfm_model.json", "{}"),), manifest.FILE_NAME),
        (tuple((f"{i}.txt", "") for i in range(1_001)), "1,001 files"),
    ],
)
def test_that_other_archives_are_refused(
    files: tuple[tuple[str, str], ...], wrong: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=wrong):
        names(archive(tmp_path / "a.zip", *files))


def test_that_links_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", DESCRIPTION)
    link = zipfile.ZipInfo("model.safetensors")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as made:
        made.writestr(link, "/etc/passwd")
    with pytest.raises(ModelError, match="is a link"):
        names(path)


def test_that_damaged_and_doubled_files_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", DESCRIPTION, ("model.safetensors", "x" * 500))
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    with pytest.raises(ModelError, match="damaged"):
        names(path)
    place = whole.index(b"model.safetensors") + len(b"model.safetensors") + 2
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
    with pytest.raises(ModelError, match="damaged"):
        names(path)
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(*DESCRIPTION)
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr(*DESCRIPTION)
    with pytest.raises(ModelError, match=manifest.FILE_NAME):
        names(path)


def test_that_a_bomb_finds_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil
    from types import SimpleNamespace

    path = archive(
        tmp_path / "a.zip", DESCRIPTION, ("model.safetensors", "0" * 1_000_000)
    )
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000))
    with pytest.raises(ModelError, match="not enough room"):
        names(path)


def test_that_pytorchs_files_are_no_archives_of_models(tmp_path: Path) -> None:
    path = archive(tmp_path / "weights.pt", DESCRIPTION)
    assert not zipped.is_zipped_model(path)
    assert not zipped.is_zipped_model(tmp_path / "missing.zip")
    (tmp_path / "folder.zip").mkdir()
    assert not zipped.is_zipped_model(tmp_path / "folder.zip")
