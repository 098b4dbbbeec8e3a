"""A pickle's tensors are named without running what the pickle says."""

from __future__ import annotations

import os
import pickle
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models.pickle_header import pickled_shapes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def table() -> dict[str, Any]:
    import torch

    return {
        "a.weight": torch.ones(2, 3),
        "a.bias": torch.zeros(2, dtype=torch.bfloat16),
        "place": torch.arange(4),
        "scalar": torch.tensor(1.0),
    }


SHAPES = {"a.weight": (2, 3), "a.bias": (2,), "place": (4,), "scalar": ()}


@pytest.mark.parametrize("modern", [True, False])
def test_that_names_and_shapes_are_those_of_the_file(
    modern: bool, table: dict[str, Any], tmp_path: Path
) -> None:
    import torch

    path = tmp_path / "model.bin"
    torch.save(table, path, _use_new_zipfile_serialization=modern)
    assert pickled_shapes(path) == SHAPES


def test_that_parameters_and_one_wrapper_are_read(
    table: dict[str, Any], tmp_path: Path
) -> None:
    import torch

    table["a.weight"] = torch.nn.Parameter(table["a.weight"])
    path = tmp_path / "model.ckpt"
    torch.save({"state_dict": table, "epoch": 3}, path)
    assert pickled_shapes(path) == SHAPES


class Trap:
    """Runs a command where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("packed", [True, False])
def test_that_code_is_named_and_not_run(packed: bool, tmp_path: Path) -> None:
    mark, path = tmp_path / "was-run", tmp_path / "model.bin"
    content = pickle.dumps({"a.weight": Trap(mark)})
    if packed:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("archive/data.pkl", content)
    else:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"mkdir”, which is code") as caught:
        pickled_shapes(path)
    assert not mark.exists()
    assert caught.value.where == str(path)
    assert "Nothing of the file was executed" in caught.value.todo


@pytest.mark.parametrize(
    "name", ["builtins.eval", "torch.load", "torch._utils.os", "torch.Size.mro"]
)
def test_that_only_the_builders_of_tensors_are_known(name: str, tmp_path: Path) -> None:
    module, _, attribute = name.rpartition(".")
    path = tmp_path / "model.bin"
    path.write_bytes(f"c{module}\n{attribute}\n(tR.".encode())
    with pytest.raises(ModelError, match="which is code"):
        pickled_shapes(path)


@pytest.mark.parametrize(
    ("share", "modern"),
    # In older files the table comes first: only loading notices that its end is cut.
    [(0.0, True), (0.3, True), (0.6, True), (0.95, True), (0.0, False), (0.3, False)],
)
def test_that_a_truncated_file_is_told(
    share: float, modern: bool, table: dict[str, Any], tmp_path: Path
) -> None:
    import torch

    path = tmp_path / "model.bin"
    torch.save(table, path, _use_new_zipfile_serialization=modern)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelError, match="cannot be read"):
        pickled_shapes(path)


@pytest.mark.parametrize("content", [[], {}, {"a": 1}, {"a": {"b": 2}}, "words"])
def test_that_what_is_no_table_of_tensors_is_told(
    content: object, tmp_path: Path
) -> None:
    import torch

    path = tmp_path / "model.bin"
    torch.save(content, path)
    with pytest.raises(ModelError, match="not a t"):
        pickled_shapes(path)


def test_that_a_whole_pickled_network_is_refused(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "model.pt"
    torch.save(torch.nn.Linear(2, 2), path)
    with pytest.raises(ModelError, match="Linear”, which is code"):
        pickled_shapes(path)


@pytest.mark.parametrize(("place", "value"), [(8, 1), (10, 99)])
def test_that_an_archive_with_a_password_or_an_odd_packing_is_told(
    place: int, value: int, table: dict[str, Any], tmp_path: Path
) -> None:
    import torch

    path = tmp_path / "model.bin"
    torch.save(table, path)
    content = bytearray(path.read_bytes())
    # Flags and packing of the first entry of the archive's directory.
    content[content.index(b"PK\x01\x02") + place] = value
    path.write_bytes(content)
    with pytest.raises(ModelError, match="archive cannot be opened"):
        pickled_shapes(path)


def test_that_a_table_of_enormous_size_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("archive/data.pkl", "w") as entry,
    ):
        for _ in range(300):
            entry.write(bytes(1 << 20))
    with pytest.raises(ModelError, match="too large"):
        pickled_shapes(path)


def test_that_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        pickled_shapes(tmp_path / "none.bin")
